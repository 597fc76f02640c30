import type { Options } from '../types/options.js';
import type { Operation, Reference } from '../types/state.js';
import { asObject } from './answered.js';
import { log } from './log.js';
import { operation } from './operation.js';

/**
 * Read the workspace that the token belongs to. The quickest way to see whether a credential is right.
 * @public
 * @function
 * @example <caption>Is my token right?</caption>
 * getWorkspace();
 * @param {Options} [options] - `timeout` (seconds a request; 60), `maxWait` (seconds of waiting in all; 60).
 * @state {object} data - The workspace: `uuid`, `name`, `country`, `languages`, `timezone`, `date_style`, `anon`.
 * @state {object} response - Method, path, statusCode, duration (ms) and number of requests.
 * @throws {RapidProError} `INVALID_TOKEN`, `PERMISSION_DENIED`, `NOT_RAPIDPRO` and the other errors of every request.
 * @see API reference, section 4.32
 * @returns {Operation}
 */
export function getWorkspace(options?: Reference<Options>): Operation {
  return operation({
    args: {},
    options,
    async run({ client }) {
      const { body } = await client.request({ method: 'GET', path: 'workspace' });
      const workspace = asObject(body);
      log.info(`The token is good for workspace ${workspace.uuid}`);
      return workspace;
    },
  });
}
