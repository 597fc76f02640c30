import { util } from '@openfn/language-common';
import { fail } from './errors/errors.js';
import { type CsvOptions, parseCsv as readCsv } from './input/csv.js';
import {
  type DateTimeOptions,
  type DayRange,
  dayRange as rangeOf,
  dateTime as readDateTime,
} from './input/days.js';
import { resolveValue } from './input/expand.js';
import { type PhoneUrnOptions, phoneUrn as urnOf, phoneUrns as urnsOf } from './input/phones.js';
import type { Reference, State, ValueReader } from './types/state.js';

/**
 * The namespace `util` of language-common, as it is there, with types of our own; and what jobs for RapidPro
 * need besides. Those helpers give their value at once, and of a function of state, as `$.data.phone` becomes
 * one, they make another.
 */

/** Gives what a helper makes of its arguments; where one is a function of state, a function of state. */
function onValues<Result>(
  name: string,
  values: readonly unknown[],
  make: (...values: unknown[]) => Result,
): Result | ((state: State) => Result) {
  const given = (state: State) =>
    make(...values.map(value => resolveValue(state, value, `an argument of util.${name}()`)));
  return values.some(value => typeof value === 'function') ? given : given({});
}

/** With it, what cannot be read is null. */
interface OrNull {
  ifInvalid: 'null';
}

/**
 * The URN of a phone number as people write it: `tel:+250788123123` of `0788 123 123`. Digits that are not ASCII are read too. What a spreadsheet made of a number is mended where there is one way to do so: `788123123` without its zero, `250788123123.0`, `2.50788123123E+11`. What can be two numbers, or has lost digits, is an error. So is a number of another country without `+` or `00`: one digit lost or doubled would reach a stranger there.
 *
 * In a list for `syncContacts` write `() =>` before it: then a number that is none fails for that person alone, and says why.
 * @public
 * @function
 * @namespace util
 * @example <caption>From what a form left</caption>
 * upsertContact({ urns: [util.phoneUrn('0788 123 123', 'RW')], name: 'Amina' });
 * @example <caption>For a list: who has no usable number is told, and does not keep the others</caption>
 * syncContacts(state =>
 *   state.data.map(({ name, phone }) => ({
 *     name,
 *     urns: [() => util.phoneUrn(phone, 'RW')],
 *   })),
 * );
 * @param {string} text - One number. A number without decimals is taken too, and a URN of `tel` or `whatsapp`.
 * @param {string} country - The country that numbers without a code belong to, by two letters: `RW`.
 * @param {PhoneUrnOptions} [options] - `scheme` (`'tel'`, or `'whatsapp'`: the digits without plus), `ifInvalid` (`'error'`, or `'null'` to get null).
 * @throws {RapidProError} `INVALID_URN` says what is wrong, without the number; `INVALID_INPUT` for the country; `INVALID_OPTION`.
 * @returns {string} The URN, or a function of state that gives it.
 */
export function phoneUrn(
  text: ValueReader,
  country: Reference<string>,
  options?: PhoneUrnOptions,
): (state: State) => string;
export function phoneUrn(
  text: unknown,
  country: string,
  options: PhoneUrnOptions & OrNull,
): string | null;
export function phoneUrn(text: unknown, country: string, options?: PhoneUrnOptions): string;
export function phoneUrn(text: unknown, country: unknown, options?: unknown): unknown {
  return onValues('phoneUrn', [text, country, options], urnOf);
}

/**
 * The URNs of all numbers of a cell, as `0788 123 123 / 0722 123 123`, or of a list of cells, each once and in their order. An empty cell has none. RapidPro writes to the first of a contact.
 * @public
 * @function
 * @namespace util
 * @example <caption>A register that keeps two numbers in one cell</caption>
 * upsertContact({ urns: util.phoneUrns('0788 123 123 / 0722 123 123', 'RW'), name: 'Amina' });
 * @param {string} texts - A cell, or a list of cells.
 * @param {string} country - As of `util.phoneUrn`.
 * @param {PhoneUrnOptions} [options] - As of `util.phoneUrn`; with `ifInvalid: 'null'` what is no number is left out.
 * @throws {RapidProError} As `util.phoneUrn`.
 * @returns {Array} The URNs, or a function of state that gives them.
 */
export function phoneUrns(
  texts: ValueReader,
  country: Reference<string>,
  options?: PhoneUrnOptions,
): (state: State) => string[];
export function phoneUrns(texts: unknown, country: string, options?: PhoneUrnOptions): string[];
export function phoneUrns(texts: unknown, country: unknown, options?: unknown): unknown {
  return onValues('phoneUrns', [texts, country, options], urnsOf);
}

/**
 * A date in full, with its zone, as contact fields want it: `2026-01-31T00:00:00+02:00`. A day is its first moment in that zone, also where the clocks skip midnight. Years before 1900 are refused: of those, digits are lost, or the cell was empty (30/12/1899).
 * @public
 * @function
 * @namespace util
 * @example <caption>The due date of a register</caption>
 * upsertContact({
 *   urns: ['tel:+250788123123'],
 *   fields: { due_date: util.dateTime('31/01/2026', 'dd/MM/yyyy', 'Africa/Kigali') },
 * });
 * @param {string} value - A text as the pattern says; a time with its zone, as JSON has it; the number that a spreadsheet keeps for a day (46053 is 31 January 2026), also as text of five digits; or a `Date`.
 * @param {string} pattern - `dd`, `MM`, `yyyy`, `HH`, `mm`, `ss` (`d` and `M`: one digit or two; `MMM`: `Jan`, `MMMM`: `January`; `a`: AM or PM with `hh`). Quoted text stands for itself.
 * @param {string} zone - Where the date is from, by its IANA name: `Africa/Kigali`.
 * @param {DateTimeOptions} [options] - `ifInvalid` (`'error'`, or `'null'` to get null, which clears a field).
 * @throws {RapidProError} `INVALID_INPUT` says what is wrong, without the date; `INVALID_OPTION`.
 * @returns {string} The date, or a function of state that gives it.
 */
export function dateTime(
  value: ValueReader,
  pattern: Reference<string>,
  zone: Reference<string>,
  options?: DateTimeOptions,
): (state: State) => string;
export function dateTime(
  value: unknown,
  pattern: string,
  zone: string,
  options: DateTimeOptions & OrNull,
): string | null;
export function dateTime(
  value: unknown,
  pattern: string,
  zone: string,
  options?: DateTimeOptions,
): string;
export function dateTime(
  value: unknown,
  pattern: unknown,
  zone: unknown,
  options?: unknown,
): unknown {
  return onValues('dateTime', [value, pattern, zone, options], readDateTime);
}

/**
 * A day or more, as `after` and `before` of a list: from its first moment to its last microsecond in that zone. RapidPro includes both. Weeks begin on Monday.
 * @public
 * @function
 * @namespace util
 * @example <caption>What was answered yesterday</caption>
 * getFlowRuns({ ...util.dayRange('yesterday', 'Africa/Kigali'), responded: true });
 * @param {string} day - `'yesterday'`, `'today'`, `'last week'`, `'last month'`, or a day: `'2026-01-31'`.
 * @param {string} zone - Whose day, by its IANA name: `Africa/Kigali`.
 * @throws {RapidProError} `INVALID_INPUT` for what is no day or no zone.
 * @returns {object} `after` and `before`, or a function of state that gives both.
 */
export function dayRange(day: ValueReader, zone: Reference<string>): (state: State) => DayRange;
export function dayRange(day: string, zone: string): DayRange;
export function dayRange(day: unknown, zone: unknown): unknown {
  return onValues('dayRange', [day, zone], rangeOf);
}

/**
 * The rows of a table that is written as text. Cells are text, as they stand there: `'0788'` stays so. Empty lines are left out. Every line must have the cells that the columns want.
 * @public
 * @function
 * @namespace util
 * @example <caption>A register</caption>
 * const rows = util.parseCsv('name;phone\nAmina;0788 123 123', { delimiter: ';' });
 * @param {string} text - The table.
 * @param {CsvOptions} [options] - `delimiter` (default: `','`), `quote`, `columns` (false: rows are lists; a list: their names, where the first line has none), `trim` (default: true).
 * @throws {RapidProError} `INVALID_INPUT` names the line that is broken; `INVALID_OPTION`.
 * @returns {Array} An object for each row, or a function of state that gives them.
 */
export function parseCsv(
  text: ValueReader,
  options?: CsvOptions,
): (state: State) => { [column: string]: string }[];
export function parseCsv(text: string, options: CsvOptions & { columns: false }): string[][];
export function parseCsv(text: string, options?: CsvOptions): { [column: string]: string }[];
export function parseCsv(text: unknown, options?: unknown): unknown {
  return onValues('parseCsv', [text, options], readCsv);
}

/**
 * A list in pieces: `[[1, 2], [3]]` of `[1, 2, 3]` by two.
 * @public
 * @function
 * @namespace util
 * @example <caption>By hundreds</caption>
 * const pieces = util.chunk(['a', 'b', 'c'], 2);
 * @param {Array} list - The list.
 * @param {number} size - The most that a piece may hold.
 * @throws {RapidProError} `INVALID_INPUT` for what is no list, or no size.
 * @returns {Array} The pieces, or a function of state that gives them.
 */
export function chunk<Item>(
  list: (state: State) => Item[],
  size: number,
): (state: State) => Item[][];
export function chunk<Item>(list: readonly Item[], size: number): Item[][];
export function chunk(list: unknown, size: unknown): unknown {
  return onValues('chunk', [list, size], (items, most) => {
    const isWhole = Number.isSafeInteger(most) && Number(most) > 0;
    if (!Array.isArray(items) || !isWhole) {
      throw fail(
        'INVALID_INPUT',
        `util.chunk(): ${isWhole ? 'the list is missing' : 'the size must be a whole number above 0'}.`,
        'Write it like this: util.chunk([1, 2, 3], 2). If it comes from $ or state, check that the data is there.',
      );
    }
    const step = Number(most);
    return Array.from({ length: Math.ceil(items.length / step) }, (_, place) =>
      items.slice(place * step, (place + 1) * step),
    );
  });
}

/** What `util.encode` and `util.decode` can be told. */
interface Base64Options {
  /** False: take the data as text, also where it is an object or JSON. Default: true. */
  parseJson?: boolean;
}

/** What the HTTP helpers of `util` can be told. */
interface HelperRequestOptions {
  /** Joined with the path. A whole address must be of the same origin. */
  baseUrl?: string;
  headers?: { [name: string]: string };
  query?: { [key: string]: unknown };
  /** An object is sent as JSON. */
  body?: unknown;
  /** By status: the text of the error, a function that is called, or false for no error. */
  errors?: { [status: string]: unknown };
  /** Milliseconds. Default: 300000. */
  timeout?: number;
  tls?: object;
  /** How the answer is read. Default: `'auto'`, by its content type. */
  parseAs?: 'auto' | 'text' | 'json' | 'base64' | 'stream';
  /** How many redirects are followed. Default: none. */
  maxRedirections?: number;
  /** False: give an answer that redirects as it is. Default: true, an error. */
  throwOnUnhandledRedirect?: boolean;
}

/** What the HTTP helpers of `util` give. */
export interface HelperResponse {
  url: string;
  method: string;
  statusCode: number;
  statusMessage: string;
  headers: { [name: string]: string | string[] | undefined };
  body: unknown;
  /** Milliseconds. */
  duration: number;
  query?: { [key: string]: unknown };
}

/** The description of the error of `util.assertRelativeUrl`. */
export const ERROR_ABSOLUTE_URL: string = util.ERROR_ABSOLUTE_URL;

/** The message of the error of `util.parseUrl`. */
export const ERROR_URL_MISMATCH: string = util.ERROR_URL_MISMATCH;

/** Fail where a path is a whole address. */
export function assertRelativeUrl(path: string): void {
  util.assertRelativeUrl(path);
}

/** Read base64 text. What it holds is parsed where it is JSON. */
export function decode(text: string, options?: Base64Options): unknown {
  return util.decode(text, options);
}

/** Send a DELETE request to any server. For RapidPro: `http.delete`. */
export function del(
  url: string,
  body?: unknown,
  options?: HelperRequestOptions,
): Promise<HelperResponse> {
  return util.del(url, body, options);
}

/** Answer requests to a server from a mock, in a test. Gives undici's mock of the server. */
export function enableMockClient(baseUrl: string, options?: object): object {
  return util.enableMockClient(baseUrl, options);
}

/** Write text, or an object as JSON, in base64. */
export function encode(data: unknown, options?: Base64Options): string {
  return util.encode(data, options);
}

/** Turn an object into a `FormData`. Objects in it are written as JSON; keys without a value are left out. */
export function encodeFormBody(data: object): object {
  return util.encodeFormBody(data);
}

/** Resolve functions of state in values, at any depth. */
export function expandReferences(state: State, ...values: unknown[]): unknown[] {
  return util.expandReferences(state, ...values);
}

/** The key by which the HTTP helpers share connections. */
export function generateAgentKey(baseUrl: string, options?: object): string {
  return util.generateAgentKey(baseUrl, options);
}

/** Send a GET request to any server. For RapidPro: `http.get`. */
export function get(url: string, options?: HelperRequestOptions): Promise<HelperResponse> {
  return util.get(url, options);
}

/** Log the method, address, status and duration of a response. Gives the response. */
export function logResponse<Answer>(response: Answer): Answer {
  return util.logResponse(response);
}

/** The header of basic authentication. */
export function makeBasicAuthHeader(username: string, password: string): { Authorization: string } {
  return util.makeBasicAuthHeader(username, password);
}

/** Let a credential have `accessToken` where it has `access_token`. */
export function normalizeOauthConfig<Configuration>(configuration: Configuration): Configuration {
  return util.normalizeOauthConfig(configuration);
}

/** Read `now`, `today`, `yesterday`, `2 hours ago`, `3 days ago`, `start` and `end` as dates. Gives other values as they are. */
export function parseDate(date: unknown, start?: unknown): unknown {
  return util.parseDate(date, start);
}

/** Take an address apart. */
export function parseUrl(
  pathOrUrl: string,
  baseUrl?: string,
): { url: string; baseUrl: string; path: string; query: { [key: string]: unknown } } {
  return util.parseUrl(pathOrUrl, baseUrl);
}

/** Send a POST request to any server. For RapidPro: `http.post`. */
export function post(
  url: string,
  body?: unknown,
  options?: HelperRequestOptions,
): Promise<HelperResponse> {
  return util.post(url, body, options);
}

/** Send a PUT request to any server. */
export function put(
  url: string,
  body?: unknown,
  options?: HelperRequestOptions,
): Promise<HelperResponse> {
  return util.put(url, body, options);
}

/** Send a request to any server. For RapidPro: `http.request`. */
export function request(
  method: string,
  pathOrUrl: string,
  options?: HelperRequestOptions,
): Promise<HelperResponse> {
  return util.request(method, pathOrUrl, options);
}

/** Throw an error with a code. Other keys come with it. */
export function throwError(
  code: string | number,
  error?: { description?: string; fix?: string; [more: string]: unknown },
): never {
  return util.throwError(code, error);
}

/** A new random uuid. */
export function uuid(): string {
  return util.uuid();
}
