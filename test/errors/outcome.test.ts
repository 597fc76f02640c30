import { describe, expect, test } from 'vitest';
import { changed, fail, RapidProError, reachOf } from '../../src/errors/errors.js';
import {
  isNotTaken,
  isPassingStatus,
  mayBeDone,
  outcomeUnknown,
  perhapsDone,
  withoutPerhaps,
} from '../../src/errors/outcome.js';

test.each([
  ['throttled', false],
  ['unreachable', false],
  ['busy', false],
  ['unread', false],
  ['unready', true],
  ['ambiguous', true],
  ['timeout', true],
] as const)('after %s, the work may be done: %s', (kind, expected) => {
  expect(mayBeDone({ kind, retryAfter: undefined })).toBe(expected);
});

test('the statuses of failures that pass', () => {
  const statuses = Array.from({ length: 300 }, (_, place) => 300 + place).filter(isPassingStatus);
  const cloudflare = Array.from({ length: 11 }, (_, place) => 520 + place);
  expect(statuses).toEqual([408, 425, 502, 503, 504, 507, ...cloudflare, 598, 599]);
});

test('the statuses with which a server or proxy says that it did not take the request', () => {
  const statuses = Array.from({ length: 300 }, (_, place) => 300 + place).filter(isNotTaken);
  expect(statuses).toEqual([401, 407, 411, 413, 414, 417, 421, 426, 429, 431]);
});

const lost = (statusCode?: number) =>
  fail('SERVER_ERROR', 'It failed.', 'Wait.', { statusCode, retryAfter: 3, outcome: 'unknown' });

describe('a write whose outcome is unknown', () => {
  test('says what may happen twice, and not when to try again', () => {
    const error = outcomeUnknown(lost(502), 'contacts');
    expect(error).toMatchObject({ code: 'OUTCOME_UNKNOWN', outcome: 'unknown', statusCode: 502 });
    expect(error).not.toHaveProperty('retryAfter');
    expect(error.description).toMatch(/^It failed\. It is unclear whether/);
    expect(error.fix).toMatch(/you could create the contact, or its note, twice\.$/);
  });

  test('whose answer is of another server says first where to look', () => {
    const foreign = fail('NOT_RAPIDPRO', 'It is no RapidPro.', 'Check "host".', {
      statusCode: 403,
      outcome: 'unknown',
    });
    expect(outcomeUnknown(foreign, 'messages')).toMatchObject({
      code: 'OUTCOME_UNKNOWN',
      description:
        'It is no RapidPro. If RapidPro is behind it, it may have done this, so the request was not repeated.',
      fix: expect.stringMatching(/^Check "host"\. Check in RapidPro .* send it twice\.$/),
    });
  });

  test('of an object that exists, it says what may change twice', () => {
    expect(outcomeUnknown(lost(502), 'contacts', true).fix).toMatch(
      /you could change the contact, or add its note, twice\.$/,
    );
    expect(outcomeUnknown(lost(502), 'globals', true).fix).toMatch(/you could do it twice\.$/);
  });

  test('what is known to cause it is named after a 500 alone', () => {
    expect(outcomeUnknown(lost(500), 'contacts').fix).toMatch(/twice\. Known causes: a group/);
    expect(outcomeUnknown(lost(), 'contacts').fix).not.toContain('Known cause');
    expect(outcomeUnknown(lost(500), 'globals').fix).toMatch(/you could do it twice\.$/);
  });
});

test.each([
  [true, 'It failed. An earlier attempt lost its answer, and may have done it.'],
  [false, 'It failed. It may have been done anyway.'],
])('what may have been done is said, and taken back: of an earlier attempt %s', (earlier, said) => {
  const error = perhapsDone(fail('TIMEOUT', 'It failed.', 'Wait.'), earlier);
  expect(error).toMatchObject({ code: 'TIMEOUT', outcome: 'unknown', description: said });
  expect(withoutPerhaps(error)).toBe('It failed.');
});

describe('an error with changes', () => {
  const cause = new Error('socket');
  const error = fail('TIMEOUT', 'Too slow.', 'Wait.', {
    statusCode: 408,
    retryAfter: 2,
    errors: ['a: b'],
    details: { a: 1 },
    outcome: 'unknown',
    cause,
  });

  test('keeps what is not changed, its cause too', () => {
    const other = changed(error, { fix: 'Do not wait.' });
    expect(other).toBeInstanceOf(RapidProError);
    expect({ ...other }).toEqual({ ...error, fix: 'Do not wait.' });
    expect(other.outcome).toBe('unknown');
    expect(other.cause).toBe(cause);
  });

  test.each([{ description: 'Slow.' }, { code: 'OUTCOME_UNKNOWN' }] as const)(
    'with other words is caused by the first: %j',
    changes => {
      expect(changed(error, changes).cause).toBe(error);
    },
  );
});

test('an error says nothing of what did not happen, unless somebody knows', () => {
  const error = fail('INVALID_INPUT', 'a', 'b');
  expect(error.outcome).toBe('none');
  expect(Object.keys(error)).not.toContain('outcome');
  expect('cause' in error).toBe(false);
  expect(RapidProError.name).toBe('RapidProError');
});

test.each([
  ['INVALID_TOKEN', 'all'],
  ['SERVER_ERROR', 'server'],
  ['URN_TAKEN', 'one'],
] as const)('whom %s concerns: %s', (code, reach) => {
  expect(reachOf({ code })).toBe(reach);
});
