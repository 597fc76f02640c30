import { fail, hasErrorCode } from '../../errors/errors.js';
import { looksLikePage } from '../../input/fileType.js';
import { Gathered, unzip } from '../body.js';
import type { Clock } from '../clock.js';
import { download } from './download.js';
import type { FileHeaders, LinkOptions } from './link.js';

/** Downloads one file, such as a picture, into memory. */

interface FileOptions extends LinkOptions {
  /** The most bytes of the file, also once it is unpacked. */
  limit: number;
  /** Throws the caller's error for a larger file. */
  tooLarge(): never;
  /** The type that the caller expects; undefined: what the server says. */
  expected?: string | undefined;
}

/** A header's type, without its parameters. */
export const plainType = (header: string | undefined) =>
  header?.split(';')[0]?.trim().toLowerCase();

function failed(description: string, cause?: unknown): never {
  throw fail(
    'LINK_FAILED',
    description,
    'Nothing was kept. Open the link in a browser: it may need a login, or the file may be gone.',
    { cause },
  );
}

const PAGES = ['text/html', 'application/xhtml+xml', 'application/json'];
const IS_FILE = /^(?:image|audio|video)(?:\/|$)|^application\/(?!octet-stream)/;
/** Tables are often exported as a page, with the type of Excel. Pictures never are. */
const IS_MEDIA = /^(?:image|audio|video)(?:\/|$)|^application\/pdf$/;

/** Refuses a page, such as a login page, in place of a picture or another file. */
function refusePage(expected: string | undefined, header: string | undefined, bytes?: Buffer) {
  const plain = plainType(header);
  const type = plainType(expected) ?? plain ?? '';
  if (!IS_FILE.test(type) || (PAGES.includes(type) && type === plain)) return;
  const isRead = plain === undefined || IS_MEDIA.test(type);
  const isPage = PAGES.includes(plain ?? '') || (isRead && looksLikePage(bytes ?? Buffer.alloc(0)));
  if (isPage) failed('The server behind the link answered with a page, not with the file.');
}

/** Some servers compress files without being asked. */
async function unpack(
  bytes: Buffer,
  encoding: string | undefined,
  { limit, tooLarge }: FileOptions,
): Promise<Buffer> {
  const how = encoding?.trim().toLowerCase() ?? '';
  if (bytes.length === 0 || ['', 'identity', 'none'].includes(how)) return bytes;
  if (!/^(?:x-)?gzip$/.test(how)) failed('The file is compressed with an unknown method.');
  return unzip(bytes, Math.max(limit, 1)).catch((error: Error) => {
    if (hasErrorCode(error, 'RESPONSE_TOO_LARGE')) tooLarge();
    return failed('The file is broken or incomplete.', error.cause);
  });
}

/**
 * The file behind a link, whole and unpacked. A page in its place is an error.
 *
 * @returns its bytes, and its type in the words of the server
 * @throws RapidProError `INVALID_LINK`, `LINK_FAILED`; what `tooLarge` throws
 */
export async function fetchFile(
  link: string,
  options: FileOptions,
  clock: Clock,
): Promise<{ bytes: Buffer; contentType: string | undefined }> {
  const { limit, tooLarge, expected } = options;
  let contentType: string | undefined;
  let encoding: string | undefined;
  const onOpen = (file: FileHeaders) => {
    contentType = file.contentType;
    encoding = file.contentEncoding;
    refusePage(expected, contentType);
    if ((file.contentLength ?? 0) > limit) tooLarge();
  };
  const gathered = new Gathered();
  // As many as for a request: a link in a job's data may be wrong.
  const wanted = { ...options, onOpen, breaksAtFirst: 3 };
  for await (const chunk of download(link, wanted, clock)) {
    gathered.add(chunk);
    if (gathered.size > limit) tooLarge();
  }
  const bytes = await unpack(gathered.toBuffer(), encoding, options);
  refusePage(expected, contentType, bytes);
  return { bytes, contentType };
}
