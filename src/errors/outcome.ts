import type { ApiRequest } from '../types/request.js';
import { changed, type RapidProError } from './errors.js';

/** What happened to one attempt, as far as retries are concerned. */
export type Failure =
  /** 429: RapidPro did nothing. */
  | { kind: 'throttled'; retryAfter: number | undefined }
  /** Nothing reached the server: refused, no such host. */
  | { kind: 'unreachable' }
  /** 500 for a request with groups, fields or a topic: one may be seconds old, and known soon. */
  | { kind: 'unready' }
  /** A temporary refusal: nothing was done, but soon it can be. */
  | { kind: 'busy' }
  /** A refusal without its text: nothing was done, and the next answer says why. */
  | { kind: 'unread' }
  /** Another 500, a failing proxy, a reset, a broken answer: the server may have done the work. */
  | { kind: 'ambiguous'; retryAfter?: number | undefined }
  /** No answer in time: the server may have done the work. */
  | { kind: 'timeout' };

/** Whether the server may have done the work. Then a send must not be repeated. */
const MAY_BE_DONE: Record<Failure['kind'], boolean> = {
  throttled: false,
  unreachable: false,
  unready: true,
  busy: false,
  unread: false,
  ambiguous: true,
  timeout: true,
};

export function mayBeDone({ kind }: Failure): boolean {
  return MAY_BE_DONE[kind];
}

/**
 * Statuses of failures that pass: a proxy got no answer from the server, or not in time (502 to 504, 598, 599), the
 * request did not arrive in time (408) or came too early (425), or there was no storage left (507).
 */
const PASSING = new Set([408, 425, 502, 503, 504, 507, 598, 599]);

/** Whether the same request may work a moment later. 520 to 530 are Cloudflare's. */
export function isPassingStatus(statusCode: number): boolean {
  return PASSING.has(statusCode) || (statusCode >= 520 && statusCode <= 530);
}

/**
 * Statuses by which a server or proxy says that it did not even take the request: no login (401, 407), no length or too
 * much of it (411, 413, 414, 431), a condition that it cannot meet (417), the wrong server (421) or protocol (426), too
 * many requests (429). With any other, what is in front of RapidPro may have replaced the answer after the work.
 */
const NOT_TAKEN = new Set([401, 407, 411, 413, 414, 417, 421, 426, 429, 431]);

export function isNotTaken(statusCode: number): boolean {
  return NOT_TAKEN.has(statusCode);
}

/** Whether a request may be sent again after an attempt that may have done the work. */
export function isRepeatable({
  method,
  repeatable,
}: Pick<ApiRequest, 'method' | 'repeatable'>): boolean {
  return repeatable ?? method !== 'POST';
}

/** What repeating it would do twice. Only sends and starts reach people. */
const TWICE: { readonly [path: string]: string } = {
  broadcasts: 'send it twice',
  messages: 'send it twice',
  flow_starts: 'start it twice',
  contacts: 'create the contact, or its note, twice',
  ticket_actions: 'add the note twice',
  campaign_events: 'add the event twice',
};
/** The same for changes of an existing object. */
const CHANGED_TWICE: { readonly [path: string]: string } = {
  contacts: 'change the contact, or add its note, twice',
  campaign_events: 'change the event twice: RapidPro 9 gives it a new uuid each time',
};

const NEW_OR_MALFORMED =
  'Known causes: a group, field or topic created less than six seconds ago, a URN given twice, a malformed uuid.';

const CAUSES: { readonly [path: string]: string } = {
  contacts: NEW_OR_MALFORMED,
  contact_actions: NEW_OR_MALFORMED,
  ticket_actions: NEW_OR_MALFORMED,
  campaign_events: 'Known cause: the field in "relative_to" does not hold dates.',
};

/** What RapidPro is known to answer 500 to, by the endpoint that is posted to. */
export function knownCause(path: string): string | undefined {
  return CAUSES[path];
}

/**
 * The error for a write that must not be repeated, and may or may not have been done.
 *
 * @param isChange - true if it changes an existing object
 */
export function outcomeUnknown(
  error: RapidProError,
  path: string,
  isChange = false,
): RapidProError {
  const again = (isChange ? CHANGED_TWICE : TWICE)[path] ?? 'do it twice';
  const cause = error.statusCode === 500 ? knownCause(path) : undefined;
  // "host" may be wrong. If it is right, something in front of RapidPro answered.
  const isForeign = error.code === 'NOT_RAPIDPRO';
  const doubt = isForeign
    ? 'If RapidPro is behind it, it may have done this'
    : 'It is unclear whether RapidPro did this';
  return changed(error, {
    code: 'OUTCOME_UNKNOWN',
    description: `${error.description} ${doubt}, so the request was not repeated.`,
    fix: `${isForeign ? `${error.fix} ` : ''}Check in RapidPro whether it was done before you run the job again. Otherwise, you could ${again}.${cause ? ` ${cause}` : ''}`,
    outcome: 'unknown',
    retryAfter: undefined,
  });
}

export const PERHAPS_DONE = ' An earlier attempt lost its answer, and may have done it.';

const LAST_PERHAPS = ' It may have been done anyway.';

/**
 * The error of the last attempt at a write, if one of the attempts may have done the work.
 *
 * @param isEarlier - true if it may have been an attempt before the last one
 */
export function perhapsDone(error: RapidProError, isEarlier: boolean): RapidProError {
  return changed(error, {
    description: `${error.description}${isEarlier ? PERHAPS_DONE : LAST_PERHAPS}`,
    outcome: 'unknown',
  });
}

/** What an error says only about the last attempt. */
export function withoutPerhaps({ description }: RapidProError): string {
  return description.replace(PERHAPS_DONE, '').replace(LAST_PERHAPS, '');
}
