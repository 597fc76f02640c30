import { HttpResponse, http as msw } from 'msw';
import { describe, expect, test } from 'vitest';
import {
  addToGroup,
  archiveContactMessages,
  blockContacts,
  deleteContacts,
  interruptContacts,
  removeFromGroup,
  unblockContacts,
} from '../../../src/index.js';
import type { Operation } from '../../../src/types/state.js';
import { captureConsole } from '../../support/captureConsole.js';
import { serve } from '../../support/serve.js';
import { workspace } from '../bulk/workspace.js';
import { failure, OTHER_UUID, refused, run, stateFor, UUID } from '../run.js';
import { actionsServer, sizes, urns, uuids } from './actionsServer.js';

const actions: [string, (contacts: never) => Operation, object][] = [
  ['add', contacts => addToGroup(contacts, 'Mothers'), { group: 'Mothers' }],
  ['remove', contacts => removeFromGroup(contacts, 'Mothers'), { group: 'Mothers' }],
  ['block', blockContacts, {}],
  ['unblock', unblockContacts, {}],
  ['interrupt', interruptContacts, {}],
  ['archive_messages', archiveContactMessages, {}],
  ['delete', deleteContacts, {}],
];

describe.each(actions)('%s', (action, operation, more) => {
  test('says what is to be done, and with whom', async () => {
    const { handler } = actionsServer('contacts');
    const server = await serve(handler);
    const { data, response, references } = await run(operation([UUID] as never), server);
    expect(server.requests[0]?.body).toEqual({ contacts: [UUID], action, ...more });
    expect(data).toEqual({ requested: 1, failures: [] });
    expect(response).toMatchObject({ method: 'POST', path: 'contact_actions', statusCode: 204 });
    expect(references).toEqual(['earlier', 'before']);
  });

  test('takes any number, 100 a request', async () => {
    const { handler, done } = actionsServer('contacts');
    const server = await serve(handler);
    const list = uuids(250);
    const { data } = await run(operation(list as never), server);
    expect(sizes(server.requests)).toEqual([100, 100, 50]);
    expect(done).toEqual(list);
    expect(data).toEqual({ requested: 250, failures: [] });
  });

  test.each([undefined, null, {}, true, [undefined], [null], [''], [5], [{ uuid: UUID }]])(
    'refuses %j',
    async contacts => {
      await refused(operation(contacts as never), 'INVALID_INPUT');
      await refused(operation((() => contacts) as never), 'INVALID_INPUT');
    },
  );

  test('refuses what is neither uuid nor URN, and does not repeat it', async () => {
    const error = await refused(operation([UUID, '+250788300099'] as never), 'INVALID_URN');
    expect(error.description).toContain('contacts[1]');
    expect(JSON.stringify(error)).not.toContain('300099');
  });

  test('an empty list is nothing to do', async () => {
    const server = await serve();
    expect((await run(operation([] as never), server)).data).toEqual({
      requested: 0,
      failures: [],
    });
    expect(server.requests).toEqual([]);
  });
});

describe('contacts', () => {
  test('are left out where they are given twice, however they are written', async () => {
    const { handler, done } = actionsServer('contacts', { unknown: [OTHER_UUID] });
    const server = await serve(handler);
    const contacts = [
      UUID,
      'tel:+250788123123',
      UUID.toUpperCase(),
      'tel:+250 788-123-123',
      UUID.replaceAll('-', ''),
      OTHER_UUID,
    ];
    const { data } = await run(blockContacts(contacts), server);
    expect(done).toEqual([UUID, 'tel:+250788123123']);
    expect(data).toMatchObject({ requested: 3, failures: [{ index: 5 }] });
  });

  test('may be functions of state, and one alone', async () => {
    const { handler, done } = actionsServer('contacts');
    const server = await serve(handler);
    const state = { data: [{ uuid: UUID }] };
    const all = (state: { data?: unknown }) =>
      (state.data as { uuid: string }[]).map(({ uuid }) => uuid);
    await run(blockContacts(all), server, state);
    await run(blockContacts(OTHER_UUID as never), server);
    expect(done).toEqual([UUID, OTHER_UUID]);
  });
});

describe('the group', () => {
  test.each([undefined, null, '', '  ', {}, [], true])('is refused as %j', async group => {
    await refused(addToGroup([UUID], group as never), 'INVALID_INPUT');
    await refused(removeFromGroup([UUID], (() => group) as never), 'INVALID_INPUT');
  });

  test('is refused as a word for missing data', async () => {
    await refused(addToGroup([UUID], 'undefined'), 'INVALID_INPUT');
  });

  test('may be a uuid in any way of writing it', async () => {
    const { handler } = actionsServer('contacts');
    const server = await serve(handler);
    await run(addToGroup([UUID], OTHER_UUID.toUpperCase()), server);
    await run(addToGroup([UUID], OTHER_UUID.replaceAll('-', '')), server);
    expect(server.requests.map(({ body }) => body)).toMatchObject([
      { group: OTHER_UUID },
      { group: OTHER_UUID },
    ]);
  });

  test('that is unknown throws after one request, and a look at the groups', async () => {
    const { handler } = actionsServer('contacts', { nothing: ['Nope'] });
    const server = await serve(handler);
    const error = await failure(addToGroup(uuids(250), 'Nope'), server);
    expect(error.code).toBe('UNKNOWN_REFERENCE');
    const sent = server.requests.map(({ method, path }) => `${method} ${path}`);
    expect(sent).toEqual([
      expect.stringContaining('POST'),
      // One look at what the groups are called.
      expect.stringMatching(/GET .*groups/),
    ]);
  });
});

describe('contacts that RapidPro refuses', () => {
  test('do not stop the others, and cost a request each', async () => {
    const list = uuids(200);
    const unknown = [list[0], list[57], list[199]] as string[];
    const { handler, done } = actionsServer('contacts', { unknown });
    const server = await serve(handler);
    const { data } = await run(addToGroup(list, 'Mothers'), server);
    expect(new Set(done)).toEqual(new Set(list.filter(uuid => !unknown.includes(uuid))));
    expect(done).toHaveLength(197);
    expect(data).toEqual({
      requested: 200,
      failures: [0, 57, 199].map(index => ({
        index,
        id: list[index],
        code: 'UNKNOWN_REFERENCE',
        description: 'RapidPro has no such contact.',
      })),
    });
    expect(server.requests).toHaveLength(5);
  });

  test('by URN are found though errors mask it', async () => {
    const list = urns(100);
    const { handler, done } = actionsServer('contacts', { unknown: [list[42] as string] });
    const server = await serve(handler);
    const { data } = await run(blockContacts(list), server);
    expect(done).toHaveLength(99);
    expect(data).toMatchObject({ failures: [{ index: 42, code: 'UNKNOWN_REFERENCE' }] });
    expect(JSON.stringify(data)).not.toContain('250');
    // Two where the mask leaves the last two digits, else by halving.
    expect(server.requests.length).toBeLessThan(16);
  });

  test('by URN are found among others that look the same masked', async () => {
    const same = Array.from({ length: 100 }, (_, index) => `tel:+2507${10_000 + index}55`);
    const { handler, done } = actionsServer('contacts', {
      unknown: [same[3], same[77]] as string[],
    });
    const server = await serve(handler);
    const { data } = await run(blockContacts(same), server);
    expect(done).toHaveLength(98);
    expect(data).toMatchObject({ failures: [{ index: 3 }, { index: 77 }] });
    expect(server.requests.length).toBeLessThan(35);
  });

  test('in a mixture of uuids and URNs', async () => {
    const list = [...uuids(50), ...urns(50)];
    const unknown = [list[10], list[60]] as string[];
    const { handler, done } = actionsServer('contacts', { unknown });
    const server = await serve(handler);
    const { data } = await run(blockContacts(list), server);
    expect(done).toHaveLength(98);
    expect(data).toMatchObject({ failures: [{ index: 10 }, { index: 60 }] });
    expect(server.requests.length).toBeLessThan(16);
  });

  test('all of them', async () => {
    const list = uuids(30);
    const { handler, done } = actionsServer('contacts', { unknown: list });
    const server = await serve(handler);
    const { data } = await run(deleteContacts(list), server);
    expect(done).toEqual([]);
    expect((data as { failures: unknown[] }).failures).toHaveLength(30);
    expect(server.requests).toHaveLength(30);
  });

  test.each(['v9', 'textit'] as const)(
    'because the first hundred named them in another way, on %s',
    async dialect => {
      const urn = (n: number) => `tel:+25078812${String(n).padStart(4, '0')}`;
      const contacts = Array.from({ length: 101 }, (_, n) => ({ urns: [urn(n)] }));
      const sandbox = await workspace({ dialect, contacts });
      const held = sandbox.contacts();
      const first = String(held[0]?.urns[0]);
      const unknown = 'ffffffff-0000-4000-8000-000000000001';
      const list = [...held.map(one => String(one.uuid)), first, unknown];
      const { data } = await run(deleteContacts(list), sandbox);
      expect(sandbox.contacts()).toEqual([]);
      expect(data).toEqual({
        requested: 103,
        failures: [
          {
            index: 101,
            code: 'UNKNOWN_REFERENCE',
            description:
              'RapidPro has no such contact: either it did not exist, or this step deleted it by another uuid or URN in the list.',
          },
          // A contact has only one uuid.
          {
            index: 102,
            id: unknown,
            code: 'UNKNOWN_REFERENCE',
            description: 'RapidPro has no such contact.',
          },
        ],
      });
    },
  );

  test('because the first hundred had one of them by another name', async () => {
    const [first = '', ...others] = uuids(102);
    const list = ['tel:+250788123123', ...others.slice(0, 99), first];
    const { handler } = actionsServer('contacts', { unknown: [first] });
    const { data } = await run(deleteContacts(list), await serve(handler));
    expect(data).toMatchObject({
      failures: [{ index: 100, description: expect.stringContaining('this step deleted it') }],
    });
  });

  test('before anything was deleted were not deleted here', async () => {
    const [urn = ''] = urns(1);
    const { handler } = actionsServer('contacts', { unknown: [urn] });
    const { data } = await run(deleteContacts([urn]), await serve(handler));
    const description = 'RapidPro has no such contact.';
    expect(data).toMatchObject({ failures: [{ index: 0, description }] });
  });

  test('in more words than those about the contact', async () => {
    const server = await serve(
      msw.post('*', () =>
        HttpResponse.json({ contacts: ['Bad value.'], action: ['Bad, too.'] }, { status: 400 }),
      ),
    );
    const { data } = await run(blockContacts([UUID]), server);
    expect(data).toMatchObject({ failures: [{ index: 0, code: 'VALIDATION_FAILED' }] });
  });

  test('are named by their place in the list of the job', async () => {
    const server = await serve(
      msw.post('*', () => HttpResponse.json({ contacts: { 0: ['Bad value.'] } }, { status: 400 })),
    );
    const { data } = await run(blockContacts([UUID, UUID, OTHER_UUID]), server);
    expect(data).toMatchObject({
      failures: [
        { index: 0, description: expect.stringContaining('contacts[0]') },
        { index: 2, description: expect.stringContaining('contacts[2]') },
      ],
    });
  });

  test('are deleted by nobody if the action is another one', async () => {
    const list = [...uuids(100), 'tel:+250788123123'];
    const { handler } = actionsServer('contacts', { unknown: list.slice(100) });
    const { data } = await run(blockContacts(list), await serve(handler));
    const description = 'RapidPro has no such contact.';
    expect(data).toMatchObject({ failures: [{ index: 100, description }] });
  });

  test('for they are not active are reported by uuid', async () => {
    const list = uuids(100);
    const blocked = list.slice(20, 25);
    const { handler, done } = actionsServer('contacts', { blocked });
    const server = await serve(handler);
    const { data } = await run(addToGroup(list, 'Mothers'), server);
    expect(done).toHaveLength(95);
    expect(data).toMatchObject({
      failures: blocked.map((id, index) => ({ index: index + 20, id, code: 'NOT_ACTIVE' })),
    });
    expect(server.requests).toHaveLength(2);
  });

  test('are found where many are blocked, more than an error names', async () => {
    const list = uuids(100);
    const blocked = list.slice(0, 60);
    const { handler, done } = actionsServer('contacts', { blocked });
    const server = await serve(handler);
    const { data } = await run(addToGroup(list, 'Mothers'), server);
    expect(done).toEqual(list.slice(60));
    expect((data as { failures: unknown[] }).failures).toHaveLength(60);
    expect(server.requests.length).toBeLessThan(15);
  });

  test('are found in any language of the server', async () => {
    const list = uuids(20);
    const { handler, done } = actionsServer('contacts', {
      unknown: [list[1] as string],
      blocked: [list[2] as string],
      refuse: { noSuch: 'Objet inexistant', notActive: 'Contacts inactifs' },
    });
    const server = await serve(handler);
    const { data } = await run(addToGroup(list, 'Mothers'), server);
    expect(done).toHaveLength(18);
    expect(data).toMatchObject({ failures: [{ index: 1 }, { index: 2 }] });
  });
});

test('the log counts and names nobody', async () => {
  const lines = captureConsole();
  const list = uuids(3);
  const { handler } = actionsServer('contacts', { unknown: [list[1] as string] });
  await addToGroup(list, 'Mothers')(stateFor(await serve(handler)));
  expect(lines).toEqual([
    'RapidPro: Action "add" on 3 contacts in 2 requests',
    'RapidPro: warning: 1 of 3 contacts were not changed: see data.failures',
  ]);
});
