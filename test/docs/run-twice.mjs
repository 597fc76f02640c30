/**
 * Runs each job of some pages twice on one sandbox, filled as the command fills it, the second time with the state that the first
 * left, as a cron trigger does. Prints how many messages, broadcasts and runs each of the two made.
 * A program with imports runs once, by itself.
 * Needs `node --experimental-vm-modules`, and the built package.
 */
import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import {
  ensureField,
  execute,
  getFlowRuns,
  sendBroadcast,
  updateContact,
  uploadMedia,
} from '@openfn/language-rapidpro';
import { createSandbox } from '@openfn/rapidpro-sandbox';
import { failureIn, runJob } from '../../scripts/run-job.mjs';
import { oneCopy } from './adaptor.mjs';
import { FLOW, OBJECT } from './seed.mjs';

const ROOT = new URL('../../', import.meta.url);
const adaptors = oneCopy();

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
  '# Did it arrive?': (_sandbox, configuration) =>
    execute(sendBroadcast({ urns: [MOTHER], text: 'The clinic is open.' }))({ configuration }),
  '# Pictures and recordings': async (sandbox, configuration) => {
    const png = Buffer.from('89504e470d0a1a0a', 'hex');
    const { data } = await execute(uploadMedia(png))({ configuration });
    const url = new URL(data.url, sandbox.host).href;
    await sandbox.reply(MOTHER, 'Look', { attachments: [`image/png:${url}`] });
  },
  'Opt-out': sandbox => sandbox.reply(MOTHER, 'Stop, please'),
  'Close old tickets': sandbox => sandbox.openTicket(MOTHER),
};

const SECRET = 'a-secret-of-some-length';

/** What a job begins with, when it needs more than a credential: what the step before left, or a push. */
const GIVEN = {
  'README.md, A nightly register': {
    data: [{ name: 'Keza', phone: '+250788123123', village: 'Gisozi' }],
  },
  'README.md, Phone numbers to URNs': { data: { phone: '0788 123 123' } },
  'docs/guides/security.md, What is logged': { data: [{ uuid: OBJECT }] },
  'docs/guides/security.md, Webhooks': {
    data: { contact: { uuid: OBJECT }, flow: { uuid: FLOW, name: 'Visit' }, results: {} },
    request: { headers: { 'x-secret': SECRET } },
  },
};

const silent = { log() {}, info() {}, warn() {}, error() {} };

async function reached(sandbox, configuration) {
  await sandbox.settled();
  const { data } = await execute(getFlowRuns())({ configuration });
  return sandbox.sent().filter(({ kind }) => kind !== 'flow_start').length + data.length;
}

/** A program of its own, as somebody would run it with Node.js: in a folder with the sandbox's `state.json`. */
async function runProgram(title, program) {
  mkdirSync(new URL('tmp/', ROOT), { recursive: true });
  const folder = mkdtempSync(fileURLToPath(new URL('tmp/program-', ROOT)));
  const sandbox = await createSandbox({ seed: 'maternal-health' });
  const { host, token } = sandbox;
  writeFileSync(join(folder, 'state.json'), JSON.stringify({ configuration: { host, token } }));
  writeFileSync(join(folder, 'try.mjs'), program);
  try {
    const { stderr } = await promisify(execFile)(process.execPath, ['try.mjs'], { cwd: folder });
    return { title, ...(stderr ? { failure: stderr } : {}), once: sandbox.sent().length, again: 0 };
  } catch ({ stderr }) {
    return { title, failure: stderr, once: 0, again: 0 };
  } finally {
    await sandbox.close();
    rmSync(folder, { recursive: true });
  }
}

async function runTwice(page, title, job) {
  const sandbox = await createSandbox({ seed: 'maternal-health' });
  const configuration = { host: sandbox.host, token: sandbox.token, webhookSecret: SECRET };
  await PREPARATIONS[title]?.(sandbox, configuration);
  const before = await reached(sandbox, configuration);
  const given = GIVEN[`${page}, ${title}`];
  const first = await runJob(job, {
    state: { data: {}, ...given, configuration },
    adaptors,
    console: silent,
  });
  const after = await reached(sandbox, configuration);
  const again = { ...first, ...given, configuration };
  const second = await runJob(job, { state: again, adaptors, console: silent });
  const end = await reached(sandbox, configuration);
  await sandbox.close();
  const failure = failureIn(first) ?? failureIn(second);
  return { title, failure: failure?.message, once: after - before, again: end - after };
}

/** The sections of a page, with the jobs in each. */
function sectionsOf(page) {
  const text = readFileSync(new URL(page, ROOT), 'utf8');
  return text.split(/^#{2,3} /m).map(section => ({
    title: section.slice(0, section.indexOf('\n')),
    jobs: [...section.matchAll(/^```js\n(.*?)^```/gms)].map(([, job]) => job),
  }));
}

/** A job that cannot be prepared has failed too. */
const run = (page, title, job) =>
  /^import /m.test(job)
    ? runProgram(title, job)
    : runTwice(page, title, job).catch(({ message }) => ({
        title,
        failure: message,
        once: 0,
        again: 0,
      }));

const results = [];
for (const page of process.argv.slice(2)) {
  for (const { title, jobs } of sectionsOf(page)) {
    for (const job of jobs) results.push({ page, ...(await run(page, title, job)) });
  }
}
process.stdout.write(`\n${JSON.stringify(results)}`);
