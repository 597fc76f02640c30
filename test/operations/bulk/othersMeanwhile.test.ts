import fc from 'fast-check';
import { expect, test } from 'vitest';
import { fail, RapidProError } from '../../../src/errors/errors.js';
import type { BulkCall } from '../../../src/sync/bulkRun.js';
import { runSync } from '../../../src/sync/runSync.js';
import type { BulkResult } from '../../../src/types/bulk.js';
import { captureConsole } from '../../support/captureConsole.js';
import { uuidOf } from './change.js';
import {
  type FakeRapidPro,
  home,
  LIMIT,
  members,
  moment,
  type Person,
  person,
  tel,
} from './fakeRapidPro.js';
import { calling } from './running.js';
import { places, upTo } from './workspace.js';

/**
 * A list that stops at any request and goes on, while others delete, merge and make contacts between its runs and its
 * pages. Nobody is made twice, nobody is taken for somebody else, and nobody of the list leaves a group.
 */

/** What others do to the contact of an entry. */
interface Act {
  kind: 'delete' | 'move' | 'make';
  entry: number;
  /** The contact that gets what identifies the entry. */
  to: number;
}

const act: fc.Arbitrary<Act> = fc.record({
  kind: fc.constantFrom('delete', 'move', 'make'),
  entry: fc.nat(11),
  to: fc.nat(60),
});

const step = fc.record({
  /** Requests until the limit. */
  requests: fc.integer({ min: 2, max: 12 }),
  others: fc.array(act, { maxLength: 3 }),
});

const LOST = fail('OUTCOME_UNKNOWN', 'No answer came.', 'Look.', { outcome: 'unknown' });

const cases = fc.record({
  byField: fc.boolean(),
  group: fc.boolean(),
  removes: fc.boolean(),
  duplicates: fc.constantFrom(undefined, 'first' as const, 'last' as const),
  concurrency: fc.constantFrom(1, 3),
  contacts: fc.constantFrom(3, 5, 30, 300, 600),
  listed: fc.constantFrom(1, 3, 12, 40),
  offset: fc.nat(300),
  memberEvery: fc.constantFrom(1, 2, 5),
  changedEvery: fc.constantFrom(1, 2),
  groupEvery: fc.constantFrom(2, 3, 1000),
  localEvery: fc.constantFrom(3, 1000),
  /** Contacts that have what identifies an entry, too. */
  twice: fc.array(fc.tuple(fc.nat(11), fc.nat(60)), { maxLength: 3 }),
  /** Of so many contacts that are created, one answer is lost. */
  losesEvery: fc.constantFrom(2, 4, 1000),
  /** What others do while this page is requested. */
  during: fc.array(fc.tuple(fc.nat(7), act), { maxLength: 4 }),
  steps: fc.array(step, { minLength: 1, maxLength: 4 }),
});

test('each of the list stays one contact, whatever others do meanwhile', async () => {
  captureConsole();
  await fc.assert(
    fc.asyncProperty(cases, async one => {
      const { byField, contacts, concurrency } = one;
      const key = byField ? ('fields.id' as const) : undefined;
      const first = one.offset % contacts;
      const numbers = upTo(one.listed).map(n => first + n);
      const numberAt = (entry: number) => numbers[entry % numbers.length] ?? first;
      const has = ({ fields, urns }: Person, n: number) =>
        byField ? fields.id === `x${n}` : urns.includes(tel(n));
      const give = (to: Person, n: number) => {
        if (byField) to.fields = { id: `x${n}` };
        else to.urns = [...to.urns, tel(n)];
      };
      const take = (from: Person, n: number) => {
        if (byField) from.fields = { id: null };
        else from.urns = from.urns.filter(urn => urn !== tel(n));
      };
      const list = numbers.map((n, at) => ({
        ...(byField
          ? { fields: { id: `x${n}` } }
          : { urns: [at % one.localEvery === 1 ? home(n) : tel(n)] }),
        ...(at % one.groupEvery === 1 ? { groups: ['Partners'] } : {}),
        name: at % one.changedEvery === 0 ? `New ${n}` : `Person ${n}`,
      }));

      let people = upTo(contacts).map(n =>
        person(n, {
          fields: { id: `x${n}` },
          groups: n % one.memberEvery === 0 ? members('g1') : [],
        }),
      );
      for (const [entry, to] of one.twice) {
        const other = people[to % contacts];
        // RapidPro gives a URN to one contact only.
        const isFree = byField || !people.some(each => has(each, numberAt(entry)));
        if (other && isFree) give(other, numberAt(entry));
      }
      const touch = (...some: Person[]) => {
        for (const each of some) {
          each.modified_on = moment();
          people = [each, ...people.filter(other => other !== each)];
        }
      };
      let others = 0;
      const doOne = ({ kind, entry, to }: Act) => {
        const n = numberAt(entry);
        const holder = people.find(each => has(each, n));
        const other = people[to % Math.max(1, people.length)];
        if (kind === 'delete') people = people.filter(each => each !== holder);
        else if (kind === 'make' && !holder) {
          const made = person(5000 + others++, { urns: [], groups: members('g1') });
          give(made, n);
          touch(made);
        } else if (kind === 'move' && other && holder !== other) {
          if (holder) {
            take(holder, n);
            touch(holder);
          }
          give(other, n);
          touch(other);
        }
      };

      /** Looks at each write before RapidPro does it. */
      const watch = (line: string, server: FakeRapidPro) => {
        const body = server.bodies.at(-1) ?? {};
        const n = Number(String(body.name).replace(/\D/g, ''));
        const [verb, of] = line.split(' ');
        if (verb === 'make' && server.people.some(each => has(each, n))) {
          // A URN that is taken is refused.
          expect(byField, 'somebody was made twice').toBe(false);
        }
        if (verb === 'write' && 'name' in body) {
          const target = server.people.find(({ uuid }) => uuid === uuidOf(Number(of?.slice(1))));
          expect(target === undefined || has(target, n), 'somebody else was written').toBe(true);
        }
        if (verb === 'remove') {
          const leaves = server.people.filter(({ uuid }) =>
            (body.contacts as string[]).includes(uuid),
          );
          const listed = leaves.filter(each => numbers.some(number => has(each, number)));
          expect(listed, 'somebody of the list left').toEqual([]);
        }
      };

      let rapidpro: unknown;
      let made = 0;
      let pagesSeen = 0;
      const run = async (most: number, resume: boolean): Promise<BulkResult | undefined> => {
        let sent = 0;
        let isReading = true;
        const options = {
          resume,
          ...(key ? { key } : {}),
          ...(one.group ? { group: 'Mothers' } : {}),
          ...(one.removes ? { removeMissing: { groups: ['Mothers'], atMost: '100%' } } : {}),
          ...(one.duplicates ? { duplicates: one.duplicates } : {}),
        } as BulkCall['options'];
        const { call, server } = calling(structuredClone(list), {
          people,
          options,
          rapidpro,
          concurrency,
          before: (line, all) => {
            if (++sent > most) return LIMIT;
            watch(line, all);
            isReading &&= /^(page|fields|groups|find)/.test(line);
            // Whoever is recognized by a URN is written at once, which may come too late.
            if (byField && resume && isReading && line.startsWith('page')) {
              people = all.people;
              for (const [page, each] of one.during) if (page === pagesSeen) doOne(each);
              pagesSeen++;
              all.people = people;
            }
            return undefined;
          },
          // With a URN, it would be sent again.
          after: line =>
            byField && line.startsWith('make') && ++made % one.losesEvery === 0 ? LOST : undefined,
        });
        const result = await runSync(call).catch(error => {
          if (!(error instanceof RapidProError)) throw error;
          return undefined;
        });
        people = server.people;
        if (result) {
          expect(places(result).length + (result.passedOver?.length ?? 0)).toBe(list.length);
          rapidpro = JSON.parse(JSON.stringify(call.state.rapidpro ?? {}));
        }
        return result;
      };

      for (const { requests, others: acts } of one.steps) {
        await run(requests, true);
        acts.forEach(doOne);
      }
      await run(Number.POSITIVE_INFINITY, true);
      const end = await run(Number.POSITIVE_INFINITY, false);
      expect(end?.notAttempted).toEqual([]);
      const { created = [], updated = [], unchanged = [] } = end ?? {};
      for (const { index, uuid } of [...created, ...updated, ...unchanged]) {
        const holders = people.filter(each => has(each, numberAt(index)));
        // Whoever is not in the group is not seen if a member has the value.
        if (!byField || !one.group) expect(holders).toHaveLength(1);
        const holder = holders.find(each => each.uuid === uuid);
        expect(holder?.name).toBe(list[index]?.name);
        const { groups = [] } = list[index] ?? {};
        if (groups.length > 0) expect(holder?.groups).toContainEqual(members('g2')[0]);
      }
    }),
    { numRuns: Number(process.env.RUNS ?? 200) },
  );
}, 120_000);
