import type { Client } from '../../client/client.js';
import type { Dictionary } from '../../types/json.js';

/** How much the clocks of a server's parts may differ, in milliseconds. */
const SLACK = 2000;

/**
 * Whether a contact was created after a moment, by the server's clock. Then one of our requests created it, and its
 * answer was lost.
 *
 * @param started - the moment, by the client's clock
 */
export function wasCreatedSince(contact: Dictionary, client: Client, started: number): boolean {
  const { serverTime } = client;
  if (serverTime === undefined) return false;
  const earliest = serverTime - (client.clock.now() - started) - SLACK;
  return Date.parse(String(contact.created_on)) >= earliest;
}
