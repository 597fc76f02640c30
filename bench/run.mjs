// npm run bench: this package against its peers, in one run on one machine. Ratios are what counts:
// the machine's own speed is the same for all of them. Writes tmp/bench.json, from which
// "node bench/report.mjs" makes the tables and plots of docs/performance.md.
import { mkdirSync, writeFileSync } from 'node:fs';
import { cpus, loadavg, totalmem } from 'node:os';
import { pathToFileURL } from 'node:url';
import { startServer } from './listen.mjs';
import { median, path, run } from './measure.mjs';
import { measureMemory } from './memory.mjs';
import { preparePython } from './python.mjs';

const CONTACTS = Number(process.env.CONTACTS ?? 100_000);
const ROUNDS = Number(process.env.ROUNDS ?? 3);
const DELAYS = (process.env.DELAYS ?? '0,50').split(',').map(Number);
const url = relative => pathToFileURL(path(relative)).href;

/** Runs the candidates in turn, so that a slow moment of the machine meets all of them. */
function compare(candidates, rounds) {
  const results = candidates.map(([name]) => ({ name, seconds: [], requests: undefined }));
  // The first round only warms the disk and the server.
  for (let round = 0; round <= rounds; round++) {
    for (const [index, [, measure]] of candidates.entries()) {
      const { seconds, requests } = measure();
      if (round > 0) results[index].seconds.push(seconds);
      results[index].requests = requests;
    }
  }
  const [base] = results;
  for (const one of results) {
    one.median = median(one.seconds);
    one.ratio = median(one.seconds.map((seconds, round) => seconds / base.seconds[round]));
  }
  return results;
}

/** Prints each candidate's median and the median of its ratios to the first one, round by round. */
function print(title, results) {
  console.log(`\n${title}`);
  for (const { name, seconds, median, ratio, requests } of results) {
    const spread = `${Math.min(...seconds).toFixed(2)}–${Math.max(...seconds).toFixed(2)}`;
    const asked = requests === undefined ? '' : `  ${requests} requests`;
    console.log(
      `  ${name.padEnd(28)} ${median.toFixed(3)} s  (${spread})  ${ratio.toFixed(3)} × ${results[0].name}${asked}`,
    );
  }
}

async function readContacts(delay, shape) {
  const { host, stop } = await startServer(CONTACTS, delay, shape);
  const read = (command, reader, ...args) => {
    const result = run(command, path(`readers/${reader}`), host, ...args);
    if (result.records !== CONTACTS) throw new Error(`${result.records} of ${CONTACTS} read`);
    return result;
  };
  const node = process.execPath;
  const candidates = [
    ['bare undici loop', () => read(node, 'bare.mjs')],
    ['getContacts()', () => read(node, 'adaptor.mjs')],
    ['getContacts(), 4 windows', () => read(node, 'adaptor.mjs', '4')],
  ];
  const { python, missing } = preparePython();
  if (python) candidates.push(['rapidpro-python', () => read(python, 'python_client.py')]);
  else console.log(`rapidpro-python is left out: ${missing}.`);
  try {
    const results = compare(candidates, ROUNDS);
    print(`${CONTACTS} contacts, ${shape} times, ${delay} ms a page, ${ROUNDS} rounds`, results);
    return { delay, shape, results };
  } finally {
    stop();
  }
}

function importTimes() {
  const load = module => () => run(process.execPath, path('imports.mjs'), module);
  const candidates = [
    ['@openfn/language-http', load(import.meta.resolve('@openfn/language-http'))],
    ['this package', load(url('../dist/index.js'))],
  ];
  const results = compare(candidates, ROUNDS * 5);
  print('Import in a fresh process', results);
  return results;
}

const machine = {
  date: new Date().toISOString().slice(0, 10),
  cpu: cpus()[0]?.model ?? 'unknown',
  cores: cpus().length,
  memory: Math.round(totalmem() / 2 ** 30),
  node: process.version,
  load: loadavg()[0].toFixed(2),
};
const reading = [];
for (const delay of DELAYS) {
  for (const shape of ['even', 'skewed']) reading.push(await readContacts(delay, shape));
}
const imports = importTimes();
const memory = process.env.MEMORY === '0' ? undefined : await measureMemory(Math.min(3, ROUNDS));
mkdirSync(path('../tmp'), { recursive: true });
const results = { machine, contacts: CONTACTS, rounds: ROUNDS, reading, imports, memory };
writeFileSync(path('../tmp/bench.json'), JSON.stringify(results, null, 2));
