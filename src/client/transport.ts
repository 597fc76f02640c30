import { Agent, buildConnector, type FormData } from 'undici';
import { VERSION } from '../version.js';
import { MAX_BODY } from './body.js';
import type { Deadline } from './deadline.js';
import { type ForwardProxy, openTunnel, proxyFor, proxyHeaders } from './proxy.js';
import { trusting } from './trust.js';

/** Seconds that making a connection may take. */
const CONNECT_TIMEOUT = 10;

/** A way to a server: what its certificate is held against, and what it goes through. */
interface Way {
  ca: string | undefined;
  proxy: ForwardProxy | undefined;
  /** True for a socket for one request alone: nothing that came before it can break it. */
  isFresh: boolean;
}

type Connector = ReturnType<typeof buildConnector>;

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

function makeAgent({ ca, proxy, isFresh }: Way): Agent {
  const connect = buildConnector({ timeout: CONNECT_TIMEOUT * 1000, ...trusting(ca) });
  return new Agent({
    connect: proxy ? throughTunnel(proxy, connect) : connect,
    // They are given up after a second, before the server gives them up: a request on a socket that is
    // just being closed fails without anybody knowing whether it was read.
    ...(isFresh ? { pipelining: 0 } : { keepAliveTimeout: 1000, keepAliveMaxTimeout: 1000 }),
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
  const key = JSON.stringify([way.ca, way.proxy?.origin, way.proxy?.authorization, way.isFresh]);
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
  const tunnel = target.protocol === 'https:' ? proxy : undefined;
  return agentFor({ ca, proxy: tunnel, isFresh: freshConnection }).request({
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
      'user-agent': `openfn-language-rapidpro/${VERSION}`,
      ...(typeof body !== 'string' ? {} : { 'content-type': 'application/json' }),
    },
    ...(body === undefined ? {} : { body }),
  });
}

export type Answer = Awaited<ReturnType<typeof transmit>>;
