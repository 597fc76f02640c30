import { Readable } from 'node:stream';
import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { readAnswer } from '../../src/client/answer.js';
import { UnreadableBody } from '../../src/client/body.js';
import { LIMITS } from '../../src/client/parse.js';
import type { Answer } from '../../src/client/transport.js';
import { parseConfiguration } from '../../src/configuration.js';
import type { ApiRequest } from '../../src/types/request.js';
import { TOKEN } from '../support/credential.js';

const NOW = Date.parse('2026-01-31T12:00:00Z');
const GET: ApiRequest = { method: 'GET', path: 'contacts' };
const configuration = parseConfiguration({ host: 'https://rapidpro.example/', token: TOKEN });

type Headers = { [name: string]: string | string[] };

/** An answer as undici hands it over. */
function answerOf(statusCode: number, body: string | Buffer | Readable, headers: Headers = {}) {
  let dumped = 0;
  const stream = body instanceof Readable ? body : Readable.from([Buffer.from(body)]);
  const dump = async () => void dumped++;
  const answer = { statusCode, headers, body: Object.assign(stream, { dump }) };
  return { answer: answer as unknown as Answer, stream, dumped: () => dumped };
}

const read = (
  status: number,
  body: string | Buffer | Readable,
  headers: Headers = {},
  request: ApiRequest = GET,
) => readAnswer(answerOf(status, body, headers).answer, request, configuration, NOW);

/** A body of which the end never comes. */
const lost = () =>
  Readable.from(
    (async function* () {
      yield Buffer.from('{"detail":');
      throw new Error('other side closed');
    })(),
  );

const JSON_TYPE = { 'content-type': 'application/json' };
const HTML_TYPE = { 'content-type': 'text/html; charset=utf-8' };

describe('a success', () => {
  test.each([200, 201, 299])('%i is read', async status => {
    expect(await read(status, '{"a":"é"}')).toEqual({
      statusCode: status,
      body: { a: 'é' },
      error: undefined,
      failure: undefined,
      dialect: undefined,
      serverTime: undefined,
      size: 9,
    });
  });

  test.each([204, 205])('of %i, the body is not read', async status => {
    const { answer, stream, dumped } = answerOf(status, '""', JSON_TYPE);
    expect(await readAnswer(answer, GET, configuration, NOW)).toMatchObject({
      statusCode: status,
      body: null,
      error: undefined,
      failure: undefined,
      size: 0,
    });
    expect(dumped()).toBe(1);
    expect(stream.readableDidRead).toBe(false);
  });

  test('is read with its coding, and without the token', async () => {
    const packed = gzipSync(`{"a":"${TOKEN}"}`);
    const reading = await read(200, packed, { 'content-encoding': 'gzip' });
    expect(reading).toMatchObject({ body: { a: '…' }, size: 8 + TOKEN.length });
  });

  test('is shown as a text first, whatever it is', async () => {
    const texts: string[] = [];
    const request = { ...GET, onText: (text: string) => void texts.push(text) };
    await read(200, '[1]', {}, request);
    await read(200, 'no JSON', {}, request);
    await read(400, '{"a":["b"]}', {}, request);
    expect(texts).toEqual(['[1]', 'no JSON']);
  });
});

describe('a success that cannot be read', () => {
  test.each<[string, string, Headers]>([
    ['a page', '<!doctype html>', {}],
    ['a page after lines', ' \r\n\t<html>', { 'content-type': 'text/plain' }],
    ['what says that it is a page', 'Service is moving.', HTML_TYPE],
    ['the same in capitals', 'Service is moving.', { 'content-type': 'TEXT/HTML' }],
    ['a page that says it is none', '<html>', JSON_TYPE],
    ['a page without words', '', HTML_TYPE],
  ])('%s is not RapidPro’s', async (_, text, headers) => {
    expect(await read(200, text, headers)).toMatchObject({
      statusCode: 200,
      body: undefined,
      error: { code: 'NOT_RAPIDPRO', outcome: 'unknown' },
      failure: undefined,
    });
  });

  test.each<[string, string, Headers]>([
    ['nothing', '', {}],
    ['half an answer', '{"a":', JSON_TYPE],
    ['a sign within', '{"a": <b>', {}],
    ['a text', 'a <b> c', {}],
  ])('%s may be whole the next time', async (_, text, headers) => {
    const reading = await read(201, text, headers);
    expect(reading).toMatchObject({
      body: undefined,
      error: { code: 'INVALID_RESPONSE', statusCode: 201, outcome: 'unknown' },
      failure: { kind: 'ambiguous' },
      size: 0,
    });
    expect(reading.error?.cause).toBeUndefined();
  });

  test('bad gzip is broken, and the cause is kept', async () => {
    const reading = await read(200, '{}', { 'content-encoding': 'gzip' });
    expect(reading).toMatchObject({
      error: { code: 'INVALID_RESPONSE', statusCode: 200, outcome: 'unknown' },
      failure: { kind: 'ambiguous' },
    });
    expect(reading.error?.cause).toBeInstanceOf(UnreadableBody);
  });

  test('what the network does is thrown as it is', async () => {
    await expect(read(200, lost())).rejects.toThrow('other side closed');
  });

  test.each([
    ['too deep', '['.repeat(LIMITS.levels + 1) + ']'.repeat(LIMITS.levels + 1), 'INVALID_RESPONSE'],
    ['of too many parts', `[${'{},'.repeat(1_000_000)}0]`, 'RESPONSE_TOO_LARGE'],
  ])('one that is %s is not asked for again', async (what, text, code) => {
    const { body, error, failure } = await read(200, text);
    expect({ body, failure }).toEqual({ body: undefined, failure: undefined });
    expect(error).toMatchObject({ code, outcome: 'unknown' });
    expect(error?.statusCode).toBe(what === 'too deep' ? 200 : undefined);
    expect(error?.description).toMatch(what === 'too deep' ? /200 levels/ : /1000000 values/);
  });
});

const BUSY = { kind: 'busy' };

describe('a refusal', () => {
  test.each<[string, number, string, Headers, string]>([
    ['with the workspace', 403, '{"a":1}', { 'x-temba-org': '1' }, 'PERMISSION_DENIED'],
    [
      'with that of the newer line',
      403,
      '{"a":1}',
      { 'x-temba-workspace': '1' },
      'PERMISSION_DENIED',
    ],
    ['with RapidPro’s words', 403, '{"detail":"Invalid token"}', {}, 'INVALID_TOKEN'],
    ['of another server', 403, '{"a":1}', {}, 'NOT_RAPIDPRO'],
    ['that is a page', 404, '<html>', HTML_TYPE, 'NOT_OFFERED'],
    ['that says nothing', 404, 'null', JSON_TYPE, 'NOT_OFFERED'],
    ['that is a text of JSON', 404, '"none"', JSON_TYPE, 'NOT_OFFERED'],
    ['that is a number of JSON', 404, '404', JSON_TYPE, 'NOT_OFFERED'],
    ['that is an object', 404, '{}', JSON_TYPE, 'NOT_RAPIDPRO'],
    ['one status after the successes', 300, '{}', {}, 'REDIRECTED'],
  ])('%s', async (_, status, body, headers, code) => {
    const reading = await read(status, body, headers, { method: 'GET', path: 'unheard' });
    expect(reading).toMatchObject({ statusCode: status, error: { code, statusCode: status } });
    expect(reading.size).toBe(0);
  });

  test('says what RapidPro said, also packed', async () => {
    const text = gzipSync('{"name":["Too long."]}');
    const { body, error, failure } = await read(400, text, { 'content-encoding': 'gzip' });
    expect(body).toEqual({ name: ['Too long.'] });
    expect(error).toMatchObject({ code: 'VALIDATION_FAILED', errors: ['name: Too long.'] });
    expect(failure).toBeUndefined();
  });

  test('leads to another server', async () => {
    const { error } = await read(302, '', { location: 'https://new.example/x' });
    expect(error?.description).toContain('https://new.example');
  });

  test.each<[string, string | Readable, Headers, object | undefined]>([
    ['did not arrive', lost(), {}, { kind: 'unread' }],
    ['is bad gzip', '{}', { 'content-encoding': 'gzip' }, { kind: 'unread' }],
    ['is half of the JSON that it says it is', '{"a":', JSON_TYPE, { kind: 'unread' }],
    ['is JSON', '{"a":["b"]}', JSON_TYPE, undefined],
    ['is JSON, and does not say so', '{"a":["b"]}', {}, undefined],
    ['is a page', '<html>', HTML_TYPE, undefined],
    ['is a text of which nothing is said', 'no', {}, undefined],
    ['is too large', ' '.repeat(1024 * 1024 + 1), {}, undefined],
    ['is as large as it may be', `${' '.repeat(1024 * 1024 - 2)}{}`, JSON_TYPE, undefined],
    ['says that it is soon possible', '["It is currently being scheduled."]', JSON_TYPE, BUSY],
  ])('whose text %s', async (_, body, headers, failure) => {
    const reading = await read(400, body, headers);
    expect(reading.failure).toEqual(failure);
    expect(reading.error?.statusCode).toBe(400);
  });

  test('says when to come again', async () => {
    expect(await read(429, '{}', { 'retry-after': '17' })).toMatchObject({
      error: { code: 'RATE_LIMITED', retryAfter: 17 },
      failure: { kind: 'throttled', retryAfter: 17 },
    });
    expect(await read(503, '', { 'retry-after': ['18', '19'] })).toMatchObject({
      failure: { kind: 'ambiguous', retryAfter: 18 },
    });
  });

  test.each([
    ['by the clock of the server', { date: 'Sat, 31 Jan 2026 11:00:00 GMT' }, 3660],
    ['by our own, if it has none', {}, 60],
    ['by our own, if nobody can read it', { date: 'soon' }, 60],
  ])('a time to come again is read %s', async (_, headers, retryAfter) => {
    const when = { 'retry-after': 'Sat, 31 Jan 2026 12:01:00 GMT' };
    const reading = await read(429, '{}', { ...when, ...headers });
    expect(reading.failure).toEqual({ kind: 'throttled', retryAfter });
  });
});

describe('every answer tells', () => {
  test.each<[Headers, string | undefined]>([
    [{ 'x-temba-org': '17' }, 'v9'],
    [{ 'x-temba-workspace': 'a-b' }, 'textit'],
    [{ 'x-temba-workspace': ['a-b'], 'x-temba-org': '17' }, 'textit'],
    [{ 'x-temba-org': '' }, 'v9'],
    [{}, undefined],
  ])('the line of the server: %j', async (headers, dialect) => {
    expect((await read(200, '{}', headers)).dialect).toBe(dialect);
    expect((await read(400, '{}', headers)).dialect).toBe(dialect);
  });

  test.each<[Headers, number | undefined]>([
    [{ date: 'Sat, 31 Jan 2026 11:00:00 GMT' }, NOW - 3_600_000],
    [{ date: ['Sat, 31 Jan 2026 11:00:00 GMT', 'x'] }, NOW - 3_600_000],
    [{ date: 'Thu, 01 Jan 1970 00:00:00 GMT' }, 0],
    [{ date: 'today' }, undefined],
    [{}, undefined],
  ])('the time of the server: %j', async (headers, time) => {
    expect((await read(204, '', headers)).serverTime).toBe(time);
    expect((await read(500, '', headers)).serverTime).toBe(time);
  });
});
