// The types that language-common ships do not resolve under every module resolution, and are `any` in
// most places. This is what the adaptor itself calls; what a job gets is typed in common.ts, dateFns.ts
// and util.ts.
declare module '@openfn/language-common' {
  // An import at the top would make a module of this file.
  type State = import('./types/state.js').State;
  type Operation = import('./types/state.js').Operation;
  type Step = import('./types/state.js').Step;
  type Source = import('./types/state.js').Source;
  type ValueReader = import('./types/state.js').ValueReader;
  interface HelperResponse {
    url: string;
    method: string;
    statusCode: number;
    statusMessage: string;
    headers: { [name: string]: string | string[] | undefined };
    body: unknown;
    duration: number;
    query?: { [key: string]: unknown };
  }

  export function execute(...operations: Step[]): Operation;
  export function composeNextState(state: State, data: unknown): State;
  export function as(key: unknown, operation: Step): Operation;
  export function combine(...operations: Step[]): Operation;
  export function cursor(value: unknown, options?: object): Operation;
  export function dataPath(path: string): string;
  export function dataValue(path: string): ValueReader;
  export function each(source: Source, operation: Step): Operation;
  export function field(key: string, value: unknown): [string, unknown];
  export function fields(...fields: [string, unknown][]): { [key: string]: unknown };
  export function fn(func: Step): Operation;
  export function fnIf(condition: unknown, operation: Step): Operation;
  export function group(source: Source, keyPath: unknown, callback?: Step): Operation;
  export function lastReferenceValue(path: string): ValueReader;
  export function log(...values: unknown[]): Operation;
  export function map(
    items: readonly unknown[],
    callback: (item: unknown, index: number, state: State) => unknown,
  ): Operation;
  export function merge(source: string, fields: unknown): ValueReader;
  export function parseCsv(text: unknown, options?: object, callback?: unknown): Operation;
  export function source(path: string): (state: State) => unknown[];
  export function sourceValue(path: string): ValueReader;

  export const dateFns: {
    format(date: Date | number, format: string, options?: object): string;
    parse(text: string, format: string, base: Date | number, options?: object): Date;
  };

  export const util: {
    ERROR_ABSOLUTE_URL: string;
    ERROR_URL_MISMATCH: string;
    assertRelativeUrl(path: string): void;
    decode(text: string, options?: object): unknown;
    del(url: string, body?: unknown, options?: object): Promise<HelperResponse>;
    enableMockClient(baseUrl: string, options?: object): object;
    encode(data: unknown, options?: object): string;
    encodeFormBody(data: object): object;
    expandReferences(state: State, ...values: unknown[]): unknown[];
    generateAgentKey(baseUrl: string, options?: object): string;
    get(url: string, options?: object): Promise<HelperResponse>;
    logResponse<Response>(response: Response): Response;
    makeBasicAuthHeader(username: string, password: string): { Authorization: string };
    normalizeOauthConfig<Configuration>(configuration: Configuration): Configuration;
    parseDate(date: unknown, start?: unknown): unknown;
    parseUrl(
      pathOrUrl: string,
      baseUrl?: string,
    ): { url: string; baseUrl: string; path: string; query: { [key: string]: unknown } };
    post(url: string, body?: unknown, options?: object): Promise<HelperResponse>;
    put(url: string, body?: unknown, options?: object): Promise<HelperResponse>;
    request(method: string, pathOrUrl: string, options?: object): Promise<HelperResponse>;
    throwError(
      code: string | number,
      error?: { description?: string; fix?: string; [more: string]: unknown },
    ): never;
    uuid(): string;
  };
}
