import { EventEmitter } from 'node:events';
import tls, { type SecureContext } from 'node:tls';
import { Agent, buildConnector, DecoratorHandler, type Dispatcher, type FormData } from 'undici';
import { NotConnected, ProxyFailure } from '../errors/networkErrors.js';
import { USER_AGENT } from '../version.js';
import { MAX_BODY } from './body.js';
import { type ForwardProxy, openTunnel, placeOf, proxyFor, wholeAddress } from './proxy.js';

/** Node 22 and newer tell which authorities they trust, with those of NODE_EXTRA_CA_CERTS. */
const { getCACertificates } = tls as { getCACertificates?: (kind: 'default') => string[] };

/** A run has a credential or two. */
const MOST_KEPT = 10;
const kept = new Map<string, SecureContext>();

/**
 * The authorities for a server's certificate: the public ones and one more. Creating it takes a tenth of a second, so
 * it is done once. It contains nothing secret.
 *
 * @param ca - certificates from the credential; without any, Node.js decides
 */
export function trusting(ca: string | undefined): { secureContext?: SecureContext } {
  if (ca === undefined) return {};
  const known = kept.get(ca);
  if (known) return { secureContext: known };
  const all = getCACertificates?.('default') ?? tls.rootCertificates;
  const secureContext = tls.createSecureContext({ ca: [...all, ca] });
  if (kept.size >= MOST_KEPT) kept.clear();
  kept.set(ca, secureContext);
  return { secureContext };
}

/** Seconds for making a connection. */
const CONNECT_TIMEOUT = 10;

/** A route to a server: how its certificate is checked, and its proxy. */
interface Way {
  ca: string | undefined;
  proxy: ForwardProxy | undefined;
  /** Whether the proxy opens a tunnel to the server. Otherwise, it reads the requests. */
  isTunnel: boolean;
  /** True for a socket with a single request, so that no earlier request can break it. */
  isFresh: boolean;
}

type Connector = ReturnType<typeof buildConnector>;

/** Without a connection, nothing was sent. So its errors differ from those of an open connection. */
function orFailure(connect: Connector, toFailure: (cause: Error) => Error): Connector {
  return (options, callback) =>
    connect(options, (...[error, socket]) =>
      error ? callback(toFailure(error), null) : callback(null, socket),
    );
}

/** Connects through a tunnel, which only https uses. Inside it, the server's certificate is checked as without a proxy. */
function throughTunnel(proxy: ForwardProxy, connect: Connector): Connector {
  return (options, callback) => {
    const { hostname, port } = options;
    const name = hostname.includes(':') ? `[${hostname}]` : hostname;
    openTunnel(proxy, `${name}:${port || 443}`).then(
      httpSocket => connect({ ...options, httpSocket } as typeof options, callback),
      error => callback(error, null),
    );
  };
}

function connectorOf({ ca, proxy, isTunnel }: Way): Connector {
  const connect = buildConnector({ timeout: CONNECT_TIMEOUT * 1000, ...trusting(ca) });
  if (!proxy) return connect;
  if (!isTunnel) {
    const { servername } = placeOf(proxy);
    const toProxy: Connector = (options, callback) => connect({ ...options, servername }, callback);
    return orFailure(toProxy, cause => new ProxyFailure(undefined, cause));
  }
  return throughTunnel(
    proxy,
    orFailure(connect, cause => new NotConnected(cause)),
  );
}

function makeAgent(way: Way): Agent {
  return new Agent({
    connect: connectorOf(way),
    // They are closed after a second, before the server does it: if a request fails on a socket that is just being
    // closed, nobody knows whether it was read.
    ...(way.isFresh ? { pipelining: 0 } : { keepAliveTimeout: 1000, keepAliveMaxTimeout: 1000 }),
  });
}

/** Routes in use: usually two in a run. */
const MOST_AGENTS = 20;

/**
 * All operations of a run share sockets for the same route. Sockets hold no RapidPro credential: the token goes with
 * each request.
 */
const agents = new Map<string, Agent>();

function agentFor(way: Way): Agent {
  const { ca, proxy, isTunnel, isFresh } = way;
  const key = JSON.stringify([ca, proxy?.origin, proxy?.authorization, isTunnel, isFresh]);
  const known = agents.get(key);
  if (known) return known;
  const [oldest] = agents;
  if (oldest && agents.size >= MOST_AGENTS) {
    agents.delete(oldest[0]);
    oldest[1].close().catch(() => {});
  }
  const made = makeAgent(way);
  agents.set(key, made);
  return made;
}

/** Where a request goes: an encrypted one to its server, a plain one as a whole to the proxy. */
function addressOf(url: URL, proxy: ForwardProxy | undefined) {
  if (proxy && url.protocol === 'http:') {
    return { origin: proxy.origin, ...wholeAddress(url, proxy) };
  }
  return { origin: url.origin, path: `${url.pathname}${url.search}`, headers: {} };
}

type Handler = Dispatcher.DispatchHandler;
type OnStart = Required<Handler>['onRequestStart'];

/** A method that undici's types do not declare. */
const Decorator = DecoratorHandler as unknown as new (
  handler: Handler,
) => Omit<Handler, 'onRequestStart'> & { onRequestStart(...given: Parameters<OnStart>): void };

/** Calls back when a request is written to a connection. Before that, nothing was sent. */
class StartWatch extends Decorator {
  constructor(
    handler: Handler,
    readonly onStart: () => void,
  ) {
    super(handler);
  }

  override onRequestStart(...given: Parameters<OnStart>) {
    this.onStart();
    super.onRequestStart(...given);
  }
}

/** The longest time of Node.js timers, in milliseconds. */
const LONGEST_TIMER = 2 ** 31 - 1;

/**
 * Ends a request that takes too long in total, even if bytes keep coming. undici accepts an emitter of `abort`
 * instead of an AbortSignal, which makes long lists several percent faster.
 */
export class Deadline extends EventEmitter {
  /** What undici then throws. */
  reason: Error | undefined;
  /** Who caused the delay, if time is up now; undefined: the server. */
  blame: ((silence: Error) => Error) | undefined;
  readonly #timer: NodeJS.Timeout;

  constructor(seconds: number) {
    super();
    const milliseconds = Math.min(seconds * 1000, LONGEST_TIMER);
    this.#timer = setTimeout(() => this.end(), milliseconds);
  }

  /**
   * Settles like the promise, or fails when time is up. While undici makes a connection, it ignores an abort and waits
   * for that to fail.
   */
  limit<Value>(promise: Promise<Value>): Promise<Value> {
    return new Promise((resolve, reject) => {
      this.once('abort', () => reject(this.reason));
      promise.then(resolve, reject);
    });
  }

  clear(): void {
    clearTimeout(this.#timer);
  }

  /** Ends the request now, as if time were up. */
  end(): void {
    const silence = Object.assign(new Error('timeout'), { code: 'TIMEOUT' });
    this.reason = this.blame?.(silence) ?? silence;
    this.emit('abort');
  }
}

/** If time is up before a proxy has connected, the proxy is late, not the server. */
function blamingProxy(agent: Dispatcher, deadline: Deadline): Dispatcher {
  deadline.blame = silence => new ProxyFailure(undefined, silence);
  return agent.compose(
    dispatch => (options, handler) =>
      dispatch(
        options,
        new StartWatch(handler, () => {
          deadline.blame = undefined;
        }),
      ),
  );
}

export interface Wire {
  url: string;
  method: string;
  token: string;
  ca: string | undefined;
  /** JSON, or a form. undici sets its type. */
  body: string | FormData | undefined;
  deadline: Deadline;
  /** True for a request that must not use a closing socket, or may leave its socket unusable. */
  freshConnection: boolean;
}

/** Sends one request. Follows no redirect. */
export async function transmit({ url, method, token, ca, body, deadline, freshConnection }: Wire) {
  const target = new URL(url);
  const proxy = proxyFor(target);
  const { origin, path, headers } = addressOf(target, proxy);
  // Only an encrypted request goes through a tunnel.
  const isTunnel = target.protocol === 'https:';
  const agent = agentFor({ ca, proxy, isTunnel, isFresh: freshConnection });
  return (proxy ? blamingProxy(agent, deadline) : agent).request({
    origin,
    path,
    method: method as 'GET',
    signal: deadline,
    headersTimeout: 0,
    bodyTimeout: 0,
    // Never paused: undici 7 ends the whole process if a server hangs up during a pause.
    highWaterMark: MAX_BODY,
    headers: {
      ...headers,
      authorization: `Token ${token}`,
      accept: 'application/json',
      'accept-encoding': 'gzip',
      'user-agent': USER_AGENT,
      ...(typeof body !== 'string' ? {} : { 'content-type': 'application/json' }),
    },
    ...(body === undefined ? {} : { body }),
  });
}

export type Answer = Awaited<ReturnType<typeof transmit>>;
