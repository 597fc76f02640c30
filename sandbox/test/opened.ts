import { request } from 'undici';
import { onTestFinished } from 'vitest';
import { createSandbox, type Sandbox, type SandboxOptions } from '../src/index.js';

/** A response from a real socket. `data` is parsed if it is JSON, otherwise a text. */
export interface Answer<T> {
  status: number;
  headers: Record<string, string | string[] | undefined>;
  data: T;
}

export interface Page<T = Record<string, unknown>> {
  next: string | null;
  previous: string | null;
  results: T[];
}

export interface Opened {
  sandbox: Sandbox;
  /** `path` follows `/api/v2/` and includes the query, or is a whole URL of the sandbox. */
  get<T = Page>(path: string, token?: string): Promise<Answer<T>>;
  post<T = Record<string, unknown>>(
    path: string,
    body: unknown,
    token?: string,
  ): Promise<Answer<T>>;
  remove<T = unknown>(path: string, token?: string): Promise<Answer<T>>;
}

/** Opens a sandbox that is closed after the test. */
export async function open(options: SandboxOptions = {}): Promise<Opened> {
  const sandbox = await createSandbox(options);
  onTestFinished(() => sandbox.close());
  return callsOf(sandbox);
}

export function callsOf(sandbox: Sandbox): Opened {
  const ask = async <T>(
    method: 'GET' | 'POST' | 'DELETE',
    path: string,
    token = sandbox.token,
    body?: unknown,
  ): Promise<Answer<T>> => {
    const response = await request(new URL(path, `${sandbox.host}api/v2/`), {
      method,
      headers: {
        authorization: `Token ${token}`,
        accept: 'application/json',
        'content-type': 'application/json',
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const { statusCode: status, headers } = response;
    // A 204 may still have a body on the wire; see wire.test.ts.
    const text = status === 204 ? '' : await response.body.text();
    const isJson = String(headers['content-type']).startsWith('application/json');
    return { status, headers, data: (text && isJson ? JSON.parse(text) : text) as T };
  };
  return {
    sandbox,
    get: (path, token) => ask('GET', path, token),
    post: (path, body, token) => ask('POST', path, token, body),
    remove: (path, token) => ask('DELETE', path, token),
  };
}
