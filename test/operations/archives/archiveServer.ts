import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { gzipSync } from 'node:zlib';
import { listen } from '../../support/closing.js';

/** An archive as a test describes it. */
export interface Archive {
  type?: 'message' | 'run';
  start: string;
  period?: 'daily' | 'monthly';
  records?: unknown[];
  /** In place of the records, gzipped. */
  bytes?: Buffer;
  hash?: string | null;
  /** Nothing to download. */
  url?: string | null;
  count?: number;
}

/** What a server does with the nth download (from 0); false: it serves it as it should. */
export type Behave = (download: {
  index: number;
  bytes: Buffer;
  request: IncomingMessage;
  response: ServerResponse;
}) => unknown;

export function pack(records: readonly unknown[]): Buffer {
  return gzipSync(records.map(record => `${JSON.stringify(record)}\n`).join(''));
}

function listed(archive: Archive, index: number, origin: string) {
  const bytes = archive.bytes ?? pack(archive.records ?? []);
  return {
    archive_type: archive.type ?? 'message',
    start_date: archive.start,
    period: archive.period ?? 'daily',
    record_count: archive.count ?? archive.records?.length ?? 1,
    size: bytes.length,
    hash: archive.hash === undefined ? createHash('md5').update(bytes).digest('hex') : archive.hash,
    download_url:
      archive.url === undefined ? `${origin}/files/${index}?Signature=s3cr3t` : archive.url,
  };
}

/** Serves bytes, from where they are asked for. */
export function serveBytes(
  bytes: Buffer,
  request: IncomingMessage,
  response: ServerResponse,
): void {
  const from = Number(/^bytes=(\d+)-$/.exec(request.headers.range ?? '')?.[1] ?? 0);
  const part = bytes.subarray(from);
  response.writeHead(from > 0 ? 206 : 200, {
    'content-length': part.length,
    ...(from > 0 ? { 'content-range': `bytes ${from}-${bytes.length - 1}/${bytes.length}` } : {}),
  });
  response.end(part);
}

/** A RapidPro whose archives lie beside it. */
export async function archiveServer(archives: readonly Archive[], behave: Behave = () => false) {
  const requests: { url: string; range: string | undefined; token: string | undefined }[] = [];
  let downloads = 0;
  const server = createServer((request, response) => {
    const url = new URL(request.url ?? '', origin);
    const { range, authorization } = request.headers;
    requests.push({ url: `${url.pathname}${url.search}`, range, token: authorization });
    const file = /^\/files\/(\d+)$/.exec(url.pathname)?.[1];
    if (file !== undefined) {
      const { bytes, records = [] } = archives[Number(file)] ?? {};
      const download = { index: downloads++, bytes: bytes ?? pack(records), request, response };
      if (behave(download) === false) serveBytes(download.bytes, request, response);
      return;
    }
    if (!url.pathname.includes('archives')) {
      response.writeHead(200, { 'content-type': 'application/json', 'x-temba-org': '1' });
      response.end(JSON.stringify({ next: null, previous: null, results: [] }));
      return;
    }
    const query = url.searchParams;
    const results = archives
      .map((archive, index) => listed(archive, index, origin))
      .filter(({ archive_type, start_date }) => {
        if (archive_type !== query.get('archive_type')) return false;
        return (
          start_date >= (query.get('after') ?? '') && start_date <= (query.get('before') ?? '9')
        );
      });
    response.writeHead(200, { 'content-type': 'application/json', 'x-temba-org': '1' });
    response.end(JSON.stringify({ count: results.length, next: null, previous: null, results }));
  });
  const { port } = await listen(server);
  const origin = `http://127.0.0.1:${port}`;
  return { host: `${origin}/`, origin, requests, downloads: () => downloads };
}

/** A message as an archive keeps it. */
export function message(id: number, created_on: string) {
  return {
    id,
    uuid: `0000abcd-0000-4000-8000-${String(id).padStart(12, '0')}`,
    broadcast: null,
    contact: { uuid: '957c02cb-bf04-413b-80f0-8176d927af44', name: 'Amina Diallo' },
    urn: 'tel:+250788123123',
    channel: null,
    flow: null,
    direction: 'in',
    type: 'text',
    status: 'handled',
    visibility: 'visible',
    text: `Hello ${id}`,
    attachments: [],
    labels: [],
    created_on,
    sent_on: null,
    modified_on: created_on,
  };
}
