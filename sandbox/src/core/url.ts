/**
 * Reads a web address; undefined if it is none. Not by `URL.canParse`: once it has been called some
 * thousand times, Node 20 says of an address with an "ä" that it is none.
 */
export function parseUrl(text: string): URL | undefined {
  try {
    return new URL(text);
  } catch {
    return undefined;
  }
}
