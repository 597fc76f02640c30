import type { TemplateFilters } from '../types/filters.js';
import type { ListOptions } from '../types/options.js';
import type { Operation, Reference } from '../types/state.js';
import { list } from './lists/list.js';

/**
 * Read the message templates of WhatsApp channels. Only on RapidPro 9.
 * @public
 * @function
 * @namespace global
 * @example <caption>All templates</caption>
 * getTemplates();
 * @example <caption>The first ten</caption>
 * getTemplates({}, { limit: 10 });
 * @param {TemplateFilters} [filters] - `after` and `before` (ISO dates, on `modified_on`), `reverse`. Default: all.
 * @param {ListOptions} [options] - `limit` (records; default: all), `timeout` (seconds per request; default: 60), `maxWait` (total seconds of waiting; default: 60).
 * @state {array} data - The templates: `uuid`, `name`, `translations`.
 * @state {object} response - Method, path, statusCode, duration (ms) and number of requests.
 * @throws {RapidProError} `NOT_OFFERED` on TextIt. `INVALID_FILTER`; the errors of every request.
 * @see https://app.rapidpro.io/api/v2/templates
 * @returns {Operation}
 */
export function getTemplates(
  filters?: Reference<TemplateFilters>,
  options?: Reference<ListOptions>,
): Operation {
  return list('getTemplates', { resource: 'templates', filters, options });
}
