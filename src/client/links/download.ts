import { fail } from '../../errors/errors.js';
import type { Clock } from '../clock.js';
import { backoff } from '../retry.js';
import {
  type FileHeaders,
  isPassing,
  isSilence,
  type Linked,
  type LinkOptions,
  openLink,
} from './link.js';

const MOST_BREAKS = 8;

/** The number of parts in which a server may send the rest of a file. */
const MOST_PARTS = 1000;

/** Total seconds that a server may take to send bytes, … */
const PATIENCE = 60;
/** … and the bytes that must have arrived for each further second. */
const SLOWEST = 1024;

function checkPace(seconds: number, bytes: number): void {
  if (seconds <= PATIENCE + bytes / SLOWEST) return;
  throw fail(
    'LINK_FAILED',
    'The server behind the link is too slow.',
    'Run the job again later. If it keeps failing, ask the people who run the server.',
  );
}

/** Waits after a download broke off; gives up if waiting is no use. */
async function waitAfter(
  error: unknown,
  breaks: { count: number; most: number },
  { clock, signal }: { clock: Clock; signal?: AbortSignal | undefined },
): Promise<void> {
  if (!isPassing(error) || breaks.count > breaks.most || signal?.aborted) throw error;
  await clock.sleep(backoff(breaks.count, clock.random()));
}

interface DownloadOptions extends LinkOptions {
  /** How often it may break off before anything has arrived; default: as later. */
  breaksAtFirst?: number | undefined;
  /** Gets what a server says about the file before the first byte is read. If it throws, the download ends. */
  onOpen?: ((file: FileHeaders) => void) | undefined;
}

function notWhole(description: string): never {
  throw fail(
    'LINK_FAILED',
    description,
    'Run the job again. If it keeps failing, open the link in a browser to see what is wrong.',
  );
}

/** What the server has said about a file so far. */
type Known = Pick<Linked, 'etag' | 'total'>;

const isOther = (one: unknown, other: unknown) =>
  one !== undefined && other !== undefined && one !== other;
const bare = (etag: string | undefined) => etag?.replace(/^W\//, '');

/** Whether the rest belongs to the bytes so far. Otherwise, two files would be mixed, or there would be a gap. */
function checkRest({ from, etag, total }: Linked, position: number, known: Known): number {
  if (isOther(total, known.total) || isOther(bare(etag), bare(known.etag))) {
    notWhole('The file behind the link changed while it was read.');
  }
  if (from !== undefined && from <= position) return position - from;
  return notWhole(
    'The download was interrupted, and the server behind the link does not send the rest.',
  );
}

/** Opens a link at a byte, and closes it again if the reader does not want it, or it is no use. */
async function open(
  link: string,
  { onOpen, ...options }: DownloadOptions,
  position: number,
  known: Known,
): Promise<Linked & { skip: number }> {
  const linked = await openLink(link, { ...options, from: position, etag: known.etag });
  try {
    if (position === 0) onOpen?.(linked);
    // A server without ranges starts at the first byte again.
    const skip = checkRest(linked, position, position === 0 ? linked : known);
    return { ...linked, skip };
  } catch (error) {
    linked.close();
    throw error;
  }
}

/**
 * The bytes of a link, from the first to the last. If the connection breaks, the download continues at the next
 * byte, and the reader does not notice. If the server does not allow that, or the file has changed, it is an error,
 * because bytes are missing.
 *
 * @throws RapidProError `INVALID_LINK`, `LINK_FAILED`
 */
export async function* download(
  link: string,
  options: DownloadOptions,
  clock: Clock,
): AsyncGenerator<Uint8Array> {
  let position = 0;
  let known: Known = { etag: undefined, total: undefined };
  let waited = 0;
  let since = clock.now();
  let breaks = 0;
  let silentAt: number | undefined;
  for (let parts = 1; ; parts++) {
    try {
      const linked = await open(link, options, position, known);
      const before = position === 0 ? linked : known;
      known = { etag: before.etag ?? linked.etag, total: before.total ?? linked.total };
      const begin = position;
      let { skip } = linked;
      for await (const chunk of linked.body) {
        waited += clock.now() - since;
        const fresh = chunk.subarray(skip);
        skip -= chunk.length - fresh.length;
        position += fresh.length;
        checkPace(waited / 1000, position);
        if (position > (known.total ?? Number.POSITIVE_INFINITY)) {
          notWhole('The server behind the link sends more than the size of the file.');
        }
        if (fresh.length > 0) yield fresh;
        // The time that the reader takes is not the server's.
        since = clock.now();
      }
      const { total = linked.isPart ? Number.POSITIVE_INFINITY : position } = known;
      if (skip === 0 && position >= total) return;
      if (position === begin || parts > MOST_PARTS) {
        notWhole('The server behind the link stopped before the end of the file.');
      }
    } catch (error) {
      const isSilent = isSilence(error);
      // Each silence takes a minute. Requests to RapidPro are given up after the second, too.
      if (isSilent && silentAt === position) throw error;
      // After the first one, a small file must still have time to come.
      if (!isSilent || silentAt !== undefined) waited += clock.now() - since;
      if (isSilent) silentAt = position;
      const most = position === 0 ? (options.breaksAtFirst ?? MOST_BREAKS) : MOST_BREAKS;
      await waitAfter(error, { count: ++breaks, most }, { clock, signal: options.signal });
      since = clock.now();
    }
  }
}
