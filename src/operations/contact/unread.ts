import type { Dictionary } from '../../types/json.js';
import type { Body } from '../base/body.js';
import { count, log } from '../base/log.js';

/** How to write what RapidPro reads on every server. */
const HOW =
  'Write dates as 2026-01-31T08:00:00+02:00, numbers as 12.5, places as RapidPro names them.';

/**
 * Fields of which RapidPro shows nothing though it was sent something. It takes what it cannot read as
 * a date, a number or a place without a word, and what the field held before is gone.
 */
export function unreadFields({ fields }: Body, contact: Dictionary): string[] {
  const shown = (contact.fields ?? {}) as Dictionary;
  return Object.entries((fields ?? {}) as Dictionary)
    .filter(([key, sent]) => String(sent ?? '').trim() !== '' && shown[key] === null)
    .map(([key]) => `fields.${key}`);
}

/** Says that a contact that was just written lost what RapidPro could not read. */
export function tellUnread(body: Body, contact: Dictionary): void {
  const keys = unreadFields(body, contact);
  if (keys.length === 0) return;
  log.warn(`RapidPro cannot read the value of ${keys.join(', ')}: it is empty now. ${HOW}`);
}

/** The same for many. */
export function tellManyUnread(lists: readonly (readonly string[])[]): void {
  const contacts = lists.filter(keys => keys.length > 0);
  if (contacts.length === 0) return;
  const keys = [...new Set(contacts.flat())];
  log.warn(
    `RapidPro cannot read values of ${count(contacts.length, ['contact', 'contacts'])}, and leaves these empty: ${keys.slice(0, 20).join(', ')}. See "unread" in data. ${HOW}`,
  );
}
