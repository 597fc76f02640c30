import { HttpResponse, http as msw } from 'msw';
import { describe, expect, test } from 'vitest';
import * as Adaptor from '../../src/Adaptor.js';
import {
  addContact,
  deleteContact,
  getContact,
  getContacts,
  getWorkspace,
  sendBroadcast,
  startFlow,
  upsertContact,
} from '../../src/index.js';
import type { Operation, State } from '../../src/types/state.js';
import { captureConsole } from '../support/captureConsole.js';
import { credential, TOKEN } from '../support/credential.js';
import { serve } from '../support/serve.js';
import { FLOW, failure, page, refused, run, stateFor, UUID } from './run.js';

const person = { uuid: UUID, name: 'Amina Diallo', urns: ['tel:+221770001122'] };
const rapidpro = () =>
  serve(
    msw.get('*/api/v2/workspace.json', () => HttpResponse.json({ uuid: UUID, name: 'Clinic' })),
    msw.get('*', () => HttpResponse.json({ next: null, previous: null, results: [person] })),
    msw.post('*', () => HttpResponse.json({ ...person, text: 'Hi Amina' }, { status: 201 })),
    msw.delete('*', () => new Response(null, { status: 204 })),
  );
const urns = person.urns;
const operations: [string, Operation][] = [
  ['getContacts', getContacts({ urn: urns[0] as string })],
  ['getContact', getContact(urns[0] as string)],
  ['getWorkspace', getWorkspace()],
  ['addContact', addContact({ name: person.name, urns })],
  ['upsertContact', upsertContact({ name: person.name, urns })],
  ['deleteContact', deleteContact(urns[0] as string)],
  ['startFlow', startFlow({ flow: FLOW, urns })],
  ['sendBroadcast', sendBroadcast({ text: 'Hi Amina', urns })],
];

describe.each(operations)('%s', (name, operation) => {
  test('adds one reference, and sets data and a small response', async () => {
    const server = await rapidpro();
    const next = await run(operation, server, { own: { kept: true } });
    expect(next.references).toEqual(['earlier', 'before']);
    expect(next.own).toEqual({ kept: true });
    expect(Object.keys(next.response ?? {}).sort()).toEqual(
      ['duration', 'method', 'path', 'requests', 'statusCode'].sort(),
    );
    const { duration } = next.response ?? {};
    expect(Number.isInteger(duration) && (duration ?? -1) >= 0).toBe(true);
  });

  test('survives JSON, and holds the credential nowhere but where it was', async () => {
    const server = await rapidpro();
    const { configuration, ...left } = await run(operation, server);
    expect(configuration).toEqual(credential(server));
    expect(JSON.parse(JSON.stringify(left))).toEqual(left);
    expect(JSON.stringify(left)).not.toContain(TOKEN);
    expect(JSON.stringify(left)).not.toContain(server.host);
  });

  test('changes nothing of the state that it was given', async () => {
    const server = await rapidpro();
    const state = stateFor(server, { data: { a: 1 } });
    const before = structuredClone(state);
    await operation(state);
    expect(state).toEqual(before);
    const bare: State = { configuration: credential(server) };
    await operation(bare);
    expect(Object.keys(bare)).toEqual(['configuration']);
  });

  test('can be run again, also at the same time', async () => {
    const server = await rapidpro();
    const [first, second] = await Promise.all([run(operation, server), run(operation, server)]);
    expect(first.data).toEqual(second.data);
    // A flow is looked at before it is started.
    const reads = name === 'startFlow' ? 1 : 0;
    expect(server.requests).toHaveLength(2 * (1 + reads));
  });

  test('logs neither token, name, URN nor text', async () => {
    const lines = captureConsole();
    const server = await rapidpro();
    await operation(stateFor(server));
    expect(lines).not.toEqual([]);
    expect(lines.join('\n')).not.toMatch(/Amina|Clinic|0001122|0123456789abcdef/);
  });
});

const helpers = new Set(
  Object.keys(await import('@openfn/language-common')).concat('execute', 'http'),
);
const built = Object.entries({ ...Adaptor, ...Adaptor.http }).filter(
  ([name, value]) => !helpers.has(name) && typeof value === 'function',
) as [string, (...args: unknown[]) => Operation][];

describe.each(built)('%s', (_, build) => {
  const broken = {
    get name() {
      throw new Error('built too early');
    },
  };
  test.each([
    [[]],
    [[undefined, undefined, undefined]],
    [[null, null, null]],
    [[Symbol('x'), 10n, Number.NaN]],
    [[broken, broken, broken]],
    [[new Date(), new Map(), Promise.resolve()]],
  ])('throws nothing while it is built', args => {
    expect(typeof build(...args)).toBe('function');
  });
});

test('the list of operations that are looked at is not empty', () => {
  const names = built.map(([name]) => name);
  expect(names).toEqual(expect.arrayContaining(['getContacts', 'sendBroadcast', 'get', 'post']));
});

describe('the credential', () => {
  test.each([undefined, null, {}, { host: 'x' }, { host: 'https://x.example', token: '' }])(
    '%j is refused',
    async configuration => {
      const server = await rapidpro();
      const error = await failure(getWorkspace(), server, { configuration });
      expect(error.code).toBe('INVALID_CONFIGURATION');
      expect(server.requests).toEqual([]);
    },
  );
});

const { http, webhook } = Adaptor;
const step = (state: State) => state;

describe('a state of which no next one can be made is refused before anything is sent', () => {
  const reads = getContacts();
  const all: [string, Operation][] = [
    ...operations,
    ['syncContacts', Adaptor.syncContacts([{ urns }])],
    ['addToGroup', Adaptor.addToGroup([UUID], 'Mothers')],
    ['uploadMedia', Adaptor.uploadMedia(Buffer.from('%PDF-'))],
    ['eachPage', Adaptor.eachPage(reads, step)],
    ['eachChange', Adaptor.eachChange(reads, step)],
    ['eachMissedPush', Adaptor.eachMissedPush('births', step)],
    ['eachArchivedRuns', Adaptor.eachArchivedRuns({ after: '2026-01-01' }, step)],
    ['http.post', http.post('contacts', { name: 'x' })],
    ['webhook.parse', webhook.parse()],
    ['combine', Adaptor.combine(sendBroadcast({ text: 'Hi', urns }))],
  ];

  test.each(all)('%s', async (_, operation) => {
    for (const references of [{}, { a: 1 }, 'abc', '', 0, 5, true, false, () => []]) {
      const error = await refused(operation, 'INVALID_INPUT', { references: references as never });
      expect(error.description).toBe('state.references is not a list.');
    }
  });

  test.each<[unknown, string]>([
    [undefined, 'no state'],
    [null, 'no state'],
    [5, 'a number instead of the state'],
    ['x', 'a text instead of the state'],
    [true, 'a boolean instead of the state'],
    [[], 'a list instead of the state'],
    [[{ data: 1 }], 'a list instead of the state'],
  ])('where it is %j', async (state, lost) => {
    for (const [, operation] of all.filter(([name]) => name !== 'combine')) {
      const error = await operation(state as never).then(
        () => undefined,
        thrown => thrown,
      );
      expect(error).toMatchObject({
        code: 'INVALID_INPUT',
        description: `An earlier fn() returned ${lost}.`,
      });
    }
  });

  test.each([undefined, null, [], ['earlier'], Object.freeze([])])(
    'but not for references that are %j',
    async references => {
      const server = await rapidpro();
      const next = await run(getContact(urns[0] as string), server, {
        references: references as never,
      });
      expect(next.references).toEqual([...(references ?? []), 'before']);
    },
  );
});

describe('what is called afterwards is looked at before anything is sent', () => {
  const none = ['x', 5, true, {}, [], [step], Promise.resolve(), Symbol('x')];
  const contact = { name: 'Amina', urns };
  type Called = (callback: unknown) => Operation;
  test.each<[string, Called]>([
    ['addContact', callback => addContact(contact, {}, callback as never)],
    [
      'addContact, behind no options',
      callback => addContact(contact, undefined, callback as never),
    ],
    [
      'addContact, behind a function',
      callback => addContact(contact, () => ({}), callback as never),
    ],
    ['upsertContact', callback => upsertContact(contact, {}, callback as never)],
    ['startFlow', callback => startFlow({ flow: FLOW, urns }, {}, callback as never)],
    ['sendBroadcast', callback => sendBroadcast({ text: 'Hi', urns }, {}, callback as never)],
  ])('the callback of %s', async (_, called) => {
    for (const callback of none) {
      const error = await refused(called(callback), 'INVALID_INPUT');
      expect(error.description).toBe('The callback is not a function.');
    }
    for (const callback of [undefined, null, false]) {
      const server = await rapidpro();
      await run(called(callback), server);
      expect(server.requests.filter(({ method }) => method === 'POST')).toHaveLength(1);
    }
  });

  test.each<[string, (callback: unknown) => Operation]>([
    ['addContact', callback => addContact(contact, callback as never)],
    ['sendBroadcast', callback => sendBroadcast({ text: 'Hi', urns }, callback as never)],
  ])('what stands in the second place of %s is a callback, or options', async (_, called) => {
    for (const callback of ['x', 5, true, [step]])
      await refused(called(callback), 'INVALID_OPTION');
    const server = await rapidpro();
    expect(
      await run(
        called(() => ({ mine: 1 })),
        server,
      ),
    ).toEqual({ mine: 1 });
  });

  test.each<[string, (...steps: never[]) => Operation]>([
    ['eachPage', (...steps) => Adaptor.eachPage(getContacts(), ...steps)],
    ['eachChange', (...steps) => Adaptor.eachChange(getContacts(), ...steps)],
    ['eachMissedPush', (...steps) => Adaptor.eachMissedPush('births', ...steps)],
    [
      'eachMissedPush of a flow',
      (...steps) => Adaptor.eachMissedPush({ flow: FLOW, result: 'x' }, ...steps),
    ],
    [
      'eachArchivedMessages',
      (...steps) => Adaptor.eachArchivedMessages({ after: '2026-01-01' }, ...steps),
    ],
    ['eachArchivedRuns', (...steps) => Adaptor.eachArchivedRuns({ after: '2026-01-01' }, ...steps)],
  ])('the operations of %s', async (_, build) => {
    for (const bad of [...none, undefined, null]) {
      for (const steps of [[bad], [step, bad], [bad, step]]) {
        await refused(build(...(steps as never[])), 'INVALID_INPUT');
      }
    }
    const server = await serve(msw.get('*', () => page([])));
    await run(build(step as never), server).catch(error => expect(error.code).toMatch(/^UNKNOWN/));
    expect(server.requests.length).toBeGreaterThan(0);
  });
});
