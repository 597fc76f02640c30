/**
 * Runs each recipe of the cookbook twice on one sandbox, the second time with the state that the first
 * left, as a cron trigger does. Prints how many messages, broadcasts and runs each of the two made.
 * Needs `node --experimental-vm-modules`, and the built package.
 */
import { readFileSync } from 'node:fs';
import { ensureField, execute, getFlowRuns, updateContact } from '@openfn/language-rapidpro';
import { createSandbox } from '@openfn/language-rapidpro/sandbox';
import { failureIn, runJob } from '../../scripts/run-job.mjs';

const MOTHER = 'tel:+250780000001';

/** What a recipe needs beyond the seed to have something to do. */
const PREPARATIONS = {
  Birthdays: (_sandbox, configuration) =>
    execute(
      ensureField({ name: 'Birthday', type: 'datetime' }),
      updateContact(MOTHER, {
        fields: { birthday: `1999${new Date().toISOString().slice(4, 10)}T00:00:00Z` },
      }),
    )({ configuration }),
  'Opt-out': sandbox => sandbox.reply(MOTHER, 'Stop, please'),
  'Close old tickets': sandbox => sandbox.openTicket(MOTHER),
};

const silent = { log() {}, info() {}, warn() {}, error() {} };

async function reached(sandbox, configuration) {
  await sandbox.settled();
  const { data } = await execute(getFlowRuns())({ configuration });
  return sandbox.sent().filter(({ kind }) => kind !== 'flow_start').length + data.length;
}

async function runTwice(title, job) {
  const sandbox = await createSandbox({ seed: 'maternal-health' });
  const configuration = { host: sandbox.host, token: sandbox.token };
  await PREPARATIONS[title]?.(sandbox, configuration);
  const before = await reached(sandbox, configuration);
  const first = await runJob(job, { state: { configuration, data: {} }, console: silent });
  const after = await reached(sandbox, configuration);
  const second = await runJob(job, { state: { ...first, configuration }, console: silent });
  const end = await reached(sandbox, configuration);
  await sandbox.close();
  const failure = failureIn(first) ?? failureIn(second);
  return { title, failure: failure?.message, once: after - before, again: end - after };
}

const page = readFileSync(new URL('../../docs/cookbook.md', import.meta.url), 'utf8');
const results = [];
for (const section of page.split(/^### /m).slice(1)) {
  const title = section.slice(0, section.indexOf('\n'));
  for (const [, job] of section.matchAll(/^```js\n(.*?)^```/gms)) {
    results.push(await runTwice(title, job));
  }
}
process.stdout.write(`\n${JSON.stringify(results)}`);
