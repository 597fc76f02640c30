import { type ErrorCode, RapidProError } from '../../client/errors.js';

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;
const URN = /^[a-z][a-z0-9]*:.+$/;

export function isUuid(value: unknown): boolean {
  return typeof value === 'string' && UUID.test(value);
}

/**
 * A uuid as RapidPro writes it, or undefined for other text. RapidPro 9 compares letter by letter: a
 * uuid in capitals or without dashes would not be found.
 */
export function asUuid(text: string): string | undefined {
  const plain = text.trim().toLowerCase();
  const dashed = /^[0-9a-f]{32}$/.test(plain)
    ? plain.replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-')
    : plain;
  return isUuid(dashed) ? dashed : undefined;
}

const URN_FIX =
  'A URN is a kind and an address: "tel:+250788123123", "whatsapp:250788123123", "mailto:amina@example.org".';

/** What text becomes that is put together from data that is not there: `tel:undefined`. */
const MISSING = /^[a-z0-9]*:\W*$|undefined|[:+\d](null|nan)$|\[object|invalid date/i;
/** No country has numbers of so few digits: the rest was missing. */
const TOO_SHORT = /^tel:\+\d{0,6}$/;

/**
 * Tells whether a phone number has in it what no number has. RapidPro dials letters: `tel:+250null`
 * would be the number of a stranger. Only an extension may have them; names of senders, as `tel:mtn`,
 * have no plus.
 */
function isNoNumber(urn: string): boolean {
  const [, number] = /^tel:\s*\+([^;#?]*)/i.exec(urn) ?? [];
  if (number === undefined) return false;
  return /[a-z,+]/i.test(number.replace(/(ext\.?|x)\s*\d+\s*$/i, ''));
}

/**
 * Checks that a value looks like a URN and trims it. Whether its scheme and path are good is for
 * RapidPro to say: servers differ, and learn new ones.
 *
 * @throws RapidProError `INVALID_URN`, or the code given
 */
export function requireUrn(value: unknown, where: string, code: ErrorCode = 'INVALID_URN'): string {
  const text = typeof value === 'string' ? value.trim() : '';
  if (MISSING.test(text) || TOO_SHORT.test(text) || isNoNumber(text)) {
    throw new RapidProError({
      code,
      description: `${where} is no whole URN: data that it is made of seems to be missing.`,
      fix: 'Nothing was sent. Check the name after $ or state, and leave out people without an address.',
    });
  }
  if (URN.test(text)) return text;
  const isPhone = /^\+?[\d\s().-]{6,}$/.test(text);
  throw new RapidProError({
    code,
    description: `${where} is not a URN.`,
    fix: isPhone ? 'Write "tel:" before a phone number, as "tel:+250788123123".' : URN_FIX,
  });
}

/** How a contact is named in a query: `{ uuid }` or `{ urn }`. */
export type ContactKey = { uuid: string } | { urn: string };

/**
 * Reads a uuid or a URN.
 *
 * @throws RapidProError `INVALID_INPUT` for nothing or an object, `INVALID_URN` for other text
 */
export function contactKey(value: unknown, where = 'contact'): ContactKey {
  if (typeof value !== 'string' || value.trim() === '') {
    throw new RapidProError({
      code: 'INVALID_INPUT',
      description:
        value !== null && typeof value === 'object'
          ? `${where} is an object where a uuid or a URN is expected.`
          : `${where} is empty: it should be a uuid or a URN.`,
      fix: 'Give the uuid of the contact, as $.data.uuid, or one of its URNs, as "tel:+250788123123".',
    });
  }
  const uuid = asUuid(value);
  return uuid ? { uuid } : { urn: requireUrn(value, where) };
}

/**
 * The part of a URN by which two of them are the same: punctuation of phone numbers, display parts
 * and letter case aside. Only for comparing, never for sending.
 */
export function urnIdentity(urn: string): string {
  const [bare = ''] = urn.trim().split(/[?#]/);
  const colon = bare.indexOf(':');
  const scheme = bare.slice(0, colon).toLowerCase();
  const path = bare.slice(colon + 1).trim();
  if (scheme === 'tel') {
    const digits = path.replace(/[\s().-]/g, '').toLowerCase();
    return `tel:${digits.replace(/^00/, '+')}`;
  }
  if (scheme === 'mailto' || scheme === 'twitter')
    return `${scheme}:${path.toLowerCase().replace(/^@/, '')}`;
  return `${scheme}:${path}`;
}

/** Leaves out URNs that are the same but for their punctuation; the first way of writing stays. */
export function distinctUrns(urns: readonly string[]): string[] {
  const seen = new Set<string>();
  return urns.filter(urn => {
    const identity = urnIdentity(urn);
    if (seen.has(identity)) return false;
    seen.add(identity);
    return true;
  });
}
