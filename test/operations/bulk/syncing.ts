import { Limiter } from '../../../src/client/limiter.js';
import type { Settings } from '../../../src/input/options.js';
import type { BulkRun } from '../../../src/sync/bulkRun.js';
import type { Input } from '../../../src/sync/inputs.js';
import { Matcher, Matches, type SyncParts } from '../../../src/sync/match/matches.js';
import { BulkOutcome } from '../../../src/sync/report/bulkOutcome.js';
import type { SyncFacts } from '../../../src/sync/syncFacts.js';
import { Cost } from '../../../src/sync/write/changes.js';
import { Writer } from '../../../src/sync/write/writer.js';
import { fakeClock } from '../../support/fakeClock.js';
import { type FakeOptions, fakeRapidPro, type Person } from './fakeRapidPro.js';

export type Entry = Omit<Input, 'index'>;

interface Plan extends Pick<FakeOptions, 'before' | 'after'> {
  people?: Person[];
  options?: Settings;
  /** Where an earlier run stopped. */
  earlier?: Partial<BulkPosition>;
  facts?: Partial<SyncFacts>;
  /** How many requests are sent side by side; here one after the other, so that their order is certain. */
  concurrency?: number;
}

type BulkPosition = NonNullable<BulkRun['earlier']>;

export const NOTHING: BulkPosition = {
  items: 0,
  created: [],
  updated: [],
  unchanged: [],
  unknown: [],
  clashes: [],
  found: [],
};

/** What the steps of a sync work with, and a RapidPro that they work on. */
export function syncing(entries: Entry[], plan: Plan = {}) {
  const { people = [], options = {}, earlier, facts = {}, concurrency = 1 } = plan;
  const limiter = new Limiter({ clock: fakeClock(), isBulk: true, concurrency });
  const server = fakeRapidPro(people, {
    limiter,
    ...(plan.before ? { before: plan.before } : {}),
    ...(plan.after ? { after: plan.after } : {}),
  });
  const inputs = entries.map((entry, index): Input => ({ index, ...entry }));
  const types = new Map([
    ['id', 'text'],
    ['age', 'number'],
    ['due', 'datetime'],
    ['home', 'state'],
  ]);
  const matcher = new Matcher(options.key, types);
  for (const input of inputs) matcher.expect(input);
  const outcome = new BulkOutcome(inputs.length, limiter, options);
  const logged: number[] = [];
  const parts = {
    list: [],
    client: server.client,
    outcome,
    progress: { log: () => void logged.push(outcome.done) },
    earlier: earlier && { ...NOTHING, items: entries.length, ...earlier },
    workspace: undefined,
    all: inputs,
    inputs,
    facts: {
      types,
      manual: new Set(['g1', 'g2']),
      exact: new Set(options.groups ? ['g1', 'g2'] : []),
      groups: [],
      scope: undefined,
      leave: [],
      ...facts,
    },
    matcher,
    options,
    cost: new Cost(),
  } as unknown as SyncParts;
  const matches = new Matches(parts);
  for (const [index, uuid] of earlier?.found ?? []) matches.claim(index, uuid);
  const writer = new Writer(parts);
  return { server, limiter, inputs, matcher, matches, outcome, parts, writer, logged };
}

/** Where each entry ended, in the order of the list, such as `updated` or the code of its failure. */
export function endsOf(outcome: BulkOutcome): string[] {
  const { created, updated, unchanged, failed, notAttempted, passedOver = [] } = outcome.result();
  const places = { created, updated, unchanged, notAttempted, passedOver };
  const ends: string[] = [];
  for (const [place, items] of Object.entries(places)) {
    for (const { index } of items) ends[index] = place;
  }
  for (const { index, code } of failed) ends[index] = code;
  return ends;
}
