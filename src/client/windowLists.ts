import { fail } from '../errors/errors.js';
import { type Resource, type ResourceName, resources } from '../resources.js';
import type { Query } from '../types/request.js';
import type { WindowedList } from './windowReader.js';

/** Lists that are worth it, and are sorted by a time that the server can filter by. */
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
    'Leave "concurrency" out: the list is then read page by page.',
  );
}

/**
 * What has to be known of a list to read it in windows of time.
 *
 * @throws RapidProError `INVALID_OPTION` if that cannot be done
 */
export function windowedList(name: ResourceName, query: Query): WindowedList {
  const { order, nouns }: Resource = resources[name];
  if (!WINDOWED.includes(name) || !order) {
    return refuse(
      `Several requests side by side can read contacts, runs, flow starts, messages and broadcasts, but not ${nouns[1]}.`,
    );
  }
  // Folders with an order of their own.
  if (name === 'messages' && query.folder === 'sent') {
    return refuse('The folder "sent" is sorted by another time than it can be filtered by.');
  }
  const isIncoming = name === 'messages' && query.folder === 'incoming';
  return { name, query, key: isIncoming ? 'modified_on' : order.by, canReverse: order.reverse };
}
