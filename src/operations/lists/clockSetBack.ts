import type { Client } from '../../client/client.js';
import { log } from '../../input/log.js';

/** Minutes by which the clocks of a server's parts may differ: its database has one, and its web server another. */
const DIFFERENCE = 10;

/**
 * A growing list is read from the newest time on that an earlier run saw. If the server's clock was wrong then, and has
 * been set back since, that time is still to come, and what happens before it is not read.
 *
 * @param newest - the newest time that an earlier run saw, if there was one
 * @param what - what is read: `contacts`
 */
export function warnIfSetBack(client: Client, newest: string | undefined, what: string): void {
  const { serverTime } = client;
  if (newest === undefined || serverTime === undefined) return;
  if (Date.parse(newest) - serverTime <= DIFFERENCE * 60_000) return;
  log.warn(
    `An earlier run read ${what} up to ${newest}, but by the clock of the server, that time is still to come. If the clock was wrong and has been set back, ${what} before that time are missing. To read them, remove this list from state.rapidpro.marks: it is then read from its start, or from "after" on.`,
  );
}
