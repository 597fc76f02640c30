import type { ApiRequest } from './request.js';

/**
 * Keeps people out of error texts: RapidPro echoes what it was sent, and an error is logged and kept.
 * URNs shrink to their scheme and last two characters; names and message texts are left out.
 */

const SCHEMES =
  'tel|mailto|whatsapp|bsuid|telegram|instagram|facebook|twitter|twitterid|viber|freshchat|discord|ext|fcm|jiochat|line|rocketchat|slack|vk|webchat|wechat';
const UUID = '[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}';
/** What looks like a person's number or address. A uuid is matched first, so that it stays whole. */
const PERSONAL = new RegExp(`${UUID}|\\b(?:${SCHEMES}):\\S+|\\+\\d[\\d ().-]{3,}\\d|\\d{8,}`, 'gi');

/** Keys of a body whose values are a person's, or were written to one. */
const PERSONAL_KEYS = new Set([
  'name',
  'urn',
  'urns',
  'contact',
  'contacts',
  'text',
  'message',
  'note',
  'fields',
  'params',
  'extra',
  'value',
  'quick_replies',
  'attachments',
]);
/** Of a text, this much may hold an echo of what was sent, … */
const LONGEST_READ = 20_000;
/** … this much is looked through for numbers and addresses, … */
const LONGEST_SEARCHED = 2000;
/** … and this much is shown. */
const LONGEST_SHOWN = 300;

/** `tel:+250788123123` becomes `tel:…23`. */
export function maskUrn(urn: string): string {
  const colon = urn.indexOf(':');
  const scheme = colon > 0 && colon <= 12 ? urn.slice(0, colon + 1) : '';
  const path = urn.slice(scheme.length);
  return path.length > 4 ? `${scheme}…${path.slice(-2)}` : `${scheme}…`;
}

function isUuid(text: string): boolean {
  return new RegExp(`^${UUID}$`, 'i').test(text);
}

function collectTexts(value: unknown, found: Set<string>, depth = 0): void {
  if (depth > 6) return;
  if (typeof value === 'string' || typeof value === 'number') {
    const text = String(value).trim();
    if (text !== '' && !isUuid(text)) found.add(text);
  } else if (value !== null && typeof value === 'object') {
    for (const item of Object.values(value)) collectTexts(item, found, depth + 1);
  }
}

/** The texts of a request that must not come back in an error, longest first. */
export function personalTexts(request: Pick<ApiRequest, 'path' | 'query' | 'body'>): string[] {
  const found = new Set<string>();
  for (const source of [request.query, request.body]) {
    if (source === null || typeof source !== 'object') continue;
    for (const [key, value] of Object.entries(source)) {
      // A group's or a field's name is the job author's own word, and what the error is about.
      if (key === 'name' && request.path !== 'contacts') continue;
      if (PERSONAL_KEYS.has(key)) collectTexts(value, found);
    }
  }
  return [...found].sort((a, b) => b.length - a.length);
}

function mask(match: string): string {
  return isUuid(match) ? match : maskUrn(match);
}

/** An address, with whatever stands around it without a space. */
function maskAddress(word: string): string {
  return word.includes('@') ? '…' : word;
}

function escapeRegExp(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}

/** Replaces an echo where it stands as a word of its own: a name "in" must not eat "invalid". */
function dropEcho(text: string, personal: string): string {
  const pattern = new RegExp(
    `(?<![\\p{L}\\p{N}])${escapeRegExp(personal)}(?![\\p{L}\\p{N}])`,
    'gu',
  );
  return text.replace(pattern, match => (/^\w+:\S/.test(match) ? maskUrn(match) : '…'));
}

/**
 * Makes a server's text fit for a log.
 *
 * @param text - what the server said
 * @param personal - from {@link personalTexts}
 * @param token - the credential's token
 */
export function redact(text: string, personal: readonly string[] = [], token = ''): string {
  let clean = text.slice(0, LONGEST_READ);
  if (token) clean = clean.replaceAll(token, '…');
  for (const echo of personal) clean = dropEcho(clean, echo);
  clean = clean
    .slice(0, LONGEST_SEARCHED)
    .replace(PERSONAL, mask)
    .replace(/[^\s"'<>]+/g, maskAddress)
    .replace(/\s+/g, ' ')
    .trim();
  return clean.length > LONGEST_SHOWN ? `${clean.slice(0, LONGEST_SHOWN)}…` : clean;
}
