import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { HttpResponse, type HttpResponseResolver } from 'msw';

/** One exchange with a real server, as recordings/README.md describes it. */
export interface Recording {
  /** `contacts/get_by_uuid`. */
  name: string;
  server: ServerName;
  request: {
    method: string;
    path: string;
    query?: string;
    headers: Record<string, string>;
    role?: string | null;
    body?: unknown;
  };
  response: {
    status: number;
    headers: Record<string, string>;
    body: unknown;
    body_is_text?: boolean;
    body_truncated?: boolean;
    results_trimmed?: boolean;
  };
}

export const servers = ['rapidpro-9.0.0', 'rapidpro-26.3.54'] as const;
export type ServerName = (typeof servers)[number];

const root = fileURLToPath(new URL('./', import.meta.url));

/** Reads `<server>/<endpoint>/<name>.json`. */
export function recording(server: ServerName, endpoint: string, name: string): Recording {
  const text = readFileSync(join(root, server, endpoint, `${name}.json`), 'utf8');
  return { ...JSON.parse(text), name: `${endpoint}/${name}`, server };
}

/** Reads a file that is not an exchange, such as the raw bytes of a 204. */
export function recordedBytes(server: ServerName, path: string): Buffer {
  return readFileSync(join(root, server, path));
}

/** Every exchange of a server, without the files that are none. */
export function recordings(server: ServerName): Recording[] {
  return readdirSync(join(root, server)).flatMap(endpoint =>
    readdirSync(join(root, server, endpoint))
      .filter(file => file.endsWith('.json'))
      .map(file => recording(server, endpoint, file.slice(0, -'.json'.length)))
      .filter(({ request, response }) => request !== undefined && response !== undefined),
  );
}

/** One row of what was sent to a server, and what it then showed. */
export interface StoredRow {
  server: ServerName;
  what: string;
  input: unknown;
  status: number;
  stored: unknown;
}

/** What both servers made of what was written: recordings/normalisation. */
export function storedRows(what: string): StoredRow[] {
  return servers.flatMap(server => {
    const text = readFileSync(join(root, 'normalisation', `${server}.json`), 'utf8');
    const { rows } = JSON.parse(text) as { rows: Omit<StoredRow, 'server'>[] };
    return rows.filter(row => row.what === what).map(row => ({ ...row, server }));
  });
}

/** The body as the server sent it. */
export function bodyText({ response }: Recording): string {
  if (response.body === null) return '';
  return response.body_is_text ? String(response.body) : JSON.stringify(response.body);
}

/** For an msw handler: answers as recorded. */
export function replay(recorded: Recording): HttpResponseResolver {
  const { status, headers } = recorded.response;
  const empty = status === 204 || status === 205 || status === 304;
  return () =>
    new HttpResponse(empty ? null : bodyText(recorded), {
      status,
      headers,
    });
}
