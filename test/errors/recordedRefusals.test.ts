import { http } from 'msw';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Recording, recordings, replay, servers } from '../../recordings/read.js';
import { Client } from '../../src/client/client.js';
import { Limiter } from '../../src/client/limiter.js';
import { parseConfiguration } from '../../src/configuration.js';
import type { ErrorCode, RapidProError } from '../../src/errors/errors.js';
import type { Method } from '../../src/resources.js';
import type { Json } from '../../src/types/json.js';
import type { ApiRequest } from '../../src/types/request.js';
import { credential, TOKEN } from '../support/credential.js';
import { personalTextsOf } from '../support/personal.js';
import { serve, type TestServer } from '../support/serve.js';

/**
 * Every refusal that was recorded, served again: the error's code must follow from what the server
 * meant, and nobody's data may be in it.
 */

let current: Recording;
let server: TestServer;
beforeAll(async () => {
  server = await serve(http.all('*', info => replay(current)(info)));
});
afterAll(() => server.close());

/** Each sentence of RapidPro with a code of its own. */
const MEANINGS: [RegExp, ErrorCode][] = [
  [/^URN (belongs to|is in use by) another contact/, 'URN_TAKEN'],
  [/^Invalid URN/, 'INVALID_URN'],
  [/^This field must be unique/, 'NAME_TAKEN'],
  [/^No such object/, 'UNKNOWN_REFERENCE'],
  [/^Invalid contact field key/, 'UNKNOWN_FIELD'],
  [/not allowed for anonymous organizations/, 'ANONYMOUS_WORKSPACE'],
  [/^Sorry, your workspace is currently (flagged|suspended)/, 'WORKSPACE_SUSPENDED'],
];

const BY_STATUS: Partial<Record<number, ErrorCode>> = {
  401: 'INVALID_TOKEN',
  405: 'METHOD_NOT_ALLOWED',
  406: 'REQUEST_FAILED',
  409: 'LIMIT_REACHED',
  413: 'TOO_LARGE',
  415: 'REQUEST_FAILED',
  429: 'RATE_LIMITED',
  500: 'SERVER_ERROR',
};

function leaves(value: unknown): string[] {
  if (value !== null && typeof value === 'object') return Object.values(value).flatMap(leaves);
  return [String(value)];
}

function isObject(body: unknown): boolean {
  return body !== null && typeof body === 'object';
}

/** Whether one line of servers alone has the endpoint, or none. */
const OPTIONAL = /^(classifiers|optins|templates|statistics|nosuch|authenticate)$/;

/** What a refusal means, read from its status, its shape and its sentences. */
function meaning(recorded: Recording): ErrorCode {
  const { status, body, headers } = recorded.response;
  const said = isObject(body) ? leaves(body) : [];
  const authenticated = 'x-temba-org' in headers || 'x-temba-workspace' in headers;
  if (status === 400 && !isObject(body)) return 'NOT_RAPIDPRO';
  if (status === 400) {
    const codes = said.map(text => MEANINGS.find(([pattern]) => pattern.test(text))?.[1]);
    return codes.every(code => code === codes[0])
      ? (codes[0] ?? 'VALIDATION_FAILED')
      : 'VALIDATION_FAILED';
  }
  if (status === 403) {
    if (said.some(text => /system object/.test(text))) return 'SYSTEM_OBJECT';
    if (said.some(text => /credentials were not provided|No credentials/.test(text)))
      return 'MISSING_TOKEN';
    if (authenticated || said.some(text => /permission/.test(text))) return 'PERMISSION_DENIED';
    return isObject(body) ? 'INVALID_TOKEN' : 'NOT_RAPIDPRO';
  }
  if (status === 404) {
    if (said.some(text => /cursor/.test(text))) return 'INVALID_CURSOR';
    if (isObject(body) || authenticated) return 'NOT_FOUND';
    return OPTIONAL.test(toRequest(recorded).path) ? 'NOT_OFFERED' : 'NOT_RAPIDPRO';
  }
  return BY_STATUS[status] ?? 'REQUEST_FAILED';
}

/** The recorded request as the client would send it; addresses that it never asks become contacts. */
function toRequest({ request }: Recording): ApiRequest {
  const path = /^\/api\/v2\/([a-z_]+)(\.json)?$/.exec(request.path)?.[1] ?? 'contacts';
  // The client sends no empty filter. What the server says of one is still to be understood.
  const asked = [...new URLSearchParams(request.query ?? '')];
  const query = Object.fromEntries(asked.map(([key, value]) => [key, value || ' ']));
  const { body } = request;
  return {
    method:
      request.method === 'DELETE' || request.method === 'GET' ? (request.method as Method) : 'POST',
    path,
    query,
    ...(body === null || body === undefined ? {} : { body: body as Json }),
  };
}

async function refusal(recorded: Recording): Promise<RapidProError> {
  current = recorded;
  const client = new Client(parseConfiguration(credential(server)), {
    limiter: new Limiter({ maxWait: 0 }),
  });
  // As if it could be repeated: what is meant is the refusal itself.
  return client.request({ ...toRequest(recorded), repeatable: true }).then(
    () => expect.unreachable('no error'),
    error => error as RapidProError,
  );
}

const METHODS = ['GET', 'POST', 'DELETE', 'PUT', 'PATCH'];

describe.each(servers)('%s', name => {
  const refusals = recordings(name).filter(
    ({ request, response }) => response.status >= 400 && METHODS.includes(request.method),
  );

  test('there are refusals of every kind', () => {
    expect(refusals.length).toBeGreaterThan(150);
    expect(new Set(refusals.map(meaning)).size).toBeGreaterThan(15);
  });

  test.each(refusals.map(recorded => [recorded.name, recorded] as const))(
    '%s',
    async (_, recorded) => {
      const error = await refusal(recorded);
      expect(error).toMatchObject({
        name: 'RapidProError',
        code: meaning(recorded),
        statusCode: recorded.response.status,
      });
      expect(error.description).toMatch(/^[A-Z].*\.$/s);
      expect(error.fix).toMatch(/^[A-Z].*[.!]$|https:\/\/app\.rapidpro\.io\/$/s);
      if (isObject(recorded.response.body)) expect(error.errors?.length).toBeGreaterThan(0);
      for (const line of error.errors ?? []) expect(line).toMatch(/^\S.*\S$/);
      const everything = [JSON.stringify(error), error.message, error.stack].join('\n');
      expect(everything).not.toContain(TOKEN);
      for (const text of personalTextsOf(recorded)) expect(everything).not.toContain(text);
    },
  );

  test('a refused request is not to be retried, but for throttling', async () => {
    const throttled = refusals.filter(({ response }) => response.status === 429);
    expect(throttled.length).toBeGreaterThan(0);
    for (const recorded of throttled) {
      const error = await refusal(recorded);
      expect(error.retryAfter).toBe(Number(recorded.response.headers['retry-after']));
    }
  });
});
