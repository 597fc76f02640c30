import { readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import * as http from '../../src/http.js';
import * as util from '../../src/util.js';
import * as webhook from '../../src/webhook.js';
import { declarationFiles, Editor } from './editor.js';
import { type Unpacked, unpackPacked } from './packed.js';
import { built, COMMON, manifest, OPERATIONS, ROOT } from './project.js';

let unpacked: Unpacked;
let editor: Editor;

beforeAll(async () => {
  await built();
  unpacked = await unpackPacked(ROOT);
  editor = new Editor(unpacked.folder, manifest.name);
}, 60_000);

afterAll(() => unpacked.remove());

const NAMESPACES = ['dateFns', 'http', 'util', 'webhook'];
const HELPERS = COMMON.filter(name => !NAMESPACES.includes(name));
/** What the platform and people's own code call. It is exported, so a job could import it. */
const NO_OPERATIONS = ['execute', 'iteratePages', 'metadata', 'parsePush'];

/** The functions of a namespace as a job writes them. */
function functionsOf(namespace: string, members: object): string[] {
  return Object.entries(members).flatMap(([name, value]) =>
    typeof value === 'function' ? [`${namespace}.${name}`] : [],
  );
}

interface Described {
  operations: { name: string; params: string[] }[];
}

describe('in the editor', () => {
  test('the package is a few flat files', () => {
    const names = declarationFiles(unpacked.folder).map(file => basename(file, '.d.ts'));
    expect(names.sort()).toEqual([
      ...['Adaptor', 'dateFns', 'http', 'index', 'types', 'util', 'webhook'],
    ]);
  });

  test('every operation shows its parameters and what it does', () => {
    const text = readFileSync(join(unpacked.folder, 'ast.json'), 'utf8');
    const { operations } = JSON.parse(text) as Described;
    const calls = editor.calls(operations.map(({ name }) => name));
    expect(operations.length).toBeGreaterThan(80);
    for (const { name, params } of operations) {
      expect([name, calls.get(name)]).toEqual([
        name,
        { parameters: params, documentation: expect.stringMatching(/^[A-Z]/) },
      ]);
    }
  });

  test('so do the helpers and the functions of the namespaces', () => {
    const names = [
      ...HELPERS,
      ...functionsOf('http', http),
      ...functionsOf('webhook', webhook),
      ...functionsOf('util', util),
      ...['dateFns.format', 'dateFns.parse'],
    ];
    expect(names).toEqual(expect.arrayContaining(['http.delete', 'webhook.parse', 'util.encode']));
    const bare = [...editor.calls(names)].filter(
      ([, { parameters, documentation }]) => !parameters || documentation === '',
    );
    expect(bare).toEqual([]);
  });

  test.each([
    ['getContacts({ | })', ['group', 'after']],
    ['getContacts({}, { | })', ['limit', 'concurrency']],
    ['getMessages({ | })', ['folder', 'label']],
    ['upsertContact({ | })', ['urns', 'name', 'fields']],
    ['sendBroadcast({ | })', ['text', 'contacts', 'urns']],
    ['startFlow({ | })', ['flow', 'contacts', 'urns']],
    ['syncContacts([], { | })', ['dryRun', 'key']],
    ['uploadMedia("", { | })', ['filename', 'contentType']],
    ['cursor("now", { | })', ['key', 'format']],
    ['http.post("labels", {}, { | })', ['query', 'timeout']],
    ['webhook.parse({ | })', ['header', 'numbers']],
    ['util.get("", { | })', ['headers', 'query']],
  ])('%s offers its keys', (job, keys) => {
    expect(editor.keys(job)).toEqual(expect.arrayContaining(keys));
  });

  test('a namespace offers its own functions', () => {
    const names = editor.offered('http.|').flatMap(({ name, kind }) => {
      return kind === 'warning' ? [] : [name];
    });
    expect(names.sort()).toEqual(Object.keys(http).sort());
  });

  test('a job is offered what it can call, and the names of shapes', () => {
    const empty = new Editor(join(ROOT, 'scripts'), manifest.name);
    const always = new Set(empty.offered('|').map(({ name }) => name));
    const names = editor.offered('|').flatMap(({ name }) => (always.has(name) ? [] : [name]));
    // TypeScript knows the name of a shape from its import.
    const shape = /^[A-Z]/;
    expect(names.filter(name => !shape.test(name)).sort()).toEqual(
      [...OPERATIONS, ...HELPERS, ...NAMESPACES, ...NO_OPERATIONS]
        .filter(name => !always.has(name))
        .sort(),
    );
    const text = readFileSync(join(unpacked.folder, 'types/types.d.ts'), 'utf8');
    const strays = names.filter(
      name => shape.test(name) && name !== 'Adaptor' && !text.includes(` ${name}`),
    );
    expect(strays).toEqual([]);
  });
});
