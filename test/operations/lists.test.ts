import { HttpResponse, http as msw } from 'msw';
import { describe, expect, test } from 'vitest';
import {
  getContacts,
  getFields,
  getFlowRuns,
  getFlows,
  getGroups,
  getMessages,
} from '../../src/index.js';
import type { Operation, State } from '../../src/types/state.js';
import { captureConsole } from '../support/captureConsole.js';
import { serve } from '../support/serve.js';
import { answering, FLOW, failure, page, refused, run, sent, stateFor, UUID } from './run.js';

type List = (filters?: unknown, options?: unknown) => Operation;
const lists = {
  contacts: getContacts as List,
  fields: getFields as List,
  flows: getFlows as List,
  groups: getGroups as List,
  messages: getMessages as List,
  runs: getFlowRuns as List,
};

/** A list of so many pages of two records each. */
function pagesOf(path: string, pages: number) {
  return msw.get(`*/api/v2/${path}.json`, ({ request }) => {
    const { searchParams } = new URL(request.url);
    const number = Number(searchParams.get('cursor') ?? 1);
    const next = `http://elsewhere.invalid/api/v2/${path}.json?cursor=${number + 1}`;
    return page([{ uuid: `${number}a` }, { uuid: `${number}b` }], number < pages ? next : null);
  });
}

describe.each(Object.entries(lists))('%s', (path, list) => {
  test('reads all pages', async () => {
    const server = await serve(pagesOf(path, 3));
    const { data, response, references } = await run(list(), server);
    expect(data).toEqual(['1a', '1b', '2a', '2b', '3a', '3b'].map(uuid => ({ uuid })));
    expect(sent(server)).toEqual([`GET ${path}`, `GET ${path}?cursor=2`, `GET ${path}?cursor=3`]);
    expect(response).toMatchObject({ method: 'GET', path, statusCode: 200, requests: 3 });
    expect(references).toEqual(['earlier', 'before']);
  });

  test('an empty list is an empty array', async () => {
    const server = await serve(answering('get', path, () => page([])));
    expect((await run(list(), server)).data).toEqual([]);
    expect(server.requests).toHaveLength(1);
  });

  test.each(['nope', '__proto__', 'constructor', 'limit'])('refuses the filter %s', async name => {
    const filters = JSON.parse(`{ "${name}": "x" }`);
    await refused(list(filters), 'INVALID_FILTER');
  });

  test.each(['text', 5, ['uuid'], true])(
    'refuses filters that are no object: %j',
    async filters => {
      await refused(list(filters), 'INVALID_FILTER');
    },
  );

  test.each([undefined, null])('refuses filters that evaluate to %s', async nothing => {
    await refused(
      list(() => nothing),
      'INVALID_FILTER',
    );
  });
});

describe('limit', () => {
  test.each([
    [1, 1, 1],
    [2, 2, 1],
    [3, 3, 2],
    [4, 4, 2],
    [99, 6, 3],
  ])('%d gives %d records in %d requests', async (limit, records, requests) => {
    const server = await serve(pagesOf('contacts', 3));
    const { data } = await run(getContacts({}, { limit }), server);
    expect(data).toHaveLength(records);
    expect(server.requests).toHaveLength(requests);
  });

  test('may be a function of state', async () => {
    const server = await serve(pagesOf('contacts', 3));
    const limit = (state: State) => state.most as number;
    expect((await run(getContacts({}, { limit }), server, { most: 1 })).data).toHaveLength(1);
  });
});

describe('filters that evaluate to nothing', () => {
  test.each([undefined, null, '', '   ', []])('%j is refused', async nothing => {
    await refused(getContacts({ group: (() => nothing) as never }), 'INVALID_FILTER');
    await refused(getContacts({ group: nothing as never }), 'INVALID_FILTER');
    await refused(getContacts({ deleted: nothing as never }), 'INVALID_FILTER');
    await refused(getContacts({ after: nothing as never }), 'INVALID_FILTER');
  });

  test('the error names the filter and says that nothing was read', async () => {
    const error = await refused(getContacts({ group: () => undefined as never }), 'INVALID_FILTER');
    expect(error.description).toContain('"group"');
    expect(error.fix).toContain('nothing was read');
  });
});

describe('filters', () => {
  test('a misspelled one is reported with the right one', async () => {
    const error = await refused(getContacts({ gruop: 'Mothers' } as never), 'INVALID_FILTER');
    expect(error.fix).toBe('Did you mean "group"?');
    const limit = await refused(getContacts({ limit: 5 } as never), 'INVALID_FILTER');
    expect(limit.fix).toContain('second argument');
  });

  test('one that is no word is not shown', async () => {
    const error = await refused(getContacts({ '+250788000001': 5 } as never), 'INVALID_FILTER');
    expect(error.description).toBe('Contacts have no filter of that name.');
    expect(JSON.stringify(error)).not.toContain('250788');
  });

  test.each([
    [{ uuid: UUID.toUpperCase() }, { uuid: UUID }],
    [{ uuid: UUID.replaceAll('-', '') }, { uuid: UUID }],
    [{ urn: ' tel:+250788123123 ' }, { urn: 'tel:+250788123123' }],
    [{ urn: 'mailto:a+b&c=d/e@x.org' }, { urn: 'mailto:a+b&c=d/e@x.org' }],
    [{ urn: 'telegram:1?a=b#c' }, { urn: 'telegram:1?a=b#c' }],
    [{ group: ' Mothers & Sons + #1 ' }, { group: 'Mothers & Sons + #1' }],
    [{ group: UUID.toUpperCase() }, { group: UUID }],
    [{ group: 2024 }, { group: '2024' }],
    [{ deleted: true }, { deleted: 'true' }],
    [{ deleted: 'true' }, { deleted: 'true' }],
    [{ deleted: false, reverse: false }, {}],
    [{ urn_order: 'Priority' }, { urn_order: 'priority' }],
    [{ after: '2026-01-31T10:00:00+02:00' }, { after: '2026-01-31T10:00:00+02:00' }],
  ])('%j is sent as %j', async (filters, query) => {
    const server = await serve(answering('get', 'contacts', () => page([{ uuid: UUID }])));
    await run(getContacts(filters as never), server);
    expect(Object.fromEntries(server.requests[0]?.query ?? [])).toEqual(query);
  });

  test('false is sent where it means something else than nothing', async () => {
    const server = await serve(
      answering('get', 'flows', () => page([])),
      answering('get', 'runs', () => page([])),
    );
    await run(getFlows({ archived: false }), server);
    await run(getFlowRuns({ paths: false, responded: false, reverse: false }), server);
    expect(sent(server)).toEqual(['GET flows?archived=false', 'GET runs?paths=false']);
  });

  test.each([
    [getContacts, { uuid: 'Mothers' }],
    [getContacts, { uuid: { uuid: UUID } }],
    [getContacts, { uuid: [UUID] }],
    [getContacts, { urn: '+250788300099' }],
    [getContacts, { group: { uuid: UUID } }],
    [getContacts, { group: ['A', 'B'] }],
    [getContacts, { deleted: 'yes' }],
    [getContacts, { deleted: 1 }],
    [getFlows, { type: 'sms' }],
    [getFlows, { archived: 'no' }],
    [getFlowRuns, { contact: 'tel:+250788300099' }],
    [getFlowRuns, { id: '5x' }],
    [getFlowRuns, { id: -5 }],
    [getFlowRuns, { id: 1.5 }],
    [getMessages, { folder: 'inbx' }],
    [getMessages, { broadcast: 'abc' }],
    [getFields, { key: {} }],
  ])('%o refuses %j', async (list, filters) => {
    const error = await refused((list as List)(filters), 'INVALID_FILTER');
    expect(JSON.stringify(error)).not.toContain('300099');
  });

  test.each([
    [getGroups, { uuid: UUID, name: 'Mothers' }, '"uuid" and "name"'],
    [getFlowRuns, { flow: FLOW, contact: UUID }, '"contact" and "flow"'],
    [getMessages, { folder: 'inbox', label: 'Urgent' }, '"folder" and "label"'],
  ])('%o takes only one of %j', async (list, filters, names) => {
    const error = await refused((list as List)(filters), 'INVALID_FILTER');
    expect(error.description).toContain(names);
  });

  test('one that this server would ignore stops the list after one request', async () => {
    const answer = (header: string) => () =>
      HttpResponse.json(
        { next: 'http://x/?cursor=2', previous: null, results: [{ uuid: UUID }] },
        { headers: { [header]: '1' } },
      );
    const v9 = await serve(
      answering('get', 'messages', answer('X-Temba-Org')),
      answering('get', 'groups', answer('X-Temba-Org')),
    );
    expect((await failure(getMessages({ uuid: UUID }), v9)).code).toBe('INVALID_FILTER');
    expect((await failure(getGroups({ manual_only: true }), v9)).code).toBe('INVALID_FILTER');
    expect(v9.requests).toHaveLength(2);
    const textit = await serve(answering('get', 'messages', answer('X-Temba-Workspace')));
    expect((await failure(getMessages({ folder: 'incoming' }), textit)).code).toBe(
      'INVALID_FILTER',
    );
    expect(textit.requests).toHaveLength(1);
  });
});

describe('dates', () => {
  test.each([
    '2026-01-31',
    '2024-02-29',
    '2026-01-31T08:00Z',
    '2026-01-31T08:00:00',
    '2026-01-31T08:00:00Z',
    '2026-01-31T08:00:00.123456Z',
    '2026-01-31T08:00:00.1-03:30',
    '2026-01-31 08:00:00+0200',
  ])('%s is sent as it is', async date => {
    const server = await serve(answering('get', 'contacts', () => page([])));
    await run(getContacts({ after: date, before: date }), server);
    expect(Object.fromEntries(server.requests[0]?.query ?? [])).toEqual({
      after: date,
      before: date,
    });
  });

  test('what is finer than a microsecond is cut off', async () => {
    const server = await serve(answering('get', 'contacts', () => page([])));
    await run(getContacts({ after: '2026-01-31T08:00:00.123456789Z' }), server);
    expect(sent(server)).toEqual(['GET contacts?after=2026-01-31T08:00:00.123456Z']);
  });

  test.each([
    'yesterday',
    '2026-13-45',
    '2026-02-30',
    '2025-02-29',
    '31/01/2026',
    '31-01-2026',
    '2026-1-5',
    '20260131',
    '2026-W05',
    '2026-01-31T25:00:00Z',
    '2026-01-31T08:60:00Z',
    '2026-01-31T08:00:00+25:00',
    '2026-01-31T08:00:00 02:00',
    '2026-01-31T08:00:00Z; 2026',
    'Sat Jan 31 2026 10:00:00 GMT+0200',
    1769846400000,
    true,
    {},
  ])('%s is refused', async date => {
    await refused(getContacts({ after: date as never }), 'INVALID_FILTER');
  });

  test('a Date object is refused, and the error says how to write it', async () => {
    const error = await refused(getContacts({ after: new Date() as never }), 'INVALID_FILTER');
    expect(error.description).toBe('filters.after is a Date object.');
    expect(error.fix).toContain('toISOString()');
  });

  test.each([
    [{ after: '2026-02-01', before: '2026-01-31T23:59:59.999999Z' }, true],
    [{ after: '2026-02-01T00:00:00+02:00', before: '2026-01-31' }, true],
    [{ after: '2026-02-01T00:00:00+02:00', before: '2026-02-01' }, false],
    [{ after: '2026-01-31', before: '2026-01-31' }, false],
    [{ after: '2026-01-31' }, false],
    [{ before: '2026-01-31' }, false],
    [{}, false],
  ])('of %j, the log says if they leave nothing between them', async (filters, isSaid) => {
    const lines = captureConsole();
    const server = await serve(answering('get', 'contacts', () => page([])));
    expect((await run(getContacts(filters), server)).data).toEqual([]);
    expect(lines.join('\n').includes('"after" is later than "before"')).toBe(isSaid);
  });
});

describe('a group that gives no contacts', () => {
  const groups = [
    { uuid: UUID, name: 'Mothers', count: 0 },
    { uuid: FLOW, name: 'Fathers', count: 0 },
  ];
  const server = () =>
    serve(
      answering('get', 'contacts', () => page([])),
      msw.get('*/api/v2/groups.json', () => page(groups)),
    );

  test.each(['Mothers', UUID, ' Mothers ', UUID.toUpperCase()])('%s is empty', async group => {
    const rapidpro = await server();
    expect((await run(getContacts({ group }), rapidpro)).data).toEqual([]);
    expect(rapidpro.requests).toHaveLength(2);
  });

  test.each(['Mother', '00000000-0000-4000-8000-000000000000'])('%s is unknown', async group => {
    const rapidpro = await server();
    expect(await failure(getContacts({ group }), rapidpro)).toMatchObject({
      code: 'UNKNOWN_GROUP',
    });
    expect(rapidpro.requests).toHaveLength(2);
  });

  test('is an error that says how its name is written', async () => {
    const error = await failure(getContacts({ group: 'mothers' }), await server());
    expect(error.code).toBe('UNKNOWN_GROUP');
    expect(error.fix).toBe('Write it exactly as in RapidPro: "Mothers".');
  });

  test('is not asked for where there are contacts', async () => {
    const rapidpro = await serve(answering('get', 'contacts', () => page([{ uuid: UUID }])));
    await run(getContacts({ group: 'Mothers' }), rapidpro);
    expect(rapidpro.requests).toHaveLength(1);
  });
});

test('the log says how many, in how many requests, and nothing of them', async () => {
  const lines = captureConsole();
  const person = { uuid: UUID, name: 'Amina Diallo', urns: ['tel:+221770001122'] };
  const server = await serve(answering('get', 'contacts', () => page([person])));
  await getContacts({ urn: 'tel:+221770001122' })(stateFor(server));
  expect(lines).toEqual(['RapidPro: Fetched 1 contact in 1 request']);
});
