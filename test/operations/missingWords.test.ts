import { describe, expect, test } from 'vitest';
import {
  addContact,
  getContacts,
  sendBroadcast,
  sendMessage,
  syncContacts,
  upsertContact,
} from '../../src/index.js';
import { captureConsole } from '../support/captureConsole.js';
import { bulk, workspace } from './bulk/workspace.js';
import { run } from './run.js';

/** Text that is put together from data that is not there goes to nobody. */

const AMINA = 'tel:+250788000001';
const data: { name?: string } = {};
const seed = () => ({ contacts: [{ urns: [AMINA], name: 'Amina' }] });

describe.each(['v9', 'textit'] as const)('on %s', dialect => {
  test.each([
    ['sendMessage', sendMessage({ contact: AMINA, text: `Dear ${data.name}, come.` })],
    ['sendMessage, an object', sendMessage({ contact: AMINA, text: `Dear ${{}}` })],
    ['sendBroadcast', sendBroadcast({ urns: [AMINA], text: `Dear ${data.name}` })],
    [
      'sendBroadcast, in one language',
      sendBroadcast({ urns: [AMINA], text: { eng: 'Dear you', fra: `Chère ${data.name}` } }),
    ],
    ['addContact', addContact({ urns: ['tel:+250788000002'], name: `${data.name} Diallo` })],
    ['upsertContact', upsertContact({ urns: [AMINA], name: `${data.name}` })],
  ])('%s', async (_, operation) => {
    const sandbox = await workspace({ dialect, ...seed() });
    await expect(run(operation, sandbox)).rejects.toMatchObject({
      code: 'INVALID_INPUT',
      description: expect.stringContaining('data that it is made of is missing'),
    });
    expect(sandbox.requests()).toEqual([]);
  });

  test('what only looks like it is sent', async () => {
    const sandbox = await workspace({ dialect, ...seed() });
    await run(
      sendMessage({ contact: AMINA, text: 'Nothing is null and void, or object.' }),
      sandbox,
    );
    expect(sandbox.requests()).toHaveLength(1);
  });
});

describe('a misspelled group', () => {
  test('is told with the one that was meant', async () => {
    const sandbox = await workspace(seed());
    await expect(run(getContacts({ group: 'Mother' }), sandbox)).rejects.toMatchObject({
      code: 'UNKNOWN_GROUP',
      fix: expect.stringContaining('Did you mean "Mothers"?'),
    });
    await expect(run(getContacts({ group: 'Something else' }), sandbox)).rejects.toMatchObject({
      code: 'UNKNOWN_GROUP',
      fix: expect.not.stringContaining('Did you mean'),
    });
  });

  test('of a list: the log says why', async () => {
    const sandbox = await workspace(seed());
    const lines = captureConsole();
    await bulk(syncContacts([{ urns: [AMINA], groups: ['Mother'] }]), sandbox);
    expect(lines.find(line => line.includes('1 of 1 failed'))).toContain('a group that');
  });
});
