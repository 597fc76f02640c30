/** Python's white space. Unlike JavaScript's, it includes some control characters, and not the byte-order mark. */
const BLANK =
  '[\\t-\\r\\x1c-\\x20\\x85\\xa0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000]';
const EDGES = new RegExp(`^${BLANK}+|${BLANK}+$`, 'g');

/** Trims white space as the server does. */
export function trim(text: string): string {
  return text.replace(EDGES, '');
}

/** The length in code points. */
export function lengthOf(text: string): number {
  let length = 0;
  for (const _ of text) length++;
  return length;
}

/** The first `limit` code points. */
export function cut(text: string, limit: number): string {
  return text.length <= limit ? text : Array.from(text).slice(0, limit).join('');
}
