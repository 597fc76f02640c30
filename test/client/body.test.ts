import { Readable } from 'node:stream';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { Gathered, MAX_BODY, readText, tooLarge, UnreadableBody } from '../../src/client/body.js';

const from = (...chunks: Buffer[]) => Readable.from(chunks);

describe('a body', () => {
  test.each([
    [Buffer.from('plain'), '', 'plain'],
    [Buffer.from('plain'), ' Identity ', 'plain'],
    [gzipSync('packed é'), ' GZip\t', 'packed é'],
    [gzipSync('packed'), 'x-gzip', 'packed'],
    // Nothing is not gzip, but it is nothing.
    [Buffer.alloc(0), 'gzip', ''],
    [Buffer.alloc(0), 'br', ''],
  ])('%# is unpacked as it says', async (bytes, encoding, text) => {
    expect(await readText(from(bytes), encoding)).toBe(text);
  });

  test.each([
    [gzipSync('packed'), 'br'],
    [gzipSync('packed'), 'gzip, gzip'],
    [gzipSync('packed').subarray(0, 15), 'gzip'],
    [Buffer.from('packed'), 'gzip'],
  ])('%# cannot be unpacked', async (bytes, encoding) => {
    const error: Error = await readText(from(bytes), encoding).then(
      () => expect.unreachable('no error'),
      thrown => thrown,
    );
    expect(error).toBeInstanceOf(UnreadableBody);
    expect(error.cause instanceof Error).toBe(encoding === 'gzip');
    expect(error.message).not.toContain(encoding === 'gzip' ? 'packed' : encoding);
  });

  test('may be as large as is allowed, and no byte larger', async () => {
    expect(await readText(from(Buffer.from('12345')), '', 5)).toBe('12345');
    expect(await readText(from(gzipSync('1'.repeat(30))), 'gzip', 30)).toBe('1'.repeat(30));
    for (const chunks of [[Buffer.from('123456')], [Buffer.from('12345'), Buffer.from('6')]]) {
      const body = from(...chunks);
      await expect(readText(body, '', 5)).rejects.toMatchObject({ code: 'RESPONSE_TOO_LARGE' });
      expect(body.destroyed).toBe(true);
    }
    await expect(readText(from(gzipSync('1'.repeat(31))), 'gzip', 30)).rejects.toMatchObject({
      code: 'RESPONSE_TOO_LARGE',
    });
  });

  test('that is too large may have done its work', () => {
    const { code, outcome, description } = tooLarge();
    expect([code, outcome]).toEqual(['RESPONSE_TOO_LARGE', 'unknown']);
    expect(description).toBe('The answer from the server is larger than 16 MB.');
    expect(MAX_BODY).toBe(16 * 2 ** 20);
    expect(tooLarge('has too much').description).toBe('The answer from the server has too much.');
  });

  test('that breaks off is the error of the connection', async () => {
    const body = new Readable({ read() {} });
    const reading = readText(body);
    body.push('12');
    body.destroy(new Error('other side closed'));
    await expect(reading).rejects.toThrow('other side closed');
  });

  test('read at the same time as others keeps its own text', async () => {
    const texts = ['a', 'é', 'b'.repeat(300_000), 'ü'.repeat(300_000), '', 'c'.repeat(70_000)];
    const chunksOf = (text: string) => {
      const bytes = Buffer.from(text);
      return [bytes.subarray(0, bytes.length / 3), bytes.subarray(bytes.length / 3)];
    };
    const read = await Promise.all(texts.map(text => readText(from(...chunksOf(text)))));
    expect(read.map((text, place) => text === texts[place])).toEqual(texts.map(() => true));
  });

  test('that is large leaves others their turn', async () => {
    const bytes = Buffer.from('é'.repeat(4 * 2 ** 20));
    let [turns, isRead] = [0, false];
    const turn = () => {
      turns++;
      if (!isRead) setImmediate(turn);
    };
    setImmediate(turn);
    await readText(from(bytes));
    isRead = true;
    // Half a megabyte of eight at a time.
    expect(turns).toBeGreaterThanOrEqual(16);
  });
});

describe('chunks', () => {
  test('are put together in their order', () => {
    const gathered = new Gathered();
    const bytes = Buffer.from(Array.from({ length: 10_000 }, (_, index) => index % 251));
    for (const byte of bytes) gathered.add(Uint8Array.of(byte));
    expect(gathered.size).toBe(10_000);
    expect(gathered.toBuffer().equals(bytes)).toBe(true);
    const place = Buffer.alloc(10_001, 255);
    expect(gathered.copyTo(place).equals(bytes)).toBe(true);
    expect(place.at(-1)).toBe(255);
    expect(new Gathered().toBuffer()).toHaveLength(0);
  });

  test('of single bytes take little more memory than their bytes', () => {
    setFlagsFromString('--expose-gc');
    const collect = runInNewContext('gc') as () => void;
    const gathered = new Gathered();
    collect();
    const before = process.memoryUsage().heapUsed;
    for (let index = 0; index < 200_000; index++) gathered.add(Uint8Array.of(1));
    collect();
    const grown = process.memoryUsage().heapUsed - before;
    expect(gathered.size).toBe(200_000);
    // Each chunk by itself would take more than a hundred bytes.
    expect(grown).toBeLessThan(6_000_000);
  });
});
