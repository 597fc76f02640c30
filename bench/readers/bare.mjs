// The least that can be done: undici, a loop, JSON.
import { Agent, request } from 'undici';

const host = process.argv[2];
const dispatcher = new Agent();
const started = performance.now();
const contacts = [];
let cursor = null;
let requests = 0;
do {
  requests++;
  const query = cursor === null ? '' : `?cursor=${encodeURIComponent(cursor)}`;
  const { body } = await request(`${host}api/v2/contacts.json${query}`, {
    dispatcher,
    headers: {
      authorization: 'Token 0123456789abcdef0123456789abcdef01234567',
      accept: 'application/json',
    },
  });
  const page = await body.json();
  contacts.push(...page.results);
  cursor = page.next && new URL(page.next).searchParams.get('cursor');
} while (cursor);
console.log(
  JSON.stringify({
    seconds: (performance.now() - started) / 1000,
    records: contacts.length,
    requests,
  }),
);
