import { Client } from '../client/client.js';
import type { ApiRequest, ApiResponse } from '../client/request.js';
import type { Configuration } from '../configuration.js';
import { changed, RapidProError } from '../errors/errors.js';
import { type Resource, resources } from '../resources.js';
import { AbortedError, type Limiter } from './limiter.js';

const byPath = new Map<string, Resource>(
  Object.values(resources).map((resource: Resource) => [resource.path, resource]),
);

export interface PooledClientOptions {
  timeout: number;
  /** Seconds from now until no request may be under way any more. */
  deadline: number | undefined;
}

/** A client that sends one request at a time, beside others that keep the same waits. */
export class PooledClient extends Client {
  readonly #limiter: Limiter;

  constructor(
    configuration: Configuration,
    limiter: Limiter,
    { timeout, deadline }: PooledClientOptions,
  ) {
    let throttled = false;
    super(configuration, {
      timeout,
      deadline,
      maxWait: limiter.maxWait,
      onWait: (_, reason) => {
        throttled = reason === 'throttled';
      },
      clock: {
        now: () => limiter.now(),
        random: () => limiter.random(),
        sleep: seconds => (throttled ? limiter.hold(this.#scope, seconds) : limiter.pause(seconds)),
      },
    });
    this.#limiter = limiter;
  }

  #scope = '';

  override async request(request: ApiRequest): Promise<ApiResponse> {
    const throttle = byPath.get(request.path)?.throttle;
    this.#scope = throttle?.[this.dialect ?? 'v9'] ?? 'v2';
    await this.#limiter.enter(this.#scope);
    this.waited = this.#limiter.waited;
    const isWrite = request.method !== 'GET';
    if (isWrite) this.#limiter.writes++;
    try {
      return await super.request(request);
    } catch (error) {
      throw this.#sortOut(error, isWrite);
    }
  }

  /** What the deadline cut short is no failure of the server, but for a write it must be reported. */
  #sortOut(error: unknown, isWrite: boolean): unknown {
    const isLate = error instanceof RapidProError && error.code === 'TIMEOUT' && this.isLate;
    if (isLate) this.#limiter.stopLate();
    const { stopped } = this.#limiter;
    const isCut = stopped !== undefined && (isLate || error instanceof AbortedError);
    if (!isCut) return error;
    return isWrite && (isLate || this.repeated)
      ? changed(stopped, { outcome: 'unknown' })
      : new AbortedError(stopped.description);
  }
}
