import type { Baseline } from './baseline.js';
import { resultOf } from './bulk.js';
import type { Case } from './cases.js';
import type { Blow, Trial } from './trial.js';

/** What came of an operation in a few plain words, from what was seen and not from what was expected. */
export function inWords(one: Case, baseline: Baseline, trial: Trial, blow: Blow): string {
  if (trial.error) return stopped(trial, blow);
  const lists = one.kind === 'bulk' ? resultOf(trial) : undefined;
  const failed = lists?.failed ?? [];
  const left = lists?.notAttempted.length ?? 0;
  const codes = [...new Set(failed.map(({ code }) => `\`${code}\``))].join(', ');
  if (failed.length > 0) {
    const some = `${failed.length === 1 ? 'one contact' : 'some contacts'} in \`failed\` (${codes})`;
    return `${some}, ${left > 0 ? 'the rest in `notAttempted`' : 'the others done'}`;
  }
  if (left > 0) return 'waits, then leaves the rest in `notAttempted`';
  if (isShort(one, baseline, trial)) return 'waits, then ends early; the next run can go on';
  return recovered(one, baseline, trial, blow);
}

function isShort(one: Case, baseline: Baseline, { state = {} }: Trial): boolean {
  return one.seen !== undefined && one.seen(state).length < one.seen(baseline.state).length;
}

function recovered(one: Case, baseline: Baseline, trial: Trial, { fault }: Blow): string {
  const extra = trial.requests.length - baseline.requests.length;
  const writes = baseline.requests.some(({ method }) => method !== 'GET');
  if (extra === 0) return 'no harm';
  if (fault.kind === 'throttle') return 'waits as told, then done';
  if (one.leavesCopy && fault.strikes === 'after') return 'asked again; a spare copy is left';
  return writes ? 'asked again, done once' : 'asked again';
}

function stopped({ error, requests }: Trial, { position, fault }: Blow): string {
  const { code, details } = error ?? {};
  if (code === 'OUTCOME_UNKNOWN') return 'stops: `OUTCOME_UNKNOWN`, not asked again';
  const { unknown } = (details ?? {}) as { unknown?: unknown[] };
  const waits = fault.kind === 'throttle' ? 'waits, then ' : '';
  if (unknown) {
    const told = unknown.length > 0 ? 'who is unknown, and who is left' : 'who is left';
    return `${waits}stops: \`${code}\` tells ${told}`;
  }
  const tries = requests.length - position;
  const asked = waits || (tries > 1 && tries <= 4 ? `asked ${tries} times, then ` : '');
  return `${asked}stops: \`${code}\``;
}
