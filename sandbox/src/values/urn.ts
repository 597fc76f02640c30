import { characterErrors, lengthErrors } from './checks.js';
import { isPossiblePhone, normalizePhone } from './phone.js';
import { pythonText } from './python.js';
import { lengthOf, trim } from './text.js';
import type { Locale } from './types.js';
import { schemeOf } from './urn-schemes.js';

export type UrnUse = 'body' | 'lookup' | 'reference';
export type UrnError = 'invalid' | 'server-error' | 'not-valid';

export type UrnRefusal = { [E in UrnError]: { error: E } }[UrnError];

export interface StoredUrn {
  /** As stored, without query and display: `tel:+250788123123`. */
  urn: string;
  /** What `expand_urns` shows as `display`. */
  display: string | null;
}

type Place = Pick<Locale, 'country' | 'dialect'>;

const LONGEST_URN = 255;
/** The engine of `textit` accepts only shorter paths than its API. The exact limit is unknown. */
const LONGEST_PATH = 250;
/** E.164 allows 15 digits, and so does the engine of `textit`. */
const MOST_DIGITS = 15;

/**
 * A URN as stored. A `body` is validated by the API (`invalid`: 400 with the text as sent) and by the engine
 * (`not-valid`: 400 "URN is not valid."; `server-error`: 500). A `lookup` is only normalized for comparison. A
 * `reference` is a lookup that does not use the workspace's country.
 */
export function normalizeUrn(text: string, locale: Place, use: UrnUse): StoredUrn | UrnRefusal {
  const parts = splitUrn(text);
  if (!parts || !schemeOf(parts.scheme, locale.dialect)) return { error: 'invalid' };
  const normal = inNormalForm(parts, use === 'reference' ? { ...locale, country: '' } : locale);
  if (normal.path === '') return { error: 'invalid' };
  if (use !== 'body') return stored(normal);
  return isValid(normal, locale) ? throughEngine(normal, locale) : { error: 'invalid' };
}

function inNormalForm(parts: UrnParts, locale: Place): UrnParts {
  const { country, dialect } = locale;
  const path = trim(parts.path);
  if (parts.scheme === 'tel') return { ...parts, path: normalizePhone(path, country, dialect) };
  const display = parts.scheme === 'twitterid' ? handle(parts.display) : parts.display;
  const normal = schemeOf(parts.scheme, dialect)?.normal;
  return { ...parts, path: normal ? normal(path, dialect) : path, display };
}

function handle(display: string): string {
  return trim(display).toLowerCase().replace(/^@/, '');
}

const TWITTER_NAME = /^[A-Za-z0-9_]{1,15}$/;

function isValid({ scheme, path, display }: UrnParts, { country, dialect }: Place): boolean {
  if (scheme === 'tel') return isPossiblePhone(path, country, dialect);
  if (scheme === 'twitterid' && display && !TWITTER_NAME.test(display)) return false;
  return schemeOf(scheme, dialect)?.valid?.(path, dialect) ?? true;
}

/**
 * The engine normalizes numbers again: `v9` with the workspace's country, `textit` without. This may complete a local
 * number that the API accepted without a plus.
 */
function throughEngine(parts: UrnParts, locale: Place): StoredUrn | UrnRefusal {
  const { dialect } = locale;
  // Both dialects fail on a percent sign, whether literal or decoded from `%25`.
  if (/[%#?]/.test(parts.path)) return { error: 'server-error' };
  const country = dialect === 'v9' ? locale.country : '';
  const final = inNormalForm(parts, { dialect, country });
  const accepts = schemeOf(final.scheme, dialect)?.engine?.(final.path, dialect) ?? true;
  if (accepts && !(dialect === 'textit' && isTooLong(final))) return stored(final);
  return { error: dialect === 'v9' ? 'server-error' : 'not-valid' };
}

function isTooLong({ scheme, path }: UrnParts): boolean {
  if (scheme === 'tel' && path.startsWith('+')) return path.length - 1 > MOST_DIGITS;
  return lengthOf(path) > LONGEST_PATH;
}

const stored = (parts: UrnParts): StoredUrn => ({
  urn: identityOf(parts),
  display: parts.display || null,
});

/** The server's text of an item of a `urns` list, or its validation messages. */
export function urnText(value: unknown): { text: string } | { errors: string[] } {
  if (value === null || value === undefined) return { errors: ['This field may not be null.'] };
  const text = pythonText(value);
  return trim(text) === '' ? { errors: ['This field may not be blank.'] } : { text };
}

/** Converts an item of a `urns` list from JSON to the stored URN, with the server's messages. */
export function storeUrn(
  value: unknown,
  locale: Place,
): StoredUrn | { errors: string[] } | Exclude<UrnRefusal, { error: 'invalid' }> {
  const item = urnText(value);
  if ('errors' in item) return item;
  const result = normalizeUrn(item.text, locale, 'body');
  if ('error' in result && result.error === 'invalid') {
    return { errors: [`Invalid URN: ${item.text}. Ensure phone numbers contain country codes.`] };
  }
  const errors = [...limitErrors(item.text, locale), ...characterErrors(item.text)];
  return errors.length > 0 ? { errors } : result;
}

/** The length limit applies to the normalized URN including its display. */
const limitErrors = (text: string, locale: Place): string[] =>
  lengthErrors(wholeUrn(text, locale), { max: LONGEST_URN });

/** An item of a `urns` list in normal form, with its query and display. */
export function wholeUrn(value: unknown, locale: Place): string {
  const text = pythonText(value);
  const parts = splitUrn(text);
  return parts ? joinUrn(inNormalForm(parts, locale)) : text;
}

/** `scheme:path?query#display`, with `%23`, `%25` and `%3F` in each part decoded to `#`, `%` and `?`. */
interface UrnParts {
  scheme: string;
  path: string;
  query: string;
  display: string;
}

/** The parts of a URN. Null if it has no scheme or no path, or if `#` comes before `?`. */
function splitUrn(text: string): UrnParts | null {
  const match = /^([^:?#]+):([^?#]+)(?:\?([^?#]*))?(?:#([^?#]*))?$/.exec(text);
  if (!match) return null;
  const [scheme = '', path = '', query = '', display = ''] = match.slice(1).map(decode);
  return { scheme, path, query, display };
}

/** Scheme and path: two URNs with the same identity are the same. */
function identityOf({ scheme, path }: UrnParts): string {
  return `${scheme}:${encode(path)}`;
}

/** The whole URN, to which the length limit applies. */
function joinUrn(parts: UrnParts): string {
  const query = parts.query && `?${encode(parts.query)}`;
  return identityOf(parts) + query + (parts.display && `#${encode(parts.display)}`);
}

const encode = (text: string): string =>
  text.replaceAll('%', '%25').replaceAll('#', '%23').replaceAll('?', '%3F');

function decode(text: string | undefined): string {
  return (text ?? '').replaceAll('%23', '#').replaceAll('%3F', '?').replaceAll('%25', '%');
}
