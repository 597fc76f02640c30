import { describe, expect, test } from 'vitest';
import type { Client } from '../../../src/client/client.js';
import { Limiter } from '../../../src/client/limiter.js';
import type { Settings } from '../../../src/input/options.js';
import type { WorkspaceFacts } from '../../../src/operations/base/workspaceFacts.js';
import type { Input } from '../../../src/sync/inputs.js';
import { BulkOutcome } from '../../../src/sync/report/bulkOutcome.js';
import {
  completeDates,
  readFacts,
  resolveNames,
  type SyncFacts,
} from '../../../src/sync/syncFacts.js';
import type { Dictionary } from '../../../src/types/json.js';
import { fakeClock } from '../../support/fakeClock.js';

/** What is read of a workspace for a list, and which entries do not fit it. */

const MOTHERS = {
  uuid: '00000000-0000-4000-8000-00000000000a',
  name: 'Mothers',
  count: 7,
  query: null,
};
const OLD = { uuid: '00000000-0000-4000-8000-00000000000b', name: 'Old', query: 'age > 50' };
const OPEN = { uuid: '00000000-0000-4000-8000-00000000000c', name: 'Open Tickets', system: true };
const TYPES = { id: 'text', age: 'number', due: 'datetime', home: 'state' };

/** A workspace whose groups and fields are there from the given read on. */
function workspaceOf(
  groups: Dictionary[][] = [[MOTHERS, OLD, OPEN]],
  types: Record<string, string>[] = [TYPES],
) {
  const clock = fakeClock();
  const limiter = new Limiter({ clock, isBulk: true });
  const reads = { groups: 0, types: 0, forgotten: 0 };
  const client = {
    limiter,
    clock,
    request: async ({ path }: { path: string }) => {
      expect(path).toBe('groups');
      const results = groups[Math.min(reads.groups++, groups.length - 1)];
      return { statusCode: 200, body: { next: null, results } };
    },
  } as unknown as Client;
  const workspace = {
    fieldTypes: async () =>
      new Map(Object.entries(types[Math.min(reads.types++, types.length - 1)] ?? {})),
    forgetFields: () => {
      reads.forgotten++;
    },
  } as unknown as WorkspaceFacts;
  return { client, workspace, reads, sleeps: clock.sleeps };
}

const read = (entries: Partial<Input>[], options: Settings = {}, world = workspaceOf()) =>
  readFacts(
    world.client,
    entries.map((entry, index) => ({ index, ...entry })),
    options,
    world.workspace,
  );

describe('what a list needs is read', () => {
  test.each<[entries: Partial<Input>[], options: object, groups: number, types: number]>([
    [[], {}, 0, 0],
    [[{ urns: ['tel:+250788000001'] }], {}, 0, 0],
    [[{ groups: ['Mothers'] }], {}, 1, 0],
    [[{ groups: [] }], { groups: 'exact' }, 1, 0],
    [[{ groups: [] }], { groups: { exact: ['Mothers'] } }, 1, 0],
    [[{ fields: { id: 'x' } }], {}, 0, 1],
    [[], { key: 'fields.id' }, 0, 1],
    [[], { group: 'Mothers' }, 1, 0],
    [[], { removeMissing: { groups: ['Mothers'] } }, 1, 0],
  ])('%j with %j: groups %d times, fields %d times', async (entries, options, groups, types) => {
    const world = workspaceOf();
    await read(entries, options, world);
    expect(world.reads).toEqual({ groups, types, forgotten: 0 });
    expect(world.sleeps).toEqual([]);
  });

  test('the facts', async () => {
    const options: Settings = {
      group: 'mothers',
      removeMissing: { groups: [MOTHERS.uuid, 'Mothers'], atMost: '10%' },
      key: 'fields.id',
    };
    expect(await read([], options)).toEqual({
      types: new Map(Object.entries(TYPES)),
      groups: [MOTHERS, OLD, OPEN],
      manual: new Set([MOTHERS.uuid]),
      exact: new Set(),
      scope: { uuid: MOTHERS.uuid, count: 7 },
      leave: [MOTHERS],
    });
    expect((await read([], { group: 'Old' })).scope).toEqual({ uuid: OLD.uuid, count: 0 });
    expect(await read([])).toEqual({
      types: new Map(),
      groups: [],
      manual: new Set(),
      exact: new Set(),
      scope: undefined,
      leave: [],
    });
  });

  test('groups and fields that are missing may be new, so they are read again', async () => {
    const world = workspaceOf([[OLD], [OLD, MOTHERS]], [{ id: 'text' }, TYPES]);
    const facts = await read([{ groups: ['Mothers'], fields: { age: 1 } }], {}, world);
    expect(world.reads).toEqual({ groups: 2, types: 2, forgotten: 1 });
    expect(world.sleeps).toHaveLength(2);
    expect(facts.manual).toEqual(new Set([MOTHERS.uuid]));
    expect(facts.types.get('age')).toBe('number');
  });

  test('one of several that is missing is enough', async () => {
    const world = workspaceOf([[OLD], [OLD, MOTHERS]], [{ id: 'text' }, TYPES]);
    await read([{ groups: ['Old', 'Mothers'], fields: { id: 'x', age: 1 } }], {}, world);
    expect(world.reads).toEqual({ groups: 2, types: 2, forgotten: 1 });
  });

  test.each<[options: object, code: string, description: string, fix: string]>([
    [
      { group: 'Mathers' },
      'UNKNOWN_GROUP',
      'The workspace has no group with the name in options.group.',
      'Did you mean "Mothers"? getGroups() lists the groups.',
    ],
    [
      { removeMissing: { groups: ['Mothers', 'Mathers'] } },
      'UNKNOWN_GROUP',
      'The workspace has no group with the name in options.removeMissing.groups[1]. Nothing was sent.',
      'Did you mean "Mothers"? getGroups() lists the groups.',
    ],
    [
      { removeMissing: { groups: ['Old'] } },
      'INVALID_OPTION',
      'options.removeMissing.groups[0] is a smart group: RapidPro decides who is in it. Nothing was sent.',
      'Use only manual groups.',
    ],
    [
      { removeMissing: { groups: ['Open Tickets'] } },
      'INVALID_OPTION',
      'options.removeMissing.groups[0] is a smart group: RapidPro decides who is in it. Nothing was sent.',
      'Use only manual groups.',
    ],
    [
      { key: 'fields.idd' },
      'INVALID_OPTION',
      'options.key is a field that the workspace does not have: "idd".',
      'Did you mean "fields.id"? Use a field with text or numbers.',
    ],
    [
      { key: 'fields.color' },
      'INVALID_OPTION',
      'options.key is a field that the workspace does not have: "color".',
      'Use a field with text or numbers: getFields() lists them, and ensureField() adds one.',
    ],
    [
      { key: 'fields.home' },
      'INVALID_OPTION',
      'options.key is a field with dates or places, which cannot identify contacts.',
      'Did you mean "fields.home"? Use a field with text or numbers.',
    ],
    [
      { key: 'fields.due' },
      'INVALID_OPTION',
      'options.key is a field with dates or places, which cannot identify contacts.',
      'Did you mean "fields.due"? Use a field with text or numbers.',
    ],
  ])('%j is refused', async (options, code, description, fix) => {
    await expect(read([], options)).rejects.toMatchObject({ code, description, fix });
  });

  test('a field with numbers can be the key', async () => {
    await expect(read([], { key: 'fields.age' })).resolves.toBeDefined();
  });
});

describe('names in entries', () => {
  const facts: SyncFacts = {
    types: new Map(Object.entries(TYPES)),
    groups: [MOTHERS, OLD, OPEN],
    manual: new Set([MOTHERS.uuid]),
    exact: new Set(),
    scope: undefined,
    leave: [],
  };
  async function resolved(...entries: Partial<Input>[]) {
    const inputs = entries.map((entry, index): Input => ({ index, ...entry }));
    const outcome = new BulkOutcome(inputs.length, new Limiter({ clock: fakeClock() }));
    await resolveNames(inputs, facts, outcome);
    const { failed, notAttempted } = outcome.result();
    return { inputs, failed, open: notAttempted.map(({ index }) => index) };
  }

  test('become uuids, each once', async () => {
    const { inputs, failed } = await resolved(
      { groups: ['Mothers', 'mothers', MOTHERS.uuid] },
      { groups: [] },
      { fields: { id: 'x', age: 1 } },
      {},
    );
    expect(failed).toEqual([]);
    expect(inputs.map(({ groups }) => groups)).toEqual([[MOTHERS.uuid], [], undefined, undefined]);
  });

  test('a list that several entries share is good or bad for each of them', async () => {
    const [good, bad] = [['Mothers'], ['Mothers', 'Mathers']];
    const lists = [bad, bad, good, good, undefined, good, bad];
    const { inputs, failed, open } = await resolved(...lists.map(groups => ({ groups })));
    expect(failed.map(({ index }) => index)).toEqual([0, 1, 6]);
    expect(open).toEqual([2, 3, 4, 5]);
    const found = open.map(index => inputs[index]?.groups);
    expect(found).toEqual([[MOTHERS.uuid], [MOTHERS.uuid], undefined, [MOTHERS.uuid]]);
    expect(good).toEqual(['Mothers']);
  });

  const SMART = 'RapidPro decides who is in it. Nothing was sent.';
  test.each<[entry: Partial<Input>, code: string, description: string, fix: string]>([
    [
      { groups: ['Mothers', 'Mathers'] },
      'UNKNOWN_REFERENCE',
      'The workspace has no group "Mathers". Nothing was sent.',
      'Did you mean "Mothers"? getGroups() lists the groups.',
    ],
    [
      { groups: ['Old'] },
      'UNKNOWN_REFERENCE',
      `"Old" is a smart group: ${SMART}`,
      'Use only manual groups.',
    ],
    [
      { groups: ['Open Tickets'] },
      'UNKNOWN_REFERENCE',
      `"Open Tickets" is a smart group: ${SMART}`,
      'Use only manual groups.',
    ],
    // A longer text is no name of a group, and may be personal.
    [
      { groups: [`Dear Amina${'x'.repeat(55)}`] },
      'UNKNOWN_REFERENCE',
      'The workspace has no group "Dear Ami…". Nothing was sent.',
      '',
    ],
    [
      { groups: [`D${'x'.repeat(63)}`] },
      'UNKNOWN_REFERENCE',
      `The workspace has no group "D${'x'.repeat(63)}". Nothing was sent.`,
      '',
    ],
    [
      { fields: { id: 'x', agee: 5 } },
      'UNKNOWN_FIELD',
      'The workspace has no contact field with the key "agee". Nothing was sent.',
      'Did you mean "age"? getFields() lists the keys of the fields.',
    ],
    [
      { fields: { color: 5 } },
      'UNKNOWN_FIELD',
      'The workspace has no contact field with the key "color". Nothing was sent.',
      'Create the field with ensureField(), or correct the key.',
    ],
    [
      { fields: { 'Amina Diallo': 5 } },
      'UNKNOWN_FIELD',
      'The workspace has no contact field with one of the keys. Nothing was sent.',
      'Create the field with ensureField(), or correct the key.',
    ],
  ])('%j is refused', async (entry, code, description, fix) => {
    const { failed, open } = await resolved(entry, { groups: ['Mothers'] }, entry);
    expect(failed).toMatchObject([
      { index: 0, code, description },
      { index: 2, code, description },
    ]);
    if (fix) expect(failed[0]?.fix).toBe(fix);
    expect(open).toEqual([1]);
  });
});

test('times are sent in full, and entries with one that RapidPro would misread fail', async () => {
  const inputs: Input[] = [
    { index: 0, fields: { due: '2026-01-05T10:30' } },
    { index: 1, fields: { due: '2026-02-31' } },
    { index: 2 },
    { index: 3, fields: { due: '2026-01-05T10:30' } },
  ];
  const outcome = new BulkOutcome(4, new Limiter({ clock: fakeClock() }));
  outcome.complete('unchanged', { index: 3 });
  const facts = {
    timezone: async () => 'Africa/Kigali',
    dateStyle: async () => 'day_first',
    unlessForbidden: <T>(_: string, work: () => Promise<T>) => work(),
    fieldTypes: async () => new Map(Object.entries(TYPES)),
  };
  await completeDates(facts, inputs, outcome, new Map(Object.entries(TYPES)));
  expect(inputs[0]?.fields?.due).toBe('2026-01-05T10:30:00+02:00');
  expect(inputs[3]?.fields?.due).toBe('2026-01-05T10:30');
  expect(outcome.result().failed).toMatchObject([
    {
      index: 1,
      code: 'INVALID_INPUT',
      description: expect.stringContaining('contact.fields.due '),
    },
  ]);
  const broken = {
    index: 2,
    fields: {
      get due(): string {
        throw new RangeError('own');
      },
    },
  };
  await expect(completeDates(facts, [broken], outcome)).rejects.toThrow('own');
});
