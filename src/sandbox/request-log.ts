import type { Incoming } from './core/incoming.js';

/** A request that the sandbox answered. */
export interface LoggedRequest {
  method: string;
  path: string;
  /** As sent, without the question mark. */
  query: string;
  /** What JSON came to; a text for anything else; null for nothing. */
  body: unknown;
  status: number;
  /** Names in lower case; without `authorization`. */
  headers: Record<string, string>;
  /** Whose token it was, if one of the sandbox's. */
  as: string | null;
}

const MOST = 10_000;

export class RequestLog {
  #kept: LoggedRequest[] = [];

  constructor(readonly nameOf: (token: string) => string | undefined) {}

  add(incoming: Incoming, status: number): void {
    if (this.#kept.length >= MOST) this.#kept.shift();
    const { authorization, ...headers } = Object.fromEntries(incoming.headers);
    const { method, path, search } = incoming;
    const as = this.nameOf(authorization?.split(' ').at(-1) ?? '') ?? null;
    this.#kept.push({
      method,
      path,
      query: search,
      body: bodyOf(incoming.body),
      status,
      headers,
      as,
    });
  }

  all(): LoggedRequest[] {
    return [...this.#kept];
  }
}

function bodyOf(bytes: Uint8Array): unknown {
  if (bytes.length === 0) return null;
  const text = new TextDecoder().decode(bytes);
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
