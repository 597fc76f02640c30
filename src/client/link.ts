import { lookup } from 'node:dns/promises';
import { BlockList, isIP } from 'node:net';
import { Agent, request } from 'undici';
import { VERSION } from '../version.js';
import { RapidProError } from './errors.js';
import { networkFailure } from './networkErrors.js';

/**
 * Gets what a link leads to: an archive, a picture to upload. A link is not the API: it gets no
 * token, and it may lead anywhere.
 */

/** Seconds without a byte after which a download is given up. */
const IDLE = 60;
const MOST_REDIRECTS = 3;

const agent = new Agent({
  connect: { timeout: 10_000 },
  keepAliveTimeout: 1000,
  headersTimeout: IDLE * 1000,
  bodyTimeout: IDLE * 1000,
});

const PRIVATE = new BlockList();
for (const [net, bits] of [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['224.0.0.0', 3],
] as const) {
  PRIVATE.addSubnet(net, bits, 'ipv4');
}
for (const [net, bits] of [
  ['::', 127],
  ['fc00::', 7],
  ['fe80::', 10],
  ['ff00::', 8],
] as const) {
  PRIVATE.addSubnet(net, bits, 'ipv6');
}

/** Tells whether an IP address is one of this machine or its network. */
export function isPrivateAddress(address: string): boolean {
  // An IPv4 address in IPv6 clothes, in either way of writing it.
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1];
  if (mapped) return isPrivateAddress(mapped);
  return PRIVATE.check(address, isIP(address) === 6 ? 'ipv6' : 'ipv4');
}

function refuse(description: string, fix: string): never {
  throw new RapidProError({ code: 'INVALID_LINK', description, fix });
}

function parseLink(link: string, base?: string): URL {
  if (!URL.canParse(link, base))
    refuse('The link is not a web address.', 'Give it whole: https://…');
  const url = new URL(link, base);
  if (url.protocol !== 'https:' && url.protocol !== 'http:') {
    refuse('The link does not begin with https://.', 'Give a link to a file on the web.');
  }
  return url;
}

/**
 * The addresses of a host, where all of them may be asked. The connection is made to one of these, so
 * that a name cannot lead elsewhere once it has been checked.
 */
async function publicAddresses(url: URL): Promise<{ address: string; family: number }[]> {
  const host = url.hostname.replace(/^\[|\]$/g, '');
  const found = isIP(host)
    ? [{ address: host, family: isIP(host) }]
    : await lookup(host, { all: true });
  if (found.length > 0 && !found.some(({ address }) => isPrivateAddress(address))) return found;
  return refuse(
    'The link leads to this machine or its own network.',
    'Give a link to a file on the web, or allow it with the option allowPrivate: true if you know the server.',
  );
}

type LookupCallback = (
  error: Error | null,
  addresses: { address: string; family: number }[],
) => void;

async function dispatcherFor(url: URL, allowPrivate: boolean): Promise<Agent> {
  if (allowPrivate) return agent;
  const addresses = await publicAddresses(url);
  return new Agent({
    headersTimeout: IDLE * 1000,
    bodyTimeout: IDLE * 1000,
    connect: {
      timeout: 10_000,
      lookup: (_host: string, _options: object, callback: unknown) =>
        (callback as LookupCallback)(null, addresses),
    },
    pipelining: 0,
  });
}

export interface LinkOptions {
  /** True where addresses of this machine and its network may be asked. */
  allowPrivate: boolean;
}

export interface Linked {
  body: AsyncIterable<Uint8Array> & { destroy(): unknown };
  contentType: string | undefined;
  contentLength: number | undefined;
}

async function follow(link: URL, options: LinkOptions, redirects: number): Promise<Linked> {
  const dispatcher = await dispatcherFor(link, options.allowPrivate);
  const answer = await request(link, {
    dispatcher,
    headers: { 'user-agent': `openfn-language-rapidpro/${VERSION}` },
  });
  const { statusCode, headers, body } = answer;
  if (statusCode >= 300 && statusCode < 400 && typeof headers.location === 'string') {
    await body.dump();
    if (redirects >= MOST_REDIRECTS)
      refuse('The link leads from page to page.', 'Give the link of the file itself.');
    return follow(parseLink(headers.location, link.href), options, redirects + 1);
  }
  if (statusCode !== 200) {
    await body.dump();
    throw new RapidProError({
      code: 'LINK_FAILED',
      description: `The server behind the link answered with status ${statusCode}.`,
      fix: 'Open the link in a browser. Links to archives are good for a day.',
      statusCode,
    });
  }
  const length = Number(headers['content-length']);
  return {
    body,
    contentType: typeof headers['content-type'] === 'string' ? headers['content-type'] : undefined,
    contentLength:
      Number.isInteger(length) && headers['content-length'] !== undefined ? length : undefined,
  };
}

/**
 * Opens a link. Sends no token.
 *
 * @throws RapidProError `INVALID_LINK`, `LINK_FAILED`, or what a lost connection gives
 */
export async function openLink(link: string, options: LinkOptions): Promise<Linked> {
  const url = parseLink(link);
  try {
    return await follow(url, options, 0);
  } catch (thrown) {
    if (thrown instanceof RapidProError) throw thrown;
    throw networkFailure(thrown, IDLE).error;
  }
}
