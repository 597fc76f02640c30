import { fail } from '../../errors/errors.js';
import type { Clock } from '../clock.js';
import { backoff } from '../retry.js';
import { isPassing, type Linked, type LinkOptions, openLink } from './link.js';

/** How often one download may break off. */
const MOST_BREAKS = 8;

/** In how many parts a server may send the rest of one file. */
const MOST_PARTS = 1000;

/** Seconds that a server may let one wait for its bytes, all together, … */
const PATIENCE = 60;
/** … and how many bytes must have come for each second beyond. */
const SLOWEST = 1024;

function checkPace(seconds: number, bytes: number): void {
  if (seconds <= PATIENCE + bytes / SLOWEST) return;
  throw fail(
    'LINK_FAILED',
    'The server behind the link is too slow.',
    'Run the job again later. If it keeps failing, ask the people who run the server.',
  );
}

/** Waits after a download broke off; gives up where waiting is of no use. */
async function waitAfter(
  error: unknown,
  breaks: number,
  { clock, signal }: { clock: Clock; signal?: AbortSignal | undefined },
): Promise<void> {
  if (!isPassing(error) || breaks > MOST_BREAKS || signal?.aborted) throw error;
  await clock.sleep(backoff(breaks, clock.random()));
}

interface DownloadOptions extends LinkOptions {
  /** Sees what a server says of the file before the first byte is read. What it throws ends the download. */
  onOpen?:
    | ((file: Pick<Linked, 'contentType' | 'contentLength' | 'contentEncoding'>) => void)
    | undefined;
}

/** Opens a link, and closes it again where the reader does not want it. */
async function open(link: string, { onOpen, ...options }: DownloadOptions): Promise<Linked> {
  const linked = await openLink(link, options);
  try {
    if (!options.from) onOpen?.(linked);
  } catch (error) {
    linked.close();
    throw error;
  }
  return linked;
}

function notWhole(description: string): never {
  throw fail(
    'LINK_FAILED',
    description,
    'Run the job again. If it keeps failing, open the link in a browser to see what is wrong.',
  );
}

/** What is known of a file from what its server said so far. */
type Known = Pick<Linked, 'etag' | 'total'>;

const isOther = (one: unknown, other: unknown) =>
  one !== undefined && other !== undefined && one !== other;
const bare = (etag: string | undefined) => etag?.replace(/^W\//, '');

/** Whether the rest fits to the bytes that were handed on: else a file would be made of two, or have a gap. */
function checkRest({ from, etag, total }: Linked, position: number, known: Known): number {
  if (isOther(total, known.total) || isOther(bare(etag), bare(known.etag))) {
    notWhole('The file behind the link changed while it was read.');
  }
  if (from !== undefined && from <= position) return position - from;
  return notWhole(
    'The download was interrupted, and the server behind the link does not send the rest.',
  );
}

/** How many bytes to leave out of what was opened. Closes it again where it is of no use. */
function skipOf(linked: Linked, position: number, known: Known): number {
  try {
    return checkRest(linked, position, known);
  } catch (error) {
    linked.close();
    throw error;
  }
}

/**
 * The bytes behind a link, from the first to the last. Where the connection breaks in the middle they
 * go on at the byte that comes next: whoever reads them does not notice. Where the server does not let them,
 * or the file is another by then, it is an error: what was handed on is not all.
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
  for (let parts = 1; ; parts++) {
    try {
      const linked = await open(link, { ...options, from: position, etag: known.etag });
      if (position === 0) known = linked;
      // A server that knows no ranges begins at the first byte again.
      let skip = skipOf(linked, position, known);
      known = { etag: known.etag ?? linked.etag, total: known.total ?? linked.total };
      const begin = position;
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
      await waitAfter(error, ++breaks, { clock, signal: options.signal });
    }
  }
}
