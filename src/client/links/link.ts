import { lookup } from 'node:dns/promises';
import { type IncomingMessage, request as overHttp } from 'node:http';
import { request as overHttps } from 'node:https';
import { isIP, type Socket } from 'node:net';
import { connect as overTls } from 'node:tls';
import { type ErrorCode, fail, hasErrorCode, RapidProError } from '../../errors/errors.js';
import { bareCause, networkFailure, ProxyFailure } from '../../errors/networkErrors.js';
import type { SecretGuard } from '../../input/secrets.js';
import { bareHost, parseUrl } from '../../url.js';
import { USER_AGENT } from '../../version.js';
import { openTunnel, placeOf, proxyFor, wholeAddress } from '../proxy.js';
import { trusting } from '../transport.js';
import { isPrivateAddress, isSecretAddress, isSecretName } from './privateAddress.js';

/**
 * Downloads a link, such as an archive or a picture to upload. A link is not the API: it gets no token, and can lead
 * anywhere.
 */

const MOST_REDIRECTS = 3;

/** Milliseconds without a byte until a download is given up. */
const LONGEST_SILENCE = 60_000;

interface Address {
  address: string;
  family: number;
}

export interface LinkOptions {
  secrets: SecretGuard;
  /** True if addresses of this machine and its network are allowed. */
  allowPrivate: boolean;
  /**
   * True for links of RapidPro itself, such as archives. Only a proxy may know their host names. Default: only with
   * `allowPrivate`.
   */
  allowUnknownNames?: boolean | undefined;
  ca?: string | undefined;
  signal?: AbortSignal | undefined;
  /** The byte to start at. Servers may still start at the first one. */
  from?: number | undefined;
  /** The ETag of the file so far. If the file has changed, the server starts at its first byte. */
  etag?: string | undefined;
}

/** What a server says about a file. */
export type FileHeaders = {
  contentType: string | undefined;
  contentLength: number | undefined;
  contentEncoding: string | undefined;
};

/** An opened link. Close it if you do not read it to its end. */
export interface Linked extends FileHeaders {
  body: AsyncIterable<Uint8Array>;
  close(): void;
  etag: string | undefined;
  /** The byte at which the body starts; undefined if the server does not say. */
  from: number | undefined;
  /** True if it may end before the end of the file. */
  isPart: boolean;
  /** Bytes of the whole file, if the server says. */
  total: number | undefined;
}

function refuse(description: string, fix: string): never {
  throw fail('INVALID_LINK', description, fix);
}

function parseLink(link: string, base?: string): URL {
  const url = parseUrl(link, base);
  if (!url) refuse('The link is not a web address.', 'Use the full address: https://…');
  if (url.protocol !== 'https:' && url.protocol !== 'http:') {
    refuse('The link does not start with https://.', 'Use a link to a file on the web.');
  }
  if (url.username || url.password) {
    refuse('The link contains a user name or password.', 'Use a link that works without them.');
  }
  return url;
}

async function resolve(url: URL): Promise<Address[]> {
  const host = bareHost(url);
  return isIP(host) ? [{ address: host, family: isIP(host) }] : lookup(host, { all: true });
}

/** Whether a server is on this machine or its network. */
export async function isNearby(origin: string): Promise<boolean> {
  try {
    return (await resolve(new URL(origin))).some(({ address }) => isPrivateAddress(address));
  } catch {
    return false;
  }
}

function refuseSecrets(): never {
  refuse(
    'The link leads to an address where a cloud keeps the secrets of its machines.',
    'This may be an attack: find out where the link comes from.',
  );
}

function checkAddresses(found: Address[], allowPrivate: boolean): Address[] {
  if (found.some(({ address }) => isSecretAddress(address))) refuseSecrets();
  const isWithin = found.some(({ address }) => isPrivateAddress(address));
  if (found.length > 0 && (allowPrivate || !isWithin)) return found;
  refuse(
    'The link leads to this machine or its own network.',
    'Use a link to a file on the web. If you know the server, allow it with the option allowPrivate: true.',
  );
}

/**
 * The same checks for a link through a proxy, which looks up the name itself. The proxy gets the name, because its
 * rules and its log use names. It may find another address than this machine, and its own rules decide who gets
 * into its network. What this machine can see is still refused here. A name that this machine cannot look up can
 * lead anywhere in that network, so the author of the job must know the server.
 */
async function checkProxied(url: URL, options: LinkOptions): Promise<void> {
  const { allowPrivate, allowUnknownNames = allowPrivate } = options;
  if (isSecretName(bareHost(url))) refuseSecrets();
  let found: Address[];
  try {
    found = await resolve(url);
  } catch {
    if (allowUnknownNames) return;
    refuse(
      'Only the proxy of the network knows the name in the link, so it may lead into that network.',
      'Use a link to a file on the web. If you know the server, allow it with the option allowPrivate: true.',
    );
  }
  checkAddresses(found, allowPrivate);
}

type Found = (error: Error | null, found: Address[] | string, family?: number) => void;

/** Replaces the look-up: these addresses and no others, wherever the name leads now. */
function answerWith(addresses: Address[]) {
  return (_host: string, { all }: { all?: boolean }, found: Found) => {
    const [first] = addresses;
    // Asynchronous, like a real look-up: an immediate failure would come before anybody listens.
    setImmediate(() => {
      if (all) found(null, addresses);
      else found(null, first?.address ?? '', first?.family);
    });
  };
}

/** Drops an unread answer. Its end is not an error. */
function drop(answer: IncomingMessage): void {
  answer.on('error', () => {});
  answer.destroy();
}

const DESCRIPTIONS: Partial<Record<ErrorCode, string>> = {
  HOST_NOT_FOUND: 'There is no server with the name in the link.',
  CONNECTION_REFUSED: 'The server behind the link does not accept connections.',
  INSECURE_CONNECTION: 'A secure connection to the server behind the link is not possible.',
  TIMEOUT: 'The server behind the link took too long.',
  PROXY_FAILED: 'The proxy of the network blocks the link.',
};

const LINK_FIXES: Partial<Record<ErrorCode, string>> = {
  INSECURE_CONNECTION:
    'If that server, or a gateway of your network that inspects connections, has its own authority, put the certificate of that authority into "ca" of the credential. Otherwise, open the link in a browser to see what is wrong.',
  PROXY_FAILED:
    'Ask the people who run the network to let OpenFn reach that server through the proxy. The environment variables HTTPS_PROXY and HTTP_PROXY have its address.',
};

/**
 * Wraps an error from opening or reading a link, which has nothing to do with the host of the credential. If the signal
 * ended it, that is the reason. Errors of this package stay unchanged.
 */
function linkFailure(error: unknown, { signal }: LinkOptions): RapidProError {
  const thrown: unknown = signal?.aborted ? signal.reason : error;
  if (thrown instanceof RapidProError) return thrown;
  const timedOut = (thrown as { name?: unknown } | null)?.name === 'TimeoutError';
  const { code } = networkFailure(thrown, 0).error;
  return fail(
    'LINK_FAILED',
    timedOut
      ? 'The server behind the link took too long.'
      : (DESCRIPTIONS[code] ?? 'The connection to the server behind the link was lost.'),
    LINK_FIXES[code] ??
      'Run the job again. If it keeps failing, open the link in a browser to see what is wrong.',
    {
      cause: bareCause(thrown),
      statusCode: thrown instanceof ProxyFailure ? thrown.statusCode : undefined,
    },
  );
}

/** Whether the same link may work a moment later. */
export function isPassing(error: unknown): boolean {
  if (!hasErrorCode(error, 'LINK_FAILED')) return false;
  const { statusCode, cause } = error;
  if (statusCode !== undefined) return statusCode >= 500 || [408, 425, 429].includes(statusCode);
  return cause !== undefined && networkFailure(cause, 0).failure !== undefined;
}

/** Whether the server did not answer, or sent nothing more, for as long as anybody waits. */
export function isSilence(error: unknown): boolean {
  if (!hasErrorCode(error, 'LINK_FAILED') || error.cause === undefined) return false;
  return networkFailure(error.cause, 0).failure?.kind === 'timeout';
}

async function* readBody(body: IncomingMessage, options: LinkOptions): AsyncGenerator<Uint8Array> {
  try {
    yield* body;
  } catch (thrown) {
    throw linkFailure(thrown, options);
  }
}

async function* nothing(): AsyncGenerator<Uint8Array> {}

/** Where a part starts, and the size of the file: `bytes 100-999/1000`. A star instead of both numbers means that there is no such byte, so nothing is left to read. */
function readRange(range: string | undefined): Pick<Linked, 'from' | 'total'> {
  const [, start, total] = /^bytes (?:(\d+)-\d+|\*)\/(\d+|\*)$/i.exec(range ?? '') ?? [];
  const whole = total === undefined || total === '*' ? undefined : Number(total);
  return { from: start === undefined ? whole : Number(start), total: whole };
}

function toLinked(answer: IncomingMessage, options: LinkOptions): Linked {
  const { headers, statusCode } = answer;
  const length = headers['content-length'];
  const contentLength = length && /^\d+$/.test(length) ? Number(length) : undefined;
  answer.on('error', () => {});
  // An answer with 416 only says where the file ends.
  const isBehind = statusCode === 416;
  if (isBehind) drop(answer);
  return {
    body: isBehind ? nothing() : readBody(answer, options),
    close: () => drop(answer),
    contentType: headers['content-type'],
    contentLength,
    contentEncoding: headers['content-encoding'],
    etag: headers.etag,
    isPart: statusCode !== 200,
    ...(statusCode === 200
      ? { from: 0, total: contentLength }
      : readRange(headers['content-range'])),
  };
}

async function wayTo(link: URL, options: LinkOptions): Promise<object> {
  const proxy = proxyFor(link);
  const trust = trusting(options.ca);
  if (!proxy) {
    // To one of the checked addresses, so that the name cannot lead elsewhere after the check.
    const addresses = checkAddresses(await resolve(link), options.allowPrivate);
    return { agent: false, lookup: answerWith(addresses), ...trust };
  }
  await checkProxied(link, options);
  if (link.protocol === 'http:') {
    return { agent: false, ...placeOf(proxy), ...wholeAddress(link, proxy) };
  }
  const host = bareHost(link);
  const authority = `${link.hostname}:${link.port || 443}`;
  const socket: Socket = await openTunnel(proxy, authority, options.signal);
  const servername = isIP(host) ? '' : host;
  return { createConnection: () => overTls({ socket, servername, host, ...trust }) };
}

/**
 * Requests a link. Uses Node's own client, because undici 7 ends the whole process if a server hangs up while nobody
 * reads.
 */
async function ask(link: URL, options: LinkOptions): Promise<IncomingMessage> {
  const { secrets, signal, from = 0, etag } = options;
  secrets.checkText('The link', link.href);
  const way = (await wayTo(link, options)) as { headers?: object; protocol?: string };
  const headers = {
    ...way.headers,
    'accept-encoding': 'identity',
    'user-agent': USER_AGENT,
    ...(from > 0 ? { range: `bytes=${from}-` } : {}),
    // A weak one may belong to other bytes.
    ...(from > 0 && etag?.startsWith('"') ? { 'if-range': etag } : {}),
  };
  const isTls = (way.protocol ?? link.protocol) === 'https:';
  return new Promise((resolve, reject) => {
    const request = (isTls ? overHttps : overHttp)(link, {
      ...way,
      headers,
      timeout: LONGEST_SILENCE,
      ...(signal ? { signal } : {}),
    });
    let answer: IncomingMessage | undefined;
    request.setTimeout(LONGEST_SILENCE, () => {
      const silence = Object.assign(new Error('silence'), { code: 'TIMEOUT' });
      // Otherwise, whoever reads it would only learn that the connection has ended.
      answer?.destroy(silence);
      request.destroy(silence);
    });
    request.on('response', opened => {
      answer = opened;
      resolve(opened);
    });
    request.on('error', reject);
    // Without a listener, Node.js closes the connection and says nothing more, even if the signal aborts.
    request.on('upgrade', (opened, socket) => {
      socket.on('error', () => {}).destroy();
      resolve(opened);
    });
    request.end();
  });
}

async function follow(link: URL, options: LinkOptions, redirects: number): Promise<Linked> {
  const answer = await ask(link, options);
  const { statusCode, headers } = answer;
  const isPart = statusCode === 206 || statusCode === 416;
  if (statusCode === 200 || (isPart && (options.from ?? 0) > 0)) return toLinked(answer, options);
  drop(answer);
  if (statusCode === 407) throw new ProxyFailure(statusCode);
  if (/^3/.test(String(statusCode)) && headers.location !== undefined) {
    if (redirects >= MOST_REDIRECTS)
      refuse('The link redirects too often.', 'Use a direct link to the file.');
    return follow(parseLink(headers.location, link.href), options, redirects + 1);
  }
  throw fail(
    'LINK_FAILED',
    `The server behind the link answered with status ${statusCode}.`,
    'Open the link in a browser. Links to archives expire after a day.',
    { statusCode },
  );
}

/**
 * Opens a link. Sends no token.
 *
 * @throws RapidProError `INVALID_LINK`, `LINK_FAILED`; the same while its body is read
 */
export async function openLink(link: string, options: LinkOptions): Promise<Linked> {
  const url = parseLink(link);
  try {
    return await follow(url, options, 0);
  } catch (thrown) {
    throw linkFailure(thrown, options);
  }
}
