import { deflateRawSync, inflateRawSync } from 'node:zlib';
import { fail } from '../../errors/errors.js';
import { PAGE_SIZE } from '../../resources.js';
import type { Dictionary } from '../../types/json.js';

/** Bytes of compressed records of one file that are kept at a time. A page is compressed to a tenth. */
const MOST_KEPT = 24 * 1024 * 1024;

const pack = (records: readonly Dictionary[]) =>
  deflateRawSync(JSON.stringify(records), { level: 1 });
const unpack = (block: Buffer) => JSON.parse(inflateRawSync(block).toString()) as Dictionary[];

/**
 * The records of a file that can only be read forward, last one first. The end of the file is kept, compressed. What does
 * not fit is read again, as often as necessary.
 *
 * @param read - reads the file from its beginning; the same records each time
 * @param most - bytes of compressed records to keep
 * @throws RapidProError what `read` throws, before anything was handed on; `INVALID_RESPONSE` if the file changed
 */
export async function* backwards(
  read: (isAgain: boolean) => AsyncIterable<Dictionary[]>,
  most = MOST_KEPT,
): AsyncGenerator<Dictionary[]> {
  /** Records at the beginning that are not handed on yet. */
  let left = Number.POSITIVE_INFINITY;
  while (left > 0) {
    const { blocks, first, end } = await lastBlocks(
      read(left < Number.POSITIVE_INFINITY),
      left,
      most,
    );
    if (left < Number.POSITIVE_INFINITY && end < left) {
      throw fail(
        'INVALID_RESPONSE',
        'An archive became shorter while it was read.',
        'Run the job again.',
      );
    }
    for (let block = blocks.pop(); block; block = blocks.pop()) yield unpack(block).reverse();
    left = first;
  }
}

/** The last of a number of first records, as far as they can be kept; `first` is the number of those before. */
async function lastBlocks(batches: AsyncIterable<Dictionary[]>, left: number, most: number) {
  const blocks: Buffer[] = [];
  let [first, end, size] = [0, 0, 0];
  let waiting: Dictionary[] = [];
  const keep = (records: Dictionary[]) => {
    const block = pack(records);
    blocks.push(block);
    size += block.length;
    // One block always stays, whatever its size. Otherwise, this would never end.
    while (size > most && blocks.length > 1) {
      size -= blocks.shift()?.length ?? 0;
      first += PAGE_SIZE;
    }
  };
  for await (const batch of batches) {
    const taken = batch.slice(0, left - end);
    end += taken.length;
    waiting = waiting.concat(taken);
    while (waiting.length >= PAGE_SIZE) keep(waiting.splice(0, PAGE_SIZE));
    if (end >= left) break;
  }
  if (waiting.length > 0) keep(waiting);
  return { blocks, first, end };
}
