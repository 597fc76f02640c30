import { HttpResponse, http } from 'msw';
import { describe, expect, test } from 'vitest';
import { recording, replay, servers } from '../../recordings/read.js';
import { changes } from '../../src/client/changes.js';
import { Client } from '../../src/client/client.js';
import { Limiter } from '../../src/client/limiter.js';
import { orderOf } from '../../src/client/orderedList.js';
import { type Page, pages, readPage } from '../../src/client/pages.js';
import { parseConfiguration } from '../../src/configuration.js';
import type { RapidProError } from '../../src/errors/errors.js';
import type { Query } from '../../src/types/request.js';
import { credential } from '../support/credential.js';
import { fakeClock } from '../support/fakeClock.js';
import { serve } from '../support/serve.js';

type Body = { next: unknown; results: unknown };

/** A server whose answer depends on the cursor alone; '' for the first page. */
async function listing(bodyOf: (cursor: string, origin: string) => Body) {
  const server = await serve(
    http.get('*/api/v2/contacts.json', ({ request }) => {
      const { searchParams, origin } = new URL(request.url);
      return HttpResponse.json(bodyOf(searchParams.get('cursor') ?? '', origin) as object);
    }),
  );
  const client = new Client(parseConfiguration(credential(server)), {
    limiter: new Limiter({ clock: fakeClock() }),
  });
  return { server, client };
}

async function collect(source: AsyncIterable<Page>): Promise<Page[]> {
  const all: Page[] = [];
  for await (const page of source) all.push(page);
  return all;
}

/** What is thrown, and the pages before it. */
async function untilError(source: AsyncIterable<Page>) {
  const before: Page[] = [];
  try {
    for await (const page of source) before.push(page);
  } catch (error) {
    return { before, error: error as RapidProError };
  }
  return expect.unreachable('no error');
}

describe.each(servers)('recorded on %s', name => {
  test('three pages, each record once', async () => {
    const recorded = ['get_list_page1', 'get_list_page2', 'get_list_page3_last'].map(file =>
      recording(name, 'contacts', file),
    );
    const byCursor = new Map(
      recorded.map(page => [new URLSearchParams(page.request.query).get('cursor') ?? '', page]),
    );
    const server = await serve(
      http.get('*/api/v2/contacts.json', info => {
        const cursor = new URL(info.request.url).searchParams.get('cursor') ?? '';
        const page = byCursor.get(cursor);
        return page ? replay(page)(info) : new HttpResponse(null, { status: 500 });
      }),
    );
    const client = new Client(parseConfiguration(credential(server)));
    const all = await collect(pages(client, 'contacts'));
    expect(all.map(({ records }) => records.length).slice(0, 2)).toEqual([250, 250]);
    const uuids = all.flatMap(({ records }) => records.map(({ uuid }) => uuid));
    expect(new Set(uuids).size).toBe(uuids.length);
    expect(uuids).toEqual(
      recorded.flatMap(({ response }) =>
        (response.body as { results: { uuid: string }[] }).results.map(({ uuid }) => uuid),
      ),
    );
    expect(all.at(-1)?.next).toBeUndefined();
    expect(client.requests).toBe(3);
  });
});

describe('of next only the cursor is used', () => {
  const query = { group: 'A & B', after: '2026-01-01T00:00:00Z' };
  test.each([
    ['another host', () => 'https://evil.example.org/api/v2/contacts.json?cursor=abc'],
    [
      'plain http',
      (origin: string) =>
        `${origin.replace('127.0.0.1', 'localhost')}/api/v2/contacts.json?cursor=abc`,
    ],
    ['another path', (origin: string) => `${origin}/api/v2/messages.json?cursor=abc`],
    [
      'other filters',
      (origin: string) => `${origin}/api/v2/contacts.json?group=Other&cursor=abc&deleted=1`,
    ],
    ['a password', () => 'https://me:secret@evil.example.org/?cursor=abc'],
    ['no host', () => '/api/v2/contacts.json?cursor=abc'],
    ['a query alone', () => '?cursor=abc'],
    ['a strange scheme', () => 'javascript:void(0)?cursor=abc'],
    ['two cursors', () => '?cursor=abc&cursor=def'],
  ])('%s', async (_, next: (origin: string) => string) => {
    const { server, client } = await listing((cursor, origin) => ({
      next: cursor === '' ? next(origin) : null,
      results: [{ uuid: cursor }],
    }));
    const all = await collect(pages(client, 'contacts', query));
    expect(all.map(({ records }) => records)).toEqual([[{ uuid: '' }], [{ uuid: 'abc' }]]);
    expect(
      server.requests.map(request => [request.path, Object.fromEntries(request.query)]),
    ).toEqual([
      ['/api/v2/contacts.json', query],
      ['/api/v2/contacts.json', { ...query, cursor: 'abc' }],
    ]);
  });

  test('a cursor of any letters comes back as it was', async () => {
    const cursor = 'bz0xJnA9MjAyNi0wMS0zMVQ+Li8=&%# é';
    const { server, client } = await listing(given => ({
      next: given === '' ? `/?cursor=${encodeURIComponent(cursor)}` : null,
      results: [],
    }));
    await collect(pages(client, 'contacts'));
    expect(server.requests[1]?.query.get('cursor')).toBe(cursor);
  });
});

describe('lists that do not end', () => {
  test('the same cursor twice', async () => {
    const { server, client } = await listing(() => ({ next: '?cursor=same', results: [{ a: 1 }] }));
    const { before, error } = await untilError(pages(client, 'contacts'));
    expect(error.code).toBe('PAGING_LOOP');
    expect(before).toHaveLength(2);
    expect(server.requests).toHaveLength(2);
  });

  test('cursors in a circle', async () => {
    const { client } = await listing(cursor => ({
      next: `?cursor=${(Number(cursor) + 1) % 7}`,
      results: [{ a: 1 }],
    }));
    const { before, error } = await untilError(pages(client, 'contacts'));
    expect(error.code).toBe('PAGING_LOOP');
    expect(before.length).toBeLessThanOrEqual(8);
  });

  test('a list that says to go on where it was resumed', async () => {
    const { server, client } = await listing(() => ({ next: '?cursor=here', results: [{ a: 1 }] }));
    const { error } = await untilError(
      pages(client, 'contacts', {}, { query: { cursor: 'here' } }),
    );
    expect(error.code).toBe('PAGING_LOOP');
    expect(server.requests).toHaveLength(1);
  });

  test('empty pages', async () => {
    const { server, client } = await listing(cursor => ({
      next: `?cursor=${Number(cursor) + 1}`,
      results: [],
    }));
    const { error } = await untilError(pages(client, 'contacts'));
    expect(error.code).toBe('LIST_TOO_LONG');
    expect(server.requests.length).toBeLessThan(150);
  });

  test('a list that changes faster than it is read', async () => {
    let [now, requests] = [Date.parse('2026-05-04T08:00:00Z'), 0];
    // Whoever begins anew finds two pages of changes.
    const request = async ({ query = {} }: { query?: Query }) => {
      const isFirst = !('cursor' in query);
      if (isFirst) now += 10_000;
      const modified_on = new Date(isFirst ? now : now - 5000).toISOString();
      const next = isFirst ? `https://host/api/v2/tickets?cursor=p${now}` : null;
      return { body: { next, results: [{ uuid: `ticket-${requests++}`, modified_on }] } };
    };
    const client = { request } as unknown as Client;
    const list = { client, name: 'tickets', query: {}, order: orderOf('tickets', {}) } as const;
    const { error } = await untilError(changes(list, now * 1000));
    expect(error.code).toBe('LIST_TOO_LONG');
    expect(requests).toBe(200);
  });

  test('but some empty pages before a full one are fine', async () => {
    const { client } = await listing(cursor => ({
      next: Number(cursor) < 150 ? `?cursor=${Number(cursor) + 1}` : null,
      results: Number(cursor) % 50 === 0 ? [{ a: 1 }] : [],
    }));
    expect(await collect(pages(client, 'contacts'))).toHaveLength(151);
  });
});

/** A cursor within an instant. */
const within = (offset: number, position = 'noon') =>
  Buffer.from(offset > 0 ? `o=${offset}&p=${position}` : `p=${position}`).toString('base64');

describe('within one instant, a list has to go on', () => {
  const record = (uuid: string) => ({ uuid, modified_on: '2026-01-31T12:00:00Z' });
  const nextFrom = (cursor: string) => `?cursor=${encodeURIComponent(cursor)}`;
  /** Each answer once, in this order; then the last one again. */
  async function answering(...bodies: Body[]) {
    let count = 0;
    return listing(() => bodies[Math.min(count++, bodies.length - 1)] as Body);
  }

  test('pages with ever higher offsets are fine', async () => {
    const { server, client } = await answering(
      { next: nextFrom(within(2)), results: [record('a'), record('b')] },
      { next: nextFrom(within(3)), results: [record('b'), record('c')] },
      { next: nextFrom(within(4)), results: [record('c'), record('d')] },
      { next: null, results: [record('d'), record('e')] },
    );
    const all = await collect(pages(client, 'contacts'));
    expect(all.flatMap(({ records }) => records.map(({ uuid }) => uuid)).join('')).toBe('abcde');
    expect(server.requests).toHaveLength(4);
  });

  test('the same offset again, without a new record, is a loop', async () => {
    const { server, client } = await answering(
      { next: nextFrom(within(2)), results: [record('a'), record('b')] },
      { next: nextFrom(within(2)), results: [record('b')] },
    );
    const { before, error } = await untilError(pages(client, 'contacts'));
    expect(error.code).toBe('PAGING_LOOP');
    expect(before).toHaveLength(2);
    expect(server.requests).toHaveLength(2);
  });

  test('the same offset again, with a new record, is none: others left the list', async () => {
    const { client } = await answering(
      { next: nextFrom(within(2)), results: [record('a'), record('b')] },
      { next: nextFrom(within(2)), results: [record('b'), record('c')] },
      { next: null, results: [record('c'), record('d')] },
    );
    const all = await collect(pages(client, 'contacts'));
    expect(all.flatMap(({ records }) => records.map(({ uuid }) => uuid)).join('')).toBe('abcd');
  });

  test('a higher offset without a new record is none', async () => {
    const { client } = await answering(
      { next: nextFrom(within(2)), results: [record('a'), record('b')] },
      { next: nextFrom(within(3)), results: [record('b')] },
      { next: null, results: [record('b'), record('c')] },
    );
    const all = await collect(pages(client, 'contacts'));
    expect(all.flatMap(({ records }) => records.map(({ uuid }) => uuid)).join('')).toBe('abc');
  });

  test('an offset that does not go beyond where the page begins is a loop', async () => {
    const { server, client } = await answering(
      { next: nextFrom(within(3)), results: ['a', 'b', 'c'].map(record) },
      { next: nextFrom(within(2)), results: [record('c'), record('d')] },
    );
    const { before, error } = await untilError(pages(client, 'contacts'));
    expect(error.code).toBe('PAGING_LOOP');
    expect(before).toHaveLength(2);
    expect(server.requests).toHaveLength(2);
  });

  test('a page that begins too late and is requested again is no loop', async () => {
    const { server, client } = await answering(
      { next: nextFrom(within(3)), results: ['a', 'b', 'c'].map(record) },
      // "a" and "b" have left, so the count leads beyond "d".
      { next: null, results: [record('e')] },
      { next: null, results: ['c', 'd', 'e'].map(record) },
    );
    const all = await collect(pages(client, 'contacts'));
    expect(all.map(({ records }) => records.map(({ uuid }) => uuid).join(''))).toEqual([
      'abc',
      '',
      'de',
    ]);
    expect(server.requests.map(({ query }) => query.get('cursor'))).toEqual([
      null,
      within(2),
      within(0),
    ]);
  });

  test('resumed within an instant, the same place again is a loop', async () => {
    const { error } = await untilError(
      pages(
        (await answering({ next: nextFrom(within(0)), results: [record('a')] })).client,
        'contacts',
        {},
        { query: { cursor: within(0) } },
      ),
    );
    expect(error.code).toBe('PAGING_LOOP');
  });
});

describe('limits of a whole list', () => {
  test('a hundred empty pages in a row are read, one more is too many', async () => {
    const emptyPages = async (count: number) => {
      const { client } = await listing(cursor => ({
        next: Number(cursor) < count ? `?cursor=${Number(cursor) + 1}` : null,
        results: Number(cursor) < count ? [] : [{ uuid: 'last' }],
      }));
      return pages(client, 'contacts');
    };
    expect(await collect(await emptyPages(100))).toHaveLength(101);
    expect((await untilError(await emptyPages(101))).error.code).toBe('LIST_TOO_LONG');
  });

  /** Forty thousand pages, without a network. */
  const endless = (ends: number) => {
    let requests = 0;
    const request = async ({ query = {}, onText }: RequestForPage) => {
      requests++;
      await null;
      const at = Number(query.cursor ?? 0);
      const next = at + 1 < ends ? `?cursor=${at + 1}` : null;
      onText?.(JSON.stringify({ next }));
      return { body: { next, results: [{ uuid: `${at}` }] } };
    };
    const limiter = { abandon: async (work: Promise<unknown>) => void (await work) };
    return { client: { request, limiter } as unknown as Client, requests: () => requests };
  };
  type RequestForPage = { query?: Query; onText?: (text: string) => void };

  test.each([
    ['one by one', () => false],
    ['ahead', () => true],
  ])('forty thousand pages are read, one more is too many: %s', async (_, mayReadAhead) => {
    const read = async (ends: number) => {
      const { client, requests } = endless(ends);
      let count = 0;
      try {
        for await (const page of pages(client, 'contacts', {}, undefined, mayReadAhead)) {
          count += page.records.length;
        }
      } catch (error) {
        return { count, requests: requests(), code: (error as RapidProError).code };
      }
      return { count, requests: requests() };
    };
    expect(await read(40_000)).toEqual({ count: 40_000, requests: 40_000 });
    expect(await read(40_001)).toEqual({ count: 40_000, requests: 40_000, code: 'LIST_TOO_LONG' });
  });
});

test.each([
  [3, 0],
  [0, 3],
  [2, 1],
])(
  'of %i records with an id and %i without, the latter are compared whole',
  async (withId, without) => {
    let written = 0;
    const record = (id: object) => ({
      ...id,
      get name() {
        written++;
        return 'x';
      },
    });
    const results = [
      ...Array.from({ length: withId }, (_, index) => record({ uuid: `${index}` })),
      ...Array.from({ length: without }, () => record({})),
    ];
    const request = async () => ({ body: { next: null, results } });
    await pages({ request } as unknown as Client, 'contacts').next();
    // To write them as text takes long, so it is done in turns, before anything compares them.
    expect(written).toBe(without);
  },
);

describe('answers that are no list', () => {
  test.each([
    ['nothing', null],
    ['an array', []],
    ['an object without results', { next: null }],
    ['results that are no array', { results: {}, next: null }],
    ['a text', 'contacts'],
    ['records that are none', { results: [{ uuid: 'a' }, null], next: null }],
    ['records that are texts', { results: ['a'], next: null }],
    ['a next that is a number', { results: [], next: 7 }],
    ['a next that is an object', { results: [], next: {} }],
  ])('%s', (_, body) => {
    expect(() => readPage(body)).toThrowError(expect.objectContaining({ code: 'NOT_RAPIDPRO' }));
  });

  test.each([
    '',
    'nonsense',
    'http://[',
    '#?cursor=',
    '?page=2',
    '?cursor=',
    'https://x.example.org/',
  ])('a next that leads nowhere: %j', next => {
    expect(() => readPage({ results: [], next })).toThrowError(
      expect.objectContaining({ code: 'PAGING_LOOP' }),
    );
  });

  test.each<[unknown, Query | undefined]>([
    [null, undefined],
    [undefined, undefined],
    ['?offset=250&limit=250', { offset: '250' }],
    ['?offset=250&cursor=a', { cursor: 'a' }],
  ])('%j goes on at %j', (next, place) => {
    expect(readPage({ results: [], next }).next).toEqual(place);
  });
});

describe('a list can be left and taken up', () => {
  const numbered = (cursor: string): Body => ({
    next: Number(cursor) < 4 ? `?cursor=${Number(cursor) + 1}` : null,
    results: [{ number: Number(cursor) }],
  });

  test('no page is asked for before it is wanted', async () => {
    const { server, client } = await listing(numbered);
    for await (const page of pages(client, 'contacts')) {
      if (page.records[0]?.number === 1) break;
    }
    expect(server.requests).toHaveLength(2);
  });

  test('and goes on where next said', async () => {
    const { server, client } = await listing(numbered);
    const first = await pages(client, 'contacts', { group: 'a' }).next();
    const rest = await collect(pages(client, 'contacts', { group: 'a' }, first.value?.next));
    expect(rest.map(({ records }) => records[0]?.number)).toEqual([1, 2, 3, 4]);
    expect(server.requests.every(({ query }) => query.get('group') === 'a')).toBe(true);
  });

  test('a page behind the first one that does not say whether there are more is an error', async () => {
    const { client } = await listing(cursor =>
      cursor === '2' ? ({ results: [{ number: 2 }] } as Body) : numbered(cursor),
    );
    const { before, error } = await untilError(pages(client, 'contacts'));
    expect(error.code).toBe('NOT_RAPIDPRO');
    expect(before).toHaveLength(2);
  });

  test.each([
    [249, undefined],
    [250, 'NOT_RAPIDPRO'],
  ])('%i records that do not say whether there are more: %s', async (length, code) => {
    const results = Array.from({ length }, (_, uuid) => ({ uuid: String(uuid) }));
    const { client } = await listing(() => ({ results }) as unknown as Body);
    const reading = collect(pages(client, 'contacts'));
    if (code === undefined) expect((await reading)[0]?.records).toHaveLength(length);
    else await expect(reading).rejects.toMatchObject({ code });
  });

  test('what was read before an error is handed out before it', async () => {
    const { client } = await listing(cursor =>
      cursor === '2' ? { next: 7, results: [] } : numbered(cursor),
    );
    const { before, error } = await untilError(pages(client, 'contacts'));
    expect(error.code).toBe('NOT_RAPIDPRO');
    expect(before).toHaveLength(2);
  });
});

test.each([
  [10_000, undefined],
  [10_001, 'LIST_TOO_LONG'],
])('a page of %i records: %s', (length, code) => {
  const read = () => readPage({ results: Array(length).fill({}), next: null });
  if (code === undefined) expect(read().records).toHaveLength(length);
  else expect(read).toThrow(expect.objectContaining({ code }));
});

test('a cursor of more than two thousand letters is none', () => {
  const at = (length: number) =>
    readPage({ results: [], next: `https://x.example/?cursor=${'a'.repeat(length)}` }).next;
  expect(at(2000)).toEqual({ cursor: 'a'.repeat(2000) });
  expect(() => at(2001)).toThrow('did not say where it starts');
});
