import { gzipSync } from 'node:zlib';
import { answer } from '../support/faults.js';
import { bomb, crumbs, encoded, giant, MEGABYTE } from './behaviors.js';
import type { Group } from './case.js';
import { HURRIED, getContacts as operations } from './operations.js';

const answers = '16 MB per answer';

export const SIZE: Group = {
  title: 'Size',
  cases: [
    {
      does: 'answers with a gigabyte, and announces its length',
      limit: answers,
      operations,
      memory: 400,
      ways: () => [giant(1024, 'length')],
    },
    {
      does: 'answers with a gigabyte, in chunks',
      limit: answers,
      operations,
      memory: 400,
      ways: () => [giant(1024, 'chunked')],
    },
    {
      does: 'answers with a gigabyte, and then closes the connection',
      limit: answers,
      operations,
      memory: 400,
      ways: () => [giant(1024, 'none')],
    },
    {
      does: 'answers in chunks of one character',
      limit: 'the time for a request (`timeout`), here 2 seconds',
      operations: HURRIED,
      memory: 400,
      ways: () => [crumbs()],
    },
    {
      does: 'refuses with a gigabyte',
      limit: '1 MB of a refusal',
      operations,
      memory: 400,
      ways: () => [giant(1024, 'length', 400)],
    },
    {
      does: 'answers with a gigabyte as gzip, in many parts',
      limit: `${answers}, uncompressed`,
      operations,
      memory: 400,
      ways: () => [encoded(bomb(1024), 'gzip')],
    },
    {
      does: 'compresses an answer twice, or with a method that was not requested',
      limit: '`gzip`, once',
      operations,
      ways: () => [
        encoded(gzipSync(gzipSync('{"results":[]}')), 'gzip, gzip'),
        encoded(gzipSync(gzipSync('{"results":[]}')), 'gzip'),
        ...['deflate', 'br', 'zstd', 'compress', 'x'.repeat(5000)].map(coding =>
          encoded(Buffer.from('{"results":[]}'), coding),
        ),
      ],
    },
    {
      does: 'answers with millions of empty objects',
      limit: '1,000,000 parts',
      operations,
      memory: 400,
      ways: () => [answer(200, `{"results":[${'{},'.repeat(5 * MEGABYTE)}{}]}`)],
    },
    {
      does: 'answers with hundreds of thousands of different keys',
      limit: '50,000 different keys',
      operations,
      memory: 400,
      ways: () => [
        answer(
          200,
          `{"results":[${Array.from({ length: 400_000 }, (_, index) => `{"k${index}" :1}`)}]}`,
        ),
      ],
    },
  ],
};
