import { timeIn } from '../input/times.js';
import type { OrderedList } from './changes.js';
import { pages } from './pages.js';

/**
 * The moment at which a reading began, by the server's clock, in milliseconds: what changes later is left
 * to the next one. To be asked for when the first answer is there. Costs a request where the server tells
 * no time: then its newest record shows it, since the clock of this computer may be behind.
 */
export async function beginningOf({ client, name, query, order }: OrderedList): Promise<number> {
  const { serverTime } = client;
  // Whole seconds, cut.
  if (serverTime !== undefined) return serverTime + 1000;
  const { reverse: _, ...newestFirst } = query;
  for await (const { records } of pages(client, name, newestFirst)) {
    const [newest] = records;
    if (newest) return Date.parse(timeIn(newest, order.key));
  }
  return client.clock.now();
}
