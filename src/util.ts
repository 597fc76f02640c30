import { util } from '@openfn/language-common';
import type { State } from './types/state.js';

/** The namespace `util` of language-common, as it is there, with types of our own. */

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
