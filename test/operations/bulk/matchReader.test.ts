import { describe, expect, test } from 'vitest';
import { fail } from '../../../src/errors/errors.js';
import { MatchReader } from '../../../src/sync/match/matchReader.js';
import type { Dictionary } from '../../../src/types/json.js';
import { uuidOf } from './change.js';
import { LIMIT, members, type Person, person, tel } from './fakeRapidPro.js';
import { type Entry, syncing } from './syncing.js';
import { upTo } from './workspace.js';

/** How far RapidPro's list is read, and where the next run goes on: without a server. */

interface Plan extends NonNullable<Parameters<typeof syncing>[1]> {
  /** What happens to the changes of each page; default: they are written. */
  taking?: (nth: number, all: ReturnType<typeof syncing>) => void | Promise<void>;
}

function reading(entries: Entry[], { taking, ...plan }: Plan = {}) {
  const all = syncing(entries, plan);
  const reader = new MatchReader(all.parts, all.matches);
  const takes: number[] = [];
  const read = () =>
    reader.read(async contacts => {
      takes.push(contacts.length);
      const changes = contacts.flatMap(contact => all.matches.see(contact));
      const nth = takes.length;
      await new Promise(resolve => setImmediate(resolve));
      if (taking) await taking(nth, all);
      else await all.writer.changes(changes);
      return changes.filter(({ input }) => all.outcome.isOpen(input.index)).length;
    });
  return { ...all, reader, read, takes };
}

async function readAll(entries: Entry[], plan: Plan = {}) {
  const all = reading(entries, plan);
  await all.read();
  const { reader, server, takes } = all;
  const pages = server.only('page');
  return { ...all, pages, takes, hasAll: reader.hasAll, position: reader.position() };
}

/** Nothing to write for these. */
const same = (n: number): Entry => ({ urns: [tel(n)], name: `Person ${n}` });
const other = (n: number): Entry => ({ urns: [tel(n)], name: `New ${n}` });
/** A workspace of some pages. The newest is 0. */
const workspaceOf = (pages: number, more: (n: number) => Partial<Person> = () => ({})) =>
  upTo(pages * 250).map(n => person(n, more(n)));
const strangers = (count: number) => upTo(count).map(n => ({ urns: [tel(9000 + n)], name: 'New' }));
const MEMBERS = { scope: { uuid: 'g1', count: 500 } };
/** The first so many are members. */
const memberTo = (count: number) => (n: number) => (n < count ? { groups: members('g1') } : {});
const KEY = { key: 'fields.id' } as const;
const valued = (n: number) => ({ fields: { id: `x${n}` } });

describe('pages are read as long as they pay', () => {
  test('nobody to find: none', async () => {
    const { pages, hasAll } = await readAll([], { people: workspaceOf(1) });
    expect(pages).toEqual([]);
    expect(hasAll).toBe(false);
  });

  test('one to find: none, since one look-up is not more', async () => {
    expect((await readAll([same(0)], { people: workspaceOf(1) })).pages).toEqual([]);
  });

  test('until all are found', async () => {
    const { pages, hasAll, outcome } = await readAll([same(0), same(249), same(260)], {
      people: workspaceOf(4),
    });
    expect(pages).toEqual(['page', 'page']);
    expect(hasAll).toBe(false);
    expect(outcome.done).toBe(3);
  });

  test.each([10, 200])('once to the end, if %d are still missing', async count => {
    const { pages, hasAll, takes } = await readAll([...strangers(count), same(0)], {
      people: workspaceOf(3),
    });
    expect(pages).toHaveLength(3);
    expect(takes).toEqual([250, 250, 250]);
    expect(hasAll).toBe(true);
  });

  test('not to the end, if few are found and few are missing', async () => {
    // After the third page seven look-ups may be fewer than the pages to come.
    const { pages } = await readAll(strangers(7), { people: workspaceOf(9) });
    expect(pages).toHaveLength(3);
  });

  test('who is done, or was found before, is not missing', async () => {
    const all = reading([same(0), same(1), same(2)], {
      people: workspaceOf(1),
      earlier: { found: [[1, uuidOf(1)]] },
    });
    all.outcome.complete('unchanged', { index: 2 });
    await all.read();
    expect(all.server.lines).toEqual([]);
  });

  test.each<[groups: Dictionary[], entries: number, pages: number]>([
    [[{ count: 5000 }], 18, 0],
    [[{ count: 5000 }], 25, 1],
    [[{ count: 3 }, { count: 5000 }, { count: 4 }], 18, 0],
    [[{ count: undefined }, { count: 'many' }], 18, 1],
    [[], 18, 1],
    [[{ count: '5000' }], 18, 0],
  ])('with groups %j and %d entries: %d pages', async (groups, entries, count) => {
    const { pages } = await readAll(upTo(entries).map(same), {
      people: workspaceOf(20),
      facts: { groups },
    });
    expect(pages).toHaveLength(count);
  });

  test('by a field all of them, the oldest change first: whoever changes comes again', async () => {
    const all = await readAll([valued(3)], { options: KEY, people: workspaceOf(2, valued) });
    expect(all.pages).toEqual(['page oldest first', 'page oldest first']);
    expect(all.hasAll).toBe(true);
    expect((await readAll([], { options: KEY, people: workspaceOf(1) })).pages).toEqual([]);
  });

  test('the next page is on its way while one is worked on', async () => {
    const pagesAt: number[] = [];
    await readAll(strangers(20), {
      people: workspaceOf(3),
      taking: (_, { server }) => void pagesAt.push(server.lines.length),
    });
    expect(pagesAt).toEqual([2, 3, 3]);
  });
});

describe('the members of a group are read first', () => {
  const people = () => workspaceOf(4, memberTo(500));

  test('and alone, if that is nearly all', async () => {
    const entries = [...upTo(20).map(n => same(n * 20)), ...strangers(99)];
    const { pages, hasAll, position } = await readAll(entries, {
      people: people(),
      facts: MEMBERS,
    });
    expect(pages).toEqual(['page g1', 'page g1']);
    expect(hasAll).toBe(false);
    expect(position).toMatchObject({ complete: true, isWide: false, pages: 1 });
  });

  test('then all contacts, if a hundred are missing', async () => {
    const entries = [...upTo(60).map(n => same(n * 8)), ...strangers(100)];
    const { pages, hasAll, position } = await readAll(entries, {
      people: people(),
      facts: MEMBERS,
    });
    expect(pages).toEqual(['page g1', 'page g1', ...Array(4).fill('page')]);
    expect(hasAll).toBe(true);
    expect(position).toMatchObject({ complete: true, isWide: true, pages: 3 });
  });

  test('but not all contacts, if those are too many for the hundred', async () => {
    const entries = [...upTo(20).map(n => same(n * 20)), ...strangers(100)];
    const { pages, hasAll } = await readAll(entries, {
      people: people(),
      facts: { ...MEMBERS, groups: [{ count: 50_000 }] },
    });
    expect(pages).toEqual(['page g1', 'page g1']);
    expect(hasAll).toBe(false);
  });

  test('by a field, all contacts, if anyone is missing', async () => {
    const facts = { scope: { uuid: 'g1', count: 500 } };
    const list = {
      options: KEY,
      people: workspaceOf(3, n => ({ ...valued(n), ...memberTo(500)(n) })),
    };
    const none = await readAll([valued(0), valued(499)], { ...list, facts });
    expect(none.pages).toEqual(Array(2).fill('page g1 oldest first'));
    expect(none.hasAll).toBe(false);
    const one = await readAll([valued(0), valued(600)], { ...list, facts });
    expect(one.pages).toEqual([
      ...Array(2).fill('page g1 oldest first'),
      ...Array(3).fill('page oldest first'),
    ]);
    expect(one.matches.uuidOf(1)).toBe(uuidOf(600));
  });

  test.each([
    [2, 0],
    [3, 2],
  ])('%d of them: %d pages, since their number is known', async (entries, count) => {
    const { pages } = await readAll(strangers(entries), { people: people(), facts: MEMBERS });
    expect(pages).toHaveLength(count);
  });

  test('a stop among them is the end, and the next run goes on among them', async () => {
    const { pages, limiter, position } = await readAll(strangers(200), {
      people: people(),
      facts: MEMBERS,
      before: (_, { lines }) => (lines.length === 2 ? LIMIT : undefined),
    });
    expect(limiter.stopped).toBe(LIMIT);
    expect(pages).toEqual(['page g1', 'page g1']);
    expect(position).toMatchObject({ pages: 1, isWide: false, complete: false });
    expect(position.cursor).toBeDefined();
  });

  test('a run that had gone on to all contacts goes on there', async () => {
    const { pages } = await readAll(strangers(20), {
      people: people(),
      facts: MEMBERS,
      earlier: { isWide: true },
    });
    expect(pages[0]).toBe('page');
    const members = await readAll(strangers(20), {
      people: people(),
      facts: MEMBERS,
      earlier: { isWide: false },
    });
    expect(members.pages[0]).toBe('page g1');
  });
});

describe('what stops the read', () => {
  test('a limit: what was read counts, and the next run begins behind it', async () => {
    const entries = [same(10), other(20), ...strangers(20)];
    const plan = { people: workspaceOf(3) };
    const { limiter, position, outcome } = await readAll(entries, {
      ...plan,
      before: (line, { lines }) =>
        line === 'page' && lines.filter(one => one === 'page').length === 2 ? LIMIT : undefined,
    });
    expect(limiter.stopped).toBe(LIMIT);
    expect(outcome.result()).toMatchObject({ unchanged: [{ index: 0 }], updated: [{ index: 1 }] });
    expect(position).toEqual({
      found: [],
      cursor: { cursor: expect.any(String) },
      isHalfDone: false,
      pages: 1,
      complete: false,
      isWide: true,
    });
    const { cursor } = position;
    const rest = await readAll(entries, { ...plan, earlier: { cursor, pages: 1 } });
    expect(rest.takes).toEqual([250, 250]);
    expect(rest.hasAll).toBe(true);
  });

  test('a mistake of the program, which is thrown', async () => {
    const mistake = new TypeError('of ours');
    const taking = () => {
      throw mistake;
    };
    await expect(readAll(strangers(20), { people: workspaceOf(2), taking })).rejects.toBe(mistake);
  });

  test('what is thrown while a page is taken, such as hidden URNs', async () => {
    const hidden = fail('ANONYMOUS_WORKSPACE', 'Hidden.', 'Use uuids.');
    const { limiter, takes, position } = await readAll(strangers(20), {
      people: workspaceOf(3),
      taking: () => {
        throw hidden;
      },
    });
    expect(limiter.stopped).toBe(hidden);
    expect(takes).toEqual([250]);
    // The page was not worked on, so it is read again.
    expect(position).toMatchObject({ cursor: undefined, pages: 0, complete: false });
  });

  test('then nothing is on its way any more', async () => {
    const all = reading(strangers(20), {
      people: workspaceOf(3),
      taking: () => Promise.reject(new TypeError('of ours')),
    });
    const { request } = all.server.client;
    let ended = 0;
    all.server.client.request = async one => {
      const answer = await request(one);
      await new Promise(resolve => setTimeout(resolve, 20));
      ended++;
      return answer;
    };
    await expect(all.read()).rejects.toThrow('of ours');
    expect(all.server.lines).toHaveLength(2);
    expect(ended).toBe(2);
  });

  test('a failure of the next page, noticed only after the work on this one', async () => {
    const failure = fail('SERVER_ERROR', 'It failed.', 'Later.');
    const unhandled: unknown[] = [];
    const listen = (error: unknown) => unhandled.push(error);
    process.on('unhandledRejection', listen);
    const { limiter, outcome } = await readAll([other(0), ...strangers(20)], {
      people: workspaceOf(2),
      before: (line, { lines }) => (line === 'page' && lines.length > 1 ? failure : undefined),
      taking: async (_, { writer, matches, server }) => {
        await new Promise(resolve => setTimeout(resolve, 5));
        await writer.changes(matches.see(server.of(0) as never));
      },
    });
    process.off('unhandledRejection', listen);
    expect(unhandled).toEqual([]);
    expect(limiter.stopped).toBe(failure);
    expect(outcome.result().updated).toMatchObject([{ index: 0 }]);
  });

  test('a stop while a page is written: the page behind it is not looked at', async () => {
    const entries = [other(0), other(1), other(300), other(301), ...strangers(20)];
    const { takes, position } = await readAll(entries, {
      people: workspaceOf(3),
      taking: (_, { limiter }) => limiter.stop(LIMIT),
    });
    expect(takes).toEqual([250]);
    expect(position).toMatchObject({
      isHalfDone: true,
      pages: 0,
      cursor: undefined,
      complete: false,
    });
    expect(position.found).toEqual([
      [0, uuidOf(0)],
      [1, uuidOf(1)],
    ]);
  });

  test('one that is left is looked up, which takes no more than its page', async () => {
    const { position, takes } = await readAll([other(0), ...strangers(20)], {
      people: workspaceOf(3),
      taking: (_, { limiter }) => limiter.stop(LIMIT),
    });
    // The page behind it was on its way, and is worked on.
    expect(takes).toEqual([250, 250]);
    expect(position).toMatchObject({ isHalfDone: false, pages: 2, found: [[0, uuidOf(0)]] });
  });

  test('a stop before the first page: no request', async () => {
    const all = reading(strangers(20), { people: workspaceOf(1) });
    all.limiter.stop(LIMIT);
    await all.read();
    expect(all.server.lines).toEqual([]);
    expect(all.reader.position()).toMatchObject({ found: [], pages: 0, complete: false });
  });
});

describe('where the next run goes on', () => {
  test('on the page that was half done, though it may not pay', async () => {
    const people = workspaceOf(1);
    const { pages, position } = await readAll([other(0)], {
      people,
      earlier: { isHalfDone: true },
    });
    expect(pages).toEqual(['page']);
    expect(position).toMatchObject({ isHalfDone: false });
    const half = await readAll([other(0)], {
      people,
      earlier: { isHalfDone: true, complete: true, found: [[0, uuidOf(0)]] },
    });
    expect(half.pages).toEqual(['page']);
  });

  test('only that page is read without a look at what it costs', async () => {
    const { pages } = await readAll([other(900)], {
      people: workspaceOf(3),
      earlier: { isHalfDone: true },
    });
    expect(pages).toEqual(['page']);
  });

  test('nowhere, if everything has been read', async () => {
    const { pages, hasAll, position } = await readAll(strangers(20), {
      people: workspaceOf(1),
      earlier: { complete: true, pages: 4 },
    });
    expect(pages).toEqual([]);
    expect(hasAll).toBe(true);
    expect(position).toMatchObject({ complete: true, pages: 4 });
  });

  test('by a field on the last page, which shows who has changed since', async () => {
    const list = { options: KEY, people: workspaceOf(2, valued) };
    const first = await readAll([valued(3)], list);
    expect(first.position).toMatchObject({ complete: true, pages: 1 });
    const { cursor } = first.position;
    expect(cursor).toBeDefined();
    const again = await readAll([valued(3)], {
      ...list,
      earlier: { cursor, complete: true, pages: 1 },
    });
    expect(again.takes).toEqual([250]);
    expect(again.hasAll).toBe(true);
    const before = reading([valued(3)], { ...list, earlier: { complete: true } });
    expect(before.reader.hasAll).toBe(false);
  });

  test('at the last page too, if the read ended there', async () => {
    const { position } = await readAll(strangers(20), { people: workspaceOf(3) });
    expect(position).toMatchObject({ complete: true, pages: 2, isHalfDone: false });
    expect(position.cursor).toBeDefined();
  });

  test('a cursor is kept as the text of the server', async () => {
    const { position } = await readAll([same(0), same(250), ...strangers(2)], {
      people: workspaceOf(9),
    });
    expect(position).toMatchObject({ complete: false });
    const text = Buffer.from(String(position.cursor?.cursor), 'base64').toString();
    expect(text).toMatch(/^p=/);
  });

  test('pages that were passed are not counted as pages to come', async () => {
    const plan = { people: workspaceOf(20), facts: { groups: [{ count: 5000 }] } };
    expect((await readAll(upTo(10).map(same), plan)).pages).toEqual([]);
    const late = await readAll(upTo(10).map(same), { ...plan, earlier: { pages: 12 } });
    expect(late.pages).toEqual(['page']);
    const group = { people: workspaceOf(3, memberTo(500)), facts: MEMBERS };
    expect((await readAll([same(0)], group)).pages).toEqual([]);
    expect((await readAll([same(0)], { ...group, earlier: { pages: 2 } })).pages).toEqual([
      'page g1',
    ]);
  });

  test('an empty page, which was requested again, is no page that was passed', async () => {
    const all = reading(strangers(20), { people: workspaceOf(3) });
    const { request } = all.server.client;
    all.server.client.request = async one => {
      const answer = await request(one);
      const nth = all.server.lines.length;
      return nth === 2 ? { ...answer, body: { ...(answer.body as object), results: [] } } : answer;
    };
    await all.read();
    expect(all.takes).toEqual([250, 0, 250]);
    expect(all.reader.position()).toMatchObject({ pages: 1, complete: true });
  });

  test('who was found and is not done, or failed, is kept', async () => {
    const list = [same(0), other(1), other(2), ...strangers(20)];
    const { position } = await readAll(list, {
      people: workspaceOf(3),
      taking: (_, { outcome }) =>
        outcome.fail({ index: 2 }, { code: 'INVALID_URN', description: 'No.', fix: 'Yes.' }),
    });
    expect(position.found).toEqual([
      [1, uuidOf(1)],
      [2, uuidOf(2)],
    ]);
  });
});

describe('many that would be looked up one by one', () => {
  /** Two pages, and this many whose changes are left. */
  const left = (count: number, more: Plan & { writes?: number } = {}) => {
    const { writes = 1, ...plan } = more;
    return readAll([...upTo(count).map(other), ...strangers(20)], {
      people: workspaceOf(2),
      taking: (_, { server }) => {
        server.client.writes = writes;
      },
      ...plan,
    });
  };

  test('are forgotten, if to read all again takes less', async () => {
    // One page was passed, and the last one is half done.
    const few = await left(2);
    expect(few.position).toMatchObject({ complete: true, pages: 1 });
    expect(few.position.found).toHaveLength(2);
    expect((await left(3)).position).toEqual({ found: [] });
  });

  test('but not if this run wrote nothing: the next one would not come further', async () => {
    expect((await left(3, { writes: 0 })).position.found).toHaveLength(3);
  });

  test('but not if this run went on from an earlier one', async () => {
    const first = await left(3, {
      before: (_, { lines }) => (lines.length > 1 ? LIMIT : undefined),
    });
    const { cursor } = first.position;
    const rest = await left(3, {
      earlier: { ...first.position, cursor: cursor ?? { cursor: 'cD0x' } },
    });
    expect(rest.position.found).toHaveLength(3);
  });

  test('but not if not all was read', async () => {
    const { position } = await left(5, {
      people: workspaceOf(3),
      before: (_, { lines }) => (lines.length > 2 ? LIMIT : undefined),
    });
    expect(position.found).toHaveLength(5);
    expect(position).toMatchObject({ complete: false });
  });
});
