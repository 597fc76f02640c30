import { describe, expect, test } from 'vitest';
import { AbortedError } from '../../../src/client/limiter.js';
import { type ErrorCode, fail } from '../../../src/errors/errors.js';
import { runUpserts } from '../../../src/sync/runUpserts.js';
import type { BulkResult } from '../../../src/types/bulk.js';
import { captureConsole } from '../../support/captureConsole.js';
import { checkpoints, onlyCheckpoint } from '../../support/checkpoint.js';
import { uuidOf } from './change.js';
import { home, LIMIT, members, person, refused, tel } from './fakeRapidPro.js';
import { calling, type RunPlan } from './running.js';
import { counts, upTo } from './workspace.js';

/** Contacts that are sent one by one: without a server. */

async function upserting(list: unknown[], plan: RunPlan = {}) {
  // A run empties its list.
  const all = calling([...list], plan);
  const lines = captureConsole();
  const result = await runUpserts(all.call);
  const said = lines.join('\n');
  return { ...all, result, said, lines: all.server.lines, left: all.call.state };
}

const codes = ({ failed }: BulkResult) => failed.map(({ index, code }) => [index, code]);
const named = (n: number, more: object = {}) => ({ urns: [tel(n)], name: 'New', ...more });
const people = (count: number) => upTo(count).map(n => person(n));

describe('each contact', () => {
  test('is updated or created', async () => {
    const { result, lines, said } = await upserting(
      [named(0), { uuid: uuidOf(1), name: 'New' }, named(900)],
      { people: people(2) },
    );
    expect(lines).toEqual([`upsert ${tel(0)}`, 'write #1', `upsert ${tel(900)}`]);
    expect(result).toMatchObject({
      updated: [
        { index: 0, uuid: uuidOf(0) },
        { index: 1, uuid: uuidOf(1) },
      ],
      created: [{ index: 2, uuid: expect.any(String) }],
    });
    expect(said).toContain('Upserted 3 contacts in 3 requests');
  });

  test('by several URNs is updated or created', async () => {
    const { result } = await upserting(
      [{ urns: [tel(0), tel(5)] }, { urns: [tel(900), tel(901)], name: 'New' }],
      { people: people(2) },
    );
    expect(result).toMatchObject({ updated: [{ index: 0 }], created: [{ index: 1 }], failed: [] });
  });

  test('is sent with all its keys, also those that are unknown here', async () => {
    const entry = named(0, { language: 'eng', fields: { id: 'x' }, groups: ['g1'], colour: 'red' });
    const { server } = await upserting([entry], { people: people(1) });
    const { urns: _, ...body } = entry;
    expect(server.bodies).toEqual([body]);
  });

  test('says what RapidPro could not read', async () => {
    const { result } = await upserting([named(0, { fields: { age: 'many' } }), named(1)], {
      people: people(2),
      after: (_, { people: [one] }) => {
        if (one) one.fields.age = null;
        return undefined;
      },
    });
    expect(result.updated[0]).toEqual({ index: 0, uuid: uuidOf(0), unread: ['fields.age'] });
    expect(result.updated[1]).not.toHaveProperty('unread');
  });

  test('gets its URNs added or replaced', async () => {
    const list = [{ uuid: uuidOf(0), urns: [tel(5)] }];
    const { server } = await upserting(list, { people: people(1) });
    const asked = { contacts: [tel(5)] };
    expect(server.bodies).toEqual([{}, asked, { urns: [tel(0), tel(5)] }]);
    const replaced = await upserting(list, { people: people(1), options: { urns: 'replace' } });
    expect(replaced.server.bodies).toEqual([{}, asked, { urns: [tel(5)] }]);
  });

  test.each<[entry: object, urns: 'replace' | undefined, requests: number]>([
    [{ urns: [tel(0)] }, undefined, 1],
    [{ urns: [tel(0)] }, 'replace', 2],
    [{ urns: [tel(0), tel(5)] }, 'replace', 1],
    [{ urns: [tel(6)] }, undefined, 3],
    [{ name: 'New' }, 'replace', 1],
  ])('%j takes as many requests as a dry run says: %s, %d', async (more, urns, requests) => {
    const list = [{ uuid: uuidOf(0), ...more }];
    const options = urns ? { urns } : {};
    const held = { people: [person(0, { urns: [tel(0), tel(5)] })] };
    const dry = await upserting(list, { ...held, options: { ...options, dryRun: true } });
    expect(dry.result).toMatchObject({ requests });
    const { server } = await upserting(list, {
      people: [person(0, { urns: [tel(0), tel(5)] })],
      options,
    });
    expect(server.bodies).toHaveLength(requests);
  });

  test.each<[string, object, held: string[], options: RunPlan['options'], isBehind: boolean]>([
    ['behind another', { uuid: uuidOf(0), urns: [tel(5)] }, [tel(0)], {}, true],
    ['as the first', { uuid: uuidOf(0), urns: [tel(0)] }, [tel(0), tel(5)], {}, false],
    ['behind one of another kind', { uuid: uuidOf(0), urns: [tel(5)] }, ['ext:a'], {}, false],
    // It is how the contact is named.
    ['behind another, without a uuid', { urns: [tel(5)], name: 'x' }, [tel(0), tel(5)], {}, false],
    ['in place of all', { uuid: uuidOf(0), urns: [tel(5)] }, [tel(0)], { urns: 'replace' }, false],
    ['of a uuid without numbers', { uuid: uuidOf(0), name: 'x' }, [tel(0)], {}, false],
  ])('is told of a number %s', async (_, entry, held, options, isBehind) => {
    const { said } = await upserting([entry], { people: [person(0, { urns: held })], options });
    expect(said.includes('another number before the one in the list')).toBe(isBehind);
  });

  test('with a time gets the zone of the workspace', async () => {
    const { server } = await upserting([named(0, { fields: { due: '2026-03-01' } })]);
    expect(server.bodies).toMatchObject([{ fields: { due: '2026-03-01T00:00:00+02:00' } }]);
  });
});

describe('what cannot be sent', () => {
  test('fails alone', async () => {
    const { result, lines } = await upserting(
      [{ name: 'Nobody' }, { urns: [], name: 'Nobody' }, named(0), { urns: ['0799'] }],
      { people: people(1) },
    );
    expect(codes(result)).toEqual([
      [0, 'INVALID_INPUT'],
      [1, 'INVALID_INPUT'],
      [3, 'INVALID_URN'],
    ]);
    expect(result.failed[0]?.description).toContain('no URN and no uuid');
    expect(lines).toEqual([`upsert ${tel(0)}`]);
  });

  test('a number that RapidPro reads as one abroad', async () => {
    const { result, lines } = await upserting([{ urns: ['tel:13812345678'] }], { country: 'CN' });
    expect(codes(result)).toEqual([[0, 'INVALID_URN']]);
    expect(lines).toEqual(['workspace']);
  });

  test('an empty list of URNs, where it would remove all', async () => {
    const list = [{ uuid: uuidOf(0), urns: [], name: 'New' }];
    const plan = { people: people(1) };
    const { result } = await upserting(list, { ...plan, options: { urns: 'replace' } });
    expect(codes(result)).toEqual([[0, 'INVALID_INPUT']]);
    expect((await upserting(list, { people: people(1) })).result.updated).toHaveLength(1);
  });

  test('words for missing data, unless they are meant', async () => {
    const list = [named(0, { name: 'undefined' })];
    expect(codes((await upserting(list)).result)).toEqual([[0, 'INVALID_INPUT']]);
    const { result } = await upserting(list, { options: { literal: true } });
    expect(result.created).toHaveLength(1);
  });

  test('two with a uuid or a URN in common', async () => {
    const { result, lines } = await upserting([
      named(0),
      named(0),
      { uuid: uuidOf(1) },
      { uuid: uuidOf(1), name: 'x' },
    ]);
    expect(codes(result)).toEqual(upTo(4).map(index => [index, 'CONTACT_CLASH']));
    expect(lines).toEqual([]);
    const one = await upserting([named(0, { name: 'One' }), named(0, { name: 'Two' })], {
      options: { duplicates: 'first' },
    });
    expect(one.server.bodies).toEqual([{ name: 'One' }]);
    expect(one.result.passedOver).toEqual([{ index: 1, duplicateOf: 0 }]);
  });
});

describe('two entries for one contact, as only RapidPro shows', () => {
  const list = [named(0, { name: 'One' }), { uuid: uuidOf(0), name: 'Two' }, named(1)];

  test('both fail, and what was written is said', async () => {
    const { result, lines } = await upserting(list, { people: people(2) });
    expect(lines).toEqual([`upsert ${tel(0)}`, 'write #0', `upsert ${tel(1)}`]);
    expect(codes(result)).toEqual([
      [0, 'CONTACT_CLASH'],
      [1, 'CONTACT_CLASH'],
    ]);
    expect(result.failed[0]?.description).toContain('one over the other');
    expect(result.updated).toMatchObject([{ index: 2 }]);
  });

  test('also if the first was written by an earlier run', async () => {
    const first = await upserting(list, {
      people: people(2),
      before: line => (line.startsWith('write') ? LIMIT : undefined),
    });
    const { position } = onlyCheckpoint<{ found: [number, string][] }>(first.left);
    // A hash, which is shorter than the uuid.
    expect(position.found).toEqual([[0, expect.stringMatching(/^.{1,16}$/)]]);
    const { rapidpro } = first.left;
    const { result, lines } = await upserting(list, {
      people: people(2),
      options: { resume: true },
      rapidpro,
    });
    expect(lines).toEqual(['write #0', `upsert ${tel(1)}`]);
    expect(codes(result)).toEqual([
      [0, 'CONTACT_CLASH'],
      [1, 'CONTACT_CLASH'],
    ]);
    expect(result.updated).toMatchObject([{ index: 2 }]);
    // A dry run of that says the same.
    const dry = await upserting(list, {
      people: people(2),
      options: { resume: true, dryRun: true },
      rapidpro,
    });
    expect(codes(dry.result)).toEqual(codes(result));
    expect(dry.result.updated).toMatchObject([{ index: 2 }]);
  });
});

describe('URNs that would be taken from the contact of another entry', () => {
  // RapidPro of China reads it as a number abroad.
  const wrong = 'tel:13812345678';

  test.each<[string, other: object, isClash: boolean]>([
    ['that is named by one', { urns: [wrong, tel(0)] }, true],
    ['that is named by one in local form', { urns: [wrong, home(0)] }, true],
    ['that is named by its uuid', { uuid: uuidOf(0), urns: [wrong] }, true],
    ['that is named by another uuid', { uuid: uuidOf(1), urns: [wrong, tel(0)] }, false],
    ['that is named by another number', { urns: [wrong, tel(1)] }, false],
  ])('%s', async (_, other, isClash) => {
    // What cannot be sent names its contact all the same.
    const list = [other, { urns: [tel(5)], name: 'New' }];
    for (const dryRun of [false, true]) {
      const { result, server } = await upserting(list, {
        people: [person(0, { urns: [tel(0), tel(5)] }), person(1)],
        options: { urns: 'replace', dryRun },
        country: 'CN',
      });
      const clash = isClash ? [[1, 'CONTACT_CLASH']] : [];
      expect(codes(result)).toEqual([[0, 'INVALID_URN'], ...clash]);
      const body = { name: 'New', urns: [tel(5)] };
      expect(server.bodies).toEqual(isClash || dryRun ? [] : [{}, body]);
    }
  });
});

describe('what goes wrong', () => {
  test('is the failure of its entry, and the others go on', async () => {
    const { result, lines } = await upserting(
      upTo(3).map(n => named(n)),
      {
        people: people(3),
        before: line => (line.endsWith(tel(1)) ? refused('VALIDATION_FAILED') : undefined),
      },
    );
    expect(codes(result)).toEqual([[1, 'VALIDATION_FAILED']]);
    expect(lines).toHaveLength(3);
  });

  const broken = fail('CONNECTION_LOST', 'It was lost.', 'Again.');
  const failing = (isBroken: (n: number) => boolean) =>
    upserting(
      upTo(9).map(n => named(n)),
      {
        people: people(9),
        before: line => (isBroken(Number(line.slice(-4))) ? broken : undefined),
      },
    );

  test('five failures of the connection in a row stop it; one success between them begins anew', async () => {
    const { result, lines } = await failing(n => n > 1);
    expect(lines).toHaveLength(7);
    expect(result.notAttempted).toHaveLength(2);
    const { result: other } = await failing(n => n !== 4);
    expect(counts(other)).toEqual([0, 1, 0, 8, 0]);
  });

  test('a limit leaves the rest for the next run', async () => {
    const list = upTo(3).map(n => named(n));
    const { result, left } = await upserting(list, {
      people: people(3),
      before: line => (line.endsWith(tel(1)) ? LIMIT : undefined),
    });
    expect(counts(result)).toEqual([0, 1, 0, 0, 2]);
    expect(onlyCheckpoint(left).name).toMatch(/^upsertContacts-/);
    /** How many a run does not send again. */
    const earlier = async (options: object, before: object) => {
      const first = await upserting(list, {
        people: people(3),
        options: before,
        before: line => (line.endsWith(tel(1)) ? LIMIT : undefined),
      });
      const { result } = await upserting(list, {
        people: people(3),
        options: { ...options, resume: true },
        rapidpro: first.left.rapidpro,
      });
      expect(result.updated).toHaveLength(3);
      return result.updated.filter(item => item.earlier).length;
    };
    expect(await earlier({}, {})).toBe(1);
    expect(await earlier({ failOnError: true }, {})).toBe(1);
    expect(await earlier({ duplicates: 'fail' }, {})).toBe(1);
    expect(await earlier({ duplicates: 'first' }, { duplicates: 'first' })).toBe(1);
    // Other options are another list.
    expect(await earlier({ urns: 'replace' }, {})).toBe(0);
    expect(await earlier({ duplicates: 'first' }, {})).toBe(0);
    expect(await earlier({ duplicates: 'first' }, { duplicates: 'last' })).toBe(0);
    const first = { duplicates: 'first' } as const;
    expect(await earlier({ ...first, urns: 'replace' }, first)).toBe(0);
  });

  test('a mistake of the program is thrown', async () => {
    const mistake = new TypeError('of ours');
    const { call } = calling([named(0)], { before: () => mistake });
    await expect(runUpserts(call)).rejects.toBe(mistake);
  });

  test('a line on the way', async () => {
    const { said } = await upserting(upTo(1001).map(n => named(n)));
    expect(said).toContain('1,000 of 1,001 contacts, 1,000 requests');
  });
});

describe('a refusal that others may share', () => {
  /** RapidPro refuses these words of a body. */
  const judging = (words: { [word: string]: ReturnType<typeof refused> }) => {
    const plan: RunPlan = {};
    plan.before = (line, { bodies }) => {
      if (!/^(upsert|make|write)/.test(line)) return undefined;
      const body = JSON.stringify(bodies.at(-1));
      return Object.entries(words).find(([word]) => body.includes(word))?.[1];
    };
    return plan;
  };
  const noField = refused('UNKNOWN_FIELD');
  const smart = fail('VALIDATION_FAILED', 'It is not valid.', 'Correct it.', {
    statusCode: 400,
    errors: ['groups[0]: The value is not valid.'],
  });
  const nope = (n: number) => named(n, { fields: { nope: 'x' } });

  test.each<[string, object, Error, string]>([
    ['a field', { fields: { nope: 'x' } }, noField, 'UNKNOWN_FIELD'],
    ['a group', { groups: ['Nope'] }, refused('UNKNOWN_REFERENCE'), 'UNKNOWN_REFERENCE'],
    ['a smart group', { groups: ['Old'] }, smart, 'UNKNOWN_REFERENCE'],
  ])('%s: the names are looked up once, and no other one is sent', async (_, more, error, code) => {
    const { result, lines } = await upserting(
      [...upTo(5).map(n => named(n, more)), named(5), named(6)],
      judging({ '"nope"': error as never, Nope: error as never, Old: error as never }),
    );
    const sent = lines.filter(line => line.startsWith('upsert'));
    expect(sent).toEqual([0, 5, 6].map(n => `upsert ${tel(n)}`));
    const looks = lines.filter(line => line === 'fields' || line === 'groups');
    expect(new Set(looks).size).toBe(1);
    expect(codes(result)).toEqual([0, 1, 2, 3, 4].map(index => [index, code]));
    expect(result.created).toHaveLength(2);
  });

  test('a group among several complaints counts too', async () => {
    const errors = ['name: It is too long.', ...(smart.errors ?? [])];
    const both = fail('VALIDATION_FAILED', 'It is not valid.', 'Correct it.', { errors });
    const list = upTo(3).map(n => named(n, { groups: ['Old'] }));
    const { lines, result } = await upserting(list, judging({ Old: both }));
    expect(lines.filter(line => line.startsWith('upsert'))).toHaveLength(1);
    expect(codes(result)[0]).toEqual([0, 'VALIDATION_FAILED']);
  });

  test.each<[string, ErrorCode]>([
    ['groups[12]: The value is not valid.', 'UNKNOWN_REFERENCE'],
    ['name: not groups[1]', 'VALIDATION_FAILED'],
  ])('%s: %s', async (text, code) => {
    const error = fail('VALIDATION_FAILED', 'It is not valid.', 'Correct it.', { errors: [text] });
    const { result } = await upserting([named(0, { groups: ['Old'] })], judging({ Old: error }));
    expect(codes(result)).toEqual([[0, code]]);
  });

  test('one behind a lost answer stays in doubt, with its own code', async () => {
    const { errors = [] } = smart;
    const lost = fail('VALIDATION_FAILED', 'It is not valid.', 'Correct it.', {
      errors,
      outcome: 'unknown',
    });
    const { result } = await upserting([named(0, { groups: ['Old'] })], judging({ Old: lost }));
    expect(codes(result)).toEqual([[0, 'VALIDATION_FAILED']]);
  });

  test.each([
    fail('VALIDATION_FAILED', 'x', 'y', { errors: ['name: the groups'] }),
    refused('VALIDATION_FAILED'),
  ])('another refusal leads to no look', async error => {
    const { lines } = await upserting(
      upTo(3).map(n => named(n, { groups: ['Old'] })),
      judging({ Old: error }),
    );
    expect(lines).toEqual(upTo(3).map(n => `upsert ${tel(n)}`));
  });

  test('the last one leads to no look either', async () => {
    const { lines } = await upserting([named(0), nope(1)], judging({ '"nope"': noField }));
    expect(lines).toEqual([`upsert ${tel(0)}`, `upsert ${tel(1)}`]);
  });

  test('a second one leads to no second look', async () => {
    // The field is there, and RapidPro refuses it all the same.
    const list = upTo(4).map(n => named(n, { fields: { age: 1 } }));
    const { lines } = await upserting(list, judging({ '"age"': noField }));
    expect(lines.filter(line => line === 'fields')).toHaveLength(1);
    expect(lines.filter(line => line.startsWith('upsert'))).toHaveLength(4);
  });

  test('while the names are looked up, nothing is sent', async () => {
    const plan = judging({ '"nope"': noField });
    const list = [nope(0), ...upTo(5).map(n => named(n + 1)), nope(6)];
    const { lines } = await upserting(list, { ...plan, concurrency: 2 });
    // One was on its way. The field may be new, so it is looked for again.
    expect(lines.slice(0, 4)).toEqual([`upsert ${tel(0)}`, `upsert ${tel(1)}`, 'fields', 'fields']);
    expect(lines.slice(4).toSorted()).toEqual(upTo(4).map(n => `upsert ${tel(n + 2)}`));
  });

  test('one that is on its way is not judged by the names', async () => {
    captureConsole();
    const { call, server } = calling([nope(0), nope(1), nope(2)], {
      ...judging({ '"nope"': noField }),
      concurrency: 2,
    });
    const { request } = server.client;
    server.client.request = async one => {
      if (one.query?.urn === tel(1)) await new Promise(resolve => setTimeout(resolve, 20));
      return request(one);
    };
    const { failed } = await runUpserts(call);
    // The third has no answer of RapidPro.
    expect(failed.map(({ description }) => description.includes('RapidPro refused'))).toEqual([
      true,
      true,
      false,
    ]);
  });

  test('names of an entry that has failed before are not looked up', async () => {
    const { lines } = await upserting(
      [nope(0), { name: 'Nobody', groups: ['Mothers'] }, nope(2)],
      judging({ '"nope"': noField }),
    );
    expect(lines).toEqual([`upsert ${tel(0)}`, 'fields', 'fields']);
  });

  test.each([
    ['cannot be read', refused('PERMISSION_DENIED', 403)],
    ['cannot be read any more', new AbortedError()],
  ])('if the names %s, RapidPro judges each', async (_, error) => {
    const plan = judging({ '"nope"': noField });
    const { lines, result } = await upserting([nope(0), nope(1), named(2)], {
      ...plan,
      before: (line, server) => (line === 'fields' ? error : plan.before?.(line, server)),
    });
    expect(lines.filter(line => line.startsWith('upsert'))).toHaveLength(3);
    expect(counts(result)).toEqual([1, 0, 0, 2, 0]);
  });

  test('a mistake of the program in that look is thrown', async () => {
    const mistake = new TypeError('of ours');
    const plan = judging({ '"nope"': noField });
    const { call } = calling([nope(0), nope(1)], {
      before: (line, server) => (line === 'fields' ? mistake : plan.before?.(line, server)),
    });
    await expect(runUpserts(call)).rejects.toBe(mistake);
  });
});

describe('a dry run', () => {
  const dry = { dryRun: true } as const;

  test('looks each contact up, and writes nothing', async () => {
    const { result, lines, said, left, state } = await upserting(
      [
        named(0),
        { uuid: uuidOf(1), name: 'New' },
        named(900),
        named(901, { note: 'Called.' }),
        named(2, { note: 'Called.' }),
        named(902),
      ],
      { people: people(3), options: dry },
    );
    expect(lines).toEqual([
      `find ${tel(0)}`,
      'find #1',
      `find ${tel(900)}`,
      `find ${tel(901)}`,
      `find ${tel(2)}`,
      `find ${tel(902)}`,
    ]);
    expect(result).toMatchObject({
      updated: [
        { index: 0, uuid: uuidOf(0) },
        { index: 1, uuid: uuidOf(1) },
        { index: 4, uuid: uuidOf(2) },
      ],
      created: [{ index: 2 }, { index: 3 }, { index: 5 }],
      dryRun: true,
      // A note of a new contact takes a request of its own.
      requests: 7,
      notChecked: 0,
    });
    expect(said).toContain('Dry run (nothing was written) of 6 contacts');
    expect(said).toContain('The real run takes 7 requests');
    expect(left).toBe(state);
  });

  test.each<[string, entry: object, options: object]>([
    ['one URN', named(0), {}],
    ['one URN, twice', { urns: [tel(0), `${tel(0)} `] }, {}],
    ['a uuid', { uuid: uuidOf(0), name: 'New' }, {}],
    ['a uuid, and URNs that it has', { uuid: uuidOf(0), urns: [tel(0)] }, {}],
    ['a uuid, and another URN', { uuid: uuidOf(0), urns: [tel(7)] }, {}],
    ['URNs that it has', { urns: [tel(0), home(0)] }, {}],
    ['another URN, too', { urns: [tel(0), tel(7)] }, {}],
    ['one URN in place of all', named(0), { urns: 'replace' }],
    ['a uuid and one in place of all', { uuid: uuidOf(0), urns: [tel(7)] }, { urns: 'replace' }],
  ])('counts the requests that the real run takes for writing: %s', async (_, entry, options) => {
    const real = await upserting([entry], { people: people(2), options });
    const { result } = await upserting([entry], {
      people: people(2),
      options: { ...options, ...dry },
    });
    expect(real.result.updated).toHaveLength(1);
    expect(result.requests).toBe(real.lines.filter(line => !line.startsWith('find')).length);
  });

  test.each([
    ['first', [{ uuid: uuidOf(0), name: 'New' }, named(0)]],
    ['last', [named(0), { uuid: uuidOf(0), name: 'New' }]],
  ])(
    'counts what is sent before two entries turn out to be one contact: uuid %s',
    async (_, list) => {
      const options = { urns: 'replace' } as const;
      const real = await upserting(list, { people: people(1), options });
      const { result } = await upserting(list, {
        people: people(1),
        options: { ...options, ...dry },
      });
      for (const { failed } of [real.result, result]) {
        expect(failed.map(({ code }) => code)).toEqual(['CONTACT_CLASH', 'CONTACT_CLASH']);
      }
      expect(result.requests).toBe(real.server.bodies.length);
    },
  );

  test.each<[string, object, sure: boolean]>([
    ['a plain URN', named(0), true],
    ['a number in local form', { urns: [home(0)] }, false],
    ['one of two in local form', { urns: [tel(0), home(5)] }, false],
    ['a uuid, whatever the URNs', { uuid: uuidOf(0), urns: [home(0)] }, true],
    ['a language that may be none', named(0, { language: 'qqq' }), false],
    ['a text', named(0, { fields: { id: 'x' } }), true],
    ['a date as people write it', named(0, { fields: { due: '05/01/2026' } }), false],
    ['one of two fields', named(0, { fields: { id: 'x', due: '05/01/2026' } }), false],
  ])('whether it is sure, with %s', async (_, entry, sure) => {
    for (const contacts of [people(1), []]) {
      if (contacts.length === 0 && 'uuid' in entry) continue;
      const { result } = await upserting([entry], { people: contacts, options: dry });
      const [item] = [...result.updated, ...result.created];
      expect(item?.predicted).toBe(sure ? undefined : false);
      expect(item && 'predicted' in item).toBe(!sure);
    }
  });

  test('says what RapidPro cannot read, and would refuse', async () => {
    const list = [
      named(0, { fields: { age: 'many' } }),
      named(1, { name: 'x'.repeat(65) }),
      named(2, { fields: { nope: 1 } }),
      named(3, { groups: ['Old'] }),
      { uuid: uuidOf(77), name: 'Gone' },
      { urns: [home(900), tel(900)] },
    ];
    const { result, lines } = await upserting(list, { people: people(4), options: dry });
    expect(result.updated).toEqual([{ index: 0, uuid: uuidOf(0), unread: ['fields.age'] }]);
    expect(codes(result)).toEqual([
      [1, 'VALIDATION_FAILED'],
      [2, 'UNKNOWN_FIELD'],
      [3, 'UNKNOWN_REFERENCE'],
      [4, 'NOT_FOUND'],
      [5, 'INVALID_URN'],
    ]);
    // Those that fail by themselves are not looked up.
    expect(lines.filter(line => line.startsWith('find'))).toEqual([
      `find ${tel(0)}`,
      'find #77',
      `find ${home(900)}`,
      `find ${tel(900)}`,
    ]);
  });

  test.each<[string, groups: string[] | undefined, status: string, fails: boolean]>([
    ['is blocked', ['g1'], 'blocked', true],
    ['is blocked, and joins none', [], 'blocked', false],
    ['is blocked, and groups are not said', undefined, 'blocked', false],
    ['is active', ['g1'], 'active', false],
  ])('a contact that %s', async (_, groups, status, fails) => {
    const entry = named(0, groups ? { groups } : {});
    const { result } = await upserting([entry], {
      people: [person(0, { status, groups: members('g2') })],
      options: dry,
    });
    if (fails) {
      expect(result.failed).toMatchObject([
        { index: 0, uuid: uuidOf(0), fix: expect.stringContaining('unblockContacts') },
      ]);
    } else expect(result.updated).toHaveLength(1);
  });

  test('two entries for one contact fail, and nothing was written', async () => {
    const { result } = await upserting([named(0), { uuid: uuidOf(0), name: 'Two' }, named(1)], {
      people: people(2),
      options: dry,
    });
    expect(codes(result)).toEqual([
      [0, 'CONTACT_CLASH'],
      [1, 'CONTACT_CLASH'],
    ]);
    expect(result.failed[0]?.description).not.toContain('saved');
    expect(result).toMatchObject({ updated: [{ index: 2 }], atMost: true });
  });

  test('what fails is the failure of its entry; many in a row stop it', async () => {
    const broken = fail('CONNECTION_LOST', 'It was lost.', 'Again.');
    const failing = (isBroken: (n: number) => boolean) =>
      upserting(
        upTo(9).map(n => named(n)),
        {
          people: people(9),
          options: dry,
          before: line => (isBroken(Number(line.slice(-4))) ? broken : undefined),
        },
      );
    expect(counts((await failing(n => n !== 4)).result)).toEqual([0, 1, 0, 8, 0]);
    // Nothing was done, so it is an error as in any other operation.
    await expect(failing(n => n > 1)).rejects.toBe(broken);
  });

  test('a line on the way', async () => {
    const { said } = await upserting(
      upTo(1001).map(n => named(n)),
      { options: dry },
    );
    expect(said).toContain('1,000 of 1,001 contacts, 1,000 requests');
  });

  test('starts from the beginning, and leaves the checkpoint of the real run', async () => {
    const list = upTo(3).map(n => named(n));
    const first = await upserting(list, {
      people: people(3),
      before: line => (line.endsWith(tel(1)) ? LIMIT : undefined),
    });
    const { rapidpro } = first.left;
    const plan = await upserting(list, { people: people(3), options: dry, rapidpro });
    expect(plan.lines).toHaveLength(3);
    expect(checkpoints(plan.left)).toEqual(checkpoints(first.left));
  });
});
