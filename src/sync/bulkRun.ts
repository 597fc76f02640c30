import type { Client } from '../client/client.js';
import { AbortedError } from '../client/limiter.js';
import { RapidProError } from '../errors/errors.js';
import type { Call } from '../operations/base/operation.js';
import type { WorkspaceFacts } from '../operations/base/workspaceFacts.js';
import { keyOf, sectionOf, withCheckpoint } from '../state/checkpoint.js';
import type { BulkResult, NotRemoved } from '../types/bulk.js';
import {
  type BulkPosition,
  bulkCheckpoint,
  doneOf,
  type ReadSoFar,
  readBulk,
  takeOver,
} from './bulkCheckpoint.js';
import { requireList } from './inputs.js';
import type { SyncSettings } from './options.js';
import { BulkOutcome } from './report/bulkOutcome.js';
import { failOnError, logSyncEnd } from './report/finish.js';
import { Progress } from './report/progress.js';

export type BulkCall = Call<'contacts'>;

interface BulkPlan {
  name: 'syncContacts' | 'upsertContacts';
  /** What the log says when it is done. */
  verb: string;
  settings: Pick<SyncSettings, 'failOnError' | 'removeMissing'>;
  /** Options that must be the same to continue the list. */
  identity: unknown;
  /** False if nothing is written, so there is nothing to continue. */
  leavesCheckpoint: boolean;
}

/** What every bulk operation works with. */
export interface BulkRun {
  /** Emptied while it is read. */
  list: unknown[];
  client: Client;
  outcome: BulkOutcome;
  progress: Progress;
  /** Where an earlier run stopped. */
  earlier: BulkPosition | undefined;
  /** What the rules need to know about the workspace. */
  workspace: WorkspaceFacts;
}

const STOPPED: NotRemoved = {
  description: 'Nobody left a group, because the run stopped early.',
  fix: 'Run the step again.',
};

/** Errors after which nothing was done. They are thrown, as in any other operation. */
function throwIfNothingDone({ client: { limiter, writes }, outcome }: BulkRun): void {
  if (!limiter.stopped || limiter.outOfTime || outcome.wrote > 0 || outcome.hasUnknown) return;
  if (writes === 0 || limiter.concernsAll) throw limiter.stopped;
}

/** A wait that is too long stops the work at any point; other errors end it. */
async function untilStopped(
  run: BulkRun,
  work: (run: BulkRun) => Promise<ReadSoFar>,
): Promise<ReadSoFar> {
  try {
    return await work(run);
  } catch (error) {
    const isLimit = error instanceof RapidProError && error.code === 'RATE_LIMITED';
    if (!isLimit && !(error instanceof AbortedError)) throw error;
    if (isLimit) run.client.limiter.stop(error);
    const { found = [], complete = false, isWide = false } = run.earlier ?? {};
    const { cursor, isHalfDone, pages } = run.earlier ?? {};
    return { found, cursor, isHalfDone, pages, complete, isWide };
  }
}

/** How every bulk operation runs: continue from a checkpoint, work, report, leave a checkpoint. */
export async function bulkRun(
  call: BulkCall,
  { name, verb, settings, identity, leavesCheckpoint }: BulkPlan,
  work: (run: BulkRun) => Promise<ReadSoFar>,
): Promise<BulkResult> {
  const list = requireList(call.args.contacts);
  const { client, configuration, facts: workspace, options } = call;
  const checkpoint = await bulkCheckpoint(name, list, identity, configuration.token);
  const hasAny = Object.keys(sectionOf(call.state, 'resume')).length > 0;
  const earlier = options.resume && hasAny ? readBulk(call.state, checkpoint) : undefined;
  const items = list.length;
  const outcome = new BulkOutcome(items, client.limiter, !leavesCheckpoint);
  if (earlier) takeOver(earlier, outcome);
  const run = {
    list,
    client,
    outcome,
    progress: new Progress(outcome, client),
    earlier,
    workspace,
  };
  const position = await untilStopped(run, work);
  throwIfNothingDone(run);
  if (settings.removeMissing) outcome.removal ??= { left: [], notRemoved: STOPPED };
  const result = outcome.result();
  const isUnfinished = result.notAttempted.length > 0 || outcome.hasPassing;
  const isLeft = leavesCheckpoint && isUnfinished;
  const done = () => doneOf(outcome, settings.removeMissing !== undefined);
  const left = isLeft ? { items, ...done(), ...position } : undefined;
  if (isLeft || (leavesCheckpoint && hasAny)) {
    call.state = withCheckpoint(call.state, checkpoint, left);
  }
  const { unpredicted } = outcome;
  const { failOnError: isError } = settings;
  logSyncEnd(result, verb, client.requests, { isLeft, unpredicted, failOnError: isError });
  if (isError) failOnError(result, left && { [keyOf(checkpoint)]: left });
  return result;
}
