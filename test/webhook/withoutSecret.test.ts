import { inspect } from 'node:util';
import { expect, test } from 'vitest';
import { resultKey } from '../../src/webhook/parsePush.js';
import { withoutSecret } from '../../src/webhook/withoutSecret.js';
import { base32 } from '../support/base32.js';

const SECRETS = ['s3cr3t-of-ours', 'p/q"r\\s é+ü', 'a b&c=d%e', '長い秘密の言葉'];
const twice = (value: string) => JSON.stringify(JSON.stringify(value));
const basic = (user: string, secret: string) =>
  `Basic ${Buffer.from(`${user}:${secret}`).toString('base64')}`;
const wide = (text: string) => Buffer.from(text, 'utf16le');
const wrapped = (secret: string, end: string) =>
  Buffer.from(`user:\n${secret}`).toString('base64').replace(/.{10}/g, `$&${end}`);
const toAscii = (text: string) =>
  JSON.stringify(text).replace(
    /[\u007f-\uffff]/g,
    letter => `\\u${letter.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );

const ways: [string, (secret: string) => unknown][] = [
  ['as it is', secret => `x ${secret} y`],
  ['percent-encoded', encodeURIComponent],
  ['in small letters', secret => encodeURIComponent(secret).toLowerCase()],
  [
    'all of it percent-encoded',
    secret => Buffer.from(secret).toString('hex').replace(/../g, '%$&'),
  ],
  ['in a form', secret => `${new URLSearchParams({ a: secret })}`],
  ['in JSON', secret => JSON.stringify({ secret })],
  ['in JSON within JSON', twice],
  ['in JSON without other letters', toAscii],
  ['in Basic', secret => basic('u', secret)],
  ['in Basic, further on', secret => basic('us', secret)],
  ['in Basic, and more behind it', secret => basic('user', `${secret}xyz`)],
  ['in base64 of addresses', secret => Buffer.from(`?>${secret}?>`).toString('base64url')],
  ['in hex', secret => Buffer.from(secret).toString('hex').toUpperCase()],
  ['in a Buffer', secret => ({ raw: Buffer.from(`x${secret}y`) })],
  ['in a Buffer after JSON', secret => JSON.parse(JSON.stringify(Buffer.from(`x${secret}y`)))],
  ['in an ArrayBuffer', secret => new Uint8Array(Buffer.from(secret)).buffer],
  ['in a Map', secret => new Map([['a', [secret]]])],
  ['as the key of a Map', secret => ({ map: new Map([[secret, 1]]) })],
  ['in a Set', secret => new Set([secret])],
  ['as a key', secret => ({ [secret]: { [secret]: 1 } })],
  ['percent-encoded twice', secret => encodeURIComponent(encodeURIComponent(`x${secret}"`))],
  [
    'in numbers of a page',
    secret => Array.from(secret, letter => `&#${letter.codePointAt(0)};`).join(''),
  ],
  [
    'in hex numbers of a page',
    secret => Array.from(secret, letter => `&#x${letter.codePointAt(0)?.toString(16)};`).join(''),
  ],
  [
    'in bytes after JSON',
    secret => JSON.parse(JSON.stringify(new Uint8Array(Buffer.from(secret)))),
  ],
  ['in an address', secret => new URL(`https://example.org/?key=${encodeURIComponent(secret)}`)],
  ['in a form of its own', secret => new URLSearchParams({ key: secret })],
  ['in headers', secret => new Headers({ key: encodeURIComponent(secret) })],
  ['in an error', secret => new Error(`no ${secret}`)],
  ['in base64 with line breaks', secret => wrapped(secret, '\r\n')],
  ['in base64 with line breaks, in JSON', secret => JSON.stringify(wrapped(secret, '\r\n'))],
  [
    'in base64 with line breaks, in an address',
    secret => encodeURIComponent(wrapped(secret, '\n')),
  ],
  ['in base64 of wide letters', secret => wide(`x${secret}`).toString('base64')],
  ['in base64 of wide letters, the other way', secret => wide(secret).swap16().toString('base64')],
  ['in a Buffer of wide letters', secret => ({ raw: wide(`x${secret}y`) })],
  ['in hex of wide letters', secret => wide(secret).toString('hex')],
  ['in base32', secret => base32(Buffer.from(`us:${secret}`))],
  ['in base32 in small letters', secret => base32(Buffer.from(`u:${secret}`)).toLowerCase()],
  ['in the JSON text of a Buffer', secret => JSON.stringify(Buffer.from(`x${secret}`))],
  [
    'in the JSON text of a Buffer, indented',
    secret => JSON.stringify(Buffer.from(secret), null, 2),
  ],
  ['in the JSON text of a Buffer in JSON', secret => twice(JSON.stringify(Buffer.from(secret)))],
  ['in letters of two parts', secret => secret.normalize('NFD')],
  ['in letters that were read byte by byte', secret => Buffer.from(secret).toString('latin1')],
  ['under a symbol', secret => ({ [Symbol('key')]: { secret } })],
];

test('in the base64 of Basic, one byte for each letter', () => {
  const secret = 'p/q"r\\s é+ü';
  const header = `Basic ${Buffer.from(`user:${secret}`, 'latin1').toString('base64')}`;
  expect(withoutSecret({ header }, secret)).toEqual({ header: 'Basic …' });
});

test('lines around base64 stay', () => {
  const line = Buffer.from('s3cr3t-of-ours').toString('base64');
  expect(withoutSecret(`Hello\n${line}\nworld`, 's3cr3t-of-ours')).toBe('Hello\n…\nworld');
});

test('in a hidden key, or under one', () => {
  const value = Object.defineProperty({ a: 1 }, 'key', { value: ['x s3cr3t-of-ours'] });
  Object.defineProperty(value, 's3cr3t-of-ours', { value: 2 });
  const shown = inspect(withoutSecret({ data: [value] }, 's3cr3t-of-ours'), {
    depth: 9,
    showHidden: true,
  });
  expect(shown).toContain("[key]: [ 'x …'");
  expect(shown).not.toContain('s3cr3t');
});

test('symbols and hidden keys of what is cleaned stay', () => {
  const key = Symbol('key');
  const value = Object.defineProperty({ a: 's3cr3t-of-ours', [key]: 1 }, 'b', { value: 2 });
  const clean = withoutSecret(value, 's3cr3t-of-ours');
  expect(clean.a).toBe('…');
  expect(clean[key]).toBe(1);
  expect((clean as { b?: number }).b).toBe(2);
  expect(Object.keys(clean)).toEqual(['a']);
});

test('an object that contains itself ends', () => {
  const value: { a: string; self?: object } = { a: 's3cr3t-of-ours' };
  value.self = value;
  expect(withoutSecret(value, 's3cr3t-of-ours')).toEqual({ a: '…', self: '…' });
});

test.each(ways)('%s', (_, write) => {
  for (const secret of SECRETS) {
    const written = write(secret);
    const clean = withoutSecret({ data: [written] }, secret);
    expect(inspect(clean, { depth: 9, showHidden: true })).toContain('…');
    expect(clean).not.toEqual({ data: [written] });
    const text = inspect(clean, { depth: 9, showHidden: true });
    const lower = typeof written === 'string' && written === written.toLowerCase();
    expect(text).not.toContain(secret);
    if (lower) expect(text.toLowerCase()).not.toContain(encodeURIComponent(secret).toLowerCase());
  }
});

test('what holds none of it is the same object', () => {
  const value = {
    data: [
      { text: 's3cr3t', bytes: Buffer.from('other'), map: new Map([['a', 1]]), set: new Set([1]) },
    ],
    numbers: [1, 2, 3],
    date: new Date(0),
    url: new URL('https://example.org/?key=1'),
    error: new Error('s3cr3t'),
  };
  expect(withoutSecret(value, 's3cr3t-of-ours')).toBe(value);
});

test('a long text takes no time', () => {
  const text = `${'A'.repeat(5_000_000)}${Buffer.from('us:s3cr3t-of-ours').toString('base64')}`;
  const started = performance.now();
  expect(withoutSecret({ text }, 's3cr3t-of-ours')).toEqual({ text: '…' });
  expect(performance.now() - started).toBeLessThan(5000);
});

test.each([
  ['backslashes', '\\'],
  ['line breaks in JSON', '\\n'],
  ['line breaks in JSON within JSON', '\\\\n'],
  ['line breaks of an address', '%250A'],
  ['spaces', ' '],
])('after a letter of the secret, many %s take no time', (_, sign) => {
  const secret = 's3cr3t-of-ours';
  const base64 = Buffer.from(secret).toString('base64');
  const lines = `${base64.slice(0, 10)}\n${base64.slice(10)}`;
  const text = `${base64[0]}${sign.repeat(1000)}! ${lines}`;
  const started = performance.now();
  expect(withoutSecret(text, secret)).toMatch(/! ?…$/);
  expect(performance.now() - started).toBeLessThan(2000);
});

test('a secret that is wrapped with any number of backslashes is found', () => {
  const secret = 's3cr3t-of-ours';
  const base64 = Buffer.from(secret).toString('base64');
  for (const count of [1, 3, 30, 31, 32, 62, 63, 500]) {
    const sign = `${'\\'.repeat(count)}n`;
    const lines = `${base64.slice(0, 10)}${sign}${base64.slice(10)}`;
    expect(withoutSecret(`a! ${lines} ! ${lines} !b`, secret)).toBe('a!…!…!b');
  }
});

test.each([
  ['İlçe', 'ilçe'],
  ['İSTANBUL', 'istanbul'],
  ['ΟΔΟΣ', 'οδοσ'],
  ['Οδός ΟΔΟΣ', 'οδός_οδοσ'],
  ['Cases Seen', 'cases_seen'],
  ['ẞ', 'ß'],
  ['\u0085Cases ', 'cases'],
  ['\ufeffCases', '_cases'],
])('a result that is called %s has the key %s', (name, key) => {
  expect(resultKey(name)).toBe(key);
});
