import { HttpResponse, http } from 'msw';
import { describe, expect, test, vi } from 'vitest';
import { eachPage, execute, fn, getContacts } from '../../src/Adaptor.js';
import { Client } from '../../src/client/client.js';
import { Limiter } from '../../src/client/limiter.js';
import { pages } from '../../src/client/pages.js';
import { parseConfiguration } from '../../src/configuration.js';
import { credential } from '../support/credential.js';
import { fakeClock } from '../support/fakeClock.js';
import { noSleep } from '../support/noSleep.js';
import { serve } from '../support/serve.js';

/** While a page is parsed and processed, the next one is on its way. */

const PAGES = 8;
const text = (value: unknown) =>
  new HttpResponse(JSON.stringify(value), { headers: { 'content-type': 'application/json' } });

/** One record for each page, unless asked for more. `answer` can replace the answer for a cursor. */
async function listing(
  answer: (cursor: number, origin: string) => Response | undefined = () => undefined,
  size = 1,
) {
  const server = await serve(
    http.get('*/api/v2/contacts.json', ({ request }) => {
      const { searchParams, origin } = new URL(request.url);
      if (searchParams.has('after')) return text({ next: null, previous: null, results: [] });
      const cursor = Number(searchParams.get('cursor') ?? 0);
      const next =
        cursor + 1 < PAGES ? `${origin}/api/v2/contacts.json?cursor=${cursor + 1}` : null;
      return (
        answer(cursor, origin) ?? text({ next, previous: null, results: records(cursor, size) })
      );
    }),
  );
  return server;
}

function records(page: number, size: number) {
  return Array.from({ length: size }, (_, index) => ({
    uuid: `page ${page}, ${index}`,
    modified_on: new Date(Date.UTC(2026, 0, 1) - (page * size + index) * 60_000).toISOString(),
  }));
}

const asked = ({ requests }: Awaited<ReturnType<typeof listing>>) =>
  requests
    .filter(({ query }) => !query.has('after'))
    .map(({ query }) => Number(query.get('cursor') ?? 0));
const uuids = (data: unknown) => (data as { uuid: string }[]).map(({ uuid }) => uuid);
const all = (count: number) => Array.from({ length: count }, (_, page) => page);

/** The cursors that the server had seen whenever a page was taken. */
async function seenAtEachPage(mayReadAhead?: () => boolean) {
  const server = await listing();
  const client = new Client(parseConfiguration(credential(server)));
  const seen: number[][] = [];
  for await (const _ of pages(client, 'contacts', {}, undefined, mayReadAhead)) {
    // Long enough for a request that was sent to arrive.
    await new Promise(resolve => setTimeout(resolve, 20));
    seen.push(asked(server));
  }
  return seen;
}

describe('the next page is requested before the current one is processed', () => {
  test('except after the first page, which may show that the list cannot be read', async () => {
    const seen = await seenAtEachPage(() => true);
    const behind = all(PAGES).map(page => (page === 0 ? 1 : Math.min(page + 2, PAGES)));
    expect(seen).toEqual(behind.map(all));
  });

  test('never, if it is not said that it may be', async () => {
    expect(await seenAtEachPage()).toEqual(all(PAGES).map(page => all(page + 1)));
  });

  test('by getContacts(), but not by eachPage(), whose callback may write', async () => {
    const list = await listing();
    const state = await execute(getContacts())(credentialState(list));
    expect(uuids(state.data)).toHaveLength(PAGES);
    expect(asked(list)).toEqual(all(PAGES));
    const page = await listing();
    const seen: number[][] = [];
    const look = fn(async state => {
      await new Promise(resolve => setTimeout(resolve, 20));
      seen.push(asked(page));
      return state;
    });
    await execute(eachPage(getContacts(), look))(credentialState(page));
    expect(seen).toEqual(all(PAGES).map(page => all(page + 1)));
  });

  test('and never beyond a limit', async () => {
    for (const limit of [1, 2, 3, 5]) {
      const server = await listing();
      const state = await execute(getContacts({}, { limit }))(credentialState(server));
      expect(uuids(state.data)).toHaveLength(limit);
      expect(asked(server)).toEqual(all(limit));
    }
    const server = await listing(undefined, 250);
    await execute(getContacts({}, { limit: 1250 }))(credentialState(server));
    expect(asked(server)).toEqual(all(5));
  });
});

const credentialState = (server: { host: string }) => ({ configuration: credential(server) });

test('what an answer seems to say before it is parsed does not count', async () => {
  // In JSON, the last of two equal keys counts.
  const server = await listing((cursor, origin) =>
    cursor === 2
      ? new HttpResponse(
          `{"next":"${origin}/api/v2/contacts.json?cursor=6","results":${JSON.stringify(records(2, 1))},"next":"${origin}/api/v2/contacts.json?cursor=3"}`,
        )
      : undefined,
  );
  const state = await execute(getContacts())(credentialState(server));
  expect(uuids(state.data)).toEqual(all(PAGES).map(page => `page ${page}, 0`));
  expect(asked(server)).toEqual([0, 1, 2, 6, 3, 4, 5, 6, 7]);
});

test.each([
  ['an address in another form', '{ "previous": null, "next": "', 9],
  ['blanks', ' {\n "next" : "', 9],
])('%s', async (_, begin, requests) => {
  const server = await listing((cursor, origin) =>
    cursor === 2
      ? new HttpResponse(
          `${begin}${origin}/api/v2/contacts.json?cursor=3", "results": ${JSON.stringify(records(2, 1))}}`,
        )
      : undefined,
  );
  const state = await execute(getContacts())(credentialState(server));
  expect(uuids(state.data)).toHaveLength(PAGES);
  expect(server.requests).toHaveLength(requests);
});

test('a page that fails on its way loses no page before it', async () => {
  noSleep();
  let attempts = 0;
  const server = await listing(cursor => {
    if (cursor !== 4 || attempts++ > 0) return undefined;
    return new HttpResponse('{}', { status: 429, headers: { 'retry-after': '3000' } });
  });
  const first = await execute(getContacts({}, { resume: true }))(credentialState(server));
  expect(uuids(first.data)).toEqual(all(4).map(page => `page ${page}, 0`));
  const { data: _, ...kept } = first;
  const second = await execute(getContacts({}, { resume: true }))({
    ...kept,
    ...credentialState(server),
  } as never);
  expect(uuids(second.data)).toEqual([4, 5, 6, 7].map(page => `page ${page}, 0`));
});

test('a request for a page that is not wanted any more ends with the read', async () => {
  const server = await listing(cursor =>
    cursor === 3
      ? new HttpResponse('{}', { status: 429, headers: { 'retry-after': '30' } })
      : undefined,
  );
  const clock = fakeClock();
  const client = new Client(parseConfiguration(credential(server)), {
    limiter: new Limiter({ clock }),
  });
  let taken = 0;
  for await (const _ of pages(client, 'contacts', {}, undefined, () => true)) {
    await new Promise(resolve => setTimeout(resolve, 20));
    if (++taken === 3) break;
  }
  expect(client.requests).toBe(asked(server).length);
  await new Promise(resolve => setTimeout(resolve, 20));
  expect(client.requests).toBe(asked(server).length);
});

test('a read that is left early ends the request for the page ahead', async () => {
  const server = await listing(cursor =>
    cursor === 3 ? (new Promise(() => {}) as never) : undefined,
  );
  const client = new Client(parseConfiguration(credential(server)));
  const request = client.request.bind(client);
  let open = 0;
  vi.spyOn(client, 'request').mockImplementation(async one => {
    open++;
    return request(one).finally(() => open--);
  });
  let most = 0;
  for await (const { records } of pages(client, 'contacts', {}, undefined, () => true)) {
    most = Math.max(most, open);
    if (records[0]?.uuid === 'page 2, 0') break;
  }
  expect(most).toBe(1);
  expect(open).toBe(0);
});

test('a page that arrives broken is requested again, and the next one is read once', async () => {
  noSleep();
  let attempts = 0;
  const server = await listing((cursor, origin) =>
    cursor === 3 && attempts++ === 0
      ? new HttpResponse(`{"next":"${origin}/api/v2/contacts.json?cursor=4","results":[{"uuid`)
      : undefined,
  );
  const state = await execute(getContacts())(credentialState(server));
  expect(uuids(state.data)).toEqual(all(PAGES).map(page => `page ${page}, 0`));
  expect(asked(server).filter(cursor => cursor === 4)).toHaveLength(1);
});

test('a read that fails does not wait for the page that was requested ahead', async () => {
  const server = await listing(cursor => {
    if (cursor === 2) return text({ next: 'http://any/?cursor=3', previous: null, results: [1] });
    return cursor === 3 ? (new Promise(() => {}) as never) : undefined;
  });
  const started = performance.now();
  const job = execute(getContacts({}, { timeout: 30 }))(credentialState(server));
  await expect(job).rejects.toMatchObject({ code: 'NOT_RAPIDPRO' });
  expect(performance.now() - started).toBeLessThan(10_000);
});

test.each([[[900]], [[300, 600]]])('a circle of offsets is found: %j', async offsets => {
  const server = await serve(
    http.get('*/api/v2/contacts.json', ({ request }) => {
      const { searchParams, origin } = new URL(request.url);
      const place = new URLSearchParams(
        Buffer.from(searchParams.get('cursor') ?? '', 'base64').toString(),
      );
      const from = Number(place.get('o') ?? 0);
      const offset = offsets.find(one => one > from) ?? offsets[0];
      const cursor = Buffer.from(`o=${offset}`).toString('base64');
      const results = Array.from({ length: 250 }, (_, index) => ({
        uuid: `contact ${from + index}`,
        modified_on: new Date(Date.UTC(2026, 0, 1) - (from + index) * 60_000).toISOString(),
      }));
      return text({ next: `${origin}/api/v2/contacts.json?cursor=${cursor}`, results });
    }),
  );
  await expect(execute(getContacts())(credentialState(server))).rejects.toMatchObject({
    code: 'PAGING_LOOP',
  });
  expect(server.requests.length).toBeLessThan(100);
});

test('a rate limit without a time is named as what it is', async () => {
  noSleep();
  const warn = vi.spyOn(console, 'warn').mockImplementation(() => {});
  const server = await listing(cursor =>
    cursor >= 2 ? new HttpResponse('{}', { status: 429 }) : undefined,
  );
  const state = await execute(getContacts({}, { resume: true }))(credentialState(server));
  expect(uuids(state.data)).toHaveLength(2);
  expect(JSON.stringify(warn.mock.calls)).toContain('the rate limit was reached');
  expect(JSON.stringify(state.rapidpro)).not.toContain('isLate');
  const first = await serve(
    http.get('*/api/v2/contacts.json', () => new HttpResponse('{}', { status: 429 })),
  );
  const job = execute(getContacts())(credentialState(first));
  await expect(job).rejects.toMatchObject({
    fix: expect.stringMatching(/^Run the job again in an hour, read less/),
  });
});

describe('within one instant, where the next request depends on the last record', () => {
  const cursorAt = (offset: number) =>
    Buffer.from(offset > 0 ? `o=${offset}&p=noon` : 'p=noon').toString('base64');
  const offsetIn = (url: string) => {
    const cursor = new URL(url).searchParams.get('cursor') ?? '';
    const tokens = new URLSearchParams(Buffer.from(cursor, 'base64').toString());
    return Number(tokens.get('o') ?? (cursor === '' ? -3 : 0));
  };
  const record = (number: number) => ({ uuid: `${number}`, modified_on: '2026-01-01T12:00:00Z' });

  test('nothing is requested ahead', async () => {
    // A page of three before the instant, then one instant with the records 0 to 8.
    const server = await serve(
      http.get('*/api/v2/contacts.json', ({ request }) => {
        const from = offsetIn(request.url);
        const next = from + 3 < 9 ? `https://host/?cursor=${cursorAt(from + 3)}` : null;
        const results = Array.from({ length: 3 }, (_, index) => record(from + index));
        return text({ next, previous: null, results: results.filter(({ uuid }) => +uuid < 9) });
      }),
    );
    const client = new Client(parseConfiguration(credential(server)));
    const found: string[] = [];
    for await (const page of pages(client, 'contacts', {}, undefined, () => true)) {
      found.push(...uuids(page.records));
    }
    expect(found).toEqual(Array.from({ length: 12 }, (_, index) => `${index - 3}`));
    // Each page overlaps the one before by its last record, and none is requested in another way.
    expect(server.requests.map(({ query }) => query.get('cursor'))).toEqual([
      null,
      ...[0, 2, 4, 6].map(cursorAt),
    ]);
  });
});

test('a page that was requested ahead and is not the next one asks for no more', async () => {
  const server = await listing((cursor, origin) =>
    cursor === 1
      ? new HttpResponse(
          `{"next":"${origin}/api/v2/contacts.json?cursor=5","results":${JSON.stringify(records(1, 1))},"next":"${origin}/api/v2/contacts.json?cursor=2"}`,
        )
      : undefined,
  );
  const client = new Client(parseConfiguration(credential(server)));
  const found: string[] = [];
  for await (const page of pages(client, 'contacts', {}, undefined, () => true)) {
    await new Promise(resolve => setTimeout(resolve, 20));
    found.push(...uuids(page.records));
  }
  expect(found).toEqual(all(PAGES).map(page => `page ${page}, 0`));
  expect(asked(server)).toEqual([0, 1, 5, 2, 3, 4, 5, 6, 7]);
});

test('once it may not be any more, nothing is requested ahead', async () => {
  const server = await listing();
  const client = new Client(parseConfiguration(credential(server)));
  let taken = 0;
  const seen: number[][] = [];
  for await (const _ of pages(client, 'contacts', {}, undefined, () => taken < 2)) {
    taken++;
    await new Promise(resolve => setTimeout(resolve, 20));
    seen.push(asked(server));
  }
  // The third page was on its way when the second one was taken.
  expect(seen).toEqual([1, 3, 3, 4, 5, 6, 7, 8].map(all));
});

test('a failure of the page ahead reaches whoever wants that page, and nobody else', async () => {
  noSleep();
  const unhandled: unknown[] = [];
  const note = (reason: unknown) => unhandled.push(reason);
  process.on('unhandledRejection', note);
  try {
    const server = await listing(cursor =>
      cursor === 2 ? new HttpResponse('{}', { status: 403 }) : undefined,
    );
    const client = new Client(parseConfiguration(credential(server)));
    let taken = 0;
    for await (const _ of pages(client, 'contacts', {}, undefined, () => true)) {
      await new Promise(resolve => setTimeout(resolve, 30));
      if (++taken === 2) break;
    }
    expect(asked(server)).toEqual([0, 1, 2]);
    expect(unhandled).toEqual([]);
  } finally {
    process.off('unhandledRejection', note);
  }
});
