import { isAscii } from 'node:buffer';
import type { Readable } from 'node:stream';
import { StringDecoder } from 'node:string_decoder';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import { fail, type RapidProError } from '../errors/errors.js';
import { LARGE } from './parse.js';

/** The largest answer that is read, in bytes, before and after gunzip. */
export const MAX_BODY = 16 * 1024 * 1024;

const gunzipAsync = promisify(gunzip);

export function tooLarge(what = `is larger than ${MAX_BODY / 1024 / 1024} MB`): RapidProError {
  return fail(
    'RESPONSE_TOO_LARGE',
    `The answer from the server ${what}.`,
    'Read less at once. RapidPro never sends this much for a list: check that "host" is your RapidPro server.',
    { outcome: 'unknown' },
  );
}

/** An answer that stops in the middle or cannot be read. The same request may work next time. */
export class UnreadableBody extends Error {}

/** Listens instead of iterating, which is measurably faster for the pages of a long list. */
function collect(body: Readable, limit: number): Promise<Gathered> {
  const gathered = new Gathered();
  return new Promise((resolve, reject) => {
    body.on('error', reject);
    body.on('end', () => resolve(gathered));
    body.on('data', (chunk: Uint8Array) => {
      gathered.add(chunk);
      if (gathered.size > limit) body.destroy(tooLarge());
    });
  });
}

export async function unzip(bytes: Buffer, limit: number): Promise<Buffer> {
  try {
    return await gunzipAsync(bytes, { maxOutputLength: limit });
  } catch (error) {
    if ((error as { code?: string }).code === 'ERR_BUFFER_TOO_LARGE') throw tooLarge();
    throw new UnreadableBody('bad gzip', { cause: error });
  }
}

/**
 * Reads a body as text, never more than {@link MAX_BODY}.
 *
 * @throws RapidProError `RESPONSE_TOO_LARGE`; `UnreadableBody`
 */
export async function readText(body: Readable, encoding = '', limit = MAX_BODY): Promise<string> {
  const gathered = await collect(body, limit);
  const coding = encoding.trim().toLowerCase();
  if (coding === '' || coding === 'identity' || gathered.size === 0) {
    return gathered.size <= desk.length
      ? toText(gathered.copyTo(desk))
      : decode(gathered.toBuffer());
  }
  if (coding === 'gzip' || coding === 'x-gzip') {
    return decode(await unzip(gathered.toBuffer(), limit));
  }
  // The server's name for it is not shown: a hostile server could send the token back.
  throw new UnreadableBody('unknown encoding');
}

/**
 * Where an answer is put together, in the same turn in which it becomes a text. Else each page of a long list would
 * leave another buffer, and they pile up until garbage is collected.
 */
const desk = Buffer.allocUnsafeSlow(LARGE);

/**
 * Reads UTF-8. Most answers of RapidPro are plain ASCII. Read as Latin-1, they take Node.js half the time and half
 * the memory.
 */
function toText(bytes: Buffer): string {
  return bytes.toString(isAscii(bytes) ? 'latin1' : 'utf8');
}

async function decode(bytes: Buffer): Promise<string> {
  if (bytes.length <= LARGE) return toText(bytes);
  if (isAscii(bytes)) return bytes.toString('latin1');
  const decoder = new StringDecoder('utf8');
  let text = '';
  for (let start = 0; start < bytes.length; start += LARGE) {
    text += decoder.write(bytes.subarray(start, start + LARGE));
    await nextTurn();
  }
  return text + decoder.end();
}

/** The most chunks to keep separately: a server can send single bytes, and each chunk costs far more than a byte. */
const MOST_LOOSE = 4096;

/** The chunks of a body as they arrive, in little more memory than their bytes. */
export class Gathered {
  size = 0;
  readonly #merged: Uint8Array[] = [];
  #loose: Uint8Array[] = [];

  add(chunk: Uint8Array): void {
    this.size += chunk.length;
    this.#loose.push(chunk);
    if (this.#loose.length === MOST_LOOSE) this.#merge();
  }

  toBuffer(): Buffer<ArrayBuffer> {
    return Buffer.concat([...this.#merged, ...this.#loose], this.size);
  }

  /** Copies the bytes to the beginning of a buffer that is large enough, and returns that part. */
  copyTo(buffer: Buffer): Buffer {
    let end = 0;
    for (const chunk of [...this.#merged, ...this.#loose]) {
      buffer.set(chunk, end);
      end += chunk.length;
    }
    return buffer.subarray(0, end);
  }

  #merge(): void {
    this.#merged.push(Buffer.concat(this.#loose));
    this.#loose = [];
  }
}
