import { Client } from '../../client/client.js';
import type { ApiRequest, ApiResponse } from '../../client/request.js';
import type { Configuration } from '../../configuration.js';
import { type Resource, resources } from '../../resources.js';
import type { Gate } from './gate.js';

const byPath = new Map<string, Resource>(
  Object.values(resources).map((resource: Resource) => [resource.path, resource]),
);

/** A client that sends one request at a time, beside others that keep the same waits. */
export class Lane extends Client {
  readonly #gate: Gate;

  constructor(configuration: Configuration, gate: Gate, timeout: number) {
    let throttled = false;
    super(configuration, {
      timeout,
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
    if (request.method !== 'GET') this.#gate.writes++;
    return super.request(request);
  }
}
