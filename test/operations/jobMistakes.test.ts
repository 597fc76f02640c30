import { HttpResponse, http as msw } from 'msw';
import { describe, expect, test } from 'vitest';
import * as Adaptor from '../../src/Adaptor.js';
import {
  combine,
  each,
  eachPage,
  execute,
  fn,
  fnIf,
  getContact,
  getContacts,
  getGroups,
  iteratePages,
  syncContacts,
  updateContact,
  uploadMedia,
  upsertContact,
  webhook,
} from '../../src/index.js';
import { isOperation } from '../../src/input/isOperation.js';
import type { Operation, State } from '../../src/types/state.js';
import { captureConsole } from '../support/captureConsole.js';
import { serve } from '../support/serve.js';
import { failure, refused, stateFor, UUID } from './run.js';

const rapidpro = () =>
  serve(
    msw.get('*', () => HttpResponse.json({ next: null, previous: null, results: [] })),
    msw.post('*', () => HttpResponse.json({ uuid: UUID, name: 'Amina' })),
  );

const person = { urns: ['tel:+250788123123'] };

/** Runs a job, and gives the warnings about operations that nobody called. */
async function warnings(...steps: ((state: State) => unknown)[]): Promise<string[]> {
  const lines = captureConsole();
  const server = await rapidpro();
  await execute(...(steps as Operation[]))(stateFor(server));
  return lines.filter(line => line.includes('never called'));
}

describe('an operation that is made while a job runs and never called', () => {
  const ignore = (make: () => unknown) => (state: State) => {
    make();
    return state;
  };
  test.each<[string, (state: State) => unknown, string]>([
    ['in braces', ignore(() => upsertContact(person)), 'upsertContact()'],
    [
      'in forEach',
      ignore(() => {
        for (const _ of [1, 2, 3]) upsertContact(person);
      }),
      'upsertContact()',
    ],
    ['returned', () => upsertContact(person), 'upsertContact()'],
    ['each', ignore(() => each([1], getContacts())), 'each()'],
    ['eachPage', ignore(() => eachPage(getContacts(), getGroups())), 'eachPage()'],
    ['webhook.parse', ignore(() => webhook.parse()), 'webhook.parse()'],
    [
      'after a wait',
      async state => {
        await new Promise(resolve => setTimeout(resolve, 1));
        getContacts();
        return state;
      },
      'getContacts()',
    ],
  ])('is named: %s', async (_, step, name) => {
    const found = await warnings(fn(step as never));
    expect(found).toHaveLength(1);
    expect(found[0]).toContain(`${name} was created inside a function but never called`);
  });

  test.each<[string, (state: State) => unknown]>([
    ['called', state => getContacts()(state)],
    ['called after a wait', async state => getContacts()(await Promise.resolve(state))],
    [
      'in a loop',
      async state => {
        for (let times = 0; times < 3; times++) await upsertContact(person)(state);
        return state;
      },
    ],
    ['a list of none', state => each([], upsertContact(person))(state)],
    ['a condition that does not hold', state => fnIf(false, getContacts())(state)],
    ['one of several', state => combine(getContacts(), getGroups())(state)],
    ['pages', state => eachPage(getContacts(), upsertContact(person))(state)],
    [
      'pages of one’s own',
      async state => {
        const { host, token } = state.configuration as { host: string; token: string };
        for await (const _ of iteratePages({ host, token }, getContacts()));
        return state;
      },
    ],
    [
      'refused as a value',
      state => upsertContact({ name: getGroups() as never })(state).catch(() => state),
    ],
    ['part of another run', state => execute(getGroups(), getContacts())(state)],
  ])('but not where it is %s', async (_, step) => {
    expect(await warnings(fn(step as never))).toEqual([]);
  });

  test('in the pages of a list too', async () => {
    const lines = captureConsole();
    const server = await serve(
      msw.get('*', () => HttpResponse.json({ next: null, previous: null, results: [person] })),
    );
    const page = fn(state => {
      upsertContact(person);
      return state;
    });
    await execute(eachPage(getContacts(), page))(stateFor(server));
    expect(lines.filter(line => line.includes('upsertContact() was created'))).toHaveLength(1);
  });

  test('is told to its own run, of two side by side', async () => {
    const server = await rapidpro();
    const lines = captureConsole();
    let reached = () => {};
    const other = new Promise<void>(resolve => {
      reached = resolve;
    });
    const good = execute(
      fn(async state => {
        const operation = getGroups();
        await other;
        return operation(state);
      }),
    )(stateFor(server));
    const bad = execute(
      fn(state => {
        getContacts();
        reached();
        return state;
      }),
    )(stateFor(server));
    await Promise.all([good, bad]);
    const found = lines.filter(line => line.includes('never called'));
    expect(found).toHaveLength(1);
    expect(found[0]).toContain('getContacts()');
  });

  test('steps of the job itself are none', async () => {
    const lines = captureConsole();
    const server = await rapidpro();
    const unused = getContacts();
    await execute(getGroups())(stateFor(server));
    expect(isOperation(unused)).toBe(true);
    expect(lines.filter(line => line.includes('never called'))).toEqual([]);
  });
});

test('every operation has the name that jobs call it by', () => {
  const spaces = { '': Adaptor, 'http.': Adaptor.http, 'webhook.': { parse: webhook.parse } };
  const made = Object.entries(spaces).flatMap(([prefix, space]) =>
    Object.entries(space)
      .filter(([name, value]) => typeof value === 'function' && name !== 'execute')
      // What is no operation may refuse its arguments at once.
      .flatMap(([name, make]) => {
        try {
          const operation = (make as (...args: unknown[]) => unknown)('a', {}, () => {});
          return [[`${prefix}${name}`, operation] as const];
        } catch {
          return [];
        }
      }),
  );
  const operations = made.filter(([, value]) => isOperation(value));
  expect(operations.length).toBeGreaterThan(90);
  for (const [name, operation] of operations) expect((operation as Operation).name).toBe(name);
});

describe('a reference into nothing', () => {
  const read = ((state: { data: { uuid: string } }) => state.data.uuid) as never;
  const cases: [string, Operation, string][] = [
    ['an argument', updateContact(read, { name: 'A' }), 'updateContact(): '],
    ['within one', upsertContact({ urns: [read] }), 'upsertContact(): contact.urns[0] '],
    ['a filter', getContacts({ group: read }), 'getContacts(): filters.group '],
    ['an option', getContacts({}, { limit: read }), 'getContacts(): options.limit '],
    ['a list', syncContacts(read), 'syncContacts(): contacts '],
  ];
  test.each(cases)('names the argument and its operation: %s', async (_, operation, start) => {
    for (const data of [null, undefined]) {
      const server = await rapidpro();
      const error = await failure(operation, server, { data });
      expect(error.code).toMatch(/^INVALID_/);
      expect(error.description).toContain(start);
      expect(error.description).toContain('missing data: there is nothing to read "uuid" from');
      expect(server.requests).toEqual([]);
    }
  });

  test('shows no data that was a key', async () => {
    const lookup = ((state: { gone: Record<string, unknown>; data: { phone: string } }) =>
      state.gone[state.data.phone]) as never;
    const server = await rapidpro();
    const data = { phone: '+250788123123' };
    const error = await failure(getContacts({ urn: lookup }), server, { data });
    expect(error.description).toBe('getContacts(): filters.urn refers to missing data.');
  });

  test.each<[string, (state: { gone: never[] }) => unknown]>([
    ['spread', state => [...state.gone]],
    ['taken apart', state => (([first]) => first)(state.gone)],
    ['its keys', state => Object.keys(state.gone)],
    ['in it', state => 'x' in state.gone],
  ])('is told however it is read: %s', async (_, read) => {
    const server = await rapidpro();
    const error = await failure(getContacts({ group: read as never }), server);
    expect(error.description).toContain('refers to missing data');
  });

  test('of a file is told by the operation too', async () => {
    const error = await failure(uploadMedia(read), await rapidpro(), { data: null });
    expect(error.description).toContain('uploadMedia(): file refers to');
  });

  test('another error of a function comes out as it is', async () => {
    const server = await rapidpro();
    const broken = () => {
      throw new TypeError('mine');
    };
    await expect(getContact(broken)(stateFor(server))).rejects.toThrow('mine');
  });
});

describe('a step that lost something on its way', () => {
  test('has no credential', async () => {
    const error = await refused(getContacts(), 'INVALID_CONFIGURATION', { configuration: {} });
    expect(error.description).toBe('The step has no credential.');
  });

  test('returned another object than the state', async () => {
    const job = execute(fn(() => ({ data: 1 })) as Operation, getContacts());
    await expect(job({ configuration: { host: 'x', token: 'y' } })).rejects.toMatchObject({
      code: 'INVALID_CONFIGURATION',
      description:
        'The state has no credential: the step has none, or an earlier fn() returned a state without it.',
    });
  });

  test.each([
    ['no state', () => {}, 'An earlier fn() returned no state.'],
    [
      'an empty one, as the platform makes of none',
      () => ({}),
      'An earlier fn() returned no state.',
    ],
    [
      'an operation',
      () => getGroups(),
      'An earlier fn() returned an operation instead of the state, and the operation did not run.',
    ],
  ])('returned %s', async (_, func, description) => {
    const job = execute(fn(func as never), getContacts());
    await expect(job({ configuration: { host: 'x', token: 'y' } })).rejects.toMatchObject({
      code: 'INVALID_INPUT',
      description,
    });
  });
});

test('a group that the workspace does not have is named', async () => {
  const server = await serve(
    msw.get('*/groups.json', () =>
      HttpResponse.json({ next: null, results: [{ uuid: UUID, name: 'Mothers', query: null }] }),
    ),
    msw.get('*', () => HttpResponse.json({ next: null, previous: null, results: [] })),
  );
  const people = [{ ...person, groups: ['Mothres'] }];
  const { data } = await syncContacts(people)(stateFor(server));
  expect(data).toMatchObject({
    failed: [
      {
        index: 0,
        code: 'UNKNOWN_REFERENCE',
        description: 'The workspace has no group "Mothres". Nothing was sent.',
        fix: 'Did you mean "Mothers"?',
      },
    ],
  });
});
