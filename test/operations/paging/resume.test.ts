import { createSandbox, type Sandbox } from '@openfn/rapidpro-sandbox';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { eachPage, execute, fn, getContacts, getGroups } from '../../../src/Adaptor.js';
import { systemClock } from '../../../src/client/clock.js';
import { iteratePages } from '../../../src/operations/eachPage.js';
import type { Operation, State } from '../../../src/types/state.js';
import { onlyCheckpoint } from '../../support/checkpoint.js';

let sandbox: Sandbox;
afterEach(() => sandbox.close());

const start = async (contacts: number, options: object = {}) => {
  sandbox = await createSandbox({ contacts, ...options });
  return { configuration: { host: sandbox.host, token: sandbox.token } };
};
const ids = (records: unknown) => (records as { uuid: string }[]).map(({ uuid }) => uuid);
const total = () => new Set(sandbox.contacts().map(({ uuid }) => uuid)).size;

/** Time that goes on by itself, a second at each look. */
function tickingClock() {
  let now = Date.now();
  vi.spyOn(systemClock, 'now').mockImplementation(() => {
    now += 1000;
    return now;
  });
}

describe('a list that reaches the rate limit', () => {
  test('stops with what it has, and another run reads exactly the rest', async () => {
    let now = Date.UTC(2026, 0, 1);
    const state = await start(1100, { throttle: 3, clock: { now: () => now } });
    const first = await getContacts({}, { maxWait: 0 })(state);
    expect(first.data).toHaveLength(750);
    const { name, position } = onlyCheckpoint<{ retryAfter: number }>(first);
    expect(name).toMatch(/^contacts-[0-9a-f]{16}$/);
    expect(position).toMatchObject({ done: 750 });
    expect(JSON.stringify(first.rapidpro)).not.toContain(sandbox.token);

    now += position.retryAfter * 1000;
    const rest = await getContacts({}, { resume: true, maxWait: 0 })({ ...first, ...state });
    expect(rest.data).toHaveLength(350);
    expect(new Set([...ids(first.data), ...ids(rest.data)]).size).toBe(1100);
    expect(rest.rapidpro).toEqual({});
  });

  test('before the first page it throws', async () => {
    const state = await start(10, { throttle: 1 });
    await getContacts()(state);
    await expect(getContacts({}, { maxWait: 0 })(state)).rejects.toMatchObject({
      code: 'RATE_LIMITED',
    });
  });
});

describe('a list with a deadline', () => {
  test('stops between two pages; resume: true reads the rest, nothing lost and nothing twice', async () => {
    const state = await start(1000);
    tickingClock();
    let next: State = await getContacts({}, { deadline: 6 })(state);
    const read = ids(next.data);
    expect(read.length).toBeGreaterThan(0);
    expect(read.length).toBeLessThan(1000);
    let runs = 1;
    while ((next.rapidpro as { resume?: object }).resume && runs < 10) {
      // State goes through JSON between two runs.
      const kept = JSON.parse(JSON.stringify({ ...next, configuration: undefined }));
      next = await getContacts({}, { deadline: 6, resume: true })({ ...kept, ...state });
      read.push(...ids(next.data));
      runs++;
    }
    expect(runs).toBeGreaterThan(1);
    expect(read).toHaveLength(1000);
    expect(new Set(read).size).toBe(total());
  });

  test.each([
    [800, 800],
    // Lowered meanwhile: below what was read.
    [1, 250],
  ])('a limit counts in all runs together (%i in the second one)', async (limit, expected) => {
    const state = await start(1000);
    tickingClock();
    const first = await getContacts({}, { deadline: 4, limit: 800, resume: true })(state);
    expect(ids(first.data)).toHaveLength(250);
    const options = { limit, resume: true };
    const second = await getContacts({}, options)({ ...first, ...state });
    const read = [...ids(first.data), ...ids(second.data)];
    expect(read).toHaveLength(expected);
    expect(new Set(read).size).toBe(expected);
    expect(second.rapidpro).toEqual({});
  });

  test('the checkpoint of another list, or of other filters, is not taken', async () => {
    const state = await start(600);
    tickingClock();
    const stopped = await getContacts({}, { deadline: 4 })(state);
    expect((stopped.rapidpro as { resume?: object }).resume).toBeDefined();
    vi.restoreAllMocks();
    const other = await getContacts({ reverse: true }, { resume: true })({ ...stopped, ...state });
    expect(other.data).toHaveLength(600);
    const groups = await getGroups({}, { resume: true })({ ...stopped, ...state });
    // A checkpoint that is not its own stays where it is.
    expect((groups.rapidpro as { resume?: object }).resume).toBeDefined();
  });

  test('a checkpoint that somebody changed is refused', async () => {
    const state = await start(600);
    tickingClock();
    const stopped = await getContacts({}, { deadline: 4 })(state);
    vi.restoreAllMocks();
    const { name, position } = onlyCheckpoint(stopped);
    const asked = sandbox.requests().length;
    for (const cursor of [{ group: 'x' }, { cursor: '1', group: 'x' }, {}, '1']) {
      const rapidpro = { resume: { [name]: { ...position, position: { cursor } } } };
      const again = getContacts({}, { resume: true })({ ...stopped, ...state, rapidpro });
      await expect(again).rejects.toMatchObject({
        code: 'INVALID_INPUT',
        fix: expect.stringContaining(name),
      });
    }
    expect(sandbox.requests()).toHaveLength(asked);
  });
});

describe('eachPage', () => {
  test('hands on each page once, threads state, and lets references grow by one', async () => {
    const state = await start(600);
    const seen: string[] = [];
    const result = await execute(
      eachPage(
        getContacts(),
        fn(current => {
          seen.push(...ids(current.data));
          expect(current.references).toHaveLength(0);
          return { ...current, pagesSeen: Number(current.pagesSeen ?? 0) + 1 };
        }),
        fn(current => ({ ...current, references: [...(current.references ?? []), 'noise'] })),
      ),
    )(state);
    expect(result.data).toEqual({ pages: 3, records: 600 });
    expect(result.pagesSeen).toBe(3);
    expect(result.references).toEqual([null]);
    expect(new Set(seen).size).toBe(600);
    // Three pages, and one look at what changed meanwhile.
    expect(result.response).toMatchObject({ path: 'contacts', requests: 4 });
  });

  test('keeps to the limit of the list, and says what is no list', async () => {
    const state = await start(600);
    const result = await eachPage(
      getContacts({}, { limit: 300 }),
      fn(s => s),
    )(state);
    expect(result.data).toEqual({ pages: 2, records: 300 });
    await expect(eachPage(fn(s => s))(state)).rejects.toMatchObject({ code: 'INVALID_INPUT' });
  });

  test('an operation that fails stops the list', async () => {
    const state = await start(600);
    const failing = fn(() => {
      throw new Error('no');
    });
    await expect(eachPage(getContacts(), failing)(state)).rejects.toThrow('no');
    expect(sandbox.requests()).toHaveLength(1);
  });

  test('stops at a deadline between two pages and goes on there', async () => {
    const state = await start(1000);
    tickingClock();
    const seen: string[] = [];
    const keep = fn(current => {
      seen.push(...ids(current.data));
      return current;
    });
    let next: State = await eachPage(getContacts({}, { deadline: 6 }), keep)(state);
    for (let runs = 0; (next.rapidpro as { resume?: object }).resume && runs < 10; runs++) {
      const again = getContacts({}, { deadline: 6, resume: true });
      next = await eachPage(again, keep)({ ...next, ...state });
    }
    expect(seen).toHaveLength(1000);
    expect(new Set(seen).size).toBe(1000);
  });
});

describe('iteratePages', () => {
  test('reads a list in code of one’s own', async () => {
    const { configuration } = await start(600);
    const sizes: number[] = [];
    for await (const page of iteratePages(configuration, getContacts())) sizes.push(page.length);
    expect(sizes).toEqual([250, 250, 100]);
  });

  test('a list that ends early is an error', async () => {
    const { configuration } = await start(600, { throttle: 2 });
    const read = async () => {
      for await (const page of iteratePages(configuration, getContacts({}, { maxWait: 0 }))) {
        expect(page).toHaveLength(250);
      }
    };
    await expect(read()).rejects.toMatchObject({ code: 'RATE_LIMITED' });
  });

  test('refuses what the list itself would refuse, before anything is sent', async () => {
    const { configuration } = await start(1);
    const next = (list: unknown) => iteratePages(configuration, list as Operation).next();
    await expect(next({})).rejects.toMatchObject({
      code: 'INVALID_INPUT',
      description: 'The second argument of iteratePages() is not a list.',
      fix: 'Use an operation that reads a list: iteratePages(configuration, getContacts())',
    });
    const missing = (() => undefined) as never;
    await expect(next(getContacts({}, missing))).rejects.toMatchObject({ code: 'INVALID_OPTION' });
    await expect(next(getContacts(missing))).rejects.toMatchObject({
      code: 'INVALID_FILTER',
      description: expect.stringContaining('filters is empty'),
    });
    await expect(next(getContacts({ group: configuration.token }))).rejects.toMatchObject({
      code: 'INVALID_INPUT',
      description: expect.stringContaining('contains the token'),
    });
    expect(sandbox.requests()).toEqual([]);
  });
});
