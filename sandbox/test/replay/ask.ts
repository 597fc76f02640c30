import { Client } from 'undici';
import type { Sandbox } from '../../src/index.js';

/** A response from the socket. */
export interface Answer {
  status: number;
  headers: Record<string, string>;
  /** Parsed if it is JSON, otherwise a text; null if there was none. */
  body: unknown;
}

export interface Question {
  method: string;
  /** Path and query, sent unchanged. */
  target: string;
  headers?: Record<string, string>;
  body?: string | Uint8Array | null;
}

/** Sends requests to a sandbox over one keep-alive connection. */
export function asker(sandbox: Sandbox): {
  ask(question: Question): Promise<Answer>;
  /** The administrator asks an endpoint, `contacts.json?uuid=…`, with a JSON body or without one. */
  askApi(method: string, endpoint: string, json?: string): Promise<Answer>;
  close(): Promise<void>;
} {
  const client = new Client(new URL(sandbox.host).origin);
  return {
    close: () => client.close(),
    askApi(method, endpoint, json) {
      return this.ask({
        method,
        target: `/api/v2/${endpoint}`,
        headers: {
          authorization: `Token ${sandbox.token}`,
          accept: 'application/json',
          ...(json === undefined ? {} : { 'content-type': 'application/json' }),
        },
        body: json ?? null,
      });
    },
    async ask({ method, target, headers = {}, body = null }) {
      const response = await client.request({
        method: method as 'GET',
        path: target,
        headers,
        body: body as string | null,
      });
      const flat: Record<string, string> = {};
      for (const [name, value] of Object.entries(response.headers)) flat[name] = String(value);
      if (response.statusCode === 204) {
        await response.body.dump();
        return { status: 204, headers: flat, body: null };
      }
      const text = await response.body.text();
      return { status: response.statusCode, headers: flat, body: parsed(text, flat) };
    },
  };
}

function parsed(text: string, headers: Record<string, string>): unknown {
  if (text === '') return null;
  return headers['content-type']?.startsWith('application/json') ? JSON.parse(text) : text;
}
