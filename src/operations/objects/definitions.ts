import type { Client } from '../../client/client.js';
import type { Dictionary } from '../../types/json.js';
import type { Query } from '../../types/request.js';
import { asObject } from '../base/asObject.js';

/** Servers refuse addresses of 4 kB and more. This many uuids stay below that. */
const MOST_UUIDS = 80;

const LISTS = ['flow', 'campaign'] as const;

const listOf = (value: Query[string]): string[] =>
  value === undefined ? [] : [value].flat().map(String);

/** The query in as many parts as necessary; a short one stays unchanged. */
function* parts(query: Query): Generator<Query> {
  const uuids = LISTS.flatMap(name =>
    [...new Set(listOf(query[name]))].map(uuid => ({ name, uuid })),
  );
  if (uuids.length <= MOST_UUIDS) {
    yield query;
    return;
  }
  for (let start = 0; start < uuids.length; start += MOST_UUIDS) {
    const part = uuids.slice(start, start + MOST_UUIDS);
    const lists = LISTS.map(name => [
      name,
      part.filter(one => one.name === name).map(({ uuid }) => uuid),
    ]);
    yield { ...query, ...Object.fromEntries(lists) };
  }
}

function identityOf(item: unknown): string {
  const { uuid, key } = (item ?? {}) as Dictionary;
  return JSON.stringify(uuid ?? key ?? item);
}

/** Merges several exports: what two have in common is in the result once. */
function merge(exports: readonly Dictionary[]): Dictionary {
  const [first = {}] = exports;
  const merged = { ...first };
  for (const name of Object.keys(first)) {
    const lists = exports.map(one => one[name]);
    if (!lists.every(Array.isArray)) continue;
    const items = lists.flat().map((item): [string, unknown] => [identityOf(item), item]);
    merged[name] = [...new Map(items).values()];
  }
  return merged;
}

/** Exports flows and campaigns, and what they depend on. */
export async function readDefinitions(client: Client, query: Query): Promise<Dictionary> {
  const exports: Dictionary[] = [];
  for (const part of parts(query)) {
    const { body } = await client.request({ method: 'GET', path: 'definitions', query: part });
    exports.push(asObject(body));
  }
  return merge(exports);
}
