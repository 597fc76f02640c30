import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { RapidProError } from './errors.js';

/** Bytes that one record may have. */
const LONGEST_LINE = 10 * 1024 * 1024;

function broken(cause?: unknown): RapidProError {
  return new RapidProError({
    code: 'INVALID_RESPONSE',
    description: 'The archive is broken or incomplete.',
    fix: 'Run the job again. If it goes on, ask whoever runs the server.',
    cause,
  });
}

async function* lines(text: AsyncIterable<string>): AsyncGenerator<string> {
  let rest = '';
  for await (const chunk of text) {
    const parts = (rest + chunk).split('\n');
    rest = parts.pop() ?? '';
    yield* parts;
    if (rest.length > LONGEST_LINE) throw broken();
  }
  yield rest;
}

/**
 * Reads gzipped JSON Lines record by record, in as much memory as one chunk needs.
 *
 * @param bytes - the gzip
 * @param md5 - what it must hash to, where that is known
 * @throws RapidProError `INVALID_RESPONSE`
 */
export async function* readJsonLines(
  bytes: AsyncIterable<Uint8Array>,
  md5: string | undefined,
): AsyncGenerator<unknown> {
  const hash = createHash('md5');
  const source = Readable.from(
    (async function* () {
      for await (const chunk of bytes) {
        hash.update(chunk);
        yield chunk;
      }
    })(),
  );
  const gunzip = createGunzip();
  source.on('error', error => gunzip.destroy(error));
  const text = source.pipe(gunzip).setEncoding('utf8');
  try {
    for await (const line of lines(text)) {
      if (line.trim() !== '') yield JSON.parse(line);
    }
  } catch (error) {
    throw error instanceof RapidProError ? error : broken(error);
  } finally {
    source.destroy();
  }
  if (md5 && hash.digest('hex') !== md5.toLowerCase()) throw broken();
}
