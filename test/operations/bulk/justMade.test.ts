import type { SandboxOptions } from '@openfn/rapidpro-sandbox';
import { expect, test, vi } from 'vitest';
import { systemClock } from '../../../src/client/clock.js';
import { addGroup, ensureField, syncContacts, upsertContacts } from '../../../src/index.js';
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
      expect.stringContaining('waiting 6 s until RapidPro knows what was just made'),
    ]);
  } else expect(new Set(sleeps)).toEqual(new Set([2.5]));
});
