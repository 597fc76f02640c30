import { RapidProError } from '../../client/errors.js';
import type { BulkFailure, BulkItem, BulkResult } from '../../types/bulk.js';
import type { Gate } from './gate.js';
import { Halt } from './gate.js';

/** Errors that the next contact would meet as well: it makes no sense to go on. */
const FOR_ALL = new Set([
  'RATE_LIMITED',
  'INVALID_TOKEN',
  'MISSING_TOKEN',
  'PERMISSION_DENIED',
  'WORKSPACE_SUSPENDED',
  'NOT_RAPIDPRO',
  'NOT_OFFERED',
  'REDIRECTED',
  'METHOD_NOT_ALLOWED',
  'HOST_NOT_FOUND',
  'CONNECTION_REFUSED',
  'INSECURE_CONNECTION',
]);

/** Errors of the server or of the way to it, which may be about one contact or about all. */
const TROUBLES = new Set([
  'SERVER_ERROR',
  'SERVER_UNAVAILABLE',
  'CONNECTION_LOST',
  'TIMEOUT',
  'INVALID_RESPONSE',
  'RESPONSE_TOO_LARGE',
  'OUTCOME_UNKNOWN',
]);

const OPEN = 0;
const DONE = 1;
const FAILED = 2;

type Place = 'created' | 'updated' | 'unchanged' | 'failed';

/** Where each contact of the list ends: in exactly one place. */
export class Outcome {
  readonly created: BulkItem[] = [];
  readonly updated: BulkItem[] = [];
  readonly unchanged: BulkItem[] = [];
  readonly failed: BulkFailure[] = [];
  readonly total: number;
  readonly #gate: Gate;
  readonly #settled: Uint8Array;
  /** Keys of contacts that were written in part before it stopped. */
  readonly #begun = new Map<number, BulkItem>();

  constructor(total: number, gate: Gate) {
    this.total = total;
    this.#gate = gate;
    this.#settled = new Uint8Array(total);
  }

  get done(): number {
    return this.created.length + this.updated.length + this.unchanged.length + this.failed.length;
  }

  isOpen(index: number): boolean {
    return this.#settled[index] === OPEN;
  }

  isDone(index: number): boolean {
    return this.#settled[index] === DONE;
  }

  settle(place: Exclude<Place, 'failed'>, item: BulkItem): void {
    if (this.#close(item.index, DONE)) this[place].push(item);
  }

  /** What was written of a contact that is not finished. */
  begin(item: BulkItem): void {
    this.#begun.set(item.index, item);
  }

  fail(item: BulkItem, { code, description, fix }: Reason): void {
    const begun = this.#begun.get(item.index);
    const whole = { ...begun, ...item, code, description, fix };
    if (this.#close(item.index, FAILED)) this.failed.push(whole);
  }

  /** Sorts out what an error means: for this contact, or for all that follow. */
  failWith(item: BulkItem, error: unknown): void {
    if (error instanceof Halt) return;
    if (!(error instanceof RapidProError)) throw error;
    // Nothing was done, or what was done can be done again: it is left for the next run.
    if (FOR_ALL.has(error.code)) {
      this.#gate.stop(error, { concernsAll: true });
      return;
    }
    if (TROUBLES.has(error.code)) this.#gate.wentWrong(error);
    else this.#gate.wentWell();
    this.fail(item, error);
  }

  result(): BulkResult {
    const notAttempted: BulkItem[] = [];
    for (let index = 0; index < this.total; index++) {
      if (this.isOpen(index)) notAttempted.push(this.#begun.get(index) ?? { index });
    }
    const { stopped } = this.#gate;
    const byIndex = <T extends BulkItem>(items: T[]) => items.sort((a, b) => a.index - b.index);
    return {
      created: byIndex(this.created),
      updated: byIndex(this.updated),
      unchanged: byIndex(this.unchanged),
      failed: byIndex(this.failed),
      notAttempted,
      ...(stopped && notAttempted.length > 0 ? { stopped: reasonOf(stopped) } : {}),
    };
  }

  #close(index: number, how: number): boolean {
    if (!this.isOpen(index)) return false;
    this.#settled[index] = how;
    this.#begun.delete(index);
    return true;
  }
}

/** Why a contact failed. */
export type Reason = Pick<RapidProError, 'code' | 'description' | 'fix'>;

function reasonOf({ code, description, fix, retryAfter }: RapidProError) {
  return { code, description, fix, ...(retryAfter === undefined ? {} : { retryAfter }) };
}
