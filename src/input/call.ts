import type { Operation } from '../types/state.js';

/**
 * Calls of operations. They form a tree: below each call are the calls that its functions made. The run is the
 * root.
 */

export interface Run {
  uncalled: Set<Operation>;
  /** Uncalled operations of steps that have ended: nobody will call them. */
  left: Set<Operation>;
  told: Set<string>;
  /** Promises that the job keeps in its state, and the calls that gave them: a later step may take them. */
  kept: Set<unknown>;
  /** What calls failed with. Any other error is the job's own. */
  failures: WeakSet<object>;
  /** Has been called as soon as an operation failed. */
  letGo: (() => void) | undefined;
  isOver: boolean;
}

/** What to write instead of a call that nobody waits for. */
export const awaitIt = (name: string) =>
  `Write await before it, in a for…of loop (not forEach()): for (const item of state.data) state = await ${name}(…)(state)`;

export interface Lost {
  name: string;
  error: unknown;
}

/** A call of an operation, or the run itself. */
export class Call {
  /** Calls that its functions made, and that have not ended or still need a warning. */
  readonly below = new Set<Call>();
  /** Failures that nobody looked at, by the promise that failed. */
  readonly lost = new Map<object, unknown>();
  isOpen = true;
  /** Whether somebody took its promise, also by `await`. */
  isTaken = false;
  /** Whether it may continue after the function that called it: it has a `.catch`, or was in a race. */
  mayGoOn = false;
  /** Whether it was in a `Promise.all`, and whether one of its own calls was, and failed. */
  isInAll = false;
  hasFailedInAll = false;
  /** Resolves when RapidPro has answered. */
  answer: Promise<void> | undefined;
  #onAnswer: () => void = () => {};

  constructor(
    readonly run: Run,
    readonly name: () => string,
    readonly by?: Call,
  ) {
    this.show();
  }

  /** Makes sure that the calls above know it. */
  show(): void {
    if (this.by?.below.has(this) === false) this.by.below.add(this);
    this.by?.show();
  }

  end(): void {
    this.isOpen = false;
    if (this.isTaken) this.leaveIfDone();
  }

  leaveIfDone(): void {
    const isDone = !this.isOpen && this.below.size === 0 && this.lost.size === 0;
    if (isDone && !this.run.kept.has(this)) this.by?.below.delete(this);
  }

  lose(promise: object, error: unknown): void {
    this.lost.set(promise, error);
    this.show();
  }

  /** Whatever the job does, this ends, because each request has a deadline. */
  async whileBusy<Result>(isBusy: boolean, work: () => Result | Promise<Result>): Promise<Result> {
    const wasBusy = this.answer !== undefined;
    this.#setBusy(isBusy);
    try {
      return await work();
    } finally {
      this.#setBusy(wasBusy);
    }
  }

  #setBusy(isBusy: boolean): void {
    if (isBusy === (this.answer !== undefined)) return;
    this.#onAnswer();
    this.answer = isBusy
      ? new Promise(resolve => {
          this.#onAnswer = resolve;
        })
      : undefined;
    this.show();
  }

  /** The calls below that wait for RapidPro. */
  busy(): Call[] {
    return [...this.below].flatMap(one => (one.answer ? [one, ...one.busy()] : one.busy()));
  }

  /** The calls below that have not ended; of each branch, the outermost. */
  open(): Call[] {
    return [...this.below].flatMap(one => (one.isOpen ? [one] : one.open()));
  }

  /** The calls below that nobody waits for; of each branch, the outermost. */
  strays(): Call[] {
    return [...this.below].flatMap(one => {
      if (this.run.kept.has(one)) return [];
      if (!one.isTaken) return [one];
      if (!one.isOpen) return one.strays();
      const isBusy = one.answer !== undefined || one.busy().length > 0;
      return isBusy && !one.#isProvidedFor() ? [one] : [];
    });
  }

  /** Whether it may still be running although the job waits for it or handles it. */
  #isProvidedFor(): boolean {
    return this.mayGoOn || this.by?.hasFailedInAll === true || this.run.kept.size > 0;
  }

  /** Failures below that nobody looked at, each once. */
  takeLost(): Lost[] {
    const found = new Map<unknown, Lost>();
    for (const one of this.below) {
      for (const [promise, error] of one.lost) {
        if (this.run.kept.has(promise)) continue;
        one.lost.delete(promise);
        found.set(error, { name: one.name(), error });
      }
      for (const lost of one.takeLost()) found.set(lost.error, lost);
    }
    return [...found.values()];
  }
}
