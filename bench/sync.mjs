// What a nightly sync costs in requests, hours and memory, against one upsert for each contact. The
// server is the sandbox in a process of its own, with RapidPro 9's limit of 2,500 requests an hour. A
// wait is not slept: the sandbox's clock is moved on by what the server asked for, and the operation
// goes on with { resume: true }.
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

const TOKEN = 'b'.repeat(40);
const FILE = fileURLToPath(import.meta.url);
/** Megabytes that a worker may use; a list of a million contacts needs more. */
const worker = count => (count > 100_000 ? 4000 : 500);
/** Megabytes for the sandbox, which keeps all contacts. */
const SERVER = 8000;

/** A person of the register. One in so many has changed since the last night; none by default. */
function person(n, every = Number.POSITIVE_INFINITY) {
  const isChanged = n % every === 7;
  const kind = Math.floor(n / every) % 10;
  const number = String(n).padStart(7, '0');
  return {
    name: isChanged && kind < 3 ? `Person ${number} Renamed` : `Person ${number}`,
    language: ['eng', 'fra', 'kin'][n % 3],
    urns: [`tel:+25078${number}`],
    groups: isChanged && kind === 9 ? ['Registered', 'Visited'] : ['Registered'],
    fields: {
      tei_id: `tei-${number}`,
      age: 18 + (n % 30) + (isChanged && kind >= 3 && kind < 9 ? 1 : 0),
      due: `2026-${String(1 + (n % 12)).padStart(2, '0')}-15T00:00:00+02:00`,
      clinic: `Clinic ${n % 40}`,
    },
  };
}

/** As a job's state holds them: read from JSON. V8 keeps texts that were put together from parts in more memory. */
const people = (count, every) =>
  Array.from({ length: count }, (_, n) => JSON.parse(JSON.stringify(person(n, every))));

async function serve(count) {
  const { createSandbox } = await import('@openfn/rapidpro-sandbox');
  let ahead = 0;
  const sandbox = await createSandbox({
    token: TOKEN,
    throttle: 2500,
    clock: { now: () => Date.now() + ahead },
    seed: {
      groups: [{ name: 'Registered' }, { name: 'Visited' }],
      fields: [
        { key: 'tei_id', name: 'Tei Id' },
        { key: 'age', name: 'Age', type: 'number' },
        { key: 'due', name: 'Due', type: 'datetime' },
        { key: 'clinic', name: 'Clinic' },
      ],
    },
    contacts: people(count),
  });
  process.on('message', seconds => {
    ahead += seconds * 1000;
    process.send('moved');
  });
  process.send(sandbox.host);
}

const sync =
  (options = {}) =>
  ({ syncContacts }, list) =>
    syncContacts(list, { maxWait: 0, resume: true, ...options });

/** Each way, and one in how many contacts has changed. */
const WAYS = {
  'one upsert each': {
    every: 100,
    operation: ({ upsertContacts }, list) =>
      upsertContacts(
        list.map(({ groups: _, ...contact }) => contact),
        { maxWait: 0, resume: true },
      ),
  },
  'syncContacts, nothing changed': { operation: sync() },
  'syncContacts, 0.1 % changed': { every: 1000, operation: sync() },
  'syncContacts, 1 % changed': { every: 100, operation: sync() },
  'syncContacts by a field, 1 % changed': {
    every: 100,
    operation: sync({ key: 'fields.tei_id' }),
  },
};

/** Of more contacts, nobody writes each one: it takes as many requests as there are contacts. */
const MOST_ONE_BY_ONE = 10_000;
/** Milliseconds between two looks at whether the process still answers. */
const LOOK = 5;

/** Notes for how long at most the process did nothing else. */
function watchStalls() {
  let last = performance.now();
  let longest = 0;
  const timer = setInterval(() => {
    const now = performance.now();
    longest = Math.max(longest, now - last - LOOK);
    last = now;
  }, LOOK);
  return () => {
    clearInterval(timer);
    return longest;
  };
}

/** Runs one way to its end, as often as the limit makes it stop. */
async function work(way, count, host) {
  const adaptor = await import('../dist/index.js');
  console.log = () => {};
  console.warn = () => {};
  const { every, operation: make } = WAYS[way];
  const list = people(count, every);
  const configuration = { host, token: TOKEN };
  let rapidpro;
  let requests = 0;
  let waited = 0;
  let runs = 0;
  const started = performance.now();
  const stalled = watchStalls();
  for (;;) {
    runs++;
    const operation = make(adaptor, list);
    const state = await operation({ configuration, data: null, rapidpro });
    requests += state.response.requests;
    rapidpro = state.rapidpro;
    const { created, updated, unchanged, failed, notAttempted, stopped } = state.data;
    if (notAttempted.length === 0) {
      process.send({
        requests,
        waited,
        runs,
        seconds: (performance.now() - started) / 1000,
        megabytes: process.resourceUsage().maxRSS / 1024,
        stall: stalled(),
        counts: [created, updated, unchanged, failed].map(items => items.length),
      });
      return;
    }
    if (stopped.retryAfter === undefined)
      throw new Error(`${stopped.code}: ${stopped.description}`);
    waited += stopped.retryAfter;
    process.send({ wait: stopped.retryAfter });
    await once(process, 'message');
  }
}

/** One way against a workspace of its own, in which nothing else has happened. */
async function measure(way, count) {
  const roomFor = megabytes => ({ execArgv: [`--max-old-space-size=${megabytes}`] });
  const server = fork(FILE, ['serve', String(count)], roomFor(SERVER));
  try {
    const [host] = await once(server, 'message');
    const client = fork(FILE, ['work', way, String(count), host], roomFor(worker(count)));
    server.on('message', () => client.send('moved'));
    return await new Promise((resolve, reject) => {
      client.on('exit', code => code && reject(new Error(`${way} ended with ${code}`)));
      client.on('message', message => {
        if (message.wait === undefined) resolve(message);
        else server.send(message.wait);
      });
    });
  } finally {
    server.kill();
  }
}

function print(title, rows) {
  const header = [
    '',
    'requests',
    'hours',
    'runs',
    'here',
    'memory',
    'stall',
    'new/written/same/failed',
  ];
  const table = [header, ...rows.map(cellsOf)];
  const widths = header.map((_, column) => Math.max(...table.map(row => row[column].length)));
  console.log(`\n${title}`);
  for (const row of table) {
    console.log(
      `  ${row.map((cell, column) => (column ? cell.padStart(widths[column]) : cell.padEnd(widths[column]))).join('  ')}`,
    );
  }
}

const cellsOf = ({ way, requests, hours, runs, seconds, megabytes, stall, counts }) => [
  way,
  String(requests),
  hours.toFixed(2),
  String(runs),
  `${seconds.toFixed(1)} s`,
  `${Math.round(megabytes)} MB`,
  `${Math.round(stall)} ms`,
  counts.join(' / '),
];

/** All ways with registers of these sizes. */
export async function measureSync(sizes) {
  const results = [];
  for (const contacts of sizes) {
    const rows = [];
    for (const way of Object.keys(WAYS)) {
      if (way === 'one upsert each' && contacts > MOST_ONE_BY_ONE) continue;
      const { waited, ...row } = await measure(way, contacts);
      rows.push({ way, hours: (waited + row.seconds) / 3600, ...row });
    }
    print(`${contacts} contacts, 2,500 requests an hour`, rows);
    results.push({ contacts, rows });
  }
  return results;
}

const [role, ...rest] = process.argv.slice(2);
if (role === 'serve') await serve(Number(rest[0]));
else if (role === 'work')
  await work(rest[0], Number(rest[1]), rest[2]).finally(() => process.disconnect());
