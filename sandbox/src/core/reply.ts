/** A status and a body before it is serialized. */
export interface Reply {
  status: number;
  /** Serialized as JSON. Undefined for no body. */
  data?: unknown;
  headers?: Record<string, string>;
  /** The response of the `*_actions` endpoints, which `v9` sends with two stray bytes. */
  emptyAction?: true;
}

/** Validation messages as the server shapes them: a list, or nested objects of lists. */
export type Issue = string[] | { [key: string]: Issue };
export type Issues = { [key: string]: Issue };

/** Ends a request with an error response. */
export class Refusal extends Error {
  constructor(
    readonly status: number,
    readonly data: unknown,
    readonly headers: Record<string, string> = {},
  ) {
    super(`answered ${status}`);
  }
}

const detail = (status: number, text: string): Refusal => new Refusal(status, { detail: text });

export const badRequest = (text: string): Refusal => detail(400, text);
export const forbidden = (text = 'You do not have permission to perform this action.'): Refusal =>
  detail(403, text);
export const notFound = (text: string): Refusal => detail(404, text);
export const conflict = (text: string): Refusal => detail(409, text);
export const invalid = (issues: Issues): Refusal => new Refusal(400, issues);
export const invalidAsAWhole = (...messages: string[]): Refusal =>
  invalid({ non_field_errors: messages });

/** A request that Django itself refuses, before any code of the server: a page without a reason. */
export class Suspicious extends Error {}

/** The response to a crash of the server's own code: a text without a reason. */
export class ServerError extends Error {}
