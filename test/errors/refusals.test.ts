import { HttpResponse, http } from 'msw';
import { describe, expect, test } from 'vitest';
import { Client } from '../../src/client/client.js';
import { Limiter } from '../../src/client/limiter.js';
import { parseConfiguration } from '../../src/configuration.js';
import type { RapidProError } from '../../src/errors/errors.js';
import type { ApiRequest } from '../../src/types/request.js';
import { credential, TOKEN } from '../support/credential.js';
import { fakeClock } from '../support/fakeClock.js';
import { serve } from '../support/serve.js';

const V9 = { 'X-Temba-Org': '1' };
const TEXTIT = { 'X-Temba-Workspace': '0b1f1e2c-6d8f-4c5e-9d62-1f6f3a4b5c6d' };
const HTML = '<!doctype html><html><body><h1>Interdit</h1></body></html>';
const GET: ApiRequest = { method: 'GET', path: 'contacts' };
const POST: ApiRequest = { method: 'POST', path: 'contacts', body: { name: 'Amina Okafor' } };

async function refusal(
  status: number,
  body: unknown,
  headers: Record<string, string> = {},
  request: ApiRequest = POST,
): Promise<RapidProError> {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  const type = text.startsWith('<') ? 'text/html' : 'application/json';
  const server = await serve(
    http.all(
      '*',
      () => new HttpResponse(text, { status, headers: { 'Content-Type': type, ...headers } }),
    ),
  );
  const client = new Client(parseConfiguration(credential(server)), {
    limiter: new Limiter({ clock: fakeClock(), maxWait: 0 }),
  });
  // As if it could be repeated: what is meant is the refusal itself.
  return client.request({ ...request, repeatable: true }).then(
    () => expect.unreachable('no error'),
    error => error as RapidProError,
  );
}

describe('in French, by status and shape', () => {
  test.each([
    [400, { urns: { 0: ['URN invalide'] } }, V9, 'VALIDATION_FAILED', ['urns[0]: URN invalide']],
    [403, { detail: "Vous n'avez pas la permission" }, V9, 'PERMISSION_DENIED'],
    [403, { detail: "Vous n'avez pas la permission" }, TEXTIT, 'PERMISSION_DENIED'],
    [404, { detail: 'Pas trouvé.' }, V9, 'NOT_FOUND'],
    [405, { detail: 'Méthode « POST » non autorisée.' }, V9, 'METHOD_NOT_ALLOWED'],
    [409, { detail: 'Limite atteinte.' }, V9, 'LIMIT_REACHED'],
    [429, { detail: 'Requête ralentie.' }, V9, 'RATE_LIMITED'],
    [500, 'Erreur du serveur.', V9, 'SERVER_ERROR'],
  ])('%i %j', async (status, body, headers, code, errors = undefined) => {
    const error = await refusal(status, body, headers);
    expect(error).toMatchObject({ code, statusCode: status, ...(errors ? { errors } : {}) });
  });

  test('a cursor that is not accepted', async () => {
    const request = { ...GET, query: { cursor: 'abc' } };
    const error = await refusal(404, { detail: 'Curseur non valide' }, V9, request);
    expect(error.code).toBe('INVALID_CURSOR');
  });
});

test.each([
  [403, { detail: 'Jeton invalide' }, 'INVALID_TOKEN'],
  [400, { name: ['Trop long.'] }, 'VALIDATION_FAILED'],
  [400, { urns: { 0: ['Non.'] } }, 'VALIDATION_FAILED'],
  [400, { detail: 'Non.' }, 'VALIDATION_FAILED'],
])('%d %j is RapidPro’s, also where no header says so', async (status, body, code) => {
  expect((await refusal(status, body, {}, GET)).code).toBe(code);
});

describe('answers that are not RapidPro’s', () => {
  test.each([
    [403, HTML, {}, 'NOT_RAPIDPRO'],
    [403, '', {}, 'NOT_RAPIDPRO'],
    [403, 'Forbidden', {}, 'NOT_RAPIDPRO'],
    [403, { message: 'Forbidden' }, {}, 'NOT_RAPIDPRO'],
    [403, { message: 'Missing Authentication Token' }, {}, 'NOT_RAPIDPRO'],
    [403, { error: ['forbidden'] }, {}, 'NOT_RAPIDPRO'],
    [403, {}, {}, 'NOT_RAPIDPRO'],
    [400, { error: 'bad request' }, {}, 'NOT_RAPIDPRO'],
    [400, { message: 'Bad Request', status: 400 }, {}, 'NOT_RAPIDPRO'],
    [400, ['bad'], {}, 'NOT_RAPIDPRO'],
    [404, HTML, {}, 'NOT_RAPIDPRO'],
    [404, '', {}, 'NOT_RAPIDPRO'],
    [404, { detail: 'Not Found' }, {}, 'NOT_RAPIDPRO'],
    [404, { message: 'no Route matched with those values' }, {}, 'NOT_RAPIDPRO'],
    [404, { error: { status: 404 } }, {}, 'NOT_RAPIDPRO'],
    [400, HTML, {}, 'NOT_RAPIDPRO'],
    [400, '', {}, 'NOT_RAPIDPRO'],
    [401, HTML, {}, 'INVALID_TOKEN'],
    [402, '', {}, 'NOT_RAPIDPRO'],
    [413, HTML, {}, 'TOO_LARGE'],
    [409, HTML, {}, 'NOT_RAPIDPRO'],
    [418, '"short and stout"', {}, 'NOT_RAPIDPRO'],
    [500, HTML, {}, 'SERVER_ERROR'],
    [500, '', {}, 'SERVER_ERROR'],
    [520, HTML, {}, 'SERVER_UNAVAILABLE'],
  ])('%i %j', async (status, body, headers, code) => {
    const error = await refusal(status, body, headers);
    expect(error).toMatchObject({ code, statusCode: status });
    expect(error).not.toHaveProperty('errors');
    expect(error.description).not.toMatch(/undefined|null|: *\.$/);
  });

  test.each([V9, TEXTIT])('but a page with RapidPro’s header is RapidPro’s: %j', async headers => {
    expect((await refusal(403, HTML, headers)).code).toBe('PERMISSION_DENIED');
    expect((await refusal(404, HTML, headers)).code).toBe('NOT_FOUND');
    expect((await refusal(400, HTML, headers)).code).toBe('VALIDATION_FAILED');
  });

  test('an endpoint that only one line of servers has', async () => {
    const error = await refusal(404, HTML, {}, { method: 'GET', path: 'classifiers' });
    expect(error.code).toBe('NOT_OFFERED');
    expect(error.description).toContain('classifiers');
  });
});

describe('bodies of any shape', () => {
  test.each([
    ['a list of texts', ['a', 'b'], ['a', 'b']],
    [
      'a list of objects',
      [{ name: ['bad'] }, {}, { urns: ['worse'] }],
      ['[0].name: bad', '[2].urns: worse'],
    ],
    [
      'mixed',
      { detail: 'whole', x: { y: [{ z: 'deep' }], w: 7 } },
      ['whole', 'x.y[0].z: deep', 'x.w: 7'],
    ],
    ['false and null', { a: false, b: null }, ['a: false']],
    ['an empty object', {}, undefined],
    [
      'a key of the prototype',
      JSON.parse('{"__proto__": ["odd"], "constructor": ["odder"]}'),
      ['__proto__: odd', 'constructor: odder'],
    ],
  ])('%s', async (_, body, errors) => {
    const error = await refusal(400, body, V9);
    expect(error.code).toBe('VALIDATION_FAILED');
    expect(error.errors).toEqual(errors);
  });

  test('deep JSON is not followed to its end', async () => {
    const deep = `${'{"a":'.repeat(20_000)}"end"${'}'.repeat(20_000)}`;
    const error = await refusal(400, deep, V9);
    expect(error.code).toBe('VALIDATION_FAILED');
    expect(JSON.stringify(error).length).toBeLessThan(2000);
  });

  test('many errors are cut to fifty, long ones to a few lines', async () => {
    const many = Object.fromEntries(
      Array.from({ length: 800 }, (_, i) => [`k${i}`, ['x'.repeat(900)]]),
    );
    const error = await refusal(400, many, V9);
    expect(error.errors).toHaveLength(50);
    expect(JSON.stringify(error).length).toBeLessThan(30_000);
  });

  test('a huge body is left unread, and the status says enough', async () => {
    const error = await refusal(400, { detail: 'x'.repeat(3_000_000) }, V9);
    expect(error).toMatchObject({ code: 'VALIDATION_FAILED', statusCode: 400 });
    expect(JSON.stringify(error).length).toBeLessThan(2000);
  });
});

describe('what RapidPro echoes', () => {
  const body = {
    name: 'Amina Okafor',
    urns: ['tel:+250788123123'],
    fields: { village: 'Nyamirambo' },
  };
  test.each([
    ['the name', 'Amina Okafor is too long'],
    ['a name in a longer text', 'No "Amina Okafor": she is unknown'],
    ['the URN', 'Bad: tel:+250788123123'],
    ['another URN', 'Bad: whatsapp:250788999111.'],
    ['the number alone', 'Bad: +250788123123'],
    ['the number without plus', 'Bad: 250788123123'],
    ['the number with spaces', 'Bad: +250 788 123 123'],
    ['an address', 'Bad: amina.okafor@example.org'],
    ['an address in a URN', 'Bad: mailto:amina.okafor@example.org'],
    ['a field', 'Nyamirambo is no village'],
    ['the token', `Bad: Token ${TOKEN}`],
    ['a name as a key', 'odd', 'Amina Okafor'],
    ['a text behind twenty thousand others', `${'x '.repeat(9_000)}Amina Okafor`],
  ])('%s', async (_, text, key = 'detail') => {
    const error = await refusal(400, { [key]: [text] }, V9, { ...POST, body });
    const everything = `${JSON.stringify(error)}${error.stack}`;
    expect(everything).not.toMatch(
      /Amina|Okafor|788123123|788999111|788 123|Nyamirambo|example\.org/,
    );
    expect(everything).not.toContain(TOKEN);
    expect(error.errors).toHaveLength(1);
  });

  test('a long message text, though it is cut', async () => {
    const text = 'Dear Amina your test result is positive. '.repeat(120);
    const request: ApiRequest = { method: 'POST', path: 'messages', body: { text } };
    const error = await refusal(400, { text: [`"${text}" is not valid.`] }, V9, request);
    expect(JSON.stringify(error)).not.toMatch(/Amina|positive/);
  });

  test('a message text made of the words of the error does not hide the code', async () => {
    const request: ApiRequest = {
      method: 'POST',
      path: 'contacts',
      body: { name: 'unique', urns: ['tel:+250788123123'], fields: { a: 'contact', b: 'URN' } },
    };
    const taken = { urns: ['URN belongs to another contact: tel:+250788123123'] };
    expect((await refusal(400, taken, V9, request)).code).toBe('URN_TAKEN');
  });

  test('a hostile text does not hold up the job', async () => {
    const started = performance.now();
    const body = Object.fromEntries(
      Array.from({ length: 50 }, (_, i) => [`k${i}`, ['a'.repeat(15_000), ':'.repeat(4_000)]]),
    );
    await refusal(400, body, V9);
    expect(performance.now() - started).toBeLessThan(1500);
  });

  test('uuids and small numbers stay: they help', async () => {
    const uuid = '3c9f0d4e-0e41-4f6d-8a3c-1f2e3d4c5b6a';
    const error = await refusal(400, { messages: [`Not an incoming message: 163`, uuid] }, V9);
    expect(error.errors).toEqual(['messages: Not an incoming message: 163', `messages: ${uuid}`]);
  });
});

describe('redirects', () => {
  const redirect = (location: string, status = 301) => refusal(status, '', { Location: location });

  test.each([301, 302, 303, 307, 308])('%i to another server is not followed', async status => {
    const other = await serve();
    const error = await redirect(`${other.origin}/api/v2/contacts.json?secret=1`, status);
    expect(error).toMatchObject({ code: 'REDIRECTED', statusCode: status });
    expect(error.fix).toContain(other.origin);
    expect(JSON.stringify(error)).not.toContain('secret');
    expect(other.requests).toEqual([]);
  });

  test.each([
    '/accounts/login/?next=/api/v2/contacts.json',
    'login/',
    '',
    'http://[',
    'javascript:alert(1)',
    'data:text/html,x',
  ])('to %j', async location => {
    const error = await redirect(location);
    expect(error.code).toBe('REDIRECTED');
    expect(error.description).toBe(
      'The server redirects to another page. It may have been done anyway.',
    );
    const read = await refusal(301, '', { Location: location }, GET);
    expect(read).toMatchObject({ code: 'REDIRECTED', outcome: 'none' });
    expect(read.description).toBe('The server redirects to another page.');
  });

  test('an address with a password in it does not come into the error', async () => {
    const error = await redirect('https://me:secret@other.example.org/');
    expect(JSON.stringify(error)).not.toMatch(/me:|secret/);
  });

  test('from http to https of the same host says so', async () => {
    const error = await redirect('https://127.0.0.1/api/v2/contacts.json');
    expect(error.fix).toContain('https://127.0.0.1');
  });
});

test.each([
  ['17', 17],
  ['Sat, 31 Jan 2026 12:05:00 GMT', 300],
])('a 429 says when: %s', async (header, seconds) => {
  const headers = { 'Retry-After': header, Date: 'Sat, 31 Jan 2026 12:00:00 GMT' };
  const error = await refusal(429, { detail: 'x' }, headers);
  expect(error).toMatchObject({ code: 'RATE_LIMITED', retryAfter: seconds });
  expect(error.description).toContain(`${seconds} seconds`);
});

test('a date in Retry-After is measured by the server’s own clock', async () => {
  const headers = {
    'Retry-After': 'Fri, 30 Jan 2026 09:00:20 GMT',
    Date: 'Fri, 30 Jan 2026 09:00:00 GMT',
  };
  expect((await refusal(429, {}, headers)).retryAfter).toBe(20);
});
