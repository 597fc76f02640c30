// npm run bench: this package against its peers, in one run on one machine. Ratios are what counts:
// the machine's own speed is the same for all of them.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { pathToFileURL } from 'node:url';
import { median, path, run } from './measure.mjs';
import { measureMemory } from './memory.mjs';
import { preparePython } from './python.mjs';

const CONTACTS = Number(process.env.CONTACTS ?? 100_000);
const ROUNDS = Number(process.env.ROUNDS ?? 5);
const url = relative => pathToFileURL(path(relative)).href;

/** Runs the candidates in turn, so that a slow moment of the machine meets all of them. */
function compare(candidates, rounds) {
  const seconds = new Map(candidates.map(([name]) => [name, []]));
  for (let round = 0; round <= rounds; round++) {
    for (const [name, measure] of candidates) {
      const result = measure();
      // The first round only warms the disk and the server.
      if (round > 0) seconds.get(name).push(result.seconds);
    }
  }
  return seconds;
}

/** Prints each candidate's median and the median of its ratios to the first one, round by round. */
function print(title, seconds) {
  const [[baseName, base]] = seconds;
  console.log(`\n${title}`);
  for (const [name, times] of seconds) {
    const ratio = median(times.map((time, round) => time / base[round]));
    const spread = `${Math.min(...times).toFixed(2)}–${Math.max(...times).toFixed(2)}`;
    const told = name === baseName ? '1' : ratio.toFixed(3);
    console.log(
      `  ${name.padEnd(28)} ${median(times).toFixed(3)} s  (${spread})  ${told} × ${baseName}`,
    );
  }
}

async function readContacts() {
  const server = spawn(process.execPath, [path('server.mjs'), String(CONTACTS)]);
  try {
    const [line] = await once(server.stdout, 'data');
    const host = `http://127.0.0.1:${Number(String(line))}/`;
    const check = result => {
      if (result.records !== CONTACTS) throw new Error(`${result.records} of ${CONTACTS} read`);
      return result;
    };
    const candidates = [
      ['bare undici loop', () => check(run(process.execPath, path('readers/bare.mjs'), host))],
      ['getContacts()', () => check(run(process.execPath, path('readers/adaptor.mjs'), host))],
    ];
    const { python, missing } = preparePython();
    if (python) {
      candidates.push([
        'rapidpro-python',
        () => check(run(python, path('readers/python_client.py'), host)),
      ]);
    } else {
      console.log(`rapidpro-python is left out: ${missing}.`);
    }
    print(
      `Reading ${CONTACTS} contacts, after import, ${ROUNDS} rounds`,
      compare(candidates, ROUNDS),
    );
  } finally {
    server.kill();
  }
}

function importTimes() {
  const load = module => () => run(process.execPath, path('imports.mjs'), module);
  const candidates = [
    ['@openfn/language-http', load(import.meta.resolve('@openfn/language-http'))],
    ['this package', load(url('../dist/index.js'))],
  ];
  print('Import in a fresh process', compare(candidates, ROUNDS * 3));
}

await readContacts();
importTimes();
await measureMemory(Math.min(3, ROUNDS));
