import { HttpResponse, http as msw } from 'msw';
import { describe, expect, test, vi } from 'vitest';
import {
  addContact,
  each,
  execute,
  fn,
  sendBroadcast,
  startFlow,
  upsertContact,
} from '../../src/index.js';
import type { Operation, State } from '../../src/types/state.js';
import { FLOW, page, sent, stateFor, UUID } from '../operations/run.js';
import { credential } from '../support/credential.js';
import { serve } from '../support/serve.js';

/** What a job written for version 2.1.2 does, and what it finds afterwards. */

type Params = object | ((state: State) => object);
type Legacy = (params: Params, callback?: (state: State) => State | Promise<State>) => Operation;

const contact = {
  name: 'Amina',
  language: 'fra',
  urns: ['tel:+221770001122'],
  groups: ['Mothers'],
};
const answer = { uuid: UUID, name: 'Amina', urns: contact.urns, blocked: false };
const operations: [string, Legacy, string, object][] = [
  ['addContact', addContact as Legacy, 'contacts', contact],
  ['startFlow', startFlow as Legacy, 'flow_starts', { flow: FLOW, urns: contact.urns }],
  ['startFlow', startFlow as Legacy, 'flow_starts', { flow: FLOW, groups: ['A'], extra: { a: 1 } }],
  ['sendBroadcast', sendBroadcast as Legacy, 'broadcasts', { text: 'Hi', contacts: [UUID] }],
];

const rapidpro = () =>
  serve(
    msw.get('*', () => page([])),
    msw.post('*', () => HttpResponse.json(answer, { status: 201 })),
  );

describe.each(operations)('%s', (_, operation, path, params) => {
  test('posts its params as they are', async () => {
    const server = await rapidpro();
    await operation(params)(stateFor(server));
    // A flow is looked at before it is started: whoever starts an archived one reaches nobody.
    const reading = path === 'flow_starts' ? [`GET flows?uuid=${FLOW}`] : [];
    expect(sent(server)).toEqual([...reading, `POST ${path}`]);
    expect(server.requests.at(-1)?.path).toBe(`/api/v2/${path}.json`);
    expect(server.requests.at(-1)?.body).toEqual(params);
  });

  test('leaves the body of the answer, and the data of before as the last reference', async () => {
    const server = await rapidpro();
    const state = stateFor(server, { data: { a: 1 }, references: ['r'], other: 'kept' });
    const next = await operation(params)(state);
    expect(next.data).toEqual(answer);
    expect(next.references).toEqual(['r', { a: 1 }]);
    expect(next.other).toBe('kept');
    expect(next.configuration).toBe(state.configuration);
  });

  test('calls its callback last; what that gives is the result', async () => {
    const server = await rapidpro();
    const callback = vi.fn(async (state: State) => ({ ...state, seen: state.data }));
    const next = await operation(params, callback)(stateFor(server));
    expect(callback).toHaveBeenCalledTimes(1);
    expect(callback.mock.calls[0]).toHaveLength(1);
    expect(callback.mock.calls[0]?.[0]).toMatchObject({
      data: answer,
      references: ['earlier', 'before'],
      response: { statusCode: 201 },
    });
    expect(next).toMatchObject({ seen: answer });
    const replaced = await operation(params, () => ({ only: 'this' }))(stateFor(server));
    expect(replaced).toEqual({ only: 'this' });
  });

  test('what a callback throws is what the operation throws', async () => {
    const server = await rapidpro();
    const callback = () => {
      throw new Error('my own');
    };
    await expect(operation(params, callback)(stateFor(server))).rejects.toThrow('my own');
  });

  test('a callback may stand behind options too, even behind those of a function', async () => {
    const server = await rapidpro();
    const withOptions = operation as (...args: unknown[]) => Operation;
    const callback = () => ({ called: true });
    for (const options of [undefined, {}, { timeout: 5 }, () => ({ timeout: 5 })]) {
      const next = await withOptions(params, options, callback)(stateFor(server));
      expect(next).toEqual({ called: true });
    }
  });

  test('params may be a function of state, or hold functions at any depth', async () => {
    const server = await rapidpro();
    const state = stateFor(server, { params });
    await operation(s => s.params as object)(state);
    const lazy = Object.fromEntries(
      Object.keys(params).map(key => [key, (s: State) => (s.params as State)[key]]),
    );
    await operation(lazy)(state);
    const posted = server.requests.filter(({ method }) => method === 'POST');
    expect(posted.map(({ body }) => body)).toEqual([params, params]);
  });

  test("changes none of the caller's objects", async () => {
    const server = await rapidpro();
    const frozen = Object.freeze(structuredClone(params));
    for (const value of Object.values(frozen)) Object.freeze(value);
    const state = Object.freeze(stateFor(server, { references: Object.freeze([]) as never }));
    await operation(frozen)(state);
    expect(frozen).toEqual(params);
    expect(state.references).toEqual([]);
  });
});

describe('upsertContact', () => {
  test('of a new contact leaves the body of the answer', async () => {
    const server = await rapidpro();
    const next = await (upsertContact as Legacy)(contact, s => ({ ...s, called: true }))(
      stateFor(server),
    );
    expect(next).toMatchObject({ data: answer, called: true, references: ['earlier', 'before'] });
    const { urns, ...rest } = contact;
    expect(server.requests[0]?.query.get('urn')).toBe(urns[0]);
    expect(server.requests[0]?.body).toEqual(rest);
  });

  test('without URNs adds a contact', async () => {
    const server = await rapidpro();
    const next = await upsertContact({ name: 'Amina' })(stateFor(server));
    expect(sent(server)).toEqual(['POST contacts']);
    expect(next.data).toEqual(answer);
  });
});

describe('execute', () => {
  test('starts from no references and no data, and runs one after another', async () => {
    const server = await rapidpro();
    const next = await execute(
      addContact(contact),
      fn(state => ({ ...state, first: state.data })),
      addContact(contact),
    )({ configuration: credential(server) });
    expect(next).toMatchObject({ first: answer, data: answer, references: [null, answer] });
  });

  test('runs an operation for each item', async () => {
    const server = await rapidpro();
    const people = [{ tel: '+221770001122' }, { tel: '+221770001133' }];
    const urns = (state: State) => [`tel:${(state.data as { tel: string }).tel}`];
    await execute(each('$.people[*]', upsertContact({ urns })))({
      configuration: credential(server),
      people,
    });
    expect(server.requests.map(({ query }) => query.get('urn'))).toEqual(
      people.map(({ tel }) => `tel:${tel}`),
    );
  });
});
