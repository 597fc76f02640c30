import { describe, expect, test } from 'vitest';
import { guardOf, SECRET_FIX, SecretGuard } from '../../src/input/secrets.js';
import type { ApiRequest } from '../../src/types/request.js';
import { refusalOf } from './refusal.js';

/** What the guard of a credential finds in texts and requests, without a server. */

// With characters that JSON and addresses write in other ways, and one outside of ASCII.
const TOKEN = '0123 456/789"ab\\cdé+f';
const HOOK = 'correct horse/battery "9"';
const guard = () => new SecretGuard({ token: TOKEN, webhookSecret: HOOK });

const bytesIn = (text: string, write: (byte: number) => string) =>
  [...Buffer.from(text)].map(write).join('');
const percent = (text: string) => bytesIn(text, byte => `%${byte.toString(16).padStart(2, '0')}`);
const json = (text: string) => JSON.stringify(text).slice(1, -1);
const lines = (text: string) => text.replace(/.{10}/g, '$&\r\n');
const units = (text: string, backslash = '\\') =>
  text
    .split('')
    .map(unit => `${backslash}u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)
    .join('');
/** Encodes `%` again and again. */
const again = (text: string, times: number): string =>
  times === 0 ? text : again(text.replaceAll('%', '%25'), times - 1);
const nested = (text: string, times: number): string =>
  times === 0 ? text : nested(json(text), times - 1);

describe('the token is found anywhere', () => {
  test.each<[name: string, text: string]>([
    ['as it is', TOKEN],
    ['within a text', `Hi ${TOKEN}!`],
    ['in capitals', TOKEN.toUpperCase()],
    ['percent-encoded', percent(TOKEN)],
    ['percent-encoded in capitals', percent(TOKEN).toUpperCase()],
    ['as encodeURIComponent writes it', encodeURIComponent(TOKEN)],
    ['as a query writes it', new URLSearchParams({ a: TOKEN }).toString()],
    ['percent-encoded ten times', again(percent(TOKEN), 9)],
    ['in JSON', json(TOKEN)],
    ['in JSON in JSON', nested(TOKEN, 2)],
    ['five times over', nested(TOKEN, 5)],
    ['in numbers of units', units(TOKEN)],
    ['in numbers of units in JSON', units(TOKEN, '\\'.repeat(31))],
    ['in numbers after an encoded backslash', units(TOKEN, '%5C')],
    ['in numbers after a backslash that is encoded twice', units(TOKEN, '%255c')],
    ['in base64', Buffer.from(TOKEN).toString('base64')],
    ['in base64, from the second byte', Buffer.from(`:${TOKEN}`).toString('base64')],
    ['in base64, from the third byte', Buffer.from(`ab${TOKEN}:x`).toString('base64')],
    ['in base64 in lines', lines(Buffer.from(TOKEN).toString('base64'))],
    ['in hex in lines', lines(Buffer.from(TOKEN).toString('hex'))],
    ['in hex', Buffer.from(TOKEN).toString('hex')],
    ['in hex in capitals', Buffer.from(TOKEN).toString('hex').toUpperCase()],
  ])('%s', (_, text) => {
    expect(guard().secretIn(text)).toBe('token');
    expect(guard().secretIn(`${text} and more`)).toBe('token');
    expect(guard().secretIn(`before ${text}`)).toBe('token');
  });

  test.each<[name: string, text: string]>([
    ['nothing', ''],
    ['a part of it', TOKEN.slice(1)],
    ['the beginning of it', TOKEN.slice(0, -1)],
    ['another text of the same length', 'x'.repeat(TOKEN.length)],
    ['as many pluses, which are spaces', '+'.repeat(TOKEN.length)],
    ['percent-encoded more than ten times', again(percent(TOKEN), 10)],
    ['what is like it in a pattern', TOKEN.replace('+', 'dd')],
    ['spaces for its letters', ' '.repeat(40)],
    ['signs', '%+\\%+\\%+\\%+\\%+\\%+\\%+\\'],
  ])('but not in %s', (_, text) => {
    expect(guard().secretIn(text)).toBeUndefined();
  });
});

describe('a secret that may be part of any word counts as a whole value', () => {
  const short = () => new SecretGuard({ token: 'abc' });
  test.each<[text: string, isIn: boolean]>([
    ['abc', true],
    [' "abc" ', true],
    ["'abc'", true],
    ['%61bc', true],
    // Its case counts, for it may be a word.
    ['ABC', false],
    ['abcd', false],
    ['the abc', false],
    ['ab', false],
    ['https://example.org/abc', true],
    ['https://example.org/abc/x', true],
    ['http://example.org/abc', true],
    ['HTTPS://example.org/abc', true],
    ['https://[::1/abc', false],
    ['https://example.org/abcd', false],
    ['https://abc:x@example.org', true],
    ['https://x:abc@example.org', true],
    ['https://example.org/?a=abc', true],
    ['https://example.org/?abc=a', false],
    ['https://example.org/#abc', true],
    ['https://example.org/#a=abc', true],
    ['See https://example.org/abc.', true],
    ['See https://example.org/abc), please', true],
    ['See <https://example.org/abc>', true],
    ['https://example.org/?u=https%3A%2F%2Fx.org%2Fabc', true],
    ['Two: http://a.org https://example.org/abc', true],
    ['example.org/abc', false],
    ['https://', false],
    ['://abc', false],
  ])('%s: %j', (text, isIn) => {
    expect(short().secretIn(text) === 'token').toBe(isIn);
  });

  test('an address in an address is looked into three times', () => {
    const within = (times: number): string =>
      times === 0 ? 'abc' : `https://x.org/?u=${encodeURIComponent(within(times - 1))}`;
    expect([1, 2, 3].map(times => short().secretIn(within(times)))).toEqual(Array(3).fill('token'));
    expect(short().secretIn(within(4))).toBeUndefined();
  });

  test('from 16 characters on, it counts anywhere', () => {
    const token = '0123456789abcdef';
    expect(new SecretGuard({ token }).secretIn(`x${token}x`)).toBe('token');
    expect(new SecretGuard({ token: token.slice(1) }).secretIn(`x${token}x`)).toBeUndefined();
  });

  test('the webhook secret does, however long it is', () => {
    expect(guard().secretIn(HOOK)).toBe('webhook secret');
    expect(guard().secretIn(`https://example.org/?s=${encodeURIComponent(HOOK)}`)).toBe(
      'webhook secret',
    );
    expect(guard().secretIn(`The ${HOOK}`)).toBeUndefined();
    expect(new SecretGuard({ token: TOKEN }).secretIn(HOOK)).toBeUndefined();
  });

  test('the shorter of two secrets is looked for too', () => {
    expect(new SecretGuard({ token: TOKEN, webhookSecret: 'abc' }).secretIn('abc')).toBe(
      'webhook secret',
    );
    expect(new SecretGuard({ token: 'abc', webhookSecret: HOOK }).secretIn('abc')).toBe('token');
  });
});

describe('a request is checked before it is sent', () => {
  const URL = 'https://rapidpro.example.org/api/v2/contacts.json';
  const checked = (request: object, url = URL) => {
    const { body } = request as { body?: unknown };
    const given = { method: 'POST', path: 'contacts', ...request } as ApiRequest;
    return refusalOf(() =>
      guard().checkRequest(given, url, body === undefined ? undefined : JSON.stringify(body)),
    );
  };
  const file = (more: object) => ({
    file: { bytes: new Uint8Array([1]), filename: 'a.png', type: 'image/png', ...more },
  });

  test.each<[name: string, request: object, what: string]>([
    ['its path', { path: `contacts/${TOKEN}` }, 'The path of the request contains the token'],
    ['its path', { path: HOOK }, 'The path of the request contains the webhook secret'],
    ['its query', { query: { urn: TOKEN } }, 'The query of the request contains the token'],
    [
      'a key of its query',
      { query: { [TOKEN]: 1 } },
      'The query of the request contains the token',
    ],
    [
      'a list in its query',
      { query: { a: ['x', HOOK] } },
      'The query of the request contains the webhook secret',
    ],
    [
      'its body',
      { body: { a: [{ b: `x${TOKEN}` }] } },
      'The body of the request contains the token',
    ],
    ['a key of its body', { body: { [TOKEN]: 1 } }, 'The body of the request contains the token'],
    [
      'its body',
      { body: { a: [1, null, { b: HOOK }] } },
      'The body of the request contains the webhook secret',
    ],
    [
      'a key of its body',
      { body: { a: { [HOOK]: 1 } } },
      'The body of the request contains the webhook secret',
    ],
    [
      'the name of a file',
      file({ filename: `${TOKEN}.png` }),
      'The name of the file contains the token',
    ],
    ['the type of a file', file({ type: TOKEN }), 'The type of the file contains the token'],
    [
      'a file',
      file({ bytes: Buffer.from(`x${encodeURIComponent(TOKEN)}x`) }),
      'The file contains the token',
    ],
  ])('%s', (_, request, what) => {
    expect(checked(request)).toMatchObject({
      code: 'INVALID_INPUT',
      description: `${what} of the credential. Nothing was sent.`,
      fix: SECRET_FIX,
    });
  });

  test('its address', () => {
    expect(checked({}, `${URL}?a=${encodeURIComponent(TOKEN)}`)?.description).toBe(
      'The address of the request contains the token of the credential. Nothing was sent.',
    );
  });

  test.each<[name: string, request: object]>([
    [
      'other requests',
      { query: { a: ['x', 1, true, null, undefined] }, body: { a: [{ b: null }] } },
    ],
    ['a text with the webhook secret in it', { body: { text: `The ${HOOK}` } }],
    ['other files', file({ bytes: Buffer.from('plain') })],
    // Only the part that is sent counts.
    ['bytes beside those of a file', file({ bytes: Buffer.from(`${TOKEN}plain`).subarray(30) })],
  ])('%s pass', (_, request) => {
    expect(checked(request)).toBeUndefined();
  });

  test('the webhook secret goes where RapidPro needs it, and nowhere else', () => {
    const target_url = `https://openfn.example.org/i/x?s=${encodeURIComponent(HOOK)}`;
    const path = 'resthook_subscribers';
    expect(checked({ path, body: { target_url } })).toBeUndefined();
    expect(checked({ path, body: { target_url: TOKEN } })).toBeDefined();
    expect(checked({ path, body: { resthook: HOOK } })).toBeDefined();
    const short = new SecretGuard({ token: 'abc', webhookSecret: HOOK });
    const body = { target_url: 'abc' };
    const request = { method: 'POST', path, body } as ApiRequest;
    expect(refusalOf(() => short.checkRequest(request, URL, JSON.stringify(body)))).toBeDefined();
    expect(checked({ path, body: { target_url, resthook: HOOK } })).toBeDefined();
    expect(checked({ path, body: { more: { target_url } } })).toBeDefined();
    expect(checked({ path: 'contacts', body: { target_url } })).toBeDefined();
  });

  test('a text that is no request is checked too', () => {
    expect(
      refusalOf(() => guard().checkText('The link', `https://x.org/?a=${TOKEN}`)),
    ).toMatchObject({
      description: 'The link contains the token of the credential. Nothing was sent.',
    });
    expect(refusalOf(() => guard().checkText('The link', 'https://x.org/'))).toBeUndefined();
  });
});

test('there is one guard for each credential', () => {
  const credential = { token: TOKEN } as Parameters<typeof guardOf>[0];
  expect(guardOf(credential)).toBe(guardOf(credential));
  expect(guardOf({ ...credential })).not.toBe(guardOf(credential));
  expect(guardOf(credential).secretIn(TOKEN)).toBe('token');
});
