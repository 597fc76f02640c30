import { AsyncLocalStorage } from 'node:async_hooks';
import diagnostics from 'node:diagnostics_channel';
import { vi } from 'vitest';
import { systemClock } from '../../src/client/clock.js';
import type { Clock } from './server/time.js';

/** Something that happens at a moment of the server's clock. */
interface Event {
  /** Microseconds. */
  at: number;
  /** True for the end of a client's patience, which only an answer that does not come brings about. */
  isTimeout: boolean;
  happen(): void;
}

const running = new AsyncLocalStorage<Simulation>();
const owners = new WeakMap<object, Simulation>();
const turn = () => new Promise(resolve => setImmediate(resolve));

/**
 * The time of one run, which takes none of ours: waits, timeouts and slow servers share one clock. It
 * moves on only when nothing else can happen first, so a run comes out the same on any machine.
 */
export class Simulation {
  /** Seconds of every wait of the client, in order. */
  readonly waits: number[] = [];
  /** Requests that are on their way. */
  open = 0;
  /** Requests of which the server answers nothing more. */
  silent: () => number = () => 0;
  readonly #clock: Clock;
  readonly #behind: number;
  readonly #events = new Set<Event>();
  #slow = 0;
  #isTicking = false;

  /** @param behind - seconds by which the client's clock is behind the server's */
  constructor(clock: Clock, behind = 0) {
    this.#clock = clock;
    this.#behind = behind;
  }

  run<Result>(work: () => Promise<Result>): Promise<Result> {
    return running.run(this, work);
  }

  /** Milliseconds since 1970, for the client. */
  get now(): number {
    return this.#clock.milliseconds - this.#behind * 1000;
  }

  sleep(seconds: number): Promise<void> {
    this.waits.push(seconds);
    return this.#after(seconds);
  }

  /** A pause of the server. */
  async slow(seconds: number): Promise<void> {
    this.#slow++;
    await this.#after(seconds);
    this.#slow--;
  }

  /** Begins a timeout of the client. */
  startTimeout(happen: () => void, milliseconds: number): Event {
    const event = { at: this.#clock.micros + milliseconds * 1000, isTimeout: true, happen };
    this.#events.add(event);
    return event;
  }

  stopTimeout(event: Event): void {
    this.#events.delete(event);
  }

  /** To be called when something has come to a stop. */
  wake = (): void => {
    if (!this.#isTicking) void this.#tick();
  };

  #after(seconds: number): Promise<void> {
    const at = this.#clock.micros + Math.max(0, seconds) * 1_000_000;
    const happened = new Promise<void>(happen => {
      this.#events.add({ at, isTimeout: false, happen });
    });
    this.wake();
    return happened;
  }

  /** True where nothing happens any more but by time. */
  get #isStill(): boolean {
    return this.open <= this.silent() + this.#slow;
  }

  #next(): Event | undefined {
    const isWaiting = this.silent() + this.#slow > 0;
    const due = [...this.#events].filter(({ isTimeout }) => !isTimeout || isWaiting);
    return due.sort((a, b) => a.at - b.at)[0];
  }

  async #tick(): Promise<void> {
    this.#isTicking = true;
    while (this.#next()) {
      let still = 0;
      // Several times round: what goes on after an answer must have begun.
      while (still < 4) {
        await turn();
        still = this.#isStill ? still + 1 : 0;
      }
      const next = this.#next();
      if (!next) break;
      this.#events.delete(next);
      this.#clock.micros = Math.max(this.#clock.micros, Math.ceil(next.at));
      next.happen();
    }
    this.#isTicking = false;
  }
}

diagnostics.subscribe('undici:request:create', message => {
  const simulation = running.getStore();
  if (!simulation) return;
  owners.set((message as { request: object }).request, simulation);
  simulation.open++;
});
for (const name of ['undici:request:trailers', 'undici:request:error']) {
  diagnostics.subscribe(name, message => {
    const { request } = message as { request: object };
    const simulation = owners.get(request);
    owners.delete(request);
    if (simulation) simulation.open--;
  });
}

/** Tells whether a timer is the package's; undici and node have their own. */
function isOurs(): boolean {
  const { prepareStackTrace, stackTraceLimit } = Error;
  // Only the file of the caller is wanted: a stack as text is made with source maps, which is slow.
  Error.prepareStackTrace = (_, sites) => sites[2]?.getFileName();
  Error.stackTraceLimit = 3;
  const file: unknown = new Error().stack;
  Object.assign(Error, { prepareStackTrace, stackTraceLimit });
  return /\/src\//.test(String(file));
}

/** Puts each run's own time in the place of the computer's, until the test ends. */
export function simulateTime(): void {
  const current = () => {
    const simulation = running.getStore();
    if (!simulation) throw new Error('the clock was asked outside of every run');
    return simulation;
  };
  vi.spyOn(systemClock, 'now').mockImplementation(() => current().now);
  vi.spyOn(systemClock, 'random').mockReturnValue(0.5);
  vi.spyOn(systemClock, 'sleep').mockImplementation(seconds => current().sleep(seconds));
  const [start, stop] = [setTimeout, clearTimeout];
  const started = new WeakMap<object, Simulation>();
  vi.stubGlobal('setTimeout', (happen: () => void, milliseconds = 0, ...args: []) => {
    const simulation = running.getStore();
    if (!simulation || !isOurs()) return start(happen, milliseconds, ...args);
    const event = simulation.startTimeout(happen, milliseconds);
    started.set(event, simulation);
    return event;
  });
  vi.stubGlobal('clearTimeout', (timer: unknown) => {
    const simulation = typeof timer === 'object' && timer ? started.get(timer) : undefined;
    if (simulation) simulation.stopTimeout(timer as Event);
    else stop(timer as NodeJS.Timeout);
  });
}
