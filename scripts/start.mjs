/**
 * `npm start`: runs a real job on the published runtime, against a RapidPro inside this process, and
 * reports what it did. With HOST and TOKEN in the environment, runs a job that only reads against that
 * server instead.
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { indented } from './demo/indented.mjs';
import { report } from './demo/report.mjs';
import { watchRequests } from './demo/watch-requests.mjs';
import { failureIn, runJob } from './run-job.mjs';

const ROOT = join(dirname(fileURLToPath(import.meta.url)), '..');
const FINAL_STATE = 'tmp/final-state.json';

async function main() {
  const { HOST: host, TOKEN: token } = process.env;
  if (host && token) return onServer({ host, token });
  if (token) {
    console.error('TOKEN is set but HOST is not: set HOST to the address of your RapidPro server.');
    return false;
  }
  // Some shells set HOST by themselves.
  if (host)
    console.log('HOST is set, but TOKEN is not: a sandbox is used instead of that server.\n');
  return inSandbox();
}

async function inSandbox() {
  const { createSandbox } = await import('@openfn/rapidpro-sandbox');
  const sandbox = await createSandbox({ seed: 'maternal-health' });
  try {
    console.log('A made-up maternal health program, in a RapidPro inside this command.');
    console.log('Nothing leaves this computer, and nobody gets a message.\n');
    const { host, token } = sandbox;
    return await runAndReport('examples/main-job.js', { host, token }, () =>
      peopleReached(sandbox.sent()),
    );
  } finally {
    await sandbox.close();
  }
}

function peopleReached(sent) {
  const messages = sent.filter(({ kind }) => kind !== 'flow_start');
  return messages.reduce((sum, { contacts, urns }) => sum + contacts.length + urns.length, 0);
}

async function onServer(configuration) {
  console.log('Your RapidPro server. The job only reads: it changes and sends nothing.\n');
  return runAndReport('examples/read-only-job.js', configuration);
}

/** Runs a job and reports what it did; false where it failed. */
async function runAndReport(file, configuration, reached) {
  console.log(`Running ${file} on the OpenFn runtime:\n`);
  const source = readFileSync(join(ROOT, file), 'utf8');
  const watch = watchRequests();
  const started = performance.now();
  const state = await indented(() => runJob(source, { state: { configuration }, file }));
  const milliseconds = performance.now() - started;
  watch.stop();
  const failure = failureIn(state);
  if (failure) {
    console.error(`\nThe job failed: ${failure.description ?? failure.message}`);
    if (failure.fix) console.error(`What to do: ${failure.fix}`);
    return false;
  }
  const { requests } = watch;
  console.log(`\n${report({ requests, milliseconds, result: state.data, people: reached?.() })}`);
  save(state);
  return true;
}

function save(state) {
  mkdirSync(join(ROOT, dirname(FINAL_STATE)), { recursive: true });
  writeFileSync(join(ROOT, FINAL_STATE), `${JSON.stringify(state, null, 2)}\n`);
  console.log(`State     ${FINAL_STATE}`);
}

try {
  if (!(await main())) process.exitCode = 1;
} catch (error) {
  console.error(`The demo could not run: ${error.message}`);
  process.exitCode = 1;
}
