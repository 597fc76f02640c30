import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createSandbox } from '@openfn/rapidpro-sandbox';
import { beforeAll, describe, expect, onTestFinished, test, vi } from 'vitest';
import { getResthookSubscribers, startFlow, subscribe } from '../../src/Adaptor.js';
import type { State } from '../../src/types/state.js';
import { pagesOf } from '../docs/runs.js';
import { built, manifest, ROOT } from '../packaging/project.js';
import { runApart, start } from '../scripts/run-child.js';
import { EDITOR_HEADERS, GUIDE_BODY, reportFlow } from './flow.js';
import { lightningState, type Received, receiver } from './receiver.js';

// Each job starts a process of its own.
vi.setConfig({ testTimeout: 60_000 });

beforeAll(built);

const guide = pagesOf('test/webhook/guide.test.ts')
  .map(page => readFileSync(join(ROOT, page), 'utf8'))
  .join('\n');
const SAMPLES = [...guide.matchAll(/^```js\n(.*?)^```/gms)].map(([, job = '']) => job);

const FLOW = 'b6a2b0b1-3c1f-4d06-8f0b-6f2c1a7f9e02';
const URN = 'tel:+250788123123';
const SECRET = 'a-secret-of-some-length';

/** The sample that holds a text; exactly one must. */
function sample(text: string): string {
  const [found, ...others] = SAMPLES.filter(job => `\n${job}`.includes(text));
  expect(others, text).toEqual([]);
  return found ?? expect.fail(`No sample has ${text}`);
}

/** A flow that has been answered, and what it pushed: the body of a node, and the event of a resthook. */
async function reported() {
  const listener = await receiver();
  const sandbox = await createSandbox({
    seed: {
      fields: [{ key: 'cases', name: 'Cases', type: 'number' }],
      contacts: [{ name: 'Amina', urns: [URN], fields: { cases: '0' } }],
      flows: [
        reportFlow(FLOW, [
          {
            type: 'call_webhook',
            method: 'POST',
            url: `${listener.origin}/node`,
            headers: { ...EDITOR_HEADERS, 'X-Secret': SECRET },
            body: GUIDE_BODY,
            result_name: 'Webhook',
          },
          { type: 'call_resthook', resthook: 'new-report' },
        ]),
      ],
      resthooks: [{ resthook: 'new-report' }],
    },
  });
  onTestFinished(() => sandbox.close());
  const configuration = { host: sandbox.host, token: sandbox.token, webhookSecret: SECRET };
  const credential: State = { configuration };
  await subscribe('new-report', `${listener.origin}/hook?secret=${SECRET}`)(credential);
  await startFlow({ flow: FLOW, urns: [URN] })(credential);
  await sandbox.settled();
  await sandbox.reply(URN, '12 cases');
  const [node, hook] = listener.received as [Received, Received];
  const cases = () => sandbox.contacts()[0]?.fields.cases;
  return { sandbox, configuration, credential, node, hook, cases };
}

/** Runs a sample as the platform does. */
async function play(job: string, state: object) {
  const finished = await runApart(job, [{ name: manifest.name, path: ROOT }], state);
  expect(finished.stderr.replace(/^RapidPro: warning: .*$/gm, '').trim()).toBe('');
  return { state: finished.state as State, said: `${finished.stdout}${finished.stderr}` };
}

test('no sample is left out here', () => {
  expect(SAMPLES).toHaveLength(12);
});

describe('a sample that a push starts', () => {
  test.each([
    "webhook.parse({ numbers: ['cases'] });\n\nupdateContact",
    "webhook.parse({ numbers: ['cases'] });\n\nfn(",
    'fnIf(\n  state => !state.data.simulation',
  ])('writes what the contact answered: %j', async text => {
    const { configuration, node, cases } = await reported();
    expect(cases()).toBe('0');
    await play(sample(text), { configuration, ...lightningState(node) });
    expect(cases()).toBe('12');
  });

  test('reads the event of a resthook just as well', async () => {
    const { configuration, hook, cases } = await reported();
    const text = "webhook.parse({ numbers: ['cases'] });\n\nupdateContact";
    await play(sample(text), { configuration, ...lightningState(hook) });
    expect(cases()).toBe('12');
  });

  test('answers the flow, in what the platform takes for the answer', async () => {
    const { configuration, node } = await reported();
    const job = `webhook.parse();\n${sample('webhookResponse')}`;
    const { state } = await play(job, { configuration, ...lightningState(node) });
    expect(state.webhookResponse).toEqual({ status: 200, body: { cases: '12' } });
  });

  test('looks at the key before it writes again', async () => {
    const { configuration, hook, sandbox } = await reported();
    const job = sample("webhook.parse({ numbers: ['cases'] });\n\nfn(");
    const isWrite = ({ method, path }: { method: string; path: string }) =>
      method === 'POST' && path.endsWith('contacts.json');
    const posts = () => sandbox.requests().filter(isWrite).length;
    const before = posts();
    await play(job, { configuration, ...lightningState(hook) });
    expect(posts()).toBe(before + 1);
    await play(job, { configuration, ...lightningState(hook) });
    expect(posts()).toBe(before + 1);
  });

  test('reads the contact', async () => {
    const { configuration, node } = await reported();
    const { state } = await play(sample('getContact($.data.contact.uuid);'), {
      configuration,
      ...lightningState(node),
    });
    expect(state.data).toMatchObject({ name: 'Amina', fields: { cases: '0' } });
  });

  test('does nothing for the simulator', async () => {
    const { configuration, node, cases } = await reported();
    const state = lightningState(node);
    Object.assign((state.request as { headers: object }).headers, {
      'x-mailroom-mode': 'simulation',
    });
    await play(sample('!state.data.simulation'), { configuration, ...state });
    expect(cases()).toBe('0');
    const stopped = await runApart(
      sample("simulations: 'stop'"),
      [{ name: manifest.name, path: ROOT }],
      state,
    );
    expect(stopped.code).toBe(1);
    expect(stopped.stderr).toContain('SIMULATION');
  });

  test.each([
    ["header: 'X-Secret'", 'node'],
    ["query: 'secret'", 'hook'],
  ] as const)('asks for the secret: %s', async (text, place) => {
    const { configuration, ...pushes } = await reported();
    const { state, said } = await play(sample(text), {
      configuration,
      ...lightningState(pushes[place]),
    });
    expect(state.data).toMatchObject({ contact: { name: 'Amina' } });
    expect(`${JSON.stringify(state)}${said}`).not.toContain(SECRET);
    const other = pushes[place === 'node' ? 'hook' : 'node'];
    const refused = await runApart(sample(text), [{ name: manifest.name, path: ROOT }], {
      configuration,
      ...lightningState(other),
    });
    expect(refused.code).toBe(1);
    expect(refused.stderr).toContain('INVALID_SECRET');
    expect(refused.stderr).not.toContain(SECRET);
  });
});

describe('a sample that catches up', () => {
  test.each(["resthook: 'new-report'", "result: 'webhook'"])('%s', async text => {
    const { configuration, cases } = await reported();
    const first = await play(sample(text), { configuration });
    expect(cases()).toBe('12');
    expect(first.state.data).toEqual({ pushes: 1 });
    const second = await play(sample(text), { ...first.state, configuration });
    expect(second.state.data).toEqual({ pushes: 0 });
  });
});

test.each(['v9', 'textit'])('the script that tries it all, %s', async dialect => {
  const [, script = ''] = /^```mjs\n(.*?)^```/ms.exec(guide) ?? [];
  const folder = mkdtempSync(join(tmpdir(), 'guide-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  mkdirSync(join(folder, 'node_modules/@openfn'), { recursive: true });
  symlinkSync(ROOT, join(folder, 'node_modules', manifest.name), 'dir');
  const sandbox = join(folder, 'node_modules/@openfn/rapidpro-sandbox');
  symlinkSync(join(ROOT, 'sandbox'), sandbox, 'dir');
  const text = script.replace('createSandbox({', `createSandbox({ dialect: '${dialect}',`);
  writeFileSync(join(folder, 'try.mjs'), text);
  const { code, stdout, stderr } = await start(process.execPath, ['try.mjs'], { cwd: folder });
  expect(stderr).toBe('');
  expect(code).toBe(0);
  expect(stdout.trim().split('\n').at(-1)).toBe('12');
});

test('the samples that subscribe and unsubscribe', async () => {
  const { configuration, credential } = await reported();
  const count = async () => {
    const { data } = await getResthookSubscribers()(credential);
    return (data as unknown[]).length;
  };
  await play(sample('\nsubscribe('), { configuration });
  expect(await count()).toBe(2);
  await play(sample('\nunsubscribe('), { configuration });
  expect(await count()).toBe(1);
});
