// A list of any length, one page at a time; with "idle" in place of a host, nothing at all. Arguments:
// host, windows side by side.
import { eachPage, execute, fn, getContacts } from '../../dist/index.js';

const host = process.argv[2];
const concurrency = Number(process.argv[3] ?? 1);
const log = console.log;
console.log = () => {};
const started = performance.now();
let records = 0;
if (host !== 'idle') {
  const job = execute(
    eachPage(
      getContacts({}, concurrency > 1 ? { concurrency } : {}),
      fn(state => ({ ...state, total: (state.total ?? 0) + state.data.length })),
    ),
  );
  const state = await job({
    configuration: { host, token: '0123456789abcdef0123456789abcdef01234567' },
  });
  records = state.total;
}
const seconds = (performance.now() - started) / 1000;
// Kilobytes, the most that the process has ever held.
const peak = process.resourceUsage().maxRSS / 1024;
log(JSON.stringify({ seconds, records, peak }));
