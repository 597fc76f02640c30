// A loopback server that answers contacts.json from memory, so that the readers are what is measured.
// Arguments: number of contacts. Prints its port on the first line.
import { createServer } from 'node:http';

const total = Number(process.argv[2] ?? 100_000);
const PAGE = 250;
// More pages than these repeat: a million contacts need no more memory than a hundred thousand.
const MOST_DISTINCT = 100_000;

function contact(index) {
  const number = String(index).padStart(7, '0');
  const time = new Date(Date.UTC(2026, 0, 1) - index * 60_000).toISOString().replace('Z', '123Z');
  return {
    uuid: `7712aaf6-5df5-4df1-89db-${String(index).padStart(12, '0')}`,
    name: `Contact ${number}`,
    status: 'active',
    language: index % 3 === 0 ? null : 'eng',
    urns: [`tel:+25078${number}`],
    groups: [
      { uuid: 'dce23ee2-6466-49a2-a087-2153eacd14c9', name: 'Mothers' },
      { uuid: 'b3cb35a6-9d2a-4f0e-a2a5-0f1a1a1d6f60', name: 'Registered' },
    ],
    fields: {
      age: String(18 + (index % 30)),
      district: 'Gasabo',
      clinic: `Clinic ${index % 40}`,
      due_date: time,
      last_visit: null,
      visits: String(index % 9),
    },
    flow: null,
    created_on: time,
    modified_on: time,
    last_seen_on: null,
    blocked: false,
    stopped: false,
  };
}

const pages = [];
const distinct = Math.min(total, MOST_DISTINCT);
for (let start = 0; start < distinct; start += PAGE) {
  const size = Math.min(PAGE, distinct - start);
  pages.push(
    Buffer.from(JSON.stringify(Array.from({ length: size }, (_, i) => contact(start + i)))),
  );
}

const count = Math.ceil(total / PAGE);

const server = createServer((request, response) => {
  const { searchParams } = new URL(request.url, 'http://localhost');
  const index = Number(searchParams.get('cursor') ?? 0);
  const next =
    index + 1 < count
      ? `"http://${request.headers.host}/api/v2/contacts.json?cursor=${index + 1}"`
      : 'null';
  const head = Buffer.from(`{"next":${next},"previous":null,"results":`);
  const body = Buffer.concat([head, pages[index % pages.length], Buffer.from('}')]);
  response.writeHead(200, {
    'content-type': 'application/json',
    'content-length': body.length,
    'x-temba-org': '1',
  });
  response.end(body);
});

server.listen(0, '127.0.0.1', () => console.log(server.address().port));
// The benchmark ends it; this is for a benchmark that died.
setTimeout(() => process.exit(0), 15 * 60_000).unref();
