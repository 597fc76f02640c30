import { describe, expect, test } from 'vitest';
import { AbortedError } from '../../../src/client/limiter.js';
import { fail } from '../../../src/errors/errors.js';
import type { ReadSoFar } from '../../../src/sync/bulkCheckpoint.js';
import { type BulkRun, bulkRun } from '../../../src/sync/bulkRun.js';
import type { BulkResult } from '../../../src/types/bulk.js';
import { captureConsole } from '../../support/captureConsole.js';
import { checkpoints, onlyCheckpoint } from '../../support/checkpoint.js';
import { uuidOf } from './change.js';
import { LIMIT, refused } from './fakeRapidPro.js';
import { calling, type RunPlan } from './running.js';
import { counts, upTo } from './workspace.js';

/** What every bulk operation leaves for the next run, and takes over from an earlier one: without a server. */

type Plan = Parameters<typeof bulkRun>[1];
/** It may return how far it has read. */
type Work = (run: BulkRun) => unknown;

interface Running extends RunPlan {
  plan?: Partial<Plan>;
}

const PLAN: Plan = {
  name: 'syncContacts',
  verb: 'Synchronized',
};
const REMOVES = { removeMissing: { groups: ['g1'], atMost: 5 } };
const DRY = { dryRun: true };
const REASON = { code: 'VALIDATION_FAILED', description: 'It is wrong.', fix: 'Fix it.' } as const;

async function running(list: unknown, work: Work, { plan, ...more }: Running = {}) {
  const all = calling(list, more);
  const lines = captureConsole();
  const result = await bulkRun(all.call, { ...PLAN, ...plan }, async run => ({
    found: [],
    ...((await work(run)) as Partial<ReadSoFar> | undefined),
  }));
  return { ...all, result, lines, left: all.call.state };
}

/** One of each. */
const everything: Work = ({ outcome }) => {
  outcome.complete('created', { index: 0, uuid: uuidOf(0) });
  outcome.complete('created', { index: 1, uuid: uuidOf(1) });
  outcome.complete('updated', { index: 2, uuid: uuidOf(2), changed: ['name'] });
  outcome.complete('unchanged', { index: 3, uuid: uuidOf(3) });
  outcome.passOver({ index: 4, duplicateOf: 2 });
  outcome.fail({ index: 5 }, { ...REASON, code: 'OUTCOME_UNKNOWN', outcome: 'unknown' });
  outcome.clash([6, 7]);
  outcome.fail({ index: 8 }, REASON);
  return { found: [[9, uuidOf(9)]], pages: 3, isHalfDone: true, isWide: true };
};
const TEN = upTo(10);

describe('a list that stopped leaves a checkpoint', () => {
  test('of what is done, what must not be done again, and where to go on', async () => {
    const { left } = await running(TEN, everything);
    const { name, position } = onlyCheckpoint(left);
    expect(name).toMatch(/^syncContacts-[0-9a-f]{16}$/);
    expect(position).toEqual({
      items: 10,
      created: [[0, 1]],
      updated: [[2, 2]],
      unchanged: [[3, 3]],
      passedOver: [[4, 2]],
      unknown: [[5, 5]],
      clashes: [[6, 7]],
      found: [[9, uuidOf(9)]],
      pages: 3,
      isHalfDone: true,
      isWide: true,
    });
  });

  test('with the contacts of the list, if it matters who is in it', async () => {
    const { left } = await running(TEN, everything, { options: REMOVES });
    expect(onlyCheckpoint(left).position.uuids).toEqual(upTo(4).map(n => [n, uuidOf(n)]));
  });

  test('with the contacts that do not show what the list calls them', async () => {
    const work: Work = run => {
      run.outcome.unshown.add(2).add(9);
      return everything(run);
    };
    const { left } = await running(TEN, work);
    expect(onlyCheckpoint(left).position.uuids).toEqual([[2, uuidOf(2)]]);
  });

  test('with those that were outside of the groups, in whatever order they came', async () => {
    const outside = [11, 3, 10, 2];
    const work: Work = ({ outcome }) => {
      for (const index of outside) outcome.outsiders.add(index);
    };
    const first = await running(upTo(12), work);
    expect(onlyCheckpoint(first.left).position.outsiders).toEqual([
      [2, 3],
      [10, 11],
    ]);
    const { rapidpro } = first.left;
    let known: number[] = [];
    const look: Work = ({ outcome }) => {
      known = [...outcome.outsiders];
    };
    await running(upTo(12), look, { options: { resume: true }, rapidpro });
    expect(known).toEqual([2, 3, 10, 11]);
  });

  test('nothing more than there is', async () => {
    const { left } = await running([1, 2], () => {});
    expect(onlyCheckpoint(left).position).toEqual({
      items: 2,
      created: [],
      updated: [],
      unchanged: [],
      unknown: [],
      clashes: [],
      found: [],
    });
  });

  test.each<[string, Work, left: boolean]>([
    ['one was not attempted', ({ outcome }) => outcome.fail({ index: 0 }, REASON), true],
    [
      'one failed, but may work later',
      ({ outcome }) => {
        outcome.complete('unchanged', { index: 0 });
        outcome.fail({ index: 1 }, { ...REASON, code: 'SERVER_UNAVAILABLE' });
      },
      true,
    ],
    [
      'nobody left a group, but may later',
      ({ outcome }) => {
        for (const index of [0, 1]) outcome.complete('unchanged', { index });
        outcome.isRemovalStopped = true;
      },
      true,
    ],
    [
      'all is over',
      ({ outcome }) => {
        outcome.complete('unchanged', { index: 0 });
        outcome.fail({ index: 1 }, REASON);
      },
      false,
    ],
  ])('if %s', async (_, work, isLeft) => {
    const { left, state } = await running([1, 2], work);
    expect(Object.keys(checkpoints(left))).toHaveLength(isLeft ? 1 : 0);
    // Without any before, the state stays as it is.
    if (!isLeft) expect(left).toBe(state);
    const dry = await running([1, 2], work, { options: DRY });
    expect(dry.left).toBe(dry.state);
  });

  test('that is removed when it is done; those of others stay', async () => {
    const first = await running(TEN, everything);
    const { name, position } = onlyCheckpoint(first.left);
    const other = { ...position, items: 3 };
    const rapidpro = { resume: { [name]: position, 'contacts-0123': other }, madeOn: 5 };
    const done: Work = ({ outcome }) => {
      for (const index of TEN) outcome.complete('unchanged', { index });
    };
    const options = { resume: true };
    const { left } = await running(TEN, done, { options, rapidpro });
    expect(left.rapidpro).toEqual({ resume: { 'contacts-0123': other }, madeOn: 5 });
    // Also by a run that did not ask for it, but not by one that wrote nothing.
    expect((await running(TEN, done, { rapidpro })).left.rapidpro).toEqual(left.rapidpro);
    const dry = { rapidpro, options: DRY };
    expect((await running(TEN, done, dry)).left.rapidpro).toBe(rapidpro);
  });

  test('of the same list alone: other entries, options, another token or server leave another one', async () => {
    const names = new Set<string>();
    const nameOf = async (list: unknown[], more: Running = {}) =>
      onlyCheckpoint((await running(list, () => {}, more)).left).name;
    names.add(await nameOf([{ a: 1 }, { b: 2 }]));
    names.add(await nameOf([{ a: 1 }, { b: 2 }]));
    expect(names.size).toBe(1);
    names.add(await nameOf([{ b: 2 }, { a: 1 }]));
    names.add(await nameOf([{ a: 1 }]));
    names.add(await nameOf([{ a: 1 }, { b: 2 }], { token: 'b' }));
    names.add(await nameOf([{ a: 1 }, { b: 2 }], { at: '//other.example.org/api/v2/' }));
    names.add(await nameOf([{ a: 1 }, { b: 2 }], { options: { key: 'uuid' } }));
    const name = 'upsertContacts';
    names.add(await nameOf([{ a: 1 }, { b: 2 }], { plan: { name } }));
    expect(names.size).toBe(7);
    const others: Running['options'][] = [
      { group: 'A' },
      { groups: 'exact' },
      { groups: { exact: ['A'] } },
      { urns: 'exact' },
      { duplicates: 'last' },
      { removeMissing: { groups: ['A'] } },
      { removeMissing: { groups: ['A'], atMost: 0 } },
    ];
    for (const options of others) names.add(await nameOf([{ a: 1 }, { b: 2 }], { options }));
    expect(names.size).toBe(14);
    const same: Running['options'][] = [
      { timeout: 9, maxWait: 9, deadline: 9, concurrency: 2, resume: false, literal: true },
      { groups: 'add', urns: 'add', duplicates: 'fail' },
      { removeMissing: { groups: ['A'], atMost: '10%' } },
    ];
    for (const options of same) names.add(await nameOf([{ a: 1 }, { b: 2 }], { options }));
    expect(names.size).toBe(14);
  });

  test('five of them are kept', async () => {
    let rapidpro: unknown;
    for (const n of upTo(7)) {
      rapidpro = (await running([n], () => {}, { rapidpro })).left.rapidpro;
    }
    expect(Object.keys(checkpoints({ rapidpro }))).toHaveLength(5);
  });
});

describe('what an earlier run left of another version of the list', () => {
  const urn = (n: number) => `tel:+2507880${10_000 + n}`;
  const byUrn = (from: number, count = 10) => upTo(count).map(n => ({ urns: [urn(from + n)] }));
  const byUuid = (from: number) => upTo(10).map(n => ({ uuid: uuidOf(from + n) }));
  const byKey = (from: number, id: (n: number) => unknown = String) =>
    upTo(10).map(n => ({ fields: { id: id(from + n) }, urns: [urn(n)] }));
  const KEYED: Running = { options: { key: 'fields.id' } };
  const stops: Work = () => {};
  const writes: Work = ({ outcome }) => {
    outcome.complete('updated', { index: 0, uuid: uuidOf(0), changed: ['name'] });
  };
  const ends: Work = ({ outcome }) => {
    for (let index = 0; index < outcome.total; index++) outcome.complete('unchanged', { index });
  };

  /** Whether it is dropped. State is stored between runs, so its objects are others. */
  async function isDropped(
    [first, second]: [unknown[], unknown[]],
    { more = {}, before = more, work = writes, isLater = true }: Partial<Way> = {},
  ) {
    const { left } = await running(first, stops, before);
    const { name } = onlyCheckpoint(left);
    const rapidpro = isLater ? structuredClone(left.rapidpro) : left.rapidpro;
    const next = await running(second, work, { ...more, rapidpro });
    const isGone = !Object.hasOwn(checkpoints(next.left), name);
    expect(next.lines.join().includes('Its checkpoint was dropped')).toBe(isGone);
    return isGone;
  }
  interface Way {
    more: Running;
    before: Running;
    work: Work;
    isLater: boolean;
  }

  test.each<[string, [unknown[], unknown[]], Partial<Way>?]>([
    ['it has a URN in common', [byUrn(0), byUrn(9).reverse()]],
    ['a uuid', [byUuid(0), byUuid(9)]],
    ['the key', [byKey(0), byKey(9)], { more: KEYED }],
    ['the key as a number', [byKey(0), byKey(9, n => n)], { more: KEYED }],
    ['one of many URNs', [byUrn(0, 600), byUrn(0, 590)]],
    ['this run ended without a change', [byUrn(0), byUrn(5)], { work: ends }],
  ])('is dropped if %s', async (_, lists, way) => {
    expect(await isDropped(lists, way)).toBe(true);
  });

  test.each<[string, [unknown[], unknown[]], Partial<Way>?]>([
    ['other people', [byUrn(0), byUrn(10)]],
    ['other keys, whatever the URNs', [byKey(0), byKey(10)], { more: KEYED }],
    [
      'nothing to recognize it by',
      [
        [{ name: 'A' }, 7, null],
        [{ name: 'B' }, 7, null],
      ],
    ],
    [
      'the same people, with other options',
      [byUrn(0), byUrn(1)],
      { before: { options: { urns: 'exact' } } },
    ],
    ['the same people, elsewhere', [byUrn(0), byUrn(1)], { before: { at: '//b.example/api/v2/' } }],
    ['the same people, with another token', [byUrn(0), byUrn(1)], { before: { token: 'b' } }],
    [
      'the same people, of the other operation',
      [byUrn(0), byUrn(1)],
      { before: { plan: { name: 'upsertContacts' } } },
    ],
    ['the same people, in a dry run', [byUrn(0), byUrn(1)], { more: { options: DRY }, before: {} }],
    ['the same people, but nothing was done', [byUrn(0), byUrn(1)], { work: stops }],
    ['the same people, in another step of this run', [byUrn(0), byUrn(1)], { isLater: false }],
  ])('stays beside a list of %s', async (_, lists, way) => {
    expect(await isDropped(lists, way)).toBe(false);
  });

  test('is recognized by the same few names in any order, none of them readable', async () => {
    const sampleOf = async (list: unknown[]) => {
      const { left } = await running(list, stops);
      return onlyCheckpoint<{ sample: string[] }>(left).position.sample;
    };
    const sample = await sampleOf(byUrn(0, 600));
    expect(sample).toHaveLength(64);
    expect(await sampleOf(byUrn(0, 600).reverse())).toEqual(sample);
    expect(new Set([...sample, ...(await sampleOf(byUrn(600, 600)))]).size).toBe(128);
    expect(sample.join()).not.toContain(urn(1).slice(-6));
    expect(await sampleOf(byUrn(0, 64))).toHaveLength(64);
  });

  test('may be several, and what cannot be read stays', async () => {
    const { left } = await running(byUrn(0), stops);
    const { name, position } = onlyCheckpoint(left);
    const resume = {
      [name]: position,
      [`${name}2`]: position,
      [`${name}3`]: { ...position, sample: 'x' },
      [`${name}4`]: null,
    };
    const rapidpro = structuredClone({ resume });
    const next = await running(byUrn(1), writes, { rapidpro });
    const others = Object.keys(checkpoints(next.left)).filter(key => key.startsWith(name));
    expect(others).toEqual([`${name}3`, `${name}4`]);
  });
});

describe('a run that goes on', () => {
  const again = async (work: Work, more: Running = {}, first: Work = everything) => {
    const { options = {} } = more;
    const before = await running(TEN, first, { options });
    const { rapidpro } = before.left;
    return running([...TEN], work, { rapidpro, ...more, options: { resume: true, ...options } });
  };

  test('takes over what is done, and tries again what failed', async () => {
    const { result } = await again(() => {});
    expect(result).toMatchObject({
      created: [
        { index: 0, earlier: true },
        { index: 1, earlier: true },
      ],
      updated: [{ index: 2, earlier: true }],
      unchanged: [{ index: 3, earlier: true }],
      passedOver: [{ index: 4, duplicateOf: 2 }],
      notAttempted: [{ index: 8 }, { index: 9 }],
    });
    expect(result.created[0]).not.toHaveProperty('uuid');
    expect(result.failed).toMatchObject([
      {
        index: 5,
        earlier: true,
        code: 'OUTCOME_UNKNOWN',
        description: expect.stringContaining('unclear whether an earlier run created'),
      },
      { index: 6, earlier: true, code: 'CONTACT_CLASH' },
      { index: 7, earlier: true, code: 'CONTACT_CLASH' },
    ]);
  });

  test('takes over nothing where nothing was done', async () => {
    await again(
      ({ outcome }) => expect(outcome.done).toBe(0),
      {},
      () => {},
    );
  });

  test('knows where that one stopped', async () => {
    let earlier: BulkRun['earlier'];
    await again(run => {
      earlier = run.earlier;
    });
    expect(earlier).toMatchObject({ items: 10, found: [[9, uuidOf(9)]], pages: 3, isWide: true });
  });

  test('knows which contacts they are, if that matters', async () => {
    const { result, left } = await again(() => {}, { options: REMOVES });
    expect(result.created[0]).toEqual({ index: 0, uuid: uuidOf(0), earlier: true });
    expect(onlyCheckpoint(left).position.uuids).toHaveLength(4);
  });

  test('leaves the same for a third one', async () => {
    const first = await running(TEN, everything);
    const { left } = await again(run => everything(run));
    expect(left.rapidpro).toEqual(first.left.rapidpro);
  });

  test('does not, without the option', async () => {
    const { result } = await again(({ earlier }) => expect(earlier).toBeUndefined(), {
      options: { resume: false },
    });
    expect(counts(result)).toEqual([0, 0, 0, 0, 10]);
  });

  test('says so if the checkpoint is of another list', async () => {
    const warning = 'belongs to another list';
    const { left, lines } = await running(TEN, () => {}, { options: { resume: true } });
    const { rapidpro } = left;
    expect(lines.join('\n')).not.toContain(warning);
    const plan = { options: { resume: true }, rapidpro };
    const other = await running([5], () => {}, plan);
    expect(other.lines.join('\n')).toContain(warning);
    expect(other.result.notAttempted).toEqual([{ index: 0 }]);
    expect((await running(TEN, () => {}, plan)).lines.join('\n')).not.toContain(warning);
    // What stopped in another way is no checkpoint of such a list.
    const ofReads = { ...plan, rapidpro: { resume: { 'contacts-0123': {} } } };
    expect((await running(TEN, () => {}, ofReads)).lines.join('\n')).not.toContain(warning);
    const both = { ...plan, rapidpro: other.left.rapidpro };
    expect(Object.keys(checkpoints(other.left))).toHaveLength(2);
    expect((await running(TEN, () => {}, both)).lines.join('\n')).not.toContain(warning);
  });

  test.each<[key: string, value: unknown, isFine: boolean]>([
    ['created', [[0, 9]], true],
    ['created', [[0, 10]], false],
    ['created', [[-1, 0]], false],
    ['updated', [[0.5, 1]], false],
    ['unchanged', [['0', 1]], false],
    ['unknown', undefined, false],
    ['clashes', [[1]], false],
    ['clashes', {}, false],
    ['passedOver', undefined, true],
    ['passedOver', [[0, 10]], false],
    ['uuids', undefined, true],
    ['uuids', [[9, 'u']], true],
    ['uuids', [[10, 'u']], false],
    ['uuids', [[1, 2]], false],
    ['found', undefined, false],
    ['found', [[0, 'u']], true],
    ['found', [[10, 'u']], false],
    ['found', [[0, null]], false],
    ['cursor', undefined, true],
    ['cursor', { cursor: 'cD0x' }, true],
    ['cursor', { page: 2 }, false],
    ['cursor', 'cD0x', false],
    ['isHalfDone', undefined, true],
    ['isHalfDone', 'yes', false],
    ['pages', undefined, true],
    ['pages', 0, true],
    ['pages', -1, false],
    ['pages', 1.5, false],
    ['complete', 'yes', false],
    ['isWide', 1, false],
    ['isWide', undefined, true],
    ['items', undefined, false],
  ])('%s: %j is as a run leaves it: %s', async (key, value, isFine) => {
    const { left } = await running(TEN, () => {});
    const { name, position } = onlyCheckpoint(left);
    const rapidpro = { resume: { [name]: { ...position, [key]: value } } };
    let ran = false;
    const work = () => {
      ran = true;
    };
    const end = running(TEN, work, { rapidpro, options: { resume: true } });
    if (isFine) await end;
    else {
      await expect(end).rejects.toMatchObject({
        code: 'INVALID_INPUT',
        fix: expect.stringMatching(
          /syncContacts-.*syncContacts\(\) then starts from the beginning/,
        ),
      });
    }
    expect(ran).toBe(isFine);
  });
});

test.each<[unknown, string, string]>([
  [undefined, 'contacts is missing.', 'check that the data is there'],
  [null, 'contacts is missing.', 'check that the data is there'],
  [{ results: [] }, 'contacts is an object, but must be a list.', '$.data.results'],
  ['x', 'contacts is a string, but must be a list.', '$.data.results'],
])('%j is not a list', async (list, description, fix) => {
  await expect(running(list, () => {})).rejects.toMatchObject({
    code: 'INVALID_INPUT',
    description,
    fix: expect.stringContaining(fix),
  });
});

describe('what ends the work', () => {
  const WRONG = fail('INVALID_TOKEN', 'It is wrong.', 'Use another one.');
  const stopped =
    (error: typeof LIMIT, more: (run: BulkRun) => void = () => {}): Work =>
    run => {
      more(run);
      run.client.limiter.stop(error, { concernsAll: error === WRONG });
    };
  const wrote = ({ client }: BulkRun) => {
    client.writes = 1;
  };
  const TAKEN = refused('URN_TAKEN');

  test.each<[string, isThrown: boolean, Work]>([
    ['nothing was sent', true, stopped(TAKEN)],
    ['nothing went well, and nothing can', true, stopped(WRONG, wrote)],
    ['a write failed, but others may work', false, stopped(TAKEN, wrote)],
    ['the time is over', false, stopped(LIMIT)],
    [
      'somebody was written',
      false,
      stopped(WRONG, ({ outcome }) => outcome.complete('created', { index: 0 })),
    ],
    [
      'somebody may have been written',
      false,
      stopped(WRONG, ({ outcome }) =>
        outcome.fail({ index: 0 }, { ...REASON, outcome: 'unknown' }),
      ),
    ],
    [
      'somebody was looked at',
      true,
      stopped(WRONG, ({ outcome }) => outcome.complete('unchanged', { index: 0 })),
    ],
  ])('%s: thrown %s', async (_, isThrown, work) => {
    const run = running([1, 2], work);
    if (isThrown) await expect(run).rejects.toMatchObject({ name: 'RapidProError' });
    else expect((await run).result.stopped).toBeDefined();
  });

  test('the rate limit, wherever it strikes', async () => {
    const { result, left, limiter } = await running([1, 2], () => Promise.reject(LIMIT));
    expect(limiter.stopped).toBe(LIMIT);
    expect(result).toMatchObject({
      notAttempted: [{ index: 0 }, { index: 1 }],
      stopped: { code: 'RATE_LIMITED', retryAfter: 3000 },
    });
    expect(onlyCheckpoint(left).position).toEqual({
      items: 2,
      ...{ created: [], updated: [], unchanged: [], unknown: [], clashes: [] },
      found: [],
      complete: false,
      isWide: false,
    });
  });

  test('a request that was not sent any more, for the reason that stopped it', async () => {
    const { result, limiter } = await running([1, 2], run => {
      run.outcome.complete('updated', { index: 0 });
      run.client.limiter.stop(TAKEN);
      throw new AbortedError();
    });
    expect(limiter.stopped).toBe(TAKEN);
    expect(counts(result)).toEqual([0, 1, 0, 0, 1]);
  });

  test('what an earlier run wrote or left unclear: the error is thrown all the same', async () => {
    const { rapidpro } = (await running(TEN, everything)).left;
    const run = running(TEN, stopped(WRONG), { options: { resume: true }, rapidpro });
    await expect(run).rejects.toMatchObject({ code: 'INVALID_TOKEN' });
  });

  test('then an earlier run is as far as this one', async () => {
    const at = {
      found: [[1, uuidOf(1)]] as [number, string][],
      cursor: { cursor: 'cD0x' },
      isHalfDone: true,
      pages: 2,
      complete: true,
      isWide: true,
    };
    const first = await running([1, 2], () => at);
    const plan = { options: { resume: true }, rapidpro: first.left.rapidpro };
    const { left } = await running([1, 2], () => Promise.reject(LIMIT), plan);
    expect(onlyCheckpoint(left).position).toMatchObject(at);
  });

  test.each([
    ['another error', refused('UNKNOWN_GROUP')],
    ['a mistake of the program', new TypeError('of ours')],
  ])('%s, which is thrown', async (_, error) => {
    await expect(running([1, 2], () => Promise.reject(error))).rejects.toBe(error);
  });
});

describe('what is said at the end', () => {
  const failing: Work = ({ outcome }) => {
    outcome.fail({ index: 0 }, REASON);
    outcome.complete('updated', { index: 1, predicted: false });
    outcome.unpredicted.add('fields.due');
  };

  test('in the log', async () => {
    const { lines } = await running([1, 2, 3], failing, { plan: { verb: 'Upserted' } });
    const text = lines.join('\n');
    expect(text).toContain('Upserted 3 contacts in 0 requests: 0 created, 1 updated');
    expect(text).toContain('written in every run: fields.due');
    expect(text).toContain('1 of 3 failed');
    expect(text).toContain('The step still succeeds.');
  });

  test('that failures may pass, if the next run can try them again', async () => {
    const passing: Work = ({ outcome }) =>
      outcome.fail({ index: 0 }, { ...REASON, code: 'SERVER_UNAVAILABLE' });
    const text = (await running([1], passing)).lines.join('\n');
    expect(text).toContain('Some failures may be temporary');
    const dry = await running([1], passing, { options: DRY });
    expect(dry.lines.join('\n')).not.toContain('Some failures may be temporary');
  });

  test('as an error, with what the next run needs', async () => {
    const options = { failOnError: true };
    const { call } = calling([1, 2, 3], { options });
    const lines = captureConsole();
    const error = await bulkRun(call, PLAN, async run => {
      await failing(run);
      return { found: [] };
    }).catch(thrown => thrown);
    expect(error).toMatchObject({
      code: 'BULK_FAILED',
      details: { resume: checkpoints(call.state) },
    });
    expect(Object.keys(error.details.resume)).toEqual([expect.stringMatching(/^syncContacts-/)]);
    expect(lines.join('\n')).not.toContain('The step still succeeds.');
    const done = await running([1, 2], failing, { options }).catch(thrown => thrown);
    expect(done).toMatchObject({ code: 'BULK_FAILED' });
    expect(done.details).not.toHaveProperty('resume');
  });

  test('as an error, whether something may have been done', async () => {
    const outcomeOf = async (work: Work, more: Running = {}) => {
      const options = { ...more.options, failOnError: true };
      const error = await running([1, 2], work, { ...more, options }).catch(thrown => thrown);
      return error.outcome;
    };
    const lost = { ...REASON, outcome: 'unknown' } as const;
    expect(await outcomeOf(failing)).toBe('none');
    const writes: Work = async run => {
      const body = { urns: ['tel:+250788000001'] };
      await run.client.request({ method: 'POST', path: 'contacts', body });
      await failing(run);
    };
    expect(await outcomeOf(writes)).toBe('unknown');
    expect(await outcomeOf(({ outcome }) => outcome.fail({ index: 0 }, lost))).toBe('unknown');
    const { left } = await running([1, 2], () => {});
    const again = { options: { resume: true }, rapidpro: left.rapidpro };
    expect(await outcomeOf(failing, again)).toBe('unknown');
  });

  test('that nobody left a group, if the run did not come so far', async () => {
    const plan = { options: REMOVES };
    const { result } = await running([1], () => {}, plan);
    expect(result).toMatchObject({
      left: [],
      notRemoved: { description: 'Nobody left a group, because the run stopped early.' },
    });
    const removed: BulkResult['left'] = ['u1'];
    const far = await running(
      [1],
      ({ outcome }) => {
        outcome.removal = { left: removed };
      },
      plan,
    );
    expect(far.result.left).toBe(removed);
    expect(far.result).not.toHaveProperty('notRemoved');
    expect((await running([1], () => {})).result).not.toHaveProperty('left');
  });
});

test('a run has its list, its progress and a workspace', async () => {
  const list = [1];
  await running(list, run => {
    expect(run.list).toBe(list);
    expect(run.outcome.total).toBe(1);
    expect(run.workspace).toBeDefined();
    expect(() => run.progress.log()).not.toThrow();
    // Of a plan, nothing counts as written.
    run.outcome.complete('created', { index: 0 });
    expect(run.outcome.wrote).toBe(1);
  });
  await running(
    list,
    ({ outcome }) => {
      outcome.complete('created', { index: 0 });
      expect(outcome.wrote).toBe(0);
    },
    { options: DRY },
  );
});
