import { createSandbox, type Sandbox } from '@openfn/rapidpro-sandbox';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { syncContacts, upsertContacts } from '../../../src/index.js';
import type { BulkResult } from '../../../src/types/bulk.js';
import { captureConsole } from '../../support/captureConsole.js';
import { TOKEN } from '../../support/credential.js';
import { noSleep } from '../../support/noSleep.js';
import { bulk, FIELDS, GROUPS, places, upTo } from './workspace.js';

/** Any fault at any request, a stop at any moment, and going on through JSON, over real sockets. */

const urn = (n: number) => `tel:+2507880${10_000 + n}`;
const local = (n: number) => urn(n).replace('+250', '0');
const LISTED = 30;

interface Person {
  index: number;
  urns: string[];
  name: string;
  groups?: string[];
}

const fault = fc.record({
  kind: fc.constantFrom('reset', 'bad-gateway', 'throttle', 'garbled') as fc.Arbitrary<'reset'>,
  strikes: fc.constantFrom('before', 'after') as fc.Arbitrary<'before'>,
  times: fc.integer({ min: 1, max: 6 }),
  nth: fc.integer({ min: 1, max: 40 }),
  retryAfter: fc.constantFrom(3, 4000),
});

const cases = fc.record({
  dialect: fc.constantFrom('v9' as const, 'textit' as const),
  way: fc.constantFrom('syncContacts' as const, 'syncContacts' as const, 'upsertContacts' as const),
  known: fc.subarray(upTo(LISTED + 10)),
  asLocal: fc.subarray(upTo(LISTED), { maxLength: 5 }),
  withGroup: fc.subarray(upTo(LISTED), { maxLength: 12 }),
  /** Two of the list that are one: its number, and its number as it is written at home. */
  duplicates: fc.option(fc.nat(LISTED - 1), { nil: undefined }),
  faults: fc.array(fault, { maxLength: 5 }),
  hours: fc.array(fc.integer({ min: 6, max: 60 }), { maxLength: 5 }),
  concurrency: fc.constantFrom(1, 4, 10),
});

/**
 * Whoever is said to be written is. A duplicate whose answer was lost may have written over it meanwhile: only
 * that answer would have shown that the two are one, and the duplicate is said to be perhaps written.
 */
function expectTrue(
  result: BulkResult,
  list: readonly Person[],
  duplicates: readonly number[],
  sandbox: Sandbox,
) {
  const unsure = new Set(result.failed.map(({ index }) => index));
  const byUuid = new Map(sandbox.contacts().map(contact => [contact.uuid, contact]));
  for (const { index, uuid, earlier } of [...result.created, ...result.updated]) {
    if (earlier) continue;
    const duplicate = duplicates.includes(index)
      ? duplicates.find(other => unsure.has(other))
      : undefined;
    const names = [index, ...(duplicate === undefined ? [] : [duplicate])].map(
      one => list[one]?.name,
    );
    expect(names).toContain(byUuid.get(String(uuid))?.name);
  }
}

test('each of the list is in one place, nobody else is touched, and the end is as if nothing had been', async () => {
  captureConsole();
  noSleep();
  await fc.assert(
    fc.asyncProperty(cases, async one => {
      const contacts = one.known.map(n => ({
        urns: [urn(n)],
        name: 'Before',
        groups: ['Partners'],
      }));
      const seed = { fields: [...FIELDS], groups: GROUPS };
      const sandbox = await createSandbox({ dialect: one.dialect, contacts, seed, token: TOKEN });
      try {
        const list: Person[] = upTo(LISTED).map(n => ({
          index: n,
          urns: [one.asLocal.includes(n) ? local(n) : urn(n)],
          name: n % 4 ? `After ${n}` : 'Before',
          ...(one.way === 'syncContacts' && one.withGroup.includes(n)
            ? { groups: ['Mothers'] }
            : {}),
        }));
        if (one.duplicates !== undefined) {
          const duplicate = list[one.duplicates] as Person;
          list.push({
            index: LISTED,
            urns: [
              one.asLocal.includes(one.duplicates) ? urn(one.duplicates) : local(one.duplicates),
            ],
            name: `Duplicate of ${duplicate.index}`,
          });
        }
        const duplicates = one.duplicates === undefined ? [] : [one.duplicates, LISTED];
        const given = list.map(({ index: _, ...person }) => person);
        const work = one.way === 'syncContacts' ? syncContacts : upsertContacts;
        const strangers = () =>
          sandbox.contacts().filter(({ urns }) => !upTo(LISTED).some(n => urns.includes(urn(n))));
        const before = strangers();
        for (const { nth, ...order } of one.faults) {
          const strikes = (order.kind as string) === 'throttle' ? 'before' : order.strikes;
          sandbox.fault({ ...order, strikes, when: { nth } });
        }
        const options = { concurrency: one.concurrency, resume: true };
        let rapidpro: unknown;
        for (const hour of [...one.hours, 0, 0, 0, 0]) {
          const left = sandbox.requests().length + hour;
          const limit = { v2: `${left}/hour`, 'v2.contacts': `${left}/hour` };
          sandbox.configure({ throttle: hour === 0 ? false : limit });
          const next = await bulk(work(given, options), sandbox, { rapidpro }).catch(
            (error: { code: string }) => {
              expect(error.code).toMatch(/^[A-Z_]+$/);
              return undefined;
            },
          );
          if (next) {
            expect(places(next.result)).toEqual(upTo(list.length));
            expectTrue(next.result, list, duplicates, sandbox);
            const isOver = next.result.notAttempted.length === 0;
            expect(next.result.stopped === undefined).toBe(isOver);
            rapidpro = JSON.parse(JSON.stringify(next.state.rapidpro ?? {}));
            expect(JSON.stringify(rapidpro)).not.toMatch(/Before|After|Duplicate|78801/);
            // What failed for a fault is tried again by the next run, but for what must not be repeated.
            const mayPass = next.result.failed.some(
              ({ code }) => code !== 'OUTCOME_UNKNOWN' && code !== 'CONTACT_CLASH',
            );
            expect(Object.hasOwn(rapidpro as object, 'resume')).toBe(!isOver || mayPass);
          }
          expect(strangers()).toEqual(before);
        }
        // What is left of the faults strikes others.
        for (let n = 0; n < 60; n++)
          await fetch(`${sandbox.host}/api/v2/workspace.json`).catch(() => {});
        const { result } = await bulk(work(given, { concurrency: one.concurrency }), sandbox);
        expect(result.notAttempted).toEqual([]);
        expect(result.failed.map(({ index, code }) => [index, code])).toEqual(
          duplicates.map(index => [index, 'CONTACT_CLASH']),
        );
        expect(strangers()).toEqual(before);
        const held = sandbox.contacts();
        for (const { index, name, groups = [] } of list.slice(0, LISTED)) {
          if (duplicates.includes(index)) continue;
          const holders = held.filter(({ urns }) => urns.includes(urn(index)));
          expect(holders).toHaveLength(1);
          expect(holders[0]?.name).toBe(name);
          const shown = holders[0]?.groups.map(group => group.name).sort();
          const former = one.known.includes(index) ? ['Partners'] : [];
          expect(shown).toEqual([...groups, ...former]);
        }
      } finally {
        await sandbox.close();
      }
    }),
    { numRuns: Number(process.env.RUNS ?? 40) },
  );
}, 120_000);
