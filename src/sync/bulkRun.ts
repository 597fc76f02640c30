import type { Client } from '../client/client.js';
import { AbortedError } from '../client/limiter.js';
import { fail, hasErrorCode } from '../errors/errors.js';
import { typeName } from '../input/check.js';
import { count, logOf } from '../input/log.js';
import type { Settings } from '../input/options.js';
import { giveWay } from '../input/turns.js';
import type { Call } from '../operations/base/operation.js';
import type { WorkspaceFacts } from '../operations/base/workspaceFacts.js';
import { checkpointName, sectionOf, withCheckpoint } from '../state/checkpoint.js';
import type { BulkResult, NotRemoved } from '../types/bulk.js';
import {
  type BulkPosition,
  bulkCheckpoint,
  dropReplaced,
  positionOf,
  type ReadSoFar,
  readBulk,
  sampleOf,
  takeOver,
} from './bulkCheckpoint.js';
import { BulkOutcome } from './report/bulkOutcome.js';
import { failOnError, logSyncEnd, Progress } from './report/log.js';
import { Cost } from './write/changes.js';

export type BulkCall = Call<'contacts'>;

interface BulkPlan {
  name: 'syncContacts' | 'upsertContacts';
  /** What it did with the list, unless it was a dry run. */
  verb: string;
}

export interface BulkRun {
  /** Emptied while it is read. */
  list: unknown[];
  client: Client;
  outcome: BulkOutcome;
  progress: Progress;
  earlier: BulkPosition | undefined;
  workspace: WorkspaceFacts;
  options: Settings;
  /** What the real run takes, counted in a dry run. */
  cost: Cost;
}

const STOPPED: NotRemoved = {
  description: 'Nobody left a group, because the run stopped early.',
  fix: 'Run the step again.',
};

/** The list before its contacts are checked. */
function requireList(value: unknown): unknown[] {
  if (Array.isArray(value)) return value;
  const isMissing = value === undefined || value === null;
  throw fail(
    'INVALID_INPUT',
    isMissing ? 'contacts is missing.' : `contacts is ${typeName(value)}, but must be a list.`,
    isMissing
      ? 'Use a list of contacts. If it comes from $ or state, check that the data is there.'
      : 'Use a list of contacts. If the list is inside of it, add its name: $.data.results',
  );
}

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
    const isLimit = hasErrorCode(error, 'RATE_LIMITED');
    if (!isLimit && !(error instanceof AbortedError)) throw error;
    if (isLimit) run.client.limiter.stop(error);
    const { earlier } = run;
    const {
      found = [],
      cursor,
      isHalfDone,
      pages,
      complete = false,
      isWide = false,
    } = earlier ?? {};
    return { found, cursor, isHalfDone, pages, complete, isWide };
  }
}

/** What `state.data` says about a run that wrote nothing. */
export function dryResult(
  operation: string,
  result: BulkResult,
  { requests, isAtMost }: Cost,
): BulkResult {
  // It is not known in advance which of two entries for one contact is written before that is noticed.
  const hasClash = result.failed.some(({ code }) => code === 'CONTACT_CLASH');
  const atMost = isAtMost || hasClash;
  logOf(operation).info(
    `The real run takes ${atMost ? 'at most ' : ''}${count(requests, 'request')} for writing`,
  );
  return {
    ...result,
    dryRun: true,
    requests,
    ...(atMost ? { atMost } : {}),
    notChecked: result.notAttempted.length,
  };
}

/** How every bulk operation runs: continue from a checkpoint, work, report, leave a checkpoint. */
export async function bulkRun(
  call: BulkCall,
  plan: BulkPlan,
  work: (run: BulkRun) => Promise<ReadSoFar>,
): Promise<BulkResult> {
  const { name, verb } = plan;
  const list = requireList(call.args.contacts);
  const { client, configuration, facts: workspace, options } = call;
  const { dryRun, removeMissing } = options;
  const home = { server: client.server, token: configuration.token };
  const checkpoint = await bulkCheckpoint(name, list, options, home);
  // Before it is read, because then it is emptied.
  const sample = dryRun ? [] : await sampleOf(list, options, home);
  const hasAny = Object.keys(sectionOf(call.state, 'resume')).length > 0;
  const earlier = options.resume && hasAny ? readBulk(name, call.state, checkpoint) : undefined;
  const items = list.length;
  const outcome = new BulkOutcome(items, client.limiter, options);
  if (earlier) takeOver(earlier, outcome);
  const progress = new Progress(name, outcome, client);
  const cost = new Cost();
  const run = { list, client, outcome, progress, earlier, workspace, options, cost };
  const read = await untilStopped(run, work);
  throwIfNothingDone(run);
  await giveWay({ length: items });
  if (removeMissing) outcome.removal ??= { left: [], notRemoved: STOPPED };
  const result = outcome.result();
  const isUnfinished = result.notAttempted.length > 0 || outcome.hasPassing;
  // If nothing is written, there is nothing to continue.
  const isLeft = !dryRun && isUnfinished;
  const keepsUuids = removeMissing !== undefined;
  const left = isLeft ? positionOf(outcome, read, { sample, keepsUuids }) : undefined;
  const isNewer = !dryRun && (outcome.wrote > 0 || !isUnfinished);
  if (hasAny && isNewer) call.state = dropReplaced(name, call.state, checkpoint, sample);
  if (isLeft || (!dryRun && hasAny)) call.state = withCheckpoint(call.state, checkpoint, left);
  logSyncEnd(name, result, verb, client.requests, { isLeft, notes: outcome, options });
  // A dry run, or one whose entries are all refused before, did nothing.
  const mayBeDone = client.writes > 0 || outcome.hasUnknown || earlier !== undefined;
  if (options.failOnError) {
    failOnError(
      result,
      left && { [checkpointName(checkpoint)]: left },
      mayBeDone ? 'unknown' : 'none',
    );
  }
  return dryRun ? dryResult(name, result, cost) : result;
}
