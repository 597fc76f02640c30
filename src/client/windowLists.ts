import { fail } from '../errors/errors.js';
import { type Resource, type ResourceName, resources } from '../resources.js';
import type { Query } from '../types/request.js';

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
    'Leave "concurrency" out to read the list page by page.',
  );
}

/**
 * To be called before anything is sent.
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
  // Folders with an order of their own.
  if (name === 'messages' && query.folder === 'sent') {
    refuse(
      'Parallel requests cannot read the folder "sent", which is sorted by one time and filtered by another.',
    );
  }
}
