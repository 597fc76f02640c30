import { createHmac } from 'node:crypto';
import type { Query } from '../client/request.js';
import { fail, type Reason } from '../errors/errors.js';
import { log } from '../input/log.js';
import { ranges } from '../operations/many/recipients.js';
import type { Outcome } from '../sync/outcome.js';
import type { State } from '../types/state.js';
import { type Owner, ownMark, resumeMarks, withOwnMark } from './resume.js';

type Ranges = [first: number, last: number][];

/**
 * Where a bulk operation stopped, kept in `state.rapidpro.resume`: places in the list, uuids, and the
 * place in RapidPro's list. Nothing of what the contacts hold.
 */
export interface BulkMark extends Owner {
  /** How many contacts the list has. */
  items: number;
  created: Ranges;
  updated: Ranges;
  unchanged: Ranges;
  /** Contacts that may have been made: trying again could make them twice. */
  unknown: Ranges;
  /** Contacts that could not be told apart from others. */
  clashes: Ranges;
  /** Contacts that were found but are not as they should be: not written yet, or refused. */
  found: [index: number, uuid: string][];
  /** Where to go on reading; not there where reading has not begun. */
  place?: Query | undefined;
  /** True if all that there is has been read. */
  complete?: boolean;
  /** True if contacts outside of the group are read too. */
  isWide?: boolean;
}

/** A fingerprint that nobody without the token can test guesses against. */
export function listFingerprint(token: string, list: readonly unknown[], options: unknown): string {
  const hmac = createHmac('sha256', token).update(JSON.stringify(options ?? null));
  for (const item of list) hmac.update(`\n${JSON.stringify(item)}`);
  return hmac.digest('hex').slice(0, 32);
}

/** Whether a value is a mark whose places are all in the list. */
function isWhole(mark: object, items: number): mark is BulkMark {
  const { created, updated, unchanged, unknown, clashes, found } = mark as Partial<BulkMark>;
  const isPlace = (index: unknown) =>
    Number.isInteger(index) && Number(index) >= 0 && Number(index) < items;
  const isPair = (pair: unknown) => Array.isArray(pair) && pair.length === 2 && pair.every(isPlace);
  return (
    [created, updated, unchanged, unknown, clashes].every(
      value => Array.isArray(value) && value.every(isPair),
    ) &&
    Array.isArray(found) &&
    found.every(pair => Array.isArray(pair) && isPlace(pair[0]) && typeof pair[1] === 'string')
  );
}

/** Each holds as much as its list is long. */
const MOST_MARKS = 5;

/**
 * The mark that an earlier run left for this very list, or undefined. A list that has changed since is
 * another one: it is started again, which writes nothing that is written already.
 *
 * @throws RapidProError `INVALID_INPUT` if it is not a mark
 */
export function findBulkMark(state: State, owner: Owner, items: number): BulkMark | undefined {
  const mark = ownMark(state, owner);
  if (mark === undefined || mark === null) {
    const isLeft = Object.values(resumeMarks(state)).some(
      other => (other as Partial<Owner> | null)?.operation === owner.operation,
    );
    if (isLeft) {
      log.warn(
        'The checkpoint of an earlier run belongs to another list, other options or another credential: this list is read from its start.',
      );
    }
    return undefined;
  }
  if (typeof mark === 'object' && isWhole(mark, items)) return mark;
  throw fail(
    'INVALID_INPUT',
    'state.rapidpro.resume is not as the adaptor left it. Nothing was sent.',
    `Take it out of the state, or leave "resume" out: ${owner.operation}() then starts from the beginning.`,
  );
}

/** Puts a mark on state, or takes away the one that this list left before. */
export function withBulkMark(state: State, owner: Owner, mark: BulkMark | undefined): State {
  return withOwnMark(state, owner, mark, MOST_MARKS);
}

const UNKNOWN: Reason = {
  code: 'OUTCOME_UNKNOWN',
  description:
    'It is not known whether an earlier run made this contact, so it was not tried again.',
  fix: 'Look in RapidPro whether the contact is there before you run the job again.',
  outcome: 'unknown',
};

const CLASH: Reason = {
  code: 'CONTACT_CLASH',
  description: 'An earlier run could not tell this contact apart from another one.',
  fix: 'Look at what that run said of it, correct the list, and start again without "resume".',
};

/** What is done, as far as it need not be done again. */
export function doneOf(outcome: Outcome) {
  return {
    created: ranges(outcome.indexes('created')),
    updated: ranges(outcome.indexes('updated')),
    unchanged: ranges(outcome.indexes('unchanged')),
    unknown: ranges(outcome.indexes('failed', UNKNOWN.code)),
    clashes: ranges(outcome.indexes('failed', CLASH.code)),
  };
}

/** Takes over what an earlier run did. What failed then is tried again, unless it may have been done. */
export function takeOver(mark: BulkMark, outcome: Outcome): void {
  for (const place of ['created', 'updated', 'unchanged'] as const) {
    for (const index of indexesOf(mark[place])) outcome.complete(place, { index, earlier: true });
  }
  for (const index of indexesOf(mark.unknown)) outcome.fail({ index, earlier: true }, UNKNOWN);
  for (const index of indexesOf(mark.clashes)) outcome.fail({ index, earlier: true }, CLASH);
}

function* indexesOf(pairs: Ranges): Generator<number> {
  for (const [first, last] of pairs) for (let index = first; index <= last; index++) yield index;
}
