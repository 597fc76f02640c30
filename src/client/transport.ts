import { EventEmitter } from 'node:events';
import { Agent, buildConnector, DecoratorHandler, type Dispatcher, type FormData } from 'undici';
import { NotConnected, ProxyFailure } from '../errors/networkErrors.js';
import { USER_AGENT } from '../version.js';
import { MAX_BODY } from './body.js';
import { type ForwardProxy, openTunnel, placeOf, proxyFor, proxyHeaders } from './proxy.js';
import { trusting } from './trust.js';

/** Seconds that making a connection may take. */
const CONNECT_TIMEOUT = 10;

/** A way to a server: what its certificate is held against, and what it goes through. */
interface Way {
  ca: string | undefined;
  proxy: ForwardProxy | undefined;
  /** Whether the proxy opens a tunnel to the server; else it reads the requests. */
  isTunnel: boolean;
  /** True for a socket for one request alone: nothing that came before it can break it. */
  isFresh: boolean;
}

type Connector = ReturnType<typeof buildConnector>;

/** Whoever gets no connection has sent nothing: its errors are told from those of a connection that stands. */
function orFailure(connect: Connector, toFailure: (cause: Error) => Error): Connector {
  return (options, callback) =>
    connect(options, (...[error, socket]) =>
      error ? callback(toFailure(error), null) : callback(null, socket),
    );
}

/** Connects through a tunnel. Inside it, the server's certificate is looked at as without a proxy. */
function throughTunnel(proxy: ForwardProxy, connect: Connector): Connector {
  return (options, callback) => {
    const { hostname, port, protocol } = options;
    const name = hostname.includes(':') ? `[${hostname}]` : hostname;
    openTunnel(proxy, `${name}:${port || (protocol === 'https:' ? 443 : 80)}`).then(
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
    // They are given up after a second, before the server gives them up: a request on a socket that is
    // just being closed fails without anybody knowing whether it was read.
    ...(way.isFresh ? { pipelining: 0 } : { keepAliveTimeout: 1000, keepAliveMaxTimeout: 1000 }),
  });
}

/** Ways in use: as a rule two in a run. */
const MOST_AGENTS = 20;

/**
 * Sockets are shared by all the operations of a run that go the same way. They carry no credential of
 * RapidPro: the token goes with each request.
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

/** To whom a request is put: an encrypted one to its server, a plain one to the proxy as a whole. */
function addressOf(url: URL, proxy: ForwardProxy | undefined) {
  if (proxy && url.protocol === 'http:') {
    return {
      origin: proxy.origin,
      path: url.href,
      headers: { host: url.host, ...proxyHeaders(proxy) },
    };
  }
  return { origin: url.origin, path: `${url.pathname}${url.search}`, headers: {} };
}

type Handler = Dispatcher.DispatchHandler;
type OnStart = Required<Handler>['onRequestStart'];

/** undici's types leave out what its class does. */
const Decorator = DecoratorHandler as unknown as new (
  handler: Handler,
) => Omit<Handler, 'onRequestStart'> & { onRequestStart(...given: Parameters<OnStart>): void };

/** Calls back when a request is put on a connection: before, nothing of it has left. */
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

/** The longest that node's timers can count, in milliseconds. */
const LONGEST_TIMER = 2 ** 31 - 1;

/**
 * Ends a request that takes too long as a whole, however fast it drips. undici takes an emitter of
 * `abort` in place of an AbortSignal, and a list of many pages is read several percent faster with it.
 */
export class Deadline extends EventEmitter {
  /** What undici then throws. */
  reason: Error | undefined;
  /** Who is to blame if time is up now; undefined: the server. */
  blame: ((silence: Error) => Error) | undefined;
  readonly #timer: NodeJS.Timeout;

  constructor(seconds: number) {
    super();
    const milliseconds = Math.min(seconds * 1000, LONGEST_TIMER);
    this.#timer = setTimeout(() => this.#expire(), milliseconds);
  }

  /**
   * Settles as the promise does, or fails when time is up. undici itself does not heed an abort while
   * it makes a connection, and waits for that to fail.
   */
  limit<Value>(promise: Promise<Value>): Promise<Value> {
    return new Promise((resolve, reject) => {
      this.once('abort', () => reject(this.reason));
      promise.then(resolve, reject);
    });
  }

  /** To be called when the request has ended. */
  clear(): void {
    clearTimeout(this.#timer);
  }

  #expire(): void {
    const silence = Object.assign(new Error('timeout'), { code: 'TIMEOUT' });
    this.reason = this.blame?.(silence) ?? silence;
    this.emit('abort');
  }
}

/** If time is up while a proxy has made no connection, the proxy is late, and not the server. */
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
  /** Certificates of authorities that are trusted besides the public ones. */
  ca: string | undefined;
  /** JSON, or a form whose type undici sets. */
  body: string | FormData | undefined;
  deadline: Deadline;
  /** True for a request that must not meet a dying socket, or may leave its socket unusable. */
  freshConnection: boolean;
}

/** Puts one request on the wire. Follows no redirect. */
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
    // Never paused: undici 7 ends the whole process where a server hangs up in a pause.
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
