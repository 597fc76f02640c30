import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { fail, RapidProError } from '../../errors/errors.js';
import { isObject } from '../../input/check.js';
import type { Dictionary } from '../../types/json.js';
import { LARGE, type Parsed, parse, parseInTurns } from '../parse.js';

const LONGEST_LINE = 10 * 1024 * 1024;
/** From this many characters on, an archive may not be compressed more than 300 to 1. No real records are. */
const LOOSE = 1024 * 1024;
const TIGHTEST = 300;

function broken(cause?: unknown): RapidProError {
  return fail(
    'INVALID_RESPONSE',
    'The archive is broken or incomplete.',
    'Run the job again. If it keeps failing, ask the people who run the server.',
    { cause },
  );
}

/** Whole lines, as many at a time as a chunk of text contains: one by one would take much longer. */
async function* lines(
  text: AsyncIterable<string>,
  packed: () => number,
): AsyncGenerator<readonly string[]> {
  let rest = '';
  let length = 0;
  for await (const chunk of text) {
    length += chunk.length;
    if (length > LOOSE && length > packed() * TIGHTEST) throw broken();
    const [start = '', ...parts] = chunk.split('\n');
    parts.unshift(rest + start);
    rest = parts.pop() ?? '';
    if (rest.length > LONGEST_LINE) throw broken();
    yield parts;
  }
  yield [rest];
}

/** An invalid record is reported without its text, which is about people. */
function recordOf(parsed: Parsed): Dictionary {
  const value = 'value' in parsed ? parsed.value : undefined;
  if (!isObject(value)) throw broken();
  return value;
}

/**
 * Reads gzipped JSON Lines, some records at a time, in the memory of one chunk.
 *
 * @param md5 - its hash, if known; checked after the last record
 * @throws RapidProError `INVALID_RESPONSE`; what `bytes` throws
 */
export async function* readJsonLines(
  bytes: AsyncIterable<Uint8Array>,
  md5: string | undefined,
): AsyncGenerator<Dictionary[]> {
  const hash = createHash('md5');
  let packed = 0;
  const source = Readable.from(
    (async function* () {
      for await (const chunk of bytes) {
        hash.update(chunk);
        packed += chunk.length;
        yield chunk;
      }
    })(),
  );
  const gunzip = createGunzip();
  source.on('error', error => gunzip.destroy(error));
  const text = source.pipe(gunzip).setEncoding('utf8');
  try {
    let blank = 0;
    for await (const some of lines(text, () => packed)) {
      const written = some.filter(line => line.trim() !== '');
      blank = written.length > 0 ? 0 : blank + some.join(' ').length;
      if (blank > LONGEST_LINE) throw broken();
      const records: Dictionary[] = [];
      for (const line of written) {
        // There may be a million, nearly all of them short: only a long one is worth a promise.
        records.push(recordOf(line.length > LARGE ? await parseInTurns(line) : parse(line)));
      }
      yield records;
    }
  } catch (error) {
    throw error instanceof RapidProError ? error : broken(error);
  } finally {
    source.destroy();
    gunzip.destroy();
  }
  if (md5 && hash.digest('hex') !== md5.toLowerCase()) throw broken();
}
