import { answer, bytes, rapidPro204, stall, tooManyBytes } from '../support/faults.js';
import type { Behavior } from '../support/rawServer.js';
import { drip, head, line, stream } from './behaviors.js';
import type { Group } from './case.js';
import { BRIEF, getContacts, READ_AND_SEND, WITHOUT_ANSWER } from './operations.js';

const empty = '{"results":[]}';
const headers = (...lines: string[]): Behavior =>
  bytes(`${head(`Content-Length: ${empty.length}`, ...lines)}${empty}`);
const reads = () => 'reads the answer';

export const PROTOCOL: Group = {
  title: 'HTTP and time',
  cases: [
    {
      does: 'never answers',
      limit: '60 seconds per request (`timeout`), 2 attempts to read',
      operations: BRIEF,
      ways: () => [stall],
    },
    {
      does: 'sends the head, or the body, a byte at a time',
      limit: 'the same limit, for the whole request',
      operations: BRIEF,
      ways: () => [
        drip('HTTP/1.1 200 OK\r\n', 'x', 20),
        drip('HTTP/1.1 200 OK\r\nx:', ' x', 20),
        drip(head('Content-Length: 1000000'), ' ', 20),
        drip(head('Transfer-Encoding: chunked'), '1\r\n \r\n', 20),
      ],
    },
    {
      does: 'sends endless 1xx answers',
      limit: 'the same',
      operations: BRIEF,
      ways: () =>
        ['103 Early Hints', '102 Processing'].map(
          (status): Behavior =>
            ({ socket }) =>
              stream(
                socket,
                '',
                Buffer.from(`HTTP/1.1 ${status}\r\nLink: x\r\n\r\n`.repeat(100)),
                Number.POSITIVE_INFINITY,
              ),
        ),
    },
    {
      does: 'sends a header of 100 KB',
      limit: '16 KB of headers',
      operations: READ_AND_SEND,
      ways: () => [headers(`X-Large: ${'x'.repeat(100_000)}`)],
    },
    {
      does: 'sends endless headers',
      limit: '16 KB of headers, or the time of the request',
      operations: BRIEF,
      ways: () => [
        ({ socket }) =>
          stream(socket, 'HTTP/1.1 200 OK\r\n', Buffer.from('x-a: b\r\n'.repeat(100)), Infinity),
      ],
    },
    {
      does: 'sends something that is not HTTP, or has no status',
      limit: 'HTTP/1.1, 4 attempts to read',
      operations: READ_AND_SEND,
      ways: () => [
        bytes('\0\0\0 what? \r\n\r\n'),
        bytes('SSH-2.0-OpenSSH_9.0\r\n\r\n'),
        line('000 Nothing', 'Content-Length: 0'),
        line('abc Nothing', 'Content-Length: 0'),
        headers('Content-Length: -1'),
        headers('Transfer-Encoding: chunked'),
        headers('bad header: x', '\u0001: x'),
      ],
    },
    {
      does: 'switches the protocol, or sends an unexpected 100',
      limit: 'treated as a lost connection',
      operations: READ_AND_SEND,
      ways: () => [
        line('101 Switching', 'Upgrade: websocket', 'Connection: upgrade'),
        line('100 Continue'),
      ],
    },
    {
      does: 'sends an unknown status',
      limit: 'anything but success is an error',
      operations: READ_AND_SEND,
      ways: () => ['999 X', '600 X', '599 X'].map(status => line(status, 'Content-Length: 0')),
    },
    {
      does: 'sends headers with a meaning in JavaScript, or twice',
      limit: 'they are treated as headers',
      operations: getContacts,
      ways: () => [
        headers(
          '__proto__: a',
          '__proto__: b',
          'constructor: c',
          'toString: d',
          'hasOwnProperty: e',
        ),
        headers(
          'Retry-After: 1',
          'Retry-After: 2',
          'Date: x',
          'Date: y',
          'Content-Type: a',
          'Content-Type: b',
        ),
      ],
      reads,
    },
    {
      does: 'sends a second answer that nobody requested',
      limit: 'the answer ends where it says',
      operations: getContacts,
      ways: () => [
        bytes(`${head(`Content-Length: ${empty.length}`)}${empty}HTTP/1.1 200 OK\r\n\r\n`),
        bytes(`${head(`Content-Length: ${empty.length}`)}${empty}`.repeat(5)),
      ],
      reads,
    },
    {
      does: 'sends more or less than its Content-Length, or several lengths',
      limit: 'the answer ends where it says, and is JSON',
      operations: READ_AND_SEND,
      ways: () => [
        tooManyBytes,
        headers('Content-Length: 5'),
        headers('Content-Length: 99999999999999999999999'),
      ],
    },
    {
      does: 'closes the connection in the middle of a long or short body',
      limit: '4 attempts to read',
      operations: READ_AND_SEND,
      ways: () =>
        [5, 500_000].map(
          (length): Behavior =>
            ({ socket }) =>
              socket.end(head('Content-Length: 900000', 'Connection: close') + ' '.repeat(length)),
        ),
    },
    {
      does: 'answers with 204 and a body',
      limit: 'a 204 has no body, and its connection is not reused',
      operations: WITHOUT_ANSWER,
      ways: () => [rapidPro204, answer(204, 'x'.repeat(1_000_000))],
      reads: () => 'succeeds, and reads no body',
    },
  ],
};
