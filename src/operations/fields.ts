import { bodyCheck, name, oneOf } from '../input/body.js';
import { shownId } from '../input/identifiers.js';
import { log } from '../input/log.js';
import { LITERAL } from '../input/options.js';
import type { FieldBody, FieldType } from '../types/bodies.js';
import type { FieldFilters } from '../types/filters.js';
import type { ListOptions, WriteOptions } from '../types/options.js';
import type { Operation, Reference } from '../types/state.js';
import { add, ensure, findNamed, requireKeyOf, update } from './base/objects.js';
import { operation } from './base/operation.js';
import { collect, list } from './lists/list.js';

const IS_FIELD_TYPE: Record<FieldType, true> = {
  text: true,
  number: true,
  datetime: true,
  state: true,
  district: true,
  ward: true,
};
const FIELD_TYPES = Object.keys(IS_FIELD_TYPE) as FieldType[];

const checkField = bodyCheck(
  'field',
  { name, type: oneOf(FIELD_TYPES) },
  { resource: 'fields', texts: { name: 'name' } },
);

const FIELD = { resource: 'fields', check: checkField } as const;

/**
 * Read the contact fields of the workspace: their keys, names and types.
 * @public
 * @function
 * @namespace global
 * @example <caption>All fields</caption>
 * getFields();
 * @example <caption>One, by its key</caption>
 * getFields({ key: 'next_visit' }, { limit: 1 });
 * @param {FieldFilters} [filters] - `key`. Default: all fields.
 * @param {ListOptions} [options] - `limit` (records; default: all), `timeout` (seconds per request; default: 60), `maxWait` (total seconds of waiting; default: 60).
 * @state {array} data - The fields: `key`, `name`, `type` (`text`, `number`, `datetime`, `state`, `district`, `ward`) and more.
 * @state {object} response - Method, path, statusCode, duration (ms) and number of requests.
 * @throws {RapidProError} `INVALID_FILTER`; the errors of every request.
 * @see https://app.rapidpro.io/api/v2/fields
 * @returns {Operation}
 */
export function getFields(
  filters?: Reference<FieldFilters>,
  options?: Reference<ListOptions>,
): Operation {
  return list('getFields', arguments, { resource: 'fields', filters, options });
}

/**
 * Add a contact field. `ensureField` adds it only if it is missing.
 * @public
 * @function
 * @namespace global
 * @example <caption>A date</caption>
 * addField({ name: 'Birth date', type: 'datetime' });
 * @example <caption>A number; keep its key for later</caption>
 * addField({ name: 'Weight', type: 'number' });
 * fn(state => ({ ...state, weightKey: state.data.key }));
 * @param {FieldBody} field - `name` (at most 36 letters, digits, spaces and hyphens) and `type` (`text`, `number`, `datetime`, `state`, `district`, `ward`).
 * @param {WriteOptions} [options] - `literal` (true: send words for missing data, such as `undefined`, as they are; default: false), `timeout` (seconds per request; default: 60), `maxWait` (total seconds of waiting; default: 60).
 * @state {object} data - The field; its `key` is made from the name: `birth_date`. Contacts cannot use it for about five seconds; later operations wait for that.
 * @state {object} response - Method, path, statusCode, duration (ms) and number of requests.
 * @throws {RapidProError} `NAME_TAKEN`, `LIMIT_REACHED`, `VALIDATION_FAILED`; `OUTCOME_UNKNOWN`; the errors of every request.
 * @see https://app.rapidpro.io/api/v2/fields
 * @returns {Operation}
 */
export function addField(
  field: Reference<FieldBody>,
  options?: Reference<WriteOptions>,
): Operation {
  return add('addField', arguments, FIELD, field, options);
}

/**
 * Change the name or the type of a contact field. RapidPro needs both. The key does not change.
 * @public
 * @function
 * @namespace global
 * @example <caption>Rename</caption>
 * updateField('next_visit', { name: 'Next clinic visit', type: 'datetime' });
 * @example <caption>By the name that people see</caption>
 * getFields();
 * updateField(state => state.data.find(({ name }) => name === 'Next visit').key, {
 *   name: 'Next clinic visit',
 *   type: 'datetime',
 * });
 * @param {string} field - The key of the field.
 * @param {FieldBody} changes - `name` and `type`, both.
 * @param {WriteOptions} [options] - `literal` (true: send words for missing data, such as `undefined`, as they are; default: false), `timeout` (seconds per request; default: 60), `maxWait` (total seconds of waiting; default: 60).
 * @state {object} data - The field.
 * @state {object} response - Method, path, statusCode, duration (ms) and number of requests.
 * @throws {RapidProError} `NOT_FOUND`, `VALIDATION_FAILED`, `INVALID_INPUT`; the errors of every request.
 * @magic field $.children[?(@.name=='fields')].children[*]
 * @see https://app.rapidpro.io/api/v2/fields
 * @returns {Operation}
 */
export function updateField(
  field: Reference<string>,
  changes: Reference<FieldBody>,
  options?: Reference<WriteOptions>,
): Operation {
  return update('updateField', arguments, FIELD, field, changes, options);
}

/**
 * Make sure that a contact field with this name exists. It is added if it is missing, and otherwise left unchanged. Safe to repeat.
 * @public
 * @function
 * @namespace global
 * @example <caption>Before it is used</caption>
 * ensureField({ name: 'Next visit', type: 'datetime' });
 * @example <caption>Several fields</caption>
 * each(['Village of birth', 'Clinic'], ensureField({ name: $.data, type: 'text' }));
 * @param {FieldBody} field - `name` (at most 36 letters, digits, spaces and hyphens) and `type` (`text`, `number`, `datetime`, `state`, `district`, `ward`).
 * @param {WriteOptions} [options] - `literal` (true: send words for missing data, such as `undefined`, as they are; default: false), `timeout` (seconds per request; default: 60), `maxWait` (total seconds of waiting; default: 60).
 * @state {object} data - The field. Contacts can use it in the next operation: it waits until RapidPro is ready.
 * @state {object} response - Method, path, statusCode, duration (ms) and number of requests.
 * @throws {RapidProError} `LIMIT_REACHED`, `VALIDATION_FAILED`, `INVALID_INPUT`; the errors of every request. A field with another type is left unchanged, with a warning.
 * @see https://app.rapidpro.io/api/v2/fields
 * @returns {Operation}
 */
export function ensureField(
  field: Reference<FieldBody>,
  options?: Reference<WriteOptions>,
): Operation {
  return operation('ensureField', arguments, {
    args: { field },
    options,
    knownOptions: LITERAL,
    async run({ client, args, options: { literal } }) {
      const body = checkField(args.field, undefined, literal);
      const name = String(body.name);
      const key = requireKeyOf('fields', name);
      const made = await ensure(client, {
        resource: 'fields',
        body,
        async find() {
          const found = await collect(client, 'fields', {});
          return findNamed(found, name) ?? found.find(other => other.key === key);
        },
      });
      if (made.type !== body.type) {
        const type = FIELD_TYPES.find(known => known === made.type);
        const found = type ? `the type ${type}` : 'another type';
        log.warn(`The field ${shownId(made)} already exists, with ${found}. It was not changed.`);
      }
      return made;
    },
  });
}
