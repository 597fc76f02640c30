import { z } from 'zod';
import type { Position } from '../client/position.js';
import type { Query } from '../types/request.js';
import { type Checkpoint, fingerprint } from './checkpoint.js';

/** Short hashes of the records that were read of the instant in which a place lies, and its time. */
const seam = { seam: z.string(), time: z.number().optional() };

/** The place behind a page, as a server says it. */
export const cursor = z.union([
  z.strictObject({ cursor: z.string() }),
  z.strictObject({ cursor: z.string(), ...seam }),
  // At the beginning of the list.
  z.strictObject(seam),
  z.strictObject({ offset: z.string() }),
]);

const position: z.ZodType<Position> = z.strictObject({
  cursor: cursor.optional(),
  since: z.string().optional(),
  seen: z.string().optional(),
  last: z.boolean().optional(),
  isWindowed: z.boolean().optional(),
  before: z.string().optional(),
  after: z.string().optional(),
});

const shape = z
  .object({
    position,
    /** Records that were read before. */
    done: z.number(),
    /** Seconds after which RapidPro takes requests again, where that was the reason. */
    retryAfter: z.number().optional(),
  })
  // Only a run that came to nothing leaves the beginning of the list.
  .refine(({ position: at, done }) =>
    done === 0 && Object.keys(at).length === 0 ? true : at.cursor || at.last || at.isWindowed,
  );

/** Where a list was left. */
type ListPosition = z.infer<typeof shape>;

/** Where a list of a workspace stopped, by the way in which it is read. */
export function listCheckpoint(
  token: string,
  list: string,
  query: Query,
  isByPage: boolean,
): Checkpoint<ListPosition> {
  return {
    section: 'resume',
    operation: isByPage ? `eachPage-${list}` : list,
    fingerprint: fingerprint([query], token),
    shape,
    without: 'the list is then read from the start',
    // Lists that are read in one go are few; those that a job reads for each of something may be many.
    most: 50,
  };
}
