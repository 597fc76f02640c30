import { fail } from '../../errors/errors.js';
import { distinctUrns, urnIdentity } from '../../input/identifiers.js';

/** With this many last digits, a number identifies a person. */
const TELLING = 7;

/** How to name a URN that is not from the job. */
const OWN = 'A URN that the contact has';

const isLocal = (number: string) => !number.startsWith('+');
const digitsOf = (number: string) => number.replace(/^[+0]+/, '');

/** Whether two phone numbers are the same, with the country code and as dialed in the country. */
function isSame(a: string, b: string): boolean {
  if (!isLocal(a) && !isLocal(b)) return false;
  const [short = '', long = ''] = [digitsOf(a), digitsOf(b)].sort((x, y) => x.length - y.length);
  return short.length >= TELLING && long.length - short.length <= 3 && long.endsWith(short);
}

/**
 * RapidPro creates no contact with one number in two forms: version 9 crashes, TextIt says that another contact has it.
 *
 * @param given - the list of the job, whose positions are reported
 * @throws RapidProError `INVALID_URN`
 */
export function refuseDuplicateNumbers(urns: unknown, given: unknown = urns): void {
  if (!Array.isArray(urns) || urns.length < 2) return;
  const phones = distinctUrns(urns.map(String)).flatMap(urn => {
    const [, number] = /^tel:(\+?\d+)$/.exec(urnIdentity(urn)) ?? [];
    const index = Array.isArray(given) ? given.indexOf(urn) : -1;
    return number === undefined ? [] : [{ number, place: index < 0 ? OWN : `urns[${index}]` }];
  });
  for (const [index, { number, place }] of phones.entries()) {
    const other = phones.slice(index + 1).find(one => isSame(number, one.number));
    if (!other) continue;
    throw fail(
      'INVALID_URN',
      `${place} and ${other.place} are the same number in two forms.`,
      'Nothing was sent. Write it once, with its country code: "tel:+250788123123".',
    );
  }
}
