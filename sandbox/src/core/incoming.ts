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

/** A body that is larger than what is read. */
export class TooLarge extends Error {}

/** The most bytes of a body that are read, unless an option says otherwise. */
const BODY_LIMIT = 32 * 1024 * 1024;

async function readBytes({ headers, body }: Request, most: number): Promise<Uint8Array> {
  if (Number(headers.get('content-length') ?? 0) > most) throw new TooLarge();
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of body ?? []) {
    length += chunk.length;
    if (length > most) throw new TooLarge();
    chunks.push(chunk);
  }
  return new Uint8Array(Buffer.concat(chunks));
}

/**
 * Reads a request with its whole body.
 *
 * @throws TooLarge where the body has more bytes than `most`.
 */
export async function readIncoming(
  request: Request,
  wire: Wire = {},
  most = BODY_LIMIT,
): Promise<Incoming> {
  const url = new URL(request.url);
  // What is meant for a proxy names the server, too: as a front server does, we take what follows.
  const target = (wire.target ?? `${url.pathname}${url.search}`).replace(ORIGIN, '') || '/';
  const [path = '/', ...rest] = target.split('?');
  const search = rest.join('?');
  const scheme = request.headers.get('x-forwarded-proto') === 'https' ? 'https' : 'http';
  return {
    method: wire.method ?? request.method,
    origin: `${scheme}://${request.headers.get('host') ?? url.host}`,
    path: decodedPath(path),
    search,
    query: readQuery(search),
    headers: request.headers,
    body: await readBytes(request, most),
  };
}

const ORIGIN = /^https?:\/\/[^/?#]*/i;

/** The parameters of a query. Unlike `URLSearchParams`, a server takes another question mark for a part of a name. */
export const readQuery = (search: string): URLSearchParams => new URLSearchParams(`&${search}`);

/** Django reads no more parameters of a query, and no more fields of a form. */
export const MOST_FIELDS = 1000;

/** How many there are, as Django counts them: by what separates them. */
export const fieldCount = (text: string): number => text.split('&').length;

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
