import { inspect } from 'node:util';
import { describe, expect, test } from 'vitest';
import { NotConnected, networkFailure, ProxyFailure } from '../../src/errors/networkErrors.js';

const coded = (code: string) => Object.assign(new Error('secret'), { code });

test.each([
  ['ECONNREFUSED', 'CONNECTION_REFUSED', 'unreachable'],
  ['EHOSTUNREACH', 'CONNECTION_REFUSED', 'unreachable'],
  ['ENETUNREACH', 'CONNECTION_REFUSED', 'unreachable'],
  ['ENOTFOUND', 'HOST_NOT_FOUND', undefined],
  ['EAI_AGAIN', 'HOST_NOT_FOUND', 'unreachable'],
  ['UND_ERR_CONNECT_TIMEOUT', 'TIMEOUT', 'unreachable'],
  ['ETIMEDOUT', 'TIMEOUT', 'timeout'],
  ['TIMEOUT', 'TIMEOUT', 'timeout'],
  ['CERT_HAS_EXPIRED', 'INSECURE_CONNECTION', undefined],
  ['DEPTH_ZERO_SELF_SIGNED_CERT', 'INSECURE_CONNECTION', undefined],
  ['UNABLE_TO_VERIFY_LEAF_SIGNATURE', 'INSECURE_CONNECTION', undefined],
  ['ERR_TLS_CERT_ALTNAME_INVALID', 'INSECURE_CONNECTION', undefined],
  ['EPROTO', 'INSECURE_CONNECTION', undefined],
  ['ECONNRESET', 'CONNECTION_LOST', 'ambiguous'],
  ['EPIPE', 'CONNECTION_LOST', 'ambiguous'],
  ['UND_ERR_SOCKET', 'CONNECTION_LOST', 'ambiguous'],
  ['HPE_INVALID_EOF_STATE', 'CONNECTION_LOST', 'ambiguous'],
  ['HPE_INVALID_CONSTANT', 'INVALID_RESPONSE', 'ambiguous'],
  ['UND_ERR_HEADERS_OVERFLOW', 'INVALID_RESPONSE', 'ambiguous'],
  ['UND_ERR_RES_CONTENT_LENGTH_MISMATCH', 'CONNECTION_LOST', 'ambiguous'],
  ['SOMETHING_NEW', 'CONNECTION_LOST', 'ambiguous'],
])('%s: %s, %s', (code, expected, kind) => {
  for (const thrown of [
    coded(code),
    Object.assign(new TypeError('fetch failed'), { cause: coded(code) }),
    Object.assign(new AggregateError([coded(code)]), {}),
  ]) {
    const { error, failure } = networkFailure(thrown, 60);
    expect(error.code).toBe(expected);
    expect(failure?.kind).toBe(kind);
    expect(error.cause).toMatchObject({ code });
    expect(JSON.stringify(error) + error.stack).not.toContain('secret');
  }
});

test.each([
  ['CERT_HAS_EXPIRED', 'has expired', 'renew'],
  ['CERT_NOT_YET_VALID', 'not valid yet', 'clock'],
  ['ERR_TLS_CERT_ALTNAME_INVALID', 'for another name than "host"', 'spelling'],
  ['DEPTH_ZERO_SELF_SIGNED_CERT', 'authority that is not known', '"ca" of the credential'],
  ['DEPTH_ZERO_SELF_SIGNED_CERT', 'authority that is not known', 'NODE_EXTRA_CA_CERTS'],
  ['UNABLE_TO_VERIFY_LEAF_SIGNATURE', 'authority that is not known', 'whole chain'],
  ['EPROTO', 'uses https unless "host" starts with http://', 'port'],
  ['EPROTO', 'uses https unless "host" starts with http://', 'write http://'],
  ['CERT_REVOKED', 'is not valid', 'people who run the server'],
])('why a connection cannot be encrypted is told: %s', (code, description, fix) => {
  const { error } = networkFailure(coded(code), 60);
  expect(error.description).toContain(description);
  expect(error.fix).toContain(fix);
});

test('the cause is reported in plain texts, without the bytes that undici keeps', () => {
  const thrown = Object.assign(new Error('Invalid header\u001b[2J'), {
    name: 'HTTPParserError',
    data: 'Token abc',
    socket: { remoteAddress: '127.0.0.1' },
  });
  const { error } = networkFailure(thrown, 60);
  expect(error.code).toBe('INVALID_RESPONSE');
  const dump = inspect(error.cause, { depth: Infinity, showHidden: true });
  for (const text of ['abc', '127.0', '\u001b']) expect(dump).not.toContain(text);
  expect(error.cause).toMatchObject({ message: 'HTTPParserError: Invalid header [2J' });
});

test.each([undefined, null, 'text', new Error('plain')])('anything thrown: %s', thrown => {
  expect(networkFailure(thrown, 60).error.code).toBe('CONNECTION_LOST');
});

test('a timeout says how long it was', () => {
  expect(networkFailure(coded('TIMEOUT'), 7).error.description).toContain('7 seconds');
});

describe('an address that does not accept connections', () => {
  const during = (syscall: string, code = 'ENETUNREACH') =>
    networkFailure(Object.assign(coded(code), { syscall }), 60);

  test.each(['ECONNREFUSED', 'EHOSTUNREACH', 'ENETUNREACH', 'ENETDOWN', 'EADDRNOTAVAIL'])(
    '%s while it connects: nothing was sent',
    code => {
      const { error, failure } = during('connect', code);
      expect(error).toMatchObject({ code: 'CONNECTION_REFUSED', outcome: 'none' });
      expect(failure).toEqual({ kind: 'unreachable' });
      expect(error.cause).toMatchObject({ code, syscall: 'connect' });
    },
  );

  test.each(['read', 'write'])('in a %s, the server may have done it', syscall => {
    const { error, failure } = during(syscall);
    expect(error).toMatchObject({ code: 'CONNECTION_LOST', outcome: 'unknown' });
    expect(failure).toEqual({ kind: 'ambiguous' });
  });
});

describe('a proxy', () => {
  test.each([
    [407, undefined, 'asks for a user name and a password'],
    [403, undefined, 'refuses to connect to the server: it answered with status 403'],
    [499, undefined, 'refuses to connect'],
    [500, { kind: 'unreachable' }, 'could not reach the server: it answered with status 500'],
    [502, { kind: 'unreachable' }, 'could not reach the server'],
  ])('that answered %i', (statusCode, failure, description) => {
    const told = networkFailure(new ProxyFailure(statusCode), 60);
    expect(told.failure).toEqual(failure);
    expect(told.error).toMatchObject({ code: 'PROXY_FAILED', outcome: 'none' });
    expect(told.error.description).toContain(description);
    expect(told.error.cause).toMatchObject({ message: `Error: proxy: status ${statusCode}` });
  });

  test.each([
    ['TIMEOUT', { kind: 'unreachable' }, 'took too long'],
    ['ECONNREFUSED', { kind: 'unreachable' }, 'cannot be reached'],
    ['ENOTFOUND', undefined, 'cannot be reached'],
  ])('that could not be reached: %s', (code, failure, description) => {
    const told = networkFailure(new ProxyFailure(undefined, coded(code)), 60);
    expect(told.failure).toEqual(failure);
    expect(told.error).toMatchObject({ code: 'PROXY_FAILED', outcome: 'none' });
    expect(told.error.description).toContain(description);
    expect(told.error.cause).toMatchObject({ message: 'Error: no proxy', code });
  });

  test.each([
    ['ECONNRESET', 'PROXY_FAILED', { kind: 'unreachable' }],
    ['TIMEOUT', 'TIMEOUT', { kind: 'unreachable' }],
    ['CERT_HAS_EXPIRED', 'INSECURE_CONNECTION', undefined],
  ])('whose tunnel ended before anything was sent: %s', (cause, code, failure) => {
    const told = networkFailure(new NotConnected(coded(cause)), 60);
    expect(told.failure).toEqual(failure);
    expect(told.error).toMatchObject({ code, outcome: 'none' });
  });
});

test('an answer that did not come in time may be to something that was done', () => {
  expect(networkFailure(coded('TIMEOUT'), 7).error.outcome).toBe('unknown');
  for (const code of ['UND_ERR_HEADERS_TIMEOUT', 'UND_ERR_BODY_TIMEOUT'])
    expect(networkFailure(coded(code), 7).error.description).toContain('within 7 seconds');
});

test('the innermost error with a code is the reason', () => {
  const inner = Object.assign(new Error('x'), { code: 'ENOTFOUND' });
  const wrapped = { errors: [], cause: { errors: [{ cause: inner }] } };
  expect(networkFailure(wrapped, 60).error.code).toBe('HOST_NOT_FOUND');
  expect(networkFailure({ code: 5, cause: inner }, 60).error.code).toBe('HOST_NOT_FOUND');
});

test('a cause without words, code or place has none', () => {
  const { cause } = networkFailure({}, 60).error;
  expect(cause).toMatchObject({ message: 'Error:' });
  expect(Object.keys(cause as object)).toEqual([]);
  expect((cause as Error).stack).toBeUndefined();
});
