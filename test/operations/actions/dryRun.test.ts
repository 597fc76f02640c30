import type { Sandbox } from '@openfn/rapidpro-sandbox';
import { http as msw } from 'msw';
import { describe, expect, test } from 'vitest';
import {
  addToGroup,
  archiveMessages,
  blockContacts,
  closeTickets,
  deleteContacts,
  labelMessages,
  removeFromGroup,
} from '../../../src/index.js';
import type { Operation } from '../../../src/types/state.js';
import { captureConsole } from '../../support/captureConsole.js';
import { serve } from '../../support/serve.js';
import { workspace, writes } from '../bulk/workspace.js';
import { denied, failure, OTHER_UUID, page, run, sent, stateFor, UUID } from '../run.js';
import { uuids } from './actionsServer.js';

const AMINA = 'tel:+250788000001';
const BEATA = 'tel:+250788000002';
const NOBODY = 'tel:+250788999999';
const dry = { dryRun: true } as const;

const open = () =>
  workspace({
    contacts: [
      { name: 'Amina', urns: [AMINA] },
      { name: 'Beata', urns: [BEATA], status: 'blocked' },
    ],
  });

const uuidOf = (sandbox: Sandbox, urn: string) =>
  String(sandbox.contacts().find(({ urns }) => urns.includes(urn))?.uuid);

const planned = async (operation: Operation, server: { host: string }) =>
  (await run(operation, server)).data;

describe('a dry run of an action', () => {
  test('refuses whom a group does not take, and only there', async () => {
    const sandbox = await open();
    const list = [BEATA, AMINA];
    expect(await planned(addToGroup(list, 'Mothers', dry), sandbox)).toEqual({
      dryRun: true,
      requests: 1,
      requested: 2,
      items: [[1, 1]],
      failures: [
        {
          index: 0,
          code: 'NOT_ACTIVE',
          description: 'The contact is blocked, stopped or archived.',
        },
      ],
      notChecked: 0,
    });
    for (const operation of [removeFromGroup(list, 'Mothers', dry), blockContacts(list, dry)]) {
      expect(await planned(operation, sandbox)).toMatchObject({ items: [[0, 1]], failures: [] });
    }
    expect(writes(sandbox)).toEqual([]);
  });

  test('is of as many as the real run', async () => {
    const sandbox = await open();
    const list = [AMINA, uuidOf(sandbox, AMINA), NOBODY, BEATA];
    const plan = await planned(deleteContacts(list, dry), sandbox);
    expect(plan).toMatchObject({
      requested: 3,
      items: [
        [0, 0],
        [3, 3],
      ],
      failures: [
        { index: 2, code: 'UNKNOWN_REFERENCE', description: 'RapidPro has no such contact.' },
      ],
    });
    expect(sandbox.contacts()).toHaveLength(2);
  });

  test('with a token that may not look anybody up says that nobody was checked', async () => {
    const server = await serve(msw.get('*/contacts.json', denied));
    expect(await planned(blockContacts([AMINA, BEATA], dry), server)).toMatchObject({
      items: [[0, 1]],
      failures: [],
      notChecked: 2,
    });
  });

  test('says in the log what the real run takes, in hundreds', async () => {
    const lines = captureConsole();
    const server = await serve(msw.get('*/contacts.json', () => page([])));
    await deleteContacts(uuids(101), dry)(stateFor(server));
    expect(lines).toContain(
      'RapidPro: Dry run: the real run takes 2 requests for 101 contacts. Nothing was changed.',
    );
  });

  test.each([
    ['messages', archiveMessages([5, 6, 5], dry)],
    ['messages with a label', labelMessages([5, 6, 5], 'Urgent', dry)],
    ['tickets', closeTickets([UUID, OTHER_UUID, UUID], dry)],
  ])('of %s looks nothing up, and says that nothing was checked', async (_, operation) => {
    const server = await serve();
    expect(await planned(operation, server)).toEqual({
      dryRun: true,
      requests: 1,
      requested: 2,
      items: [[0, 1]],
      failures: [],
      notChecked: 2,
    });
    expect(server.requests).toEqual([]);
  });
});

describe('a dry run refuses a group', () => {
  test.each([
    ['that nobody made', 'Mother', 'UNKNOWN_REFERENCE', 'no such group', 'Mothers'],
    ['that is smart', 'old', 'VALIDATION_FAILED', 'smart group', 'manual group'],
  ])('%s', async (_, group, code, description, fix) => {
    const sandbox = await open();
    for (const operation of [
      addToGroup([AMINA], group, dry),
      removeFromGroup([AMINA], group, dry),
    ]) {
      const error = await failure(operation, sandbox);
      expect(error.code).toBe(code);
      expect(error.description).toContain(description);
      expect(error.fix).toContain('Nothing was sent.');
      expect(error.fix).toContain(fix);
    }
    expect(writes(sandbox)).toEqual([]);
  });

  test('only if it has seen all groups: one of the next page may be it', async () => {
    const server = await serve(
      msw.get('*/groups.json', () =>
        page([{ uuid: UUID, name: 'Others' }], 'http://inner/api/v2/groups.json?cursor=2'),
      ),
      msw.get('*/contacts.json', () => page([{ uuid: UUID, urns: [AMINA] }])),
    );
    expect(await planned(addToGroup([AMINA], 'Mothers', dry), server)).toMatchObject({
      items: [[0, 0]],
    });
    expect(sent(server).filter(request => request.includes('groups'))).toHaveLength(1);
  });

  test('not one whose server does not say what is smart', async () => {
    const server = await serve(
      msw.get('*/groups.json', () => page([{ uuid: OTHER_UUID, name: 'Mothers' }])),
      msw.get('*/contacts.json', () => page([{ uuid: UUID, urns: [AMINA] }])),
    );
    for (const group of ['MOTHERS', OTHER_UUID]) {
      expect(await planned(addToGroup([AMINA], group, dry), server)).toMatchObject({
        items: [[0, 0]],
        failures: [],
      });
    }
  });
});
