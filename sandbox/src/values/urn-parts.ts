/** `scheme:path?query#display`, with `%23`, `%25` and `%3F` in each part read as `#`, `%` and `?`. */
export interface UrnParts {
  scheme: string;
  path: string;
  query: string;
  display: string;
}

/** The parts of a URN; null where it has no scheme or no path, or where `?` and `#` stand in the wrong order. */
export function splitUrn(text: string): UrnParts | null {
  const match = /^([^:?#]+):([^?#]+)(?:\?([^?#]*))?(?:#([^?#]*))?$/.exec(text);
  if (!match) return null;
  const [scheme = '', path = '', query = '', display = ''] = match.slice(1).map(decode);
  return { scheme, path, query, display };
}

/** Scheme and path as one text: what makes a URN the same as another. */
export function identityOf({ scheme, path }: UrnParts): string {
  return `${scheme}:${encode(path)}`;
}

/** The whole URN, which the limit of its length is about. */
export function joinUrn(parts: UrnParts): string {
  const query = parts.query && `?${encode(parts.query)}`;
  return identityOf(parts) + query + (parts.display && `#${encode(parts.display)}`);
}

const CODES: Record<string, string> = { '#': '%23', '%': '%25', '?': '%3F' };

function encode(text: string): string {
  return text.replace(/[#%?]/g, char => CODES[char] ?? char);
}

function decode(text: string | undefined): string {
  return (text ?? '').replace(/%23/g, '#').replace(/%3F/g, '?').replace(/%25/g, '%');
}
