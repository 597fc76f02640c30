import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Configuration } from '../configuration.js';
import { fail, RapidProError } from '../errors/errors.js';
import type { Failure } from '../errors/outcome.js';
import { flattenErrors, isBusy } from '../errors/refusals.js';
import { responseError } from '../errors/responseErrors.js';
import type { Dialect } from '../resources.js';
import type { ApiRequest } from '../types/request.js';
import { MAX_BODY, readText, tooLarge, UnreadableBody } from './body.js';
import { LIMITS, parseInTurns } from './parse.js';
import { failureOf, parseRetryAfter } from './retry.js';
import type { Answer } from './transport.js';

interface ReadAnswer {
  statusCode: number;
  body: unknown;
  error: RapidProError | undefined;
  /** Set if the same request may get a good answer later. */
  failure: Failure | undefined;
  dialect: Dialect | undefined;
  serverTime: number | undefined;
  /** Bytes of the body of a success, unzipped. */
  size: number;
}

/** An error page needs no more than this to be understood. */
const MAX_ERROR_BODY = 1024 * 1024;

function header(answer: Answer, name: string): string | undefined {
  const value = answer.headers[name];
  return Array.isArray(value) ? value[0] : value;
}

function dialectOf(answer: Answer): Dialect | undefined {
  if (header(answer, 'x-temba-workspace') !== undefined) return 'textit';
  return header(answer, 'x-temba-org') === undefined ? undefined : 'v9';
}

function looksLikeHtml(answer: Answer, text: string): boolean {
  return /html/i.test(header(answer, 'content-type') ?? '') || /^\s*</.test(text);
}

function notRapidPro(): RapidProError {
  return fail(
    'NOT_RAPIDPRO',
    'The server answered with a web page instead of data.',
    'Check "host" in the credential: use the address that you see in the browser up to the first single slash, for example https://app.rapidpro.io/',
    { outcome: 'unknown' },
  );
}

function invalidResponse(statusCode: number, cause?: unknown): RapidProError {
  return fail(
    'INVALID_RESPONSE',
    'The answer from the server is broken or incomplete.',
    'Run the job again. If it keeps failing, a proxy may be damaging answers: ask the people who run the server.',
    { statusCode, cause, outcome: 'unknown' },
  );
}

function tooDeep(statusCode: number): RapidProError {
  return fail(
    'INVALID_RESPONSE',
    `The answer from the server is nested more than ${LIMITS.levels} levels deep.`,
    'RapidPro never does this: check that "host" is your RapidPro server.',
    { statusCode, outcome: 'unknown' },
  );
}

const TOO_MANY = `has more than ${LIMITS.parts} values, or more than ${LIMITS.names} different keys`;

type Read = Pick<ReadAnswer, 'body' | 'error'> & Partial<Pick<ReadAnswer, 'failure' | 'size'>>;

async function readSuccess(answer: Answer, { onText }: ApiRequest, token: string): Promise<Read> {
  const { statusCode } = answer;
  // Some of RapidPro's 204s say Content-Length: 2 and send other bytes or none, so never read them.
  if (statusCode === 204 || statusCode === 205) {
    await answer.body.dump();
    return { body: null, error: undefined };
  }
  const broken = (cause?: unknown): Read => ({
    body: undefined,
    error: invalidResponse(statusCode, cause),
    failure: { kind: 'ambiguous' },
  });
  let text: string;
  try {
    text = await readText(answer.body, header(answer, 'content-encoding'), MAX_BODY);
  } catch (error) {
    if (error instanceof UnreadableBody) return broken(error);
    throw error;
  }
  if (onText) {
    onText(text);
    // What it sends is written now: undici looks at an idle socket for a turn first.
    await nextTurn();
    await nextTurn();
  }
  const parsed = await parseInTurns(text, token);
  if ('value' in parsed) {
    return { body: parsed.value, error: undefined, size: text.length };
  }
  if (parsed.amiss !== 'no JSON') {
    const error = parsed.amiss === 'too deep' ? tooDeep(statusCode) : tooLarge(TOO_MANY);
    return { body: undefined, error };
  }
  if (looksLikeHtml(answer, text)) return { body: undefined, error: notRapidPro() };
  return broken();
}

/** The text of a refusal; undefined if it did not arrive. */
async function readErrorText(answer: Answer): Promise<string | undefined> {
  try {
    return await readText(answer.body, header(answer, 'content-encoding'), MAX_ERROR_BODY);
  } catch (error) {
    // If it is too large, the status is enough.
    return error instanceof RapidProError ? '' : undefined;
  }
}

async function readFailure(
  answer: Answer,
  request: ApiRequest,
  configuration: Configuration,
  retryAfter: number | undefined,
): Promise<Read> {
  const { statusCode } = answer;
  const text = await readErrorText(answer);
  const parsed = await parseInTurns(text ?? '');
  const body = 'value' in parsed ? parsed.value : undefined;
  const isJson = typeof body === 'object' && body !== null;
  const claimsJson = /json/i.test(header(answer, 'content-type') ?? '');
  const isHalfJson = !('value' in parsed) && claimsJson;
  const isLost = text === undefined || isHalfJson;
  const error = responseError(request, configuration, {
    statusCode,
    body,
    isJson,
    isHalfJson,
    authenticated: dialectOf(answer) !== undefined,
    retryAfter,
    location: header(answer, 'location'),
  });
  const told = { retryAfter, isLost, isBusy: isBusy(flattenErrors(body)) };
  return { body, error, failure: failureOf(statusCode, request, told) };
}

export async function readAnswer(
  answer: Answer,
  request: ApiRequest,
  configuration: Configuration,
  now: number,
): Promise<ReadAnswer> {
  const { statusCode } = answer;
  const date = Date.parse(header(answer, 'date') ?? '');
  const serverTime = Number.isNaN(date) ? undefined : date;
  const retryAfter = parseRetryAfter(header(answer, 'retry-after'), serverTime ?? now);
  const outcome =
    statusCode >= 200 && statusCode < 300
      ? await readSuccess(answer, request, configuration.token)
      : await readFailure(answer, request, configuration, retryAfter);
  return {
    size: 0,
    failure: undefined,
    ...outcome,
    statusCode,
    dialect: dialectOf(answer),
    serverTime,
  };
}
