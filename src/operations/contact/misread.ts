import type { Body } from '../../input/body.js';
import { isAnotherTime } from '../../input/fieldTimes.js';
import { count, log, type logOf } from '../../input/log.js';
import { isCut, storedText, trimmed } from '../../input/stored.js';
import type { Dictionary } from '../../types/json.js';

/** How to write values that every server can read. */
const HOW =
  'Write dates as 2026-01-31T08:00:00+02:00, numbers as 12.5, and places by their full path: Rwanda > Kigali City.';
const ALTERED =
  'It read a different time, ignored the time zone, or cut a text after 640 characters.';

/** Fields for which RapidPro shows something else than what was sent. */
export interface Misread {
  /** It shows nothing for them. */
  unread: string[];
  /** It shows another time, or the beginning of a text. */
  altered: string[];
}

/** What RapidPro stores of a value before it reads it. */
function keptText(sent: unknown): string {
  const stored = typeof sent === 'number' ? storedText(sent)?.value : undefined;
  return stored ?? trimmed(String(sent ?? ''));
}

function isAltered(sent: unknown, shown: unknown): boolean {
  if (typeof shown !== 'string') return false;
  const text = keptText(sent);
  return text !== '' && text !== shown && (isCut(text) || isAnotherTime(text, shown));
}

/**
 * Compares the fields that were sent with those in the answer. RapidPro silently accepts what it cannot read as a date, a
 * number or a place, and the previous value of the field is gone.
 */
export function misreadFields({ fields }: Body, contact: Dictionary): Misread {
  const shown = (contact.fields ?? {}) as Dictionary;
  const misread: Misread = { unread: [], altered: [] };
  for (const [key, sent] of Object.entries((fields ?? {}) as Dictionary)) {
    const isEmpty = shown[key] === null && String(sent ?? '').trim() !== '';
    if (isEmpty) misread.unread.push(`fields.${key}`);
    else if (isAltered(sent, shown[key])) misread.altered.push(`fields.${key}`);
  }
  return misread;
}

/** Says which fields of a contact that was just written RapidPro misread. */
export function logMisread(body: Body, contact: Dictionary): void {
  const { unread, altered } = misreadFields(body, contact);
  if (unread.length > 0) {
    log.warn(`RapidPro cannot read the value of ${unread.join(', ')}, and cleared it. ${HOW}`);
  }
  if (altered.length > 0) {
    log.warn(`RapidPro stored a different value for ${altered.join(', ')}. ${ALTERED} ${HOW}`);
  }
}

/** The first contacts with something to report, and their fields. */
function summaryOf(lists: readonly (readonly string[] | undefined)[]) {
  const contacts = lists.filter(keys => keys !== undefined && keys.length > 0);
  const keys = [...new Set(contacts.flatMap(list => list ?? []))].slice(0, 20).join(', ');
  return { amount: contacts.length, of: count(contacts.length, 'contact'), keys };
}

/** The same for many. */
export function logManyMisread(
  log: Pick<ReturnType<typeof logOf>, 'warn'>,
  items: readonly Partial<Misread>[],
): void {
  const unread = summaryOf(items.map(item => item.unread));
  if (unread.amount > 0) {
    log.warn(
      `RapidPro cannot read values of ${unread.of}, and clears these fields: ${unread.keys}. See "unread" in data. ${HOW}`,
    );
  }
  const altered = summaryOf(items.map(item => item.altered));
  if (altered.amount > 0) {
    log.warn(
      `RapidPro stored different values for ${altered.of}: ${altered.keys}. See "altered" in data. ${ALTERED} ${HOW}`,
    );
  }
}
