/** What Python calls white space: it counts some control characters, and not the byte-order mark that JavaScript trims. */
const BLANK =
  '[\\t-\\r\\x1c-\\x20\\x85\\xa0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000]';
const EDGES = new RegExp(`^${BLANK}+|${BLANK}+$`, 'g');

/** Text without white space at its ends, as the server strips it. */
export function trim(text: string): string {
  return text.replace(EDGES, '');
}

/** The length in code points: an emoji of one code point counts as one. */
export function lengthOf(text: string): number {
  let length = 0;
  for (const _ of text) length++;
  return length;
}

/** The first `limit` code points. */
export function cut(text: string, limit: number): string {
  return text.length <= limit ? text : Array.from(text).slice(0, limit).join('');
}
