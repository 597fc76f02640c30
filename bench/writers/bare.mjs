// The least that can be done: undici, loops, JSON. Arguments: host, contacts, loops side by side.
import { Agent, request } from 'undici';
import { people } from './people.mjs';

const host = process.argv[2];
const width = Number(process.argv[4]);
const dispatcher = new Agent();
const queue = people(Number(process.argv[3])).values();
const uuids = [];
let requests = 0;
const started = performance.now();

async function loop() {
  for (const { urns, ...contact } of queue) {
    requests++;
    const url = `${host}api/v2/contacts.json?urn=${encodeURIComponent(urns[0])}`;
    const { statusCode, body } = await request(url, {
      method: 'POST',
      dispatcher,
      headers: {
        authorization: 'Token 0123456789abcdef0123456789abcdef01234567',
        accept: 'application/json',
        'content-type': 'application/json',
      },
      body: JSON.stringify(contact),
    });
    if (statusCode > 201) throw new Error(`answered with ${statusCode}`);
    uuids.push((await body.json()).uuid);
  }
}

await Promise.all(Array.from({ length: width }, loop));
const seconds = (performance.now() - started) / 1000;
console.log(JSON.stringify({ seconds, written: uuids.length, requests }));
