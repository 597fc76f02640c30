import { BAD_GATEWAY_PAGE } from './core/html.js';
import type { Incoming } from './core/incoming.js';
import { type WireFault, withFault } from './wire-fault.js';

/**
 * What goes wrong:
 * - `reset`: the connection is torn down instead of an answer;
 * - `stall`: no answer comes, for good or for `milliseconds`;
 * - `truncate`: half of the body comes, then the connection ends;
 * - `drip`: the answer comes in small pieces, `milliseconds` apart;
 * - `drop-keep-alive`: the answer is whole, and right after it the connection is closed without a word;
 * - `bad-gateway`: a proxy's 502, a page in HTML;
 * - `throttle`: a 429, with `Retry-After` where `retryAfter` is given;
 * - `garbled`: 200, and JSON that breaks off.
 */
export type FaultKind =
  | 'reset'
  | 'stall'
  | 'truncate'
  | 'drip'
  | 'drop-keep-alive'
  | 'bad-gateway'
  | 'throttle'
  | 'garbled';

export interface FaultOrder {
  kind: FaultKind;
  /** Which requests; all if left out. */
  when?: {
    method?: string;
    /** An endpoint's name, such as `contacts`, or a pattern for the path. */
    path?: string | RegExp;
    /** Only from the nth such request on, counted from 1 at the time of the order. */
    nth?: number;
  };
  /** Whether the server has done the work when the fault strikes. Default `before`: it has not. */
  strikes?: 'before' | 'after';
  /** How often. Default once. */
  times?: number;
  /** Seconds in the `Retry-After` of a `throttle`; none if left out. */
  retryAfter?: number;
  /** The length of a `stall` (default: for good), the pause of a `drip` (default 2). */
  milliseconds?: number;
}

interface Standing {
  order: FaultOrder;
  met: number;
  left: number;
}

/** Faults that were ordered, and how often each still strikes. */
export class Faults {
  #standing: Standing[] = [];

  order(order: FaultOrder): void {
    this.#standing.push({ order, met: 0, left: order.times ?? 1 });
  }

  /** Lets a request be answered, with a fault where one was ordered for it. */
  async around(incoming: Incoming, work: () => Promise<Response>): Promise<Response> {
    const order = this.#next(incoming);
    if (!order) return work();
    const keepsAnswer = ['drip', 'truncate', 'drop-keep-alive'].includes(order.kind);
    const done = order.strikes === 'after' || keepsAnswer ? await work() : undefined;
    return strike(order, done, work);
  }

  #next(incoming: Incoming): FaultOrder | undefined {
    let struck: FaultOrder | undefined;
    for (const one of this.#standing) {
      if (!matches(one.order, incoming)) continue;
      one.met++;
      if (struck || one.left <= 0 || one.met < (one.order.when?.nth ?? 1)) continue;
      one.left--;
      struck = one.order;
    }
    this.#standing = this.#standing.filter(one => one.left > 0);
    return struck;
  }
}

function matches({ when = {} }: FaultOrder, { method, path }: Incoming): boolean {
  const { path: wanted } = when;
  const name = /^\/api\/v2\/([a-z_]+)(\.json)?\/?$/.exec(path)?.[1];
  const onPath =
    wanted instanceof RegExp ? wanted.test(path) : !wanted || [name, path].includes(wanted);
  return onPath && (!when.method || when.method === method);
}

async function strike(
  order: FaultOrder,
  done: Response | undefined,
  work: () => Promise<Response>,
): Promise<Response> {
  const { kind, milliseconds } = order;
  switch (kind) {
    case 'bad-gateway':
      return new Response(BAD_GATEWAY_PAGE, {
        status: 502,
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
  // An answer without a body has nothing to garble.
  if (done?.body === null) return done;
  const text = (await done?.text()) || '{"next":null,"previous":null,"results":[]}';
  const broken = text.slice(0, Math.max(1, Math.floor(text.length / 2)));
  return new Response(broken, {
    status: done?.status ?? 200,
    headers: { 'content-type': 'application/json' },
  });
}
