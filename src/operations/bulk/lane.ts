import { Client } from '../../client/client.js';
import { RapidProError } from '../../client/errors.js';
import type { ApiRequest, ApiResponse } from '../../client/request.js';
import type { Configuration } from '../../configuration.js';
import { type Resource, resources } from '../../resources.js';
import { AbortedError, type Gate } from './gate.js';
import { noteUnsure } from './unsure.js';

const byPath = new Map<string, Resource>(
  Object.values(resources).map((resource: Resource) => [resource.path, resource]),
);

export interface LaneOptions {
  timeout: number;
  /** Seconds from now until no request may be under way any more. */
  deadline: number | undefined;
}

/** A client that sends one request at a time, beside others that keep the same waits. */
export class Lane extends Client {
  readonly #gate: Gate;

  constructor(configuration: Configuration, gate: Gate, { timeout, deadline }: LaneOptions) {
    let throttled = false;
    super(configuration, {
      timeout,
      deadline,
      maxWait: gate.maxWait,
      onWait: (_, reason) => {
        throttled = reason === 'throttled';
      },
      clock: {
        now: () => gate.now(),
        random: () => gate.random(),
        sleep: seconds => (throttled ? gate.hold(this.#scope, seconds) : gate.pause(seconds)),
      },
    });
    this.#gate = gate;
  }

  #scope = '';

  override async request(request: ApiRequest): Promise<ApiResponse> {
    const throttle = byPath.get(request.path)?.throttle;
    this.#scope = throttle?.[this.dialect ?? 'v9'] ?? 'v2';
    await this.#gate.enter(this.#scope);
    this.waited = this.#gate.waited;
    const isWrite = request.method !== 'GET';
    if (isWrite) this.#gate.writes++;
    try {
      return await super.request(request);
    } catch (error) {
      throw this.#sortOut(error, isWrite);
    }
  }

  /** What the deadline cut short is no failure of the server, but for a write it must be reported. */
  #sortOut(error: unknown, isWrite: boolean): unknown {
    const isLate = error instanceof RapidProError && error.code === 'TIMEOUT' && this.isLate;
    if (isLate) this.#gate.stopLate();
    const { stopped } = this.#gate;
    const isCut = stopped !== undefined && (isLate || error instanceof AbortedError);
    const isUnsure = isWrite && (isLate || this.repeated);
    if (isCut)
      return isUnsure ? noteUnsure(copyOf(stopped)) : new AbortedError(stopped.description);
    return isUnsure && error instanceof RapidProError ? noteUnsure(error) : error;
  }
}

/** The reason for all is not the error of one. */
function copyOf({ code, description, fix, retryAfter, statusCode }: RapidProError): RapidProError {
  return new RapidProError({ code, description, fix, retryAfter, statusCode });
}
