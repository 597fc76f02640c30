import type { Client } from '../../client/client.js';
import { type ErrorOutcome, fail } from '../../errors/errors.js';
import { countIn } from '../../input/check.js';
import { shownId } from '../../input/identifiers.js';
import { count, logOf, withCommas } from '../../input/log.js';
import type { Settings } from '../../input/options.js';
import { logManyMisread, type Misread } from '../../operations/contact/misread.js';
import type { BulkFailure, BulkResult } from '../../types/bulk.js';
import type { Dictionary } from '../../types/json.js';
import { type BulkOutcome, MOST_SHOWN, shown } from './bulkOutcome.js';

const SECONDS = 10;
const CONTACTS = 1000;

type Log = ReturnType<typeof logOf>;
/** `unpredicted`: keys that every run writes. */
type Notes = Pick<BulkOutcome, 'unpredicted' | 'perhapsTaken' | 'behind' | 'hidden'>;

/** A line in the log every ten seconds or thousand contacts. */
export class Progress {
  readonly #log: Log;
  readonly #outcome: BulkOutcome;
  readonly #client: Client;
  readonly #started: number;
  #loggedAt: number;
  #loggedDone = 0;

  constructor(operation: string, outcome: BulkOutcome, client: Client) {
    this.#log = logOf(operation);
    this.#outcome = outcome;
    this.#client = client;
    this.#started = client.clock.now();
    this.#loggedAt = this.#started;
  }

  log(): void {
    const now = this.#client.clock.now();
    const { done, total } = this.#outcome;
    const late = now - this.#loggedAt >= SECONDS * 1000;
    if (!late && done - this.#loggedDone < CONTACTS) return;
    this.#loggedAt = now;
    this.#loggedDone = done;
    const seconds = Math.max(1, (now - this.#started) / 1000);
    const rate = Math.round((done / seconds) * 60);
    const requests = count(this.#client.requests, 'request');
    const contacts = count(total, 'contact');
    this.#log.info(`${withCommas(done)} of ${contacts}, ${requests}, ${withCommas(rate)} a minute`);
  }
}

const FIRST_FAILURES = 10;

function countsOf(result: BulkResult) {
  const { created, updated, unchanged, failed, notAttempted } = result;
  return {
    created: created.length,
    updated: updated.length,
    unchanged: unchanged.length,
    failed: failed.length,
    notAttempted: notAttempted.length,
  };
}

/** `3 URN_TAKEN, 1 NOT_FOUND`. */
function reasons(failed: readonly BulkFailure[]): string {
  const counts = new Map<string, number>();
  for (const { code } of failed) countIn(counts, code);
  return [...counts].map(([code, times]) => `${times} ${code}`).join(', ');
}

function logPassedOver(log: Log, { passedOver = [] }: BulkResult): void {
  if (passedOver.length === 0) return;
  const pairs = passedOver
    .slice(0, MOST_SHOWN)
    .map(({ index, duplicateOf }) => `contacts[${index}] for contacts[${duplicateOf}]`);
  const more = passedOver.length > MOST_SHOWN ? ' and more' : '';
  log.warn(
    `Skipped as duplicates of another entry: ${passedOver.length}, ${pairs.join(', ')}${more}. See data.passedOver`,
  );
}

function logRemoval(
  log: Log,
  { left, unmatched = [], notRemoved }: BulkResult,
  dryRun: boolean,
): void {
  if (left === undefined) return;
  const was = left.length === 1 ? 'was' : 'were';
  const people = `${count(left.length, 'member')} ${dryRun ? 'would be' : was} removed`;
  if (left.length > 0) log.info(`Not in the list: ${people} from the groups. See data.left`);
  // Otherwise the warning below says that nobody left, and why.
  else if (!notRemoved) log.info(`Nobody ${dryRun ? 'would be' : 'was'} removed from the groups`);
  if (unmatched.length > 0) {
    log.info(
      `${count(unmatched.length, ['member has', 'members have'])} no value for the key, and cannot be removed. See data.unmatched`,
    );
  }
  if (notRemoved) log.warn(`${notRemoved.description} ${notRemoved.fix}`);
}

/** Of lists that may be long, without putting them together: memory is at its peak here. */
function someOf<Item>(
  lists: readonly (readonly Item[])[],
  isMeant: (item: Item) => boolean,
): Item[] {
  return lists.flatMap(list => list.filter(isMeant));
}

const MOST_KEYS = 20;

function logUnpredicted(log: Log, result: BulkResult, { unpredicted, perhapsTaken }: Notes): void {
  if (perhapsTaken > 0) {
    log.warn(
      `${count(perhapsTaken, ['contact gets URNs', 'contacts get URNs'])} that another contact may have. Only the real run looks, and fails for those: URN_TAKEN`,
    );
  }
  const items = someOf([result.updated, result.unchanged, result.failed], item => {
    return item.predicted === false;
  });
  const written = items.length - perhapsTaken;
  if (written <= 0) return;
  const keys = [...unpredicted]
    .filter(key => perhapsTaken === 0 || key !== 'urns')
    .slice(0, MOST_KEYS)
    .join(', ');
  log.warn(
    `${count(written, ['contact has', 'contacts have'])} values that only RapidPro can compare, so they are written in every run${keys ? `: ${keys}` : ''}. Write phone numbers as tel:+…, dates as 2026-01-31T08:00:00+02:00, numbers as 12.5, and places by their full path: Rwanda > Kigali City.`,
  );
}

/** A message may go to a number that the person has given up. */
function logBehind(log: Log, { failed }: BulkResult, { behind }: Notes): void {
  const lost = new Set(failed.map(({ index }) => index));
  const indexes = [...behind].filter(index => !lost.has(index)).sort((a, b) => a - b);
  if (indexes.length === 0) return;
  log.warn(
    `${count(indexes.length, ['contact has', 'contacts have'])} another number before the one in the list, and RapidPro writes to the first: ${shown(indexes)}. If it is out of date, remove it: with { urns: "exact" } (upsertContacts: "replace"), the list has all numbers of a contact.`,
  );
}

/** A number that the register has corrected would otherwise seem to be saved. */
function logHidden(log: Log, { updated, unchanged }: BulkResult, { hidden }: Notes): void {
  const indexes = someOf([updated, unchanged], ({ index }) => hidden.has(index))
    .map(({ index }) => index)
    .sort((a, b) => a - b);
  if (indexes.length === 0) return;
  log.warn(
    `The workspace hides URNs, so those in ${count(indexes.length, ['entry', 'entries'])} whose contact exists were neither compared nor changed: ${shown(indexes)}. Correct numbers in RapidPro, and leave "urns" out of entries whose contact exists.`,
  );
}

/** Nobody reads the log of a green run. */
const GREEN = ' The step still succeeds. To make it fail, use { failOnError: true }.';

/** Says in the log how it went. `isLeft`: the next run can continue from here. `notes`: what the result does not show. */
export function logSyncEnd(
  operation: string,
  result: BulkResult,
  verb: string,
  requests: number,
  {
    isLeft,
    notes,
    options: { dryRun = false, failOnError },
  }: { isLeft: boolean; notes: Notes; options: Pick<Settings, 'dryRun' | 'failOnError'> },
): void {
  const log = logOf(operation);
  const { created, updated, unchanged, failed, notAttempted } = countsOf(result);
  const passedOver = result.passedOver?.length ?? 0;
  const total = created + updated + unchanged + failed + notAttempted + passedOver;
  const sum = Object.entries({ created, updated, unchanged, failed, 'not attempted': notAttempted })
    .map(([word, amount]) => `${withCommas(amount)} ${word}`)
    .join(', ');
  log.info(
    `${dryRun ? 'Dry run (nothing was written) of' : verb} ${count(total, 'contact')} in ${count(requests, 'request')}: ${sum}`,
  );
  logPassedOver(log, result);
  // The result itself only says so after the writes are counted.
  logRemoval(log, result, dryRun);
  logUnpredicted(log, result, notes);
  logBehind(log, result, notes);
  logHidden(log, result, notes);
  const isMisread = ({ unread, altered }: Partial<Misread>) => (unread ?? altered) !== undefined;
  logManyMisread(log, someOf([result.created, result.updated, result.unchanged], isMisread));
  const [first] = result.failed;
  if (first) {
    log.warn(
      `${withCommas(failed)} of ${withCommas(total)} failed (${reasons(result.failed)}): see data.failed. The first is contacts[${first.index}] (number ${withCommas(first.index + 1)} in the list): ${first.description} ${first.fix}${failOnError ? '' : GREEN}`,
    );
  }
  if (isLeft && notAttempted === 0 && failed > 0) {
    log.warn(
      'Some failures may be temporary. Run the same step again with { resume: true } to try these contacts again.',
    );
  }
  if (result.inactive) {
    log.info(
      `Stopped, blocked or archived: ${count(result.inactive.length, 'contact')}. See data.inactive`,
    );
  }
  if (notAttempted > 0) {
    log.warn(
      `${withCommas(notAttempted)} of ${withCommas(total)} were not attempted: ${result.stopped?.description ?? ''} Run the same step again with { resume: true } to continue. The position is in state.rapidpro.resume.`,
    );
  }
}

/**
 * @param checkpoints - the content of `state.rapidpro.resume`, if the list stopped before its end
 * @throws RapidProError `BULK_FAILED` if a contact failed
 */
export function failOnError(
  result: BulkResult,
  checkpoints: Dictionary | undefined,
  outcome: ErrorOutcome,
): void {
  const [first] = result.failed;
  if (!first) return;
  throw fail(
    'BULK_FAILED',
    `${count(result.failed.length, 'contact')} failed (${reasons(result.failed)}). "details" has the counts of the others.`,
    `${first.fix} Then run the same step again: finished contacts are left alone.`,
    {
      details: {
        counts: countsOf(result),
        failures: result.failed
          .slice(0, FIRST_FAILURES)
          .map(one =>
            one.uuid === undefined ? one : { ...one, uuid: shownId({ uuid: one.uuid }) },
          ),
        ...(checkpoints ? { resume: checkpoints } : {}),
      },
      outcome,
    },
  );
}
