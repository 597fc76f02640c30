import { createSandbox, type Sandbox, type Seed } from '@openfn/rapidpro-sandbox';
import { afterAll, beforeAll, expect, onTestFinished, test, vi } from 'vitest';
import { installedCopy } from '../../scripts/installed-copy.mjs';
import { failureIn, runJob, thisPackage } from '../../scripts/run-job.mjs';
import { built } from '../packaging/project.js';
import { fences } from './collect.js';

/** Recipes in a workspace that is not as the seed of the sandbox has it. `guides.test.ts` runs all of them there. */

vi.setConfig({ hookTimeout: 300_000 });

let copy: ReturnType<typeof installedCopy>;
const { name, path } = thisPackage();
beforeAll(async () => {
  await built();
  copy = installedCopy(name, path);
});
afterAll(() => copy.remove());

const nothing = () => {};
const silent = { log: nothing, info: nothing, warn: nothing, error: nothing, debug: nothing };

/** The recipe of a page whose code has these words, in a workspace. */
async function recipe(
  page: string,
  words: string,
  seed: Seed,
  onRequest?: (sandbox: Sandbox) => void,
) {
  const [job, ...others] = fences(`docs/guides/${page}.md`).filter(({ code }) =>
    code.includes(words),
  );
  expect(others).toEqual([]);
  const sandbox = await createSandbox({ seed, onRequest: () => onRequest?.(sandbox) });
  onTestFinished(() => sandbox.close());
  const configuration = { host: sandbox.host, token: sandbox.token };
  const run = async (before: object) => {
    const state = { ...before, configuration };
    const adaptors = [{ name, path: copy.path }];
    const final = await runJob(job?.code ?? '', { state, adaptors, console: silent });
    expect(failureIn(final)).toBeUndefined();
    return final as { data?: unknown };
  };
  return { sandbox, run };
}

const after = (seconds: number) =>
  new Date(Date.UTC(2026, 0, 1) + seconds * 1000).toISOString().replace('Z', '000Z');

test('new contacts are all of them, whatever changed last, and then only those that are new', async () => {
  const contacts = Array.from({ length: 600 }, (_, index) => ({
    urns: [`tel:+2507880${String(index).padStart(5, '0')}`],
    created_on: after((index * 7919) % 600),
    modified_on: after(1000 + index),
  }));
  const { sandbox, run } = await recipe('cookbook-reading', 'added: undefined', { contacts });
  const first = await run({ data: {} });
  expect(new Set(first.data as string[]).size).toBe(600);
  expect((await run(first)).data).toEqual([]);
  await sandbox.reply('tel:+250788999999', 'Hello');
  const added = sandbox.contacts().find(({ urns }) => urns[0] === 'tel:+250788999999');
  expect((await run(first)).data).toEqual([added?.uuid]);
});

test('a contact that becomes visible after others that were created later is new, too', async () => {
  const people = Array.from({ length: 3 }, (_, index) => ({
    uuid: `00000000-0000-4000-8000-00000000000${index}`,
    urns: [`tel:+25078800000${index}`],
    created_on: after(10 * index),
    modified_on: after(10 * index),
  }));
  const uuids = people.map(({ uuid }) => uuid);
  const contacts = people.filter((_, index) => index !== 1);
  const { sandbox, run } = await recipe('cookbook-reading', 'added: undefined', { contacts });
  const first = await run({ data: {} });
  expect((first.data as string[]).toSorted()).toEqual([uuids[0], uuids[2]]);
  await sandbox.close();
  const later = await createSandbox({
    port: Number(new URL(sandbox.host).port),
    token: sandbox.token,
    seed: { contacts: people },
  });
  onTestFinished(() => later.close());
  const second = await run(first);
  expect(second.data).toEqual([uuids[1]]);
  expect((await run(second)).data).toEqual([]);
});

test('new contacts that change while they are read are listed, too, and once', async () => {
  const contacts = Array.from({ length: 600 }, (_, index) => ({
    urns: [`tel:+2507880${String(index).padStart(5, '0')}`],
    created_on: after(index),
    modified_on: after(1000 + index),
  }));
  let requests = 0;
  const changeSome = (sandbox: Sandbox) => {
    if (++requests !== 2) return;
    sandbox.advance(10);
    const some = sandbox.contacts().filter((_, index) => index % 100 === 0);
    sandbox.addToGroup(
      some.map(({ uuid }) => uuid),
      'Visited',
    );
  };
  const seed = { contacts, groups: [{ name: 'Visited' }] };
  const { run } = await recipe('cookbook-reading', 'added: undefined', seed, changeSome);
  const first = await run({ data: {} });
  const second = await run(first);
  const listed = [...(first.data as string[]), ...(second.data as string[])];
  expect([listed.length, new Set(listed).size]).toEqual([600, 600]);
});

test('failed messages are sent again, but not a picture, nor to somebody who is blocked', async () => {
  const [reached, blocked] = ['tel:+250788000001', 'tel:+250788000002'];
  const failed = { direction: 'out', status: 'failed' } as const;
  const { sandbox, run } = await recipe('cookbook-sending', "folder: 'failed'", {
    contacts: [{ urns: [reached] }, { urns: [blocked], status: 'blocked' }],
    messages: [
      { ...failed, contact: reached, text: 'See you at @9.' },
      {
        ...failed,
        contact: reached,
        text: '',
        attachments: [{ content_type: 'image/png', url: 'https://example.org/a.png' }],
      },
      { ...failed, contact: blocked, text: 'Hello' },
    ].map((message, index) => ({ ...message, created_on: after(index) })),
  });
  await run({ data: {} });
  expect(sandbox.sent()).toMatchObject([{ text: 'See you at @9.' }]);
});

test('a first load by months reads the month that is not over again', async () => {
  const { run } = await recipe('archives', 'loaded: state.month', {});
  const now = new Date();
  const monthOf = (ago: number) =>
    new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() - ago, 1)).toISOString().slice(0, 7);
  let state: object = { month: monthOf(2) };
  for (const expected of [monthOf(1), monthOf(0), monthOf(0)]) {
    state = await run(state);
    expect(state).toMatchObject({ month: expected });
  }
});
