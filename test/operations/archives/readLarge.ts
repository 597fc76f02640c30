import { eachArchivedMessages, fn } from '../../../src/index.js';
import type { State } from '../../../src/types/state.js';

/** Run in a process of its own: reads all archived messages of a server and reports what heap that took. */

const [host = ''] = process.argv.slice(2);
console.log = () => {};

function heap(): number {
  globalThis.gc?.();
  return process.memoryUsage().heapUsed;
}

const before = heap();
let peak = before;
let pages = 0;
const measure = fn((state: State) => {
  // Collecting garbage takes long: it is looked at now and then.
  if (pages++ % 20 === 0) peak = Math.max(peak, heap());
  return state;
});
const configuration = { host, token: 'a-token-of-nobody' };
const { data } = await eachArchivedMessages({ after: '2026-01-01' }, measure)({ configuration });
process.stdout.write(JSON.stringify({ data, growth: peak - before }));
