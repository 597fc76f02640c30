import type { ContactSeed } from './types.js';

const HOUR = 60 * 60 * 1000;
const DAY = 24 * HOUR;

/** So many women are due. */
const DUE = 6;

/** The last few rows, made through the last thirty hours; the others stay without a time. */
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

/** The first who are pregnant are due one after the other in the days to come. */
export function withDue(contacts: readonly ContactSeed[], now: number): ContactSeed[] {
  let due = 0;
  return contacts.map(contact => {
    if (contact.fields?.stage !== 'pregnant' || due === DUE) return contact;
    due += 1;
    const due_date = new Date(now + due * DAY).toISOString();
    return { ...contact, fields: { ...contact.fields, due_date } };
  });
}
