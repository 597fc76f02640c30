import { z } from 'zod';
import { placeShape } from '../client/orderedList.js';
import type { Reason } from '../errors/errors.js';
import { isObject } from '../input/check.js';
import { logOf } from '../input/log.js';
import type { Settings } from '../input/options.js';
import { inTurns } from '../input/turns.js';
import { ranges } from '../operations/many/items.js';
import {
  type Checkpoint,
  Fingerprint,
  type Home,
  othersOf,
  readCheckpoint,
  withCheckpoint,
} from '../state/checkpoint.js';
import type { State } from '../types/state.js';
import { fieldOf } from './inputs.js';
import type { BulkOutcome } from './report/bulkOutcome.js';

/** What a bulk operation leaves in the state if it stops, and what the next run takes from it. */

/** Positions in the list, uuids, and the place in RapidPro's list. No data of the contacts. */
function shapeFor(items: number) {
  const index = z
    .int()
    .min(0)
    .max(items - 1);
  const indexes = z.array(z.tuple([index, index]));
  return z.object({
    items: z.number(),
    created: indexes,
    updated: indexes,
    unchanged: indexes,
    /** Contacts that may have been created: another try could create them twice. */
    unknown: indexes,
    /** Contacts that could not be distinguished from others. */
    clashes: indexes,
    /** Entries that were passed over, and the one that counts instead. */
    passedOver: z.array(z.tuple([index, index])).optional(),
    /** Contacts of entries that are done: of all if it matters who is in the list, else of those whom no list shows. */
    uuids: z.array(z.tuple([index, z.string()])).optional(),
    /** Entries whose contacts were no members of the groups that missing ones leave. */
    outsiders: indexes.optional(),
    /** Contacts that were found but differ: not written yet, or refused. In upsertContacts(), hashes of those written. */
    found: z.array(z.tuple([index, z.string()])),
    /** Where to continue reading; missing if reading has not started. */
    cursor: placeShape.optional(),
    /** True if the changes of the page there are not written yet. */
    isHalfDone: z.boolean().optional(),
    /** How many pages come before it. */
    pages: z.int().min(0).optional(),
    /** True if everything has been read. */
    complete: z.boolean().optional(),
    /** True if contacts outside of the group are read too. */
    isWide: z.boolean().optional(),
    /** Hashes of a few names in the list, which another version of the list has too. */
    sample: z.array(z.string()).optional(),
  });
}

/** Where a bulk operation stopped. */
export type BulkPosition = z.infer<ReturnType<typeof shapeFor>>;

/** How far the read got: what a checkpoint contains besides what is done. */
export type ReadSoFar = Pick<
  BulkPosition,
  'found' | 'cursor' | 'isHalfDone' | 'pages' | 'complete' | 'isWide'
>;

/** Options with which a list may go on differently: they do not change what is written. */
const CHANGEABLE = new Set<string>([
  'timeout',
  'maxWait',
  'deadline',
  'concurrency',
  'resume',
  'failOnError',
  'dryRun',
  'literal',
] satisfies (keyof Settings)[]);

const identityOf = (options: Settings) =>
  Object.entries(options)
    .filter(([name]) => !CHANGEABLE.has(name))
    .sort();

/** Where a list of contacts stopped. With other options, it is a different checkpoint. */
export async function bulkCheckpoint(
  operation: string,
  list: readonly unknown[],
  options: Settings,
  { server, token }: Home,
): Promise<Checkpoint<BulkPosition>> {
  const print = new Fingerprint(token).add(server).add(identityOf(options));
  await inTurns(list, item => void print.add(item));
  return {
    section: 'resume',
    operation,
    fingerprint: print.toString(),
    shape: shapeFor(list.length),
    without: `${operation}() then starts from the beginning. The same happens without the option "resume"`,
    // Its size grows with its list.
    most: 5,
  };
}

/**
 * Where an earlier run with exactly this list stopped, or undefined. A list that has changed is started again, which
 * does not write again what is already written.
 */
export function readBulk(
  name: string,
  state: State,
  checkpoint: Checkpoint<BulkPosition>,
): BulkPosition | undefined {
  const position = readCheckpoint(state, checkpoint);
  if (!position && othersOf(state, checkpoint).length > 0) {
    logOf(name).warn(
      'The checkpoint of an earlier run belongs to another list, other options or another credential, so this list is read from the start.',
    );
  }
  return position;
}

/** If one in ten entries is the same, one of a thousand pairs of lists has no name in common. */
const SAMPLE = 64;

/** A number from a text, the same in every run. Fast, because a list may have a million names. */
function spread(text: string): number {
  let hash = 0x811c9dc5;
  for (let at = 0; at < text.length; at++) {
    hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
  }
  return Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d) >>> 0;
}

/** What identifies an entry: its key, or its uuid and URNs. */
function namesIn(item: unknown, { key }: Settings): string[] {
  if (!isObject(item)) return [];
  const field = fieldOf(key);
  const { uuid, urns, fields } = item;
  const names = field === undefined ? [uuid, urns].flat() : [isObject(fields) && fields[field]];
  return names.filter(one => typeof one === 'string' || typeof one === 'number').map(String);
}

/**
 * Some of the names in a list: always those with the smallest numbers, so two versions of a list have most of them in
 * common. Hashed, so that nobody can test guesses, and differently for other options.
 */
export async function sampleOf(
  list: readonly unknown[],
  options: Settings,
  { server, token }: Home,
): Promise<string[]> {
  let least = new Map<number, string>();
  await inTurns(list, item => {
    for (const name of namesIn(item, options)) least.set(spread(name), name);
    if (least.size > 4 * SAMPLE) least = smallest(least);
  });
  return [...smallest(least).values()].map(name =>
    new Fingerprint(token).add(server).add(identityOf(options)).add(name).toString(),
  );
}

const smallest = (names: Map<number, string>) =>
  new Map([...names].sort(([a], [b]) => a - b).slice(0, SAMPLE));

/** Positions that a step of this run left: a later step with the same people does not replace that list. */
const leftNow = new WeakSet<object>();

/**
 * Drops what earlier runs left for other versions of a list. What they did may have been overwritten, and such a list may
 * never come again.
 */
export function dropReplaced(
  name: string,
  state: State,
  checkpoint: Checkpoint<BulkPosition>,
  sample: readonly string[],
): State {
  const replaced = othersOf(state, checkpoint).filter(([, value]) => {
    if (!isObject(value) || leftNow.has(value)) return false;
    const names = Array.isArray(value.sample) ? value.sample : [];
    return names.some(one => sample.includes(one));
  });
  if (replaced.length === 0) return state;
  logOf(name).info(
    'An earlier run stopped in another version of this list. Its checkpoint was dropped: if that version comes again, it is read from the start.',
  );
  return replaced.reduce((next, [other]) => withCheckpoint(next, other, undefined), state);
}

const UNKNOWN: Reason = {
  code: 'OUTCOME_UNKNOWN',
  description:
    'It is unclear whether an earlier run created this contact, so it was not tried again.',
  fix: 'Check whether the contact exists in RapidPro before you run the job again.',
  outcome: 'unknown',
};

const CLASH: Reason = {
  code: 'CONTACT_CLASH',
  description: 'An earlier run could not distinguish this contact from another one.',
  fix: 'Check what that run said about it, correct the list, and start again without "resume".',
};

/**
 * What is done and need not be done again.
 *
 * @param keepsUuids - true if it matters later which contacts all of those are
 */
function doneOf(outcome: BulkOutcome, keepsUuids: boolean) {
  const uuids: [number, string][] = [];
  for (let index = 0; index < outcome.total; index++) {
    if (!keepsUuids && !outcome.unshown.has(index)) continue;
    const uuid = outcome.uuidOf(index);
    if (uuid !== undefined) uuids.push([index, uuid]);
  }
  const passedOver = outcome.passedOver.map((one): [number, number] => [
    one.index,
    one.duplicateOf,
  ]);
  const outsiders = [...outcome.outsiders].sort((a, b) => a - b);
  return {
    ...(passedOver.length > 0 ? { passedOver } : {}),
    ...(keepsUuids || uuids.length > 0 ? { uuids } : {}),
    ...(outsiders.length > 0 ? { outsiders: ranges(outsiders) } : {}),
    created: ranges(outcome.indexes('created')),
    updated: ranges(outcome.indexes('updated')),
    unchanged: ranges(outcome.indexes('unchanged')),
    unknown: ranges(outcome.indexes('failed', UNKNOWN.code)),
    clashes: ranges(outcome.indexes('failed', CLASH.code)),
  };
}

/**
 * Where the list stopped, for the next run.
 *
 * @param keepsUuids - true if it matters later which contacts those are that are done
 */
export function positionOf(
  outcome: BulkOutcome,
  read: ReadSoFar,
  { sample, keepsUuids }: { sample: string[]; keepsUuids: boolean },
): BulkPosition {
  const position = {
    items: outcome.total,
    ...doneOf(outcome, keepsUuids),
    ...read,
    ...(sample.length > 0 ? { sample } : {}),
  };
  leftNow.add(position);
  return position;
}

/** Takes over what an earlier run did. Failures are tried again, unless they may have been done. */
export function takeOver(position: BulkPosition, outcome: BulkOutcome): void {
  const uuids = new Map(position.uuids);
  for (const index of uuids.keys()) outcome.unshown.add(index);
  for (const place of ['created', 'updated', 'unchanged'] as const) {
    for (const index of indexesOf(position[place])) {
      const uuid = uuids.get(index);
      outcome.complete(place, { index, ...(uuid ? { uuid } : {}), earlier: true });
    }
  }
  for (const index of indexesOf(position.outsiders ?? [])) outcome.outsiders.add(index);
  for (const [index, duplicateOf] of position.passedOver ?? []) {
    outcome.passOver({ index, duplicateOf });
  }
  for (const index of indexesOf(position.unknown)) outcome.fail({ index, earlier: true }, UNKNOWN);
  for (const index of indexesOf(position.clashes)) outcome.fail({ index, earlier: true }, CLASH);
  // This run has done nothing yet: an error that ends it is thrown.
  outcome.wrote = 0;
  outcome.hasUnknown = false;
}

function* indexesOf(pairs: BulkPosition['created']): Generator<number> {
  for (const [first, last] of pairs) for (let index = first; index <= last; index++) yield index;
}
