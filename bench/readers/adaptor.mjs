// The operation as a job calls it. Arguments: host, windows side by side.
import { execute, getContacts } from '../../dist/index.js';

const host = process.argv[2];
const concurrency = Number(process.argv[3] ?? 1);
const log = console.log;
console.log = () => {};
const started = performance.now();
const job = execute(getContacts({}, concurrency > 1 ? { concurrency } : {}));
const state = await job({
  configuration: { host, token: '0123456789abcdef0123456789abcdef01234567' },
});
const seconds = (performance.now() - started) / 1000;
log(JSON.stringify({ seconds, records: state.data.length, requests: state.response.requests }));
