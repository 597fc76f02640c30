import type { Configuration } from '../configuration.js';
import { DEFAULT_MAX_WAIT, DEFAULT_TIMEOUT } from '../defaults.js';
import { changed, RapidProError } from '../errors/errors.js';
import { type Failure, mayBeDone } from '../errors/failure.js';
import { networkFailure } from '../errors/networkErrors.js';
import { outcomeUnknown } from '../errors/outcome.js';
import { guardOf, type SecretGuard } from '../input/secrets.js';
import type { Dialect } from '../resources.js';
import { readAnswer } from './answer.js';
import { type Clock, systemClock } from './clock.js';
import { Deadline } from './deadline.js';
import { type ApiRequest, type ApiResponse, encodeBody, encodeTarget } from './request.js';
import { decide } from './retry.js';
import { transmit, type Wire } from './transport.js';
import type { SharedWaits } from './windowWaits.js';

export interface ClientOptions {
  /** Seconds for one request; Default: 60. */
  timeout?: number | undefined;
  /** Seconds of waiting in one operation, all its requests together; Default: 60. */
  maxWait?: number | undefined;
  /** Seconds from now until all must be done. Default: none. */
  deadline?: number | undefined;
  /** When a group or field was last made, in milliseconds, as far as is known. */
  madeOn?: number | undefined;
  clock?: Clock;
  /** Called when a longer wait begins. */
  onWait?: (seconds: number, reason: Failure['kind']) => void;
}

/** The shortest time for a request, in seconds, however near the deadline. */
const SHORTEST = 0.05;
/** Seconds until RapidPro's engine surely knows a new group or field. */
const NEW_FOR = 6;

/** Whether a request makes a group or a field, which the engine sees seconds later. */
function makesObjects({ method, path, query }: ApiRequest): boolean {
  return method === 'POST' && (path === 'groups' || path === 'fields') && !query;
}

/** A request as it goes over the wire, each time that it does. */
type Prepared = Omit<Wire, 'deadline'> & { repeatable: boolean };

/** What one attempt came to. */
type Attempt =
  | { response: Omit<ApiResponse, 'repeated'> }
  | { error: RapidProError; failure: Failure | undefined };

function failureOf(
  statusCode: number,
  retryAfter: number | undefined,
  request: ApiRequest,
  repeatable: boolean,
): Failure | undefined {
  if (statusCode === 429) return { kind: 'throttled', retryAfter };
  if (statusCode === 500 && request.referencesGroupsOrFields && repeatable)
    return { kind: 'unready' };
  return statusCode >= 502 && statusCode <= 504 ? { kind: 'ambiguous', retryAfter } : undefined;
}

/**
 * The thin HTTP client, made for each operation: it sends one request at a time, tries again
 * what is safe to try again, and counts. It knows nothing of state or jobs.
 */
export class Client {
  /** Requests put on the wire so far, repeated ones included. */
  requests = 0;
  /** Bytes of good answers read so far, unzipped. */
  received = 0;
  /** Seconds waited so far. */
  waited = 0;
  /** True if an earlier attempt at the current request may have done the work. */
  repeated = false;
  /** True if a group or field has been made. */
  madeObjects = false;
  /** The server's own time in its last answer, in milliseconds; undefined if it gave none. */
  serverTime: number | undefined;
  /** Which line of servers answered, once one has. */
  dialect: Dialect | undefined;
  /** The last request that was answered. */
  last: { method: string; path: string; statusCode: number } | undefined;

  /** Scheme, host and port of the server. */
  readonly origin: string;
  /** Host, port and path: what stays the same where http becomes https, or the token is another. */
  readonly server: string;
  readonly timeout: number;
  readonly maxWait: number;
  readonly clock: Clock;
  /** Finds the secrets of the credential in what is to be sent. */
  readonly secrets: SecretGuard;
  readonly #configuration: Configuration;
  readonly #onWait: NonNullable<ClientOptions['onWait']>;
  /** Milliseconds since 1970; infinite where there is no deadline. */
  readonly #end: number;
  readonly #madeOn: number;

  constructor(configuration: Configuration, options: ClientOptions = {}) {
    this.#configuration = configuration;
    this.secrets = guardOf(configuration);
    this.origin = configuration.origin;
    this.server = new URL(configuration.basePath, configuration.origin).href.replace(/^\w+:/, '');
    this.timeout = options.timeout ?? DEFAULT_TIMEOUT;
    this.maxWait = options.maxWait ?? DEFAULT_MAX_WAIT;
    this.clock = options.clock ?? systemClock;
    this.#onWait = options.onWait ?? (() => {});
    this.#madeOn = options.madeOn ?? 0;
    const { deadline } = options;
    this.#end = deadline === undefined ? Infinity : this.clock.now() + deadline * 1000;
  }

  /**
   * Sends a request and gives its answer.
   *
   * @throws RapidProError for whatever is not a success
   */
  async request(request: ApiRequest): Promise<ApiResponse> {
    const repeatable = request.repeatable ?? request.method !== 'POST';
    const wire = this.#prepare(request, repeatable);
    this.repeated = false;
    if (request.referencesGroupsOrFields && !repeatable) await this.#waitForNewObjects();
    for (let attempts = 1; ; attempts++) {
      const attempt = await this.#attempt(request, wire);
      if ('response' in attempt) return { ...attempt.response, repeated: this.repeated };
      const { failure, error } = attempt;
      if (failure === undefined) {
        // A deletion whose first attempt was lost finds nothing left to delete.
        if (this.repeated && request.method === 'DELETE' && error.code === 'NOT_FOUND') {
          return { statusCode: 204, body: null, repeated: true };
        }
        throw this.#lastError(error, request, repeatable);
      }
      const { waited } = this;
      const maxWait = Math.min(this.maxWait, waited + this.#secondsLeft());
      const random = this.clock.random();
      const decision = decide({ failure, attempts, repeatable, waited, maxWait, random });
      if ('giveUp' in decision) throw this.#lastError(error, request, repeatable);
      this.repeated ||= mayBeDone(failure);
      this.#onWait(decision.wait, failure.kind);
      await this.clock.sleep(decision.wait);
      this.waited += decision.wait;
    }
  }

  /** The error of the last attempt, with the outcome of all of them. */
  #lastError(error: RapidProError, { method }: ApiRequest, repeatable: boolean): RapidProError {
    const outcome = this.repeated ? 'unknown' : error.outcome;
    if (method === 'GET')
      return outcome === 'unknown' ? changed(error, { outcome: 'none' }) : error;
    if (outcome === 'unknown' && !repeatable) return outcomeUnknown(error);
    return outcome === error.outcome ? error : changed(error, { outcome });
  }

  /** True if the deadline has come, or is so near that nothing more can be done. */
  get isLate(): boolean {
    return this.#secondsLeft() <= SHORTEST;
  }

  /**
   * Whether an error ends a reading that may go on later: the rate limit, or a request that the
   * deadline cut short, which is not a failure of the server.
   */
  isStopped(error: unknown): error is RapidProError {
    if (!(error instanceof RapidProError)) return false;
    return error.code === 'RATE_LIMITED' || (error.code === 'TIMEOUT' && this.isLate);
  }

  #secondsLeft(): number {
    return this.#end === Infinity ? Infinity : (this.#end - this.clock.now()) / 1000;
  }

  /** What cannot be repeated waits until the engine knows a group or field that was just made. */
  async #waitForNewObjects(): Promise<void> {
    const seconds = NEW_FOR - (this.clock.now() - this.#madeOn) / 1000;
    if (this.#madeOn === 0 || seconds <= 0 || seconds > NEW_FOR) return;
    this.#onWait(seconds, 'unready');
    await this.clock.sleep(seconds);
    this.waited += seconds;
  }

  #prepare(request: ApiRequest, repeatable: boolean): Prepared {
    const { origin, basePath, token } = this.#configuration;
    const url = `${origin}${basePath}${encodeTarget(request)}`;
    const body = encodeBody(request);
    this.secrets.checkRequest(request, url, typeof body === 'string' ? body : undefined);
    return {
      url,
      method: request.method,
      token,
      body,
      freshConnection: !repeatable || request.path.endsWith('_actions'),
      repeatable,
    };
  }

  /** Another client for the same server, for requests side by side that wait together. */
  beside(waits: SharedWaits): Client {
    return new Client(this.#configuration, {
      timeout: this.timeout,
      maxWait: this.maxWait,
      ...(this.#end === Infinity ? {} : { deadline: this.#secondsLeft() }),
      clock: waits.clock,
      onWait: (seconds, reason) => {
        if (!waits.isWaiting) this.#onWait(seconds, reason);
      },
    });
  }

  async #attempt(request: ApiRequest, wire: Prepared): Promise<Attempt> {
    const seconds = Math.min(this.timeout, Math.max(this.#secondsLeft(), SHORTEST));
    const deadline = new Deadline(seconds);
    try {
      this.requests++;
      const answer = await deadline.limit(transmit({ ...wire, deadline }));
      const reading = await readAnswer(answer, request, this.#configuration, this.clock.now());
      const { statusCode, body, error, broken, retryAfter } = reading;
      this.received += reading.size;
      this.serverTime = reading.serverTime;
      this.dialect = reading.dialect ?? this.dialect;
      this.last = { method: request.method, path: request.path, statusCode };
      if (!error) {
        this.madeObjects ||= makesObjects(request);
        return { response: { statusCode, body } };
      }
      return {
        error,
        failure: broken
          ? { kind: 'ambiguous' }
          : failureOf(statusCode, retryAfter, request, wire.repeatable),
      };
    } catch (thrown) {
      if (thrown instanceof RapidProError) return { error: thrown, failure: undefined };
      return networkFailure(thrown, seconds);
    } finally {
      deadline.clear();
    }
  }
}
