import { AsyncLocalStorage } from 'node:async_hooks';
import diagnostics from 'node:diagnostics_channel';
import { vi } from 'vitest';
import { systemClock } from '../../../src/client/clock.js';

interface Sleeper {
  until: number;
  wake(): void;
}

const running = new AsyncLocalStorage<VirtualTime>();

/**
 * The time of one trial, in which waits take no time. Many trials run side by side, each in its own.
 * A wait ends when nothing else can happen first: while a request is on its way, time stands still.
 */
export class VirtualTime {
  /** Seconds of every wait, in order. */
  waits: number[] = [];
  /** Milliseconds by which waits have moved the time. */
  ahead = 0;
  /** Requests that are on their way. */
  open = 0;
  readonly #sleepers: Sleeper[] = [];
  #isTicking = false;

  run<Result>(work: () => Promise<Result>): Promise<Result> {
    return running.run(this, work);
  }

  sleep(seconds: number): Promise<void> {
    this.waits.push(seconds);
    const until = this.ahead + seconds * 1000;
    const slept = new Promise<void>(wake => this.#sleepers.push({ until, wake }));
    if (!this.#isTicking) void this.#tick();
    return slept;
  }

  async #tick(): Promise<void> {
    this.#isTicking = true;
    while (this.#sleepers.length > 0) {
      // Once more round, for what goes on after an answer to begin.
      await turn();
      if (this.open > 0) continue;
      await turn();
      if (this.open > 0) continue;
      this.#sleepers.sort((a, b) => a.until - b.until);
      const next = this.#sleepers.shift();
      this.ahead = Math.max(this.ahead, next?.until ?? 0);
      next?.wake();
    }
    this.#isTicking = false;
  }
}

const turn = () => new Promise(resolve => setTimeout(resolve, 1));

const owners = new WeakMap<object, VirtualTime>();

diagnostics.subscribe('undici:request:create', message => {
  const time = running.getStore();
  if (!time) return;
  owners.set((message as { request: object }).request, time);
  time.open++;
});
for (const name of ['undici:request:trailers', 'undici:request:error']) {
  diagnostics.subscribe(name, message => {
    const { request } = message as { request: object };
    const time = owners.get(request);
    owners.delete(request);
    if (time) time.open--;
  });
}

/** Puts each trial's own time in place of the computer's, until the test ends. */
export function virtualTime(): void {
  vi.spyOn(systemClock, 'now').mockImplementation(
    () => Date.now() + (running.getStore()?.ahead ?? 0),
  );
  vi.spyOn(systemClock, 'random').mockReturnValue(0.5);
  vi.spyOn(systemClock, 'sleep').mockImplementation(async seconds => {
    const time = running.getStore();
    if (!time) throw new Error('a wait outside of every trial');
    await time.sleep(seconds);
  });
}
