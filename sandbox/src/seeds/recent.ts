import { repeatable } from './random.js';
import type { ContactSeed } from './types.js';

const HOUR = 60 * 60 * 1000;
const DAY = 24 * HOUR;

/** The number of women who are due soon. */
const DUE = 6;

/** Spreads the last `few` rows over the last thirty hours; the others stay without a time. */
export function recent<T extends { created_on?: string }>(
  rows: readonly T[],
  few: number,
  now: number | undefined,
): T[] {
  if (now === undefined) return [...rows];
  return rows.map((row, index) => {
    const fromEnd = rows.length - index;
    if (fromEnd > few) return row;
    return { ...row, created_on: new Date(now - (fromEnd * 30 * HOUR) / few).toISOString() };
  });
}

/** The first pregnant women are due on the following days, one per day. */
export function withDue(contacts: readonly ContactSeed[], now: number): ContactSeed[] {
  let due = 0;
  return contacts.map(contact => {
    if (contact.fields?.stage !== 'pregnant' || due === DUE) return contact;
    due += 1;
    const due_date = new Date(now + due * DAY).toISOString();
    return { ...contact, fields: { ...contact.fields, due_date } };
  });
}

/** Contacts were made over two years, and most have written since. */
export function overTwoYears(
  contacts: readonly ContactSeed[],
  now: number,
  number: number,
): ContactSeed[] {
  const chance = repeatable(number);
  const step = (730 * DAY) / (contacts.length + 1);
  return contacts.map((contact, index) => {
    const made = now - Math.round((contacts.length - index) * step);
    const created_on = new Date(made).toISOString();
    if (chance.below(4) === 0) return { ...contact, created_on };
    const last_seen_on = new Date(made + chance.below(now - made)).toISOString();
    return { ...contact, created_on, last_seen_on, modified_on: last_seen_on };
  });
}
