// The operation as a job calls it.
import { execute, getContacts } from '../../dist/index.js';

const host = process.argv[2];
const log = console.log;
console.log = () => {};
const started = performance.now();
const state = await execute(getContacts())({ configuration: { host, token: 'benchmark' } });
const seconds = (performance.now() - started) / 1000;
log(JSON.stringify({ seconds, records: state.data.length, requests: state.response.requests }));
