import type { Case } from './cases.js';
import { isThrottle, PASSING } from './judge.js';
import { isKnown } from './known.js';
import { INSTANTS, type Instant, type Plan } from './scene.js';
import type { Change } from './server/changes.js';
import { FAULTS, type Fault } from './server/faults.js';
import { Random } from './server/random.js';

/** What stands above a column of the table: a fault, or what else goes on during a run. */
export type Column = string;

export const NONE = 'none';
const LOST_THEN_LIMIT = 'reset after, then 429 huge';
const MIXED = 'mixed';
const AHEAD = 'clock ahead, no Date';
const ODD = 'odd time';

const INSTANT_NAMES: Record<Instant, string> = {
  1: 'unique times',
  100: 'instants of 100',
  1000: 'instants of 1,000',
};

/** Others do nothing; the job's own operations may. */
const QUIET = 'quiet';

type Happening = Change | typeof QUIET;

const changeColumn = (change: Happening, instant: Instant) =>
  `${change}, ${INSTANT_NAMES[instant]}`;

/** The faults that every operation meets. */
export const FAULT_COLUMNS: Column[] = [NONE, ...FAULTS, LOST_THEN_LIMIT, MIXED];

/** What only those meet that read a list which others work on. */
export function changeColumns(changes: readonly Change[] = []): Column[] {
  if (changes.length === 0) return [];
  return [
    ODD,
    AHEAD,
    changeColumn(QUIET, 100),
    changeColumn(QUIET, 1000),
    ...INSTANTS.flatMap(instant => changes.map(change => changeColumn(change, instant))),
  ];
}

export function columnsOf(one: Case): readonly Column[] {
  return one.columns ?? [...FAULT_COLUMNS, ...changeColumns(one.changes)];
}

/** Faults after which a client asks only once more: each costs it a whole timeout. */
const isSlow = (fault: Fault) => /^(stall|slow)/.test(fault);

/** One fault, or the same again when the client repeats the request. */
function strikes(fault: Fault, requests: number, random: Random): Map<number, Fault> {
  const first = random.between(0, Math.max(0, requests - 1));
  const faults = new Map([[first, fault]]);
  if (!isSlow(fault) && random.chance(0.5)) faults.set(first + 1, fault);
  return faults;
}

/**
 * Some faults of any kind that is not known to fail, with a request between them that goes well. One
 * that takes a whole timeout comes alone: requests side by side could meet it after another.
 */
function mixture(one: Case, requests: number, random: Random): Map<number, Fault> {
  const kinds = FAULTS.filter(fault => PASSING.has(fault) && !isKnown(one.name, fault));
  const faults = new Map<number, Fault>();
  let at = random.between(0, 1);
  for (let count = random.between(1, 4); count > 0 && at < requests + 3; count--) {
    const fault = kinds.length > 0 ? random.pick(kinds) : undefined;
    if (fault && isSlow(fault)) return new Map([[at, fault]]);
    if (fault) faults.set(at, fault);
    at += random.between(2, 4);
  }
  return faults;
}

/** Where the job alone fails on an instant, it is not mixed with anything. */
function instantOf(one: Case, seed: number): Instant {
  const instant = INSTANTS[Math.abs(seed) % INSTANTS.length] ?? 1;
  return isKnown(one.name, changeColumn(QUIET, instant)) ? 1 : instant;
}

function readColumn(column: Column) {
  for (const instant of INSTANTS) {
    const name = `, ${INSTANT_NAMES[instant]}`;
    if (column.endsWith(name))
      return { instant, change: column.slice(0, -name.length) as Happening };
  }
  return undefined;
}

/** Pages for runs that are only about faults. */
export const SMALL_PAGE = 12;
/**
 * Pages of lists that change. RapidPro's own have 250: an instant of 1,000 reaches over five of those.
 * Of the others there is more to see in smaller ones, and they take less time.
 */
const PAGES: Record<Instant, number> = { 1: 60, 100: 60, 1000: 250 };

/** What is drawn for a run. */
export function planOf(one: Case, column: Column, seed: number, requests: number): Plan {
  const chance = `${one.name} | ${column} | ${seed}`;
  const random = new Random(`plan ${chance}`);
  const isMixed = column === MIXED;
  const drawn: Instant = isMixed ? instantOf(one, seed) : 1;
  const { instant = drawn, change } = readColumn(column) ?? {};
  const fault = FAULTS.find(name => name === column);
  const mixable = (one.changes ?? []).filter(
    name => !isKnown(one.name, changeColumn(name, instant)),
  );
  let faults = new Map<number, Fault>();
  if (fault) faults = strikes(fault, requests, random);
  if (isMixed) faults = mixture(one, requests, random);
  if (column === LOST_THEN_LIMIT) {
    const at = random.between(0, Math.max(0, requests - 1));
    faults = new Map([
      [at, 'reset after'],
      [at + 1, '429 huge'],
    ]);
  }
  return {
    seed,
    chance,
    line: seed % 2 === 0 ? 'v9' : 'newer',
    instant,
    faults,
    changes: isMixed ? mixable : change && change !== QUIET ? [change] : [],
    isAhead: column === AHEAD,
    isOdd: column === ODD,
    pageSize: change || (isMixed && one.changes) ? PAGES[instant] : SMALL_PAGE,
    isPassing: fault ? PASSING.has(fault) : column !== LOST_THEN_LIMIT && column !== ODD,
    isThrottled: fault !== undefined ? isThrottle(fault) : faults.size === 0,
  };
}
