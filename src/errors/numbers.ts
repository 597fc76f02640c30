/** Finds phone numbers that were sent in what a server says, however it groups or writes their digits. */

/** Digits at the end by which a number is known: countries and trunk zeros stand before them. */
const KNOWN_BY = 7;
const RUN = /\p{Nd}[\p{Nd} ().\u2010-\u2015/-]*\p{Nd}/gu;
/** What may stand around the digits of a number that was sent. */
const NUMBER = /^(?:[a-z]+:)?[+(]?\p{Nd}[\p{Nd} ().-]*$/iu;

/** The digits of a text as 0 to 9: those of each script stand in a row, and its 0 comes after no digit. */
function digitsOf(text: string): string {
  return Array.from(text.matchAll(/\p{Nd}/gu), ([digit]) => {
    const code = digit.codePointAt(0) ?? 0;
    if (code < 0x80) return digit;
    let value = 0;
    while (value < 9 && /\p{Nd}/u.test(String.fromCodePoint(code - value - 1))) value++;
    return String(value);
  }).join('');
}

/**
 * Makes what masks numbers in texts.
 *
 * @param sent - the texts that were sent; those that are no numbers are left alone
 * @param mask - what becomes of a number
 */
export function numberDropper(
  sent: readonly string[],
  mask: (number: string) => string,
): (text: string) => string {
  const endings = new Set(
    sent
      .filter(text => text.length <= 40 && NUMBER.test(text))
      .map(text => digitsOf(text).slice(-KNOWN_BY))
      .filter(ending => ending.length === KNOWN_BY),
  );
  if (endings.size === 0) return text => text;
  return text =>
    text.replace(RUN, run => (endings.has(digitsOf(run).slice(-KNOWN_BY)) ? mask(run) : run));
}
