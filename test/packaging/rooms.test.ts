import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import ts from 'typescript';
import { describe, expect, test } from 'vitest';
import { ROOT } from './project.js';

const SRC = join(ROOT, 'src');

/** The rooms of the house from top to bottom. Those of one line stand beside each other. */
const FLOORS: readonly (readonly string[])[] = [
  ['index.ts'],
  ['Adaptor.ts'],
  [
    'execute.ts',
    'http.ts',
    'webhook.ts',
    'metadata.ts',
    'common.ts',
    'util.ts',
    'dateFns.ts',
    'language-common.d.ts',
  ],
  ['operations', 'sync', 'webhook'],
  ['state', 'client'],
  ['input', 'configuration.ts'],
  ['errors'],
  ['types', 'resources.ts', 'version.ts', 'url.ts'],
];

/** Arrows up that are still there. Whoever takes one out takes out its line; none is added. */
const KNOWN_UP: readonly string[] = [];

/** Rooms of one floor that still lead to each other. Held as the arrows are. */
const KNOWN_PAIRS: readonly string[] = [];

/** Files that still lead to each other in a circle, a circle a line. Held as the arrows are. */
const KNOWN_CIRCLES: readonly string[] = [];

const files = readdirSync(SRC, { recursive: true, encoding: 'utf8' })
  .filter(name => name.endsWith('.ts'))
  .sort();

/** What each file imports or exports again, types included. */
const imports = new Map(
  files.map(name => {
    const { importedFiles } = ts.preProcessFile(readFileSync(join(SRC, name), 'utf8'));
    const own = importedFiles
      .filter(({ fileName }) => fileName.startsWith('.'))
      .map(({ fileName }) => join(dirname(name), fileName).replace(/\.js$/, '.ts'));
    return [name, [...new Set(own)]];
  }),
);

const floorOf = (name: string) =>
  FLOORS.findIndex(rooms => rooms.includes(name.split('/')[0] ?? ''));

/** Each set of files that all lead to each other. */
function circles(): string[] {
  const reach = new Map(files.map(name => [name, reachedFrom(name)]));
  const found = files
    .filter(name => reach.get(name)?.has(name))
    .map(name => files.filter(other => reach.get(name)?.has(other) && reach.get(other)?.has(name)));
  return [...new Set(found.map(circle => circle.join(' ')))];
}

function reachedFrom(name: string): Set<string> {
  const seen = new Set<string>();
  const queue = [...(imports.get(name) ?? [])];
  for (let next = queue.pop(); next !== undefined; next = queue.pop()) {
    if (seen.has(next)) continue;
    seen.add(next);
    queue.push(...(imports.get(next) ?? []));
  }
  return seen;
}

describe('the rooms of src', () => {
  test('every file stands in a room, and every import leads to a file', () => {
    expect(files.filter(name => floorOf(name) < 0)).toEqual([]);
    const targets = [...imports.values()].flat();
    expect(targets.length).toBeGreaterThan(files.length);
    expect(targets.filter(name => !imports.has(name))).toEqual([]);
  });

  test('arrows point down only', () => {
    const up = [...imports].flatMap(([from, targets]) =>
      targets.filter(to => floorOf(to) < floorOf(from)).map(to => `${from} -> ${to}`),
    );
    expect(up.sort()).toEqual([...KNOWN_UP].sort());
  });

  test('rooms beside each other lead one way at most', () => {
    const roomOf = (name: string) => name.split('/')[0] ?? '';
    const doors = new Set(
      [...imports].flatMap(([from, targets]) => targets.map(to => `${roomOf(from)} ${roomOf(to)}`)),
    );
    const pairs = FLOORS.flatMap(rooms =>
      rooms.flatMap(one =>
        rooms
          .filter(two => one < two && doors.has(`${one} ${two}`) && doors.has(`${two} ${one}`))
          .map(two => `${one} <-> ${two}`),
      ),
    );
    expect(pairs.sort()).toEqual([...KNOWN_PAIRS].sort());
  });

  test('no files lead to each other in a circle', () => {
    expect(circles()).toEqual(KNOWN_CIRCLES);
  });
});
