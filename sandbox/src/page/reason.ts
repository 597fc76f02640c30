import type { RequestLine } from './types.js';

/** What the sentences of a refusal mean. What is not here is said in the server's own words. */
const SENTENCES: readonly (readonly [RegExp, string])[] = [
  [/^URN (?:belongs to|is in use by) another contact/, 'the URN belongs to another contact'],
  [/^URN is not valid/, 'the URN is not valid'],
  [/^Invalid URN: .*country codes/, 'the URN is not valid: a phone number needs its country code'],
  [/^Invalid URN/, 'the URN is not valid'],
  [/^No such object: (.*)/s, 'there is no object $1'],
  [/^No (\w+) matches the given query/, 'there is no such $1'],
  [/^Authentication credentials were not provided/, 'it came without a token'],
  [/^Invalid token/, 'the sandbox does not know this token'],
  [/^You do not have permission/, 'this token may not do that'],
  [/^Request was throttled\. Expected available in (.*?)\.$/, 'the limit is used up: wait $1'],
  [/^Request was throttled/, 'the limit is used up'],
  [/^Method "(\w+)" not allowed/, 'this endpoint does not take $1'],
  [/^Invalid cursor/, 'the server never gave out this cursor'],
  [/^This field is required/, 'it is missing'],
  [/^This field may not be null/, 'it may not be null'],
  [/^This field may not be blank/, 'it may not be empty'],
  [/^This field must be unique/, 'another one has it already'],
  [/^Sorry, your workspace is currently (\w+)/, 'the workspace is $1: it only lets itself be read'],
];

/** What a status means where the answer is a page and not JSON. */
const PAGES = new Map([
  [400, 'the server does not answer to this address'],
  [404, 'there is no such endpoint'],
  [408, 'a proxy waited too long for the request'],
  [413, 'the body is too large'],
  [500, 'the server failed and does not say why'],
]);

const FAULTS: Record<NonNullable<RequestLine['fault']>, string> = {
  reset: 'The connection was cut instead of an answer.',
  stall: 'The answer was held back.',
  truncate: 'The connection was cut in the middle of the answer.',
  drip: 'The answer went out in small pieces.',
  'drop-keep-alive': 'The connection was closed after the answer.',
};

/** A client cannot see whether the server did the work. */
const OPEN = 'a proxy answered in place of the server, which may have done the work';

/** Why a request was refused or failed, in words, by the text that answered it. Null if it was not. */
export function reasonOf(
  { status, fault }: RequestLine,
  isJson: boolean,
  text: string,
): string | null {
  if (fault) return FAULTS[fault];
  if (status < 400) return null;
  return `${status}: ${isJson ? saidIn(text) : pageMeans(status, text)}.`;
}

function pageMeans(status: number, text: string): string {
  if (text.startsWith('The sandbox itself failed')) return 'the sandbox itself failed';
  return PAGES.get(status) ?? (status > 500 ? OPEN : 'the server does not say why');
}

const MOST_SAID = 10;

/** The sentences of a JSON answer, each with the place in the body that it is about. */
function saidIn(text: string): string {
  const said = [...sentencesIn(parsed(text), '')];
  return said.slice(0, MOST_SAID).join('; ') || 'the server does not say why';
}

/** A fault may have garbled it. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

/** Keys that say nothing about a place. */
const WHOLE = ['detail', 'non_field_errors'];

function* sentencesIn(data: unknown, place: string): Generator<string> {
  if (typeof data === 'string') {
    const words = inWords(data);
    yield place === '' ? words : `${place}: ${words}`;
  } else if (Array.isArray(data)) {
    for (const one of data) yield* sentencesIn(one, place);
  } else if (typeof data === 'object' && data !== null) {
    for (const [key, value] of Object.entries(data)) {
      yield* sentencesIn(value, WHOLE.includes(key) ? place : inner(place, key));
    }
  }
}

const inner = (place: string, key: string): string =>
  /^\d+$/.test(key) ? `${place}[${key}]` : place === '' ? key : `${place}.${key}`;

function inWords(sentence: string): string {
  for (const [pattern, words] of SENTENCES) {
    const found = pattern.exec(sentence);
    if (found) return words.replace('$1', () => found[1] ?? '');
  }
  return sentence.replace(/\.$/, '');
}
