import { util } from '@openfn/language-common';
import { fail, RapidProError, withFixInMessage } from './errors/errors.js';
import { type Given, refuseMore } from './input/check.js';
import { type CsvOptions, parseCsv as readCsv } from './input/csv.js';
import {
  type DateTimeOptions,
  type DayRange,
  dayRange as rangeOf,
  dateTime as readDateTime,
} from './input/days.js';
import { resolveValue } from './input/expand.js';
import { type PhoneUrnOptions, phoneUrn as urnOf, phoneUrns as urnsOf } from './input/phones.js';
import { isRunning } from './input/run.js';
import { inPieces } from './input/turns.js';
import type { Reference, State, ValueReader } from './types/state.js';

/**
 * The namespace `util` of language-common with types of our own, and helpers for RapidPro jobs. Given a value, these
 * return a value. Given a function of state, such as `$.data.phone` in a job, they return a function of state.
 */

/** Calls a helper. If an argument is a function of state, returns a function of state instead. */
function onValues<Result>(
  name: string,
  all: Given,
  values: readonly unknown[],
  make: (...values: unknown[]) => Result,
): Result | ((state: State) => Result) {
  const given = (state: State) => {
    refuseMore(`util.${name}`, all, values);
    return make(
      ...values.map(value => resolveValue(state, value, `an argument of util.${name}()`)),
    );
  };
  if (values.some(value => typeof value === 'function')) return given;
  try {
    return given({});
  } catch (error) {
    // Of an error at the top level of a job, the platform shows only the message.
    throw error instanceof RapidProError && !isRunning() ? withFixInMessage(error) : error;
  }
}

/** With it, invalid input returns null. */
interface OrNull {
  ifInvalid: 'null';
}

/**
 * Turn a phone number as people write it into a URN: `0788 123 123` becomes `tel:+250788123123`. It reads digits of other scripts, and repairs what spreadsheets do if the number is certain: `788123123` without its zero, `250788123123.0`, `2.50788123123E+11`. Two numbers in one text, numbers that have lost digits, and numbers of another country without `+` or `00` are errors, because the message could reach a stranger.
 *
 * In a list for `syncContacts`, write `() =>` before it. Then a wrong number fails for that person alone, and the result says why.
 * @public
 * @function
 * @namespace util
 * @example <caption>A number from a form</caption>
 * upsertContact({ urns: [util.phoneUrn('0788 123 123', 'RW')], name: 'Amina' });
 * @example <caption>For a list: people without a usable number are in `failed`, and the others are saved</caption>
 * syncContacts(state =>
 *   state.data.map(({ name, phone }) => ({
 *     name,
 *     urns: [() => util.phoneUrn(phone, 'RW')],
 *   })),
 * );
 * @param {string} text - One phone number, as text or a whole number. A URN with `tel` or `whatsapp` works, too; `scheme` still says what it becomes.
 * @param {string} country - The country of numbers without a country code, as two letters: `RW`.
 * @param {PhoneUrnOptions} [options] - `scheme` (`'tel'` or `'whatsapp'`; default: `'tel'`), `ifInvalid` (`'error'`, or `'null'` to return null; default: `'error'`).
 * @throws {RapidProError} `INVALID_URN` says what is wrong, without showing the number; `INVALID_INPUT` for the country; `INVALID_OPTION`.
 * @returns {string} The URN, or a function of state that returns it.
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
  return onValues('phoneUrn', arguments, [text, country, options], urnOf);
}

/**
 * Turn all phone numbers in a cell into URNs, such as `0788 123 123 / 0722 123 123`. It also takes a list of cells. The URNs keep the order of the numbers, without duplicates. An empty cell returns an empty list. RapidPro sends messages to the first URN of a contact.
 * @public
 * @function
 * @namespace util
 * @example <caption>Two numbers in one cell</caption>
 * upsertContact({ urns: util.phoneUrns('0788 123 123 / 0722 123 123', 'RW'), name: 'Amina' });
 * @param {string} texts - The text of a cell, or a list of them.
 * @param {string} country - As in `util.phoneUrn`.
 * @param {PhoneUrnOptions} [options] - As in `util.phoneUrn`. With `ifInvalid: 'null'`, anything that is not a phone number is left out.
 * @throws {RapidProError} The errors of `util.phoneUrn`.
 * @returns {Array} The URNs, or a function of state that returns them.
 */
export function phoneUrns(
  texts: ValueReader,
  country: Reference<string>,
  options?: PhoneUrnOptions,
): (state: State) => string[];
export function phoneUrns(texts: unknown, country: string, options?: PhoneUrnOptions): string[];
export function phoneUrns(texts: unknown, country: unknown, options?: unknown): unknown {
  return onValues('phoneUrns', arguments, [texts, country, options], urnsOf);
}

/**
 * Turn a date into the form that contact fields need, with time and zone: `31/01/2026` becomes `2026-01-31T00:00:00+02:00`. A day without a time becomes its first moment in that zone, even where the clocks skip midnight. Years before 1900 are refused, because digits are missing, or the cell was empty (30/12/1899).
 * @public
 * @function
 * @namespace util
 * @example <caption>A due date from a register</caption>
 * upsertContact({
 *   urns: ['tel:+250788123123'],
 *   fields: { due_date: util.dateTime('31/01/2026', 'dd/MM/yyyy', 'Africa/Kigali') },
 * });
 * @param {string} value - Text in the form of the pattern, a time with its zone as in JSON, the number that a spreadsheet stores for a day (46053 is 31 January 2026; also as text), or a `Date`.
 * @param {string} pattern - `dd`, `MM`, `yyyy`, `HH`, `mm`, `ss` (`d` and `M`: one or two digits; `MMM`: `Jan`; `MMMM`: `January`; `a`: AM or PM, with `hh`). Text in quotes is taken as it is.
 * @param {string} zone - The time zone of the date, as an IANA name: `Africa/Kigali`.
 * @param {DateTimeOptions} [options] - `ifInvalid` (`'error'`, or `'null'` to return null, which clears a field; default: `'error'`).
 * @throws {RapidProError} `INVALID_INPUT` says what is wrong, without showing the date; `INVALID_OPTION`.
 * @returns {string} The date, or a function of state that returns it.
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
  return onValues('dateTime', arguments, [value, pattern, zone, options], readDateTime);
}

/**
 * The filters `after` and `before` for one or more days: from the first moment to the last microsecond in a time zone. RapidPro includes both ends. Weeks begin on Monday.
 *
 * Spread it into the filters, or take one of the two: `const { after } = util.dayRange('yesterday', 'Africa/Kigali')` is everything since yesterday began. If the day comes from the state, write a function: `state => ({ ...util.dayRange(state.data.day, 'Africa/Kigali') })`.
 * @public
 * @function
 * @namespace util
 * @example <caption>Yesterday's answers</caption>
 * getFlowRuns({ ...util.dayRange('yesterday', 'Africa/Kigali'), responded: true });
 * @param {string} day - `'yesterday'`, `'today'`, `'last week'`, `'last month'`, or a date: `'2026-01-31'`.
 * @param {string} zone - The time zone, as an IANA name: `Africa/Kigali`.
 * @throws {RapidProError} `INVALID_INPUT` for an invalid day or time zone.
 * @returns {object} `after` and `before`, or a function of state that returns both.
 */
export function dayRange(day: ValueReader, zone: Reference<string>): (state: State) => DayRange;
export function dayRange(day: string, zone: string): DayRange;
export function dayRange(day: unknown, zone: unknown): unknown {
  return onValues('dayRange', arguments, [day, zone], rangeOf);
}

/**
 * Turn CSV text into rows, one object for each. Cells stay text: `'0788'` keeps its zero. Empty lines are skipped. Every line must have a cell for each column.
 * @public
 * @function
 * @namespace util
 * @example <caption>A register</caption>
 * const rows = util.parseCsv('name;phone\nAmina;0788 123 123', { delimiter: ';', required: ['phone'] });
 * @param {string} text - The CSV text.
 * @param {CsvOptions} [options] - `delimiter` (default: `','`), `quote` (default: `'"'`), `columns` (true: the first line has the names; false: rows are lists; a list: the names; default: true), `required` (names of columns that must exist; default: none), `trim` (remove spaces around cells; default: true).
 * @throws {RapidProError} `INVALID_INPUT` names the invalid line, or the missing column with the columns that there are; `INVALID_OPTION`.
 * @returns {Array} The rows, or a function of state that returns them.
 */
export function parseCsv(
  text: ValueReader,
  options?: CsvOptions,
): (state: State) => { [column: string]: string }[];
export function parseCsv(text: string, options: CsvOptions & { columns: false }): string[][];
export function parseCsv(text: string, options?: CsvOptions): { [column: string]: string }[];
export function parseCsv(text: unknown, options?: unknown): unknown {
  return onValues('parseCsv', arguments, [text, options], readCsv);
}

/**
 * Split a list into parts: `[1, 2, 3]` in parts of two is `[[1, 2], [3]]`.
 * @public
 * @function
 * @namespace util
 * @example <caption>In parts of two</caption>
 * const pieces = util.chunk(['a', 'b', 'c'], 2);
 * @param {Array} list - The list.
 * @param {number} size - The maximum number of items in a part.
 * @throws {RapidProError} `INVALID_INPUT` if it is not a list, or the size is invalid.
 * @returns {Array} The parts, or a function of state that returns them.
 */
export function chunk<Item>(
  list: (state: State) => Item[],
  size: number,
): (state: State) => Item[][];
export function chunk<Item>(list: readonly Item[], size: number): Item[][];
export function chunk(list: unknown, size: unknown): unknown {
  return onValues('chunk', arguments, [list, size], (items, most) => {
    const isWhole = Number.isSafeInteger(most) && Number(most) > 0;
    if (!Array.isArray(items) || !isWhole) {
      throw fail(
        'INVALID_INPUT',
        `util.chunk(): ${isWhole ? 'the list is missing' : 'the size must be a whole number above 0'}.`,
        'Write it like this: util.chunk([1, 2, 3], 2). If it comes from $ or state, check that the data is there.',
      );
    }
    return inPieces(items, Number(most));
  });
}

/** Options of `util.encode` and `util.decode`. */
interface Base64Options {
  /** False: treat the data as text, even if it is an object or JSON. Default: true. */
  parseJson?: boolean;
}

/** Options of the HTTP helpers of `util`. */
interface HelperRequestOptions {
  /** Put in front of the path. A complete address must have the same origin. */
  baseUrl?: string;
  headers?: { [name: string]: string };
  query?: { [key: string]: unknown };
  /** An object is sent as JSON. */
  body?: unknown;
  /** For each status: the text of the error, a function to call, or false for no error. */
  errors?: { [status: string]: unknown };
  /** Milliseconds. Default: 300000. */
  timeout?: number;
  tls?: object;
  /** How to read the answer. Default: `'auto'`, by its content type. */
  parseAs?: 'auto' | 'text' | 'json' | 'base64' | 'stream';
  /** The maximum number of redirects. Default: none. */
  maxRedirections?: number;
  /** False: return an answer that redirects. Default: true, it is an error. */
  throwOnUnhandledRedirect?: boolean;
}

/** What the HTTP helpers of `util` return. */
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

/** Throw if a path is a complete address. */
export function assertRelativeUrl(path: string): void {
  util.assertRelativeUrl(path);
}

/** Decode base64 text, and parse it if it is JSON. */
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

/** Mock a server in a test. Returns undici's mock of it. */
export function enableMockClient(baseUrl: string, options?: object): object {
  return util.enableMockClient(baseUrl, options);
}

/** Encode text, or an object as JSON, in base64. */
export function encode(data: unknown, options?: Base64Options): string {
  return util.encode(data, options);
}

/** Turn an object into a `FormData`. Nested objects become JSON; keys without a value are left out. */
export function encodeFormBody(data: object): object {
  return util.encodeFormBody(data);
}

/** Replace functions of state by their values, at any depth. */
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

/** Log the method, address, status and duration of a response. Returns the response. */
export function logResponse<Answer>(response: Answer): Answer {
  return util.logResponse(response);
}

/** The header of basic authentication. */
export function makeBasicAuthHeader(username: string, password: string): { Authorization: string } {
  return util.makeBasicAuthHeader(username, password);
}

/** Add `accessToken` to a credential that has `access_token`. */
export function normalizeOauthConfig<Configuration>(configuration: Configuration): Configuration {
  return util.normalizeOauthConfig(configuration);
}

/** Read `now`, `today`, `yesterday`, `2 hours ago`, `3 days ago`, `start` and `end` as dates. Returns other values unchanged. */
export function parseDate(date: unknown, start?: unknown): unknown {
  return util.parseDate(date, start);
}

/** Split an address into its parts. */
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

/** Throw an error with a code and other keys. */
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
