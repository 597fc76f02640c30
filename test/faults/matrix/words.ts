import type { Baseline } from './baseline.js';
import { resultOf } from './bulk.js';
import type { Case } from './cases.js';
import type { FaultPoint, Trial } from './trial.js';

/** What came of an operation in a few plain words, from what was seen and not from what was expected. */
export function inWords(one: Case, baseline: Baseline, trial: Trial, point: FaultPoint): string {
  if (trial.error) return stopped(trial, point);
  const lists = one.kind === 'bulk' ? resultOf(trial) : undefined;
  const failed = lists?.failed ?? [];
  const left = lists?.notAttempted.length ?? 0;
  const codes = [...new Set(failed.map(({ code }) => `\`${code}\``))].join(', ');
  // How many it is before it stops is chance: they are written side by side.
  if (failed.length > 0) {
    return point.forever
      ? `the rest is in \`failed\` (${codes}) or \`notAttempted\``
      : `one contact in \`failed\` (${codes}), the others done`;
  }
  if (left > 0) return 'waits, then leaves the rest in `notAttempted`';
  if (isShort(one, baseline, trial)) return 'waits, then ends early; the next run can continue';
  return recovered(one, baseline, trial, point);
}

function isShort(one: Case, baseline: Baseline, { state = {} }: Trial): boolean {
  const { resume } = (state.rapidpro ?? {}) as { resume?: unknown };
  if (one.seen === undefined) return false;
  return resume !== undefined || one.seen(state).length < one.seen(baseline.state).length;
}

function recovered(one: Case, baseline: Baseline, trial: Trial, { fault }: FaultPoint): string {
  const extra = trial.requests.length - baseline.requests.length;
  const writes = baseline.requests.some(({ method }) => method !== 'GET');
  if (extra === 0) return 'no effect';
  if (fault.kind === 'throttle') return 'waits, then done';
  if (one.leavesCopy) return 'retried; an extra copy may remain';
  return writes ? 'retried, done once' : 'retried';
}

function stopped({ error, requests }: Trial, { position, fault }: FaultPoint): string {
  const { code, details } = error ?? {};
  if (code === 'OUTCOME_UNKNOWN') return 'stops: `OUTCOME_UNKNOWN`, not retried';
  const { unknown } = (details ?? {}) as { unknown?: unknown[] };
  const waits = fault.kind === 'throttle' ? 'waits, then ' : '';
  if (unknown) {
    const left = unknown.length > 0 ? 'who is unknown and who is left' : 'who is left';
    return `${waits}stops: \`${code}\` lists ${left}`;
  }
  const asked = waits || (requests.length - position > 1 ? 'retried, then ' : '');
  return `${asked}stops: \`${code}\``;
}
