import { type Resource, type ResourceName, resources } from '../resources.js';
import type { Query } from '../types/request.js';

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
