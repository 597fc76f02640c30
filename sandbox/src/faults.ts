import { resources } from '../../src/resources.js';
import { BAD_GATEWAY_PAGE } from './core/html.js';
import type { Incoming } from './core/incoming.js';
import { checkKeys, didYouMean } from './known-keys.js';
import { type WireFault, withFault } from './wire-fault.js';

/**
 * What goes wrong:
 * - `reset`: the connection is reset instead of a response;
 * - `stall`: the response never comes, or after `milliseconds`;
 * - `truncate`: the connection closes after half of the body;
 * - `drip`: the response comes in small pieces, `milliseconds` apart;
 * - `drop-keep-alive`: the connection closes right after a complete response that promised to keep it alive;
 * - `bad-gateway`: a proxy's 502, an HTML page;
 * - `gateway-timeout`: Cloudflare's 524, an HTML page;
 * - `request-timeout`: a proxy's 408, an HTML page;
 * - `server-error`: the server's own 500;
 * - `throttle`: a 429, with `Retry-After` if `retryAfter` is set;
 * - `garbled`: a 200 with incomplete JSON.
 */
export type FaultKind =
  | 'reset'
  | 'stall'
  | 'truncate'
  | 'drip'
  | 'drop-keep-alive'
  | 'bad-gateway'
  | 'gateway-timeout'
  | 'request-timeout'
  | 'server-error'
  | 'throttle'
  | 'garbled';

export interface FaultOrder {
  kind: FaultKind;
  /** Which requests. Default: all. */
  when?: {
    method?: string;
    /** An endpoint's name, such as `contacts`, a whole path, `/api/v2/contacts.json`, or a pattern for the path. */
    path?: string | RegExp;
    /** The first matching request that fails, counted from 1 since the order. Default: `1`. */
    nth?: number;
  };
  /** Whether the fault point is before the server does the work or after it. Default: `before`. */
  strikes?: 'before' | 'after';
  /** How many requests fail. Default: `1`. */
  times?: number;
  /** Seconds in the `Retry-After` header of a `throttle`. Default: no header. */
  retryAfter?: number;
  /** The length of a `stall` (default: unlimited) or the pause of a `drip` (default: `2`). */
  milliseconds?: number;
}

const KINDS: Record<FaultKind, true> = {
  reset: true,
  stall: true,
  truncate: true,
  drip: true,
  'drop-keep-alive': true,
  'bad-gateway': true,
  'gateway-timeout': true,
  'request-timeout': true,
  'server-error': true,
  throttle: true,
  garbled: true,
};

const ORDER: Record<keyof FaultOrder, true> = {
  kind: true,
  when: true,
  strikes: true,
  times: true,
  retryAfter: true,
  milliseconds: true,
};

function checkOrder(order: FaultOrder): void {
  checkKeys('The fault', order, Object.keys(ORDER));
  const { when = {} } = order;
  if (typeof when !== 'object' || when === null) {
    throw new TypeError('The fault\'s "when" must be an object.');
  }
  checkKeys('The fault\'s "when"', when, ['method', 'path', 'nth']);
  if (!Object.hasOwn(KINDS, String(order.kind))) {
    throw new TypeError(`The fault's "kind" must be one of ${Object.keys(KINDS).join(', ')}.`);
  }
  const numbers = { ...order, nth: when.nth };
  for (const key of ['times', 'retryAfter', 'milliseconds', 'nth'] as const) {
    const given: unknown = numbers[key];
    if (given !== undefined && !(typeof given === 'number' && given >= 0)) {
      throw new TypeError(`The fault's "${key}" must be a number that is not negative.`);
    }
    if (given === 0 && (key === 'times' || key === 'nth')) {
      throw new TypeError(`The fault's "${key}" counts from 1.`);
    }
  }
  checkWhen(when);
  if (order.strikes !== undefined && !['before', 'after'].includes(order.strikes)) {
    throw new TypeError('The fault\'s "strikes" must be "before" or "after".');
  }
}

const METHODS = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'HEAD', 'OPTIONS'];

const PATHS = Object.keys(resources);

/** Refuses what no request can match: the fault would wait for ever. */
function checkWhen({ method, path }: FaultOrder['when'] & {}): void {
  if (method !== undefined && !METHODS.includes(method)) {
    throw new TypeError(`The fault's "method" must be one of ${METHODS.join(', ')}.`);
  }
  if (path === undefined || path instanceof RegExp) return;
  if (typeof path !== 'string' || !(path.startsWith('/') || PATHS.includes(path))) {
    throw new TypeError(
      `The fault's "path" must be an endpoint, such as "contacts", or a path that starts with "/".${didYouMean(String(path), PATHS)}`,
    );
  }
}

interface ActiveFault {
  order: FaultOrder;
  met: number;
  left: number;
}

/** The ordered faults, and how many requests each still affects. */
export class Faults {
  #active: ActiveFault[] = [];

  /**
   * Orders a fault.
   *
   * @throws TypeError for a kind or a key that is not known.
   */
  order(order: FaultOrder): void {
    checkOrder(order);
    this.#active.push({ order, met: 0, left: order.times ?? 1 });
  }

  /** Takes back all that still wait. */
  clear(): void {
    this.#active = [];
  }

  /** Those that still wait, in the order in which they were ordered. */
  waiting(): FaultOrder[] {
    return this.#active.map(({ order, left }) => ({ ...order, times: left }));
  }

  /** Responds to a request, with a fault if one was ordered for it. */
  async around(incoming: Incoming, work: () => Promise<Response>): Promise<Response> {
    const order = this.#next(incoming);
    if (!order) return work();
    const keepsAnswer = ['drip', 'truncate', 'drop-keep-alive'].includes(order.kind);
    const done = order.strikes === 'after' || keepsAnswer ? await work() : undefined;
    return faultyResponse(order, done, work);
  }

  #next(incoming: Incoming): FaultOrder | undefined {
    let due: FaultOrder | undefined;
    for (const one of this.#active) {
      if (!matches(one.order, incoming)) continue;
      one.met++;
      if (due || one.left <= 0 || one.met < (one.order.when?.nth ?? 1)) continue;
      one.left--;
      due = one.order;
    }
    this.#active = this.#active.filter(one => one.left > 0);
    return due;
  }
}

function matches({ when = {} }: FaultOrder, { method, path }: Incoming): boolean {
  const { path: wanted } = when;
  const name = /^\/api\/v2\/([a-z_]+)(\.json)?\/?$/.exec(path)?.[1];
  const onPath =
    wanted instanceof RegExp ? wanted.test(path) : !wanted || [name, path].includes(wanted);
  return onPath && (!when.method || when.method === method);
}

/** What a proxy answers in the server's place. */
function pageOf(status: number): Response {
  return new Response(BAD_GATEWAY_PAGE, { status, headers: { 'content-type': 'text/html' } });
}

async function faultyResponse(
  order: FaultOrder,
  done: Response | undefined,
  work: () => Promise<Response>,
): Promise<Response> {
  const { kind, milliseconds } = order;
  switch (kind) {
    case 'bad-gateway':
      return pageOf(502);
    case 'gateway-timeout':
      return pageOf(524);
    case 'request-timeout':
      return pageOf(408);
    case 'server-error':
      return new Response('Server Error. Site administrators have been notified.', {
        status: 500,
        headers: { 'content-type': 'text/html' },
      });
    case 'throttle':
      return throttled(order.retryAfter);
    case 'garbled':
      return garbled(done);
    case 'stall': {
      const fault: WireFault = { kind, milliseconds };
      const late = done ?? (milliseconds === undefined ? new Response(null) : await work());
      return withFault(late, fault);
    }
    case 'reset':
      return withFault(done ?? new Response(null), { kind });
    default:
      return withFault(done ?? (await work()), { kind, milliseconds });
  }
}

function throttled(seconds: number | undefined): Response {
  const wait = seconds === undefined ? '' : ` Expected available in ${seconds} seconds.`;
  const headers = new Headers({ 'content-type': 'application/json' });
  if (seconds !== undefined) headers.set('retry-after', String(seconds));
  return new Response(JSON.stringify({ detail: `Request was throttled.${wait}` }), {
    status: 429,
    headers,
  });
}

async function garbled(done: Response | undefined): Promise<Response> {
  // A response without a body cannot be garbled.
  if (done?.body === null) return done;
  const text = (await done?.text()) || '{"next":null,"previous":null,"results":[]}';
  const broken = text.slice(0, Math.max(1, Math.floor(text.length / 2)));
  return new Response(broken, {
    status: done?.status ?? 200,
    headers: { 'content-type': 'application/json' },
  });
}
