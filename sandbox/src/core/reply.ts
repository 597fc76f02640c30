/** What an endpoint answers: a status and what the body holds, before it is written out. */
export interface Reply {
  status: number;
  /** Serialised as JSON; undefined for no body. */
  data?: unknown;
  headers?: Record<string, string>;
  /** The answer of the `*_actions` endpoints, which the older line sends with two stray bytes. */
  emptyAction?: true;
}

/** Validation messages as the server shapes them: a list, or a map down to lists. */
export type Issue = string[] | { [key: string]: Issue };
export type Issues = { [key: string]: Issue };

/** Ends a request with an answer that is not a success. */
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

/** What the server does where its own code breaks: a text without any reason. */
export class ServerError extends Error {}
