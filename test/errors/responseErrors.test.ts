import { describe, expect, test } from 'vitest';
import { isPassingStatus } from '../../src/errors/outcome.js';
import { responseError } from '../../src/errors/responseErrors.js';
import type { Json } from '../../src/types/json.js';
import type { ApiRequest } from '../../src/types/request.js';
import { TOKEN } from '../support/credential.js';

/** The error of one answer, without a socket: `refusals.test.ts` has the same over one. */

type Answer = Partial<Parameters<typeof responseError>[2]>;

const CREDENTIAL = {
  origin: 'https://rapidpro.example',
  basePath: '/api/v2/',
  insecure: false,
  token: TOKEN,
};
const POST: ApiRequest = { method: 'POST', path: 'contacts', body: {} };
const GET: ApiRequest = { method: 'GET', path: 'contacts' };

function refuse(answer: Answer, request: ApiRequest = POST, credential = CREDENTIAL) {
  const { body } = answer;
  return responseError(request, credential, {
    ...{ statusCode: 400, body: undefined, authenticated: false },
    isJson: body !== undefined,
    ...answer,
  });
}

describe('what a status means, and what happened to the request', () => {
  test.each([
    [300, 'REDIRECTED', 'unknown'],
    // Nothing was asked that could be unchanged.
    [304, 'NOT_RAPIDPRO', 'unknown'],
    [399, 'REDIRECTED', 'unknown'],
    [400, 'VALIDATION_FAILED', 'refused'],
    [401, 'INVALID_TOKEN', 'refused'],
    [402, 'REQUEST_FAILED', 'refused'],
    [403, 'PERMISSION_DENIED', 'refused'],
    [404, 'NOT_FOUND', 'refused'],
    [405, 'METHOD_NOT_ALLOWED', 'refused'],
    [407, 'PROXY_FAILED', 'none'],
    [408, 'SERVER_UNAVAILABLE', 'unknown'],
    [409, 'LIMIT_REACHED', 'refused'],
    [413, 'TOO_LARGE', 'refused'],
    [414, 'TOO_LARGE', 'refused'],
    [425, 'SERVER_UNAVAILABLE', 'unknown'],
    [429, 'RATE_LIMITED', 'refused'],
    [431, 'TOO_LARGE', 'refused'],
    [499, 'REQUEST_FAILED', 'refused'],
    [500, 'SERVER_ERROR', 'unknown'],
    [501, 'SERVER_ERROR', 'unknown'],
    [502, 'SERVER_UNAVAILABLE', 'unknown'],
    [507, 'SERVER_UNAVAILABLE', 'unknown'],
    [508, 'SERVER_ERROR', 'unknown'],
    [597, 'SERVER_ERROR', 'unknown'],
    [598, 'SERVER_UNAVAILABLE', 'unknown'],
    [599, 'SERVER_UNAVAILABLE', 'unknown'],
  ])('%i: %s, %s', (statusCode, code, outcome) => {
    const error = refuse({ statusCode, body: { detail: 'Non.' }, authenticated: true });
    expect(error).toMatchObject({ code, outcome, statusCode });
  });

  test('after a failure that passes, nobody knows what happened, whatever its status', () => {
    const statuses = Array.from({ length: 300 }, (_, place) => 300 + place).filter(isPassingStatus);
    const outcomes = statuses.map(statusCode => refuse({ statusCode }).outcome);
    expect(outcomes).toEqual(statuses.map(() => 'unknown'));
  });

  test('the words of a proxy that wants a password are not shown', () => {
    expect(refuse({ statusCode: 407, body: { detail: 'x' } })).not.toHaveProperty('errors');
    expect(refuse({ statusCode: 409, body: { detail: 'x' } }).errors).toEqual(['x']);
  });

  test('414 and 431 are about the address, 413 about the body', () => {
    expect(refuse({ statusCode: 413 }).description).toContain('request is too large');
    for (const statusCode of [414, 431])
      expect(refuse({ statusCode }).description).toContain('address of the request is too long');
  });

  test.each([
    [425, 'is not ready for the request yet'],
    [507, 'has no storage left'],
    [598, 'did not respond to its proxy'],
    [599, 'did not respond to its proxy'],
  ])('%i says what is the matter: it %s', (statusCode, said) => {
    expect(refuse({ statusCode }).description).toContain(said);
  });

  test('408 is about the connection, 502 about the server', () => {
    const slow = refuse({ statusCode: 408 });
    const down = refuse({ statusCode: 502, retryAfter: 4 });
    expect(slow.description).toContain('did not receive the whole request');
    expect(slow.fix).toContain('send less');
    expect(down.description).toContain('did not respond to its proxy');
    expect(down.fix).toContain('restarting');
    expect(down.retryAfter).toBe(4);
  });

  test('429 says when to run the job again', () => {
    expect(refuse({ statusCode: 429 }).fix).toContain('again in an hour');
    expect(refuse({ statusCode: 429, retryAfter: 4 }).fix).toContain('again after that time');
  });

  test('other refusals are named with their status, endpoint or method', () => {
    const authenticated = true;
    expect(refuse({ statusCode: 418, authenticated }).description).toContain('status 418.');
    expect(refuse({ statusCode: 405, authenticated }).description).toContain(
      'allow POST on "contacts".',
    );
  });

  describe.each([402, 405, 406, 409, 410, 415, 418, 422, 423, 451, 499])('%i', statusCode => {
    test.each<[string, Answer]>([
      ['a page', { isJson: false }],
      ['a text', { body: 'error code: 1001' }],
      ['JSON with words of its own', { body: { message: 'Blocked', status: statusCode } }],
    ])('%s that does not look like RapidPro is of another server', (_, answer) => {
      const error = refuse({ statusCode, ...answer });
      // It may stand before RapidPro, and have replaced the answer after the work.
      expect(error).toMatchObject({ code: 'NOT_RAPIDPRO', statusCode, outcome: 'unknown' });
      const outcomeOf = (request: object) =>
        refuse({ statusCode, ...answer }, { ...POST, ...request }).outcome;
      expect(outcomeOf({ method: 'GET' })).toBe('none');
      expect(outcomeOf({ repeatable: true })).toBe('unknown');
      expect(outcomeOf({ method: 'DELETE' })).toBe('unknown');
      expect(error.description).toContain(`answered ${statusCode}`);
      expect(error.fix).toContain('firewall');
      expect(error).not.toHaveProperty('errors');
    });

    test.each<[string, Answer]>([
      ['its JSON', { body: { detail: 'Non.' } }],
      ['its header', { isJson: false, authenticated: true }],
    ])('RapidPro is known by %s', (_, answer) => {
      const error = refuse({ statusCode, ...answer });
      expect(error.code).not.toBe('NOT_RAPIDPRO');
      expect(error.outcome).toBe('refused');
    });
  });

  test.each([400, 403, 404])('%i of another server may come after the work', statusCode => {
    for (const answer of [{ isJson: false }, { body: { message: 'Blocked' } }]) {
      const error = refuse({ statusCode, ...answer });
      expect(error).toMatchObject({ code: 'NOT_RAPIDPRO', outcome: 'unknown' });
    }
  });

  test.each([401, 411, 413, 414, 417, 421, 426, 429, 431])(
    '%i of another server comes before the work',
    statusCode => {
      expect(refuse({ statusCode, isJson: false }).outcome).toBe('refused');
    },
  );

  test.each([
    [401, 'INVALID_TOKEN'],
    [407, 'PROXY_FAILED'],
    [408, 'SERVER_UNAVAILABLE'],
    [413, 'TOO_LARGE'],
    [414, 'TOO_LARGE'],
    [429, 'RATE_LIMITED'],
    [431, 'TOO_LARGE'],
    [500, 'SERVER_ERROR'],
    [502, 'SERVER_UNAVAILABLE'],
  ])('%i means the same from anybody: %s', (statusCode, code) => {
    expect(refuse({ statusCode, isJson: false }).code).toBe(code);
  });
});

describe('what is said in an error', () => {
  const description = (body: unknown) => refuse({ body, authenticated: true }).description;

  test.each<[unknown, string]>([
    [{ name: ['Too long.'] }, 'RapidPro refused the contact: name: Too long.'],
    [{ name: ['Too long'] }, 'RapidPro refused the contact: name: Too long.'],
    [{ name: ['Mr. X is no name'] }, 'RapidPro refused the contact: name: Mr. X is no name.'],
    [{ name: ['Why?'] }, 'RapidPro refused the contact: name: Why.'],
    [
      { name: ['One.', 'Two.', 'Three.'] },
      'RapidPro refused the contact: name: One. (and 2 more).',
    ],
    [{}, 'RapidPro refused the contact.'],
  ])('%j', (body, expected) => {
    expect(description(body)).toBe(expected);
  });

  test('the noun is the endpoint’s, or its path if it has none', () => {
    const path = (name: string) =>
      refuse({ body: {}, authenticated: true }, { ...POST, path: name }).description;
    expect(path('flow_starts')).toBe('RapidPro refused the flow start.');
    expect(path('nosuch')).toBe('RapidPro refused the nosuch.');
  });
});

describe('403', () => {
  const insecure = { ...CREDENTIAL, insecure: true };
  const at403 = (detail: string, authenticated = false, credential = CREDENTIAL) =>
    refuse({ statusCode: 403, body: { detail }, authenticated }, POST, credential);

  test.each([
    ['Cannot modify system object.', 'SYSTEM_OBJECT'],
    ['Authentication credentials were not provided.', 'MISSING_TOKEN'],
    ['No credentials provided.', 'MISSING_TOKEN'],
    ['You do not have permission to perform this action.', 'PERMISSION_DENIED'],
    ['Invalid token', 'INVALID_TOKEN'],
  ])('%s is %s', (detail, code) => {
    expect(at403(detail).code).toBe(code);
  });

  test('with the name of the workspace, the token is known', () => {
    expect(at403('Non.', true).code).toBe('PERMISSION_DENIED');
  });

  test.each(['No credentials provided.', 'You do not have permission', 'Invalid token'])(
    'https is advised where the connection is open: %s',
    detail => {
      expect(at403(detail).fix).not.toContain('https://');
      expect(at403(detail, false, insecure).fix).toContain('Also use https://');
    },
  );

  test('also if it is another server', () => {
    const other = (credential: typeof CREDENTIAL) =>
      refuse({ statusCode: 403, body: { message: 'x' } }, POST, credential);
    expect(other(CREDENTIAL).code).toBe('NOT_RAPIDPRO');
    expect(other(CREDENTIAL).fix).not.toContain('https://');
    expect(other(insecure).fix).toContain('Also use https://');
  });
});

describe('404', () => {
  const at404 = (request: ApiRequest, answer: Answer = { body: { detail: 'Non.' } }) =>
    refuse({ statusCode: 404, ...answer }, request).code;
  const one = { uuid: 'a' };

  test.each<[string, ApiRequest, Answer | undefined, string]>([
    ['a place in a list', { ...GET, query: { cursor: 'x' } }, undefined, 'INVALID_CURSOR'],
    ['a list', GET, undefined, 'NOT_RAPIDPRO'],
    ['a list with a filter', { ...GET, query: one }, undefined, 'NOT_RAPIDPRO'],
    ['a list of a workspace', GET, { body: {}, authenticated: true }, 'NOT_FOUND'],
    ['one object', { ...POST, query: one }, undefined, 'NOT_FOUND'],
    ['one object, without words', { ...POST, query: one }, { body: {} }, 'NOT_RAPIDPRO'],
    ['one object, with null', { ...POST, query: one }, { body: null }, 'NOT_RAPIDPRO'],
    ['no object', POST, undefined, 'NOT_RAPIDPRO'],
    ['an endpoint of one line', { ...GET, path: 'classifiers' }, { isJson: false }, 'NOT_OFFERED'],
    ['an unknown endpoint', { ...GET, path: 'nosuch' }, { isJson: false }, 'NOT_OFFERED'],
    ['an endpoint of both', GET, { isJson: false }, 'NOT_RAPIDPRO'],
    [
      'an object of one line',
      { method: 'DELETE', path: 'classifiers', query: one },
      undefined,
      'NOT_FOUND',
    ],
  ])('%s', (_, request, answer, code) => {
    expect(at404(request, answer)).toBe(code);
  });
});

describe('how to write a URN', () => {
  const fix = (said: unknown, request: Partial<ApiRequest> = {}) =>
    refuse({ body: said, authenticated: true }, { ...POST, ...request }).fix;
  const TWITTER = 'twitter:unicef';
  const PHONE = '"tel:+250788123123"';

  test('is told of the scheme that RapidPro names', () => {
    expect(fix({ urns: ['Invalid URN: twitter:a b'] }, { body: { urns: ['tel:1'] } })).toContain(
      TWITTER,
    );
  });

  test('or of the one that was sent in this place', () => {
    const body = { urns: ['tel:1', 'twitter:a b'] };
    expect(fix({ urns: { 1: ['URN is not valid.'] } }, { body })).toContain(TWITTER);
    expect(fix({ urns: { 0: ['URN is not valid.'] } }, { body })).toContain(PHONE);
    const many = { urns: [...Array(10).fill('tel:1'), 'twitter:a b'] };
    expect(fix({ urns: { 10: ['URN is not valid.'] } }, { body: many })).toContain(TWITTER);
    expect(fix({ urns: ['URN is not valid.'] }, { body })).toContain(PHONE);
  });

  test('or of the one in the address', () => {
    expect(fix({ urn: ['URN is not valid.'] }, { query: { urn: 'twitter:a b' } })).toContain(
      TWITTER,
    );
  });

  test('or of any', () => {
    for (const body of [undefined, null, {}, { urns: 'twitter:x' }] as (Json | undefined)[])
      expect(fix({ urns: ['URN is not valid.'] }, { body })).toContain('a scheme and an address');
  });

  test('other refusals have their own advice, or a general one', () => {
    expect(fix({ name: ['This field must be unique.'] })).toContain('already taken');
    expect(fix({ name: ['Non.'] })).toContain('Correct what "errors" names');
  });
});

describe('places in the job’s own list', () => {
  const errors = (said: unknown, request: Partial<ApiRequest>) =>
    refuse({ body: said, authenticated: true }, { ...POST, ...request }).errors;
  const groups = ['Mothers', 'Fathers', 'Nurses'];

  test('a place in the list that was sent', () => {
    const request = { body: { urns: ['a', 'b'] }, positions: { urns: [4, 7] } };
    expect(errors({ urns: { 1: ['Bad.'] } }, request)).toEqual(['urns[7]: Bad.']);
    expect(errors({ urns: { 1: ['Bad.'] } }, { body: request.body })).toEqual(['urns[1]: Bad.']);
    expect(errors({ urns: { 1: { x: ['Bad.'] } } }, request)).toEqual(['urns[7].x: Bad.']);
    const many = { urns: Array(11).fill('a') };
    expect(errors({ urns: { 10: ['Bad.'] } }, { body: many })).toEqual(['urns[10]: Bad.']);
  });

  test('an item that the job did not give has no place', () => {
    const request = { body: { urns: ['a', 'b'] }, positions: { urns: [4, undefined] } };
    expect(errors({ urns: { 1: { x: ['Bad.'] } } }, request)).toEqual(['urns.x: Bad.']);
  });

  test('an unknown reference is found by its words', () => {
    const [line = ''] = errors({ groups: ['No such object: Nurses'] }, { body: { groups } }) ?? [];
    expect(line).toMatch(/^groups\[2\]: No such object/);
    const first = errors({ groups: ['No such object: Mothers'] }, { body: { groups } });
    expect(first?.[0]).toMatch(/^groups\[0\]: No such object/);
  });

  test('what no item is about keeps its path', () => {
    expect(errors({ groups: ['No such object: Others'] }, { body: { groups } })?.[0]).toMatch(
      /^groups: /,
    );
    expect(errors({ groups: ['Odd: '] }, { body: { groups: ['', 5] } })?.[0]).toMatch(/^groups: /);
    expect(errors({ groups: { 1: ['Bad.'] } }, { body: { groups: 'Mothers' } })).toEqual([
      'groups[1]: Bad.',
    ]);
    expect(errors({ detail: 'Bad.' }, { body: null })).toEqual(['Bad.']);
    expect(errors({ groups: { 1: ['Bad.'] } }, { body: undefined })).toEqual(['groups[1]: Bad.']);
  });
});

describe('a key of digits in an answer is no place in a list', () => {
  const urn = 'tel:+250788123123';
  const body = { urns: [urn], name: 'Amina', fields: { nid: '1' } };
  const DIGITS = ['250788123123', '0788123123', '788123123', '0788.123.123', '+250-788-123-123'];

  test.each(
    DIGITS.flatMap(key => [
      { [key]: ['bad'] },
      { urns: { [key]: ['bad'] } },
      { urns: { 0: { [key]: ['bad'] } } },
      { fields: { nid: { [key]: 'bad' } } },
      { other: { deep: [{ [key]: { 0: 'bad' } }] } },
      { [`urns[${key}]`]: ['bad'] },
    ]),
  )('%j', said => {
    const requests: ApiRequest[] = [
      { ...POST, body },
      { ...POST, query: { urn }, body: { name: 'Amina' } },
      { ...POST, path: 'messages', body: { contact: urn, text: 'Hi' } },
    ];
    for (const request of requests) {
      const error = refuse({ body: said, authenticated: true }, request);
      const text = JSON.stringify(error) + error.message;
      expect(error.errors).toHaveLength(1);
      expect(text).not.toMatch(/7\D*8\D*8\D*1\D*2\D*3/);
      expect(error.description).toMatch(/…\d?\d?.*: bad/);
    }
  });

  test('cut into pieces by dots', () => {
    const said = { urns: { '0788': { 123: { 123: ['bad'] } } } };
    const error = refuse({ body: said, authenticated: true }, { ...POST, body });
    expect(error.errors).toEqual(['urns.…23]: bad']);
  });

  test('nor is a token that is digits, or whose hex is', () => {
    const token = 'wq7Ays3bTT9qDqEXr82w'.replace(/[^\dA-IP-Ya-ip-y]/g, '5');
    const hex = Buffer.from(token).toString('hex');
    expect(hex).toMatch(/^\d+$/);
    for (const [secret, key] of [
      [token, hex],
      ['83510947261538406917', '83510947261538406917'],
    ] as const) {
      for (const said of [{ [key]: ['bad'] }, { urns: { [key]: ['bad'] } }]) {
        const { errors } = refuse(
          { body: said },
          { ...POST, body },
          { ...CREDENTIAL, token: secret },
        );
        expect(errors?.join()).not.toContain(key);
      }
    }
  });

  test('a place in a long list of the job is shown', () => {
    const positions = { urns: [123_456] };
    const error = refuse({ body: { urns: { 0: ['Bad.'] } } }, { ...POST, body, positions });
    expect(error.errors).toEqual(['urns[123456]: Bad.']);
  });
});

describe('a write that is redirected', () => {
  const UUID = '3c9f0d4e-0e41-4f6d-8a3c-1f2e3d4c5b6a';
  const one = { ...POST, query: { uuid: UUID } };
  const prefixed = { ...CREDENTIAL, basePath: '/rapidpro/api/v2/' };
  const at = (location: string | undefined, request = POST, credential = CREDENTIAL) =>
    refuse({ statusCode: 301, location }, request, credential);

  test.each<[string, ApiRequest?, typeof CREDENTIAL?]>([
    ['http://rapidpro.example/api/v2/contacts.json'],
    ['https://www.rapidpro.example/api/v2/contacts.json'],
    ['//other.example:8443/api/v2/contacts.json'],
    ['/rapidpro/api/v2/contacts.json'],
    ['https://rapidpro.example/api/v2/contacts.json', POST, prefixed],
    [`https://other.example/api/v2/contacts.json?uuid=${UUID}`, one],
    [
      `/x/api/v2/contacts.json?urn=tel%3A%2B250788123123`,
      { ...POST, query: { urn: 'tel:+250788123123' } },
    ],
    [
      'https://other.example/api/v2/contacts.json?uuid=b&group=a',
      { ...POST, query: { group: 'a', urn: undefined, uuid: 'b' } },
    ],
  ])(
    'to the same endpoint elsewhere was passed on before any work: %s',
    (location, request, from) => {
      const error = at(location, request, from);
      expect(error).toMatchObject({ code: 'REDIRECTED', outcome: 'none' });
    },
  );

  test.each<[string | undefined, ApiRequest?]>([
    ['/login'],
    ['/accounts/login/?next=/api/v2/contacts.json'],
    ['https://rapidpro.example/'],
    ['https://other.example/login'],
    ['https://other.example/api/v2/groups.json'],
    ['https://other.example/api/v2/xcontacts.json'],
    ['https://other.example/api/v3/contacts.json'],
    ['https://other.example/contact/read/'],
    // After a write, servers also lead to what was written, or to the list.
    ['https://rapidpro.example/api/v2/contacts.json'],
    ['contacts.json'],
    [`https://other.example/api/v2/contacts.json?uuid=${UUID}`],
    ['https://other.example/api/v2/contacts.json', one],
    ['https://other.example/api/v2/contacts.json?uuid=of-somebody-else', one],
    [`https://other.example/api/v2/contacts.json?uuid=${UUID}&uuid=${UUID}`, one],
    ['ftp://other.example/api/v2/contacts.json'],
    ['http://['],
    [''],
    [undefined],
  ])('to anything else may have been done: %s', (location, request) => {
    expect(at(location, request)).toMatchObject({ code: 'REDIRECTED', outcome: 'unknown' });
    const deletion = { ...POST, ...request, method: 'DELETE' } as const;
    expect(at(location, deletion).outcome).toBe('unknown');
  });

  test.each(['/login', 'http://rapidpro.example/api/v2/contacts.json', undefined])(
    'a read did nothing: %s',
    location => {
      expect(at(location, GET).outcome).toBe('none');
    },
  );
});

describe('400 of another server', () => {
  test.each<[string, Answer, string]>([
    ['a page', { isJson: false }, 'NOT_RAPIDPRO'],
    [
      'a page with the name of the workspace',
      { isJson: false, authenticated: true },
      'VALIDATION_FAILED',
    ],
    ['a text', { body: 'x' }, 'NOT_RAPIDPRO'],
    ['null', { body: null }, 'NOT_RAPIDPRO'],
    ['a list', { body: [['x']] }, 'NOT_RAPIDPRO'],
    ['texts', { body: { name: 'x' } }, 'NOT_RAPIDPRO'],
    ['a list for a key', { body: { status: 400, name: ['x'] } }, 'VALIDATION_FAILED'],
    ['a sentence', { body: { detail: 'x' } }, 'VALIDATION_FAILED'],
    ['a sentence that is none', { body: { detail: 4 } }, 'NOT_RAPIDPRO'],
  ])('%s', (_, answer, code) => {
    expect(refuse(answer).code).toBe(code);
  });

  test('its words are not about the job', () => {
    expect(refuse({ body: { name: 'x' } })).not.toHaveProperty('errors');
  });
});

test.each([
  ['in 3 seconds', 2.2],
  ['later', undefined],
])('a 429 says when to try again: %s', (when, retryAfter) => {
  const error = refuse({ statusCode: 429, retryAfter, body: {}, authenticated: true });
  expect(error.description).toContain(`Try again ${when}.`);
  expect(error.retryAfter).toBe(retryAfter);
});

test('what is known to cause a 500 is told of writes alone', () => {
  const fix = (request: ApiRequest) => refuse({ statusCode: 500 }, request).fix;
  expect(fix(POST)).toMatch(/^Known causes: .* Otherwise: Run the job again/);
  expect(fix(GET)).toMatch(/^Run the job again/);
  expect(fix({ ...POST, path: 'globals' })).toMatch(/^Run the job again/);
});

test.each([
  ['https://other.example/login', 'https://other.example'],
  ['http://rapidpro.example/', 'http://rapidpro.example'],
  ['https://rapidpro.example/login', undefined],
  ['/login', undefined],
  ['mailto:a@b.example', undefined],
  ['xhttps://other.example/', undefined],
  [undefined, undefined],
])('a redirect to %s', (location, origin) => {
  const { description, fix } = refuse({ statusCode: 302, location });
  expect(description).toBe(
    origin
      ? `The server redirects to ${origin}. The token was not sent there.`
      : 'The server redirects to another page.',
  );
  expect(fix).toContain(origin ?? 'Check "host"');
});
