/**
 * `npm run pictures`: makes the pictures of the sandbox's page in docs/pictures, in Chromium, after the main job ran
 * against a sandbox. It fails where the page does not show what a picture is of, and writes nothing then.
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { createSandbox } from '@openfn/rapidpro-sandbox';
import { chromiumPath, startBrowser } from '../sandbox/test/support/browser/chromium.ts';
import { failureIn, runJob } from './run-job.mjs';

const ROOT = new URL('../', import.meta.url);
const JOB = 'examples/main-job.js';

/** Readers of the docs wait for them. */
const MOST_BYTES = 150_000;

/** Milliseconds to wait for a text. */
const PATIENCE = 10_000;

const PICTURES = [
  { name: 'sandbox-page', width: 1120, height: 620 },
  { name: 'sandbox-page-narrow', width: 400, height: 720 },
];

async function shows(tab, selector, words) {
  for (const until = Date.now() + PATIENCE; ; await pause(100)) {
    if ((await tab.text(selector)).includes(words)) return;
    if (Date.now() > until) throw new Error(`The page does not show "${words}" in ${selector}.`);
  }
}

async function runMainJob({ host, token }) {
  const source = readFileSync(new URL(JOB, ROOT), 'utf8');
  const state = await runJob(source, { state: { configuration: { host, token } }, file: JOB });
  const failure = failureIn(state);
  if (failure) throw new Error(`${JOB} failed: ${failure.description ?? failure.message}`);
}

/** The conversation with the first whom the job wrote to, who answers; and the request that wrote. */
async function prepare(tab, contact, size) {
  await tab.resize(size.width, size.height);
  await tab.prefer('light');
  await shows(tab, '#tab-0', 'Requests');
  await tab.value(`location.hash = ${JSON.stringify(contact)}`);
  await shows(tab, '#log', 'Will you come to your visit this week?');
  await shows(tab, '#log', 'Yes, on Friday.');
  await shows(tab, '#tab-0-panel', 'broadcasts.json');
  await tab.value(`{
    const lines = [...document.querySelectorAll('#tab-0-panel summary')];
    lines.find(one => one.innerText.includes('broadcasts.json')).click();
  }`);
  await shows(tab, '#tab-0-panel [open] .parts', 'Answer 201');
  await tab.value('document.activeElement.blur()');
}

async function main() {
  if (!chromiumPath) throw new Error('There is no Chromium at CHROME_PATH or /usr/bin/chromium.');
  const sandbox = await createSandbox({ seed: 'maternal-health', page: true });
  const browser = startBrowser(chromiumPath);
  try {
    await runMainJob(sandbox);
    await sandbox.settled();
    const broadcast = sandbox.sent().find(({ kind }) => kind === 'broadcast');
    const contact = broadcast?.contacts[0];
    if (!contact) throw new Error(`${JOB} wrote to nobody.`);
    await sandbox.reply(contact, 'Yes, on Friday.');
    const made = [];
    for (const size of PICTURES) {
      const tab = await browser.open(sandbox.page);
      await prepare(tab, contact, size);
      const picture = await tab.picture();
      const name = `docs/pictures/${size.name}.png`;
      if (picture.length > MOST_BYTES) throw new Error(`${name} has ${picture.length} bytes.`);
      made.push({ name, picture });
      await tab.close();
    }
    mkdirSync(new URL('docs/pictures/', ROOT), { recursive: true });
    for (const { name, picture } of made) {
      writeFileSync(fileURLToPath(new URL(name, ROOT)), picture);
      console.log(`${name}: ${Math.ceil(picture.length / 1000)} kB`);
    }
  } finally {
    await browser.close();
    await sandbox.close();
  }
}

try {
  await main();
} catch (error) {
  console.error(`No picture was made: ${error.message}`);
  process.exitCode = 1;
}
