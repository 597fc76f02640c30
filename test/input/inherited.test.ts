import vm from 'node:vm';
import { describe, expect, test } from 'vitest';
import * as rapidpro from '../../src/Adaptor.js';
import { iteratePages } from '../../src/index.js';
import { expand } from '../../src/input/expand.js';
import type { Operation, State } from '../../src/types/state.js';
import { workspace } from '../operations/bulk/workspace.js';
import { refused, run, stateFor, UUID } from '../operations/run.js';
import { captureConsole } from '../support/captureConsole.js';

/** An object that inherits keys, as `Object.create(defaults)` makes it. They must not be ignored in silence. */

const from = (prototype: object, own: object = {}) => Object.assign(Object.create(prototype), own);
const dryRun = () => from({ dryRun: true });
const URN = 'tel:+250788123123';
const { fn } = rapidpro;

describe('inherited options are refused', () => {
  test.each<[string, Operation]>([
    ['deleteContacts', rapidpro.deleteContacts([UUID], dryRun())],
    ['addToGroup', rapidpro.addToGroup([UUID], 'Mothers', dryRun())],
    ['sendBroadcast', rapidpro.sendBroadcast({ urns: [URN], text: 'Hi' }, dryRun())],
    ['startFlow', rapidpro.startFlow({ flow: UUID, urns: [URN] }, from({ onlyActive: true }))],
    ['upsertContacts', rapidpro.upsertContacts([{ urns: [URN] }], dryRun())],
    ['syncContacts', rapidpro.syncContacts([{ urns: [URN] }], dryRun())],
    ['from a function', rapidpro.deleteContacts([UUID], () => dryRun())],
    ['from further up', rapidpro.deleteContacts([UUID], from(dryRun(), { timeout: 5 }))],
    ['getContacts', rapidpro.getContacts({}, from({ limit: 5 }))],
  ])('%s', async (_, operation) => {
    await refused(operation, 'INVALID_OPTION');
  });

  test('nor does anything happen', async () => {
    const sandbox = await workspace({ contacts: 2 });
    const uuids = sandbox.contacts().map(({ uuid }) => uuid);
    await expect(run(rapidpro.deleteContacts(uuids, dryRun()), sandbox)).rejects.toMatchObject({
      code: 'INVALID_OPTION',
      description: 'options has a key that it only inherits from another object.',
    });
    expect(sandbox.requests()).toEqual([]);
  });
});

test.each<[string, Operation, string]>([
  ['filters', rapidpro.getContacts(from({ group: 'Mothers' })), 'INVALID_FILTER'],
  ['a filter', rapidpro.http.get('contacts', from({ uuid: UUID })), 'INVALID_FILTER'],
  ['a body', rapidpro.upsertContact(from({ name: 'Amina' }, { urns: [URN] })), 'INVALID_INPUT'],
  [
    'fields',
    rapidpro.upsertContact({ urns: [URN], fields: from({ age: '7' }, { village: 'K' }) }),
    'INVALID_INPUT',
  ],
  [
    'what narrows a start',
    rapidpro.startFlow(from({ exclude_active: true }, { flow: UUID, urns: [URN] })),
    'INVALID_INPUT',
  ],
  ['http.post', rapidpro.http.post('contacts', from({ name: 'A' })), 'INVALID_INPUT'],
  [
    'eachMissedPush',
    rapidpro.eachMissedPush(
      from({ deadline: 240 }, { resthook: 'new-birth' }),
      fn(state => state),
    ),
    'INVALID_INPUT',
  ],
])('inherited keys of %s are refused', async (_, operation, code) => {
  await refused(operation, code);
});

test('in a list, an entry is refused as a whole list, and a part of one for itself', async () => {
  captureConsole();
  const sandbox = await workspace({ contacts: 0 });
  const upsert = (entry: object) =>
    run(
      rapidpro.upsertContacts([{ urns: [URN] }, { urns: ['tel:+250788123124'], ...entry }]),
      sandbox,
    );
  await refused(rapidpro.upsertContacts([{ urns: [URN] }, from({ name: 'B' })]), 'INVALID_INPUT');
  const { data } = await upsert({ fields: from({ age: '7' }) });
  expect(data).toMatchObject({ created: [{ index: 0 }], failed: [{ index: 1 }] });
});

test('iteratePages', async () => {
  const sandbox = await workspace({ contacts: 0 });
  const { configuration } = stateFor(sandbox);
  const pages = iteratePages(
    configuration as never,
    rapidpro.getContacts(from({ group: 'Mothers' })),
  );
  await expect(pages.next()).rejects.toMatchObject({ code: 'INVALID_FILTER' });
  expect(sandbox.requests()).toEqual([]);
});

test('what has all its keys itself is taken, of whatever class or realm', () => {
  class Row {
    name = 'Amina';
    initial() {
      return this.name.charAt(0);
    }
  }
  const values = [
    new Row(),
    Object.assign(Object.create(null), { name: 'Amina' }),
    from({ name: 'Default' }, { name: 'Amina' }),
    vm.runInNewContext('({ name: "Amina" })'),
    vm.runInNewContext('new (class { name = "Amina"; get() {} })()'),
  ];
  for (const value of values) {
    expect(expand({} as State, value, 'contact')).toEqual({ name: 'Amina' });
  }
});
