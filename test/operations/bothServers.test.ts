import { createSandbox, type SandboxOptions } from '@openfn/rapidpro-sandbox';
import { describe, expect, onTestFinished, test } from 'vitest';
import {
  addContact,
  deleteContact,
  execute,
  fn,
  getContact,
  getContacts,
  getFlowRuns,
  getWorkspace,
  sendBroadcast,
  startFlow,
  updateContact,
  upsertContact,
} from '../../src/index.js';
import type { Operation } from '../../src/types/state.js';
import { noSleep } from '../support/noSleep.js';
import { FLOW, failure as failureOf } from './run.js';

/** What depends on what a server keeps: on both lines of servers, as the sandbox imitates them. */

const AMINA = 'tel:+250788000001';
const BEA = 'tel:+250788000002';
const FREE = 'tel:+250788000003';

async function rapidpro(options: SandboxOptions) {
  noSleep();
  const sandbox = await createSandbox({
    seed: {
      fields: [{ key: 'age', name: 'Age', type: 'number' }],
      groups: [{ name: 'Mothers' }],
      flows: [{ uuid: FLOW, name: 'Registration' }],
    },
    contacts: [
      { name: 'Amina', urns: [AMINA], groups: ['Mothers'], fields: { age: 27 } },
      { name: 'Bea', urns: [BEA] },
    ],
    rawNoContent: true,
    ...options,
  });
  onTestFinished(() => sandbox.close());
  const configuration = { host: sandbox.host, token: sandbox.token };
  const run = (...operations: Operation[]) => execute(...operations)({ configuration });
  const failure = (operation: Operation) => failureOf(operation, sandbox, { configuration });
  const named = (name: string) => sandbox.contacts().find(contact => contact.name === name);
  return { sandbox, run, failure, named };
}

describe.each(['v9', 'textit'] as const)('%s', dialect => {
  test('a contact is added, found, changed and deleted', async () => {
    const { run, failure, sandbox } = await rapidpro({ dialect });
    const { data } = await run(
      addContact({ name: 'Chantal', urns: [FREE], groups: ['mothers'], fields: { age: 30 } }),
      updateContact(FREE, { fields: { age: null }, groups: [] }),
      getContact(FREE),
    );
    expect(data).toMatchObject({ name: 'Chantal', groups: [], fields: { age: null } });
    expect((await run(deleteContact(FREE), getContact(FREE))).data).toBeNull();
    expect((await failure(deleteContact(FREE))).code).toBe('NOT_FOUND');
    expect(sandbox.contacts()).toHaveLength(2);
  });

  test('a taken URN: neither contact is changed', async () => {
    const { failure, sandbox } = await rapidpro({ dialect });
    const before = sandbox.contacts();
    expect((await failure(addContact({ urns: [FREE, AMINA] }))).code).toBe('URN_TAKEN');
    expect((await failure(updateContact(AMINA, { urns: [AMINA, BEA] }))).code).toBe('URN_TAKEN');
    expect((await failure(upsertContact({ urns: [AMINA, BEA] }))).code).toBe('CONTACT_CLASH');
    expect(sandbox.contacts()).toEqual(before);
  });

  test('an upsert adds URNs, or replaces them', async () => {
    const { run, named } = await rapidpro({ dialect });
    await run(upsertContact({ name: 'A.', urns: [FREE, 'tel:0788 000 001', FREE] }));
    expect(named('A.')).toMatchObject({ urns: [AMINA, FREE] });
    await run(upsertContact({ urns: [FREE] }, { urns: 'replace' }));
    expect(named('A.')).toMatchObject({ urns: [FREE] });
  });

  test('a URN given twice is no error, and nothing is left out', async () => {
    const { run, named } = await rapidpro({ dialect });
    await run(addContact({ name: 'Twice', urns: [FREE, 'tel:+250 788-000-003'] }));
    expect(named('Twice')).toMatchObject({ urns: [FREE] });
    await run(updateContact(FREE, { urns: ['telegram:5', FREE, 'telegram:5'] }));
    expect(named('Twice')).toMatchObject({ urns: ['telegram:5', FREE] });
  });

  test('an update by a URN that nobody has makes no contact', async () => {
    const { failure, sandbox } = await rapidpro({ dialect });
    expect((await failure(updateContact(FREE, { name: 'x' }))).code).toBe('NOT_FOUND');
    expect(sandbox.contacts()).toHaveLength(2);
  });

  test('an addition whose answer was lost is found, not made twice', async () => {
    const { run, sandbox } = await rapidpro({ dialect });
    sandbox.fault({ kind: 'reset', strikes: 'after', when: { method: 'POST', path: 'contacts' } });
    const { data } = await run(addContact({ name: 'Chantal', urns: [FREE] }));
    expect(data).toMatchObject({ name: 'Chantal', urns: [FREE] });
    expect(sandbox.contacts()).toHaveLength(3);
  });

  test('a send whose answer was lost in the middle reaches nobody twice', async () => {
    const { failure, sandbox } = await rapidpro({ dialect });
    const urns = Array.from({ length: 250 }, (_, index) => `tel:+25078900${1000 + index}`);
    sandbox.fault({
      kind: 'reset',
      strikes: 'after',
      when: { method: 'POST', path: 'broadcasts', nth: 2 },
    });
    const error = await failure(sendBroadcast({ text: 'Hi', urns }));
    expect(error.details).toMatchObject({
      done: [[0, 99]],
      unknown: [[100, 199]],
      notAttempted: [[200, 249]],
    });
    await sandbox.settled();
    expect(sandbox.requests().filter(({ method }) => method === 'POST')).toHaveLength(2);
  });

  test('a group is found by its exact name only', async () => {
    const { run, failure } = await rapidpro({ dialect });
    expect((await run(getContacts({ group: 'Mothers' }))).data).toHaveLength(1);
    expect((await failure(getContacts({ group: 'mothers' }))).code).toBe('UNKNOWN_GROUP');
    expect((await failure(getContacts({ group: 'Nobody' }))).code).toBe('UNKNOWN_GROUP');
  });

  test('an anonymous workspace says so', async () => {
    const { failure } = await rapidpro({ dialect, anonymous: true });
    for (const operation of [getContact(AMINA), upsertContact({ urns: [AMINA] })]) {
      expect((await failure(operation)).code).toBe('ANONYMOUS_WORKSPACE');
    }
  });

  test('a job: read the workspace, start a flow, wait, read the runs', async () => {
    const { run, sandbox } = await rapidpro({ dialect });
    const { data, references } = await run(
      getWorkspace(),
      startFlow({ flow: FLOW, groups: ['Mothers'] }),
      fn(async state => {
        await sandbox.settled();
        return state;
      }),
      getFlowRuns({ flow: FLOW }),
    );
    expect(data).toMatchObject([{ contact: { name: 'Amina' }, flow: { uuid: FLOW } }]);
    expect(references).toHaveLength(3);
  });
});
