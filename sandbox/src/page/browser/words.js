/** Formats numbers and times. */

/** @param {number} number */
export const grouped = number => number.toLocaleString('en');

/**
 * @param {number} number
 * @param {string} noun - in the singular
 */
export const count = (number, noun) => `${grouped(number)} ${noun}${number === 1 ? '' : 's'}`;

/** @param {string} iso */
export function timeOf(iso) {
  const time = new Date(iso);
  const clock = time.toLocaleTimeString('en-GB');
  if (time.toDateString() === new Date().toDateString()) return clock;
  const day = time.toLocaleDateString('en-GB', { day: 'numeric', month: 'short' });
  return `${day}, ${clock.slice(0, 5)}`;
}

/**
 * The time until then, in words.
 *
 * @param {string} iso
 */
export function until(iso) {
  const seconds = Math.max(0, Math.ceil((Date.parse(iso) - Date.now()) / 1000));
  return seconds < 100 ? `${seconds} s` : `${Math.round(seconds / 60)} min`;
}

/** @param {{ name: string | null, urn?: string | null }} contact */
export const nameOf = ({ name, urn }) => name || (urn ? addressOf(urn) : 'No name');

/**
 * A phone number without its scheme; other URNs unchanged.
 *
 * @param {string} urn
 */
export const addressOf = urn => urn.replace(/^tel:/, '');
