import { FormData } from 'undici';
import type { Configuration } from '../configuration.js';
import { changed, fail, hasErrorCode, RapidProError } from '../errors/errors.js';
import { networkFailure } from '../errors/networkErrors.js';
import {
  type Failure,
  isRepeatable,
  mayBeDone,
  outcomeUnknown,
  perhapsDone,
} from '../errors/outcome.js';
import { DEFAULT_TIMEOUT } from '../input/options.js';
import { guardOf, type SecretGuard } from '../input/secrets.js';
import { type Dialect, resourceAt, type Scope } from '../resources.js';
import type { ApiRequest } from '../types/request.js';
import { readAnswer } from './answer.js';
import type { Clock } from './clock.js';
import { AbortedError, Limiter } from './limiter.js';
import { decide } from './retry.js';
import { shortHash } from './seenIds.js';
import { Deadline, transmit, type Wire } from './transport.js';

export interface ApiResponse {
  statusCode: number;
  /** The parsed JSON; null for a 204. */
  body: unknown;
  /** True if an earlier attempt at the same request may have done the work. */
  repeated: boolean;
}

interface ClientOptions {
  /** Seconds for one request. */
  timeout?: number | undefined;
  limiter?: Limiter | undefined;
}

/** What the engine sees only seconds after its creation. */
const SEEN_LATER = new Set(['groups', 'fields', 'topics']);

type Prepared = Omit<Wire, 'deadline'>;

type Attempt =
  | { response: Omit<ApiResponse, 'repeated'> }
  | { error: RapidProError; failure: Failure | undefined };

interface Course {
  /** True if an earlier attempt may have done the work. */
  repeated: boolean;
}

/** The error of the last attempt, with the outcome of all of them. */
function lastError(
  error: RapidProError,
  { method, path, query }: ApiRequest,
  repeatable: boolean,
  { repeated }: Course,
): RapidProError {
  const outcome = repeated ? 'unknown' : error.outcome;
  if (method === 'GET') return outcome === 'unknown' ? changed(error, { outcome: 'none' }) : error;
  if (outcome === 'unknown' && !repeatable) return outcomeUnknown(error, path, query !== undefined);
  return outcome === 'unknown' ? perhapsDone(error, repeated) : error;
}

/**
 * The thin HTTP client, created for each operation. It sends requests, one after the other or in parallel, repeats
 * those that are safe to repeat, and counts. It knows nothing about state or jobs.
 */
export class Client {
  /** Requests sent so far, including repeated ones. */
  requests = 0;
  /** Requests that were not reads. */
  writes = 0;
  /** Bytes of successful answers read so far, unzipped. */
  received = 0;
  /** The server's time in its last answer, in milliseconds; undefined if it sent none. */
  serverTime: number | undefined;
  /** Which line of servers it is, after the first answer. */
  dialect: Dialect | undefined;
  last: { method: string; path: string; statusCode: number } | undefined;

  readonly origin: string;
  /** Host, port and path. They stay the same if http becomes https, or the token changes. */
  readonly server: string;
  readonly ca: string | undefined;
  readonly timeout: number;
  readonly limiter: Limiter;
  /** Finds secrets of the credential in what is about to be sent. */
  readonly secrets: SecretGuard;
  readonly #configuration: Configuration;

  constructor(configuration: Configuration, options: ClientOptions = {}) {
    this.#configuration = configuration;
    this.secrets = guardOf(configuration);
    this.origin = configuration.origin;
    this.server = new URL(configuration.basePath, configuration.origin).href.replace(/^\w+:/, '');
    this.ca = configuration.ca;
    this.timeout = options.timeout ?? DEFAULT_TIMEOUT;
    this.limiter = options.limiter ?? new Limiter();
  }

  get clock(): Clock {
    return this.limiter.clock;
  }

  /**
   * Sends a request and returns its answer.
   *
   * @throws RapidProError for whatever is not a success
   */
  async request(request: ApiRequest): Promise<ApiResponse> {
    const isWrite = request.method !== 'GET';
    const course: Course = { repeated: request.repeated ?? false };
    try {
      return await unlessCanceled(this.#untilAnswered(request, course), request.canceled);
    } catch (error) {
      throw this.#sortOut(error, isWrite, course);
    }
  }

  /** Does what follows a failed write. Whatever fails then, the write may still have been done. */
  async after<Result>(written: RapidProError, work: () => Promise<Result>): Promise<Result> {
    try {
      return await work();
    } catch (thrown) {
      const error = this.reasonOf(thrown);
      const isKnown = !(error instanceof RapidProError) || error.outcome === 'unknown';
      throw isKnown || written.outcome !== 'unknown' ? error : perhapsDone(error, true);
    }
  }

  /** The cause of an error. For a request that was not sent, it is the reason why everything stopped. */
  reasonOf(error: unknown): unknown {
    return error instanceof AbortedError ? (this.limiter.stopped ?? error) : error;
  }

  async #untilAnswered(request: ApiRequest, course: Course): Promise<ApiResponse> {
    const repeatable = isRepeatable(request);
    const wire = this.#prepare(request, repeatable);
    const { limiter } = this;
    let paused = 0;
    if (request.referencesGroupsOrFields && !repeatable) await limiter.waitForNew();
    for (let attempts = 1; ; attempts++) {
      await limiter.enter(this.#scopeOf(request));
      if (request.canceled?.aborted) throw new AbortedError();
      if (attempts === 1 && request.method !== 'GET') this.writes++;
      const attempt = await this.#attempt(request, wire);
      if ('response' in attempt) return { ...attempt.response, repeated: course.repeated };
      const { failure, error } = attempt;
      if (failure === undefined) {
        // If the first attempt of a deletion got no answer, the next one may find nothing left to delete.
        if (course.repeated && request.method === 'DELETE' && error.code === 'NOT_FOUND') {
          return { statusCode: 204, body: null, repeated: true };
        }
        throw lastError(error, request, repeatable, course);
      }
      const random = this.clock.random();
      const allowance = limiter.allowance(paused);
      const decision = decide({ failure, attempts, repeatable, random, ...allowance });
      if ('giveUp' in decision) throw lastError(error, request, repeatable, course);
      course.repeated ||= mayBeDone(failure);
      const { wait } = decision;
      if (failure.kind === 'throttled') await limiter.hold(this.#scopeOf(request), wait);
      else {
        await limiter.pause(wait, failure.kind);
        paused += wait;
      }
    }
  }

  #scopeOf({ path }: ApiRequest): Scope {
    return resourceAt(path)?.throttle?.[this.dialect ?? 'v9'] ?? 'v2';
  }

  /** Tells this server and token from others. Reveals neither. */
  get account(): string {
    const { origin, basePath, token } = this.#configuration;
    return shortHash(JSON.stringify([origin, basePath, token]));
  }

  /** A stop of the operation is not a failure of the server, but for a write it must be reported. */
  #sortOut(error: unknown, isWrite: boolean, { repeated }: Course): unknown {
    const { limiter } = this;
    const isLate = hasErrorCode(error, 'TIMEOUT') && limiter.isLate;
    if (isLate) limiter.stopLate();
    const { stopped } = limiter;
    const isCut = stopped !== undefined && (isLate || error instanceof AbortedError);
    if (!isCut) return error;
    return isWrite && (isLate || repeated)
      ? changed(stopped, { outcome: 'unknown' })
      : new AbortedError(stopped.description);
  }

  #prepare(request: ApiRequest, repeatable: boolean): Prepared {
    const { origin, basePath, token, ca } = this.#configuration;
    const url = `${origin}${basePath}${encodeTarget(request)}`;
    const body = encodeBody(request);
    this.secrets.checkRequest(request, url, typeof body === 'string' ? body : undefined);
    return {
      url,
      method: request.method,
      token,
      ca,
      body,
      freshConnection: !repeatable || request.path.endsWith('_actions'),
    };
  }

  async #attempt(request: ApiRequest, wire: Prepared): Promise<Attempt> {
    const seconds = this.limiter.timeFor(this.timeout);
    const deadline = new Deadline(seconds);
    const end = () => deadline.end();
    request.canceled?.addEventListener('abort', end);
    try {
      this.requests++;
      const answer = await deadline.limit(transmit({ ...wire, deadline }));
      const reading = await readAnswer(answer, request, this.#configuration, this.clock.now());
      const { statusCode, body, error, failure } = reading;
      this.received += reading.size;
      this.serverTime = reading.serverTime;
      this.dialect = reading.dialect ?? this.dialect;
      this.last = { method: request.method, path: request.path, statusCode };
      if (!error) {
        const isNew = request.method === 'POST' && !request.query;
        if (isNew && SEEN_LATER.has(request.path)) this.limiter.noteMade();
        return { response: { statusCode, body } };
      }
      return { error, failure };
    } catch (thrown) {
      if (thrown instanceof RapidProError) return { error: thrown, failure: undefined };
      return networkFailure(thrown, seconds);
    } finally {
      request.canceled?.removeEventListener('abort', end);
      deadline.clear();
    }
  }
}

/** @throws AbortedError as soon as the signal aborts */
async function unlessCanceled<Value>(
  work: Promise<Value>,
  signal: AbortSignal | undefined,
): Promise<Value> {
  if (!signal) return work;
  let abort = () => {};
  const aborted = new Promise<never>((_, reject) => {
    abort = () => reject(new AbortedError());
    signal.addEventListener('abort', abort);
  });
  try {
    return await Promise.race([work, aborted]);
  } finally {
    signal.removeEventListener('abort', abort);
  }
}

/** RapidPro ignores a filter without a value: it would return everything, or create an object instead of changing one. */
function refuseEmptyFilter(path: string, key: string, items: readonly unknown[]): void {
  const { filters = {}, lookups = [] } = resourceAt(path) ?? {};
  const isFilter = Object.hasOwn(filters, key) || lookups.includes(key);
  if (!isFilter || (items.length > 0 && !items.includes(''))) return;
  throw fail(
    'INVALID_FILTER',
    `The filter "${key}" is empty.`,
    'Nothing was sent. Check the data that it comes from.',
  );
}

/** Writes a query as RapidPro reads it: `+`, `&` and `#` encoded, lists repeated. */
function encodeQuery({ path, query }: Pick<ApiRequest, 'path' | 'query'>): string {
  const params = new URLSearchParams();
  for (const [key, value] of Object.entries(query ?? {})) {
    if (value === undefined) continue;
    const items = Array.isArray(value) ? value : [value];
    refuseEmptyFilter(path, key, items);
    for (const item of items) params.append(key, String(item));
  }
  const text = params.toString();
  return text === '' ? '' : `?${text}`;
}

/**
 * Writes the part after `/api/v2/` in the address. The token goes there, so it must be an endpoint.
 *
 * @throws RapidProError `INVALID_PATH`, `INVALID_FILTER`
 */
export function encodeTarget(request: Pick<ApiRequest, 'path' | 'query'>): string {
  const { path } = request;
  if (/^[a-z_]+$/.test(path)) return `${path}.json${encodeQuery(request)}`;
  throw fail(
    'INVALID_PATH',
    'The path is not an endpoint.',
    'Write only the endpoint, such as "contacts".',
  );
}

/**
 * The body as it is sent: JSON, or a form with a file.
 *
 * @throws RapidProError `INVALID_INPUT`
 */
function encodeBody({ body, file }: ApiRequest): string | FormData | undefined {
  if (file) {
    const form = new FormData();
    form.set('file', new Blob([file.bytes], { type: file.type }), file.filename);
    return form;
  }
  if (body === undefined) return undefined;
  try {
    return JSON.stringify(body);
  } catch (cause) {
    throw fail(
      'INVALID_INPUT',
      'The body cannot be written as JSON. Nothing was sent.',
      'Remove values that contain themselves, and write a BigInt as text.',
      { cause },
    );
  }
}
