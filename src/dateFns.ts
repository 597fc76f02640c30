import { dateFns } from '@openfn/language-common';

/** The two functions of date-fns in language-common. */

/**
 * Format a date.
 * @param date - A `Date`, or milliseconds.
 * @param format - A date-fns pattern: `yyyy-MM-dd HH:mm`.
 * @param options - Options of date-fns.
 * @returns The text.
 */
export function format(date: Date | number, format: string, options?: object): string {
  return dateFns.format(date, format, options);
}

/**
 * Read a date from text.
 * @param text - The date.
 * @param format - A date-fns pattern: `dd/MM/yyyy`.
 * @param base - Supplies what the text does not say, such as the time.
 * @param options - Options of date-fns.
 * @returns The date; an invalid one if the text is not in this format.
 */
export function parse(text: string, format: string, base: Date | number, options?: object): Date {
  return dateFns.parse(text, format, base, options);
}
