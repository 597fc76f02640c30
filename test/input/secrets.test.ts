import fc from 'fast-check';
import { HttpResponse, http as msw } from 'msw';
import { describe, expect, test } from 'vitest';
import { Client } from '../../src/client/client.js';
import { parseConfiguration } from '../../src/configuration.js';
import type { RapidProError } from '../../src/errors/errors.js';
import {
  addResthookSubscriber,
  getContacts,
  http,
  sendBroadcast,
  subscribe,
  syncContacts,
  unsubscribe,
  updateContact,
  uploadMedia,
  upsertContact,
  upsertContacts,
} from '../../src/index.js';
import { SecretGuard } from '../../src/input/secrets.js';
import type { ApiRequest } from '../../src/types/request.js';
import type { Operation, State } from '../../src/types/state.js';
import { bulk, counts, workspace } from '../operations/bulk/workspace.js';
import { failure, page, run, stateFor, UUID } from '../operations/run.js';
import { base32 } from '../support/base32.js';
import { credential, TOKEN } from '../support/credential.js';
import { serve } from '../support/serve.js';

/** The token goes out in its one header, and the webhook secret where it belongs: nowhere else. */

const SECRET = 'correct horse/battery "9"';

const rapidpro = () =>
  serve(
    msw.get('*', () => page([])),
    msw.post('*', () => HttpResponse.json({ uuid: UUID, id: 7 }, { status: 201 })),
    msw.delete('*', () => new Response(null, { status: 204 })),
  );

/** What a client does with a request, for a credential of a test. */
async function asked(request: ApiRequest, others: object = {}) {
  const server = await rapidpro();
  const configuration = parseConfiguration({ ...credential(server), ...others });
  const error = await new Client(configuration).request(request).then(
    () => undefined,
    (thrown: RapidProError) => thrown,
  );
  return { error, sent: server.requests.length };
}

async function refuses(request: ApiRequest, description: string, others: object = {}) {
  const { error, sent } = await asked(request, others);
  expect(error).toMatchObject({
    code: 'INVALID_INPUT',
    description: `${description} Nothing was sent.`,
  });
  expect(error?.fix).not.toBe('');
  expect(sent).toBe(0);
  expect(JSON.stringify(error)).not.toMatch(/0123456789|correct|battery/);
}

async function lets(request: ApiRequest, others: object = {}) {
  expect(await asked(request, others)).toEqual({ error: undefined, sent: 1 });
}

const post = (body: unknown, path = 'contacts') =>
  ({ method: 'POST', path, body }) as unknown as ApiRequest;
const get = (query: unknown, path = 'contacts') =>
  ({ method: 'GET', path, query }) as unknown as ApiRequest;
const upload = (file: object) =>
  ({
    method: 'POST',
    path: 'media',
    file: { bytes: new Uint8Array([1]), filename: 'a.png', type: 'image/png', ...file },
  }) as unknown as ApiRequest;

const percent = (text: string) =>
  [...Buffer.from(text)].map(byte => `%${byte.toString(16).padStart(2, '0')}`).join('');
const escaped = (text: string, backslashes = '\\') =>
  text
    .split('')
    .map(letter => `${backslashes}u${letter.charCodeAt(0).toString(16).padStart(4, '0')}`)
    .join('');
const base64 = (text: string) => Buffer.from(text).toString('base64');
const wide = (text: string) => Buffer.from(text, 'utf16le');

const WRITTEN: [string, string][] = [
  ['as it is', TOKEN],
  ['in the middle of a text', `see ${TOKEN}, please`],
  ['behind the word that the header has', `Token ${TOKEN}`],
  ['in capitals', TOKEN.toUpperCase()],
  ['percent-encoded', percent(TOKEN)],
  ['percent-encoded in capitals', percent(TOKEN).toUpperCase()],
  ['percent-encoded twice', encodeURIComponent(percent(TOKEN))],
  ['percent-encoded three times', encodeURIComponent(encodeURIComponent(percent(TOKEN)))],
  ['percent-encoded in part', `${percent(TOKEN.slice(0, 9))}${TOKEN.slice(9)}`],
  ['JSON-escaped', escaped(TOKEN)],
  ['JSON-escaped in capitals', escaped(TOKEN).toUpperCase().replaceAll('U', 'u')],
  ['JSON-escaped in part', `${TOKEN.slice(0, 20)}${escaped(TOKEN.slice(20))}`],
  ['JSON-escaped in JSON in JSON', escaped(TOKEN, '\\\\\\\\')],
  ['JSON-escaped, then percent-encoded', encodeURIComponent(escaped(TOKEN))],
  [
    'each letter in another way',
    `${percent('0')}1${escaped('2')}${encodeURIComponent(percent('3'))}${TOKEN.slice(4)}`,
  ],
  ['in JSON', JSON.stringify({ token: TOKEN })],
  ['in JSON in JSON', JSON.stringify(JSON.stringify({ token: TOKEN }))],
  ['in an address', `https://example.org/?key=${TOKEN}`],
  ['in the password of an address', `https://me:${TOKEN}@example.org/`],
  ['in base64', base64(TOKEN)],
  ['in hex', `x${Buffer.from(TOKEN).toString('hex').toUpperCase()}`],
  ['in base64, behind another letter', base64(`:${TOKEN}`)],
  ['in base64, between others', `Basic ${base64(`me:${TOKEN}\n`)}`],
  ['in base64 with line breaks', base64(`me:${TOKEN}`).replace(/.{16}/g, '$&\r\n')],
  ['in base64 of wide letters', wide(`x${TOKEN}`).toString('base64')],
  ['in base64 of wide letters, the other way', wide(TOKEN).swap16().toString('base64')],
  ['in hex of wide letters', wide(TOKEN).toString('hex')],
  ['in base32', base32(Buffer.from(`me:${TOKEN}`))],
  ['in base32 in small letters', base32(Buffer.from(`m:${TOKEN}`)).toLowerCase()],
  ['in the JSON text of a Buffer', JSON.stringify(Buffer.from(`x${TOKEN}`))],
  ['in the JSON text of a Buffer, indented', JSON.stringify(Buffer.from(TOKEN), null, 2)],
  ['with a line break in it', `${TOKEN.slice(0, 20)}\n${TOKEN.slice(20)}`],
];

describe('the token is refused', () => {
  test.each(WRITTEN)('%s', async (_, text) => {
    const body = 'The body of the request contains the token of the credential.';
    await refuses(post({ name: text }), body);
    await refuses(post({ fields: { a: [{ b: text }] } }), body);
    await refuses(post({ [text]: 'x' }), body);
    await refuses(post(text), body);
    await refuses(post(JSON.stringify({ deep: text })), body);
    const query = 'The query of the request contains the token of the credential.';
    await refuses(get({ urn: text }), query);
    await refuses(get({ uuid: ['x', text] }), query);
    await refuses(get({ [text]: 'x' }), query);
    await refuses({ ...get({ uuid: text }), method: 'DELETE' }, query);
    await refuses(
      upload({ filename: text }),
      'The name of the file contains the token of the credential.',
    );
    await refuses(
      upload({ type: text }),
      'The type of the file contains the token of the credential.',
    );
    const bytes = new Uint8Array(Buffer.from(`\x89PNG\xff${text}\x00`, 'latin1'));
    await refuses(upload({ bytes }), 'The file contains the token of the credential.');
    // A part of a larger buffer is what is sent, and no more.
    await refuses(
      upload({ bytes: bytes.subarray(3) }),
      'The file contains the token of the credential.',
    );
    await lets(upload({ bytes: bytes.subarray(0, 5) }));
  });

  test('that was pasted with a line break, as it is sent', async () => {
    const sentence = 'The body of the request contains the token of the credential.';
    const pasted = { token: ` ${TOKEN}\n` };
    await refuses(post({ a: `x${TOKEN}x` }), sentence, pasted);
    const server = await rapidpro();
    const configuration = parseConfiguration({ ...credential(server), ...pasted });
    await new Client(configuration).request(get({}));
    expect(server.requests[0]?.headers.authorization).toBe(`Token ${TOKEN}`);
  });

  test('in the name of an endpoint, and where it is a number', async () => {
    const token = 'abcdefghijklmnopqrstuvwx';
    await refuses(get({}, token), 'The path of the request contains the token of the credential.', {
      token,
    });
    const digits = '1234567890123456';
    await refuses(
      post({ a: Number(digits) }),
      'The body of the request contains the token of the credential.',
      {
        token: digits,
      },
    );
    await refuses(
      get({ id: Number(digits) }),
      'The query of the request contains the token of the credential.',
      {
        token: digits,
      },
    );
  });

  test('whatever letters it has', async () => {
    const token = 'a+b/c=d"e\\f%g(h)[i]{j}*k?l.m^n$o|p';
    const sentence = 'The body of the request contains the token of the credential.';
    for (const text of [
      token,
      percent(token),
      escaped(token),
      JSON.stringify(JSON.stringify(token)),
    ]) {
      await refuses(post({ a: text }), sentence, { token });
    }
    await lets(post({ a: token.slice(1), b: 'a' }), { token });
  });
});

describe('what is not the token is sent', () => {
  test.each<[string, ApiRequest]>([
    ['nothing', post({})],
    ['a text', post({ name: 'Amina', fields: { age: 7, due: null } })],
    ['most of it', post({ name: TOKEN.slice(1) })],
    ['its beginning', post({ name: `${TOKEN.slice(0, -1)}x` })],
    ['its halves', post({ a: TOKEN.slice(0, 20), b: TOKEN.slice(20) })],
    ['a list of its letters', post({ a: [...TOKEN] })],
    ['itself the other way round', post({ a: [...TOKEN].reverse().join('') })],
    ['another token', post({ a: TOKEN.replaceAll('0', '9') })],
    ['a uuid', get({ uuid: '01234567-89ab-4def-8123-456789abcdef' })],
    ['percent signs', post({ text: '100% sure, 50%25 %zz %' })],
    ['backslashes', post({ text: '\\u0030 \\\\ C:\\users\\u0031' })],
    ['most of it, encoded', post({ a: percent(TOKEN.slice(0, -1)), b: escaped(TOKEN.slice(1)) })],
    ['base64 of most of it', post({ a: base64(TOKEN.slice(0, -2)) })],
    ['a file', upload({ bytes: new Uint8Array(Buffer.from(TOKEN.slice(2))) })],
    [
      'an address',
      post({ target_url: 'https://example.org/0123456789abcdef' }, 'resthook_subscribers'),
    ],
  ])('%s', async (_, request) => {
    await lets(request);
  });
});

describe('however it is mixed with anything', () => {
  const guard = new SecretGuard({ token: TOKEN, webhookSecret: SECRET });
  const ways: ((letter: string) => string)[] = [
    letter => letter,
    letter => letter.toUpperCase(),
    percent,
    letter => encodeURIComponent(percent(letter)),
    escaped,
    letter => escaped(letter, '\\\\\\'),
    letter => encodeURIComponent(escaped(letter)),
  ];
  const mixed = (text: string) =>
    fc
      .array(fc.constantFrom(...ways), { minLength: text.length, maxLength: text.length })
      .map(chosen =>
        text
          .split('')
          .map((letter, index) => chosen[index]?.(letter))
          .join(''),
      );
  const sent = (value: unknown) =>
    guard.checkRequest(post(value), 'https://example.org/', JSON.stringify(value));

  test('the token is found', () => {
    fc.assert(
      fc.property(mixed(TOKEN), fc.string(), fc.string(), fc.jsonValue(), (text, a, b, other) => {
        // What stands before it must not take its first letter away.
        const value = { other, list: [`${a.replace(/[\\%\da-f]+$/i, '')} ${text}${b}`] };
        expect(() => sent(value)).toThrow('contains the token');
        expect(guard.secretIn(JSON.stringify(value))).toBe('token');
      }),
    );
  });

  test('what has nothing of it passes', () => {
    fc.assert(
      fc.property(fc.jsonValue(), value => {
        sent(value);
      }),
    );
  });
});

describe('a short token is refused as a whole value', () => {
  const token = 'abcd1234';
  const body = 'The body of the request contains the token of the credential.';

  test.each([
    token,
    ` ${token}\n`,
    `"${token}"`,
    percent(token),
    escaped(token),
    `https://example.org/?a=b&key=${token}`,
    `https://example.org/${token}/x`,
    `https://me:${token}@example.org/`,
    `https://${token}@example.org/`,
    `https://example.org/#${token}`,
    `https://example.org/?to=${encodeURIComponent(`https://example.com/?key=${token}`)}`,
    `Look at https://example.org/?key=${percent(token)}.`,
    `image/jpeg:https://example.org/${token}`,
  ])('%s', async text => {
    await refuses(post({ a: [{ b: text }] }), body, { token });
    await refuses(post({ [text]: 1 }), body, { token });
    await refuses(
      get({ a: text }),
      'The query of the request contains the token of the credential.',
      {
        token,
      },
    );
    await refuses(
      upload({ filename: text }),
      'The name of the file contains the token of the credential.',
      {
        token,
      },
    );
  });

  test.each([
    'xabcd1234',
    'abcd12345',
    'the abcd1234 of it',
    'abcd-1234',
    'ABCD1234',
    'https://abcd1234x.org/xabcd1234?a=abcd12345',
  ])('but not in a part of one: %s', async text => {
    await lets(post({ a: text, [text]: text }), { token });
    await lets(get({ a: text }), { token });
    await lets(upload({ filename: text, bytes: new Uint8Array(Buffer.from(token)) }), { token });
  });

  test('of one letter is a word like others', async () => {
    await refuses(post({ a: 'x' }), body, { token: 'x' });
    await lets(post({ a: 'extra', max: ['xx'] }), { token: 'x' });
  });
});

describe('the webhook secret is refused as a whole value', () => {
  const others = { webhookSecret: ` ${SECRET}\n` };
  const body = 'The body of the request contains the webhook secret of the credential.';
  const inAddress = `https://app.openfn.org/i/1?secret=${encodeURIComponent(SECRET)}`;

  test.each([
    SECRET,
    `${SECRET} `,
    percent(SECRET),
    encodeURIComponent(SECRET),
    encodeURIComponent(encodeURIComponent(SECRET)),
    escaped(SECRET),
    JSON.stringify(SECRET),
    inAddress,
    `https://app.openfn.org/i/1?secret=${new URLSearchParams({ a: SECRET }).toString().slice(2)}`,
    `https://me:${encodeURIComponent(SECRET)}@app.openfn.org/`,
    `https://app.openfn.org/i/${encodeURIComponent(SECRET)}`,
    `https://app.openfn.org/#secret=${encodeURIComponent(SECRET)}`,
    `https://a.org/?to=${encodeURIComponent(inAddress)}`,
    `Send to ${inAddress}, please`,
  ])('%s', async text => {
    await refuses(post({ fields: { a: text } }), body, others);
    await refuses(post({ target_url: text }), body, others);
    await refuses(
      get({ urn: text }),
      'The query of the request contains the webhook secret of the credential.',
      others,
    );
  });

  test.each([
    SECRET.slice(1),
    `x${SECRET}`,
    `the ${SECRET}s`,
    SECRET.toUpperCase(),
    `https://a.org/?a=x${encodeURIComponent(SECRET)}`,
  ])('but not in a part of one: %s', async text => {
    await lets(post({ a: text }), others);
    await lets(get({ a: text }), others);
  });

  test('of less than 8 characters guards nothing, and counts as none', async () => {
    await lets(post({ a: 'Mothers' }), { webhookSecret: 'Mothers' });
    await refuses(post({ a: 'AllMoms1' }), body, { webhookSecret: 'AllMoms1' });
  });

  test('but may be where it says what RapidPro’s pushes carry', async () => {
    const target = { resthook: 'new-birth', target_url: inAddress };
    await lets(post(target, 'resthook_subscribers'), others);
    await refuses(post({ ...target, resthook: SECRET }, 'resthook_subscribers'), body, others);
    await refuses(post({ a: target }, 'resthook_subscribers'), body, others);
    const withToken = { ...target, target_url: `https://a.org/?key=${TOKEN}` };
    await refuses(
      post(withToken, 'resthook_subscribers'),
      'The body of the request contains the token of the credential.',
      others,
    );
  });
});

describe('in a job', () => {
  const state = (host: string, more: State = {}): State => ({
    ...stateFor({ host }),
    configuration: { host, token: TOKEN, webhookSecret: SECRET },
    ...more,
  });
  const token = (s: State) => (s.configuration as { token: string }).token;
  const secret = (s: State) => (s.configuration as { webhookSecret: string }).webhookSecret;
  const openfn = (s: State) => `https://app.openfn.org/i/1?secret=${encodeURIComponent(secret(s))}`;

  async function refusal(operation: Operation): Promise<RapidProError> {
    const server = await rapidpro();
    const error = await failure(operation, server, state(server.host));
    expect(error.code).toBe('INVALID_INPUT');
    expect(server.requests).toEqual([]);
    expect(JSON.stringify(error)).not.toMatch(/0123456789|correct|battery/);
    return error;
  }

  test.each<[string, Operation]>([
    ['contact.name', upsertContact({ urns: ['tel:+250788123123'], name: token })],
    ['contact.fields.a', upsertContact({ urns: ['tel:+250788123123'], fields: { a: secret } })],
    // Before the contact is looked up.
    [
      'changes.fields.a',
      updateContact('tel:+250788123123', { fields: { a: s => `x${token(s)}` } }),
    ],
    ['contact.urns[1]', upsertContact({ urns: ['tel:+250788123123', s => `ext:${token(s)}`] })],
    ['filters.urn', getContacts({ urn: s => `ext:${token(s)}` })],
    ['query.x', http.get('contacts', { x: token } as never)],
    ['path', http.get(token as never)],
    ['body.x.y', http.post('contacts', { x: { y: token } } as never)],
    ['options.query.uuid', http.request('DELETE', 'contacts', { query: { uuid: token } } as never)],
    ['options.body', http.request('POST', 'contacts', { body: token } as never)],
    ['options.filename', uploadMedia(Buffer.from('x'), { filename: token } as never)],
    ['The file', uploadMedia(token)],
    ['The link', uploadMedia(s => `https://example.org/${token(s)}.png`)],
    ['targetUrl', subscribe('births', s => `https://example.org/?key=${token(s)}`)],
    ['targetUrl', unsubscribe('births', s => `https://example.org/?key=${token(s)}`)],
    ['The body of the request', http.post('contacts', { target_url: openfn } as never)],
  ])('%s is reported', async (where, operation) => {
    expect((await refusal(operation)).description).toMatch(
      new RegExp(
        `^${where.replace(/[.[\]]/g, '\\$&')} contains the (token|webhook secret) of the credential. Nothing was sent.$`,
      ),
    );
  });

  test('a key that is a secret is not reported', async () => {
    const fields = (s: State) => ({ [token(s)]: 'x' });
    const error = await refusal(upsertContact({ urns: ['tel:+250788123123'], fields }));
    expect(error.description).toBe(
      'contact.fields has a key that contains the token of the credential. Nothing was sent.',
    );
  });

  test('a large send goes to nobody where one of the last recipients is the token', async () => {
    const urns = Array.from({ length: 150 }, (_, index) => `ext:${index}`);
    const list = (s: State) => [...urns, `ext:${token(s)}`];
    expect((await refusal(sendBroadcast({ text: 'Hi', urns: list }))).description).toMatch(
      /^broadcast\.urns\[150\]/,
    );
  });

  test('the secret is subscribed and unsubscribed with its address', async () => {
    const subscribers = [{ id: 7, resthook: 'births', target_url: '' }];
    const server = await serve(
      msw.get('*', () => page(subscribers)),
      msw.post('*', async ({ request }) => {
        Object.assign(subscribers[0] as object, await request.json());
        return HttpResponse.json(subscribers[0], { status: 201 });
      }),
      msw.delete('*', () => new Response(null, { status: 204 })),
    );
    const start = state(server.host);
    await addResthookSubscriber({ resthook: 'births', target_url: openfn })(start);
    expect((await subscribe('births', openfn)(start)).data).toMatchObject({ id: 7 });
    expect((await unsubscribe('births', openfn)(start)).data).toEqual({ deleted: true });
    await http.post('resthook_subscribers', { resthook: 'births', target_url: openfn })(start);
    const sent = server.requests.filter(({ method }) => method === 'POST');
    expect(sent.map(({ body }) => body)).toEqual([
      { resthook: 'births', target_url: openfn(start) },
      { resthook: 'births', target_url: openfn(start) },
    ]);
  });

  test.each(['v9', 'textit'] as const)(
    '%s: of a list, the contact with it fails alone',
    async dialect => {
      const people = (s: State) => [
        { urns: ['tel:+250788000001'], name: 'Amina' },
        { urns: ['tel:+250788000002'], name: `x ${token(s)}` },
        { urns: [`ext:${token(s)}`], name: 'Bea' },
        { urns: ['tel:+250788000003'], fields: { tei_id: secret(s) } },
        { urns: ['tel:+250788000004'], fields: { [token(s)]: 'x' } },
        { urns: ['tel:+250788000005'], name: 'Chi' },
      ];
      for (const operation of [
        syncContacts(people, { dryRun: true }),
        upsertContacts(people),
        syncContacts(people),
      ]) {
        const sandbox = await workspace({ dialect });
        const { result } = await bulk(
          operation,
          sandbox,
          state(sandbox.host, {
            configuration: { host: sandbox.host, token: sandbox.token, webhookSecret: SECRET },
          }),
        );
        expect(counts(result)).toEqual([2, 0, 0, 4, 0]);
        expect(result.failed.map(({ index, code }) => [index, code])).toEqual(
          [1, 2, 3, 4].map(index => [index, 'INVALID_INPUT']),
        );
        expect(JSON.stringify(result)).not.toContain(sandbox.token);
      }
    },
  );

  test('a link is looked at wherever it leads', async () => {
    const server = await rapidpro();
    const elsewhere = await serve(
      msw.get(
        '*/moved',
        () =>
          new Response(null, { status: 302, headers: { location: `/a?key=${percent(TOKEN)}` } }),
      ),
      msw.get(
        '*/secret',
        () =>
          new Response(null, {
            status: 302,
            headers: { location: `/a?s=${encodeURIComponent(SECRET)}` },
          }),
      ),
    );
    for (const path of ['moved', 'secret']) {
      const operation = uploadMedia(`${elsewhere.origin}/${path}`, { allowPrivate: true });
      const error = await failure(operation, server, state(server.host));
      expect(error).toMatchObject({ code: 'INVALID_INPUT' });
      expect(error.description).toMatch(
        /^The link contains the (token|webhook secret) of the credential/,
      );
    }
    expect(elsewhere.requests.map(({ path }) => path)).toEqual(['/moved', '/secret']);
    expect(server.requests).toEqual([]);
  });

  test('what is read is asked for with the header alone', async () => {
    const server = await rapidpro();
    await run(getContacts({ urn: 'tel:+250788123123' }), server, state(server.host));
    const [{ url, headers, text }] = server.requests as [(typeof server.requests)[0]];
    expect(headers.authorization).toBe(`Token ${TOKEN}`);
    const { authorization: _, ...others } = headers;
    expect(JSON.stringify([url, others, text])).not.toContain(TOKEN);
  });
});

describe('in time that grows as what is sent does', () => {
  const guard = new SecretGuard({ token: TOKEN, webhookSecret: SECRET });
  const spent = (work: () => void) => {
    const started = performance.now();
    work();
    return performance.now() - started;
  };
  const M = 1_000_000;

  test('a body of 2.6 MB', () => {
    const people = Array.from({ length: 23_000 }, (_, index) => ({
      name: `Amina ${index}`,
      urns: [`tel:+25078800${index}`],
      fields: { link: 'https://example.org/?a=b', note: 'caf\\u00e9, 50% of 01234567' },
    }));
    const json = JSON.stringify(people);
    expect(json.length).toBeGreaterThan(2.6 * M);
    expect(
      spent(() => guard.checkRequest(post(people), 'https://example.org/', json)),
    ).toBeLessThan(500);
  });

  test('a file of 25 MB', () => {
    const bytes = new Uint8Array(25 * 1024 * 1024);
    for (let index = 0; index < bytes.length; index++)
      bytes[index] = (index * 7919 + (index >> 8)) % 256;
    const request = upload({ bytes });
    expect(spent(() => guard.checkRequest(request, 'https://example.org/'))).toBeLessThan(2000);
  });

  test.each([
    ['backslashes', '\\'.repeat(10 * M)],
    ['percent signs', '%25'.repeat(3 * M)],
    ['what a percent sign becomes', `%${'25'.repeat(5 * M)}`],
    ['encoded backslashes', '%5c'.repeat(M)],
    ['its beginning again and again', TOKEN.slice(0, -1).repeat(0.2 * M)],
    ['its beginning and backslashes', `${TOKEN.slice(0, 39)}${'\\'.repeat(100_000)}`.repeat(50)],
    ['its first letter', '0'.repeat(10 * M)],
    ['spaces', ' '.repeat(10 * M)],
    ['beginnings of addresses', 'http://'.repeat(1.5 * M)],
    ['addresses', 'http://a.b/?c=d '.repeat(0.5 * M)],
  ])('a text of %s', (_, text) => {
    expect(spent(() => guard.secretIn(text))).toBeLessThan(4000);
  });
});
