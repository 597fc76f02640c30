import { fail, RapidProError } from '../../errors/errors.js';
import type { Clock } from '../clock.js';
import { backoff } from '../retry.js';
import { isPassing, type Linked, type LinkOptions, openLink } from './link.js';

/** How often one download may break off. */
const MOST_BREAKS = 8;

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
  onOpen?: ((file: Pick<Linked, 'contentType' | 'contentLength'>) => void) | undefined;
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

/**
 * The bytes behind a link, from the first to the last. Where the connection breaks in the middle they
 * go on at the byte that comes next: whoever reads them does not notice.
 *
 * @throws RapidProError `INVALID_LINK`, `LINK_FAILED`
 */
export async function* download(
  link: string,
  options: DownloadOptions,
  clock: Clock,
): AsyncGenerator<Uint8Array> {
  let position = 0;
  let waited = 0;
  let since = clock.now();
  for (let breaks = 1; ; breaks++) {
    try {
      const { body, from } = await open(link, { ...options, from: position });
      // A server that knows no ranges begins at the first byte again.
      let skip = position - from;
      for await (const chunk of body) {
        waited += clock.now() - since;
        const fresh = chunk.subarray(skip);
        skip -= chunk.length - fresh.length;
        position += fresh.length;
        checkPace(waited / 1000, position);
        if (fresh.length > 0) yield fresh;
        // The time that the reader takes is not the server's.
        since = clock.now();
      }
      return;
    } catch (error) {
      // 416: the last byte had come before the break.
      if (error instanceof RapidProError && error.statusCode === 416 && position > 0) return;
      await waitAfter(error, breaks, { clock, signal: options.signal });
    }
  }
}
