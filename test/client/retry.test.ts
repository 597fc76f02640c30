import { describe, expect, test } from 'vitest';
import { backoff, decide, failureOf, parseRetryAfter } from '../../src/client/retry.js';
import type { Failure } from '../../src/errors/outcome.js';

type Attempt = Parameters<typeof decide>[0];

const plain: Omit<Attempt, 'failure'> = {
  attempts: 1,
  repeatable: true,
  waited: 0,
  maxWait: 60,
  random: 0.5,
};

const throttled = (retryAfter?: number): Failure => ({ kind: 'throttled', retryAfter });
const ambiguous: Failure = { kind: 'ambiguous' };
const timeout: Failure = { kind: 'timeout' };
const unreachable: Failure = { kind: 'unreachable' };

describe('decide', () => {
  const table: [string, Partial<Attempt> & { failure: Failure }, object][] = [
    ['429 waits as long as it is asked', { failure: throttled(7) }, { wait: 7 }],
    ['429, also for a send', { failure: throttled(7), repeatable: false }, { wait: 7 }],
    ['429, however often', { failure: throttled(1), attempts: 50 }, { wait: 1 }],
    ['429 to the last second of maxWait', { failure: throttled(60) }, { wait: 60 }],
    ['429 beyond maxWait', { failure: throttled(61) }, { giveUp: 'too-long', wait: 61 }],
    [
      '429 beyond what is left of maxWait',
      { failure: throttled(7), waited: 54 },
      { giveUp: 'too-long', wait: 7 },
    ],
    ['429 with maxWait 0', { failure: throttled(1), maxWait: 0 }, { giveUp: 'too-long', wait: 1 }],
    ['429 without a time: seconds', { failure: throttled() }, { wait: 4 }],
    ['429 without a time, again: longer', { failure: throttled(), attempts: 2 }, { wait: 8 }],
    ['429 with 0: not at once', { failure: throttled(0) }, { wait: 0.5 }],
    ['429 with 0, again: longer', { failure: throttled(0), attempts: 3 }, { wait: 2 }],
    ['an ambiguous GET', { failure: ambiguous }, { wait: 0.5 }],
    ['an ambiguous GET, third time', { failure: ambiguous, attempts: 3 }, { wait: 2 }],
    ['an ambiguous GET, too often', { failure: ambiguous, attempts: 4 }, { giveUp: 'attempts' }],
    ['an ambiguous send', { failure: ambiguous, repeatable: false }, { giveUp: 'unsafe' }],
    [
      'a 503 that says when to come back',
      { failure: { kind: 'ambiguous', retryAfter: 5 } },
      { wait: 5 },
    ],
    [
      'a 503 that says to come back much later',
      { failure: { kind: 'ambiguous', retryAfter: 600 } },
      { giveUp: 'too-long', wait: 600 },
    ],
    [
      'a 503 to a send that says when to come back',
      { failure: { kind: 'ambiguous', retryAfter: 5 }, repeatable: false },
      { giveUp: 'unsafe' },
    ],
    ['a GET that timed out', { failure: timeout }, { wait: 0.5 }],
    ['a GET that timed out twice', { failure: timeout, attempts: 2 }, { giveUp: 'attempts' }],
    ['a send that timed out', { failure: timeout, repeatable: false }, { giveUp: 'unsafe' }],
    ['a send that never left', { failure: unreachable, repeatable: false }, { wait: 0.5 }],
    [
      'a send that cannot leave',
      { failure: unreachable, repeatable: false, attempts: 4 },
      { giveUp: 'attempts' },
    ],
    ['429 with a second', { failure: throttled(1) }, { wait: 1 }],
    ['an ambiguous GET to the last second', { failure: ambiguous, waited: 59.5 }, { wait: 0.5 }],
    ['a refusal without its text', { failure: { kind: 'unread' } }, { wait: 0.5 }],
    [
      'a refusal of a send without its text',
      { failure: { kind: 'unread' }, repeatable: false },
      { giveUp: 'unsafe' },
    ],
    ['a temporary refusal', { failure: { kind: 'busy' }, attempts: 3 }, { wait: 2.5 }],
    ['one of a send', { failure: { kind: 'busy' }, repeatable: false }, { wait: 2.5 }],
    ['a new group, seconds old', { failure: { kind: 'unready' } }, { wait: 2.5 }],
    [
      'a group that never comes',
      { failure: { kind: 'unready' }, attempts: 4 },
      { giveUp: 'attempts' },
    ],
  ];
  test.each(table)('%s', (_, attempt, expected) => {
    expect(decide({ ...plain, ...attempt })).toMatchObject(expected);
    if (!('giveUp' in expected)) {
      expect(decide({ ...plain, ...attempt })).not.toHaveProperty('giveUp');
    }
  });
});

test('a back-off doubles, varies by a quarter, and ends at half a minute', () => {
  expect([1, 2, 3, 4, 5].map(attempts => backoff(attempts, 0.5))).toEqual([0.5, 1, 2, 4, 8]);
  expect(backoff(1, 0)).toBe(0.375);
  expect(backoff(1, 1)).toBe(0.625);
  expect(backoff(1000, 0.5)).toBe(30);
});

describe('Retry-After', () => {
  const now = Date.parse('2026-01-31T12:00:00Z');
  test.each([
    ['17', 17],
    [' 17 ', 17],
    ['0', 0],
    ['1.25', 1.25],
    ['3600', 3600],
    ['Sat, 31 Jan 2026 12:00:30 GMT', 30],
    ['Sat, 31 Jan 2026 11:59:00 GMT', 0],
    [undefined, undefined],
    ['', undefined],
    ['soon', undefined],
    ['a1', undefined],
    ['31 Jan 2026 12:00:30 GMT', undefined],
    ['-5', undefined],
    ['1e3', undefined],
    ['NaN', undefined],
    ['Infinity', undefined],
    ['1.', undefined],
    ['12.34', 12.34],
    ['17 s', undefined],
    ['99999999', 31_536_000],
    ['Sat, 31 Jan 2026 12:00:30.2 GMT', 31],
    ['sat, 31 jan 2026 12:00:30 gmt', 30],
    ['Wed, 31 Jan 2046 12:00:30 GMT', 31_536_000],
    ['1 Sat, 31 Jan 2026 12:00:30 GMT', undefined],
  ])('%j', (header, seconds) => {
    expect(parseRetryAfter(header, now)).toBe(seconds);
  });
});

describe('what an answer means for a second attempt', () => {
  const told = { retryAfter: 3, isLost: false, isBusy: false };
  test.each<[number, Partial<typeof told>, object | undefined]>([
    [429, {}, { kind: 'throttled', retryAfter: 3 }],
    [500, {}, { kind: 'ambiguous' }],
    [503, {}, { kind: 'ambiguous', retryAfter: 3 }],
    [408, { isBusy: true }, { kind: 'ambiguous', retryAfter: 3 }],
    [400, {}, undefined],
    [400, { isBusy: true }, { kind: 'busy' }],
    [400, { isBusy: true, isLost: true }, { kind: 'busy' }],
    [400, { isLost: true }, { kind: 'unread' }],
    [499, { isLost: true }, { kind: 'unread' }],
    [501, { isLost: true }, undefined],
    [501, {}, undefined],
  ])('%i %j', (statusCode, more, failure) => {
    expect(failureOf(statusCode, {}, { ...told, ...more })).toEqual(failure);
  });

  test('a 500 for a request with a group may be of a group that is new', () => {
    const request = { referencesGroupsOrFields: true };
    expect(failureOf(500, request, told)).toEqual({ kind: 'unready' });
    expect(failureOf(400, request, told)).toBeUndefined();
  });
});
