import type { Incoming } from './core/incoming.js';

/** A request and the status of its response. */
export interface LoggedRequest {
  method: string;
  path: string;
  /** As sent, without the question mark. */
  query: string;
  /** The parsed JSON; the text if it is not JSON; null if there was no body. */
  body: unknown;
  status: number;
  /** Names in lowercase, without `authorization`. */
  headers: Record<string, string>;
  /** The name of the token; null if it is not one of the sandbox's. */
  as: string | null;
}

const MOST = 10_000;

/** Keeps the latest requests, and reports each as it is added. Tokens are not kept. */
export class RequestLog {
  #kept: LoggedRequest[] = [];

  constructor(
    readonly nameOf: (token: string) => string | undefined,
    readonly onRequest?: (request: LoggedRequest) => void,
  ) {}

  /** Keeps a request, and returns what is kept of it. */
  add(incoming: Incoming, status: number): LoggedRequest {
    if (this.#kept.length >= MOST) this.#kept.shift();
    const { authorization, ...headers } = Object.fromEntries(incoming.headers);
    const { method, path, search } = incoming;
    const as = this.nameOf(authorization?.split(' ').at(-1) ?? '') ?? null;
    const query = this.#masked(search);
    let read: { body: unknown } | undefined;
    const request = {
      method,
      path,
      query,
      // Read when it is asked for: most never are, and reading takes as long as the request itself.
      get body() {
        read ??= { body: bodyOf(incoming.body) };
        return read.body;
      },
      status,
      headers,
      as,
    };
    this.#kept.push(request);
    this.onRequest?.(request);
    return request;
  }

  clear(): void {
    this.#kept = [];
  }

  all(): LoggedRequest[] {
    return [...this.#kept];
  }

  /** Masks a token that was sent in the query by mistake. */
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

/** Larger bodies, such as uploads, are not kept. */
const MOST_BYTES = 3_000_000;

function bodyOf(bytes: Uint8Array): unknown {
  if (bytes.length === 0) return null;
  if (bytes.length > MOST_BYTES) return `(${bytes.length} bytes)`;
  const text = new TextDecoder().decode(bytes);
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
