import type { SandboxOptions } from '@openfn/rapidpro-sandbox';
import { expect, test, vi } from 'vitest';
import { systemClock } from '../../../src/client/clock.js';
import {
  addCampaign,
  addCampaignEvent,
  addGroup,
  ensureField,
  syncContacts,
  updateCampaignEvent,
  upsertContacts,
} from '../../../src/index.js';
import type { Operation } from '../../../src/types/state.js';
import { captureConsole } from '../../support/captureConsole.js';
import { run } from '../run.js';
import { bulk, counts, upTo, workspace } from './workspace.js';

/** A workspace whose flow engine sees what is new after five seconds; they pass when somebody sleeps. */
async function slowEngine(options: SandboxOptions = {}) {
  let now = Date.now();
  const sleeps: number[] = [];
  vi.spyOn(systemClock, 'now').mockImplementation(() => now);
  vi.spyOn(systemClock, 'sleep').mockImplementation(async seconds => {
    const end = now + seconds * 1000;
    sleeps.push(seconds);
    await new Promise(setImmediate);
    now = Math.max(now, end);
  });
  const clock = { now: () => now };
  return { sandbox: await workspace({ ...options, engineCache: 5, clock }), sleeps };
}

const ways: [string, Operation, Operation, string][] = [
  [
    'a field, by which contacts are matched',
    ensureField({ name: 'Register', type: 'text' }),
    syncContacts(
      upTo(9).map(n => ({ name: `P ${n}`, fields: { register: `r${n}` } })),
      { key: 'fields.register' },
    ),
    'all together, once, before anything is sent',
  ],
  [
    'a group of contacts with a URN',
    addGroup({ name: 'New' }),
    upsertContacts(
      upTo(9).map(n => ({ name: `P ${n}`, urns: [`tel:+25078800001${n}`], groups: ['New'] })),
    ),
    'each by itself, until it works',
  ],
];

test.each(ways)('%s', async (_, make, write, waits) => {
  const { sandbox, sleeps } = await slowEngine();
  // The engine has just looked: what is made from now on it sees in five seconds.
  await bulk(upsertContacts([{ name: 'First', urns: ['tel:+250788000099'] }]), sandbox);
  const log = captureConsole();
  const { rapidpro } = await run(make, sandbox);
  const { result } = await bulk(write, sandbox, { rapidpro });
  expect(counts(result)).toEqual([9, 0, 0, 0, 0]);
  expect(sandbox.contacts()).toHaveLength(10);
  if (waits === 'all together, once, before anything is sent') {
    expect(sleeps).toEqual([expect.closeTo(6, 1)]);
    expect(log.filter(line => line.includes('waiting'))).toEqual([
      expect.stringContaining('waiting 6 s until RapidPro has processed what was just created'),
    ]);
  } else expect(new Set(sleeps)).toEqual(new Set([2.5]));
});

test('an event of a campaign that is still being scheduled is changed once it is done', async () => {
  const { sandbox, sleeps } = await slowEngine({ dialect: 'textit', scheduling: 6 });
  const event = (campaign: string, offset: number) => ({
    campaign,
    relative_to: 'due',
    offset,
    unit: 'days' as const,
    delivery_hour: 9,
    message: { eng: 'Your visit is near.' },
  });
  const made = await run(addCampaign({ name: 'Visits', group: 'Mothers' }), sandbox);
  const { uuid: campaign } = made.data as { uuid: string };
  const added = await run(addCampaignEvent(event(campaign, -1)), sandbox, made);
  const { uuid } = added.data as { uuid: string };
  const { data } = await run(updateCampaignEvent(uuid, event(campaign, -2)), sandbox, added);
  expect(data).toMatchObject({ offset: -2 });
  expect(sleeps).toEqual([2.5, 2.5, 2.5]);
});

test('one that never gets ready was not changed, and the error says what it is', async () => {
  const { sandbox } = await slowEngine({ dialect: 'textit', scheduling: 600 });
  const made = await run(addCampaign({ name: 'Visits', group: 'Mothers' }), sandbox);
  const { uuid: campaign } = made.data as { uuid: string };
  const event = {
    campaign,
    relative_to: 'due',
    offset: 1,
    unit: 'days' as const,
    delivery_hour: 9,
    message: 'Come',
  };
  const added = await run(addCampaignEvent(event), sandbox, made);
  const { uuid } = added.data as { uuid: string };
  await expect(
    run(updateCampaignEvent(uuid, { ...event, offset: 2 }), sandbox, added),
  ).rejects.toMatchObject({
    code: 'VALIDATION_FAILED',
    outcome: 'refused',
    fix: expect.stringContaining('is still working on it'),
  });
});
