import type { Client } from '../client/client.js';
import { AbortedError } from '../client/limiter.js';
import { parseConfiguration } from '../configuration.js';
import { RapidProError } from '../errors/errors.js';
import type { Call } from '../operations/base/operation.js';
import type { WorkspaceFacts } from '../operations/base/workspaceFacts.js';
import {
  type BulkMark,
  doneOf,
  findBulkMark,
  listFingerprint,
  takeOver,
  withBulkMark,
} from '../state/bulkMark.js';
import { resumeMarks } from '../state/resume.js';
import type { BulkResult } from '../types/bulk.js';
import { failOnError, logResult } from './finish.js';
import { requireList } from './inputs.js';
import type { BulkSettings } from './options.js';
import { Outcome } from './outcome.js';
import { Progress } from './progress.js';

export type BulkCall = Call<'contacts'>;

/** What the mark of a bulk operation holds beside what is done. */
export type Whereabouts = Pick<BulkMark, 'found' | 'place' | 'complete' | 'isWide'>;

export interface BulkPlan {
  name: 'syncContacts' | 'upsertContacts';
  /** What the log calls it when it is over. */
  verb: string;
  settings: BulkSettings;
  /** Options without which the list would not be gone on with in the same way. */
  identity: unknown;
  /** False if nothing is written, so that there is nothing to go on from. */
  leavesMark: boolean;
}

/** What every bulk operation is given to work with. */
export interface BulkRun {
  list: unknown[];
  client: Client;
  outcome: Outcome;
  progress: Progress;
  mark: BulkMark | undefined;
  /** What the rules need to know of the workspace. */
  workspace: WorkspaceFacts;
}

/** Errors by which nothing was done: thrown as by any other operation. */
function throwIfNothingDone({ client: { limiter, writes }, outcome }: BulkRun): void {
  if (!limiter.stopped || limiter.outOfTime || outcome.wrote > 0 || outcome.hasUnknown) return;
  if (writes === 0 || limiter.concernsAll) throw limiter.stopped;
}

/** A wait that is too long stops the work wherever it is; other errors end it. */
async function untilStopped(
  run: BulkRun,
  work: (run: BulkRun) => Promise<Whereabouts>,
): Promise<Whereabouts> {
  try {
    return await work(run);
  } catch (error) {
    const isLimit = error instanceof RapidProError && error.code === 'RATE_LIMITED';
    if (!isLimit && !(error instanceof AbortedError)) throw error;
    if (isLimit) run.client.limiter.stop(error);
    const { found = [], place, complete = false, isWide = false } = run.mark ?? {};
    return { found, place, complete, isWide };
  }
}

/** The way in which every bulk operation runs: go on from a mark, work, report, leave a mark. */
export async function bulkRun(
  call: BulkCall,
  { name, verb, settings, identity, leavesMark }: BulkPlan,
  work: (run: BulkRun) => Promise<Whereabouts>,
): Promise<BulkResult> {
  const list = requireList(call.args.contacts);
  const configuration = parseConfiguration(call.state.configuration);
  const { client, facts: workspace, options } = call;
  // Costs a look at the whole list, so only where a mark is sought or left.
  const ownerOf = () => ({
    operation: name,
    fingerprint: listFingerprint(configuration.token, list, identity),
  });
  const isMarked = Object.keys(resumeMarks(call.state)).length > 0;
  const mark =
    options.resume && isMarked ? findBulkMark(call.state, ownerOf(), list.length) : undefined;
  const outcome = new Outcome(list.length, client.limiter, !leavesMark);
  if (mark) takeOver(mark, outcome);
  const run = { list, client, outcome, progress: new Progress(outcome, client), mark, workspace };
  const position = await untilStopped(run, work);
  throwIfNothingDone(run);
  const result = outcome.result();
  const isLeft = leavesMark && result.notAttempted.length > 0;
  const left = isLeft
    ? { ...ownerOf(), items: list.length, ...doneOf(outcome), ...position }
    : undefined;
  if (left) call.state = withBulkMark(call.state, left, left);
  else if (leavesMark && isMarked) call.state = withBulkMark(call.state, ownerOf(), undefined);
  logResult(result, verb, client.requests);
  if (settings.failOnError) failOnError(result, left);
  return result;
}
