/** `scheme:path?query#display`, with `%23`, `%25` and `%3F` in each part decoded to `#`, `%` and `?`. */
export interface UrnParts {
  scheme: string;
  path: string;
  query: string;
  display: string;
}

/** The parts of a URN. Null if it has no scheme or no path, or if `#` comes before `?`. */
export function splitUrn(text: string): UrnParts | null {
  const match = /^([^:?#]+):([^?#]+)(?:\?([^?#]*))?(?:#([^?#]*))?$/.exec(text);
  if (!match) return null;
  const [scheme = '', path = '', query = '', display = ''] = match.slice(1).map(decode);
  return { scheme, path, query, display };
}

/** Scheme and path: two URNs with the same identity are the same. */
export function identityOf({ scheme, path }: UrnParts): string {
  return `${scheme}:${encode(path)}`;
}

/** The whole URN, to which the length limit applies. */
export function joinUrn(parts: UrnParts): string {
  const query = parts.query && `?${encode(parts.query)}`;
  return identityOf(parts) + query + (parts.display && `#${encode(parts.display)}`);
}

const encode = (text: string): string =>
  text.replaceAll('%', '%25').replaceAll('#', '%23').replaceAll('?', '%3F');

function decode(text: string | undefined): string {
  return (text ?? '').replaceAll('%23', '#').replaceAll('%3F', '?').replaceAll('%25', '%');
}
