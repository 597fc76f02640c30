import { Readable } from 'node:stream';
import { expect, test } from 'vitest';
import { readText } from '../../src/client/body.js';

test.each([
  ['nothing', Buffer.from('')],
  ['ASCII', Buffer.from('plain \u0000\u007f')],
  ['Latin', Buffer.from('Zoé ÿ')],
  ['all planes', Buffer.from('李雷 👋 \ufeff\uffff\ud7ff')],
  ['a byte-order mark', Buffer.from('\ufeff{}')],
  ['a lone continuation byte', Buffer.from([0x61, 0x80, 0x62])],
  ['half a letter', Buffer.from('é').subarray(0, 1)],
  ['an overlong form', Buffer.from([0xc0, 0xaf])],
  ['half a surrogate pair', Buffer.from([0xed, 0xa0, 0x80])],
  ['a part of a larger buffer', Buffer.from('xxé李xx').subarray(2, 7)],
  ['a long mixture', Buffer.from('aé李👋'.repeat(50_000))],
  ['letters across the parts of a large one', Buffer.from('aé李👋'.repeat(350_000))],
  [
    'bad letters across them',
    Buffer.concat([
      Buffer.alloc(2 ** 20 - 1, 0x61),
      Buffer.from([0xf0, 0x9f, 0x91, 0x61, 0xe6, 0x9d]),
    ]),
  ],
])('%s reads as node reads it', async (_, bytes) => {
  expect(await readText(Readable.from([bytes]))).toBe(bytes.toString('utf8'));
});
