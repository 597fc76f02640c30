import { resourceAt } from '../resources.js';
import type { ApiRequest } from '../types/request.js';
import { parseUrl } from '../url.js';
import { type ErrorCode, type ErrorDetails, type ErrorOutcome, RapidProError } from './errors.js';
import { ASKS_FOR_PASSWORD } from './networkErrors.js';
import { isNotTaken, isPassingStatus, knownCause } from './outcome.js';
import { personalTexts, redact, redactor } from './redact.js';
import {
  cleanSentence,
  type FieldError,
  flattenErrors,
  formatFieldError,
  knownRefusal,
  pathCleaner,
} from './refusals.js';
import { urnAdvice } from './urnAdvice.js';

/** An unsuccessful answer, as far as it could be read. */
interface Refused {
  statusCode: number;
  body: unknown;
  /** True if it was JSON that is not empty, like almost all of RapidPro's refusals. */
  isJson: boolean;
  /** True if it says that it is JSON, but did not arrive whole. */
  isHalfJson?: boolean;
  /** True if RapidPro named the workspace of the token, so the token itself is valid. */
  authenticated: boolean;
  retryAfter?: number | undefined;
  location?: string | undefined;
}

type Verdict = Omit<ErrorDetails, 'statusCode' | 'outcome'>;

/** The parts of the credential that errors mention, or must not show. */
interface Credential {
  origin: string;
  basePath: string;
  /** True if the connection is not encrypted, and leads to another machine. */
  insecure: boolean;
  token: string;
  webhookSecret?: string | undefined;
}

function secretsOf({ token, webhookSecret }: Credential): string[] {
  return webhookSecret === undefined ? [token] : [token, webhookSecret];
}

interface Context {
  request: ApiRequest;
  credential: Credential;
  refused: Refused;
  /** What RapidPro said, as a flat list. To be read, not shown. */
  raw: FieldError[];
  /** The same, for a log. */
  errors: FieldError[];
}

const HTTPS_HINT = ' Also use https:// in "host": RapidPro refuses some tokens over http.';
const RATE_FIX = 'read less, or raise options.maxWait (seconds) if OpenFn allows a longer run.';

function nounOf(path: string): string {
  return resourceAt(path)?.nouns[0] ?? path;
}

function said(errors: readonly FieldError[]): string {
  const [first, ...others] = errors;
  if (!first) return '';
  const more = others.length > 0 ? ` (and ${others.length} more)` : '';
  const text = formatFieldError(first);
  return `: ${/[.!?]$/.test(text) && more === '' ? text.slice(0, -1) : text}${more}`;
}

/** True if the answer may come from something in front of RapidPro, or from another server. */
function isNotRapidPro({ isJson, authenticated }: Refused): boolean {
  return !isJson && !authenticated;
}

/** The same for JSON: RapidPro explains a refusal in `detail`, or in a list for each key. */
function isOtherRefusal(refused: Refused): boolean {
  if (isNotRapidPro(refused)) return true;
  if (refused.authenticated) return false;
  const { body } = refused;
  if (body === null || typeof body !== 'object' || Array.isArray(body)) return true;
  if (typeof (body as { detail?: unknown }).detail === 'string') return false;
  return refused.statusCode === 403 || !Object.values(body).some(said => typeof said === 'object');
}

function forbidden({ refused, raw, errors, credential }: Context): Verdict {
  const text = raw.map(error => error.text).join(' ');
  const hint = credential.insecure ? HTTPS_HINT : '';
  if (isOtherRefusal(refused)) {
    return {
      code: 'NOT_RAPIDPRO',
      description: 'A server refused the request, but it does not look like RapidPro.',
      fix: `Check "host" in the credential, and ask the people who run the server whether a firewall or proxy blocks OpenFn.${hint}`,
    };
  }
  if (/system object/i.test(text)) {
    return {
      code: 'SYSTEM_OBJECT',
      description: `RapidPro does not allow changes to this${said(errors)}.`,
      fix: 'Objects that RapidPro created cannot be changed or deleted. Use one of your own.',
    };
  }
  if (/credentials were not provided|No credentials provided/i.test(text)) {
    return {
      code: 'MISSING_TOKEN',
      description: 'The token did not reach RapidPro.',
      fix: `Check "token" in the credential. If it is there, a proxy may be removing the Authorization header.${hint}`,
    };
  }
  if (refused.authenticated || /do not have permission/i.test(text)) {
    return {
      code: 'PERMISSION_DENIED',
      description: 'The token is valid, but its user is not allowed to do this.',
      fix: `Use the token of an administrator or editor of the workspace.${hint}`,
    };
  }
  return {
    code: 'INVALID_TOKEN',
    description: 'RapidPro does not know this token.',
    fix: `Copy the API token again from your RapidPro account into "token" of the credential, and check that "host" is the server where you created it.${hint}`,
  };
}

/** RapidPro answers "not found" only for one object or a place in a list, and says so in `detail`. */
function isOtherJson(
  { body, authenticated }: Refused,
  { method, query = {} }: ApiRequest,
): boolean {
  if (authenticated) return false;
  const { detail } = (body ?? {}) as { detail?: unknown };
  const isNamed = method === 'GET' ? 'cursor' in query : Object.keys(query).length > 0;
  return typeof detail !== 'string' || !isNamed;
}

function notFound({ refused, errors, request }: Context): Verdict {
  const resource = resourceAt(request.path);
  if (isNotRapidPro(refused) && (!resource || 'only' in resource)) {
    return {
      code: 'NOT_OFFERED',
      description: `This RapidPro server does not offer "${request.path}".`,
      fix: 'Some endpoints exist only in RapidPro 9, others only in TextIt. Check the spelling, or do without it on this server.',
    };
  }
  if (isNotRapidPro(refused) || isOtherJson(refused, request)) {
    return {
      code: 'NOT_RAPIDPRO',
      description: 'There is no RapidPro API at this address: the server answered 404.',
      fix: 'Check "host" in the credential: use the address that you see in the browser up to the first single slash, for example https://app.rapidpro.io/',
    };
  }
  if (request.query?.cursor !== undefined) {
    return {
      code: 'INVALID_CURSOR',
      description:
        'RapidPro does not accept the position in the list where the reading should continue.',
      fix: 'Read the list again from the start.',
    };
  }
  const noun = nounOf(request.path);
  return {
    code: 'NOT_FOUND',
    description: `RapidPro has no such ${noun}${said(errors)}.`,
    fix: `Check the uuid or URN, and that the credential belongs to the right workspace. The ${noun} may have been deleted.`,
  };
}

function urnFix(raw: readonly FieldError[], { query, body }: ApiRequest): string {
  const [, named] = /Invalid URN:\s*([a-z]+:)/i.exec(raw[0]?.text ?? '') ?? [];
  const [, place = '0'] = /^urns\[(\d+)\]/.exec(raw[0]?.path ?? '') ?? [];
  const { urns } = (body ?? {}) as { urns?: unknown };
  const listed = Array.isArray(urns) ? urns[Number(place)] : undefined;
  return urnAdvice(named ?? String(query?.urn ?? listed ?? ''));
}

function invalid({ raw, errors, refused, request }: Context): Verdict {
  if (isOtherRefusal(refused)) {
    return {
      code: 'NOT_RAPIDPRO',
      description: 'The server answered 400, but it does not look like RapidPro.',
      fix: 'Check "host" in the credential: the server does not accept requests for this name.',
    };
  }
  const known = knownRefusal(raw);
  return {
    code: known?.code ?? 'VALIDATION_FAILED',
    description: `RapidPro refused the ${nounOf(request.path)}${said(errors)}.`,
    fix:
      (known?.code === 'INVALID_URN' ? urnFix(raw, request) : known?.fix) ??
      'Correct what "errors" names and run the job again.',
  };
}

function throttled({ refused }: Context): Verdict {
  const { retryAfter } = refused;
  const when = retryAfter === undefined ? 'later' : `in ${Math.ceil(retryAfter)} seconds`;
  return {
    code: 'RATE_LIMITED',
    description: `The workspace has used up its requests for now. Try again ${when}.`,
    fix: `Run the job again ${retryAfter === undefined ? 'in an hour' : 'after that time'}, ${RATE_FIX}`,
    retryAfter,
  };
}

/** The origin of another server that a redirect leads to. */
function otherOrigin(location: string | undefined, base: string): string | undefined {
  const url = location ? parseUrl(location, base) : undefined;
  return url && /^https?:$/.test(url.protocol) && url.origin !== base ? url.origin : undefined;
}

function redirected({ refused, credential }: Context): Verdict {
  const origin = otherOrigin(refused.location, credential.origin);
  const other = origin && redact(origin, [], secretsOf(credential));
  return {
    code: 'REDIRECTED',
    description: other
      ? `The server redirects to ${other}. The token was not sent there.`
      : 'The server redirects to another page.',
    fix: other
      ? `If ${other} is your RapidPro, use it as "host" in the credential.`
      : 'Check "host" in the credential: it should be the address of RapidPro itself.',
  };
}

const LATER =
  'Run the job again in a few minutes. If it keeps failing, report it to the people who run the server.';

function serverError({ errors, request: { method, path } }: Context): Verdict {
  const cause = method === 'POST' ? knownCause(path) : undefined;
  return {
    code: 'SERVER_ERROR',
    description: `RapidPro failed to process this request${said(errors)}.`,
    fix: cause ? `${cause} Otherwise: ${LATER}` : LATER,
  };
}

/** What failures that pass are about. All others: a proxy got no answer from the server. */
const PASSING_TEXTS: { readonly [status: number]: string } = {
  408: 'The server did not receive the whole request in time.',
  425: 'The server is not ready for the request yet.',
  507: 'The server has no storage left.',
};

function unavailable({ refused: { statusCode, retryAfter } }: Context): Verdict {
  return {
    code: 'SERVER_UNAVAILABLE',
    description: PASSING_TEXTS[statusCode] ?? 'RapidPro did not respond to its proxy.',
    fix:
      statusCode === 408
        ? 'The connection may be slow. Run the job again in a few minutes. If it keeps failing, send less at once.'
        : 'The server may be restarting, overloaded or unreachable. Run the job again in a few minutes. If it keeps failing, tell the people who run the server.',
    retryAfter,
  };
}

function foreign({ refused: { statusCode } }: Context): Verdict {
  return {
    code: 'NOT_RAPIDPRO',
    description: `The server answered ${statusCode}, but it does not look like RapidPro.`,
    fix: 'Check "host" in the credential, and ask the people who run the server whether a firewall or proxy blocks OpenFn.',
  };
}

const TOO_LONG = [
  'TOO_LARGE',
  'The address of the request is too long for the server',
  'Use fewer or shorter filters, or split the request into several steps.',
] as const;

/** The code, what it means and what to do, of other statuses. */
const OTHERS: { readonly [status: number]: readonly [ErrorCode, what: string, fix: string] } = {
  401: [
    'INVALID_TOKEN',
    'A proxy in front of RapidPro requires a login',
    'Ask the people who run the server how programs can reach its API.',
  ],
  409: [
    'LIMIT_REACHED',
    'The workspace has reached the maximum number of these',
    'Delete what is no longer used, or ask the people who run the server for a higher limit.',
  ],
  413: ['TOO_LARGE', 'The request is too large for the server', 'Send less at once.'],
  414: TOO_LONG,
  431: TOO_LONG,
};

function other({ refused: { statusCode }, errors, request }: Context): Verdict {
  if (statusCode === 407) return ASKS_FOR_PASSWORD;
  const [code, what, fix] =
    statusCode === 405
      ? ([
          'METHOD_NOT_ALLOWED',
          `RapidPro does not allow ${request.method} on "${request.path}"`,
          'Use an operation that this endpoint supports.',
        ] as const)
      : (OTHERS[statusCode] ?? [
          'REQUEST_FAILED',
          `The server refused the request with status ${statusCode}`,
          'Check "host" in the credential, then ask the people who run the server.',
        ]);
  return { code, description: `${what}${said(errors)}.`, fix };
}

/** Statuses that mean the same whoever sends them. */
const ANYBODYS = new Set([401, 407, 413, 414, 431]);

function judge(context: Context): Verdict {
  const { statusCode } = context.refused;
  // "Not modified" leads nowhere: a cache in front answers what nobody asked.
  if (statusCode === 304) return foreign(context);
  if (statusCode >= 300 && statusCode < 400) return redirected(context);
  if (statusCode === 400) return invalid(context);
  if (statusCode === 403) return forbidden(context);
  if (statusCode === 404) return notFound(context);
  if (statusCode === 429) return throttled(context);
  if (isPassingStatus(statusCode)) return unavailable(context);
  if (statusCode >= 500) return serverError(context);
  if (!ANYBODYS.has(statusCode) && isOtherRefusal(context.refused)) return foreign(context);
  return other(context);
}

/** The filters of an address, in a form that can be compared. */
function sorted(pairs: Iterable<readonly [string, unknown]>): string {
  return JSON.stringify([...pairs].map(([key, value]) => `${key}=${value}`).sort());
}

/**
 * Whether a redirect leads to the same endpoint at another place: by another scheme, host or prefix. Then nothing was
 * done before it. To the very same address, it can come after the work.
 */
function isPassedOn(
  location: string | undefined,
  { path, query = {} }: ApiRequest,
  { origin, basePath }: Credential,
): boolean {
  const own = new URL(`${basePath}${path}.json`, origin);
  const url = location === undefined ? undefined : parseUrl(location, own.href);
  if (!url || !/^https?:$/.test(url.protocol)) return false;
  const isElsewhere = url.origin !== own.origin || url.pathname !== own.pathname;
  const sent = Object.entries(query).flatMap(([key, value]) =>
    value === undefined ? [] : [value].flat().map(one => [key, one] as const),
  );
  return (
    isElsewhere &&
    url.pathname.endsWith(`/api/v2/${path}.json`) &&
    sorted(url.searchParams) === sorted(sent)
  );
}

function outcomeOf(
  request: ApiRequest,
  credential: Credential,
  { statusCode, location, isHalfJson }: Refused,
  code: ErrorCode,
): ErrorOutcome {
  if (statusCode === 407) return 'none';
  if (statusCode < 400) {
    const isHarmless = request.method === 'GET' || isPassedOn(location, request, credential);
    return isHarmless ? 'none' : 'unknown';
  }
  if (isPassingStatus(statusCode) || statusCode >= 500) return 'unknown';
  if (code !== 'NOT_RAPIDPRO' || isHalfJson || isNotTaken(statusCode)) return 'refused';
  // Something in front of RapidPro may have replaced its answer after the work.
  return request.method === 'GET' ? 'none' : 'unknown';
}

/** The position of a mistake in the job's list, which may be longer than the list that was sent. */
function placeInJob({ path, text }: FieldError, { body, positions }: ApiRequest): FieldError {
  const [, key = '', place, rest = ''] = /^(\w+)(?:\[(\d+)\])?(.*)$/s.exec(path) ?? [];
  const list = (body as { [key: string]: unknown } | null | undefined)?.[key];
  if (!Array.isArray(list)) return { path, text };
  // RapidPro repeats an unknown reference as it was sent.
  const sent = place === undefined ? list.findIndex(item => endsWith(text, item)) : Number(place);
  if (sent < 0) return { path, text };
  const index = positions?.[key] ? positions[key][sent] : sent;
  return { path: index === undefined ? `${key}${rest}` : `${key}[${index}]${rest}`, text };
}

function endsWith(text: string, item: unknown): boolean {
  return typeof item === 'string' && item !== '' && text.endsWith(`: ${item}`);
}

export function responseError(
  request: ApiRequest,
  credential: Credential,
  refused: Refused,
): RapidProError {
  const clean = redactor(personalTexts(request), secretsOf(credential));
  const flat = flattenErrors(refused.body);
  const raw = flat.map(error => placeInJob(error, request));
  const cleanPath = pathCleaner(request.body, clean);
  const errors = flat.map(({ path, text }) => ({
    // A place in the job's list can have more digits than the answer may show.
    path: placeInJob({ path: cleanPath(path), text }, request).path,
    text: cleanSentence(text, clean),
  }));
  const verdict = judge({ request, credential, refused, raw, errors });
  return new RapidProError({
    ...verdict,
    statusCode: refused.statusCode,
    // Another server's words are not about the job.
    errors: /^(NOT_RAPIDPRO|PROXY_FAILED)$/.test(verdict.code) ? [] : errors.map(formatFieldError),
    outcome: outcomeOf(request, credential, refused, verdict.code),
  });
}
