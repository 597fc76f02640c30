import { lookup } from 'node:dns/promises';
import { isIP } from 'node:net';
import { Agent, type Dispatcher, request } from 'undici';
import { VERSION } from '../version.js';
import { RapidProError } from './errors.js';
import { linkFailure } from './linkFailure.js';
import { isPrivateAddress } from './privateAddress.js';

/**
 * Gets what a link leads to: an archive, a picture to upload. A link is not the API: it gets no
 * token, and it may lead anywhere.
 */

const MOST_REDIRECTS = 3;

const TIMEOUTS = {
  /** Milliseconds without a byte after which a download is given up. */
  headersTimeout: 60_000,
  bodyTimeout: 60_000,
  connect: { timeout: 10_000 },
};

const agent = new Agent({ ...TIMEOUTS, keepAliveTimeout: 1000, keepAliveMaxTimeout: 1000 });

interface Address {
  address: string;
  family: number;
}

export interface LinkOptions {
  /** True where addresses of this machine and its network may be asked. */
  allowPrivate: boolean;
  /** Ends the download. */
  signal?: AbortSignal | undefined;
  /** The byte to begin at; servers may begin at the first all the same. */
  from?: number | undefined;
}

/** What a link leads to. Whoever does not read it to its end closes it. */
export interface Linked {
  body: AsyncIterable<Uint8Array>;
  close(): void;
  contentType: string | undefined;
  contentLength: number | undefined;
  /** The byte at which the body begins. */
  from: number;
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
async function publicAddresses(url: URL): Promise<Address[]> {
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

type Found = (error: Error | null, found: Address[] | string, family?: number) => void;

/** Connects to these addresses and no others, whatever the name now leads to. */
function agentFor(addresses: Address[]): Agent {
  const answer = (_host: string, { all }: { all?: boolean }, found: Found) => {
    const [first] = addresses;
    if (all) found(null, addresses);
    else found(null, first?.address ?? '', first?.family);
  };
  return new Agent({
    ...TIMEOUTS,
    pipelining: 0,
    connect: { ...TIMEOUTS.connect, lookup: answer as never },
  });
}

/** Lets go of an answer that is not read. Its end is no error of anybody. */
function drop({ body }: Dispatcher.ResponseData): void {
  body.on('error', () => {});
  body.destroy();
}

async function* readBody(body: Dispatcher.ResponseData['body']): AsyncGenerator<Uint8Array> {
  try {
    yield* body;
  } catch (thrown) {
    throw linkFailure(thrown);
  }
}

function toLinked(answer: Dispatcher.ResponseData): Linked {
  const { headers, body, statusCode } = answer;
  const text = (name: string) => {
    const value = headers[name];
    return typeof value === 'string' ? value : undefined;
  };
  const length = text('content-length');
  const start = /^bytes (\d+)-/.exec(text('content-range') ?? '')?.[1];
  body.on('error', () => {});
  return {
    body: readBody(body),
    close: () => drop(answer),
    contentType: text('content-type'),
    contentLength: length && /^\d+$/.test(length) ? Number(length) : undefined,
    from: statusCode === 206 ? Number(start ?? 0) : 0,
  };
}

async function follow(link: URL, options: LinkOptions, redirects: number): Promise<Linked> {
  const { allowPrivate, signal, from = 0 } = options;
  const answer = await request(link, {
    dispatcher: allowPrivate ? agent : agentFor(await publicAddresses(link)),
    signal: signal ?? null,
    headers: {
      'user-agent': `openfn-language-rapidpro/${VERSION}`,
      ...(from > 0 ? { range: `bytes=${from}-` } : {}),
    },
  });
  const { statusCode, headers } = answer;
  if (statusCode === 200 || (statusCode === 206 && from > 0)) return toLinked(answer);
  drop(answer);
  if (statusCode >= 300 && statusCode < 400 && typeof headers.location === 'string') {
    if (redirects >= MOST_REDIRECTS)
      refuse('The link leads from page to page.', 'Give the link of the file itself.');
    return follow(parseLink(headers.location, link.href), options, redirects + 1);
  }
  throw new RapidProError({
    code: 'LINK_FAILED',
    description: `The server behind the link answered with status ${statusCode}.`,
    fix: 'Open the link in a browser. Links to archives are good for a day.',
    statusCode,
  });
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
    throw linkFailure(thrown);
  }
}
