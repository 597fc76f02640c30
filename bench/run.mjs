// npm run bench: this package against its peers, in one run on one machine. Ratios are what counts:
// the machine's own speed is the same for all of them. Writes tmp/bench.json, and from it the
// tables and plots of docs/evidence/performance.md.
//
// ONLY=reading,writes measures these parts alone, and leaves the figures of the others as they were. Those are in
// tmp/bench.json: without it, the page is not written, because it would lose them.
// With "-- --full" also a million contacts: read page by page, from archives, and synchronized.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { cpus, loadavg, totalmem } from 'node:os';
import { pathToFileURL } from 'node:url';
import { compare, print } from './compare.mjs';
import { path, run } from './measure.mjs';
import { measureMemory } from './memory.mjs';
import { measureProfile } from './profile.mjs';
import { preparePython } from './python.mjs';
import { measureReading } from './reading.mjs';
import { measureSync } from './sync.mjs';
import { measureWrites } from './writes.mjs';

const isFull = process.argv.includes('--full');

/** What is measured at which wait of the server. Where each one waits, fewer say as much. */
const LISTS = [
  { delay: 0, rounds: 5, contacts: 100_000 },
  { delay: 50, rounds: 3, contacts: 25_000 },
  // Takes minutes. The shorter list has warmed everything.
  { delay: 50, rounds: 1, contacts: 100_000, warmups: 0 },
];
const WRITES = [
  { delay: 0, rounds: 5, contacts: 1000 },
  { delay: 50, rounds: 3, contacts: 200 },
];
const REGISTERS = isFull ? [1000, 10_000, 100_000, 1_000_000] : [1000, 10_000, 100_000];

const machine = () => ({
  date: new Date().toISOString().slice(0, 10),
  cpu: cpus()[0]?.model ?? 'unknown',
  cores: cpus().length,
  memory: Math.round(totalmem() / 2 ** 30),
  node: process.version,
  load: loadavg()[0].toFixed(2),
});

let client;
function python() {
  client ??= preparePython();
  if (client.missing) console.log(`rapidpro-python is left out: ${client.missing}.`);
  return client.python;
}

const PARTS = {
  async reading() {
    const lists = [];
    for (const list of LISTS) {
      for (const shape of ['even', 'skewed']) {
        lists.push(await measureReading({ ...list, shape, python: python() }));
      }
    }
    return { lists };
  },
  async writes() {
    const lists = [];
    for (const one of WRITES) {
      lists.push(await measureWrites({ ...one, python: python() }));
    }
    return { lists };
  },
  async imports() {
    const load = module => () => run(process.execPath, path('imports.mjs'), module);
    const own = pathToFileURL(path('../dist/index.js')).href;
    const candidates = [
      ['@openfn/language-http', load(import.meta.resolve('@openfn/language-http'))],
      ['this package', load(own)],
    ];
    const rounds = 15;
    const results = compare(candidates, rounds);
    print('Import in a fresh process', results);
    return { rounds, results };
  },
  profile: () => measureProfile(100_000),
  sync: async () => ({ registers: await measureSync(REGISTERS) }),
  ...(isFull ? { memory: () => measureMemory(3) } : {}),
};

const names = (process.env.ONLY ?? Object.keys(PARTS).join(',')).split(',');
const unknown = names.filter(name => !Object.hasOwn(PARTS, name));
if (unknown.length > 0) {
  throw new Error(`ONLY knows ${Object.keys(PARTS).join(', ')}, but not ${unknown.join(', ')}.`);
}

const file = path('../tmp/bench.json');
const mayWrite = process.env.ONLY === undefined || existsSync(file);
mkdirSync(path('../tmp'), { recursive: true });
for (const name of names) {
  const before = machine();
  const measured = { machine: before, ...(await PARTS[name]()) };
  // Written after each part: a run that is broken off keeps what it has.
  const all = existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : {};
  const known = Object.fromEntries(Object.entries(all).filter(([, one]) => one.machine));
  writeFileSync(file, JSON.stringify({ ...known, [name]: measured }, null, 2));
}
if (mayWrite) await import('./report.mjs');
else
  console.log(
    '\nThe page was not written: the figures of the other parts are not on this machine.',
  );
