import { describe, expect, test } from 'vitest';
import { eachPage, fn, getContacts, syncContacts } from '../../../src/Adaptor.js';
import type { Operation, State } from '../../../src/types/state.js';
import { captureConsole } from '../../support/captureConsole.js';
import { checkpoints } from '../../support/checkpoint.js';
import { noSleep } from '../../support/noSleep.js';
import { upTo, workspace } from '../bulk/workspace.js';
import { stateFor } from '../run.js';

/** Several lists of one job that stop: each has its own place in `state.rapidpro.resume`. */

const urn = (n: number) => `tel:+2507880${10_000 + n}`;
const people = (count: number) =>
  upTo(count).map(n => ({ urns: [urn(n)], name: `P ${n}`, groups: n % 2 ? ['Mothers'] : [] }));
const register = (first: number, name: string) =>
  upTo(80).map(n => ({ urns: [urn(first + n)], name: `${name} ${n}` }));

const ids = ({ data }: State) => (data as { uuid: string }[]).map(({ uuid }) => uuid);
const kept = ({ rapidpro }: State) => JSON.parse(JSON.stringify({ rapidpro }));

const texts = (state: State) => Object.entries(checkpoints(state)).map(one => JSON.stringify(one));

test('each of five goes on from its own place, whatever the others do', async () => {
  noSleep();
  const sandbox = await workspace({ contacts: people(900) });
  const before = sandbox.contacts();
  const byPage: string[] = [];
  const note = fn(state => {
    byPage.push(...ids(state));
    return state;
  });
  const options = { resume: true };
  const steps: [Operation, (state: State) => string[]][] = [
    [getContacts({}, options), ids],
    [getContacts({ group: 'Mothers' }, options), ids],
    [eachPage(getContacts({}, options), note), () => byPage.splice(0)],
    [syncContacts(register(2000, 'A'), options), () => []],
    [syncContacts(register(3000, 'B'), options), () => []],
  ];
  const read = steps.map((): string[] => []);
  const isOver = steps.map(() => false);
  let rapidpro: unknown;
  let most = 0;
  for (let runs = 0; isOver.includes(false); runs++) {
    expect(runs).toBeLessThan(80);
    let state: State = stateFor(sandbox, { rapidpro });
    for (const [place, [step, got]] of steps.entries()) {
      if (isOver[place]) continue;
      // Each has a few requests, and then the hour is over.
      const left = sandbox.requests().length + 2;
      sandbox.configure({ throttle: { v2: `${left}/hour`, 'v2.contacts': `${left}/hour` } });
      const before = texts(state);
      state = await step({ ...state, ...stateFor(sandbox), ...kept(state) });
      read[place]?.push(...got(state));
      isOver[place] = texts(state).every(one => before.includes(one));
      most = Math.max(most, texts(state).length);
    }
    rapidpro = kept(state).rapidpro;
  }
  expect(most).toBe(4);
  expect(rapidpro).toEqual({});
  const [all = [], mothers = [], pages = []] = read;
  for (const list of [all, mothers, pages]) expect(new Set(list).size).toBe(list.length);
  for (const { uuid, groups } of before) {
    expect([all.includes(uuid), pages.includes(uuid)]).toEqual([true, true]);
    expect(mothers.includes(uuid)).toBe(groups.length > 0);
  }
  const names = new Map(sandbox.contacts().map(({ urns, name }) => [urns[0], name]));
  expect(names.size).toBe(1060);
  for (const n of upTo(80)) {
    expect(names.get(urn(2000 + n))).toBe(`A ${n}`);
    expect(names.get(urn(3000 + n))).toBe(`B ${n}`);
  }
});

describe('lists', () => {
  async function stopped(list: (options: object) => Operation, token?: string) {
    noSleep();
    const sandbox = await workspace({ contacts: people(600), ...(token ? { token } : {}) });
    sandbox.fault({ kind: 'throttle', retryAfter: 3000, when: { nth: 2 } });
    const state = await list({})(stateFor(sandbox));
    return { sandbox, state };
  }

  test('the same list page by page has a place of its own', async () => {
    const { sandbox, state } = await stopped(options => getContacts({}, options));
    let records = 0;
    const count = fn(({ data, ...rest }) => {
      records += (data as unknown[]).length;
      return { data, ...rest };
    });
    const next = await eachPage(
      getContacts({}, { resume: true }),
      count,
    )(stateFor(sandbox, kept(state)));
    expect(records).toBe(600);
    expect(next.rapidpro).toEqual(state.rapidpro);
  });

  test.each([
    ['on another server', {}],
    ['with another token', { token: 'c'.repeat(40) }],
  ])('the place in one workspace is not taken for a place %s', async (_, options) => {
    const { state } = await stopped(options => getContacts({}, options));
    const other = await workspace({ contacts: people(300), ...options });
    const configuration = { host: other.host, token: other.token };
    const next = await getContacts({}, { resume: true })({ ...kept(state), configuration });
    expect(next.data).toHaveLength(300);
    expect(next.rapidpro).toEqual(state.rapidpro);
  });

  test('places do not grow without end, and reveal nothing', async () => {
    noSleep();
    const log = captureConsole();
    const sandbox = await workspace({ contacts: people(300) });
    let rapidpro: unknown;
    for (const day of upTo(60)) {
      const after = new Date(Date.UTC(2000, 0, 1 + day)).toISOString();
      sandbox.fault({ kind: 'throttle', retryAfter: 3000, when: { nth: 2 } });
      const step = getContacts({ after }, { maxWait: 0 });
      rapidpro = kept(await step(stateFor(sandbox, { rapidpro }))).rapidpro;
    }
    const { resume } = rapidpro as { resume: object };
    expect(Object.keys(resume)).toHaveLength(50);
    expect(JSON.stringify(resume)).not.toContain('2000-01');
    expect(log.join('\n')).toContain('oldest position was discarded');
  });
});
