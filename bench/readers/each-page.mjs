// A list of any length, one page at a time; with "idle" in place of a host, nothing at all. Arguments:
// host, windows side by side or "archives" for archived runs.
import { eachArchivedRuns, eachPage, execute, fn, getContacts } from '../../dist/index.js';

const [host, what = '1'] = process.argv.slice(2);
const concurrency = Number(what);
const add = fn(state => ({ ...state, total: (state.total ?? 0) + state.data.length }));
const log = console.log;
console.log = () => {};
const started = performance.now();
let records = 0;
if (host !== 'idle') {
  const job = execute(
    what === 'archives'
      ? eachArchivedRuns({ after: '2024-01-01' }, add)
      : eachPage(getContacts({}, concurrency > 1 ? { concurrency } : {}), add),
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
