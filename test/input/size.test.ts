import { HttpResponse, http as msw } from 'msw';
import { describe, expect, test } from 'vitest';
import { execute, fn, getContacts } from '../../src/index.js';
import { Estimate } from '../../src/input/size.js';
import type { State } from '../../src/types/state.js';
import { stateFor } from '../operations/run.js';
import { captureConsole } from '../support/captureConsole.js';
import { serve } from '../support/serve.js';

const record = (name: string) => ({
  uuid: '957c02cb-bf04-413b-80f0-8176d927af44',
  name,
  urns: ['tel:+250788123123'],
  fields: { age: '34', village: null, notes: 'é'.repeat(20) },
  blocked: false,
  count: 12,
});
const records = (amount: number) =>
  Array.from({ length: amount }, (_, index) => record(`Amina ${index}`));

describe('the size of a state', () => {
  test.each<[string, unknown]>([
    ['text', 'Zoë'],
    ['one record', record('Amina')],
    ['few', records(10)],
    ['many', records(20_000)],
    ['lists within lists', { a: [records(30), [records(40)]] }],
    ['long and short ones', records(5000).map((one, at) => ({ ...one, more: 'x'.repeat(at) }))],
    ['nothing', { data: null, references: [] }],
    ['every second one is long', records(4000).map((_, at) => 'x'.repeat(at % 2 ? 5000 : 1))],
    ['one huge among many', [...records(6000), 'x'.repeat(11_000_000)]],
    [
      'what has to be escaped',
      ['\n'.repeat(100_000), '\u0001'.repeat(100_000), '"a"'.repeat(50_000)],
    ],
    ['keys of other scripts', Object.fromEntries(records(500).map((_, at) => [`নাম${at}`, at]))],
    ['dates', Array.from({ length: 1000 }, (_, at) => new Date(at * 1e9))],
    ['what JSON leaves out', { a: () => 1, b: undefined, c: [undefined, () => 1, Number.NaN] }],
    ['an object from a library', { toJSON: () => 'x'.repeat(1000), more: 'x'.repeat(9000) }],
    [
      'lists of lists',
      Array.from({ length: 200 }, () => Array.from({ length: 500 }, (_, at) => at)),
    ],
    ['rows of a table', Array.from({ length: 90_000 }, (_, at) => [at, 'x'.repeat(90)])],
    [
      'long rows',
      Array.from({ length: 30_000 }, (_, at) => [at, ...Array(60).fill('x'.repeat(9))]),
    ],
    [
      'rows in objects',
      Array.from({ length: 50_000 }, (_, at) => ({ at, row: [1, 'x'.repeat(80)] })),
    ],
    ['many short lists', Array.from({ length: 90_000 }, (_, at) => [[at], ['x'.repeat(at % 99)]])],
  ])('is estimated as it is written: %s', (_, value) => {
    const written = Buffer.byteLength(JSON.stringify(value));
    expect(Math.abs(new Estimate().of(value) - written)).toBeLessThanOrEqual(4 + written / 20);
  });
});

describe('a token that is left on the state', () => {
  const server = () =>
    serve(msw.get('*', () => HttpResponse.json({ next: null, previous: null, results: [] })));
  const told = async (func: (state: State) => unknown) => {
    const lines = captureConsole();
    await execute(fn(func as never))(stateFor(await server(), { data: [1, 2] }));
    return lines.filter(line => line.includes('contains the token'));
  };
  const call = (state: State) => getContacts()(state);

  test.each<[string, (state: State) => unknown, string]>([
    [
      'in the states of several calls',
      async s => ({ ...s, data: await Promise.all([1, 2].map(() => call(s))) }),
      'state.data',
    ],
    ['in a state', async s => ({ ...s, kept: { first: await call(s) } }), 'state.kept'],
    [
      'in a copy of the credential',
      s => ({ ...s, mine: { ...(s.configuration as object) } }),
      'state.mine',
    ],
    [
      'by itself',
      s => ({ ...s, mine: (s.configuration as { token: string }).token }),
      'state.mine',
    ],
    ['in references', s => ({ ...s, references: [s] }), 'state.references'],
  ])('is told: %s', async (_, func, place) => {
    const found = await told(func);
    expect(found).toHaveLength(1);
    expect(found[0]).toContain(`${place} contains the token of the credential`);
  });

  test('is told where it was pasted with a line break', async () => {
    const lines = captureConsole();
    const state = stateFor(await server(), { data: 1 });
    const { host, token } = state.configuration as { host: string; token: string };
    await execute(fn((s: State) => ({ ...s, mine: token })) as never)({
      ...state,
      configuration: { host, token: `${token}\n` },
    });
    expect(lines.filter(line => line.includes('contains the token'))).toHaveLength(1);
  });

  test.each<[string, (state: State) => unknown]>([
    ['the state', s => s],
    ['its data', async s => ({ ...s, data: (await call(s)).data })],
    [
      'a state without it',
      async s => ({ ...s, data: { ...(await call(s)), configuration: null } }),
    ],
  ])('is not in %s', async (_, func) => {
    expect(await told(func)).toEqual([]);
  });
});

describe('the size of what cannot be written', () => {
  test.each<[string, () => unknown]>([
    [
      'circles',
      () => {
        const circle: { children: unknown[] } = { children: [] };
        for (let times = 0; times < 30; times++) circle.children.push({ parent: circle });
        return circle;
      },
    ],
    [
      'many ways to one place',
      () => {
        let value: unknown = 1;
        for (let level = 0; level < 40; level++) value = { a: value, b: value, c: value };
        return value;
      },
    ],
    ['bytes', () => new Uint8Array(10_000_000)],
    ['ten million values', () => Array.from({ length: 2000 }, () => new Array(5000).fill(7))],
  ])('is estimated in bounded time: %s', (_, make) => {
    const value = make();
    const started = process.cpuUsage().user;
    expect(new Estimate().of(value)).toBeGreaterThan(0);
    expect((process.cpuUsage().user - started) / 1000).toBeLessThan(3000);
  });

  test('an object that throws when it is looked at fails no step', async () => {
    const data = Object.defineProperty({}, 'x', {
      enumerable: true,
      get() {
        throw new Error('getter');
      },
    });
    const next = await execute(fn(state => Object.assign(state, { mine: data })))({});
    expect(next.mine).toBe(data);
  });
});

const said = (lines: string[]) => lines.filter(line => line.includes('OpenFn keeps results'));
const leave = (data: unknown) => fn(state => ({ ...state, data }));

describe('a step that leaves much', () => {
  test('is warned about from 8 MB on, and told where it is', async () => {
    const lines = captureConsole();
    const many = records(40_000);
    await execute(leave(many), leave({ few: 1 }), leave(many))({});
    expect(said(lines)).toHaveLength(1);
    expect(said(lines)[0]).toMatch(
      /leaves about \d+\.\d MB on the state \(state\.data \d+\.\d MB\)/,
    );
    expect(said(lines)[0]).toContain('eachPage()');
  });

  test('is not below it', async () => {
    const lines = captureConsole();
    await execute(leave('x'.repeat(7_900_000)))({});
    expect(said(lines)).toEqual([]);
    await execute(leave('x'.repeat(8_100_000)))({});
    expect(said(lines)).toHaveLength(1);
  });

  test('what references hold counts', async () => {
    const lines = captureConsole();
    await execute(fn(state => ({ ...state, data: 1, references: [records(40_000)] })))({});
    expect(said(lines)[0]).toContain('state.references');
  });

  test('one huge record among many counts', async () => {
    const lines = captureConsole();
    const page = [...records(200), record('x'.repeat(9_000_000)), ...records(49)].map(
      (one, at) => ({ ...one, uuid: one.uuid.replace(/^.{8}/, String(10_000_000 + at)) }),
    );
    const server = await serve(
      msw.get('*', () => HttpResponse.json({ next: null, previous: null, results: page })),
    );
    await execute(getContacts())(stateFor(server));
    expect(said(lines)).toHaveLength(1);
  });
});
