/**
 * Runs each job of some guides twice on one sandbox, the second time with the state that the first
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

/** The sections of a page, with the jobs in each. */
function sectionsOf(page) {
  const text = readFileSync(new URL(`../../docs/${page}`, import.meta.url), 'utf8');
  return text.split(/^#{2,3} /m).map(section => ({
    title: section.slice(0, section.indexOf('\n')),
    jobs: [...section.matchAll(/^```js\n(.*?)^```/gms)].map(([, job]) => job),
  }));
}

const results = [];
for (const page of process.argv.slice(2)) {
  for (const { title, jobs } of sectionsOf(page)) {
    for (const job of jobs) results.push({ page, ...(await runTwice(title, job)) });
  }
}
process.stdout.write(`\n${JSON.stringify(results)}`);
