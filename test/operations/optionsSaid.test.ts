import { expect, test } from 'vitest';
import ast from '../../ast.json' with { type: 'json' };
import { readInterfaces } from '../../scripts/generate/interfaces.js';
import * as Adaptor from '../../src/Adaptor.js';
import type { Operation } from '../../src/types/state.js';
import { refused } from './run.js';

/**
 * An option stands in three places: in what the operation checks, in its type, and in its documentation. What is missing
 * from the first is refused, from the others unknown to whoever needs it.
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

const operations = ast.operations.flatMap(({ name, params, docs }) => {
  const tags: readonly Tag[] = docs.tags;
  const tag = tags.find(one => one.title === 'param' && one.name === 'options');
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
