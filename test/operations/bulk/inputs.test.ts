import { describe, expect, test } from 'vitest';
import type { Client } from '../../../src/client/client.js';
import { Limiter } from '../../../src/client/limiter.js';
import { fail } from '../../../src/errors/errors.js';
import { Unsendable } from '../../../src/input/expand.js';
import { WorkspaceFacts } from '../../../src/operations/base/workspaceFacts.js';
import {
  failDuplicates,
  failHomeNumbers,
  fieldOf,
  type Input,
  readInputs,
  urnNames,
  uuidName,
  wouldRefuse,
} from '../../../src/sync/inputs.js';
import { BulkOutcome } from '../../../src/sync/report/bulkOutcome.js';
import type { State } from '../../../src/types/state.js';
import { captureConsole } from '../../support/captureConsole.js';
import { fakeClock } from '../../support/fakeClock.js';

/** The entries of a list before anything is sent, without a server. */

const A = 'tel:+250788000001';
const B = 'tel:+250788000002';
const U1 = '00000000-0000-4000-8000-000000000001';
const C1 = 'abcdef00-0000-4000-8000-000000000001';

const outcomeOf = (total: number, takes?: 'first' | 'last') =>
  new BulkOutcome(total, new Limiter({ clock: fakeClock() }), {
    ...(takes ? { duplicates: takes } : {}),
  });

async function read(list: unknown[], how: object = {}) {
  const outcome = outcomeOf(list.length);
  const inputs = await readInputs(list, outcome, {
    replacesUrns: false,
    isLiteral: false,
    ...how,
  });
  return { inputs, failed: outcome.result().failed, list };
}

describe('entries are read', () => {
  test('an entry shares the list of groups with the one before, if it is just the same', async () => {
    const given = [['M'], ['M'], ['M', 'O'], ['O', 'M'], ['O'], undefined, ['O'], [], []];
    const { inputs } = await read(given.map(groups => ({ urns: [A], ...(groups && { groups }) })));
    expect(inputs.map(({ groups }) => groups)).toEqual(given);
    expect(inputs[1]?.groups).toBe(inputs[0]?.groups);
  });

  test('known keys are checked, others are kept apart', async () => {
    const lines = captureConsole();
    const entry = {
      urns: [A],
      name: 'A',
      color: 'red',
      size: undefined,
      fields: { a: 1, b: undefined },
    };
    const { inputs, failed, list } = await read([entry, { uuid: U1, color: 'blue' }]);
    expect(failed).toEqual([]);
    expect(inputs).toEqual([
      { index: 0, urns: [A], name: 'A', fields: { a: 1 }, others: { color: 'red', size: null } },
      { index: 1, uuid: U1, others: { color: 'blue' } },
    ]);
    expect(Object.keys(inputs[0]?.fields ?? {})).toEqual(['a']);
    // A hundred thousand entries are not kept twice, and what the job has is not changed.
    expect(list).toEqual([undefined, undefined]);
    expect(entry).toHaveProperty('color', 'red');
    expect(lines).toEqual([
      'RapidPro: warning: The contacts have the unknown key "color". Possible here: uuid, urns, name, language, groups, fields, note.',
      'RapidPro: warning: The contacts have the unknown key "size". Possible here: uuid, urns, name, language, groups, fields, note.',
    ]);
  });

  test('entries of known keys alone have no others', async () => {
    const lines = captureConsole();
    const { inputs } = await read([{ urns: [A] }]);
    expect(inputs).toEqual([{ index: 0, urns: [A] }]);
    expect(Object.keys(inputs[0] ?? {})).toEqual(['index', 'urns']);
    expect(lines).toEqual([]);
  });

  test('the name of a person among the keys is not shown', async () => {
    const lines = captureConsole();
    await read([{ urns: [A], 'Amina Diallo': 1 }]);
    expect(lines).toEqual([
      'RapidPro: warning: The contacts have a key that RapidPro does not know. Possible here: uuid, urns, name, language, groups, fields, note.',
    ]);
  });

  test('a table with an unknown key in each entry does not fill the log', async () => {
    const lines = captureConsole();
    await read(Array.from({ length: 50 }, (_, index) => ({ urns: [A], [`+25078800${index}`]: 1 })));
    expect(lines).toHaveLength(1);
    lines.length = 0;
    await read(Array.from({ length: 50 }, (_, index) => ({ urns: [A], [`column${index}`]: 1 })));
    expect(lines).toHaveLength(21);
    expect(lines.at(-1)).toContain('The contacts have 30 more unknown keys.');
  });

  test('a near miss is refused in each entry', async () => {
    captureConsole();
    const { inputs, failed } = await read([
      { urns: [A], color: 1 },
      { urns: [A], nmae: 'x', color: 1 },
      { urns: [B], nmae: 'x' },
    ]);
    expect(inputs.map(({ index }) => index)).toEqual([0]);
    expect(failed.map(({ index, description }) => [index, description])).toEqual([
      [1, 'contact has the unknown key "nmae".'],
      [2, 'contact has the unknown key "nmae".'],
    ]);
  });

  test('a number under another key is refused without URNs, whatever other entries have', async () => {
    captureConsole();
    const { inputs, failed } = await read([
      { urns: [A], phone: '0788' },
      { uuid: U1, phone: '0788' },
      { uuid: U1, phone: null },
    ]);
    // The second only shows that its contact is in the list.
    expect(inputs.map(({ isUnsendable = false }) => isUnsendable)).toEqual([false, true, false]);
    expect(failed).toMatchObject([
      { index: 1, description: 'contact has the unknown key "phone", but no "urns".' },
    ]);
  });

  test.each<[entry: unknown, description: string]>([
    [7, 'contact must be an object.'],
    [null, 'contact must be an object.'],
    [[], 'contact must be an object.'],
    [{ urns: [A], name: ' ' }, 'contact.name is empty, which RapidPro refuses.'],
    [{ urns: [A], name: '\u001c' }, 'contact.name is empty, which RapidPro refuses.'],
    [{ urns: [A], language: '' }, 'contact.language is empty, which RapidPro refuses.'],
    [
      { urns: [A], name: 'undefined' },
      'contact.name contains "undefined": some of its data is missing.',
    ],
  ])('%j: %s', async (entry, description) => {
    const { inputs, failed } = await read([entry]);
    expect(inputs).toEqual([]);
    expect(failed).toMatchObject([{ index: 0, description }]);
  });

  test('what clears a value is no blank', async () => {
    const { inputs } = await read([{ urns: [A], name: null, language: null }]);
    expect(inputs).toEqual([{ index: 0, urns: [A], name: null, language: null }]);
  });

  test('an option says what words and empty lists mean', async () => {
    const { failed } = await read([{ name: 'undefined', urns: [] }], {
      isLiteral: true,
      replacesUrns: true,
    });
    expect(failed).toMatchObject([
      { description: 'contact.urns is empty: this would remove all addresses of the contact.' },
    ]);
    const { inputs } = await read([{ name: 'undefined', urns: [A] }], { isLiteral: true });
    expect(inputs).toHaveLength(1);
  });

  test.each<[entry: unknown, key: string | undefined, left: object | undefined]>([
    [{ uuid: U1, name: ' ' }, undefined, { uuid: U1 }],
    [{ uuid: 'x', name: ' ' }, undefined, undefined],
    [{ urns: [A], name: ' ' }, undefined, undefined],
    [{ urns: [A], name: ' ', fields: { id: 'x' } }, 'fields.id', { fields: { id: 'x' } }],
    [{ urns: [A], name: ' ', fields: { id: 7, b: 1 } }, 'fields.id', { fields: { id: 7 } }],
    [{ uuid: U1.replaceAll('-', ''), name: ' ' }, undefined, { uuid: U1 }],
    [{ uuid: ` ${C1.toUpperCase()}`, name: ' ' }, undefined, { uuid: C1 }],
    [{ uuid: U1, name: ' ', fields: { id: null } }, 'fields.id', undefined],
    [{ name: ' ', fields: { id: '[object Object]' } }, 'fields.id', undefined],
    [{ name: ' ', fields: { id: 'undefined undefined' } }, 'fields.id', undefined],
    [{ name: ' ', fields: { id: '$.data.id' } }, 'fields.id', undefined],
    [{ name: ' ', fields: { id: [1] } }, 'fields.id', undefined],
    [{ name: ' ', fields: () => 1 }, 'fields.name', undefined],
    [{ uuid: U1, name: ' ' }, 'fields.id', undefined],
    [{ uuid: U1, name: ' ', fields: null }, 'fields.id', undefined],
    [null, undefined, undefined],
    [7, 'fields.id', undefined],
  ])('%j, with %s as key, still names its contact: %j', async (entry, key, left) => {
    const { inputs, failed } = await read([entry], { key });
    expect(failed).toHaveLength(1);
    expect(inputs).toEqual(left ? [{ index: 0, ...left, isUnsendable: true }] : []);
  });

  test('so does one with a value that cannot be sent', async () => {
    const reason = fail('INVALID_INPUT', 'contacts[0].name is a Date object.', 'Write text.');
    const item = new Unsendable(reason, { uuid: U1 }, part => part);
    const { inputs, failed } = await read([item]);
    expect(inputs).toEqual([{ index: 0, uuid: U1, isUnsendable: true }]);
    expect(failed).toMatchObject([{ index: 0, description: reason.description }]);
    // What cannot be sent may be the uuid itself.
    const nameless = new Unsendable(reason, { uuid: U1 }, () => {
      throw reason;
    });
    expect((await read([nameless])).inputs).toEqual([]);
  });

  test('ids with accents as separate characters are reported, wherever they are', async () => {
    const lines = captureConsole();
    const [split, whole] = ['É1'.normalize('NFD'), 'É1'.normalize('NFC')];
    const list = [
      { urns: [`ext:${whole}`], fields: { id: whole, other: split } },
      { urns: [A], fields: { id: split } },
      { urns: [B, `ext:${split}`] },
    ];
    expect((await read([...list], { key: 'fields.id' })).inputs).toHaveLength(3);
    expect(lines).toEqual([
      expect.stringMatching(/^RapidPro: warning: Ids in contacts\[1\], contacts\[2\] have accents/),
    ]);
    await read([list[0], list[1]]);
    expect(lines).toHaveLength(1);
  });

  test('an error that is none of ours ends it', async () => {
    const broken = {
      get name() {
        throw new RangeError('own');
      },
    };
    await expect(read([broken])).rejects.toThrow('own');
  });
});

describe('what RapidPro would certainly refuse', () => {
  const ok = (more: object) => wouldRefuse({ index: 0, ...more } as Input);
  const urns = (count: number) =>
    Array.from({ length: count }, (_, at) => `tel:+2507880${10_000 + at}`);

  test.each<[name: string, entry: object, description: string, fix: string]>([
    [
      '101 URNs',
      { urns: urns(101) },
      'contact.urns has more than 100 URNs, which RapidPro refuses.',
      'Check the data that they come from.',
    ],
    [
      'a null character',
      { name: 'a\u0000' },
      'contact.name has a null character or half of a character, which RapidPro refuses.',
      'Remove it at its source.',
    ],
    [
      'half a character',
      { fields: { a: 'x', b: '\ud800' } },
      'contact.fields.b has a null character or half of a character, which RapidPro refuses.',
      'Remove it at its source.',
    ],
    [
      'one under a strange key',
      { fields: { 'A B': '\u0000' } },
      'contact.fields has a null character or half of a character, which RapidPro refuses.',
      'Remove it at its source.',
    ],
    [
      'a long name',
      { name: 'x'.repeat(65) },
      'contact.name has more than 64 characters, which RapidPro refuses.',
      'Shorten the name.',
    ],
    [
      'two letters',
      { language: 'fr' },
      'contact.language must have three letters.',
      'Use an ISO 639-3 code, such as "eng", "fra" or "kin".',
    ],
    [
      'four letters',
      { language: 'fran' },
      'contact.language must have three letters.',
      'Use an ISO 639-3 code, such as "eng", "fra" or "kin".',
    ],
    [
      'digits',
      { language: 'f1a' },
      'contact.language must have three letters.',
      'Use an ISO 639-3 code, such as "eng", "fra" or "kin".',
    ],
  ])('%s', (_, entry, description, fix) => {
    expect(ok(entry)).toEqual({ code: 'VALIDATION_FAILED', description, fix });
  });

  test.each<[name: string, entry: object]>([
    ['nothing', {}],
    ['100 URNs', { urns: urns(100) }],
    ['one URN many times', { urns: Array(101).fill(A) }],
    ['a name as long as may be', { name: ` ${'é'.repeat(64)} ` }],
    ['characters of two units', { name: '😀'.repeat(64) }],
    ['a number as name', { name: 7 }],
    ['what is cleared', { name: null, language: null, fields: { a: null } }],
    ['a language', { language: 'fra' }],
  ])('not %s', (_, entry) => {
    expect(ok(entry)).toBeUndefined();
  });
});

describe('entries with a name in common', () => {
  const inputs: Input[] = [
    { index: 0, urns: [A] },
    { index: 1, urns: [B, 'tel:+250 788 000 001'] },
    { index: 2, uuid: U1 },
    { index: 3, urns: [B] },
    { index: 4, uuid: U1, urns: [] },
    { index: 5, urns: ['tel:+250788000009', 'tel:+250788000009'] },
    { index: 6 },
  ];
  const namesOf = (input: Input) => [...uuidName(input), ...urnNames(input)];

  test('all fail', async () => {
    const outcome = outcomeOf(7);
    await failDuplicates(inputs, namesOf, outcome);
    expect(outcome.result().failed).toMatchObject([
      {
        index: 0,
        code: 'CONTACT_CLASH',
        description: 'contacts[0], contacts[1] are the same contact: they share a URN.',
      },
      { index: 1, description: 'contacts[0], contacts[1] are the same contact: they share a URN.' },
      {
        index: 2,
        description: 'contacts[2], contacts[4] are the same contact: they share the uuid.',
      },
      { index: 3, description: 'contacts[1], contacts[3] are the same contact: they share a URN.' },
      {
        index: 4,
        fix: 'Nothing was sent for them. Combine them in the list, correct the wrong one, or choose which one counts: { duplicates: "first" } or "last".',
      },
    ]);
    expect(outcome.result().notAttempted).toEqual([{ index: 5 }, { index: 6 }]);
  });

  test('people with different uuids who share a number are not one contact', async () => {
    const outcome = outcomeOf(3);
    const U2 = U1.replace(/.$/, 'f');
    const sharing: Input[] = [
      { index: 0, uuid: U1, urns: [A] },
      { index: 1, uuid: U2, urns: [A] },
      { index: 2, uuid: U2 },
    ];
    await failDuplicates(sharing, namesOf, outcome);
    expect(outcome.result().failed).toMatchObject([
      {
        description:
          'contacts[0], contacts[1] share a phone number or address, but differ in the uuid.',
        fix: expect.stringContaining('Keep it in one of these entries'),
      },
      {},
      {
        description: 'contacts[1], contacts[2] are the same contact: they share the uuid.',
        fix: expect.stringContaining('duplicates'),
      },
    ]);
  });

  test('if only one of those who share a number has a uuid, they may be one contact', async () => {
    const outcome = outcomeOf(2);
    await failDuplicates(
      [
        { index: 0, uuid: U1, urns: [A] },
        { index: 1, urns: [A] },
      ],
      namesOf,
      outcome,
    );
    expect(outcome.result().failed[0]?.description).toBe(
      'contacts[0], contacts[1] are the same contact: they share a URN.',
    );
  });

  test('of many, the first are named', async () => {
    const outcome = outcomeOf(7);
    const same = Array.from({ length: 7 }, (_, index): Input => ({ index, uuid: U1 }));
    await failDuplicates(same, namesOf, outcome);
    expect(outcome.result().failed[0]?.description).toBe(
      'contacts[0], contacts[1], contacts[2], contacts[3], contacts[4] and 2 more are the same contact: they share the uuid.',
    );
    expect(outcome.result().failed).toHaveLength(7);
  });

  test.each<['first' | 'last', [number, number][], number[]]>([
    [
      'first',
      [
        [1, 0],
        [4, 2],
      ],
      [0, 2, 3, 5, 6],
    ],
    [
      'last',
      [
        [1, 3],
        [2, 4],
      ],
      [0, 3, 4, 5, 6],
    ],
  ])('or the %s counts', async (takes, passed, open) => {
    const outcome = outcomeOf(7, takes);
    await failDuplicates(inputs, namesOf, outcome);
    expect(outcome.result().passedOver).toEqual(
      passed.map(([index, duplicateOf]) => ({ index, duplicateOf })),
    );
    expect(outcome.result().notAttempted.map(({ index }) => index)).toEqual(open);
    expect(outcome.result().failed).toEqual([]);
  });
});

test('a number that RapidPro would read as one abroad fails', async () => {
  const outcome = outcomeOf(4);
  const inputs: Input[] = [
    { index: 0, urns: [A, 'tel:81234567890'] },
    { index: 1, urns: [A] },
    { index: 2 },
    // With its country code, it is one of the workspace's own country.
    { index: 3, urns: ['tel:6281234567890'] },
  ];
  const asked: string[] = [];
  const client = {
    request: async ({ path }: { path: string }) => {
      asked.push(path);
      return { statusCode: 200, body: { uuid: U1, name: 'Clinic', country: 'ID' } };
    },
  };
  const facts = new WorkspaceFacts({ configuration: {} } as State, client as unknown as Client);
  await failHomeNumbers(facts, inputs, outcome);
  expect(asked).toEqual(['workspace']);
  expect(outcome.result().failed).toMatchObject([
    {
      index: 0,
      code: 'INVALID_URN',
      description: expect.stringMatching(/^contact\.urns\[1\] .*\.$/),
    },
  ]);
});

test('the field that is the key', () => {
  expect([fieldOf('fields.id'), fieldOf('uuid'), fieldOf(undefined)]).toEqual([
    'id',
    undefined,
    undefined,
  ]);
});
