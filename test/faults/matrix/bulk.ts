import { DEFAULT_MAX_WAIT } from '../../../src/input/options.js';
import type { BulkResult } from '../../../src/types/bulk.js';
import type { Baseline } from './baseline.js';
import { type Case, isCreation, isRepeatable } from './cases.js';
import { codeOf, sightOf } from './faults.js';
import { hurtRequest, waitsFor } from './rules.js';
import { attempt, type FaultPoint, type Trial } from './trial.js';
import { amiss, worldOf } from './world.js';

/**
 * Bulk operations work side by side, so that which contact a fault strikes is chance. What has to be
 * true all the same: each contact is in one list, the lists say what is so, and nobody is there twice.
 */

type Lists = Omit<BulkResult, 'stopped' | 'dryRun' | 'requests' | 'atMost'>;

const LISTS = ['created', 'updated', 'unchanged', 'failed', 'notAttempted'] as const;
/** Failures of the server in a row after which it is taken for down, and requests side by side. */
const GIVEN_UP = 5 + 4;
/** The same where they say 500. */
const GIVEN_UP_ON_500 = 25 + 4;
const MOST_ATTEMPTS = 4;

export const resultOf = ({ state }: Pick<Trial, 'state'>) => state?.data as Lists | undefined;

/** What the world says of one contact of the list. */
function lines(one: Case, world: readonly string[], place: number): string {
  return world.filter(line => one.lineOf && line.startsWith(one.lineOf(place))).join('\n');
}

interface Worlds {
  before: string[];
  now: string[];
  goal: string[];
}

/** Each contact that is in no list or in several, or in one that is not true. */
function untrue(one: Case, lists: Lists, worlds: Worlds, mayBeDone: boolean): string[] {
  return Array.from({ length: one.items ?? 0 }, (_, place) => {
    const [list, ...others] = LISTS.filter(key => lists[key].some(({ index }) => index === place));
    const [before, now, goal] = [worlds.before, worlds.now, worlds.goal].map(world =>
      lines(one, world, place),
    );
    const isLeft = list === 'failed' || list === 'notAttempted';
    const isPart = isLeft && one.isWrittenInParts && !now?.includes('\n');
    const isTrue = isPart || (isLeft && now === before) || (now === goal && (!isLeft || mayBeDone));
    return list && others.length === 0 && isTrue
      ? []
      : [`${place} is in ${[list, ...others]}: ${now}`];
  }).flat();
}

/** What is wrong where the fault struck only once: all but a send that is not safe ends well. */
function wrongOnce(baseline: Baseline, trial: Trial, point: FaultPoint): string[] {
  const { requests, waits } = trial;
  const { fault, position } = point;
  const struck = baseline.requests[position];
  const sight = struck ? sightOf(fault, struck) : 'fine';
  const isUnsafe = struck && !isRepeatable(struck) && !['fine', 'throttled'].includes(sight);
  const failed = resultOf(trial)?.failed.map(({ code }) => code);
  const isLookedUp = struck && isCreation(struck) && sight !== 'throttled';
  const repeats = sight === 'fine' || isUnsafe ? 0 : 1;
  const lookUps = repeats === 1 && isLookedUp && fault.strikes === 'after' ? 1 : 0;
  const actual = [failed, requests.length, waits];
  const right = [
    isUnsafe ? ['OUTCOME_UNKNOWN'] : [],
    baseline.requests.length + repeats + lookUps,
    repeats === 0 || !struck ? [] : waitsFor(fault, struck, sight).once,
  ];
  const isLost = isUnsafe && fault.strikes === 'before';
  const missing = amiss(trial.world, baseline.world);
  return [
    ...(JSON.stringify(actual) === JSON.stringify(right)
      ? []
      : [`${JSON.stringify(actual)} in place of ${JSON.stringify(right)}`]),
    ...(isLost ? missing.filter(line => !line.startsWith('lost')) : missing),
    ...(isLost && missing.length !== 1 ? [`${missing.length} are lost`] : []),
  ];
}

/** A 500 may be about single contacts; and who may have been made is asked for, and then looked up. */
function mostRequests({ requests }: Baseline, { fault, position }: FaultPoint): number {
  if (fault.kind === 'server-error') return GIVEN_UP_ON_500 * MOST_ATTEMPTS;
  const isMade = fault.strikes === 'after' && requests.slice(position).some(isCreation);
  return GIVEN_UP * MOST_ATTEMPTS * (isMade ? 2 : 1);
}

/** What is wrong where the fault goes on: it stops soon, for the right reason. */
function wrongForever(trial: Trial, baseline: Baseline, point: FaultPoint): string[] {
  const { error, requests, waited } = trial;
  const result = resultOf(trial);
  const codes = new Set(result?.failed.map(({ code }) => code));
  const isHurt = hurtRequest(baseline, point) >= 0;
  const right = ['OUTCOME_UNKNOWN', codeOf(point.fault)];
  const reasons = error ? [error.code] : [...codes];
  const isWhole = result !== undefined && result.failed.length + result.notAttempted.length === 0;
  return [
    ...reasons.filter(code => !right.includes(code)).map(code => `wrong reason ${code}`),
    ...(isWhole === !isHurt ? [] : ['it says that all is done, or that something is not']),
    ...(waited > DEFAULT_MAX_WAIT ? [`waited for ${waited} seconds`] : []),
    ...(requests.length > point.position + mostRequests(baseline, point) && isHurt
      ? [`made ${requests.length} requests`]
      : []),
  ];
}

/** Runs the step again, as the error asks of whoever wrote the job: in the end all is as it should be. */
async function wrongAfter(one: Case, baseline: Baseline, trial: Trial): Promise<string[]> {
  const { state, error, sandbox } = trial;
  const unknown = resultOf(trial)?.failed.filter(({ code }) => code === 'OUTCOME_UNKNOWN') ?? [];
  const next = await attempt(one.operation({ resume: true }), sandbox, state);
  const lists = resultOf(next);
  if (!lists) return [`the second run failed: ${next.error?.code}`];
  const now = await worldOf(sandbox);
  const isKept = state?.rapidpro !== undefined && !error;
  const stillUnknown = isKept ? unknown.map(({ index }) => index) : [];
  const failed = lists.failed.map(({ index }) => index);
  const missing = amiss(now, baseline.world).filter(
    line => !(line.startsWith('lost') && stillUnknown.length > 0),
  );
  return [
    ...(JSON.stringify(failed) === JSON.stringify(stillUnknown) ? [] : [`failed again: ${failed}`]),
    ...missing,
    ...untrue(one, lists, { before: trial.initial, now, goal: baseline.world }, true),
  ];
}

/** The next run does what is not attempted: no contact may be among it that would be made twice. */
function unsafelyLeft(one: Case, baseline: Baseline, trial: Trial): string[] {
  if (baseline.requests.every(isRepeatable)) return [];
  return (resultOf(trial)?.notAttempted ?? [])
    .filter(({ index }) => lines(one, trial.world, index) !== '')
    .map(({ index }) => `${index} is not attempted, but is there`);
}

/** What is wrong with the end of a bulk operation: nothing where all is well. */
export async function wrongBulk(
  one: Case,
  baseline: Baseline,
  trial: Trial,
  point: FaultPoint,
): Promise<string[]> {
  const lists = resultOf(trial);
  const worlds = { before: trial.initial, now: trial.world, goal: baseline.world };
  return [
    ...(lists ? untrue(one, lists, worlds, point.fault.strikes === 'after') : []),
    ...unsafelyLeft(one, baseline, trial),
    ...(point.forever ? wrongForever(trial, baseline, point) : wrongOnce(baseline, trial, point)),
    ...(point.forever ? await wrongAfter(one, baseline, trial) : []),
  ];
}
