import { AbortedError, type Limiter } from '../../client/limiter.js';
import { RapidProError, type Reason } from '../../errors/errors.js';
import { withoutPerhaps } from '../../errors/outcome.js';
import { reachOf } from '../../errors/reach.js';
import type {
  BulkFailure,
  BulkItem,
  BulkResult,
  NotRemoved,
  PassedOver,
} from '../../types/bulk.js';
import { Clashes } from './clashes.js';

type Done = 'created' | 'updated' | 'unchanged';

/** Where a contact of the list ends. */
type Place = Done | 'failed' | 'passedOver';

/** Where each contact of the list ends: in exactly one place. */
export class BulkOutcome {
  readonly total: number;
  /** How many have ended. */
  done = 0;
  /** How many were written. */
  wrote = 0;
  /** True if a contact may have been written, without anybody knowing. */
  hasUnknown = false;
  /** What became of members who are missing in the list, where they are to leave. */
  removal: { left: string[]; unmatched?: string[]; notRemoved?: NotRemoved } | undefined;
  /** True if it ended early for what may pass. */
  isRemovalStopped = false;
  /** Keys that are written in every run, since only RapidPro knows what it makes of their values. */
  readonly unpredicted = new Set<string>();
  readonly #limiter: Limiter;
  /** By index in the list; undefined where it is open. */
  readonly #places: (Place | undefined)[];
  readonly #items: (BulkItem | BulkFailure | PassedOver | undefined)[];
  /** Keys of contacts that were written in part before it stopped. */
  readonly #begun = new Map<number, BulkItem>();
  readonly #clashes = new Clashes();
  readonly #inactive = new Map<number, NonNullable<BulkResult['inactive']>[number]>();

  /** True if nothing is written, only reported. */
  readonly #isPlan: boolean;

  constructor(total: number, limiter: Limiter, isPlan = false) {
    this.total = total;
    this.#isPlan = isPlan;
    this.#limiter = limiter;
    this.#places = new Array(total);
    this.#items = new Array(total);
  }

  isOpen(index: number): boolean {
    return this.#places[index] === undefined;
  }

  isDone(index: number): boolean {
    const place = this.#places[index];
    return place !== undefined && place !== 'failed';
  }

  complete(place: Done, item: BulkItem): void {
    if (place !== 'unchanged' && !this.#isPlan) this.#wrote(item);
    this.#close(place, item);
  }

  /** What was written of a contact that is not finished. */
  begin(item: BulkItem): void {
    this.#wrote(item);
    if (this.isOpen(item.index)) this.#begun.set(item.index, item);
  }

  fail(item: BulkItem, { code, description, fix, outcome }: Reason): void {
    if (outcome === 'unknown') this.hasUnknown = true;
    const begun = this.#begun.get(item.index);
    this.#close('failed', { ...begun, ...item, code, description, fix });
  }

  /**
   * Contacts of the list that are one in RapidPro fail, whatever was said of them before. What was
   * written of them is reported at the end, when it is sure.
   */
  clash(indexes: Iterable<number>): void {
    for (const index of this.#clashes.add(indexes)) {
      const place = this.#places[index];
      const item = this.#items[index] as BulkItem;
      if (place === 'failed') {
        // Of what an earlier run wrote of it, nothing is known.
        if (item.earlier) this.#clashes.perhapsWrote(index);
        continue;
      }
      const isWritten = place === 'created' || place === 'updated';
      const written = isWritten ? item : this.#begun.get(index);
      if (written && !this.#isPlan) this.#clashes.wrote(written);
      if (place) this.done--;
      this.#places[index] = undefined;
      this.#close('failed', { index, ...CLASH });
    }
  }

  /** Sorts out what an error means: for this contact, or for all that follow. */
  failWith(item: BulkItem, error: unknown): void {
    if (error instanceof AbortedError) return;
    if (!(error instanceof RapidProError)) throw error;
    const reach = reachOf(error);
    const concernsAll = reach === 'all';
    if (concernsAll) this.#limiter.stop(error, { concernsAll });
    else if (reach === 'server') this.#limiter.wentWrong(error);
    else this.#limiter.wentWell();
    const isUnknown = error.outcome === 'unknown';
    if (!this.isOpen(item.index) && isUnknown) this.#clashes.perhapsWrote(item.index);
    // What the code says is true of the last attempt alone.
    if (isUnknown) this.fail(item, unknownReason(error));
    // Otherwise nothing was done: it is left for the next run.
    else if (!concernsAll) this.fail(item, error);
  }

  /** Notes that an entry is not taken, since another one is the same contact. */
  passOver(passed: PassedOver): void {
    this.#close('passedOver', passed);
  }

  isPassedOver(index: number): boolean {
    return this.#places[index] === 'passedOver';
  }

  /** Whether nothing of an entry has been written so far. */
  isUntouched(index: number): boolean {
    return this.isOpen(index) && !this.#begun.has(index);
  }

  /** Those that were not taken. */
  get passedOver(): PassedOver[] {
    return this.indexes('passedOver').map(index => this.#items[index] as PassedOver);
  }

  /** The contact of an entry that is done, or undefined. */
  uuidOf(index: number): string | undefined {
    const isKnown = this.isDone(index) && !this.isPassedOver(index);
    return isKnown ? (this.#items[index] as BulkItem).uuid : undefined;
  }

  /** Counts contacts that were written beside the list. */
  wroteOthers(count: number): void {
    this.wrote += count;
  }

  /** Notes that the contact of one of the list is stopped, blocked or archived. */
  noteInactive(index: number, uuid: string, status: string): void {
    this.#inactive.set(index, { index, uuid, status });
  }

  /** True if something failed for what may pass: asked again later, it may well be done. */
  get hasPassing(): boolean {
    if (this.isRemovalStopped) return true;
    return this.indexes('failed').some(index => {
      const { code } = this.#items[index] as BulkFailure;
      // Of what must not be repeated, the next run must know just that.
      return code !== 'OUTCOME_UNKNOWN' && reachOf({ code }) !== 'one';
    });
  }

  /** Positions in the list, in order, of those that ended in one way. */
  indexes(place: Place, code?: string): number[] {
    const isMeant = (index: number) =>
      code === undefined || (this.#items[index] as BulkFailure).code === code;
    return this.#places.flatMap((one, index) => (one === place && isMeant(index) ? [index] : []));
  }

  result(): BulkResult {
    const lists = { created: [], updated: [], unchanged: [], failed: [], notAttempted: [] };
    const { created, updated, unchanged, failed, notAttempted } = lists as BulkResult;
    const done = { created, updated, unchanged };
    for (let index = 0; index < this.total; index++) {
      const place = this.#places[index];
      const item = this.#items[index];
      if (!place) notAttempted.push(this.#begun.get(index) ?? { index });
      else if (place === 'failed') failed.push(this.#reported(item as BulkFailure));
      else if (place !== 'passedOver') done[place].push(item as BulkItem);
    }
    const { passedOver } = this;
    const { stopped } = this.#limiter;
    return {
      created,
      updated,
      unchanged,
      failed,
      notAttempted,
      ...(passedOver.length > 0 ? { passedOver } : {}),
      ...this.removal,
      ...(this.#inactive.size > 0
        ? { inactive: [...this.#inactive.values()].sort((a, b) => a.index - b.index) }
        : {}),
      ...(stopped && notAttempted.length > 0 ? { stopped: reasonOf(stopped) } : {}),
    };
  }

  #wrote(item: BulkItem): void {
    this.wrote++;
    // A clash came to light while it was being written.
    if (!this.isOpen(item.index)) this.#clashes.wrote(item);
  }

  #reported(failure: BulkFailure): BulkFailure {
    return failure.description === CLASH.description
      ? this.#clashes.report(failure.index)
      : failure;
  }

  #close(place: Place, item: BulkItem | BulkFailure | PassedOver): void {
    const { index } = item;
    if (!this.isOpen(index)) return;
    this.#places[index] = place;
    this.#items[index] = item;
    this.#begun.delete(index);
    this.done++;
  }
}

/** What is said of a contact that may have been written before an attempt failed for good. */
function unknownReason(error: RapidProError): Reason {
  const { code, outcome } = error;
  const description = withoutPerhaps(error);
  // What must not be repeated says so itself.
  if (code === 'OUTCOME_UNKNOWN') return error;
  return {
    code,
    description: `${description} The contact may have been written before that.`,
    fix:
      reachOf(error) === 'one'
        ? `${error.fix} Otherwise, run the same step again: repeating the write is harmless.`
        : 'Run the same step again: repeating the write is harmless. With { resume: true }, it continues from here.',
    outcome,
  };
}

/** In place of what is reported at the end. */
const CLASH = { code: 'CONTACT_CLASH', description: '', fix: '' } as const;

function reasonOf({ code, description, fix, retryAfter }: RapidProError) {
  return { code, description, fix, ...(retryAfter === undefined ? {} : { retryAfter }) };
}
