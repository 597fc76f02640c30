import { HttpResponse, http as msw } from 'msw';
import { describe, expect, test } from 'vitest';
import * as Adaptor from '../../src/Adaptor.js';
import {
  addToGroup,
  combine,
  deleteContacts,
  each,
  eachPage,
  execute,
  fn,
  fnIf,
  getContact,
  getContacts,
  getGroups,
  iteratePages,
  removeFromGroup,
  sendBroadcast,
  sendMessage,
  startFlow,
  syncContacts,
  updateContact,
  uploadMedia,
  upsertContact,
  webhook,
} from '../../src/index.js';
import { isOperation } from '../../src/input/run.js';
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
  /** What jobs write for themselves. */
  const kept: Operation[] = [];
  const maybe = (operation: Operation) => (state: State) => combine(operation)(state);
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
    ['a way out that was not needed', state => getGroups()(state).catch(getContacts())],
    [
      'the same, behind another',
      state =>
        getGroups()(state)
          .then(fn(s => s))
          .catch(getContacts()),
    ],
    [
      'a way on that was not gone',
      state => {
        const { host, token } = state.configuration as { host: string; token: string };
        const configuration = { host, token: `${token}\n` };
        return getGroups()({ ...state, configuration })
          .then(getContacts())
          .catch(() => state);
      },
    ],
    ['given to a helper of the job', state => maybe(getContacts())(state)],
    [
      'kept for later',
      state => {
        kept.push(getContacts());
        return kept.pop()?.(state);
      },
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

  test('is another run’s to call', async () => {
    const server = await rapidpro();
    const lines = captureConsole();
    let made: Operation | undefined;
    let release = () => {};
    const called = new Promise<void>(resolve => {
      release = resolve;
    });
    const maker = execute(
      fn(async state => {
        made = getContacts();
        await called;
        return state;
      }),
    )(stateFor(server));
    await execute(fn(state => (made as Operation)(state)))(stateFor(server));
    release();
    await maker;
    expect(lines.filter(line => line.includes('never called'))).toEqual([]);
  });

  test.each<[string, Operation[], string[]]>([
    [
      'a step before',
      [
        fn(ignore(() => getContacts()) as never),
        fn(() => {
          throw new Error('mine');
        }),
      ],
      ['getContacts()'],
    ],
    [
      'the one that threw, which may have been about to call it',
      [
        fn(() => {
          getContacts();
          throw new Error('mine');
        }),
      ],
      [],
    ],
    [
      'a step before that gave it up',
      [fn(() => getContacts() as never), each(s => s.data as never, getGroups())],
      ['getContacts()'],
    ],
  ])('before a throw is told: of %s', async (_, steps, expected) => {
    const lines = captureConsole();
    const server = await rapidpro();
    await expect(execute(...steps)(stateFor(server))).rejects.toThrow();
    const found = lines.filter(line => line.includes('never called'));
    expect(found.map(line => /\w+\(\)/.exec(line)?.[0])).toEqual(expected);
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

  test.each<[string, (state: { data: { list: number; text: string } }) => unknown, string]>([
    ['a list that is none', state => (state.data as never as unknown[]).map(x => x), 'map'],
    ['a number', state => (state.data.list as never as string).trim(), 'trim'],
    ['taken apart', ({ data }) => (data.list as never as unknown[]).filter(Boolean), 'filter'],
    ['an item', state => [state.data].map(p => (p.list as never as string).trim()), 'trim'],
  ])('or into data of another kind is told: %s', async (_, read, method) => {
    const server = await rapidpro();
    const data = { list: 7, text: 'x' };
    const error = await failure(getContacts({ group: read as never }), server, { data });
    expect(error.description).toBe(
      `getContacts(): filters.group refers to a different kind of data, which has no ${method}().`,
    );
    expect(server.requests).toEqual([]);
  });

  test('within JSON is told, and what the job did wrong itself comes out as it is', async () => {
    const server = await rapidpro();
    const parse = ((state: { gone: string }) => JSON.parse(state.gone)) as never;
    const error = await failure(getContacts(parse), server);
    expect(error.description).toBe('getContacts(): filters refers to missing data.');
    for (const own of [
      () => JSON.parse('{'),
      () => (Adaptor.util as never as { nothing: () => void }).nothing(),
      () => (Math as never as { nothing: () => void }).nothing(),
    ]) {
      await expect(getContacts(own as never)(stateFor(server))).rejects.not.toMatchObject({
        name: 'RapidProError',
      });
    }
  });

  test.each<[string, Operation, string]>([
    ['cursor', Adaptor.cursor(read), 'cursor(): its value refers to'],
    ['log', Adaptor.log('x', read), 'log(): its value 2 refers to'],
  ])('is told by %s() too', async (_, operation, description) => {
    const error = await failure(execute(operation), await rapidpro(), { data: null });
    expect(error.description).toContain(description);
  });

  test('leaves no empty body for http', async () => {
    const server = await rapidpro();
    const gone = ((state: { gone?: string }) => state.gone) as never;
    const error = await failure(Adaptor.http.post('contacts', { name: gone, a: gone }), server);
    expect(error).toMatchObject({ code: 'INVALID_INPUT' });
    expect(error.description).toBe('The body is empty: none of its keys has a value.');
    expect(server.requests).toEqual([]);
    for (const body of [{}, { name: gone, a: 1 }, { name: null }, []]) {
      await Adaptor.http.post('contacts', body as never)(stateFor(server));
    }
    expect(server.requests).toHaveLength(4);
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

describe('a group by a name that is almost right', () => {
  const refusing = (body: object, groups = () => HttpResponse.json(listed)) =>
    serve(
      msw.get('*/groups.json', groups),
      msw.get('*/flows.json', () =>
        HttpResponse.json({ next: null, results: [{ uuid: UUID, archived: false }] }),
      ),
      msw.post('*', () => HttpResponse.json(body, { status: 400 })),
    );
  const listed = { next: null, results: [{ uuid: UUID, name: 'Mothers', query: null }] };
  const one = { group: ['No such object: Mothres'] };
  const list = { groups: { 0: ['No such object: Mothres'] } };
  const groups = ['Mothres'];

  test.each<[string, Operation, object]>([
    ['addToGroup', addToGroup([UUID], 'Mothres'), one],
    ['removeFromGroup', removeFromGroup([UUID], 'Mothres'), one],
    ['sendBroadcast', sendBroadcast({ groups, text: 'Hi' }), list],
    ['startFlow', startFlow({ flow: UUID, groups }), list],
    ['upsertContact', upsertContact({ ...person, groups }), list],
  ])('is told by %s with the right one', async (_, operation, body) => {
    const error = await failure(operation, await refusing(body));
    expect(error).toMatchObject({
      code: 'UNKNOWN_REFERENCE',
      fix: 'Did you mean "Mothers"? getGroups() lists the groups.',
    });
  });

  test('is told as before where the groups cannot be read', async () => {
    const down = () => HttpResponse.json({}, { status: 503 });
    const server = await refusing(one, down as never);
    const error = await failure(addToGroup([UUID], 'Mothres'), server);
    expect(error.code).toBe('UNKNOWN_REFERENCE');
    expect(error.fix).toContain('Check the spelling or the uuid');
  });

  test('by a uuid, or like none, is told what to do', async () => {
    const other = '11111111-1111-4111-8111-111111111111';
    for (const [name, fix] of [
      [other, 'No group of the workspace has this uuid'],
      ['Xylophone players', 'ensureGroup() creates one'],
    ] as const) {
      const server = await refusing({ group: [`No such object: ${name}`] });
      expect((await failure(addToGroup([UUID], name), server)).fix).toContain(fix);
    }
  });
});

describe('a value of another kind', () => {
  const any = (value: unknown) => value as never;
  test.each<[string, Operation, string, string]>([
    [
      'an answer in place of a list',
      addToGroup(any({ results: [] }), 'A'),
      'contacts is an object where a list',
      'state.data.results.map(one => one.uuid)',
    ],
    [
      'a contact in place of a list',
      addToGroup(any({ uuid: UUID }), 'A'),
      'is an object',
      '$.data.uuid',
    ],
    [
      'nothing',
      addToGroup(any(null), 'A'),
      'The list of contacts is missing.',
      'Use a list of contacts',
    ],
    ['nothing', syncContacts(any(null)), 'contacts is missing.', 'is there'],
    [
      'an answer',
      syncContacts(any({ results: [] })),
      'contacts is an object, but must be a list',
      '$.data.results',
    ],
    ['true', deleteContacts(any(true)), 'contacts is a boolean', 'list'],
    ['a number', addToGroup(any(250788123123), 'A'), 'contacts[0] is a number', 'util.phoneUrn'],
    ['a number', getContact(any(250788123123)), 'contact is a number', 'util.phoneUrn'],
    ['a URN', upsertContact({ urns: any(7) }), 'contact.urns must be a list: put it in square', ''],
    ['a URN', upsertContact({ urns: any([7]) }), 'contact.urns[0] is a number', ''],
    ['a URN', sendBroadcast({ urns: any([7]), text: 'Hi' }), 'broadcast.urns[0] is a number', ''],
    ['a URN', sendMessage({ contact: any(7), text: 'Hi' }), 'message.contact is a number', ''],
  ])('is told as what it is: %s', async (_, operation, description, fix) => {
    const server = await rapidpro();
    const error = await failure(operation, server);
    expect(error.description).toContain(description);
    expect(error.fix).toContain(fix);
    expect(server.requests).toEqual([]);
  });
});

test('the log of a sync says what to do about the first that failed', async () => {
  const lines = captureConsole();
  const server = await rapidpro();
  await syncContacts([{ ...person }, { urns: [7 as never] }])(stateFor(server));
  expect(lines.find(line => line.includes('1 of 2 failed'))).toMatch(
    /The first is contacts\[1\] \(number 2 in the list\): .*is a number.* Correct contact\.urns\[0\] in the job/,
  );
});

test.each([
  [1, () => undefined],
  [1, () => ({})],
  [0, (state: State) => state],
])('a job that ends without its state is warned of: %d', async (times, last) => {
  const lines = captureConsole();
  await execute(fn(last as never))({ data: 1 });
  expect(lines.filter(line => line.includes('The last step returned no state'))).toHaveLength(
    times,
  );
});

test.each<[string, (state: State) => unknown, string | undefined]>([
  ['its data, an object', s => s.data, 'state.data instead of the state'],
  ['a list', () => [1], 'a list instead of the state'],
  ['a text', () => 'x', 'a text instead of the state'],
  ['a part of the state', s => ({ cursor: s.cursor }), undefined],
])('a job that ends with %s is told so', async (_, last, expected) => {
  const lines = captureConsole();
  await execute(fn(last as never))({ data: { a: 1 }, cursor: 1 });
  const found = lines.filter(line => line.includes('The last step returned'));
  expect(found).toHaveLength(expected ? 1 : 0);
  if (expected)
    expect(found[0]).toContain(`The last step returned ${expected}: everything in it is lost`);
});

test.each<[string, ...((state: State) => unknown)[]]>([
  ['alone', fn(() => getGroups() as never)],
  ['behind others', fn(s => s), fn(() => getGroups() as never)],
  ['by a condition', fn(s => (s.data ? getGroups() : s) as State)],
  ['that follows a step', s => (getContacts()(s) as Promise<State>).then(() => getGroups())],
  ['of a callback', Adaptor.addContact({ name: 'A' }, {}, (() => getGroups()) as never)],
])('a job that ends with an operation fails, and names it: %s', async (_, ...steps) => {
  const lines = captureConsole();
  const server = await rapidpro();
  const error = await failure(execute(...(steps as Operation[])), server);
  // The platform cannot write it down: the whole run would end, without saying why.
  expect(error).toMatchObject({
    code: 'INVALID_INPUT',
    description:
      'An earlier fn() returned an operation instead of the state, and the operation did not run.',
  });
  expect(lines.join()).toContain('getGroups() was created inside a function but never called');
});

test.each<[string, (state: State) => unknown, string]>([
  ['a list', s => [s.data], 'a list instead of the state'],
  ['a text', () => 'done', 'a text instead of the state'],
  ['a number', () => 5, 'a number instead of the state'],
  ['true', () => true, 'a boolean instead of the state'],
  [
    'the states of several calls',
    s => Promise.all([getGroups()(s)]),
    'a list instead of the state',
  ],
  ['no text', () => '', 'no state'],
])('what an earlier fn() returned instead of the state is told: %s', async (_, func, expected) => {
  const error = await failure(execute(fn(func as never), getContacts()), await rapidpro());
  expect(error).toMatchObject({
    code: 'INVALID_INPUT',
    description: `An earlier fn() returned ${expected}.`,
  });
});

test('a loop that waits for none of its calls is told to', async () => {
  const server = await rapidpro();
  const job = fn((async (state: State) => {
    for (const n of [1, 2])
      state = upsertContact({ urns: [`tel:+25078812312${n}`] })(state) as never;
    return state;
  }) as never);
  expect(await failure(execute(job), server)).toMatchObject({
    code: 'INVALID_INPUT',
    description: expect.stringContaining('The state is a promise'),
    fix: expect.stringContaining('state = await upsertContact(…)(state)'),
  });
});

test.each<[string, (state: State) => unknown, string]>([
  ['an operation', () => getGroups(), 'eachPage() got getGroups without its parentheses'],
  ['a list', s => s.data, 'An operation returned a list instead of the state for a page.'],
  ['a text', () => 'x', 'An operation returned a text instead of the state for a page.'],
  ['nothing', () => {}, 'An operation returned no state for a page.'],
  ['an empty state', () => ({}), 'An operation returned no state for a page.'],
])('a page whose operation returned %s is told so', async (_, step, description) => {
  const server = await rapidpro();
  const error = await failure(eachPage(getContacts(), step as Operation), server);
  expect(error).toMatchObject({ code: 'INVALID_INPUT' });
  expect(error.description).toContain(description);
});

describe('more operations than a helper takes', () => {
  const [a, b] = [upsertContact(person), addToGroup([UUID], UUID)];
  const give = (make: unknown, ...given: unknown[]) =>
    (make as (...given: unknown[]) => Operation)(...given);
  test.each<[string, Operation]>([
    ['each', give(each, '$.data[*]', a, b)],
    ['each, a list', give(each, '$.data[*]', a, [b])],
    ['fnIf', give(fnIf, true, a, b)],
    ['as', give(Adaptor.as, 'kept', a, b)],
    ['fn', give(fn, a, b)],
    ['alterState', give(Adaptor.alterState, a, b)],
    ['map', give(Adaptor.map, '$.data[*]', (x: unknown) => x, a)],
    ['group', give(Adaptor.group, [{ x: 1 }], 'x', (s: State) => s, a)],
    ['parseCsv', give(Adaptor.parseCsv, 'x', {}, (s: State) => s, a)],
  ])('are refused, and none is run: %s', async (name, operation) => {
    const server = await rapidpro();
    const error = await failure(execute(operation), server, { data: [1] });
    expect(error).toMatchObject({
      code: 'INVALID_INPUT',
      description: expect.stringMatching(new RegExp(`^${name.split(',')[0]}\\(\\) takes one `)),
      fix: expect.stringContaining('combine('),
    });
    expect(server.requests).toEqual([]);
  });
});

test('a lost state says that what ran before is done', async () => {
  const lose = fn(() => undefined as never);
  const send = upsertContact(person);
  for (const operations of [
    [combine(send, lose, send)],
    [send, lose, send],
    [each([1, 2], async (state: State) => send(state).then(() => undefined as never))],
  ]) {
    const server = await rapidpro();
    const error = await execute(...operations)(stateFor(server)).catch(thrown => thrown);
    expect(error.description).toBe('An earlier fn() returned no state.');
    expect(error.fix).toContain('sent nothing; what ran before it is done.');
    expect(error.fix).not.toContain('Nothing was sent');
    expect(server.requests).toHaveLength(1);
  }
});

describe('a path', () => {
  const keep = fn(state => state);
  const nested = { list: [], people: [{ visits: [1] }, {}], none: null, text: 'x' };
  /** The warnings of a job about its paths. */
  const told = async (operation: Operation, data: unknown) => {
    const lines = captureConsole();
    await execute(operation)({ data });
    return lines.filter(line => line.includes('path'));
  };
  test.each<[string, unknown, string]>([
    ['$.dta[*]', [1], 'there is no "dta"'],
    ['$.dta', [1], 'there is no "dta"'],
    ['dta[*]', [1], 'there is no "dta"'],
    ["$['dta'][*]", [1], 'there is no "dta"'],
    ['$.data.lst[*]', nested, 'there is no "lst"'],
    ['$.data.people[*].vsits[*]', nested, 'there is no "vsits"'],
    ['$.data.none[*]', nested, 'it leads to nothing'],
    ['$.data.text[*]', nested, 'it leads to a text, not to a list'],
    ['$.dta[?(@.a)]', [1], 'there is no "dta"'],
    ['$.data', [1], "write each('$.data[*]', …)"],
    ['$.data.people', nested, "write each('$.data.people[*]', …)"],
  ])('that is not right is told: %s', async (path, data, expected) => {
    const found = await told(each(path, keep), data);
    expect(found).toHaveLength(1);
    expect(found[0]).toContain(expected);
  });
  test.each<[string, unknown]>([
    ['$.data[*]', []],
    ['$.data[*]', [1]],
    ['$.data[*]', [[1]]],
    ['$.data[*]', {}],
    ['$.data', { a: 1 }],
    ['$.data[0]', []],
    ['$.data.list[*]', nested],
    ['$.data.people[*].visits[*]', nested],
    ['$.data.list[*].visits[*]', nested],
    ['$.data.people[?(@.age > 5)]', nested],
    ['$..nobody', nested],
  ])('that is right is not: %s of %j', async (path, data) => {
    expect(await told(each(path, keep), data)).toEqual([]);
  });
  test('is told once in a run, of map() and merge() too', async () => {
    const many = each([1, 2, 3], each('$.dta[*]', keep));
    expect(await told(many, null)).toHaveLength(1);
    expect(
      await told(
        Adaptor.map('$.dta[*]', x => x),
        null,
      ),
    ).toHaveLength(1);
    const merged = fn(state => ({ ...state, list: Adaptor.merge('$.dta[*]', {})(state) }));
    expect(await told(merged, null)).toHaveLength(1);
  });
});

describe('a condition', () => {
  test.each<[string, unknown]>([
    ['a reference', '$.data.consent'],
    ['another', '$data'],
    ['of state', 'state.data.consent'],
    ['that a function gives', () => '$.data.consent'],
  ])('in quotes is refused: %s', async (_, condition) => {
    const server = await rapidpro();
    const error = await failure(execute(fnIf(condition, upsertContact(person))), server);
    expect(error).toMatchObject({ code: 'INVALID_INPUT' });
    expect(error.description).toContain('fnIf(): the condition is a reference in quotes');
    expect(server.requests).toEqual([]);
  });
  test.each([
    ['false', 1],
    ['No', 1],
    ['0', 1],
    [' ', 1],
    ['yes', 0],
    ['', 0],
    ['$5', 0],
    [false, 0],
    [0, 0],
  ])('that is %j is warned of: %d', async (value, times) => {
    const lines = captureConsole();
    await execute(
      fnIf(
        (s: State) => s.data,
        fn(s => s),
      ),
    )({ data: value });
    expect(lines.filter(line => line.includes('fnIf(): the condition is'))).toHaveLength(times);
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
        fix: 'Did you mean "Mothers"? getGroups() lists the groups.',
      },
    ],
  });
});

test('contacts as they were read, in place of their uuids, are told how to give those', async () => {
  const people = [{ uuid: UUID, urns: ['tel:+250788123123'] }];
  const all = 'Use uuids: state => state.data.map(one => one.uuid).';
  for (const [operation, advice] of [
    [sendBroadcast({ contacts: people as never, text: 'Hello' }), all],
    [startFlow({ flow: 'Registration', contacts: people as never }), all],
    [sendMessage({ contact: people[0] as never, text: 'Hello' }), 'Use uuids: $.data.uuid.'],
  ] as const) {
    expect((await refused(operation, 'INVALID_INPUT')).description).toContain(advice);
  }
});
