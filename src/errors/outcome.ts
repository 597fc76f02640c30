import { changed, type RapidProError } from './errors.js';
import { knownCause } from './knownCause.js';

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

/**
 * The error for a write that must not be repeated, and may or may not have been done.
 *
 * @param path - the endpoint
 * @param isChange - true if it changes an existing object
 */
export function outcomeUnknown(
  error: RapidProError,
  path: string,
  isChange = false,
): RapidProError {
  const again = (isChange ? CHANGED_TWICE : TWICE)[path] ?? 'do it twice';
  const cause = error.statusCode === 500 ? knownCause(path) : undefined;
  return changed(error, {
    code: 'OUTCOME_UNKNOWN',
    description: `${error.description} It is unclear whether RapidPro did this, so the request was not repeated.`,
    fix: `Check in RapidPro whether it was done before you run the job again. Otherwise, you could ${again}.${cause ? ` ${cause}` : ''}`,
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
