import type { State } from '../../../src/types/state.js';
import type { Baseline } from './baseline.js';
import type { Case } from './cases.js';
import { hurtRequest } from './rules.js';
import { attempt, type FaultPoint, type Trial } from './trial.js';
import { amiss, apply, worldOf } from './world.js';

/** What is done cannot be added, or deleted, a second time: the second run says so. */
const ONCE_ONLY: readonly string[] = ['URN_TAKEN', 'NOT_FOUND'];

type Ranges = [number, number][];

const placesOf = (ranges: Ranges) =>
  ranges.flatMap(([first, last]) =>
    Array.from({ length: last - first + 1 }, (_, index) => first + index),
  );

/**
 * Does what the error, or the state, says to do next, after the fault is over. Returns what is wrong
 * then: something that is not done, or done twice.
 */
export async function goOn(
  one: Case,
  baseline: Baseline,
  trial: Trial,
  point: FaultPoint,
): Promise<string[]> {
  const { error, state, initial, sandbox } = trial;
  const isWhole = state && seenBy(one, state).length === seenBy(one, baseline.state).length;
  if (isWhole) return [];
  // Nobody knows, so nobody may try again but a person who has looked.
  if (error?.code === 'OUTCOME_UNKNOWN') return [];
  const parts = error?.details as Record<string, Ranges> | undefined;
  const left = placesOf([...(parts?.failed ?? []), ...(parts?.notAttempted ?? [])]);
  const isPart = parts !== undefined && one.sendTo !== undefined;
  if (!isPart || left.length > 0) {
    const rest = isPart ? one.sendTo?.(left, {}) : undefined;
    const next = await attempt(
      rest ?? one.operation(one.kind === 'list' ? { resume: true } : {}),
      sandbox,
      state,
    );
    const code = next.error?.code;
    const isDone =
      point.fault.strikes === 'after' && code !== undefined && ONCE_ONLY.includes(code);
    if (!next.state && !isDone) return [`the second run failed: ${code}`];
    const wrong = amiss(seenBy(one, next.state ?? {}), seenBy(one, baseline.state));
    if (wrong.length > 0) return wrong;
  }
  // Whoever is unknown has it or not; the others have it, and nobody has it twice.
  const isLost = isPart && parts?.unknown?.length !== 0 && point.fault.strikes === 'before';
  const lost = isLost ? hurtRequest(baseline, point) : -1;
  const changes = baseline.changes.filter((_, index) => index !== lost);
  return amiss(await worldOf(sandbox), changes.reduce(apply, initial));
}

function seenBy(one: Case, state: State): string[] {
  return [...(one.seen?.(state) ?? [])].sort();
}
