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

/** The requests that were answered, and who is told of each. Tokens stand in none of them. */
export class RequestLog {
  #kept: LoggedRequest[] = [];

  constructor(
    readonly nameOf: (token: string) => string | undefined,
    readonly tell?: (request: LoggedRequest) => void,
  ) {}

  add(incoming: Incoming, status: number): void {
    if (this.#kept.length >= MOST) this.#kept.shift();
    const { authorization, ...headers } = Object.fromEntries(incoming.headers);
    const { method, path, search } = incoming;
    const as = this.nameOf(authorization?.split(' ').at(-1) ?? '') ?? null;
    const body = bodyOf(incoming.body);
    const request = { method, path, query: this.#masked(search), body, status, headers, as };
    this.#kept.push(request);
    this.tell?.(request);
  }

  all(): LoggedRequest[] {
    return [...this.#kept];
  }

  /** Somebody may try to send a token in the query, where no server looks for it. */
  #masked(search: string): string {
    return search
      .split('&')
      .map(pair => {
        const [key = '', value = ''] = pair.split('=', 2);
        return this.nameOf(value) ? `${key}=***` : pair;
      })
      .join('&');
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
