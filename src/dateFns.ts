import { dateFns } from '@openfn/language-common';

/** The two functions of date-fns that language-common passes on. */

/**
 * Write a date as text.
 * @param date - A `Date`, or milliseconds.
 * @param format - As date-fns wants it: `yyyy-MM-dd HH:mm`.
 * @param options - Those of date-fns.
 * @returns The text.
 */
export function format(date: Date | number, format: string, options?: object): string {
  return dateFns.format(date, format, options);
}

/**
 * Read a date from text.
 * @param text - The date.
 * @param format - How it is written, as date-fns wants it: `dd/MM/yyyy`.
 * @param base - What the text does not say is taken from this date.
 * @param options - Those of date-fns.
 * @returns The date; an invalid one where the text is not in this format.
 */
export function parse(text: string, format: string, base: Date | number, options?: object): Date {
  return dateFns.parse(text, format, base, options);
}
