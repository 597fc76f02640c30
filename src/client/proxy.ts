import { request as overHttp } from 'node:http';
import { request as overHttps } from 'node:https';
import { isIP, type Socket } from 'node:net';
import { fail } from '../errors/errors.js';
import { ProxyFailure } from '../errors/networkErrors.js';
import { bareHost, decoded, isLoopback, parseUrl } from '../url.js';
import { USER_AGENT } from '../version.js';

/**
 * The forward proxy of a network, from the environment, with the variables and rules of undici and Node. It is a
 * separate module because links use Node's client, and both must decide alike.
 */
export interface ForwardProxy {
  variable: string;
  /** Its address, without user and password: `http://proxy.example.org:3128`. */
  origin: string;
  authorization: string | undefined;
}

/** Milliseconds that a proxy may take to reach a server. */
const TUNNEL_TIMEOUT = 10_000;

type Environment = { readonly [name: string]: string | undefined };

/** The lower-case name comes first, even if it is empty: that turns a proxy off for one program. */
function variable(environment: Environment, name: string): { name: string; value: string } {
  const small = name.toLowerCase();
  return environment[small] === undefined
    ? { name, value: environment[name] ?? '' }
    : { name: small, value: environment[small] };
}

/** Whether NO_PROXY names a server: `example.org` and everything below it, `.example.org`, `example.org:8000`, `*`. */
function isExcepted(target: URL, list: string): boolean {
  const { protocol, hostname, port } = target;
  const ownPort = port || (protocol === 'https:' ? '443' : '80');
  const bare = bareHost(target);
  return list.split(/[,\s]+/).some(entry => {
    if (entry === '*') return true;
    const name = entry.toLowerCase().replace(/^\*?\./, '');
    const [, host = name, only = ownPort] = /^([^:]+|\[.*\]):(\d+)$/.exec(name) ?? [];
    if (host === '' || only !== ownPort) return false;
    return hostname === host || bare === host || hostname.endsWith(`.${host}`);
  });
}

function readProxy({ name, value }: { name: string; value: string }): ForwardProxy {
  const text = value.trim();
  const url = parseUrl(/^[a-z][a-z0-9+.-]*:\/\//i.test(text) ? text : `http://${text}`);
  if (!url || (url.protocol !== 'http:' && url.protocol !== 'https:')) {
    throw fail(
      'INVALID_CONFIGURATION',
      `The environment variable ${name} is not the address of a proxy.`,
      'Nothing was sent. Write it as http://proxy.example.org:3128. Other kinds of proxies, such as SOCKS, are not supported.',
    );
  }
  const [user, password] = [url.username, url.password].map(decoded);
  return {
    variable: name,
    origin: url.origin,
    authorization:
      user || password
        ? `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`
        : undefined,
  };
}

/**
 * The proxy for a server; undefined if there is none. Never for this machine itself: for a proxy, `localhost` would
 * be another machine.
 *
 * @throws RapidProError `INVALID_CONFIGURATION` if the variable holds no proxy
 */
export function proxyFor(
  target: URL,
  environment: Environment = process.env,
): ForwardProxy | undefined {
  const ofHttp = variable(environment, 'HTTP_PROXY');
  const ofHttps = variable(environment, 'HTTPS_PROXY');
  const named = target.protocol === 'https:' && ofHttps.value !== '' ? ofHttps : ofHttp;
  if (named.value.trim() === '' || isLoopback(target.hostname)) return undefined;
  if (isExcepted(target, variable(environment, 'NO_PROXY').value)) return undefined;
  return readProxy(named);
}

/**
 * Where a proxy listens, as Node's client wants to know it. The certificate of an encrypted one is for its own
 * name: without it, Node takes that of the server, which the request is for.
 */
export function placeOf({ origin }: ForwardProxy) {
  const url = new URL(origin);
  const { protocol } = url;
  const hostname = bareHost(url);
  const port = url.port || (protocol === 'https:' ? 443 : 80);
  return { protocol, hostname, port, servername: isIP(hostname) ? '' : hostname };
}

/** The headers for each request that a proxy reads. */
function proxyHeaders({ authorization }: ForwardProxy): { [name: string]: string } {
  return authorization === undefined ? {} : { 'proxy-authorization': authorization };
}

/** How a plain request is written for a proxy, which reads the whole address. */
export function wholeAddress(url: URL, proxy: ForwardProxy) {
  return { path: url.href, headers: { host: url.host, ...proxyHeaders(proxy) } };
}

/**
 * A connection through a proxy to a server: `rapidpro.example.org:443`. The proxy sees only that.
 *
 * @throws ProxyFailure
 */
export function openTunnel(
  proxy: ForwardProxy,
  authority: string,
  signal?: AbortSignal | undefined,
): Promise<Socket> {
  const place = placeOf(proxy);
  return new Promise((resolve, reject) => {
    const request = (place.protocol === 'https:' ? overHttps : overHttp)({
      ...place,
      method: 'CONNECT',
      path: authority,
      agent: false,
      headers: {
        host: authority,
        'user-agent': USER_AGENT,
        ...proxyHeaders(proxy),
      },
      ...(signal ? { signal } : {}),
    });
    const late = setTimeout(
      () => request.destroy(Object.assign(new Error('silence'), { code: 'TIMEOUT' })),
      TUNNEL_TIMEOUT,
    );
    request.on('connect', ({ statusCode }, socket, head) => {
      clearTimeout(late);
      socket.on('error', () => {});
      if (statusCode !== undefined && statusCode >= 200 && statusCode < 300) {
        if (head.length > 0) socket.unshift(head);
        resolve(socket as Socket);
        return;
      }
      socket.destroy();
      reject(new ProxyFailure(statusCode));
    });
    request.on('error', error => {
      clearTimeout(late);
      reject(signal?.aborted ? error : new ProxyFailure(undefined, error));
    });
    request.end();
  });
}
