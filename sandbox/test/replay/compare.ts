import type { Recording, ServerName } from '../../../recordings/read.js';
import type { Answer } from './ask.js';
import { listDifferences } from './list.js';
import { Bindings, differences, isObject } from './match.js';
import { shapeDifferences } from './shape.js';

/**
 * Compares a response with a recorded one: headers and errors exactly, the results of reads row by row, the results of
 * writes by the type of each value.
 */

/** Headers whose presence and value must match. */
const HEADERS = ['content-type', 'allow', 'vary', 'content-language', 'location'];
const WORKSPACE_HEADERS = ['x-temba-org', 'x-temba-workspace'];

/** The differences between a response and the recorded one. `host` is the sandbox's. */
export function compare(exchange: Recording, answer: Answer, host: string): string[] {
  const { response } = exchange;
  if (answer.status !== response.status) {
    return [
      `status ${response.status} is ${answer.status}: ${JSON.stringify(answer.body)?.slice(0, 200)}`,
    ];
  }
  const headers = HEADERS.flatMap(name =>
    (response.headers[name] ?? '') === (answer.headers[name] ?? '')
      ? []
      : [`header ${name}: ${response.headers[name]} is ${answer.headers[name]}`],
  );
  const named = WORKSPACE_HEADERS.flatMap(name =>
    name in response.headers === name in answer.headers ? [] : [`header ${name} differs`],
  );
  return [...headers, ...named, ...compareBodies(exchange, inPlaceOf(answer.body, host, exchange))];
}

/** The address of each recorded server. */
const HOSTS: Record<ServerName, string> = {
  'rapidpro-9.0.0': '127.0.0.1:8000',
  'rapidpro-26.3.54': '127.0.0.1:18000',
};

const inPlaceOf = (body: unknown, host: string, { server }: Recording): unknown =>
  JSON.parse(JSON.stringify(body ?? null).replaceAll(host, HOSTS[server]));

function compareBodies({ request, response }: Recording, found: unknown): string[] {
  const { body } = response;
  if (response.status === 429) {
    const shown = (one: unknown) => JSON.stringify(one).replace(/\d+ seconds?/, 'n seconds');
    return shown(body) === shown(found) ? [] : [`body: ${shown(body)} is ${shown(found)}`];
  }
  if (typeof body === 'string') return pageDifferences(response, found);
  if (response.status >= 400) return differences(body, found, new Bindings(), 'body');
  const shape = shapeDifferences(body, found);
  if (shape.length > 0 || request.method !== 'GET') return shape;
  return readDifferences(request, body, found);
}

/** The results of reads: row by row, or exactly. The contents of other workspaces are not recorded well enough. */
function readDifferences(
  { path, query = '', role }: Recording['request'],
  wanted: unknown,
  found: unknown,
): string[] {
  if (!isObject(wanted) || !isObject(found) || role === 'other_workspace_administrator') return [];
  if (!Array.isArray(wanted.results)) {
    return differences(wanted, found, new Bindings(), 'body');
  }
  const endpoint = /\/api\/v2\/([a-z_]+)/.exec(path)?.[1] ?? '';
  const cut = query.includes('cursor=') || (found.next ?? null) !== null;
  return listDifferences(endpoint, wanted, found, { cut });
}

/** The title of a page for browsers, all of any other page. */
function pageDifferences({ body }: Recording['response'], actual: unknown): string[] {
  const [wanted, found] = [body, actual].map(page => titleOrAll(String(page)));
  return wanted === found ? [] : [`body: ${wanted} is ${found}`];
}

function titleOrAll(page: string): string {
  const title =
    /^<!DOCTYPE HTML>\s+<html lang="en-us">\s+<head>\s+<title>\s+(.*?)\s+<\/title>/s.exec(page);
  return title?.[1] ?? page;
}
