import { createHash } from 'node:crypto';
import { createServer } from 'node:http';
import { HttpResponse, http as msw } from 'msw';
import { describe, expect, test } from 'vitest';
import {
  eachPage,
  fn,
  getContacts,
  getFlowRuns,
  getMessages,
  iteratePages,
} from '../../../src/index.js';
import { backwards } from '../../../src/operations/lists/withArchives.js';
import type { Dictionary } from '../../../src/types/json.js';
import type { Operation, State } from '../../../src/types/state.js';
import { listen } from '../../support/closing.js';
import { credential } from '../../support/credential.js';
import { noSleep } from '../../support/noSleep.js';
import { serve } from '../../support/serve.js';
import { failure, page, refused, run } from '../run.js';
import { message, pack, serveBytes } from './archiveServer.js';

/** Lists and archives in one reading. */

const DAY = 86_400_000;
const START = Date.parse('2026-01-01T00:00:00Z');

/** The same numbers each time, for the same seed. */
function randomOf(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}

const timeOf = (at: number) => new Date(at).toISOString().replace('Z', '000Z');
const archivedTime = (time: string) => time.replace('Z', '+00:00');

interface Row extends Dictionary {
  id: number;
  uuid: string;
  created_on: string;
  modified_on: string;
}

const row = (id: number, at: number, more: Dictionary = {}): Row => ({
  ...message(id, timeOf(at)),
  ...more,
});

const run7 = (id: number, at: number, more: Dictionary = {}): Row => ({
  id,
  uuid: `0000dcba-0000-4000-8000-${String(id).padStart(12, '0')}`,
  flow: { uuid: FLOW, name: 'Registration' },
  contact: { uuid: CONTACT, name: 'Amina Diallo' },
  responded: true,
  path: [],
  values: {},
  created_on: timeOf(at),
  modified_on: timeOf(at),
  exited_on: timeOf(at),
  exit_type: 'completed',
  ...more,
});
const FLOW = '478d5241-19d5-4c0f-93a7-03a7ab6aa26c';
const OTHER_FLOW = '478d5241-19d5-4c0f-93a7-03a7ab6aa26d';
const CONTACT = '957c02cb-bf04-413b-80f0-8176d927af44';
const OTHER_CONTACT = '957c02cb-bf04-413b-80f0-8176d927af45';

interface File {
  start: string;
  period: 'daily' | 'monthly';
  records: Row[];
  /** How many records the server says it has, without a hash to prove it. */
  said?: number;
}

interface World {
  kind?: 'message' | 'run';
  live: Row[];
  files: File[];
  labels?: Dictionary[];
  /** Before each page of the list, counted from 1. */
  onPage?: (page: number, world: World) => void;
  /** RapidPro 9 has no uuids of messages in its list. */
  v9?: boolean;
}

/** A RapidPro with a list in pages of 250 and archives beside it. */
async function rapidpro(world: World) {
  const { kind = 'message' } = world;
  const key = kind === 'message' ? 'created_on' : 'modified_on';
  const requests: string[] = [];
  let pages = 0;
  const server = createServer((request, response) => {
    const url = new URL(request.url ?? '', origin);
    requests.push(`${url.pathname}${url.search}`);
    const query = url.searchParams;
    const reply = (results: unknown[], next: string | null = null) => {
      response.writeHead(200, {
        'content-type': 'application/json',
        ...(world.v9 ? { 'x-temba-org': '1' } : { 'x-temba-workspace': CONTACT }),
      });
      response.end(JSON.stringify({ next, previous: null, results }));
    };
    const file = /^\/files\/(\d+)$/.exec(url.pathname)?.[1];
    if (file !== undefined) {
      return serveBytes(bytesOf(world.files[Number(file)] as File), request, response);
    }
    if (url.pathname.includes('archives')) {
      const listed = world.files.map((one, index) => ({
        archive_type: kind,
        start_date: one.start,
        period: one.period,
        record_count: one.said ?? one.records.length,
        hash: one.said === undefined ? createHash('md5').update(bytesOf(one)).digest('hex') : null,
        download_url: `${origin}/files/${index}`,
      }));
      return reply(
        listed
          .filter(
            ({ start_date }) =>
              start_date >= (query.get('after') ?? '') &&
              start_date <= (query.get('before') ?? '9'),
          )
          .sort((a, b) => b.start_date.localeCompare(a.start_date)),
      );
    }
    if (url.pathname.includes('labels')) return reply(world.labels ?? []);
    if (url.pathname.includes('flows')) return reply([{ uuid: FLOW, name: 'Registration' }]);
    if (!/messages|runs/.test(url.pathname)) return reply([]);
    world.onPage?.(++pages, world);
    const sign = query.get('reverse') ? 1 : -1;
    const [position = '', skipped = '0'] = atob(query.get('cursor') ?? '').split('|');
    const left = world.live
      .filter(
        one => one[key] >= (query.get('after') ?? '') && one[key] <= (query.get('before') ?? '9'),
      )
      .filter(one => !query.get('flow') || (one.flow as Dictionary).uuid === query.get('flow'))
      .sort((a, b) => sign * a[key].localeCompare(b[key]) || b.id - a.id)
      .filter(one => !position || sign * one[key].localeCompare(position) >= 0)
      .slice(Number(skipped));
    const page = left.slice(0, 250);
    const last = page.at(-1);
    const next = left.length > 250 && last ? cursorOf(last[key], page, key) : null;
    reply(
      page.map(one => (world.v9 ? { ...one, uuid: undefined } : one)),
      next && `${origin}/api/v2/messages.json?cursor=${next}`,
    );
  });
  const { port } = await listen(server);
  const origin = `http://127.0.0.1:${port}`;
  return { host: `${origin}/`, requests };
}

/** As RapidPro's: a time, and how many of it to leave out. Times of a test differ, so it is one. */
function cursorOf(time: string, page: readonly Row[], key: 'created_on' | 'modified_on'): string {
  const same = page.filter(one => one[key] === time).length;
  return encodeURIComponent(btoa(`${time}|${same}`));
}

const packed = new WeakMap<File, { size: number; bytes: Buffer }>();
function bytesOf(file: File): Buffer {
  const kept = packed.get(file);
  if (kept?.size === file.records.length) return kept.bytes;
  const bytes = pack(
    file.records.map(one => ({
      ...one,
      created_on: archivedTime(one.created_on),
      modified_on: archivedTime(one.modified_on),
    })),
  );
  packed.set(file, { size: file.records.length, bytes });
  return bytes;
}

/** Puts records into a file a day, or one a month, each oldest first. */
function filesOf(
  rows: readonly Row[],
  key: 'created_on' | 'modified_on',
  monthly: boolean,
): File[] {
  const files = new Map<string, File>();
  for (const one of [...rows].sort((a, b) => a[key].localeCompare(b[key]))) {
    const start = monthly ? `${one[key].slice(0, 7)}-01` : one[key].slice(0, 10);
    const file = files.get(start) ?? { start, period: monthly ? 'monthly' : 'daily', records: [] };
    file.records.push(one);
    files.set(start, file);
  }
  return [...files.values()];
}

const keep = fn((state: State) => ({
  ...state,
  rows: [...((state.rows as Row[]) ?? []), ...(state.data as Row[])],
}));

interface Server {
  requests: readonly string[];
}
const filesIn = ({ requests }: Server) => requests.filter(url => url.startsWith('/files/')).sort();
const listsIn = ({ requests }: Server) => requests.filter(url => url.includes('/runs.json'));

const idsOf = (rows: unknown) => (rows as Row[]).map(({ id }) => id);

/** In each of the ways to read a list. */
async function inEachWay(list: () => Operation, server: { host: string }) {
  const array = (await run(list(), server)).data;
  const { rows = [], data } = await run(eachPage(list(), keep), server);
  const iterated: Dictionary[] = [];
  for await (const page of iteratePages(credential(server), list())) iterated.push(...page);
  return { array: idsOf(array), pages: idsOf(rows), iterated: idsOf(iterated), data };
}

describe.each([12, 13, 15])('records at random times around the seam, seed %d', seed => {
  test.each(['message', 'run'] as const)('%ss: each once, newest first', async kind => {
    const random = randomOf(seed * 7 + kind.length);
    const key = kind === 'message' ? 'created_on' : 'modified_on';
    const make = kind === 'message' ? row : run7;
    // The seam is in the middle of 60 days; near it, a record can be on either side, or on both.
    const seam = START + (20 + random() * 20) * DAY;
    const times = new Set<number>();
    while (times.size < 700) {
      const near = random() < 0.3 ? seam + (random() - 0.5) * 4 * DAY : START + random() * 60 * DAY;
      times.add(Math.floor(near));
    }
    const all = [...times].map((at, id) => make(id + 1, at));
    const side = (one: Row) => {
      const isNear = Math.abs(Date.parse(one[key]) - seam) < 2 * DAY;
      if (isNear) return ['live', 'archived', 'both'][Math.floor(random() * 3)];
      return Date.parse(one[key]) > seam ? 'live' : 'archived';
    };
    const sides = new Map(all.map(one => [one, side(one)]));
    const archived = all.filter(one => sides.get(one) !== 'live');
    const month = archived.filter(one => one[key] < '2026-02-01');
    const files = [
      ...filesOf(month, key, seed % 2 === 0),
      ...filesOf(
        archived.filter(one => !month.includes(one)),
        key,
        false,
      ),
      // A month that was just made of its days, which are still listed.
      ...(seed % 3 === 0 ? filesOf(month.slice(0, 50), key, false) : []),
    ];
    const server = await rapidpro({
      kind,
      live: all.filter(one => sides.get(one) !== 'archived'),
      files,
      v9: seed % 2 === 1,
    });
    const after = timeOf(START + random() * 10 * DAY);
    const before = timeOf(START + (50 + random() * 10) * DAY);
    const list = () =>
      (kind === 'message' ? getMessages : getFlowRuns)({ after, before }, { archived: true });
    const wanted = all
      .filter(one => one[key] >= after && one[key] <= before)
      .sort((a, b) => b[key].localeCompare(a[key]))
      .map(({ id }) => id);
    const { array, pages, iterated, data } = await inEachWay(list, server);
    expect(array).toEqual(wanted);
    expect(pages).toEqual(wanted);
    expect(iterated).toEqual(wanted);
    expect(data).toEqual({ pages: Math.ceil(wanted.length / 250), records: wanted.length });
    if (kind === 'message') return;
    const reversed = await run(
      getFlowRuns({ after, before, reverse: true }, { archived: true }),
      server,
    );
    expect(idsOf(reversed.data)).toEqual(wanted.toReversed());
  });
});

const HOUR = DAY / 24;
const rows = (amount: number, from = 0) =>
  Array.from({ length: amount }, (_, index) =>
    row(from + index + 1, START + (from + index) * HOUR),
  );

test('what goes to archives while the list is read is not lost', async () => {
  const all = rows(900);
  const world: World = {
    live: all.slice(200),
    files: filesOf(all.slice(0, 200), 'created_on', false),
    onPage(page, { live, files }) {
      if (page !== 2) return;
      const moved = live.filter(({ id }) => id <= 420);
      world.live = live.filter(one => !moved.includes(one));
      files.push(...filesOf(moved, 'created_on', false));
    },
  };
  const server = await rapidpro(world);
  const { data } = await run(getMessages({}, { archived: true }), server);
  expect(idsOf(data).toSorted((a, b) => a - b)).toEqual(idsOf(all));
});

describe.each([false, true])('what is in the list and in archives, reverse: %s', reverse => {
  const day = (days: number) => START + days * DAY;
  const said = (word: string) => ({ values: { attending: { value: word } } });
  const list = (options: object = {}) =>
    getFlowRuns(reverse ? { reverse } : {}, { archived: true, ...options });
  const shown = (rows: unknown) =>
    (rows as { id: number; values: { attending?: { value: string } } }[]).map(
      ({ id, values }) => `${id} ${values.attending?.value}`,
    );
  const inOrder = (newestFirst: string[]) => (reverse ? newestFirst.toReversed() : newestFirst);
  /** Changed after the days of the files, within them, and not at all. */
  const old = [1, 2, 3, 4].map(id => run7(id, day(id), said('Yes')));
  const changed = [run7(1, day(40), said('No')), run7(2, day(3) + 1, said('No'))];
  const same = run7(3, day(3), said('Later'));
  const live = [...changed, same, run7(5, day(50), said('No'))];
  const wanted = inOrder(['5 No', '1 No', '4 Yes', '2 No', '3 Later']);

  test('comes as the list has it', async () => {
    const server = await rapidpro({ kind: 'run', live, files: filesOf(old, 'modified_on', false) });
    expect(shown((await run(list(), server)).data)).toEqual(wanted);
    // Each file is read once, and the list is where its order makes it necessary twice.
    expect(filesIn(server)).toEqual(old.map((_, index) => `/files/${index}`));
    expect(listsIn(server)).toHaveLength(reverse ? 2 : 1);
    expect(shown((await run(eachPage(list(), keep), server)).rows)).toEqual(wanted);
    const iterated: Dictionary[] = [];
    for await (const page of iteratePages(credential(server), list())) iterated.push(...page);
    expect(shown(iterated)).toEqual(wanted);
    expect(shown((await run(list({ limit: 2 }), server)).data)).toEqual(wanted.slice(0, 2));
  });

  test('and no file is read again for what is in several of them', async () => {
    const files = [
      ...filesOf(old, 'modified_on', true),
      ...filesOf(old.slice(1, 3), 'modified_on', false),
    ];
    const server = await rapidpro({ kind: 'run', live, files });
    expect(shown((await run(list(), server)).data)).toEqual(wanted);
    expect(filesIn(server)).toEqual(files.map((_, index) => `/files/${index}`));
  });

  test('with the list on several pages, too', async () => {
    const many = Array.from({ length: 600 }, (_, index) =>
      run7(index + 1, day(index), said('Yes')),
    );
    const newer = many.map(one => run7(one.id, day(1000 - one.id), said('No')));
    const files = filesOf(many.slice(0, 20), 'modified_on', false);
    const server = await rapidpro({ kind: 'run', live: newer, files });
    const { data } = await run(list(), server);
    expect(shown(data)).toEqual(inOrder(newer.map(({ id }) => `${id} No`)));
  });

  test('comes as in its archive if it leaves the list meanwhile', async () => {
    const world: World = {
      kind: 'run',
      live: [changed[0] as Row, same, run7(5, day(50), said('No'))],
      files: filesOf(old, 'modified_on', false),
      onPage(page, { live }) {
        if (page === 2) world.live = live.filter(({ id }) => id !== 3);
      },
    };
    const { data } = await run(list(), await rapidpro(world));
    const ids = shown(data).map(one => one.split(' ')[0]);
    expect(ids.toSorted()).toEqual(['1', '2', '3', '4', '5']);
    expect(shown(data)).toContain('1 No');
  });

  test('comes as in its newest archive if it is in several then', async () => {
    const newer = run7(2, day(9), said('Later'));
    const world: World = {
      kind: 'run',
      live: [run7(2, day(40), said('No')), run7(5, day(50), said('No'))],
      files: filesOf([...old, newer], 'modified_on', false),
      onPage(page, { live }) {
        world.live = live.filter(({ id }) => id !== 2 || (reverse && page === 1));
      },
    };
    const { data } = await run(list(), await rapidpro(world));
    expect(shown(data).toSorted()).toEqual(['1 Yes', '2 Later', '3 Yes', '4 Yes', '5 No']);
  });

  test('costs no second reading of the list where no archive is', async () => {
    const server = await rapidpro({ kind: 'run', live, files: [] });
    expect(shown((await run(list(), server)).data)).toHaveLength(live.length);
    expect(listsIn(server)).toHaveLength(1);
  });

  test('an archive with fewer records than the server says is an error', async () => {
    const files = filesOf(old, 'modified_on', true).map(file => ({ ...file, said: 5 }));
    const error = await failure(list(), await rapidpro({ kind: 'run', live, files }));
    expect(error.code).toBe('INVALID_RESPONSE');
  });
});

test('a message that is in both comes as the list has it', async () => {
  const all = rows(3);
  const relabeled = all.map(one => ({ ...one, labels: [{ uuid: OTHER_FLOW, name: 'Urgent' }] }));
  const server = await rapidpro({ live: relabeled, files: filesOf(all, 'created_on', true) });
  const { data } = await run(getMessages({}, { archived: true }), server);
  expect((data as Row[]).map(({ labels }) => labels)).toEqual(relabeled.map(one => one.labels));
});

test('with a limit, no file is opened that it does not reach', async () => {
  const all = rows(900);
  const server = await rapidpro({
    live: all.slice(400),
    files: filesOf(all.slice(0, 400), 'created_on', false),
  });
  const few = await run(getMessages({}, { archived: true, limit: 100 }), server);
  expect(idsOf(few.data)).toEqual(idsOf(all).toReversed().slice(0, 100));
  expect(server.requests.filter(url => url.startsWith('/files/'))).toEqual([]);
  // The last of the list before the day of the newest file.
  await run(getMessages({}, { archived: true, limit: 492 }), server);
  expect(filesIn(server)).toEqual([]);
  const more = await run(getMessages({}, { archived: true, limit: 510 }), server);
  expect(idsOf(more.data)).toEqual(idsOf(all).toReversed().slice(0, 510));
  expect(server.requests.filter(url => url.startsWith('/files/'))).toHaveLength(1);
});

test('no archives, no live records, or neither', async () => {
  const all = rows(300);
  const files = filesOf(all, 'created_on', true);
  for (const world of [
    { live: all, files: [] },
    { live: [], files },
  ]) {
    const { data } = await run(getMessages({}, { archived: true }), await rapidpro(world));
    expect(idsOf(data)).toEqual(idsOf(all).toReversed());
  }
  const none = await rapidpro({ live: [], files: [] });
  expect((await run(getMessages({}, { archived: true }), none)).data).toEqual([]);
  expect((await run(eachPage(getMessages({}, { archived: true }), keep), none)).rows).toEqual([]);
});

test('full pages alone, without an empty one at the end', async () => {
  const all = rows(500);
  const world = { live: all.slice(300), files: filesOf(all.slice(0, 300), 'created_on', true) };
  const pages: Dictionary[][] = [];
  const list = getMessages({}, { archived: true });
  for await (const page of iteratePages(credential(await rapidpro(world)), list)) pages.push(page);
  expect(pages.map(({ length }) => length)).toEqual([250, 250]);
});

test.each([
  ['neither uuid nor id', {}],
  ['null in their place', { id: null, uuid: null }],
])('old archives whose records have %s lose none of them', async (_, none) => {
  const all = rows(5);
  const files = filesOf(all, 'created_on', true).map(file => ({
    ...file,
    records: file.records.map(
      ({ id, uuid, ...record }) => ({ ...record, ...none }) as Dictionary as Row,
    ),
  }));
  const { data } = await run(
    getMessages({}, { archived: true }),
    await rapidpro({ live: [], files }),
  );
  expect((data as Row[]).map(({ created_on }) => created_on)).toEqual(
    all.map(({ created_on }) => created_on).toReversed(),
  );
});

describe('filters are applied to archives too', () => {
  const read = async (world: Partial<World>, list: Operation) => {
    const server = await rapidpro({ live: [], files: [], ...world });
    return { ids: idsOf((await run(list, server)).data), server };
  };
  const archive = (...records: Row[]): Partial<World> => ({
    kind: 'exit_type' in (records[0] ?? {}) ? 'run' : 'message',
    files: filesOf(records, 'modified_on', true),
  });

  test('runs of a flow, of a contact, that were answered, by uuid and id', async () => {
    const runs = [
      run7(1, START),
      run7(2, START + 1, { flow: { uuid: OTHER_FLOW, name: 'Other' } }),
      run7(3, START + 2, { contact: { uuid: OTHER_CONTACT, name: 'Bea' } }),
      run7(4, START + 3, { responded: false }),
    ];
    const world = archive(...runs);
    const given = { archived: true };
    expect((await read(world, getFlowRuns({ flow: FLOW }, given))).ids).toEqual([4, 3, 1]);
    expect((await read(world, getFlowRuns({ flow: 'Registration' }, given))).ids).toEqual([
      4, 3, 1,
    ]);
    expect((await read(world, getFlowRuns({ contact: CONTACT }, given))).ids).toEqual([4, 2, 1]);
    expect((await read(world, getFlowRuns({ responded: true }, given))).ids).toEqual([3, 2, 1]);
    expect((await read(world, getFlowRuns({ responded: false }, given))).ids).toEqual([4, 3, 2, 1]);
    expect((await read(world, getFlowRuns({ uuid: runs[1]?.uuid as string }, given))).ids).toEqual([
      2,
    ]);
    expect((await read(world, getFlowRuns({ id: 3 }, given))).ids).toEqual([3]);
    const server = await rapidpro({ live: [], files: [], ...world });
    const { data } = await run(getFlowRuns({ paths: false }, given), server);
    expect((data as Row[]).map(({ path }) => path)).toEqual([null, null, null, null]);
  });

  test('messages of a folder, a label, a broadcast, a contact', async () => {
    const label = { uuid: FLOW, name: 'Old name' };
    const messages = [
      row(1, START),
      row(2, START + 1, { flow: { uuid: FLOW, name: 'Registration' } }),
      row(3, START + 2, { visibility: 'archived' }),
      row(4, START + 3, { direction: 'out', status: 'failed', broadcast: 7 }),
      row(5, START + 4, { direction: 'out', status: 'errored' }),
      row(6, START + 5, { labels: [label] }),
      row(7, START + 6, { type: 'flow', contact: { uuid: OTHER_CONTACT, name: 'Bea' } }),
    ];
    const labels = [
      { uuid: OTHER_FLOW, name: 'Other' },
      { uuid: FLOW, name: 'New name' },
    ];
    const world = { ...archive(...messages), labels };
    const of = async (filters: object) =>
      (await read(world, getMessages(filters, { archived: true }))).ids;
    expect(await of({ folder: 'inbox' })).toEqual([6, 1]);
    expect(await of({ folder: 'flows' })).toEqual([7, 2]);
    expect(await of({ folder: 'archived' })).toEqual([3]);
    expect(await of({ folder: 'failed' })).toEqual([4]);
    expect(await of({ folder: 'outbox' })).toEqual([5]);
    expect(await of({ label: 'New name' })).toEqual([6]);
    expect(await of({ label: FLOW })).toEqual([6]);
    expect(await of({ broadcast: 7 })).toEqual([4]);
    expect(await of({ contact: OTHER_CONTACT })).toEqual([7]);
    expect(await of({ id: 5 })).toEqual([5]);
  });

  test('a day in "before" is its first moment, as in the list', async () => {
    const all = rows(60);
    const world = archive(...all);
    const { ids, server } = await read(
      world,
      getMessages({ after: '2026-01-01T12:00:00Z', before: '2026-01-02' }, { archived: true }),
    );
    expect(ids).toEqual([25, 24, 23, 22, 21, 20, 19, 18, 17, 16, 15, 14, 13]);
    expect(server.requests).toContainEqual(
      expect.stringContaining('archive_type=message&after=2025-12-01&before=2026-01-02'),
    );
  });
});

describe('what cannot be done is refused, and nothing is read', () => {
  const never = fn(state => state);
  test.each(['sent', 'Sent', 'incoming'])('the folder %s', async folder => {
    const list = () => getMessages({ folder: folder as 'sent' }, { archived: true });
    await refused(list(), 'INVALID_FILTER');
    await refused(eachPage(list(), never), 'INVALID_FILTER');
  });

  test.each([{ resume: true }, { deadline: 60 }])('%j', async more => {
    const list = () => getFlowRuns({ after: '2026-01-01' }, { archived: true, ...more });
    await refused(list(), 'INVALID_OPTION');
    await refused(eachPage(list(), never), 'INVALID_OPTION');
  });

  test('in lists that have no archives, and where the data for it is missing', async () => {
    await refused(getContacts({}, { archived: true } as never), 'INVALID_OPTION');
    await refused(getMessages({}, { archived: undefined } as never), 'INVALID_OPTION');
  });
});

describe('a file backwards', () => {
  const records = Array.from({ length: 2300 }, (_, id) => ({ id, text: `${Math.sin(id)}` }));
  async function* inBatches(size: number) {
    for (let at = 0; at < records.length; at += size) yield records.slice(at, at + size);
  }
  test.each([
    [7, 1],
    [100, 8000],
    [999, 20_000],
    [250, 10_000_000],
  ])('in batches of %d, with %d bytes kept', async (size, most) => {
    const got: Dictionary[] = [];
    let opened = 0;
    const read = () => {
      opened++;
      return inBatches(size);
    };
    for await (const batch of backwards(read, most)) got.push(...batch);
    expect(got).toEqual(records.toReversed());
    expect(opened).toBe({ 1: 10, 8000: opened, 20000: opened, 10000000: 1 }[most]);
  });

  test('that became shorter is an error', async () => {
    let opened = 0;
    const read = async function* () {
      yield opened++ === 0 ? records : records.slice(0, 10);
    };
    await expect(async () => {
      for await (const _ of backwards(read, 1));
    }).rejects.toMatchObject({ code: 'INVALID_RESPONSE' });
  });
});

test('the rate limit in the middle is an error, not a part', async () => {
  noSleep();
  let asked = 0;
  const server = await serve(
    msw.get('*/api/v2/archives.json', () => page([])),
    msw.get('*/api/v2/messages.json', () =>
      asked++ === 0
        ? page(rows(250).reverse(), `http://h/api/v2/messages.json?cursor=${btoa('p=2026-01-01')}`)
        : HttpResponse.json({}, { status: 429, headers: { 'retry-after': '999' } }),
    ),
  );
  const list = () => getMessages({}, { archived: true });
  expect((await failure(list(), server)).code).toBe('RATE_LIMITED');
  asked = 0;
  expect((await failure(eachPage(list(), keep), server)).code).toBe('RATE_LIMITED');
});

test('a broken archive is an error before anything of it is handed on', async () => {
  const all = rows(100);
  const [file] = filesOf(all, 'created_on', true) as [File];
  packed.set(file, { size: file.records.length, bytes: pack(all).subarray(0, 500) });
  const server = await rapidpro({ live: [], files: [file] });
  const error = await failure(getMessages({}, { archived: true }), server);
  expect(error.code).toBe('INVALID_RESPONSE');
});
