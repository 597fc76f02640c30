import { describe, expect, test } from 'vitest';
import { dryResult } from '../../../src/sync/bulkRun.js';
import { runSync } from '../../../src/sync/runSync.js';
import { Cost } from '../../../src/sync/write/changes.js';
import type { BulkResult } from '../../../src/types/bulk.js';
import { captureConsole } from '../../support/captureConsole.js';
import { checkpoints, onlyCheckpoint } from '../../support/checkpoint.js';
import { uuidOf } from './change.js';
import { home, LIMIT, members, person, refused, tel } from './fakeRapidPro.js';
import { calling, type RunPlan } from './running.js';
import { counts, upTo } from './workspace.js';

/** The steps of syncContacts, in their order: without a server. */

async function syncing(list: unknown[], plan: RunPlan = {}) {
  // A run empties its list.
  const all = calling([...list], plan);
  const lines = captureConsole();
  const result = await runSync(all.call);
  const said = lines.join('\n');
  return { ...all, result, said, lines: all.server.lines, left: all.call.state };
}

const codes = ({ failed }: BulkResult) => failed.map(({ index, code }) => [index, code]);
const named = (n: number, name = 'New') => ({ urns: [tel(n)], name });
const KEY = { key: 'fields.id' } as const;
const dry = { options: { dryRun: true } } as const;
const people = (count: number) => upTo(count).map(n => person(n));

describe('what cannot be synced is not sent', () => {
  test('urns: "replace" is the word of other upserts', async () => {
    const { call, server } = calling([named(0)], { options: { urns: 'replace' } });
    await expect(runSync(call)).rejects.toMatchObject({
      code: 'INVALID_OPTION',
      fix: expect.stringContaining('urns: "exact"'),
    });
    expect(server.lines).toEqual([]);
  });

  test('a note, which each run would add again', async () => {
    const list = [{ ...named(0), note: 'Called.' }, named(1), named(2)];
    const { result, lines } = await syncing(list, { people: people(3) });
    expect(codes(result)).toEqual([[0, 'INVALID_INPUT']]);
    expect(result.failed[0]?.description).toContain('note');
    expect(lines.filter(line => line.startsWith('write'))).toEqual(['write #1', 'write #2']);
  });

  test('a number that RapidPro reads as one abroad', async () => {
    // Dialed in China like this, it begins with the code of North America.
    const { result, lines } = await syncing([{ urns: ['tel:13812345678'] }], { country: 'CN' });
    expect(codes(result)).toEqual([[0, 'INVALID_URN']]);
    expect(lines).toEqual(['workspace']);
  });

  test('a field or group that is not there', async () => {
    const list = [
      { ...named(0), fields: { nope: 1 } },
      { ...named(1), groups: ['Nope'] },
      { ...named(2), groups: ['Old'] },
    ];
    const { result } = await syncing(list);
    expect(codes(result)).toEqual([
      [0, 'UNKNOWN_FIELD'],
      [1, 'UNKNOWN_REFERENCE'],
      [2, 'UNKNOWN_REFERENCE'],
    ]);
  });

  test('one without what it is recognized by', async () => {
    const { result, lines } = await syncing([{ name: 'Nobody' }]);
    expect(codes(result)).toEqual([[0, 'INVALID_INPUT']]);
    expect(lines).toEqual([]);
  });

  test.each<[string, object[], RunPlan['options']]>([
    ['a URN', [named(0), { ...named(0), name: 'Other' }], {}],
    ['a URN, though the uuid counts', [{ ...named(0), uuid: uuidOf(0) }, named(0)], {}],
    ['the uuid', [{ uuid: uuidOf(0) }, { uuid: uuidOf(0), name: 'x' }], {}],
    [
      'the uuid, though URNs count',
      [
        { uuid: uuidOf(0), urns: [tel(0)] },
        { uuid: uuidOf(0), urns: [tel(1)] },
      ],
      { key: 'urn' },
    ],
    ['id', [{ fields: { id: 'x' } }, { fields: { id: ' x ' } }], KEY],
  ])('two with %s in common', async (what, list, options) => {
    const { result, lines } = await syncing(list, { people: people(2), options });
    expect(codes(result)).toEqual([
      [0, 'CONTACT_CLASH'],
      [1, 'CONTACT_CLASH'],
    ]);
    expect(result.failed[0]?.description).toContain(`they share ${what.split(',')[0]}`);
    expect(lines.filter(line => /write|make/.test(line))).toEqual([]);
  });

  test('but one of them counts, if the job says which', async () => {
    const list = [named(0, 'One'), named(0, 'Two')];
    const { result, server } = await syncing(list, {
      people: people(1),
      options: { duplicates: 'last' },
    });
    expect(result.passedOver).toEqual([{ index: 0, duplicateOf: 1 }]);
    expect(server.bodies).toEqual([{ name: 'Two' }]);
  });

  test('words for missing data, unless they are meant', async () => {
    const list = [{ urns: [tel(0)], name: 'undefined' }];
    expect(codes((await syncing(list)).result)).toEqual([[0, 'INVALID_INPUT']]);
    const { result } = await syncing(list, { options: { literal: true } });
    expect(result.created).toHaveLength(1);
  });

  test('an empty list of URNs, where it would remove all', async () => {
    const list = [{ uuid: uuidOf(0), urns: [] }];
    const exact = await syncing(list, { people: people(1), options: { urns: 'exact' } });
    expect(codes(exact.result)).toEqual([[0, 'INVALID_INPUT']]);
    expect((await syncing(list, { people: people(1) })).result.unchanged).toHaveLength(1);
  });
});

describe('an entry that cannot be sent still identifies its contact', () => {
  test('by a field: nobody else is created in its place, and the one that can be sent counts', async () => {
    const wrong = { fields: { id: 'K6' }, name: ' ' };
    const good = { fields: { id: 'K6' }, name: 'New' };
    for (const list of [
      [wrong, good],
      [good, wrong],
    ]) {
      const { result, server } = await syncing(list, {
        people: [person(0, { fields: { id: 'K6' } })],
        options: { ...KEY, duplicates: list[0] === good ? 'first' : 'last' },
      });
      expect(server.bodies).toEqual([{ name: 'New' }]);
      expect(result.updated).toHaveLength(1);
      expect(result.failed).toHaveLength(1);
    }
  });

  test('which turns out to be that of another entry', async () => {
    const list = [
      { ...named(0), fields: { nope: 1 } },
      { uuid: uuidOf(0), name: 'Changed' },
      { uuid: uuidOf(1), name: 'Changed' },
    ];
    const { result, lines } = await syncing(list, { people: people(2) });
    expect(codes(result)).toEqual([
      [0, 'UNKNOWN_FIELD'],
      [1, 'CONTACT_CLASH'],
    ]);
    expect(lines.filter(line => line.startsWith('write'))).toEqual(['write #1']);
  });

  test('but one that was passed over does not', async () => {
    // It shares a number with the first, and has one of its own, which the third has written at home.
    const list = [
      named(0),
      { urns: [tel(0), tel(1)], name: 'Two' },
      { uuid: uuidOf(1), name: 'Three' },
    ];
    const { result, lines } = await syncing(list, {
      people: people(2),
      options: { duplicates: 'first' },
    });
    expect(result.passedOver).toEqual([{ index: 1, duplicateOf: 0 }]);
    expect(lines.filter(line => line.startsWith('write'))).toEqual(['write #0', 'write #1']);
  });

  test('nor does it where the other one is created', async () => {
    // As RapidPro writes the number of the third, the second has it too.
    const list = [named(0), { urns: [tel(0), tel(1)], name: 'Two' }, { urns: [home(1)] }];
    const { result } = await syncing(list, { options: { duplicates: 'first' } });
    expect(result).toMatchObject({
      created: [{ index: 0 }, { index: 2 }],
      failed: [],
      passedOver: [{ index: 1, duplicateOf: 0 }],
    });
  });
});

describe('the order of the steps', () => {
  test('numbers in local form, pages, those that wait, those found before, others, groups', async () => {
    const list = [
      { ...named(0), groups: ['g1'] },
      { urns: [home(1)], name: 'New' },
      named(2),
      named(900, 'Nine'),
    ];
    const { lines, result } = await syncing(list, { people: people(4) });
    expect(lines).toEqual([
      'groups',
      `find ${home(1)}`,
      'write #1',
      'page',
      'write #0',
      'write #2',
      `make ${tel(900)}`,
      'add 1 g1',
    ]);
    expect(counts(result)).toEqual([1, 3, 0, 0, 0]);
  });

  test('by a field, nothing is written before all has been read', async () => {
    const list = [
      { fields: { id: 'a' }, name: 'New' },
      { fields: { id: 'b' }, name: 'Bea' },
      { fields: { id: 'c' }, name: 'Person 600' },
    ];
    const some = people(601);
    for (const [n, id] of [
      [500, 'a'],
      [600, 'c'],
    ] as const) {
      some[n] = person(n, { fields: { id } });
    }
    const { lines, result } = await syncing(list, { people: some, options: KEY });
    expect(lines).toEqual([
      'fields',
      ...Array(3).fill('page oldest first'),
      'write #500',
      'make Bea',
    ]);
    expect(counts(result)).toEqual([1, 1, 1, 0, 0]);
  });

  test('by a field, two contacts with one value on different pages are not written', async () => {
    const some = people(600).map((one, n) =>
      n === 0 || n === 599 ? { ...one, fields: { id: 'a' } } : one,
    );
    const { result, lines } = await syncing([{ fields: { id: 'a' }, name: 'New' }], {
      people: some,
      options: KEY,
    });
    expect(codes(result)).toEqual([[0, 'CONTACT_CLASH']]);
    expect(lines.filter(line => line.startsWith('write'))).toEqual([]);
  });

  test('a limit among the numbers in local form: no page is read, and nobody is done', async () => {
    const list = [{ urns: [home(0)], name: 'Person 0' }, { urns: [home(1)] }, named(2), named(3)];
    const { lines, result } = await syncing(list, {
      people: people(4),
      before: line => (line.endsWith(home(1)) ? LIMIT : undefined),
    });
    expect(lines).toEqual([`find ${home(0)}`, `find ${home(1)}`]);
    // The second could have been the first one, too.
    expect(counts(result)).toEqual([0, 0, 0, 0, 4]);
  });

  test('a limit among the pages: nobody is looked up or created', async () => {
    const list = upTo(20).map(n => named(n + 900));
    const { lines, left } = await syncing(list, {
      people: people(600),
      before: (_, { lines: sent }) => (sent.length === 2 ? LIMIT : undefined),
    });
    expect(lines).toEqual(['page', 'page']);
    expect(onlyCheckpoint(left).position).toMatchObject({ pages: 1, isHalfDone: false, found: [] });
  });

  test('by a field, a limit among the pages: nothing is written', async () => {
    const { lines, left } = await syncing([{ fields: { id: 'a' }, name: 'New' }], {
      people: [...people(300), person(300, { fields: { id: 'a' } })],
      options: KEY,
      before: (_, { lines: sent }) => (sent.length === 3 ? LIMIT : undefined),
    });
    expect(lines).toEqual(['fields', 'page oldest first', 'page oldest first']);
    expect(onlyCheckpoint(left).position).toMatchObject({ found: [[0, uuidOf(300)]] });
  });

  test('a page is worked on once: what is left of it goes to the checkpoint', async () => {
    const list = upTo(20).map(n => named(n));
    const { left, result } = await syncing(list, {
      people: people(600),
      before: line => (line === 'write #3' ? LIMIT : undefined),
    });
    expect(counts(result)).toEqual([0, 3, 0, 0, 17]);
    expect(onlyCheckpoint(left).position).toMatchObject({ isHalfDone: true, pages: 0 });
    // One is left, and it is looked up next time.
    const last = await syncing(list, {
      people: people(600),
      before: line => (line === 'write #19' ? LIMIT : undefined),
    });
    expect(onlyCheckpoint(last.left).position).toMatchObject({
      isHalfDone: false,
      found: [[19, uuidOf(19)]],
    });
  });
});

describe('who is certainly new is created without a look-up', () => {
  const made = async (list: object[], plan: RunPlan = {}) => {
    const { lines } = await syncing(list, { people: people(1), ...plan });
    return lines.filter(line => /find|make/.test(line));
  };
  const others = upTo(5).map(n => named(n + 800));
  const rest = others.map(({ urns }) => `make ${urns[0]}`);

  test('if all contacts were read', async () => {
    expect(await made([named(900), ...others])).toEqual([`make ${tel(900)}`, ...rest]);
  });

  test('not if they were not', async () => {
    expect(await made([named(900)])).toEqual([`find ${tel(900)}`, `make ${tel(900)}`]);
  });

  test('not with a URN that RapidPro may write differently', async () => {
    const urns = [tel(900), 'facebook:123'];
    expect(await made([{ urns }, ...others])).toEqual([
      `find ${tel(900)}`,
      'find facebook:123',
      `make ${tel(900)}`,
      ...rest,
    ]);
  });

  test('not with a uuid, which RapidPro does not take', async () => {
    expect(await made([{ uuid: uuidOf(77) }, ...others])).toEqual(['find #77', ...rest]);
    const plan = { options: { key: 'urn' } } as const;
    expect(await made([{ uuid: uuidOf(77), urns: [tel(77)] }, ...others], plan)).toEqual([
      `find ${tel(77)}`,
      ...rest,
    ]);
  });

  test('by a field, since nobody else has the value', async () => {
    const list = [{ fields: { id: 'x' }, urns: ['facebook:123'], name: 'New' }];
    expect(await made(list, { options: KEY })).toEqual(['make facebook:123']);
    const both = [{ ...list[0], uuid: uuidOf(77) }];
    expect(await made(both, { options: KEY })).toEqual([]);
  });
});

describe('a run that goes on', () => {
  const again = async (list: object[], most: number, plan: RunPlan = {}) => {
    const some = people(300);
    let sent = 0;
    const before = () => (++sent > most ? LIMIT : undefined);
    const first = await syncing(list, { people: some, before, ...plan });
    const options = { ...plan.options, resume: true };
    const { people: now } = first.server;
    const { rapidpro } = first.left;
    return { first, second: await syncing(list, { ...plan, people: now, options, rapidpro }) };
  };

  test('looks up who was found and not written, and nobody twice', async () => {
    const list = [named(0), named(1), ...upTo(20).map(n => named(n + 900))];
    // The limit comes before the second of them, when the last page is here already.
    const { first, second } = await again(list, 3);
    expect(first.lines).toEqual(['page', 'write #0', 'page', 'write #1']);
    expect(second.lines.filter(line => /#|page/.test(line))).toEqual(['find #1', 'write #1']);
    expect(second.result.updated).toMatchObject([{ index: 0, earlier: true }, { index: 1 }]);
    expect(second.result.created).toHaveLength(20);
    expect(second.left.rapidpro).toEqual({});
  });

  test('with other options starts from the beginning; whether it fails in the end does not matter', async () => {
    const list = upTo(20).map(n => named(n + 900));
    const { left } = await syncing(list, { people: people(300), before: () => LIMIT });
    const plan = { people: people(300), rapidpro: left.rapidpro };
    const name = async (options: RunPlan['options']) =>
      Object.keys(
        checkpoints((await syncing(list, { ...plan, options, before: () => LIMIT })).left),
      ).length;
    expect(await name({ resume: true, failOnError: true })).toBe(1);
    expect(await name({ resume: true, groups: 'exact' })).toBe(2);
  });

  test('by a field, sees who was written meanwhile once more', async () => {
    const entry = { fields: { id: 'a' }, name: 'New' };
    const some = [...people(300), person(300, { fields: { id: 'a' } })];
    const first = await syncing([entry], {
      people: some,
      options: KEY,
      before: line => (line.startsWith('write') ? LIMIT : undefined),
    });
    expect(onlyCheckpoint(first.left).position).toMatchObject({ complete: true });
    const { rapidpro } = first.left;
    const options = { ...KEY, resume: true };
    const second = await syncing([entry], { people: first.server.people, options, rapidpro });
    expect(second.lines).toEqual(['fields', 'page oldest first', 'find #300', 'write #300']);
    // Somebody has moved the value: who had it is not written.
    const moved = first.server.people.map(one =>
      one.uuid === uuidOf(300) ? { ...one, fields: { id: 'b' } } : one,
    );
    const third = await syncing([entry], { people: moved, options, rapidpro });
    expect(third.lines.slice(2)).toEqual(['find #300', 'make New']);
  });

  test('by a field, writes whom it looked up before it looks up the next one', async () => {
    const ids = ['a', 'b'];
    const list = ids.map(id => ({ fields: { id }, name: 'New' }));
    const first = await syncing(list, {
      people: [...people(300), ...ids.map((id, n) => person(300 + n, { fields: { id } }))],
      options: KEY,
      before: line => (line.startsWith('write') ? LIMIT : undefined),
    });
    const { lines } = await syncing(list, {
      people: first.server.people,
      options: { ...KEY, resume: true },
      rapidpro: first.left.rapidpro,
    });
    // A look-up without its write would be lost at a limit.
    expect(lines.slice(2)).toEqual(['find #300', 'write #300', 'find #301', 'write #301']);
  });

  test('by a field and a group, looks among all contacts before it makes one', async () => {
    const entry = { fields: { id: 'a' }, name: 'New' };
    const options = { ...KEY, group: 'Mothers' };
    const one = person(0, { fields: { id: 'a' }, groups: members('g1') });
    const first = await syncing([entry], {
      people: [one],
      options,
      before: line => (line.startsWith('write') ? LIMIT : undefined),
    });
    const { rapidpro } = first.left;
    // Meanwhile, somebody has deleted that contact, and there is another with the value, who is no member.
    const other = person(1, { fields: { id: 'a' } });
    const second = await syncing([entry], {
      people: [other],
      options: { ...options, resume: true },
      rapidpro,
    });
    expect(second.lines.slice(2)).toEqual([
      'page g1 oldest first',
      'find #0',
      'page oldest first',
      'write #1',
    ]);
    const both = [other, ...upTo(300).map(n => person(n + 10)), { ...other, uuid: uuidOf(2) }];
    const third = await syncing([entry], {
      people: both.map(each => ({ ...each, name: 'Before', modified_on: '' })),
      options: { ...options, resume: true },
      rapidpro,
    });
    // Of two on different pages, none is written.
    expect(codes(third.result)).toEqual([[0, 'CONTACT_CLASH']]);
    expect(third.server.bodies).toEqual([]);
    const none = await syncing([entry], { options: { ...options, resume: true }, rapidpro });
    expect(none.lines.slice(2)).toEqual([
      'page g1 oldest first',
      'find #0',
      'page oldest first',
      'make New',
    ]);
  });

  test('and makes nobody, if a limit comes before it has looked', async () => {
    const entry = { fields: { id: 'a' }, name: 'New' };
    const options = { ...KEY, group: 'Mothers' };
    const first = await syncing([entry], {
      people: [person(0, { fields: { id: 'a' }, groups: members('g1') })],
      options,
      before: line => (line.startsWith('write') ? LIMIT : undefined),
    });
    const { left, lines } = await syncing([entry], {
      options: { ...options, resume: true },
      rapidpro: first.left.rapidpro,
      before: line => (line === 'page oldest first' ? LIMIT : undefined),
    });
    expect(lines.at(-1)).toBe('page oldest first');
    expect(onlyCheckpoint(left).position).toMatchObject({
      isWide: true,
      found: [],
      complete: false,
    });
  });

  test('does not look up again whom it met and wrote', async () => {
    const entry = { fields: { id: 'a' }, name: 'New' };
    const some = [person(300, { fields: { id: 'a' } })];
    const first = await syncing([entry], {
      people: some,
      options: KEY,
      before: line => (line.startsWith('write') ? LIMIT : undefined),
    });
    const { rapidpro } = first.left;
    const options = { ...KEY, resume: true };
    const second = await syncing([entry], { people: first.server.people, options, rapidpro });
    expect(second.lines).toEqual(['fields', 'page oldest first', 'write #300']);
  });
});

describe('what is said', () => {
  test('that it was synchronized', async () => {
    expect((await syncing([named(0)], { people: people(1) })).said).toContain(
      'Synchronized 1 contact in 2 requests: 0 created, 1 updated',
    );
  });

  test('a line on the way, also while nothing is written', async () => {
    const list = upTo(1200).map(n => named(n, `Person ${n}`));
    const { said } = await syncing(list, { people: people(1200) });
    expect(said).toContain('1,000 of 1,200 contacts, 4 requests');
  });
});

describe('who is not in the list leaves a group', () => {
  const removeMissing = { groups: ['Mothers'], atMost: 5 };
  const some = () => [person(0, { groups: members('g1') }), person(1, { groups: members('g1') })];

  test('at the end', async () => {
    const { result, lines } = await syncing([named(0)], {
      people: some(),
      options: { removeMissing },
    });
    expect(lines.at(-1)).toBe('remove 1 g1');
    expect(result.left).toEqual([uuidOf(1)]);
  });

  test('not if the list stopped', async () => {
    const { result, lines } = await syncing([named(0)], {
      people: some(),
      options: { removeMissing },
      before: line => (line.startsWith('write') ? LIMIT : undefined),
    });
    expect(lines.filter(line => line.startsWith('remove'))).toEqual([]);
    expect(result).toMatchObject({ left: [], notRemoved: {} });
  });

  test('and is counted in a dry run', async () => {
    const { result, lines } = await syncing([named(0, 'Person 0')], {
      people: some(),
      options: { removeMissing, dryRun: true },
    });
    expect(result).toMatchObject({ left: [uuidOf(1)], requests: 1 });
    expect(lines.filter(line => line.startsWith('remove'))).toEqual([]);
  });
});

describe('a dry run', () => {
  test('writes nothing, and says what the real run takes', async () => {
    const list = [named(0), named(1, 'Person 1'), named(900), { ...named(2), groups: ['g1'] }];
    const { result, lines, said } = await syncing(list, { people: people(3), ...dry });
    expect(lines).toEqual(['groups', 'page']);
    expect(counts(result)).toEqual([1, 2, 1, 0, 0]);
    expect(result).toMatchObject({ dryRun: true, requests: 4, notChecked: 0 });
    expect(said).toContain('Dry run (nothing was written) of 4 contacts');
    expect(said).toContain('The real run takes 4 requests');
  });

  test('knows what RapidPro would refuse; the real run lets RapidPro decide', async () => {
    const list = [named(0, 'x'.repeat(65)), named(1)];
    const plan = await syncing(list, { people: people(2), ...dry });
    expect(codes(plan.result)).toEqual([[0, 'VALIDATION_FAILED']]);
    const real = await syncing(list, { people: people(2) });
    expect(real.result.updated).toHaveLength(2);
  });

  test('has nothing to say of an entry that has failed before', async () => {
    const both = [{ ...named(0, 'x'.repeat(65)), note: 'Called.' }];
    expect(codes((await syncing(both, dry)).result)).toEqual([[0, 'INVALID_INPUT']]);
  });

  test('leaves no checkpoint, and says what was not checked', async () => {
    const { result, left, state } = await syncing(
      upTo(20).map(n => named(n + 900)),
      {
        people: people(300),
        ...dry,
        before: (_, { lines }) => (lines.length > 1 ? LIMIT : undefined),
      },
    );
    expect(result).toMatchObject({ notChecked: 20, requests: 0 });
    expect(left).toBe(state);
  });

  const EMPTY = { created: [], updated: [], unchanged: [], failed: [], notAttempted: [] };

  test.each<[string, cost: (cost: Cost) => void, failed: BulkResult['failed'], atMost: boolean]>([
    ['nothing', () => {}, [], false],
    ['all is known', cost => cost.add(2), [], false],
    [
      'URNs may be taken',
      cost => cost.ofChange({ input: { index: 0 }, urns: true } as never),
      [],
      true,
    ],
    [
      'two entries are one contact',
      () => {},
      [{ index: 0, code: 'CONTACT_CLASH', description: 'x', fix: 'x' }],
      true,
    ],
    [
      'an entry fails',
      () => {},
      [{ index: 0, code: 'INVALID_URN', description: 'x', fix: 'x' }],
      false,
    ],
  ])('may take fewer requests: %s', (_, add, failed, atMost) => {
    const lines = captureConsole();
    const cost = new Cost();
    add(cost);
    const result = dryResult(
      'syncContacts',
      { ...EMPTY, failed, notAttempted: [{ index: 1 }] },
      cost,
    );
    expect(result.atMost).toBe(atMost ? true : undefined);
    expect(result).toMatchObject({ dryRun: true, notChecked: 1, failed });
    expect(lines.join('').includes('at most')).toBe(atMost);
  });

  test('that ended before it counted takes none', () => {
    captureConsole();
    expect(dryResult('syncContacts', EMPTY, new Cost())).toEqual({
      ...EMPTY,
      dryRun: true,
      requests: 0,
      notChecked: 0,
    });
  });
});

test('what is thrown leaves no checkpoint', async () => {
  captureConsole();
  const { call, state } = calling([{ ...named(0), fields: { age: 1 } }], {
    before: line => (line === 'fields' ? refused('INVALID_TOKEN', 401) : undefined),
  });
  await expect(runSync(call)).rejects.toMatchObject({ code: 'INVALID_TOKEN' });
  expect(call.state).toBe(state);
});

test('dates are completed before they are compared', async () => {
  const due = '2026-03-01T00:00:00.000000+02:00';
  const { result, server } = await syncing(
    [
      { urns: [tel(0)], fields: { due: '2026-03-01' } },
      { urns: [tel(1)], fields: { due: '2026-03-01' } },
    ],
    { people: [person(0, { fields: { due } }), person(1)] },
  );
  expect(counts(result)).toEqual([0, 1, 1, 0, 0]);
  expect(server.bodies).toEqual([{ fields: { due: '2026-03-01T00:00:00+02:00' } }]);
});
