import { randomInt } from 'node:crypto';

const LETTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
const ALL = `${LETTERS}0123456789`;

/** DHIS2's ids: eleven letters and digits, a letter first. */
export const isUid = text => typeof text === 'string' && /^[A-Za-z][A-Za-z0-9]{10}$/.test(text);

/** An id as DHIS2 makes one for an object that came without. */
export function newUid() {
  const rest = Array.from({ length: 10 }, () => ALL[randomInt(ALL.length)]);
  return LETTERS[randomInt(LETTERS.length)] + rest.join('');
}
