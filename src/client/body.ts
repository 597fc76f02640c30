import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import { RapidProError } from './errors.js';

/** The largest answer that is read, in bytes, before and after gunzip. */
export const MAX_BODY = 50 * 1024 * 1024;

const gunzipAsync = promisify(gunzip);

/** The part of an undici body that is needed here. */
type Body = AsyncIterable<Uint8Array> & { destroy(): unknown };

function tooLarge(cause?: unknown): RapidProError {
  return new RapidProError({
    code: 'RESPONSE_TOO_LARGE',
    description: `The answer of the server is larger than ${MAX_BODY / 1024 / 1024} MB.`,
    fix: 'Ask for less at once. RapidPro never answers a list with so much: check that "host" is your RapidPro server.',
    cause,
  });
}

/** An answer that stops in the middle or cannot be read. The same request may well work next time. */
export class UnreadableBody extends Error {}

async function collect(body: Body, limit: number): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of body) {
    size += chunk.length;
    if (size > limit) {
      body.destroy();
      throw tooLarge();
    }
    chunks.push(chunk);
  }
  return chunks.length === 1 && chunks[0]
    ? Buffer.from(chunks[0].buffer, chunks[0].byteOffset, chunks[0].length)
    : Buffer.concat(chunks, size);
}

async function unzip(bytes: Buffer, limit: number): Promise<Buffer> {
  try {
    return await gunzipAsync(bytes, { maxOutputLength: limit });
  } catch (error) {
    if ((error as { code?: string }).code === 'ERR_BUFFER_TOO_LARGE') throw tooLarge(error);
    throw new UnreadableBody('bad gzip', { cause: error });
  }
}

/**
 * Reads a body as text, never more than {@link MAX_BODY}.
 *
 * @param body - undici's body
 * @param encoding - the `Content-Encoding` header
 * @param limit - bytes
 * @throws RapidProError `RESPONSE_TOO_LARGE`; {@link UnreadableBody}
 */
export async function readText(body: Body, encoding = '', limit = MAX_BODY): Promise<string> {
  const bytes = await collect(body, limit);
  const coding = encoding.trim().toLowerCase();
  if (coding === '' || coding === 'identity' || bytes.length === 0) return bytes.toString('utf8');
  if (coding === 'gzip' || coding === 'x-gzip') return (await unzip(bytes, limit)).toString('utf8');
  throw new UnreadableBody(`unknown encoding ${coding.slice(0, 20)}`);
}
