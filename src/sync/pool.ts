import type { Client } from '../client/client.js';
import type { Configuration } from '../configuration.js';
import { AbortedError, Limiter, type LimiterOptions } from './limiter.js';
import { PooledClient } from './pooledClient.js';

export interface PoolOptions extends LimiterOptions {
  configuration: Configuration;
  timeout: number;
  concurrency: number;
}

/** A few clients side by side that keep the same waits and stop together. */
export class Pool {
  readonly limiter: Limiter;
  /** For what is done one after the other, beside the others. */
  readonly reader: PooledClient;
  readonly #clients: readonly PooledClient[];

  constructor({ configuration, timeout, concurrency, ...options }: PoolOptions) {
    this.limiter = new Limiter(options);
    const { deadline } = options;
    const create = () => new PooledClient(configuration, this.limiter, { timeout, deadline });
    this.reader = create();
    this.#clients = Array.from({ length: concurrency }, create);
  }

  get requests(): number {
    return this.#all.reduce((sum, client) => sum + client.requests, 0);
  }

  get #all(): PooledClient[] {
    return [this.reader, ...this.#clients];
  }

  /** Works on the items side by side, in their order, until they are done or the limiter has stopped. */
  async each<T>(
    items: Iterable<T>,
    work: (item: T, client: PooledClient) => Promise<void>,
  ): Promise<void> {
    const queue = items[Symbol.iterator]();
    let failed = false;
    const run = async (client: PooledClient) => {
      while (!failed && !this.limiter.stopped) {
        const { value, done } = queue.next();
        if (done) return;
        try {
          await work(value, client);
        } catch (error) {
          if (error instanceof AbortedError) return;
          failed = true;
          throw error;
        }
      }
    };
    // Waits for all of them: no request may outlive the operation.
    const ends = await Promise.allSettled(this.#clients.map(run));
    for (const end of ends) if (end.status === 'rejected') throw end.reason;
  }

  /** Adds up what `state.response` reports. */
  report(to: Client): void {
    to.requests += this.requests;
    to.waited += this.limiter.waited;
    const client = this.#all.findLast(({ last }) => last);
    to.last = client?.last ?? to.last;
  }
}
