/** Unicode's white space, which is Go's. Unlike JavaScript's, it does not include the byte-order mark. */
export const isSpace = (code: number): boolean =>
  code <= 0x20
    ? code === 0x20 || (code >= 9 && code <= 13)
    : code === 0x85 || code === 0xa0 || (code >= 0x1680 && WIDE_SPACES.has(code));

/** Python's: some control characters too. */
const isBlank = (code: number): boolean => isSpace(code) || (code >= 0x1c && code <= 0x1f);

const WIDE_SPACES = new Set([
  ...[0x1680, 0x2028, 0x2029, 0x202f, 0x205f, 0x3000],
  ...Array.from({ length: 11 }, (_, index) => 0x2000 + index),
]);

/** Takes some characters from the end. A regular expression, `/0+$/`, would look at a run of them once for each of its characters. */
export function withoutEnd(text: string, isEdge: (code: number) => boolean): string {
  let end = text.length;
  while (end > 0 && isEdge(text.charCodeAt(end - 1))) end--;
  return text.slice(0, end);
}

/** Takes some characters from the start. */
export function withoutStart(text: string, isEdge: (code: number) => boolean): string {
  let start = 0;
  while (start < text.length && isEdge(text.charCodeAt(start))) start++;
  return text.slice(start);
}

/** Takes some characters from both ends. */
export const withoutEdges = (text: string, isEdge: (code: number) => boolean): string =>
  withoutEnd(withoutStart(text, isEdge), isEdge);

const isZero = (code: number): boolean => code === 48;

/** Takes the zeros from the end. */
export const withoutZeros = (digits: string): string => withoutEnd(digits, isZero);

/** The edges of dates. */
export const isPlainBlank = (code: number): boolean =>
  code === 32 || code === 10 || code === 13 || code === 9;

export const isDigit = (code: number): boolean => code >= 48 && code <= 57;

/** Trims white space as the server does. */
export const trim = (text: string): string => withoutEdges(text, isBlank);

const isHigh = (code: number): boolean => code >= 0xd800 && code < 0xdc00;
const isLow = (code: number): boolean => code >= 0xdc00 && code < 0xe000;

/** The length in code points. */
export function lengthOf(text: string): number {
  let length = text.length;
  for (let at = 1; at < text.length; at++) {
    if (isLow(text.charCodeAt(at)) && isHigh(text.charCodeAt(at - 1))) length--;
  }
  return length;
}

/** The first `limit` code points. */
export function cut(text: string, limit: number): string {
  return text.length <= limit
    ? text
    : Array.from(text.slice(0, 2 * limit))
        .slice(0, limit)
        .join('');
}
