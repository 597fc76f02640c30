import { describe, expect, test } from 'vitest';
import type { Client } from '../../../src/client/client.js';
import { AbortedError, Limiter } from '../../../src/client/limiter.js';
import { type ErrorCode, fail } from '../../../src/errors/errors.js';
import { BulkOutcome } from '../../../src/sync/report/bulkOutcome.js';
import { failOnError, logSyncEnd, Progress } from '../../../src/sync/report/log.js';
import type { BulkResult } from '../../../src/types/bulk.js';
import { refusalOf } from '../../input/refusal.js';
import { captureConsole } from '../../support/captureConsole.js';
import { fakeClock } from '../../support/fakeClock.js';

/** Where each entry of a list ends, and what is said about it: without a server. */

const U1 = '00000000-0000-4000-8000-000000000001';
const limiterOf = () => new Limiter({ clock: fakeClock(), isBulk: true });
const REASON = { code: 'VALIDATION_FAILED', description: 'It is wrong.', fix: 'Fix it.' } as const;

function outcomeOf(total: number, isPlan = false, takes?: 'first') {
  const limiter = limiterOf();
  return {
    limiter,
    outcome: new BulkOutcome(total, limiter, {
      dryRun: isPlan,
      ...(takes ? { duplicates: takes } : {}),
    }),
  };
}

describe('each entry ends in one place', () => {
  test('the first that is said of it counts', () => {
    const { outcome } = outcomeOf(6);
    outcome.complete('created', { index: 0, uuid: U1 });
    outcome.complete('updated', { index: 0 });
    outcome.fail({ index: 0 }, REASON);
    outcome.fail({ index: 1, uuid: U1 }, REASON);
    outcome.passOver({ index: 1, duplicateOf: 0 });
    outcome.passOver({ index: 2, duplicateOf: 0 });
    outcome.complete('unchanged', { index: 3 });
    outcome.complete('updated', { index: 4, changed: ['name'] });
    expect(outcome.done).toBe(5);
    expect(outcome.result()).toEqual({
      created: [{ index: 0, uuid: U1 }],
      updated: [{ index: 4, changed: ['name'] }],
      unchanged: [{ index: 3 }],
      failed: [{ index: 1, uuid: U1, ...REASON }],
      notAttempted: [{ index: 5 }],
      passedOver: [{ index: 2, duplicateOf: 0 }],
    });
    expect([0, 1, 2, 5].map(index => outcome.isOpen(index))).toEqual([false, false, false, true]);
    expect([0, 1, 2, 5].map(index => outcome.isDone(index))).toEqual([true, false, true, false]);
    expect([0, 1, 2, 5].map(index => outcome.isPassedOver(index))).toEqual([
      false,
      false,
      true,
      false,
    ]);
    expect([0, 2, 3, 5].map(index => outcome.uuidOf(index))).toEqual([
      U1,
      undefined,
      undefined,
      undefined,
    ]);
    expect(outcome.uuidOf(1)).toBeUndefined();
    expect(outcome.passedOver).toEqual([{ index: 2, duplicateOf: 0 }]);
  });

  test('without such entries, nothing is said of them', () => {
    const { outcome } = outcomeOf(0);
    expect(Object.keys(outcome.result())).toEqual([
      'created',
      'updated',
      'unchanged',
      'failed',
      'notAttempted',
    ]);
  });

  test('what was written before the stop is reported', () => {
    const { outcome } = outcomeOf(3);
    expect(outcome.isUntouched(0)).toBe(true);
    outcome.begin({ index: 0, uuid: U1, changed: ['name'] });
    outcome.begin({ index: 1, uuid: U1, changed: ['urns'] });
    outcome.fail({ index: 1 }, REASON);
    outcome.complete('updated', { index: 2 });
    outcome.begin({ index: 2, changed: ['name'] });
    expect(outcome.isUntouched(0)).toBe(false);
    expect(outcome.isOpen(0)).toBe(true);
    expect(outcome.isUntouched(2)).toBe(false);
    expect(outcome.wrote).toBe(4);
    expect(outcome.result()).toMatchObject({
      notAttempted: [{ index: 0, uuid: U1, changed: ['name'] }],
      failed: [{ index: 1, uuid: U1, changed: ['urns'], code: 'VALIDATION_FAILED' }],
    });
    expect(outcome.result().updated).toEqual([{ index: 2 }]);
  });

  test('also if one of its groups was refused before another one was entered', () => {
    const { outcome } = outcomeOf(1);
    outcome.fail({ index: 0, uuid: U1 }, REASON);
    outcome.begin({ index: 0, uuid: U1, changed: ['groups'] });
    expect(outcome.result().failed).toEqual([
      { index: 0, uuid: U1, changed: ['groups'], ...REASON },
    ]);
  });

  test('writes are counted, but not those of a plan', () => {
    const { outcome } = outcomeOf(3);
    outcome.complete('created', { index: 0 });
    outcome.complete('unchanged', { index: 1 });
    expect(outcome.wrote).toBe(1);
    const plan = outcomeOf(1, true).outcome;
    plan.complete('created', { index: 0 });
    expect(plan.wrote).toBe(0);
  });

  test('positions are found by place and code', () => {
    const { outcome } = outcomeOf(4);
    outcome.fail({ index: 3 }, { ...REASON, code: 'URN_TAKEN' });
    outcome.fail({ index: 1 }, REASON);
    outcome.complete('created', { index: 0 });
    expect(outcome.indexes('failed')).toEqual([1, 3]);
    expect(outcome.indexes('failed', 'URN_TAKEN')).toEqual([3]);
    expect(outcome.indexes('created')).toEqual([0]);
    expect(outcome.indexes('updated')).toEqual([]);
  });

  test('inactive contacts are listed in the order of the list, each once', () => {
    const { outcome } = outcomeOf(3);
    outcome.noteInactive(2, U1, 'blocked');
    outcome.noteInactive(0, U1, 'stopped');
    outcome.noteInactive(2, U1, 'archived');
    expect(outcome.result().inactive).toEqual([
      { index: 0, uuid: U1, status: 'stopped' },
      { index: 2, uuid: U1, status: 'archived' },
    ]);
    // It turned out not to be the contact of the entry, or to be active again.
    outcome.noteInactive(0, U1, undefined);
    outcome.noteInactive(1, U1, undefined);
    expect(outcome.result().inactive).toEqual([{ index: 2, uuid: U1, status: 'archived' }]);
  });

  test('why it stopped is said if something was not attempted', () => {
    const stop = fail('RATE_LIMITED', 'Too many requests.', 'Wait.', { retryAfter: 60 });
    const { outcome, limiter } = outcomeOf(1);
    limiter.stop(stop);
    expect(outcome.result().stopped).toEqual({
      code: 'RATE_LIMITED',
      description: 'Too many requests.',
      fix: 'Wait.',
      retryAfter: 60,
    });
    outcome.complete('created', { index: 0 });
    expect(outcome.result()).not.toHaveProperty('stopped');
    const other = outcomeOf(1);
    other.limiter.stop(fail('TIMEOUT', 'Too late.', 'Wait.'));
    expect(Object.keys(other.outcome.result().stopped ?? {})).toEqual([
      'code',
      'description',
      'fix',
    ]);
  });
});

describe('entries that are one contact in RapidPro', () => {
  const SAME = 'contacts[0], contacts[1] are the same contact in RapidPro.';
  const CHOOSE =
    'Combine them in the list, correct the wrong one, or choose which one counts: { duplicates: "first" } or "last".';
  const NOTHING = `Nothing was sent for them. ${CHOOSE}`;
  const CHECK = `Check the contact in RapidPro. ${CHOOSE}`;
  const reported = (outcome: BulkOutcome) =>
    outcome.result().failed.map(({ description, fix }) => ({ description, fix }));

  test('fail, and nothing was sent', () => {
    const { outcome } = outcomeOf(3);
    outcome.clash([1, 0]);
    expect(reported(outcome)).toEqual(Array(2).fill({ description: SAME, fix: NOTHING }));
    expect(outcome.result().failed[0]).toMatchObject({ index: 0, code: 'CONTACT_CLASH' });
    expect(outcome.done).toBe(2);
    expect(outcome.isOpen(2)).toBe(true);
  });

  test('where the job already chooses, choosing is no advice', () => {
    const { outcome } = outcomeOf(2, false, 'first');
    outcome.clash([1, 0]);
    expect(reported(outcome)[0]?.fix).toBe(
      'Nothing was sent for them. Combine them in the list, or correct the wrong one.',
    );
  });

  test.each(['created', 'updated'] as const)('even if one of them was %s before', place => {
    const { outcome } = outcomeOf(2);
    outcome.complete(place, { index: 0, uuid: U1 });
    outcome.clash([0, 1]);
    expect(outcome.done).toBe(2);
    expect(reported(outcome)).toEqual(
      Array(2).fill({
        description: `${SAME} contacts[0] was saved before this was noticed.`,
        fix: CHECK,
      }),
    );
    expect(outcome.result()[place]).toEqual([]);
    expect(outcome.result().failed[0]).toMatchObject({ index: 0, uuid: U1 });
  });

  test('or both, one over the other, one of them after this was noticed', () => {
    const { outcome } = outcomeOf(2);
    outcome.begin({ index: 0, uuid: U1, changed: ['name'] });
    outcome.clash([0, 1]);
    outcome.begin({ index: 1, uuid: U1, changed: ['name'] });
    expect(reported(outcome)[0]).toEqual({
      description: `${SAME} contacts[0], contacts[1] were saved, one over the other.`,
      fix: CHECK,
    });
  });

  test('what was unchanged was not saved', () => {
    const { outcome } = outcomeOf(2);
    outcome.complete('unchanged', { index: 0, uuid: U1 });
    outcome.clash([0, 1]);
    expect(reported(outcome)[0]).toEqual({ description: SAME, fix: NOTHING });
  });

  test('nothing is saved in a plan', () => {
    const { outcome } = outcomeOf(2, true);
    outcome.complete('created', { index: 0, uuid: U1 });
    outcome.clash([0, 1]);
    expect(reported(outcome)[0]).toEqual({ description: SAME, fix: NOTHING });
  });

  test('what an earlier run wrote of one is not known', () => {
    const { outcome } = outcomeOf(2);
    outcome.fail({ index: 1, earlier: true }, REASON);
    outcome.clash([0, 1]);
    expect(outcome.result().failed).toMatchObject([
      {
        index: 0,
        description: `${SAME} It is unclear whether contacts[1] was saved, too.`,
        fix: CHECK,
      },
      { index: 1, ...REASON },
    ]);
  });

  test('one that failed in this run is not unclear', () => {
    const { outcome } = outcomeOf(2);
    outcome.fail({ index: 1 }, REASON);
    outcome.clash([0, 1]);
    expect(outcome.result().failed[0]?.description).toBe(SAME);
  });

  test('one whose write ended without an answer, or in part, was perhaps or partly saved', () => {
    const { outcome } = outcomeOf(2);
    const lost = fail('CONNECTION_LOST', 'Lost.', 'Wait.', { outcome: 'unknown' });
    outcome.failWith({ index: 1 }, lost);
    outcome.clash([0, 1]);
    expect(reported(outcome)[0]).toEqual({
      description: `${SAME} It is unclear whether contacts[1] was saved, too.`,
      fix: CHECK,
    });
    const partly = outcomeOf(2).outcome;
    partly.begin({ index: 1, uuid: U1, changed: ['name'] });
    partly.fail({ index: 1 }, REASON);
    partly.clash([0, 1]);
    expect(reported(partly)[0]).toEqual({
      description: `${SAME} contacts[1] was saved before this was noticed.`,
      fix: CHECK,
    });
  });

  test('nor is one whose write ended without an answer', () => {
    const { outcome } = outcomeOf(2);
    outcome.clash([0, 1]);
    outcome.failWith(
      { index: 1 },
      fail('CONNECTION_LOST', 'Lost.', 'Wait.', { outcome: 'unknown' }),
    );
    expect(reported(outcome)[0]?.description).toBe(
      `${SAME} It is unclear whether contacts[1] was saved, too.`,
    );
    outcome.begin({ index: 1, uuid: U1 });
    expect(reported(outcome)[0]?.description).toBe(
      `${SAME} contacts[1] was saved before this was noticed.`,
    );
  });

  test('the first five are named', () => {
    const { outcome } = outcomeOf(6);
    const names = 'contacts[0], contacts[1], contacts[2], contacts[3], contacts[4]';
    outcome.clash([0, 1, 2, 3, 4]);
    expect(reported(outcome)[0]?.description).toBe(`${names} are the same contact in RapidPro.`);
    outcome.clash([0, 5]);
    expect(reported(outcome)[0]?.description).toBe(
      `${names} and 1 more are the same contact in RapidPro.`,
    );
  });

  test('they are one with those that one of them was before', () => {
    const { outcome } = outcomeOf(4);
    outcome.clash([0, 1]);
    outcome.clash([3, 1]);
    expect(reported(outcome)[2]?.description).toBe(
      'contacts[0], contacts[1], contacts[3] are the same contact in RapidPro.',
    );
    expect(reported(outcome)).toHaveLength(3);
  });
});

describe('what an error means', () => {
  const ofCode = (code: ErrorCode, outcome: 'none' | 'refused' | 'unknown' = 'none') =>
    fail(code, 'It went wrong.', 'Fix it.', { outcome });

  test('one that concerns this contact fails it', () => {
    const { outcome, limiter } = outcomeOf(1);
    outcome.failWith({ index: 0 }, ofCode('VALIDATION_FAILED'));
    expect(outcome.result().failed).toMatchObject([{ index: 0, code: 'VALIDATION_FAILED' }]);
    expect(limiter.stopped).toBeUndefined();
    expect(outcome.hasUnknown).toBe(false);
    expect(outcome.hasPassing).toBe(false);
  });

  test('one that concerns all stops the work, and leaves the contact for the next run', () => {
    const { outcome, limiter } = outcomeOf(1);
    const error = ofCode('INVALID_TOKEN');
    outcome.failWith({ index: 0 }, error);
    expect(limiter.stopped).toBe(error);
    expect(limiter.concernsAll).toBe(true);
    expect(outcome.isOpen(0)).toBe(true);
  });

  test('unless the contact may have been written', () => {
    const { outcome } = outcomeOf(1);
    outcome.failWith({ index: 0 }, ofCode('RATE_LIMITED', 'unknown'));
    expect(outcome.hasUnknown).toBe(true);
    expect(outcome.result().failed).toMatchObject([
      {
        code: 'RATE_LIMITED',
        description: 'It went wrong. The contact may have been written before that.',
        fix: 'Run the same step again: repeating the write is harmless. With { resume: true }, it continues from here.',
      },
    ]);
  });

  test('a refusal of this contact is told with what to do first', () => {
    const { outcome } = outcomeOf(1);
    outcome.failWith({ index: 0 }, ofCode('URN_TAKEN', 'unknown'));
    expect(outcome.result().failed).toMatchObject([
      { fix: 'Fix it. Otherwise, run the same step again: repeating the write is harmless.' },
    ]);
  });

  test('what must not be repeated says so itself', () => {
    const { outcome } = outcomeOf(1);
    outcome.failWith({ index: 0 }, ofCode('OUTCOME_UNKNOWN', 'unknown'));
    expect(outcome.result().failed).toMatchObject([
      { code: 'OUTCOME_UNKNOWN', description: 'It went wrong.', fix: 'Fix it.' },
    ]);
    // The next run must know it.
    expect(outcome.hasPassing).toBe(false);
  });

  test('failures of the server in a row stop it, unless something works between them', () => {
    const { outcome, limiter } = outcomeOf(20);
    for (let index = 0; index < 4; index++) {
      outcome.failWith({ index }, ofCode('CONNECTION_LOST'));
    }
    outcome.failWith({ index: 4 }, ofCode('VALIDATION_FAILED'));
    for (let index = 5; index < 9; index++) {
      outcome.failWith({ index }, ofCode('CONNECTION_LOST'));
    }
    expect(limiter.stopped).toBeUndefined();
    outcome.failWith({ index: 9 }, ofCode('CONNECTION_LOST'));
    expect(limiter.stopped?.code).toBe('CONNECTION_LOST');
    expect(outcome.hasPassing).toBe(true);
  });

  test('who has the number is said if RapidPro says it', () => {
    const { outcome } = outcomeOf(3);
    const details = { holder: U1 };
    outcome.failWith({ index: 0 }, fail('URN_TAKEN', 'It is taken.', 'Wait.', { details }));
    outcome.failWith({ index: 1 }, ofCode('URN_TAKEN', 'refused'));
    outcome.failWith({ index: 2 }, fail('NOT_FOUND', 'It is gone.', 'Wait.', { details }));
    const { failed } = outcome.result();
    expect(failed[0]).toEqual({
      index: 0,
      holder: U1,
      code: 'URN_TAKEN',
      description: 'It is taken.',
      fix: 'Wait.',
    });
    expect(failed.slice(1).map(one => Object.keys(one))).toEqual(
      Array(2).fill(['index', 'code', 'description', 'fix']),
    );
  });

  test('work on a contact says what went wrong, and with whom', async () => {
    const { outcome } = outcomeOf(4);
    const error = ofCode('VALIDATION_FAILED', 'refused');
    const throwing = () => Promise.reject(error);
    expect(await outcome.attempt({ index: 0, uuid: U1 }, throwing)).toBe(error);
    expect(await outcome.attempt({ index: 1 }, throwing)).toBe(error);
    // It has been sorted out.
    expect(await outcome.attempt({ index: 2 }, async () => error)).toBe(error);
    expect(await outcome.attempt({ index: 3 }, async () => 'something')).toBeUndefined();
    const { failed, notAttempted } = outcome.result();
    const reason = { code: 'VALIDATION_FAILED', description: 'It went wrong.', fix: 'Fix it.' };
    expect(failed).toEqual([
      { index: 0, uuid: U1, ...reason },
      { index: 1, ...reason },
    ]);
    expect(Object.keys(failed[1] ?? {})).not.toContain('uuid');
    expect(notAttempted).toEqual([{ index: 2 }, { index: 3 }]);
  });

  test('work that went well is something that works; what it returns as an error is not', async () => {
    const lose = (outcome: BulkOutcome, from: number) => {
      for (let index = from; index < from + 4; index++) {
        outcome.failWith({ index }, ofCode('CONNECTION_LOST'));
      }
    };
    for (const [value, isStopped] of [
      [undefined, false],
      [ofCode('CONNECTION_LOST'), true],
    ] as const) {
      const { outcome, limiter } = outcomeOf(9);
      lose(outcome, 0);
      await outcome.attempt({ index: 4 }, async () => value);
      lose(outcome, 5);
      expect(limiter.stopped !== undefined).toBe(isStopped);
    }
  });

  test('a stop fails nobody, and an error that is none of ours ends it', () => {
    const { outcome } = outcomeOf(1);
    outcome.failWith({ index: 0 }, new AbortedError());
    expect(outcome.isOpen(0)).toBe(true);
    expect(() => outcome.failWith({ index: 0 }, new RangeError('own'))).toThrow('own');
  });

  test('members who could not leave for a passing reason are tried again', () => {
    const { outcome } = outcomeOf(0);
    expect(outcome.hasPassing).toBe(false);
    outcome.isRemovalStopped = true;
    expect(outcome.hasPassing).toBe(true);
  });
});

const empty = (): BulkResult => ({
  created: [],
  updated: [],
  unchanged: [],
  failed: [],
  notAttempted: [],
});
const items = (count: number, from = 0) =>
  Array.from({ length: count }, (_, at) => ({ index: from + at }));
const failed = (index: number, code: ErrorCode = 'URN_TAKEN') => ({
  index,
  code,
  description: 'It is taken.',
  fix: 'Remove it.',
});

describe('the log at the end', () => {
  const said = (
    result: Partial<BulkResult>,
    {
      dryRun = false,
      isLeft = false,
      unpredicted = [] as string[],
      perhapsTaken = 0,
      behind = [] as number[],
      hidden = [] as number[],
      isError = false,
    } = {},
  ) => {
    const lines = captureConsole();
    logSyncEnd('syncContacts', { ...empty(), ...result }, 'Synchronized', 1234, {
      isLeft,
      notes: {
        unpredicted: new Set(unpredicted),
        perhapsTaken,
        behind: new Set(behind),
        hidden: new Set(hidden),
      },
      options: { dryRun, failOnError: isError },
    });
    const head = /^RapidPro: (warning: )?syncContacts\(\): /;
    expect(lines.filter(line => !head.test(line))).toEqual([]);
    return lines.map(line => line.replace(head, '$1'));
  };

  test('says whose number in the list is not the first', () => {
    const lines = said({ updated: items(2), failed: [failed(7)] }, { behind: [7, 1, 0] });
    expect(lines[1]).toMatch(
      /^warning: 2 contacts have another number before the one in the list, and RapidPro writes to the first: contacts\[0\], contacts\[1\]\. /,
    );
  });

  test('says whose numbers are hidden, of those that exist and did not fail', () => {
    const lines = said(
      { updated: items(2), failed: [failed(7)], created: [{ index: 8 }] },
      { hidden: [8, 7, 1] },
    );
    expect(lines[1]).toMatch(
      /^warning: The workspace hides URNs, so those in 1 entry whose contact exists .*: contacts\[1\]\. /,
    );
  });

  test('counts everything', () => {
    expect(said({ created: items(1), updated: items(2), unchanged: items(1500) })).toEqual([
      'Synchronized 1,503 contacts in 1,234 requests: 1 created, 2 updated, 1,500 unchanged, 0 failed, 0 not attempted',
    ]);
    const passedOver = [{ index: 1, duplicateOf: 0 }];
    expect(said({ created: items(1), passedOver })).toEqual([
      'Synchronized 2 contacts in 1,234 requests: 1 created, 0 updated, 0 unchanged, 0 failed, 0 not attempted',
      'warning: Skipped as duplicates of another entry: 1, contacts[1] for contacts[0]. See data.passedOver',
    ]);
  });

  test('names the first duplicates', () => {
    const passedOver = (count: number) =>
      items(count, 1).map(item => ({ ...item, duplicateOf: 0 }));
    expect(said({ passedOver: passedOver(5) })[1]).toContain(
      'entry: 5, contacts[1] for contacts[0], contacts[2] for contacts[0], contacts[3] for contacts[0], contacts[4] for contacts[0], contacts[5] for contacts[0]. See',
    );
    expect(said({ passedOver: passedOver(6) })[1]).toContain(
      'contacts[5] for contacts[0] and more. See',
    );
    expect(said({ passedOver: [] })).toHaveLength(1);
  });

  test('of a dry run says that nothing was written', () => {
    expect(said({ created: items(1) }, { dryRun: true })).toEqual([
      'Dry run (nothing was written) of 1 contact in 1,234 requests: 1 created, 0 updated, 0 unchanged, 0 failed, 0 not attempted',
    ]);
  });

  test.each<[result: Partial<BulkResult>, dryRun: boolean, line: string | undefined]>([
    [{}, false, undefined],
    [
      { left: ['a'] },
      false,
      'Not in the list: 1 member was removed from the groups. See data.left',
    ],
    [
      { left: ['a', 'b'] },
      false,
      'Not in the list: 2 members were removed from the groups. See data.left',
    ],
    [
      { left: ['a'] },
      true,
      'Not in the list: 1 member would be removed from the groups. See data.left',
    ],
    [{ left: [] }, false, 'Nobody was removed from the groups'],
    [{ left: [] }, true, 'Nobody would be removed from the groups'],
    [
      { left: [], notRemoved: { description: 'Nobody left.', fix: 'Run again.' } },
      false,
      'warning: Nobody left. Run again.',
    ],
  ])('%j, in a dry run %s: %s', (result, dryRun, line) => {
    expect(said(result, { dryRun }).slice(1)).toEqual(line ? [line] : []);
  });

  test('counts members without the key', () => {
    const has = (count: number) => said({ left: ['a'], unmatched: Array(count).fill('b') })[2];
    expect(has(0)).toBeUndefined();
    expect(has(1)).toBe(
      '1 member has no value for the key, and cannot be removed. See data.unmatched',
    );
    expect(has(2)).toBe(
      '2 members have no value for the key, and cannot be removed. See data.unmatched',
    );
  });

  test('says what every run writes', () => {
    const taken = { unpredicted: ['urns'], perhapsTaken: 1 };
    expect(said({ updated: [{ index: 0, predicted: false as const }] }, taken).slice(1)).toEqual([
      'warning: 1 contact gets URNs that another contact may have. Only the real run looks, and fails for those: URN_TAKEN',
    ]);
    const updated = [{ index: 0, predicted: false as const }, { index: 1 }];
    expect(said({ updated }, { unpredicted: ['fields.due'] })[1]).toMatch(
      /^warning: 1 contact has values that only RapidPro can compare, so they are written in every run: fields\.due\. Write /,
    );
    expect(said({ unchanged: updated, failed: [] })[1]).toContain('in every run. Write phone');
    expect(said({ updated: items(2) }, { unpredicted: ['fields.due'] })).toHaveLength(1);
    expect(said({ updated }, { unpredicted: ['urns'] })[1]).toContain('in every run: urns. Write');
    const two = [0, 1].map(index => ({ index, predicted: false as const }));
    const both = { unpredicted: ['urns', 'fields.due'], perhapsTaken: 1 };
    expect(said({ updated: two }, both)[2]).toMatch(
      /^warning: 1 contact has .* in every run: fields\.due\. Write /,
    );
    const many = Array.from({ length: 21 }, (_, at) => `f${at}`);
    const line = said({ updated }, { unpredicted: many })[1];
    expect(line).toContain('f19. Write');
    expect(line).not.toContain('f20');
  });

  test('says what failed, and why', () => {
    const list = [failed(1), failed(2000, 'NOT_FOUND'), failed(3)];
    expect(said({ failed: list, created: items(1) }).slice(1)).toEqual([
      'warning: 3 of 4 failed (2 URN_TAKEN, 1 NOT_FOUND): see data.failed. The first is contacts[1] (number 2 in the list): It is taken. Remove it. The step still succeeds. To make it fail, use { failOnError: true }.',
    ]);
    expect(said({ failed: list }, { isError: true })[1]).toMatch(/Remove it\.$/);
  });

  test('says how to continue', () => {
    const AGAIN =
      'warning: Some failures may be temporary. Run the same step again with { resume: true } to try these contacts again.';
    expect(said({ failed: [failed(0)] }, { isLeft: true })).toContain(AGAIN);
    expect(said({ failed: [failed(0)] })).not.toContain(AGAIN);
    expect(said({}, { isLeft: true })).not.toContain(AGAIN);
    const both = { failed: [failed(0)], notAttempted: items(1) };
    expect(said(both, { isLeft: true })).not.toContain(AGAIN);
    const stopped = { code: 'TIMEOUT', description: 'Too late.', fix: 'x' } as const;
    expect(said({ notAttempted: items(1000), created: items(1), stopped }).slice(1)).toEqual([
      'warning: 1,000 of 1,001 were not attempted: Too late. Run the same step again with { resume: true } to continue. The position is in state.rapidpro.resume.',
    ]);
    expect(said({ notAttempted: items(1) })[1]).toContain('were not attempted:  Run');
  });

  test.each(['created', 'updated', 'unchanged'])('says what RapidPro cannot read: %s', place => {
    const [, line, more] = said({ [place]: [{ index: 0, unread: ['fields.age'] }] });
    expect(line).toMatch(/^warning: RapidPro cannot read values of .*fields\.age/);
    expect(more).toBeUndefined();
  });

  test('counts inactive contacts', () => {
    expect(said({ inactive: [{ index: 0, uuid: U1, status: 'blocked' }] })[1]).toBe(
      'Stopped, blocked or archived: 1 contact. See data.inactive',
    );
  });
});

describe('the error at the end', () => {
  const thrown = (result: Partial<BulkResult>, checkpoints?: object) =>
    refusalOf(() => failOnError({ ...empty(), ...result }, checkpoints as never, 'unknown')) as
      | (ReturnType<typeof refusalOf> & { details: object; outcome: string })
      | undefined;

  test('says what failed first, with the counts', () => {
    const error = thrown({ failed: [failed(1), failed(2)], created: items(3) });
    expect(error).toMatchObject({
      code: 'BULK_FAILED',
      description: '2 contacts failed (2 URN_TAKEN). "details" has the counts of the others.',
      fix: 'Remove it. Then run the same step again: finished contacts are left alone.',
      outcome: 'unknown',
    });
    expect(error?.details).toEqual({
      counts: { created: 3, updated: 0, unchanged: 0, failed: 2, notAttempted: 0 },
      failures: [failed(1), failed(2)],
    });
  });

  test('with ten failures at most, and uuids only', () => {
    const list = items(11).map(({ index }) => ({
      ...failed(index),
      uuid: index > 0 ? U1 : 'token',
    }));
    const error = thrown({ failed: list }, { a: 1 });
    expect(error?.details).toMatchObject({ resume: { a: 1 } });
    const { failures } = (error?.details ?? {}) as { failures: { uuid: string }[] };
    expect(failures).toHaveLength(10);
    expect(failures.slice(0, 2).map(({ uuid }) => uuid)).toEqual(['…', U1]);
  });

  test('is none if nothing failed', () => {
    expect(thrown({ created: items(1) })).toBeUndefined();
  });
});

test('the progress is logged every ten seconds or thousand contacts', () => {
  const lines = captureConsole();
  const clock = fakeClock();
  const outcome = new BulkOutcome(5000, new Limiter({ clock }));
  const progress = new Progress('syncContacts', outcome, {
    clock,
    requests: 1,
  } as unknown as Client);
  const work = (done: number, seconds: number) => {
    outcome.done += done;
    clock.advance(seconds);
    progress.log();
    return lines.splice(0);
  };
  expect(work(999, 0)).toEqual([]);
  // In the first second, the rate is not higher than a second allows.
  expect(work(1, 0)).toEqual([
    'RapidPro: syncContacts(): 1,000 of 5,000 contacts, 1 request, 60,000 a minute',
  ]);
  expect(work(999, 9.9)).toEqual([]);
  expect(work(0, 0.1)).toEqual([
    'RapidPro: syncContacts(): 1,999 of 5,000 contacts, 1 request, 11,994 a minute',
  ]);
  expect(work(1000, 0)).toEqual([
    'RapidPro: syncContacts(): 2,999 of 5,000 contacts, 1 request, 17,994 a minute',
  ]);
  expect(work(1, 9)).toEqual([]);
  expect(work(0, 1)).toHaveLength(1);
});
