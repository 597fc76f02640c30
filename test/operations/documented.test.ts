import { expect, test } from 'vitest';
import ast from '../../ast.json' with { type: 'json' };
import { roles } from '../../scripts/generate/coverage-operations.js';
import { readInterfaces } from '../../scripts/generate/interfaces.js';
import * as Adaptor from '../../src/Adaptor.js';
import { type ResourceName, resources } from '../../src/resources.js';
import type { Operation } from '../../src/types/state.js';
import { refused } from './run.js';

/**
 * An option stands in three places: in what the operation checks, in its type, and in its documentation. What is missing
 * from the first is refused, from the others unknown to whoever needs it. So does a filter: the compiler compares its type,
 * in types.test.ts.
 */

const types = readInterfaces(
  ['types/bodies', 'types/bulk', 'types/options', 'http'].map(file => `src/${file}.ts`),
);

const made = new Map<string, unknown>(Object.entries(Adaptor));

/** What all lists take is said once, with their type. A download has no requests that could wait. */
const SILENT = new Map([
  ['ListOptions', ['concurrency', 'deadline', 'resume']],
  ['ArchivedListOptions', ['concurrency', 'deadline', 'resume']],
  ['DownloadOptions', ['maxWait']],
]);

interface Type {
  name?: string;
  expression?: Type | string;
}
interface Tag {
  title: string;
  name?: string | null;
  description?: string | null;
  type?: Type | null;
}

function nameOf(type: Type | string | null | undefined): string {
  return typeof type === 'object' ? (type?.name ?? nameOf(type?.expression)) : '';
}

/** The names in `limit` (records; default: all), `timeout` (…): those that are not in brackets. */
function namesIn(description: string): string[] {
  let [text, before] = [description, ''];
  while (text !== before) [before, text] = [text, text.replace(/\([^()]*\)/g, '')];
  const [list = ''] = text.split(/\. /);
  return [...list.matchAll(/`(\w+)`/g)].map(([, name = '']) => name);
}

function tagOf({ tags }: { tags: readonly Tag[] }, param: string): Tag | undefined {
  return tags.find(({ title, name }) => title === 'param' && name === param);
}

const operations = ast.operations.flatMap(({ name, params, docs }) => {
  const tag = tagOf(docs, 'options');
  return tag ? [{ name, place: params.indexOf('options'), tag }] : [];
});

test('almost all operations have options', () => {
  expect(operations.length).toBeGreaterThan(80);
});

test.each(operations)('$name takes the options that it says', async ({ name, place, tag }) => {
  const make = made.get(name) as (...given: unknown[]) => Operation;
  const given = Array.from({ length: place }, () => ({}));
  const { fix } = await refused(make(...given, { zzz: 1 }), 'INVALID_OPTION');
  const taken = /Possible here: ([\w, ]+)\./.exec(fix)?.[1]?.split(', ').sort() ?? [];
  const type = nameOf(tag.type);
  const typed = types.get(type)?.members.map(member => member.name);
  expect([...new Set(typed)].sort()).toEqual(taken);
  const said = namesIn(tag.description ?? '');
  expect([...new Set([...said, ...(SILENT.get(type) ?? [])])].sort()).toEqual(taken);
});

/** Other names of the same filter, and what belongs to another one. Their types have them. */
const ASIDE = ['getArchives type', 'getContacts urn_order', 'getTickets ticket'];

const lists = Object.entries(roles).flatMap(([resource, { read }]) => {
  const filters = Object.keys(resources[resource as ResourceName].filters);
  const found = ast.operations.find(({ name }) => name === read);
  return found && filters.length > 0 ? [{ name: found.name, docs: found.docs, filters }] : [];
});

test('almost all lists have filters', () => {
  expect(lists.length).toBeGreaterThan(20);
});

test.each(lists)('$name says by what it filters', ({ name, docs, filters }) => {
  const said = namesIn(tagOf(docs, 'filters')?.description ?? '');
  const known = filters.filter(filter => !ASIDE.includes(`${name} ${filter}`));
  expect(said.sort()).toEqual(known.sort());
});
