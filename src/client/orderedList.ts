import { z } from 'zod';
import type { Micros } from '../input/times.js';
import { type Resource, type ResourceName, resources } from '../resources.js';
import type { Dictionary } from '../types/json.js';
import type { Query } from '../types/request.js';
import type { Client } from './client.js';

/** How a list is sorted, as far as its readers need to know. */
export interface ListOrder {
  /** The time by which it is sorted. */
  key: string;
  /** True if the server can return the oldest first. */
  canReverse: boolean;
  /** True if the filters `after` and `before` are about this time. */
  isFiltered: boolean;
  /** True if the oldest comes first. */
  isAscending: boolean;
  /** True if a record that changes moves to its newest end while it is read. */
  moves: boolean;
}

export function orderOf(name: ResourceName, query: Query): ListOrder {
  const { order }: Resource = resources[name];
  const folder = name === 'messages' ? query.folder : undefined;
  // Folders with their own order: RapidPro 9 sorts all incoming messages by change.
  const own = { incoming: 'modified_on', sent: 'sent_on' }[String(folder)];
  const key = own ?? order?.by ?? '';
  const canReverse = order?.reverse === true;
  return {
    key,
    canReverse,
    isFiltered: folder === 'incoming' || (own === undefined && order?.filteredBy === key),
    isAscending: order?.ascending === true || (canReverse && query.reverse === true),
    moves: key === 'modified_on',
  };
}

export interface OrderedList {
  client: Client;
  name: ResourceName;
  /** The filters, as the job gave them. */
  query: Query;
  order: ListOrder;
}

/** The place after a page, in plain values: in the server's words, with what was read of its instant. */
export type PlainPlace = {
  cursor?: string | undefined;
  offset?: string | undefined;
  /** Short hashes of the last records that were read of the instant, and its time. */
  seam?: string | undefined;
  time?: Micros | undefined;
};

const seam = { seam: z.string(), time: z.number().optional() };
export const placeShape: z.ZodType<PlainPlace> = z.union([
  z.strictObject({ cursor: z.string() }),
  z.strictObject({ cursor: z.string(), ...seam }),
  // At the beginning of the list.
  z.strictObject(seam),
  // If the server counts from there.
  z.strictObject({ offset: z.string() }),
  z.strictObject({ offset: z.string(), ...seam }),
]);

/** Where to continue a list, in plain values; empty at its beginning. */
export const positionShape = z.strictObject({
  cursor: placeShape.optional(),
  /** The time after which changes may have been missed: about when the read began. */
  since: z.string().optional(),
  /** If records can come twice: the ids of the last ones that were handed out. */
  seen: z.string().optional(),
  /** True if everything except changes since then has been read. */
  last: z.boolean().optional(),
  /** True if the list is read in time windows. Then the cursor counts within the window that is named here. */
  isWindowed: z.boolean().optional(),
  /** The window, if it is not the whole list. */
  before: z.string().optional(),
  after: z.string().optional(),
});
export type Position = z.infer<typeof positionShape>;

export interface ListPage {
  records: Dictionary[];
  /** Undefined after the last page. Its result is valid until the next page is requested. */
  next: (() => Position) | undefined;
}

/** The pages of the list itself, before new changes. */
export interface Part extends ListPage {
  /** The time after which changes may have been missed, once known. */
  since: Micros | undefined;
  /** True if changes since then may be behind the reader. */
  missesChanges: boolean;
}

/** Leaves out the records that were handed out before. */
export type Fresh = (records: Dictionary[]) => Dictionary[];
