import { createHash, randomBytes } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { readJsonLines } from '../../src/client/links/jsonLines.js';
import { fail, type RapidProError } from '../../src/errors/errors.js';

async function* chunksOf(bytes: Uint8Array, size = bytes.length): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

async function read(bytes: AsyncIterable<Uint8Array>, md5?: string) {
  const records: unknown[] = [];
  for await (const some of readJsonLines(bytes, md5)) records.push(...some);
  return records;
}
const readText = (text: string, size?: number, md5?: string) =>
  read(chunksOf(gzipSync(text, { level: 1 }), size), md5);

async function failed(reading: Promise<unknown>): Promise<RapidProError> {
  return reading.then(
    () => expect.unreachable('no error'),
    (error: RapidProError) => error,
  );
}
const BROKEN = { code: 'INVALID_RESPONSE', description: 'The archive is broken or incomplete.' };

describe('lines', () => {
  test.each<[string, string, unknown[]]>([
    ['of an archive', '{"a":1}\n{"b":"é 👋"}\n', [{ a: 1 }, { b: 'é 👋' }]],
    ['without an end of the last', '{"a":1}\n{"b":2}', [{ a: 1 }, { b: 2 }]],
    ['of Windows, and blank ones', '\n{"a":1}\r\n \t\n\n{"b":2}\r\n  ', [{ a: 1 }, { b: 2 }]],
    ['none', '', []],
    ['with long numbers', '{"a":24871234567890123}\n', [{ a: '24871234567890123' }]],
  ])('%s', async (_, text, records) => {
    expect(await readText(text)).toEqual(records);
    expect(await readText(text, 1)).toEqual(records);
  });

  test('of many chunks come some at a time, in their order', async () => {
    const records = Array.from({ length: 3000 }, (_, id) => ({
      id,
      text: randomBytes(50).toString('hex'),
    }));
    const bytes = gzipSync(records.map(record => JSON.stringify(record)).join('\n'));
    const sizes: number[] = [];
    const all: unknown[] = [];
    for await (const some of readJsonLines(chunksOf(bytes, 5000), undefined)) {
      sizes.push(some.length);
      all.push(...some);
    }
    expect(all).toEqual(records);
    expect(Math.max(...sizes)).toBeLessThan(500);
  });

  test('that are large are read too', async () => {
    const record = { text: randomBytes(400_000).toString('hex') };
    expect(await readText(`${JSON.stringify(record)}\n{"a":1}\n`)).toEqual([record, { a: 1 }]);
  });

  test.each(['[1]', '7', 'null', '"{}"', '{"a":', '{"a":1}{"b":2}', 'Amina'])(
    'a record that is none is reported without its text: %s',
    async text => {
      const error = await failed(readText(`{"a":1}\n${text}\n`));
      expect(error).toMatchObject(BROKEN);
      expect(error.cause).toBeUndefined();
    },
  );
});

describe('an archive', () => {
  const text = '{"a":1}\n{"b":2}\n';
  const bytes = gzipSync(text);
  const md5 = createHash('md5').update(bytes).digest('hex');

  test.each([md5, md5.toUpperCase(), '', undefined])('is what its hash says: %s', async hash => {
    expect(await read(chunksOf(bytes, 7), hash)).toEqual([{ a: 1 }, { b: 2 }]);
  });

  test('with another hash is broken, after its last record', async () => {
    const records: unknown[] = [];
    const reading = (async () => {
      for await (const some of readJsonLines(chunksOf(bytes), md5.replace(/./, 'x')))
        records.push(...some);
    })();
    expect(await failed(reading)).toMatchObject(BROKEN);
    expect(records).toHaveLength(2);
  });

  test.each([
    ['half of one', bytes.subarray(0, bytes.length - 9)],
    ['no gzip', Buffer.from(text)],
    ['nothing', Buffer.alloc(0)],
  ])('%s is broken', async (what, wrong) => {
    const error = await failed(read(chunksOf(wrong)));
    expect(error).toMatchObject(BROKEN);
    expect([what, error.cause instanceof Error]).toEqual([what, true]);
  });

  test('whose download fails throws what that threw', async () => {
    const thrown = fail('LINK_FAILED', 'It broke.', 'Run it again.');
    const breaking = (async function* () {
      yield bytes.subarray(0, 10);
      throw thrown;
    })();
    expect(await failed(read(breaking))).toBe(thrown);
  });

  test('that is left early ends its download', async () => {
    let ended = false;
    const endless = (async function* () {
      try {
        yield bytes;
        for (;;) yield gzipSync('{"c":3}\n');
      } finally {
        ended = true;
      }
    })();
    for await (const some of readJsonLines(endless, undefined)) {
      expect(some[0]).toEqual({ a: 1 });
      break;
    }
    await new Promise(resolve => setTimeout(resolve, 20));
    expect(ended).toBe(true);
  });
});

describe('what no archive is', () => {
  const million = 1024 * 1024;
  /** Letters that gzip packs to three quarters. */
  const noise = (length: number) => randomBytes(length).toString('base64').slice(0, length);

  test('a line longer than ten million letters is not gathered', async () => {
    const line = (length: number) => `{"a":"${noise(length - 8)}"}`;
    expect(await failed(readText(`${line(10 * million + 70_000)}\n`, 50_000))).toMatchObject(
      BROKEN,
    );
    expect(await readText(`${line(10 * million)}`, 50_000)).toHaveLength(1);
  });

  test('from a million letters on, it is not packed tighter than 300 to 1', async () => {
    const line = `{"a":"${' '.repeat(1000)}"}\n`;
    const tight = (count: number) => read(chunksOf(gzipSync(line.repeat(count))));
    expect(await tight(900)).toHaveLength(900);
    expect(await failed(tight(1100))).toMatchObject(BROKEN);
    // 200 to 1 is well.
    const loose = Array.from({ length: 2000 }, () => `{"a":"${noise(4)}${' '.repeat(1600)}"}\n`);
    expect(await readText(loose.join(''))).toHaveLength(2000);
  });

  test('it has no ten million letters between two records', async () => {
    const blank = (length: number) =>
      randomBytes(length)
        .map(byte => (byte === 0 ? 10 : byte % 2 ? 9 : 32))
        .toString();
    expect(await failed(readText(blank(10 * million + 100_000)))).toMatchObject(BROKEN);
    const record = '\n{"a":1}\n';
    const twice = blank(6 * million) + record;
    expect(await readText(twice + twice)).toHaveLength(2);
  });
});
