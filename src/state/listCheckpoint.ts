import { z } from 'zod';
import type { Position } from '../client/position.js';
import type { Query } from '../types/request.js';
import { type Checkpoint, fingerprint } from './checkpoint.js';

/** The time of the instant that a place is in, and short hashes of its records that were read. */
const seam = { seam: z.string(), time: z.number().optional() };

/** The place after a page, in the server's words. */
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
    /** Seconds until RapidPro takes requests again, if that was the reason. */
    retryAfter: z.number().optional(),
  })
  // Only a run that read nothing leaves the beginning of the list.
  .refine(({ position: at, done }) =>
    done === 0 && Object.keys(at).length === 0 ? true : at.cursor || at.last || at.isWindowed,
  );

/** Where a list stopped. */
type ListPosition = z.infer<typeof shape>;

/** Where a list of a workspace stopped, by the way it is read. */
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
    // Few lists are read as a whole, but a job may read many lists, one for each of something.
    most: 50,
  };
}
