import type { Client } from '../../client/client.js';
import type { Configuration } from '../../configuration.js';
import { AbortedError, Gate, type GateOptions } from './gate.js';
import { Lane } from './lane.js';

export interface PoolOptions extends GateOptions {
  configuration: Configuration;
  timeout: number;
  concurrency: number;
}

/** A few clients side by side that keep the same waits and stop together. */
export class Pool {
  readonly gate: Gate;
  /** For what is done one after the other, beside the others. */
  readonly reader: Lane;
  readonly #lanes: readonly Lane[];

  constructor({ configuration, timeout, concurrency, ...options }: PoolOptions) {
    this.gate = new Gate(options);
    const { deadline } = options;
    const lane = () => new Lane(configuration, this.gate, { timeout, deadline });
    this.reader = lane();
    this.#lanes = Array.from({ length: concurrency }, lane);
  }

  get requests(): number {
    return this.#all.reduce((sum, lane) => sum + lane.requests, 0);
  }

  get #all(): Lane[] {
    return [this.reader, ...this.#lanes];
  }

  /** Works on the items side by side, in their order, until they are done or the gate is shut. */
  async each<T>(items: Iterable<T>, work: (item: T, client: Lane) => Promise<void>): Promise<void> {
    const queue = items[Symbol.iterator]();
    let failed = false;
    const run = async (lane: Lane) => {
      while (!failed && !this.gate.stopped) {
        const { value, done } = queue.next();
        if (done) return;
        try {
          await work(value, lane);
        } catch (error) {
          if (error instanceof AbortedError) return;
          failed = true;
          throw error;
        }
      }
    };
    // Waits for all of them: no request may outlive the operation.
    const ends = await Promise.allSettled(this.#lanes.map(run));
    for (const end of ends) if (end.status === 'rejected') throw end.reason;
  }

  /** Adds up what `state.response` reports. */
  report(to: Client): void {
    to.requests += this.requests;
    to.waited += this.gate.waited;
    const lane = this.#all.findLast(({ last }) => last);
    to.last = lane?.last ?? to.last;
  }
}
