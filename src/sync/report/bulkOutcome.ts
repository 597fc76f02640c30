import { AbortedError, type Limiter } from '../../client/limiter.js';
import { RapidProError, type Reason, reachOf } from '../../errors/errors.js';
import { withoutPerhaps } from '../../errors/outcome.js';
import type { Settings } from '../../input/options.js';
import type {
  BulkFailure,
  BulkItem,
  BulkResult,
  NotRemoved,
  PassedOver,
} from '../../types/bulk.js';
import { RefusedLanguages } from './refusedLanguages.js';

const COMBINE = 'Combine them in the list, or correct the wrong one.';
/** Where the job has not chosen one of them yet. */
const CHOOSE =
  'Combine them in the list, correct the wrong one, or choose which one counts: { duplicates: "first" } or "last".';
/** More would fill the log. */
export const MOST_SHOWN = 5;

/** `contacts[0], contacts[7]`: positions in the list, for people. */
export function shown(indexes: readonly number[]): string {
  const names = indexes.slice(0, MOST_SHOWN).map(index => `contacts[${index}]`);
  const more = indexes.length - MOST_SHOWN;
  return more > 0 ? `${names.join(', ')} and ${more} more` : names.join(', ');
}

/** Why contacts of the list with something in common fail before anything is sent. */
export function inCommon(indexes: readonly number[], what: string): Reason {
  return {
    code: 'CONTACT_CLASH',
    description: `${shown(indexes)} are the same contact: they share ${what}.`,
    fix: `Nothing was sent for them. ${CHOOSE}`,
  };
}

/** Why different people of the list who share a number fail before anything is sent. */
export function sharedNumber(indexes: readonly number[], differs: string): Reason {
  return {
    code: 'CONTACT_CLASH',
    description: `${shown(indexes)} share a phone number or address, but differ in ${differs}.`,
    fix: 'Nothing was sent for them. RapidPro gives a number to one contact only. Keep it in one of these entries, and leave it out of the others.',
  };
}

/** Contacts of the list that turned out to be one in RapidPro, and what was written of them. */
class Clashes {
  readonly #groups = new Map<number, Set<number>>();
  readonly #written = new Map<number, BulkItem>();
  readonly #perhaps = new Set<number>();
  readonly #fix: string;

  constructor(takes: Settings['duplicates']) {
    this.#fix = takes === undefined ? CHOOSE : COMBINE;
  }

  /** @returns all that are the same contact as these, as far as is known */
  add(indexes: Iterable<number>): ReadonlySet<number> {
    const all = new Set<number>();
    for (const index of indexes) {
      for (const each of this.#groups.get(index) ?? [index]) all.add(each);
    }
    for (const index of all) this.#groups.set(index, all);
    return all;
  }

  wrote(item: BulkItem): void {
    this.#written.set(item.index, item);
  }

  perhapsWrote(index: number): void {
    this.#perhaps.add(index);
  }

  report(index: number): BulkItem & Reason {
    const group = [...(this.#groups.get(index) ?? [index])].sort((a, b) => a - b);
    const written = group.filter(each => this.#written.has(each));
    const perhaps = group.filter(each => this.#perhaps.has(each) && !this.#written.has(each));
    const sentences = [`${shown(group)} are the same contact in RapidPro.`];
    if (written.length === 1)
      sentences.push(`${shown(written)} was saved before this was noticed.`);
    if (written.length > 1) sentences.push(`${shown(written)} were saved, one over the other.`);
    if (perhaps.length > 0)
      sentences.push(`It is unclear whether ${shown(perhaps)} was saved, too.`);
    const isUntouched = sentences.length === 1;
    return {
      ...this.#written.get(index),
      index,
      code: 'CONTACT_CLASH',
      description: sentences.join(' '),
      fix: `${isUntouched ? 'Nothing was sent for them.' : 'Check the contact in RapidPro.'} ${this.#fix}`,
    };
  }
}

type Done = 'created' | 'updated' | 'unchanged';

type Place = Done | 'failed' | 'passedOver';

/** Where each contact of the list ends: in exactly one place. */
export class BulkOutcome {
  readonly total: number;
  readonly languages = new RefusedLanguages();
  /** Which of several entries for one contact counts; undefined: none, they fail. */
  readonly takes: Settings['duplicates'];
  done = 0;
  /** How often contacts were written, also others than those of the list. */
  wrote = 0;
  /** True if it is unknown whether a contact was written. */
  hasUnknown = false;
  /** What happened to members who are not in the list, if they should leave. */
  removal: { left: string[]; unmatched?: string[]; notRemoved?: NotRemoved } | undefined;
  /** True if it ended early for a temporary reason. */
  isRemovalStopped = false;
  /** Keys that every run writes, because only RapidPro knows what it stores for their values. */
  readonly unpredicted = new Set<string>();
  /** Entries whose numbers come after another one of the contact. */
  readonly behind = new Set<number>();
  /** Entries with URNs whose contacts hide theirs. */
  readonly hidden = new Set<number>();
  /** Entries whose contacts were no members of the groups that missing ones leave, when they were found or made. */
  readonly outsiders = new Set<number>();
  /** Entries that their contact does not show: it writes their URNs in another way. */
  readonly unshown = new Set<number>();
  /** How many get URNs that others may have. Only a run that writes looks. */
  perhapsTaken = 0;
  readonly #limiter: Limiter;
  /** By index in the list; undefined if it is open. */
  readonly #places: (Place | undefined)[];
  readonly #items: (BulkItem | BulkFailure | PassedOver | undefined)[];
  /** Keys of contacts that were partly written before it stopped. */
  readonly #begun = new Map<number, BulkItem>();
  readonly #clashes: Clashes;
  /** Entries that failed because of one. Those that had failed before keep their reason. */
  readonly #clashed = new Set<number>();
  readonly #inactive = new Map<number, NonNullable<BulkResult['inactive']>[number]>();
  /** True if nothing is written, only reported. */
  readonly #isPlan: boolean;

  constructor(
    total: number,
    limiter: Limiter,
    { dryRun = false, duplicates }: Pick<Settings, 'dryRun' | 'duplicates'> = {},
  ) {
    this.total = total;
    this.takes = duplicates;
    this.#isPlan = dryRun;
    this.#clashes = new Clashes(duplicates);
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
    const { index } = item;
    this.#wrote(item);
    if (this.isOpen(index)) this.#begun.set(index, item);
    // One of its groups was refused, while another one was entered.
    else if (this.#places[index] === 'failed') {
      this.#items[index] = { ...(this.#items[index] as BulkFailure), ...item };
    }
  }

  fail(item: BulkItem & { holder?: string }, { code, description, fix, outcome }: Reason): void {
    if (outcome === 'unknown') {
      this.hasUnknown = true;
      this.#clashes.perhapsWrote(item.index);
    }
    const begun = this.#begun.get(item.index);
    this.#close('failed', { ...begun, ...item, code, description, fix });
  }

  /**
   * Entries that are one contact in RapidPro fail, whatever was reported before. What was written for them is reported at
   * the end, when it is certain.
   */
  clash(indexes: Iterable<number>): void {
    for (const index of this.#clashes.add(indexes)) {
      const place = this.#places[index];
      const item = this.#items[index] as BulkItem;
      if (place === 'failed') {
        // What an earlier run wrote of it is not known.
        if (item.earlier) this.#clashes.perhapsWrote(index);
        else if (item.changed) this.#clashes.wrote(item);
        continue;
      }
      const isWritten = place === 'created' || place === 'updated';
      const written = isWritten ? item : this.#begun.get(index);
      if (written && !this.#isPlan) this.#clashes.wrote(written);
      if (place) this.done--;
      this.#places[index] = undefined;
      // What is said of it is certain only at the end.
      this.#clashed.add(index);
      this.#close('failed', { index, code: 'CONTACT_CLASH', description: '', fix: '' });
    }
  }

  /**
   * Does something for one contact, and sorts out what goes wrong. Returns that.
   *
   * @param work - returns what went wrong in a part of it and is sorted out, if anything
   */
  async attempt({ index, uuid }: BulkItem, work: () => Promise<unknown>): Promise<unknown> {
    try {
      const error = await work();
      if (error instanceof Error) return error;
      this.#limiter.wentWell();
    } catch (error) {
      this.failWith({ index, ...(uuid === undefined ? {} : { uuid }) }, error);
      return error;
    }
    return undefined;
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
    // The code is only about the last attempt.
    if (isUnknown) this.fail(item, unknownReason(error));
    // Both contacts are needed to decide whose number it is.
    else if (error.code === 'URN_TAKEN' && typeof error.details?.holder === 'string')
      this.fail({ ...item, holder: error.details.holder }, error);
    // Otherwise, nothing was done, and it is left for the next run.
    else if (!concernsAll) this.fail(item, error);
  }

  /** Notes that an entry does not count, because another one is the same contact. */
  passOver(passed: PassedOver): void {
    this.#close('passedOver', passed);
  }

  isPassedOver(index: number): boolean {
    return this.#places[index] === 'passedOver';
  }

  isUntouched(index: number): boolean {
    return this.isOpen(index) && !this.#begun.has(index);
  }

  get passedOver(): PassedOver[] {
    return this.indexes('passedOver').map(index => this.#items[index] as PassedOver);
  }

  /** The contact of an entry that is done, or undefined. */
  uuidOf(index: number): string | undefined {
    const isKnown = this.isDone(index) && !this.isPassedOver(index);
    return isKnown ? (this.#items[index] as BulkItem).uuid : undefined;
  }

  /** Notes whether the contact of an entry is stopped, blocked or archived. Another one may turn out to be its contact. */
  noteInactive(index: number, uuid: string, status: string | undefined): void {
    if (status === undefined) this.#inactive.delete(index);
    else this.#inactive.set(index, { index, uuid, status });
  }

  /** True if something failed for a temporary reason, and may work later. */
  get hasPassing(): boolean {
    if (this.isRemovalStopped) return true;
    return this.indexes('failed').some(index => {
      const { code } = this.#items[index] as BulkFailure;
      // The next run must know what must not be repeated. URNs stay hidden.
      if (code === 'OUTCOME_UNKNOWN' || code === 'ANONYMOUS_WORKSPACE') return false;
      return reachOf({ code }) !== 'one';
    });
  }

  /** The positions of entries with the same result, in order. */
  indexes(place: Place, code?: string): number[] {
    const isMeant = (index: number) =>
      code === undefined || (this.#items[index] as BulkFailure).code === code;
    return this.#places.flatMap((one, index) => (one === place && isMeant(index) ? [index] : []));
  }

  result(): BulkResult {
    const result: BulkResult = {
      created: [],
      updated: [],
      unchanged: [],
      failed: [],
      notAttempted: [],
    };
    const { failed, notAttempted } = result;
    for (let index = 0; index < this.total; index++) {
      const place = this.#places[index];
      const item = this.#items[index];
      if (!place) notAttempted.push(this.#begun.get(index) ?? { index });
      else if (place === 'failed') failed.push(this.#reported(item as BulkFailure));
      else if (place !== 'passedOver') result[place].push(item as BulkItem);
    }
    const { passedOver } = this;
    const { stopped } = this.#limiter;
    return {
      ...result,
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
    // A clash was found while it was being written.
    if (!this.isOpen(item.index)) this.#clashes.wrote(item);
  }

  #reported(failure: BulkFailure): BulkFailure {
    const { index } = failure;
    return this.#clashed.has(index) ? this.#clashes.report(index) : failure;
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

/** What is said about a contact that may have been written before an attempt finally failed. */
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

function reasonOf({ code, description, fix, retryAfter }: RapidProError) {
  return { code, description, fix, ...(retryAfter === undefined ? {} : { retryAfter }) };
}
