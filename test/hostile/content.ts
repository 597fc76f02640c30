import type { State } from '../../src/types/state.js';
import { TOKEN } from '../support/credential.js';
import { answer, json } from '../support/faults.js';
import type { Behavior } from '../support/rawServer.js';
import { contact } from './behaviors.js';
import type { Group } from './case.js';
import { getContact, getContacts, READ_AND_SEND } from './operations.js';

const deep = (levels: number) => `${'{"a":'.repeat(levels)}1${'}'.repeat(levels)}`;
const typed = (type: string, body: string | Buffer): Behavior =>
  answer(200, body, type ? { 'Content-Type': type } : {});

/** Keys that belong to objects themselves. */
const INNER =
  '{"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}},"toString":1}';

const isPolluted = () => 'polluted' in {};
const first = (state: State) => (state.data as { name: unknown; id: unknown }[])[0];

export const CONTENT: Group = {
  title: 'Content',
  cases: [
    {
      does: 'nests an answer 100,000 levels deep',
      limit: '200 levels',
      operations: { ...getContacts, ...getContact },
      ways: () => [
        answer(200, deep(100_000)),
        answer(200, `{"results":[{"uuid":"1","fields":${deep(100_000)}}]}`),
        answer(200, '['.repeat(100_000) + ']'.repeat(100_000)),
      ],
    },
    {
      does: 'refuses with an answer that is nested 100,000 levels deep',
      limit: 'only 8 levels are read',
      operations: getContacts,
      ways: () => [answer(400, deep(100_000), { 'X-Temba-Org': '1' })],
    },
    {
      does: 'sends keys with a meaning in JavaScript, such as `__proto__`',
      limit: 'they are treated as data',
      operations: getContacts,
      ways: () => [
        answer(200, `{"results":[${INNER},{"uuid":"1","fields":${INNER}}],${INNER.slice(1)}`),
      ],
      reads: state =>
        `reads ${(state.data as []).length} records; ${isPolluted() ? 'objects are changed' : 'no other object is changed'}`,
    },
    {
      does: 'refuses with such keys',
      limit: 'they are treated as text',
      operations: READ_AND_SEND,
      ways: () => [answer(400, INNER, { 'X-Temba-Org': '1' })],
    },
    {
      does: 'answers with a web page',
      limit: 'RapidPro answers with JSON',
      operations: READ_AND_SEND,
      ways: () =>
        ['text/html', 'application/json', ''].map(type =>
          typed(type, '<!doctype html><title>Log in</title>'),
        ),
    },
    {
      does: 'answers with text, a picture, nothing, or broken JSON',
      limit: 'JSON, in at most 4 attempts',
      operations: READ_AND_SEND,
      ways: () => [
        typed('text/plain', 'Hello'),
        typed('image/png', Buffer.from('89504e470d0a1a0a', 'hex')),
        typed('', ''),
        typed('application/json', '{"results":[{"id":NaN}]}'),
        typed('application/json', '{"results":[{"id":Infinity}]}'),
        typed('application/json', Buffer.from('{"results":[]}', 'utf16le')),
      ],
    },
    {
      does: 'answers with JSON that has the wrong content type, or starts with a byte order mark',
      limit: 'any JSON is read',
      operations: getContacts,
      ways: () => [
        ...['text/html', 'image/png', 'nonsense', ''].map(type => typed(type, '{"results":[]}')),
        typed('application/json', '\ufeff{"results":[]}'),
      ],
      reads: state => `reads ${(state.data as []).length} records`,
    },
    {
      does: 'sends bytes that are not UTF-8',
      limit: 'each becomes �',
      operations: getContacts,
      ways: () => [
        answer(
          200,
          Buffer.concat([
            Buffer.from('{"results":[{"name":"'),
            Buffer.from([0xff, 0xc0, 0x80]),
            Buffer.from('"}]}'),
          ]),
        ),
      ],
      reads: state => `reads the name "${first(state)?.name}"`,
    },
    {
      does: 'sends a key twice, and a number beyond 2^53',
      limit: 'whole numbers that JavaScript would round are read as text',
      operations: getContacts,
      ways: () => [answer(200, '{"results":[{"name":"a","name":"b","id":9007199254740993}]}')],
      reads: state =>
        `reads the last one, "${first(state)?.name}", and the number as text: ${JSON.stringify(first(state)?.id)}`,
    },
    {
      does: 'answers with something other than the expected object',
      limit: 'an object with a `uuid`, `id` or `key`',
      operations: { sendMessage: READ_AND_SEND.sendMessage as never },
      ways: () => [[], [contact(1)], {}, null, 5, 'text', true].map(body => json(body, 201)),
    },
    {
      does: 'repeats the token in a successful answer, plain or escaped',
      limit: 'the token is replaced by … before anything is read',
      operations: getContacts,
      ways: () =>
        [TOKEN, [...TOKEN].map(letter => `\\u00${letter.charCodeAt(0).toString(16)}`).join('')].map(
          token => answer(200, `{"results":[{"uuid":"${token}","name":"x ${token}"}]}`),
        ),
      reads: state => `reads the name "${first(state)?.name}"`,
    },
    {
      does: 'repeats the token and the text in a refusal, with control characters for a terminal',
      limit: 'errors are cleaned, and limited to 50 texts of 300 characters',
      operations: READ_AND_SEND,
      ways: () => [
        json(
          { text: [`${TOKEN} \u001b[2J Hello there ${Buffer.from(TOKEN).toString('base64')}`] },
          400,
          { 'X-Temba-Org': '1' },
        ),
      ],
    },
    {
      does: 'always answers 429, with a Retry-After of 0, -1, 1e99, NaN or the year 9999',
      limit: '60 seconds of waiting in a step (`maxWait`)',
      operations: READ_AND_SEND,
      ways: () =>
        ['0', '-1', '1e99', 'NaN', '9'.repeat(400), 'Fri, 31 Dec 9999 23:59:59 GMT', '0.001'].map(
          after => json({ detail: 'Too many' }, 429, { 'Retry-After': after }),
        ),
    },
    {
      does: 'asks for another login, in any way that HTTP has',
      limit: 'no other login is attempted',
      operations: READ_AND_SEND,
      ways: () =>
        ['Basic realm="x"', 'NTLM', 'Negotiate', 'Bearer'].map(scheme =>
          json({ detail: 'Log in' }, 401, { 'WWW-Authenticate': scheme }),
        ),
    },
  ],
};
