// The operations as a job calls them. Arguments: host, contacts, "bulk" or "each".
import { each, execute, upsertContact, upsertContacts } from '../../dist/index.js';
import { people } from './people.mjs';

const [host, count, way] = process.argv.slice(2);
const data = people(Number(count));
const log = console.log;
console.log = () => {};
let written = 0;
let requests = 0;
const started = performance.now();
if (way === 'bulk') {
  const state = await execute(upsertContacts(({ data }) => data))(stateWith(data));
  written = state.data.created.length + state.data.updated.length;
  requests = state.response.requests;
} else {
  const one = upsertContact(state => state.data);
  const counted = async state => {
    const next = await one(state);
    written++;
    requests += next.response.requests;
    return next;
  };
  await execute(each(state => state.data, counted))(stateWith(data));
}
const seconds = (performance.now() - started) / 1000;
log(JSON.stringify({ seconds, written, requests }));

function stateWith(data) {
  return { configuration: { host, token: '0123456789abcdef0123456789abcdef01234567' }, data };
}
