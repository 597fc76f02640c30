import fc from 'fast-check';
import { expect, test } from 'vitest';
import { backoff, decide, parseRetryAfter } from '../../src/client/retry.js';
import type { Failure } from '../../src/errors/outcome.js';

const failure: fc.Arbitrary<Failure> = fc.oneof(
  fc.record({
    kind: fc.constant('throttled' as const),
    retryAfter: fc.option(fc.double({ min: 0, max: 10_000, noNaN: true }), { nil: undefined }),
  }),
  fc.constantFrom<Failure>(
    { kind: 'unreachable' },
    { kind: 'unready' },
    { kind: 'unread' },
    { kind: 'ambiguous' },
    { kind: 'timeout' },
  ),
);
const random = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });
const seconds = fc.double({ min: 0, max: 3600, noNaN: true });

test('a wait is never negative, and never longer than what is left', () => {
  fc.assert(
    fc.property(
      failure,
      fc.integer({ min: 1, max: 1000 }),
      fc.boolean(),
      seconds,
      seconds,
      random,
      (failure, attempts, repeatable, waited, maxWait, random) => {
        const decision = decide({ failure, attempts, repeatable, waited, maxWait, random });
        expect(decision.wait).toBeGreaterThanOrEqual(0);
        if (!('giveUp' in decision)) expect(waited + decision.wait).toBeLessThanOrEqual(maxWait);
      },
    ),
  );
});

test('what may have been done is not asked for again, unless that does no harm', () => {
  fc.assert(
    fc.property(failure, fc.integer({ min: 1, max: 9 }), random, (failure, attempts, random) => {
      const limits = { waited: 0, maxWait: 3600, attempts, random };
      const decision = decide({ failure, repeatable: false, ...limits });
      const uncertain = ['ambiguous', 'timeout', 'unready', 'unread'].includes(failure.kind);
      expect('giveUp' in decision && decision.giveUp === 'unsafe').toBe(uncertain);
    }),
  );
});

test('asking ends, and all its waits together stay within what may be waited', () => {
  fc.assert(
    fc.property(
      failure,
      seconds,
      fc.array(random, { minLength: 5 }),
      (failure, maxWait, randoms) => {
        let waited = 0;
        let attempts = 1;
        for (; attempts < 100_000; attempts++) {
          const random = randoms[attempts % randoms.length] ?? 0;
          const decision = decide({ failure, attempts, repeatable: true, waited, maxWait, random });
          if ('giveUp' in decision) break;
          waited += decision.wait;
        }
        expect(waited).toBeLessThanOrEqual(maxWait);
        expect(attempts).toBeLessThan(10_000);
      },
    ),
  );
});

test('a server that says when is believed, and not asked before', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 3600 }), random, (retryAfter, random) => {
      const failure: Failure = { kind: 'throttled', retryAfter };
      const limits = { attempts: 1, repeatable: false, waited: 0, random };
      expect(decide({ failure, maxWait: 3600, ...limits }).wait).toBeGreaterThanOrEqual(retryAfter);
      expect(decide({ failure, maxWait: retryAfter - 1, ...limits })).toMatchObject({
        giveUp: 'too-long',
      });
    }),
  );
});

test('a back-off grows with the attempts, give or take a quarter, and has an end', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 2000 }), random, (attempts, random) => {
      const wait = backoff(attempts, random);
      expect(wait).toBeGreaterThan(0);
      expect(wait).toBeLessThanOrEqual(30 * 1.25);
      expect(backoff(attempts + 1, random)).toBeGreaterThanOrEqual(wait);
    }),
  );
});

test('Retry-After is seconds or a date, or nothing', () => {
  fc.assert(
    fc.property(fc.oneof(fc.string(), fc.nat().map(String)), header => {
      const wait = parseRetryAfter(header, 0);
      if (wait !== undefined) expect(wait).toBeGreaterThanOrEqual(0);
    }),
  );
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 100_000 }), later => {
      const now = Date.parse('2026-01-31T12:00:00Z');
      const date = new Date(now + later * 1000).toUTCString();
      expect(parseRetryAfter(date, now)).toBe(later);
      expect(parseRetryAfter(String(later), now)).toBe(later);
    }),
  );
});
