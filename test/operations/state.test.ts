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
import { FLOW, failure, run, stateFor, UUID } from './run.js';

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

describe.each(operations)('%s', (_, operation) => {
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
    expect(server.requests).toHaveLength(2);
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
