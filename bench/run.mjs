// npm run bench: this package against its peers, in one run on one machine. Ratios are what counts:
// the machine's own speed is the same for all of them. Writes tmp/bench.json, from which
// "node bench/report.mjs" makes the tables and plots of docs/evidence/performance.md.
//
// ONLY=reading,writes measures these parts alone, and leaves the figures of the others as they were.
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

const numbers = (name, otherwise) => (process.env[name] ?? otherwise).split(',').map(Number);
const [CONTACTS] = numbers('CONTACTS', '100000');
const [ROUNDS] = numbers('ROUNDS', '3');
const [WRITES] = numbers('WRITES', '2000');
const DELAYS = numbers('DELAYS', '0,50');

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
    for (const delay of DELAYS) {
      for (const shape of ['even', 'skewed']) {
        const given = { contacts: CONTACTS, delay, shape, rounds: ROUNDS, python: python() };
        lists.push(await measureReading(given));
      }
    }
    return { contacts: CONTACTS, rounds: ROUNDS, lists };
  },
  async writes() {
    const lists = [];
    for (const delay of DELAYS) {
      // Where each one waits, fewer say as much.
      const contacts = delay === 0 ? WRITES : Math.ceil(WRITES / 5);
      lists.push(await measureWrites({ contacts, delay, rounds: ROUNDS, python: python() }));
    }
    return { rounds: ROUNDS, lists };
  },
  async imports() {
    const load = module => () => run(process.execPath, path('imports.mjs'), module);
    const own = pathToFileURL(path('../dist/index.js')).href;
    const candidates = [
      ['@openfn/language-http', load(import.meta.resolve('@openfn/language-http'))],
      ['this package', load(own)],
    ];
    const results = compare(candidates, ROUNDS * 5);
    print('Import in a fresh process', results);
    return { rounds: ROUNDS * 5, results };
  },
  memory: () => measureMemory(Math.min(3, ROUNDS)),
  profile: () => measureProfile(CONTACTS),
  sync: async () => ({ registers: await measureSync(numbers('SYNC_CONTACTS', '10000,100000')) }),
};

const names = (process.env.ONLY ?? Object.keys(PARTS).join(',')).split(',');
const unknown = names.filter(name => !Object.hasOwn(PARTS, name));
if (unknown.length > 0) {
  throw new Error(`ONLY knows ${Object.keys(PARTS).join(', ')}, but not ${unknown.join(', ')}.`);
}

const file = path('../tmp/bench.json');
mkdirSync(path('../tmp'), { recursive: true });
for (const name of names) {
  const before = machine();
  const measured = { machine: before, ...(await PARTS[name]()) };
  // Written after each part: a run that is broken off keeps what it has.
  const all = existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : {};
  const known = Object.fromEntries(
    Object.entries(all).filter(([key, one]) => key in PARTS && one.machine),
  );
  writeFileSync(file, JSON.stringify({ ...known, [name]: measured }, null, 2));
}
