import { DEFAULT_MAX_WAIT, DEFAULT_TIMEOUT } from '../client/client.js';
import { RapidProError } from '../errors/errors.js';
import type { Call } from '../operations/base/operation.js';
import { WorkspaceFacts } from '../operations/base/workspaceFacts.js';
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
import { AbortedError } from './limiter.js';
import type { BulkSettings } from './options.js';
import { Outcome } from './outcome.js';
import { Pool } from './pool.js';
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
  pool: Pool;
  outcome: Outcome;
  progress: Progress;
  mark: BulkMark | undefined;
  /** What the rules need to know of the workspace, read with the waits of the pool. */
  workspace: WorkspaceFacts;
}

/** Errors by which nothing was done: thrown as by any other operation. */
function throwIfNothingDone({ pool: { limiter }, outcome }: BulkRun): void {
  if (!limiter.stopped || limiter.outOfTime || outcome.wrote > 0 || outcome.hasUnknown) return;
  if (limiter.writes === 0 || limiter.concernsAll) throw limiter.stopped;
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
    if (isLimit) run.pool.limiter.stop(error);
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
  const { configuration } = call;
  const { timeout = DEFAULT_TIMEOUT, maxWait = DEFAULT_MAX_WAIT, deadline, resume } = call.options;
  // Costs a look at the whole list, so only where a mark is sought or left.
  const ownerOf = () => ({
    operation: name,
    fingerprint: listFingerprint(configuration.token, list, identity),
  });
  const isMarked = Object.keys(resumeMarks(call.state)).length > 0;
  const mark = resume && isMarked ? findBulkMark(call.state, ownerOf(), list.length) : undefined;
  const { concurrency } = settings;
  const clock = call.client.clock;
  const pool = new Pool({ configuration, timeout, maxWait, deadline, concurrency, clock });
  const outcome = new Outcome(list.length, pool.limiter, !leavesMark);
  if (mark) takeOver(mark, outcome);
  const workspace = new WorkspaceFacts(call.state, pool.reader);
  const run = { list, pool, outcome, progress: new Progress(outcome, pool), mark, workspace };
  const position = await untilStopped(run, work);
  throwIfNothingDone(run);
  const result = outcome.result();
  const isLeft = leavesMark && result.notAttempted.length > 0;
  const left = isLeft
    ? { ...ownerOf(), items: list.length, ...doneOf(outcome), ...position }
    : undefined;
  if (left) call.state = withBulkMark(call.state, left, left);
  else if (leavesMark && isMarked) call.state = withBulkMark(call.state, ownerOf(), undefined);
  pool.report(call.client);
  logResult(result, verb, pool.requests);
  if (settings.failOnError) failOnError(result, left);
  return result;
}
