// A loopback server that answers contacts.json from memory, so that its clients are what is measured.
// Arguments: number of contacts, milliseconds that each answer takes, "even" or "skewed" times. It knows
// before, after, reverse and cursor; an upsert is answered with the contact, and forgotten. As many runs
// are in twelve archives. Prints its port on the first line.
import { createHash } from 'node:crypto';
import { createServer } from 'node:http';
import { json } from 'node:stream/consumers';
import { gzipSync } from 'node:zlib';

const total = Number(process.argv[2] ?? 100_000);
const delay = Number(process.argv[3] ?? 0);
const shape = process.argv[4] ?? 'even';
const PAGE = 250;
// Longer lists are written page by page, or the server would need more memory than the reader.
const MOST_KEPT = 100_000;

// Index 0 is the newest. In the skewed list two fifths, in its middle, share one instant.
const NEWEST = Math.floor(Date.now() / 60_000 - 1) * 60_000;
const [FIRST, LAST] = [Math.floor(total * 0.3), Math.floor(total * 0.7)];
const minutes = index => (shape === 'skewed' && index > FIRST && index < LAST ? FIRST : index);
const timeOf = index => (NEWEST - minutes(index) * 60_000) * 1000 + 123;

function contact(index) {
  const number = String(index).padStart(7, '0');
  const time = new Date(timeOf(index) / 1000).toISOString().replace('Z', '123Z');
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

/** All contacts as one text, with the places where each begins. */
function keep(indexes) {
  const parts = indexes.map(index => Buffer.from(`${JSON.stringify(contact(index))},`));
  const starts = [0];
  for (const part of parts) starts.push(starts.at(-1) + part.length);
  const bytes = Buffer.concat(parts);
  return (from, to) => bytes.subarray(starts[from], Math.max(starts[from], starts[to] - 1));
}

function write(indexOf) {
  return (from, to) => {
    const contacts = Array.from({ length: to - from }, (_, i) => contact(indexOf(from + i)));
    return Buffer.from(JSON.stringify(contacts).slice(1, -1));
  };
}

const all = total <= MOST_KEPT ? Array.from({ length: total }, (_, index) => index) : undefined;
const newestFirst = all ? keep(all) : write(position => position);
const oldestFirst = all ? keep(all.toReversed()) : write(position => total - 1 - position);

/** The first index whose time is at this one or before it. */
function indexAt(time) {
  let [low, high] = [0, total];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (timeOf(middle) > time) low = middle + 1;
    else high = middle;
  }
  return low;
}

function micros(text) {
  const [, seconds, fraction = ''] = /^([^.Z]*)(?:\.(\d+))?Z$/.exec(text);
  return Date.parse(`${seconds}Z`) * 1000 + Number(fraction.padEnd(6, '0'));
}

function answer(query, host) {
  const before = query.get('before');
  const after = query.get('after');
  const reverse = query.get('reverse') === 'true';
  const start = before === null ? 0 : indexAt(micros(before));
  const end = after === null ? total : indexAt(micros(after) - 1);
  // Positions count in the order that was asked for.
  const [low, high] = reverse ? [total - end, total - start] : [start, end];
  const from = Math.max(low, Number(query.get('cursor') ?? low));
  const to = Math.max(from, Math.min(high, from + PAGE));
  const next = to < high ? `"http://${host}/api/v2/contacts.json?cursor=${to}"` : 'null';
  const records = (reverse ? oldestFirst : newestFirst)(from, to);
  return Buffer.concat([
    Buffer.from(`{"next":${next},"previous":null,"results":[`),
    records,
    Buffer.from(']}'),
  ]);
}

/** What an upsert by URN answers. */
function upserted(urn, given) {
  const known = contact(Number(urn.slice(-7)) % total);
  const fields = { ...known.fields, ...given.fields };
  return Buffer.from(JSON.stringify({ ...known, ...given, fields, urns: [urn] }));
}

const MONTHS = 12;
const files = new Map();

/** A run as an archive has it: a third of a kilobyte, and two minutes after the one before. */
function archivedRun(month, index) {
  const minutes = (index * 28 * 24 * 60) / (total / MONTHS);
  const time = new Date(Date.UTC(2024, month) + minutes * 60_000).toISOString();
  const number = String(month * 100_000 + index).padStart(12, '0');
  return {
    id: month * 100_000 + index,
    uuid: `4e0bdd6f-6dd8-4cbb-8c5c-${number}`,
    flow: { uuid: 'f5901b62-ba76-4003-9c62-72fdacc1b7b7', name: 'Registration' },
    contact: { uuid: `7712aaf6-5df5-4df1-89db-${number}`, name: `Contact ${number}` },
    responded: true,
    path: [{ node: '27a86a1b-6cc4-4ae3-b73d-89650966a82f', time }],
    values: { age: { name: 'Age', value: String(index % 60), category: 'Adult', time } },
    created_on: time,
    modified_on: time,
    exited_on: time,
    exit_type: 'completed',
  };
}

/** The file of a month. Made when it is first needed. */
function archive(month) {
  if (!files.has(month)) {
    const runs = Array.from({ length: total / MONTHS }, (_, index) => archivedRun(month, index));
    const lines = runs.map(run => `${JSON.stringify(run)}\n`).join('');
    files.set(month, gzipSync(lines, { level: 1 }));
  }
  return files.get(month);
}

function listed(month, host) {
  const bytes = archive(month);
  return {
    archive_type: 'run',
    start_date: `2024-${String(month + 1).padStart(2, '0')}-01`,
    period: 'monthly',
    record_count: Math.floor(total / MONTHS),
    size: bytes.length,
    hash: createHash('md5').update(bytes).digest('hex'),
    download_url: `http://${host}/files/${month}`,
  };
}

/** Newest first. */
function archives(host) {
  const results = Array.from({ length: MONTHS }, (_, n) => listed(MONTHS - 1 - n, host));
  return Buffer.from(JSON.stringify({ next: null, previous: null, results }));
}

function sendFile(bytes, range, response) {
  const from = Number(/^bytes=(\d+)-$/.exec(range ?? '')?.[1] ?? 0);
  const part = bytes.subarray(from);
  const head = { 'content-length': part.length };
  if (from > 0) head['content-range'] = `bytes ${from}-${bytes.length - 1}/${bytes.length}`;
  response.writeHead(from > 0 ? 206 : 200, head);
  response.end(part);
}

const server = createServer(async (request, response) => {
  const { pathname, searchParams } = new URL(request.url, 'http://localhost');
  const file = /^\/files\/(\d+)$/.exec(pathname);
  if (file) return sendFile(archive(Number(file[1])), request.headers.range, response);
  const body =
    request.method === 'POST'
      ? upserted(searchParams.get('urn'), await json(request))
      : pathname.endsWith('/archives.json')
        ? archives(request.headers.host)
        : answer(searchParams, request.headers.host);
  const send = () => {
    response.writeHead(200, {
      'content-type': 'application/json',
      'content-length': body.length,
      'x-temba-org': '1',
    });
    response.end(body);
  };
  if (delay > 0) setTimeout(send, delay);
  else send();
});

server.listen(0, '127.0.0.1', () => console.log(server.address().port));
// The benchmark ends it; this is for a benchmark that died.
setTimeout(() => process.exit(0), 30 * 60_000).unref();
