/** What a Request object cannot hold: the raw target, and methods that fetch forbids. */
export interface Wire {
  target?: string;
  method?: string;
}

/** A request in the form that the sandbox works with. */
export interface Incoming {
  method: string;
  /** `http://127.0.0.1:5000`, as the request addresses the server. */
  origin: string;
  /** Decoded, and not normalized: `/api/v2//contacts.json` is a different path. */
  path: string;
  /** Without the question mark. */
  search: string;
  query: URLSearchParams;
  headers: Headers;
  body: Uint8Array;
}

export async function readIncoming(request: Request, wire: Wire = {}): Promise<Incoming> {
  const url = new URL(request.url);
  const target = wire.target ?? `${url.pathname}${url.search}`;
  const [path = '/', ...rest] = target.split('?');
  const search = rest.join('?');
  const scheme = request.headers.get('x-forwarded-proto') === 'https' ? 'https' : 'http';
  return {
    method: wire.method ?? request.method,
    origin: `${scheme}://${request.headers.get('host') ?? url.host}`,
    path: decodedPath(path),
    search,
    query: new URLSearchParams(search),
    headers: request.headers,
    body: new Uint8Array(await request.arrayBuffer()),
  };
}

/** A path as a server sees it: what is escaped is decoded, as far as it can be. */
function decodedPath(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}

/** The last value counts if a parameter is given more than once. */
export function last(query: URLSearchParams, name: string): string | null {
  return query.getAll(name).at(-1) ?? null;
}
