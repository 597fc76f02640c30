import type { Client } from '../client/client.js';
import { fail } from '../errors/errors.js';
import { type Body, bodyCheck, name } from '../input/body.js';
import { refuseMissing } from '../input/missing.js';
import { LITERAL } from '../input/options.js';
import type { GlobalBody, GlobalValueBody } from '../types/bodies.js';
import type { GlobalFilters } from '../types/filters.js';
import type { Dictionary } from '../types/json.js';
import type { ListOptions, WriteOptions } from '../types/options.js';
import type { Operation, Reference } from '../types/state.js';
import {
  add,
  change,
  ensure,
  requireKeyOf,
  requireText,
  sameName,
  update,
} from './base/objects.js';
import { type Access, operation } from './base/operation.js';
import { collect, list } from './lists/list.js';

/** Flows say globals to people. */
const OF_GLOBAL = { resource: 'globals', texts: { name: 'name', value: 'message' } } as const;

const GLOBAL = {
  resource: 'globals',
  check: bodyCheck('global', { name, value: name }, OF_GLOBAL),
  checkChanges: bodyCheck('global', { value: name }, OF_GLOBAL),
} as const;

/** The global with a key. Without the filter, it would be any. */
async function globalAt(client: Client, key: string): Promise<Dictionary | undefined> {
  const found = await collect(client, 'globals', { key });
  return found.find(one => one.key === key);
}

/**
 * RapidPro replaces the value of another global if the new name only has the same key.
 *
 * @throws RapidProError `NAME_TAKEN`
 */
async function refuseTaken({ client, facts }: Access, body: Body): Promise<Body> {
  const key = requireKeyOf('globals', String(body.name));
  const there = await facts.unlessForbidden(
    'globals',
    () => globalAt(client, key),
    'it was not checked that no other global has its key',
  );
  if (!there) return body;
  throw fail(
    'NAME_TAKEN',
    `There is a global with the key "${key}" already, so RapidPro would replace its value.`,
    'Nothing was sent. Choose another name, or change the value with setGlobal().',
  );
}

/** The same if a list did not show the other one yet. */
function refuseReplaced(added: Dictionary, { name }: Body): void {
  if (typeof added.name !== 'string' || sameName(added.name, name)) return;
  throw fail(
    'NAME_TAKEN',
    `A global with the key "${added.key}" was just added with another name, and RapidPro has replaced its value.`,
    'Set it to the right value with setGlobal(), and choose another name for the new one.',
    { outcome: 'unknown' },
  );
}

/**
 * Read the globals of the workspace: values that all flows share, newest change first.
 * @public
 * @function
 * @namespace global
 * @example <caption>One global</caption>
 * getGlobals({ key: 'clinic_phone' });
 * @example <caption>The first ten</caption>
 * getGlobals({}, { limit: 10 });
 * @param {GlobalFilters} [filters] - `key`, `after` and `before` (ISO dates, on `modified_on`), `reverse`. Default: all.
 * @param {ListOptions} [options] - `limit` (records; default: all), `timeout` (seconds per request; default: 60), `maxWait` (total seconds of waiting; default: 60).
 * @state {array} data - The globals: `key`, `name`, `value`.
 * @state {object} response - Method, path, statusCode, duration (ms) and number of requests.
 * @throws {RapidProError} `INVALID_FILTER`; the errors of every request.
 * @see https://app.rapidpro.io/api/v2/globals
 * @returns {Operation}
 */
export function getGlobals(
  filters?: Reference<GlobalFilters>,
  options?: Reference<ListOptions>,
): Operation {
  return list('getGlobals', arguments, { resource: 'globals', filters, options });
}

/**
 * Add a global. If there is one with the same key, it is left unchanged, and the operation throws. `setGlobal` also changes an existing one.
 * @public
 * @function
 * @namespace global
 * @example <caption>A global</caption>
 * addGlobal({ name: 'Opening hours', value: '8 to 16' });
 * @example <caption>With a value from the data</caption>
 * fn(state => ({ ...state, clinic: { name: 'Gisozi' } }));
 * addGlobal({ name: 'Clinic name', value: $.clinic.name });
 * @param {GlobalBody} global - `name` (at most 36 letters, digits, spaces, `_` and `-`) and `value` (text, not empty).
 * @param {WriteOptions} [options] - `literal` (true: send words for missing data, such as `undefined`, as they are; default: false), `timeout` (seconds per request; default: 60), `maxWait` (total seconds of waiting; default: 60).
 * @state {object} data - The global; its `key` is made from the name: `opening_hours`.
 * @state {object} response - Method, path, statusCode, duration (ms) and number of requests.
 * @throws {RapidProError} `NAME_TAKEN`, `LIMIT_REACHED`, `VALIDATION_FAILED`, `INVALID_INPUT`; `OUTCOME_UNKNOWN`; the errors of every request.
 * @see https://app.rapidpro.io/api/v2/globals
 * @returns {Operation}
 */
export function addGlobal(
  global: Reference<GlobalBody>,
  options?: Reference<WriteOptions>,
): Operation {
  const noun = { ...GLOBAL, resolve: refuseTaken, checkAdded: refuseReplaced };
  return add('addGlobal', arguments, noun, global, options);
}

/**
 * Change the value of a global.
 * @public
 * @function
 * @namespace global
 * @example <caption>Another number</caption>
 * updateGlobal('clinic_phone', { value: '115' });
 * @example <caption>Only if the value differs</caption>
 * getGlobals({ key: 'clinic_phone' });
 * fnIf(state => state.data[0].value !== '116', updateGlobal('clinic_phone', { value: '116' }));
 * @param {string} global - The key of the global.
 * @param {GlobalValueBody} changes - `value`. The name stays.
 * @param {WriteOptions} [options] - `literal` (true: send words for missing data, such as `undefined`, as they are; default: false), `timeout` (seconds per request; default: 60), `maxWait` (total seconds of waiting; default: 60).
 * @state {object} data - The global.
 * @state {object} response - Method, path, statusCode, duration (ms) and number of requests.
 * @throws {RapidProError} `NOT_FOUND`, `VALIDATION_FAILED`, `INVALID_INPUT`; the errors of every request.
 * @magic global $.children[?(@.name=='globals')].children[*]
 * @see https://app.rapidpro.io/api/v2/globals
 * @returns {Operation}
 */
export function updateGlobal(
  global: Reference<string>,
  changes: Reference<GlobalValueBody>,
  options?: Reference<WriteOptions>,
): Operation {
  return update('updateGlobal', arguments, GLOBAL, global, changes, options);
}

/**
 * Set a global to a value. It is added if it is missing, and changed if its value differs. Safe to repeat.
 * @public
 * @function
 * @namespace global
 * @example <caption>The number that flows tell people to call</caption>
 * setGlobal('Clinic phone', '114');
 * @example <caption>A value that is a word for missing data</caption>
 * setGlobal('Nothing to say', 'undefined', { literal: true });
 * @param {string} name - The name (at most 36 letters, digits, spaces, `_` and `-`), or the key that RapidPro made from it.
 * @param {string} value - The value: text or a number, not empty.
 * @param {WriteOptions} [options] - `literal` (true: send words for missing data, such as `undefined`, as they are; default: false), `timeout` (seconds per request; default: 60), `maxWait` (total seconds of waiting; default: 60).
 * @state {object} data - The global: `key`, `name`, `value`.
 * @state {object} response - Method, path, statusCode, duration (ms) and number of requests.
 * @throws {RapidProError} `LIMIT_REACHED`, `VALIDATION_FAILED`, `INVALID_INPUT`; the errors of every request.
 * @magic name $.children[?(@.name=='globals')].children[*]
 * @see https://app.rapidpro.io/api/v2/globals
 * @returns {Operation}
 */
export function setGlobal(
  name: Reference<string>,
  value: Reference<string | number>,
  options?: Reference<WriteOptions>,
): Operation {
  return operation('setGlobal', arguments, {
    args: { name, value },
    options,
    knownOptions: LITERAL,
    async run({ client, args, options: { literal } }) {
      const wanted = requireText(args.name, 'name');
      const text = requireText(args.value, 'value');
      refuseMissing(wanted, 'global.name', 'name', literal);
      refuseMissing(text, 'global.value', 'message', literal);
      const key = requireKeyOf('globals', wanted);
      const found = await ensure(client, {
        resource: 'globals',
        body: { name: wanted, value: text },
        find: () => globalAt(client, key),
      });
      // Writing the same value would move modified_on.
      if (found.value === text) return found;
      return change(client, {
        resource: 'globals',
        query: { key: String(found.key) },
        body: { value: text },
      });
    },
  });
}
