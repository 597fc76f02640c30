import type { ServerResponse } from 'node:http';
import { gzipSync } from 'node:zlib';
import type { Random } from './random.js';
import type { Clock } from './time.js';

/**
 * Faults, each at one fault point: before the work is done, or after it, when only the answer is lost.
 * How a fault looks in detail is drawn from the seed.
 */

export const FAULTS = [
  '429 seconds',
  '429 decimal',
  '429 date',
  '429 absent',
  '429 garbage',
  '429 zero or negative',
  '429 huge',
  '500 before',
  '500 after',
  '502-504 before',
  '502-504 after',
  '520-530 before',
  '520-530 after',
  '408 before',
  '408 after',
  'reset before',
  'reset after',
  'stall before',
  'stall after',
  'cut after',
  'garbled after',
  'slow after',
  'web page before',
  'web page after',
] as const;

export type Fault = (typeof FAULTS)[number];

/** What would be sent if there were no fault. */
export interface Draft {
  status: number;
  headers: { [name: string]: string };
  text: string;
}

export const strikesBefore = (fault: Fault) => !fault.endsWith(' after');

/** True where nothing comes any more, so that only the client's own timeout goes on. */
export const isSilent = (fault: Fault) => fault.startsWith('stall');

function retryAfter(fault: Fault, random: Random, clock: Clock): string | undefined {
  switch (fault) {
    case '429 seconds':
      return String(random.between(1, 12));
    case '429 decimal':
      return `${random.between(0, 9)}.${random.between(1, 9)}`;
    case '429 date':
      return new Date(clock.milliseconds + random.between(-2, 12) * 1000).toUTCString();
    case '429 garbage':
      return random.pick(['soon', 'in 5 seconds', '1e3', '0x10', '5;', '']);
    case '429 zero or negative':
      return random.pick(['0', '-1', '-3600', '0.0']);
    case '429 huge':
      return random.pick(['3600', '86400', '999999999999', '61']);
    default:
      return undefined;
  }
}

const html = (status: number, title: string): Draft => ({
  status,
  headers: { 'content-type': 'text/html; charset=utf-8' },
  text: `<html><head><title>${title}</title></head><body><h1>${title}</h1></body></html>`,
});

function statusOf(fault: Fault, random: Random): number {
  if (fault.startsWith('502')) return random.pick([502, 503, 504]);
  if (fault.startsWith('520')) return random.between(520, 530);
  return Number(fault.slice(0, 3));
}

function refusal(fault: Fault, random: Random, clock: Clock): Draft {
  if (fault.startsWith('429')) {
    const after = retryAfter(fault, random, clock);
    return {
      status: 429,
      headers: {
        'content-type': 'application/json',
        ...(after === undefined ? {} : { 'retry-after': after }),
      },
      text: JSON.stringify({
        detail: `Request was throttled. Expected available in ${after ?? 1} seconds.`,
      }),
    };
  }
  if (fault.startsWith('500')) {
    return {
      status: 500,
      headers: { 'content-type': 'text/html' },
      text: 'Server Error. Site administrators have been notified.',
    };
  }
  if (fault.startsWith('web page')) return html(200, 'Welcome to the network');
  const status = statusOf(fault, random);
  return html(status, `${status} Error`);
}

/** Bytes that no JSON parser takes, though they are as many as promised. */
function garble({ status, headers, text }: Draft, random: Random): Draft {
  const how = random.pick(['half', 'noise', 'not gzip', 'half gzip']);
  const half = text.slice(0, Math.floor(text.length / 2));
  if (how === 'half') return { status, headers, text: half };
  if (how === 'noise') {
    const at = random.between(0, text.length - 1);
    return { status, headers, text: `${text.slice(0, at)}\u0001${text.slice(at)}` };
  }
  return { status, headers: { ...headers, 'content-encoding': 'gzip' }, text: half };
}

/** Half of a zipped answer, or text that is said to be zipped. */
function bytesOf({ headers, text }: Draft, random: Random): Buffer {
  if (headers['content-encoding'] !== 'gzip') return Buffer.from(text);
  const zipped = gzipSync(text);
  return random.chance(0.5) ? Buffer.from(text) : zipped.subarray(0, zipped.length - 9);
}

const turn = () => new Promise(resolve => setImmediate(resolve));

/** The whole answer, in crumbs. */
async function crumble(response: ServerResponse, draft: Draft, random: Random): Promise<void> {
  const bytes = Buffer.from(draft.text);
  const crumbs = random.between(3, 12);
  response.writeHead(draft.status, { ...draft.headers, 'content-length': bytes.length });
  response.flushHeaders();
  for (let crumb = 0; crumb < crumbs; crumb++) {
    const from = Math.floor((bytes.length * crumb) / crumbs);
    response.write(bytes.subarray(from, Math.floor((bytes.length * (crumb + 1)) / crumbs)));
    await turn();
  }
  response.end();
}

/** Some of the answer, and then nothing more. */
async function begin(response: ServerResponse, draft: Draft): Promise<void> {
  const bytes = Buffer.from(draft.text);
  response.writeHead(draft.status, { ...draft.headers, 'content-length': bytes.length });
  response.flushHeaders();
  response.write(bytes.subarray(0, Math.floor(bytes.length / 2)));
  await turn();
}

function reset(response: ServerResponse, random: Random): void {
  // A clean end, or none.
  if (random.chance(0.5)) response.socket?.destroy();
  else (response.socket as { resetAndDestroy?(): void } | null)?.resetAndDestroy?.();
}

/** Sends an answer as it should be. */
export function send(response: ServerResponse, { status, headers, text }: Draft): void {
  if (status === 204) {
    response.writeHead(status, headers);
    response.end();
    return;
  }
  const bytes = Buffer.from(text);
  response.writeHead(status, { ...headers, 'content-length': bytes.length });
  response.end(bytes);
}

/**
 * Lets a fault strike in the place of an answer.
 *
 * @param draft - what the server would answer
 * @returns true where the client waits for what never comes
 */
export async function strike(
  fault: Fault,
  response: ServerResponse,
  draft: Draft,
  random: Random,
  clock: Clock,
): Promise<boolean> {
  if (isSilent(fault)) return true;
  if (fault.startsWith('reset')) {
    reset(response, random);
    return false;
  }
  // An answer without a body has nothing that could break.
  const isBare = draft.status === 204 || draft.text === '';
  if (fault === 'cut after') {
    if (isBare) reset(response, random);
    else await begin(response, draft);
    reset(response, random);
    return false;
  }
  if (fault === 'slow after') {
    const isGivenUp = !isBare && random.chance(0.5);
    if (isGivenUp) await begin(response, draft);
    else if (isBare) send(response, draft);
    else await crumble(response, draft, random);
    return isGivenUp;
  }
  if (fault === 'garbled after') {
    if (isBare) {
      send(response, draft);
      return false;
    }
    const broken = garble(draft, random);
    const bytes = bytesOf(broken, random);
    response.writeHead(broken.status, { ...broken.headers, 'content-length': bytes.length });
    response.end(bytes);
    return false;
  }
  const { status, headers, text } = refusal(fault, random, clock);
  const { date, ...others } = draft.headers;
  const isApplication = status === 429 || status === 500;
  send(response, {
    status,
    headers: { ...(isApplication ? others : {}), ...(date ? { date } : {}), ...headers },
    text,
  });
  return false;
}
