import { createHmac } from 'node:crypto';
import { RapidProError } from '../../client/errors.js';
import type { Query } from '../../client/request.js';
import type { State } from '../../types/state.js';
import { rapidproOf } from '../rapidproState.js';
import { ranges } from '../recipients.js';
import type { Outcome, Reason } from './outcome.js';

type Ranges = [first: number, last: number][];

/**
 * Where a bulk operation stopped, kept in `state.rapidpro.resume`: places in the list, uuids, and the
 * place in RapidPro's list. Nothing of what the contacts hold.
 */
export interface BulkMark {
  operation: string;
  /** Tells whether it is the same list with the same options. */
  fingerprint: string;
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
  /** True where all that there is has been read. */
  complete?: boolean;
  /** True where contacts outside of the group are read too. */
  isWide?: boolean;
}

/** A fingerprint that nobody without the token can test guesses against. */
export function listFingerprint(token: string, list: readonly unknown[], options: unknown): string {
  const hmac = createHmac('sha256', token).update(JSON.stringify(options ?? null));
  for (const item of list) hmac.update(`\n${JSON.stringify(item)}`);
  return hmac.digest('hex').slice(0, 32);
}

function isRanges(value: unknown): value is Ranges {
  return (
    Array.isArray(value) &&
    value.every(pair => Array.isArray(pair) && pair.length === 2 && pair.every(Number.isInteger))
  );
}

function isWhole(mark: Partial<BulkMark>): boolean {
  const { created, updated, unchanged, unknown, clashes, found } = mark;
  return [created, updated, unchanged, unknown, clashes].every(isRanges) && Array.isArray(found);
}

/**
 * The mark that a former run of the operation left, or undefined where there is none.
 *
 * @throws RapidProError `INVALID_INPUT` where it is about another list
 */
export function findBulkMark(
  state: State,
  operation: string,
  fingerprint: () => string,
): BulkMark | undefined {
  const mark = rapidproOf(state).resume as BulkMark | null | undefined;
  if (!mark || mark.operation !== operation) return undefined;
  const fix = `Give ${operation}() the same list and options as before to go on, or leave "resume" out to begin anew.`;
  if (mark.fingerprint !== fingerprint()) {
    throw new RapidProError({
      code: 'INVALID_INPUT',
      description:
        'The list of contacts has changed since the run that options.resume should go on from, or its options or the credential have. Nothing was sent.',
      fix,
    });
  }
  if (isWhole(mark)) return mark;
  throw new RapidProError({
    code: 'INVALID_INPUT',
    description: 'state.rapidpro.resume is not as the adaptor left it. Nothing was sent.',
    fix,
  });
}

/** Puts a mark on state, or takes away the one that the operation left before. */
export function withBulkMark(state: State, operation: string, mark: BulkMark | undefined): State {
  const { resume, ...others } = rapidproOf(state);
  if (mark) return { ...state, rapidpro: { ...others, resume: mark } };
  const isOwn = (resume as BulkMark | undefined)?.operation === operation;
  return isOwn ? { ...state, rapidpro: others } : state;
}

const UNKNOWN: Reason = {
  code: 'OUTCOME_UNKNOWN',
  description: 'Whether a former run made this contact is not known, so it was not tried again.',
  fix: 'Look in RapidPro whether the contact is there before you run the job again.',
};

const CLASH: Reason = {
  code: 'CONTACT_CLASH',
  description: 'A former run could not tell this contact apart from another one.',
  fix: 'Look at what that run said of it, correct the list, and begin anew without "resume".',
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

/** Takes over what a former run did. What failed then is tried again, unless it may have been done. */
export function takeOver(mark: BulkMark, outcome: Outcome): void {
  for (const place of ['created', 'updated', 'unchanged'] as const) {
    for (const index of indexesOf(mark[place])) outcome.settle(place, { index, earlier: true });
  }
  for (const index of indexesOf(mark.unknown)) outcome.fail({ index, earlier: true }, UNKNOWN);
  for (const index of indexesOf(mark.clashes)) outcome.fail({ index, earlier: true }, CLASH);
}

function* indexesOf(pairs: Ranges): Generator<number> {
  for (const [first, last] of pairs) for (let index = first; index <= last; index++) yield index;
}
