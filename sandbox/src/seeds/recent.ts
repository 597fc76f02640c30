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
