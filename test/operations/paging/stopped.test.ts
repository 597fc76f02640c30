import { http as msw } from 'msw';
import { describe, expect, test, vi } from 'vitest';
import { roles } from '../../../scripts/generate/coverage-operations.js';
import * as rapidpro from '../../../src/Adaptor.js';
import { systemClock } from '../../../src/client/clock.js';
import { PAGE_SIZE, type Resource, type ResourceName, resources } from '../../../src/resources.js';
import type { Dictionary } from '../../../src/types/json.js';
import type { Operation, State } from '../../../src/types/state.js';
import { captureConsole } from '../../support/captureConsole.js';
import { checkpoints } from '../../support/checkpoint.js';
import { serve } from '../../support/serve.js';
import { page as answer, stateFor } from '../run.js';

/** Every list that stops after each of its pages: what it keeps in the state must be read again, as JSON. */

const COUNT = 3 * PAGE_SIZE + 20;
const BEGIN = Date.UTC(2026, 0, 1);

type List = (options: object) => Operation;

const lists = Object.entries(resources)
  .filter(
    ([, { methods, paging }]: [string, Resource]) => methods.includes('GET') && paging !== 'none',
  )
  .map(([name]) => name as ResourceName);

const operations = new Map<string, unknown>(Object.entries(rapidpro));

function listOf(name: ResourceName): List {
  const make = operations.get(roles[name].read ?? '') as (...args: unknown[]) => Operation;
  const { filters }: Resource = resources[name];
  const isFiltered = Object.keys(filters).length > 0;
  return options => (isFiltered ? make({}, options) : make(options));
}

/** How many records have one time, in each of these lists. */
const TIES = { none: 1, 'some at a time': 70, 'all at once': COUNT };

/** Records in the order of the list; archives have no id. */
function recordsOf(key: string, isAscending: boolean, together: number): Dictionary[] {
  return Array.from({ length: COUNT }, (_, index) => {
    const step = Math.floor(index / together) * (isAscending ? 1 : -1);
    const time = new Date(BEGIN + step * 86_400_000).toISOString();
    const place = `R${String(1_000_000 + step).padStart(8, '0')}`;
    const uuid = `7712aaf6-5df5-4df1-89db-${String(index).padStart(12, '0')}`;
    const named = key === 'start_date' ? { hash: uuid } : { uuid };
    return { ...named, [key]: key === 'osm_id' ? place : time };
  });
}

interface Place {
  p: string | null;
  o: number;
}

/** Behind the last record that differs from the one to come. */
function placeBehind(page: Dictionary[], coming: Dictionary, key: string, asked: Place): Place {
  const tied = page.toReversed().findIndex(record => record[key] !== coming[key]);
  if (tied < 0) return { p: asked.p, o: asked.o + page.length };
  return { p: String(page.at(-1 - tied)?.[key]), o: tied };
}

function readCursor(cursor: string | null): Place {
  const tokens = new URLSearchParams(atob(cursor ?? ''));
  return { p: tokens.get('p'), o: Number(tokens.get('o') ?? 0) };
}

/** A page of a list as RapidPro cuts it. */
function cut(
  all: Dictionary[],
  { paging }: Resource,
  key: string,
  query: URLSearchParams,
): Response {
  const after = query.get('after');
  const left = all.filter(record => after === null || String(record[key]) >= after);
  const records = query.get('reverse') === 'true' ? left.toReversed() : left;
  const next = (name: string, value: string) =>
    `https://rapidpro.example.org/api?${new URLSearchParams({ [name]: value })}`;
  if (paging === 'offset') {
    const start = Number(query.get('offset') ?? 0);
    const end = start + PAGE_SIZE;
    const page = records.slice(start, end);
    return answer(page, end < records.length ? next('offset', String(end)) : null);
  }
  const asked = readCursor(query.get('cursor'));
  const start = records.findLastIndex(record => record[key] === asked.p) + 1 + asked.o;
  const page = records.slice(start, start + PAGE_SIZE);
  const coming = records[start + PAGE_SIZE];
  if (!coming) return answer(page);
  const { p, o } = placeBehind(page, coming, key, asked);
  const tokens = new URLSearchParams({ ...(o > 0 ? { o: String(o) } : {}), ...(p ? { p } : {}) });
  return answer(page, next('cursor', btoa(String(tokens))));
}

/** A server at which each page of the list takes longer than a run has. After the first, a record may leave. */
async function slow(name: ResourceName, together: number, leaves: boolean) {
  let now = Date.now();
  vi.spyOn(systemClock, 'now').mockImplementation(() => now);
  const resource: Resource = resources[name];
  const { by: key = '', ascending = false } = resource.order ?? {};
  const records = recordsOf(key, ascending, together);
  const listed = [...records];
  const server = await serve(
    msw.get(`*/${name}.json`, ({ request }) => {
      now += 100_000;
      const page = cut(listed, resource, key, new URL(request.url).searchParams);
      if (leaves && listed.length === COUNT) listed.shift();
      return page;
    }),
  );
  return { server, records };
}

const identities = (records: unknown) =>
  (records as Dictionary[]).map(({ uuid, hash }) => String(uuid ?? hash));

/** Reads a list in runs of a page each. The state is kept as JSON in between. */
async function inRuns(server: { host: string }, read: (state: State) => Promise<[State, unknown]>) {
  const got: string[] = [];
  const kept: object[] = [];
  let state: State = {};
  for (let runs = 0; runs < 30; runs++) {
    const [after, records] = await read(stateFor(server, { rapidpro: state.rapidpro }));
    got.push(...identities(records));
    state = JSON.parse(JSON.stringify({ rapidpro: after.rapidpro }));
    const [position] = Object.values(checkpoints(state));
    if (!position) break;
    kept.push(position);
  }
  expect(checkpoints(state)).toEqual({});
  return { got, kept };
}

const OPTIONS = { deadline: 50, resume: true };

const asArray =
  (list: List) =>
  async (state: State): Promise<[State, unknown]> => {
    const after = await list(OPTIONS)(state);
    return [after, after.data];
  };

const byPage =
  (list: List) =>
  async (state: State): Promise<[State, unknown]> => {
    const records: unknown[] = [];
    const note = rapidpro.fn(current => {
      records.push(...(current.data as unknown[]));
      return current;
    });
    return [await rapidpro.eachPage(list(OPTIONS), note)(state), records];
  };

describe.each(lists)('%s', name => {
  describe.each(Object.entries(TIES))('with the same time: %s', (_, together) => {
    test.each([
      ['in an array', asArray, false],
      ['page by page', byPage, false],
      ['in an array, and a record leaves meanwhile', asArray, true],
    ])('%s', async (_, way, leaves) => {
      captureConsole();
      const { server, records } = await slow(name, together, leaves);
      const { got, kept } = await inRuns(server, way(listOf(name)));
      expect(new Set(got)).toEqual(new Set(identities(records)));
      expect(got).toHaveLength(COUNT);
      // A page that is read to see that nothing has moved, and changes at the end, take runs of their own.
      expect(kept.length).toBeGreaterThanOrEqual(3);
    });
  });
});
