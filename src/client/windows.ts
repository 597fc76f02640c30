import { fail } from '../errors/errors.js';
import { type Resource, type ResourceName, resources } from '../resources.js';
import type { Dictionary } from '../types/json.js';
import type { Query } from '../types/request.js';
import type { OrderedList } from './changes.js';
import type { Fresh, Part, Position } from './position.js';
import type { Place } from './seams.js';
import type { Gap } from './windowGap.js';
import { type WindowOptions, WindowReader } from './windowReader.js';

/**
 * Yields a list that is read in time windows, with several parallel requests, in the order of {@link pages}. If walks
 * from both ends of a window pass each other, a record comes twice.
 *
 * @throws RapidProError what a request throws, after all that lies before it was yielded
 */
export async function* windows(
  list: OrderedList,
  options: WindowOptions,
  fresh: Fresh,
  start?: Position,
): AsyncGenerator<Part, void, undefined> {
  const reader = new WindowReader(list, options, start);
  try {
    for await (const { next, ...piece } of inOrder(reader)) {
      const records = fresh(piece.records);
      reader.progress.handed += records.length;
      const { since, missesChanges } = reader;
      yield { records, next, since, missesChanges: reader.looksBack && missesChanges };
    }
  } finally {
    await reader.close();
  }
}

type Piece = Pick<Part, 'records' | 'next'>;

/** The pages of all gaps, one gap after the other. */
async function* inOrder(reader: WindowReader): AsyncGenerator<Piece, void, undefined> {
  reader.fill();
  for (let [gap] = reader.gaps; gap; [gap] = reader.gaps) {
    const { head } = gap;
    const piece = head?.pieces.shift();
    if (head && piece) {
      head.waiting -= piece.records.length;
      yield { records: piece.records, next: behindHead(reader, gap, piece) };
      reader.fill();
      continue;
    }
    if (gap.closed) {
      yield* endOf(reader, gap);
      reader.fill();
      continue;
    }
    if (reader.failure !== undefined) throw reader.failure;
    reader.fill();
    if (reader.isIdle && reader.failure === undefined) throw new Error('the windows stand still');
    await reader.progressed();
  }
}

/** What was read from the end of a closed gap, reversed. Then the gap is done. */
async function* endOf(reader: WindowReader, gap: Gap): AsyncGenerator<Piece> {
  const { tail } = gap;
  for (let piece = tail?.pieces.pop(); tail && piece; piece = tail.pieces.pop()) {
    tail.waiting -= piece.records.length;
    const records = piece.records.toReversed();
    const isLast = tail.pieces.length === 0;
    // Where two walks met, nothing of a page may be new. A run goes on behind what came before.
    if (records.length === 0 && !isLast) continue;
    yield { records, next: isLast ? behindFirst(reader) : behindLast(reader, gap, records) };
  }
  reader.gaps.shift();
}

/** Where to continue after a page that was read from the beginning of a gap. */
function behindHead(
  reader: WindowReader,
  gap: Gap,
  { records, next }: { records: Dictionary[]; next: Place | undefined },
): Piece['next'] {
  const { head, tail } = gap;
  if (gap.closed && !head?.pieces.length && !tail?.pieces.length) return behindFirst(reader);
  return next ? () => reader.positionIn(gap, next) : behindLast(reader, gap, records);
}

function behindLast(reader: WindowReader, gap: Gap, records: readonly Dictionary[]): Piece['next'] {
  const last = records.at(-1);
  // Now, because the job that gets the record can change it.
  const position = last ? reader.positionBehind(last) : reader.positionIn(gap);
  return () => position;
}

/** After the first gap. */
function behindFirst(reader: WindowReader): Piece['next'] {
  const [, following] = reader.gaps;
  if (following) return () => reader.positionIn(following);
  if (!reader.looksBack || reader.since === undefined) return undefined;
  return () => reader.positionOfChanges();
}

/** Lists for which it is worth it, and whose sort time is also a filter. */
const WINDOWED: readonly ResourceName[] = [
  'contacts',
  'runs',
  'flow_starts',
  'messages',
  'broadcasts',
];

function refuse(description: string): never {
  throw fail(
    'INVALID_OPTION',
    description,
    'Leave "concurrency" out to read the list page by page.',
  );
}

/**
 * Call it before anything is sent.
 *
 * @throws RapidProError `INVALID_OPTION` if a list cannot be read in windows of time
 */
export function requireWindows(name: ResourceName, query: Query): void {
  const { nouns }: Resource = resources[name];
  if (!WINDOWED.includes(name)) {
    refuse(
      `Parallel requests can read contacts, runs, flow starts, messages and broadcasts, but not ${nouns[1]}.`,
    );
  }
  // Folders with their own order.
  if (name === 'messages' && query.folder === 'sent') {
    refuse(
      'Parallel requests cannot read the folder "sent", which is sorted by one time and filtered by another.',
    );
  }
}
