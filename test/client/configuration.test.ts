import { describe, expect, test } from 'vitest';
import { parseConfiguration } from '../../src/configuration.js';
import { RapidProError } from '../../src/errors/errors.js';
import { isLoopback } from '../../src/url.js';
import { cpuTime } from '../support/cpuTime.js';

const token = 'a1b2c3d4e5';

function refusal(raw: unknown): RapidProError {
  try {
    parseConfiguration(raw);
  } catch (error) {
    if (error instanceof RapidProError) return error;
    throw error;
  }
  throw new Error('was accepted');
}

test('a host is the same address the ten thousandth time', () => {
  const hosts = Array.from({ length: 10_000 }, () => 'https://rapidpro.exämple.org/');
  for (const host of hosts) parseConfiguration({ host, token });
});

describe('hosts that are accepted', () => {
  test.each([
    ['https://app.rapidpro.io/', 'https://app.rapidpro.io', '/api/v2/'],
    ['https://app.rapidpro.io', 'https://app.rapidpro.io', '/api/v2/'],
    ['HTTPS://App.RapidPro.io', 'https://app.rapidpro.io', '/api/v2/'],
    ['app.rapidpro.io', 'https://app.rapidpro.io', '/api/v2/'],
    ['app.rapidpro.io/', 'https://app.rapidpro.io', '/api/v2/'],
    ['  https://app.rapidpro.io/ \n', 'https://app.rapidpro.io', '/api/v2/'],
    ['https://example.org/rapidpro/', 'https://example.org', '/rapidpro/api/v2/'],
    ['https://example.org/rapidpro', 'https://example.org', '/rapidpro/api/v2/'],
    ['example.org/rapidpro//', 'https://example.org', '/rapidpro/api/v2/'],
    ['https://example.org:8443/', 'https://example.org:8443', '/api/v2/'],
    ['https://example.org:443/', 'https://example.org', '/api/v2/'],
    ['localhost:8000', 'https://localhost:8000', '/api/v2/'],
    ['http://localhost:8000', 'http://localhost:8000', '/api/v2/'],
    ['https://app.rapidpro.io/api/v2/', 'https://app.rapidpro.io', '/api/v2/'],
    ['https://app.rapidpro.io/api/v2', 'https://app.rapidpro.io', '/api/v2/'],
    ['https://app.rapidpro.io/api', 'https://app.rapidpro.io', '/api/v2/'],
    ['https://example.org/rapidpro/api/v2/', 'https://example.org', '/rapidpro/api/v2/'],
    ['https:/example.org', 'https://example.org', '/api/v2/'],
    ['https://[2001:db8::1]/', 'https://[2001:db8::1]', '/api/v2/'],
    ['https://rapidpro.exämple.org/', 'https://rapidpro.xn--exmple-cua.org', '/api/v2/'],
  ])('%j', (host, origin, basePath) => {
    expect(parseConfiguration({ host, token })).toMatchObject({ origin, basePath, token });
  });

  test.each([undefined, null, '', 'v2'])('apiVersion %j', apiVersion => {
    const configuration = { host: 'https://app.rapidpro.io/', token, apiVersion };
    expect(parseConfiguration(configuration)).toMatchObject({ basePath: '/api/v2/' });
  });

  test('other keys of the credential are left alone', () => {
    const configuration = { host: 'https://app.rapidpro.io/', token, projectName: 'x' };
    expect(parseConfiguration(configuration)).toEqual({
      origin: 'https://app.rapidpro.io',
      basePath: '/api/v2/',
      token,
      insecure: false,
    });
  });
});

describe('what is refused', () => {
  test.each([
    ['no configuration', undefined],
    ['null', null],
    ['text', 'https://app.rapidpro.io/'],
    ['no host', { token }],
    ['an empty host', { host: '', token }],
    ['a blank host', { host: '  ', token }],
    ['a host that is no text', { host: 7, token }],
    ['a host with a space', { host: 'https://app.rapid pro.io', token }],
    ['a host with a backslash', { host: 'https:\\\\app.rapidpro.io', token }],
    ['a scheme alone', { host: 'https://', token }],
    ['a bad port', { host: 'https://app.rapidpro.io:99999', token }],
    ['ftp', { host: 'ftp://app.rapidpro.io/', token }],
    ['file', { host: 'file:///etc/passwd', token }],
    ['file without slashes', { host: 'file:/etc/passwd', token }],
    ['javascript', { host: 'javascript:alert(1)', token }],
    ['an e-mail link', { host: 'mailto:someone@example.org', token }],
    ['a user and a password', { host: 'https://me:secret@app.rapidpro.io/', token }],
    ['a user', { host: 'https://me@app.rapidpro.io/', token }],
    ['credentials without a scheme', { host: 'me:secret@app.rapidpro.io', token }],
    ['credentials that begin with a digit', { host: 'me:1secret@app.rapidpro.io', token }],
    ['a query', { host: 'https://app.rapidpro.io/?a=b', token }],
    ['an empty query', { host: 'https://app.rapidpro.io/?', token }],
    ['a fragment', { host: 'https://app.rapidpro.io/#a', token }],
    ['an empty fragment', { host: 'https://app.rapidpro.io/#', token }],
    ['no token', { host: 'https://app.rapidpro.io/' }],
    ['an empty token', { host: 'https://app.rapidpro.io/', token: '' }],
    ['a token that is no text', { host: 'https://app.rapidpro.io/', token: 12345 }],
    ['a blank token', { host: 'https://app.rapidpro.io/', token: ' \n' }],
    ['a token with a space inside', { host: 'https://app.rapidpro.io/', token: 'Token abc' }],
    ['a token with a line break inside', { host: 'https://app.rapidpro.io/', token: 'ab\nc' }],
    ['a token with a header in it', { host: 'https://app.rapidpro.io/', token: 'abc\r\nX-A: b' }],
    ['a token with a null', { host: 'https://app.rapidpro.io/', token: 'abc\0' }],
    ['a token beyond ASCII', { host: 'https://app.rapidpro.io/', token: 'äbc' }],
    ['API v1', { host: 'https://app.rapidpro.io/', token, apiVersion: 'v1' }],
    ['a number for a version', { host: 'https://app.rapidpro.io/', token, apiVersion: 2 }],
  ])('%s', (_, raw) => {
    const error = refusal(raw);
    expect(error.code).toBe('INVALID_CONFIGURATION');
    expect(error.description).not.toBe('');
    expect(error.fix).not.toBe('');
  });

  const host = 'https://app.rapidpro.io/';
  test.each<[object, string, string]>([
    [{ host, token: 12345678 }, '"token" in the credential is a number, not text.', 'in quotes'],
    [{ host, token: { value: 'secret' } }, '"token" in the credential is an object', 'in quotes'],
    [{ host, token: true }, '"token" in the credential is a boolean', 'in quotes'],
    [{ host: [host], token }, '"host" in the credential is a list, not text.', 'in quotes'],
    [{ host: {}, token }, '"host" in the credential is an object, not text.', 'in quotes'],
    [
      { hostUrl: host, apiToken: token },
      'has no host.',
      'It has "hostUrl": here the name is "host".',
    ],
    [{ host, apiToken: 'secret' }, 'has no token.', 'It has "apiToken": here the name is "token".'],
    [{ host, api_key: 'secret' }, 'has no token.', 'It has "api_key"'],
    [{ Host: host, Token: token }, 'has no host.', 'It has "Host"'],
    [{ baseUrl: host, token }, 'has no host.', 'It has "baseUrl"'],
    [{ secretOfMine: host, token }, 'has no host.', 'Set "host"'],
    [{ host: null, token }, 'The credential has no host.', 'Set "host"'],
    [{ host, token: null }, 'The credential has no token.', 'Copy the API token'],
    [{ host, token: 'Token secret' }, 'begins with the word "Token".', 'Leave out that word.'],
    [{ host, token: '  ' }, 'The credential has no token.', 'Copy the API token'],
    [{ host, token: 'a b' }, 'contains spaces', 'A token is one word'],
    [{ host, token: ' Token secret\n' }, 'begins with the word "Token".', 'Leave out that word.'],
  ])('says what is wrong with %j', (raw, description, fix) => {
    const error = refusal(raw);
    expect(error.description).toContain(description);
    expect(error.fix).toContain(fix);
    expect(JSON.stringify(error)).not.toMatch(/secret|12345678/);
  });

  test.each([
    { host: 'https://someuser:secret@app.rapidpro.io/', token: 'abc' },
    { host: 'someuser:secret@app.rapidpro.io/', token: 'abc' },
    { host: 'https://app.rapidpro.io/', token: 'secret token of someuser' },
    { host: 'https://app.rapidpro.io/?token=secret&user=someuser', token: 'abc' },
  ])('what is refused is not reported: %j', raw => {
    const error = refusal(raw);
    expect(`${JSON.stringify(error)}${error.stack}`).not.toMatch(/secret|someuser/);
  });
});

/** The commonest mistake: a line break is copied along. */
test.each([' abc', 'abc\n', '\tabc\r\n', '\u00a0abc\ufeff'])(
  'spaces around the token %j are left out',
  pasted => {
    const configuration = parseConfiguration({ host: 'https://app.rapidpro.io/', token: pasted });
    expect(configuration.token).toBe('abc');
  },
);

describe('the token travels unencrypted', () => {
  test.each([
    ['http://rapidpro.example.org/', true],
    ['http://10.0.0.7/', true],
    ['http://localhost.example.org/', true],
    ['http://127.example.org/', true],
    ['https://rapidpro.example.org/', false],
    ['http://localhost:8000/', false],
    ['http://rapidpro.localhost/', false],
    ['http://127.0.0.1:8000/', false],
    ['http://127.9.9.9/', false],
    ['http://[::1]:8000/', false],
  ])('%s: %s', (host, insecure) => {
    expect(parseConfiguration({ host, token }).insecure).toBe(insecure);
  });
});

test.each([
  ['localhost', true],
  ['a.localhost', true],
  ['127.0.0.1', true],
  ['127.255.255.254', true],
  ['[::1]', true],
  ['notlocalhost', false],
  ['128.0.0.1', false],
  ['127.0.0.1.example.org', false],
  ['0.0.0.0', false],
])('%s is this machine: %s', (hostname, expected) => {
  expect(isLoopback(hostname)).toBe(expected);
});

test('a "ca" of nothing but beginnings takes no time', () => {
  const start = cpuTime();
  const ca = '-----BEGIN CERTIFICATE-----'.repeat(7000);
  expect(refusal({ host: 'https://app.rapidpro.io/', token, ca }).description).toContain(
    'not a complete certificate',
  );
  expect(cpuTime() - start).toBeLessThan(500);
});
