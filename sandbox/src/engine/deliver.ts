import { type ClientRequest, request as httpRequest, type IncomingMessage } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { createGunzip } from 'node:zlib';
import type { Dialect } from '../../../src/resources.js';
import type { Workspace } from '../state/workspace.js';

/** How the flow engine calls webhooks and resthook subscribers. */
export interface DeliveryOptions {
  /** Seconds before a call times out, as on a real server. Default: `15`. */
  timeout?: number;
  /** Whether calls to this computer fail, as calls to private addresses do on a real server. Default: `false`. */
  refusePrivate?: boolean;
}

/** One call to a listener. */
export interface Delivery {
  method: string;
  url: string;
  headers: Record<string, string>;
  body?: string | undefined;
}

/** The response of a listener. Status 0 means that there was none. */
export interface Answered {
  status: number;
  headers: Record<string, string>;
  text: string;
}

const NOTHING: Answered = { status: 0, headers: {}, text: '' };

const LOOPBACK = ['127.0.0.1', 'localhost', '[::1]'];
const PATIENCE = 15;
const MOST_REDIRECTS = 10;

/** A response larger than this counts as a failure. */
const LARGEST_ANSWER: Record<Dialect, number> = { v9: 1024 * 1024, textit: 256 * 1024 };

export const succeeded = ({ status }: Answered): boolean => status >= 200 && status < 300;

/** Undefined where an engine too would call nobody. */
function hostOf(url: string): string | undefined {
  try {
    const { protocol, hostname } = new URL(url);
    return /^https?:$/.test(protocol) ? hostname : undefined;
  } catch {
    return undefined;
  }
}

/** The headers that the engine sends. */
function engineHeaders(dialect: Dialect): Record<string, string> {
  return {
    'User-Agent': dialect === 'v9' ? 'RapidProMailroom/dev' : 'Mailroom/26.3',
    'X-Mailroom-Mode': 'normal',
    'Accept-Encoding': 'gzip',
  };
}

/** Calls a listener once. Only listeners on this computer are called; of others it is told. Every failure has the status 0. */
export async function deliver(
  { dialect, settings, unknown }: Workspace,
  delivery: Delivery,
  place: string,
): Promise<Answered> {
  const { timeout = PATIENCE, refusePrivate = false } = settings.deliveries ?? {};
  if (refusePrivate) return NOTHING;
  const host = hostOf(delivery.url);
  if (host !== undefined && !LOOPBACK.includes(host)) {
    unknown.tell({ what: `a call to another computer, ${host}`, expression: '', place });
    return NOTHING;
  }
  // Headers that the flow sets override the engine's.
  const headers = { ...engineHeaders(dialect), ...delivery.headers };
  const signal = AbortSignal.timeout(timeout * 1000);
  try {
    return await follow({ ...delivery, headers }, signal, LARGEST_ANSWER[dialect]);
  } catch {
    return NOTHING;
  }
}

/** Follows redirects as Go's client does: most of them turn a POST into a GET. */
async function follow(delivery: Delivery, signal: AbortSignal, largest: number): Promise<Answered> {
  let current = delivery;
  for (let count = 0; count <= MOST_REDIRECTS; count++) {
    const answered = await exchange(current, signal, largest);
    const { status, headers } = answered;
    if (![301, 302, 303, 307, 308].includes(status) || !headers.location) return answered;
    const url = new URL(headers.location, current.url).href;
    const keeps = status > 303 || ['GET', 'HEAD'].includes(current.method);
    current = keeps ? { ...current, url } : { ...current, url, method: 'GET', body: undefined };
  }
  return NOTHING;
}

async function exchange(
  delivery: Delivery,
  signal: AbortSignal,
  largest: number,
): Promise<Answered> {
  const call = open(delivery, signal);
  try {
    const answer = await new Promise<IncomingMessage>((resolve, reject) => {
      call.once('response', resolve).once('error', reject).end(delivery.body);
    });
    const text = await readText(answer, largest);
    return { status: answer.statusCode ?? 0, headers: flat(answer.headers), text };
  } finally {
    call.destroy();
  }
}

function open({ method, url, headers, body }: Delivery, signal: AbortSignal): ClientRequest {
  const target = new URL(url);
  if (!LOOPBACK.includes(target.hostname)) throw new Error('Not on this computer.');
  const send = target.protocol === 'https:' ? httpsRequest : httpRequest;
  const hasBody = body !== undefined || ['POST', 'PUT', 'PATCH'].includes(method);
  const length = hasBody ? { 'Content-Length': String(Buffer.byteLength(body ?? '')) } : {};
  const call = send(target, { method, headers: { ...headers, ...length }, signal });
  // The engine's client does not send this header.
  call.removeHeader('Connection');
  return call;
}

async function readText(answer: IncomingMessage, largest: number): Promise<string> {
  const zipped = answer.headers['content-encoding'] === 'gzip';
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of zipped ? answer.pipe(createGunzip()) : answer) {
    size += (chunk as Buffer).length;
    if (size > largest) throw new Error('The response is too large.');
    chunks.push(chunk as Buffer);
  }
  return Buffer.concat(chunks).toString('utf8').replaceAll('\u0000', '');
}

function flat(headers: IncomingMessage['headers']): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name, [value].flat()[0] ?? '']),
  );
}
