import { describe, expect, test } from 'vitest';
import { Estimate, logLeft } from '../../src/input/size.js';
import { captureConsole } from '../support/captureConsole.js';

/** The size of small values, to the byte, and how few of many are looked at. */

const sizeOf = (value: unknown, share?: number) => new Estimate().of(value, share);

test.each<[value: unknown]>([
  [''],
  ['Amina'],
  ['"quoted" \\ back'],
  ['line\nline\ttab\b\f\r'],
  ['\u0000\u0001\u000b\u000e\u001f'],
  ['\u007f'],
  ['é߿'],
  ['ࠀ€￿'],
  ['😀'],
  [0],
  [-12.5],
  [1e21],
  [null],
  [[]],
  [{}],
])('%j is measured as it is written', value => {
  // An item of a list has its comma.
  const size = Buffer.byteLength(JSON.stringify(value));
  expect(sizeOf(value)).toBe(size);
});

test.each<[name: string, value: unknown, size: number]>([
  ['true, which counts as null does', true, 4],
  ['undefined', undefined, 4],
  ['no number', Number.NaN, 4],
  ['infinity', Number.POSITIVE_INFINITY, 4],
  // Two brackets, and each item with its comma.
  ['a list', ['ab', 1], 2 + 5 + 2],
  ['an object', { a: 'b', cd: 1 }, 2 + (3 + 2 + 3) + (4 + 2 + 1)],
  ['keys without a value', { a: undefined, b: () => 1, c: Symbol('x') }, 2],
  ['bytes, which JSON writes as numbers', new Uint8Array(5), 50],
  ['a date', new Date(0), 26],
  ['what toJSON gives', { toJSON: (key: string) => `x${key}` }, 3],
])('%s', (_, value, size) => {
  expect(sizeOf(value)).toBe(size);
});

test('of a long text, the beginning is measured', () => {
  expect(sizeOf(`${'x'.repeat(10_000)}${'é'.repeat(10_000)}`)).toBe(20_002);
  expect(sizeOf('é'.repeat(20_000))).toBe(40_002);
  expect(sizeOf('x'.repeat(9_999))).toBe(10_001);
});

describe('of many values, a share is looked at', () => {
  /** Which places of a list of numbers are looked at. */
  function looked(length: number, share: number, estimate = new Estimate()): number[] {
    const places: number[] = [];
    const list = Array.from({ length }, (_, place) => ({
      toJSON: () => {
        places.push(place);
        return 1;
      },
    }));
    estimate.of(list, share);
    return places;
  }

  test('all of a short list, in order', () => {
    expect(looked(3, 60)).toEqual([0, 1, 2]);
    expect(looked(3, 1000)).toEqual([0, 1, 2]);
  });

  test('of a longer one, places that are spread over all of it', () => {
    const places = looked(1000, 200);
    expect(places).toHaveLength(10);
    for (const [turn, place] of places.entries()) {
      expect(place).toBeGreaterThanOrEqual(turn * 100);
      expect(place).toBeLessThan((turn + 1) * 100);
    }
    expect(new Set(places.map(place => place % 100)).size).toBeGreaterThan(5);
    expect(looked(1000, 1)).toHaveLength(1);
  });

  test('in many lists, not always the same place', () => {
    const estimate = new Estimate();
    const places = Array.from({ length: 8 }, () => looked(100, 20, estimate)[0]);
    expect(new Set(places).size).toBeGreaterThan(5);
  });

  test('the size is that of all of them', () => {
    expect(sizeOf(Array(1000).fill(12), 200)).toBe(2 + 3 * 1000);
    const object = Object.fromEntries(Array.from({ length: 100 }, (_, at) => [`k${at + 100}`, 1]));
    expect(sizeOf(object, 10)).toBe(2 + 100 * (6 + 2 + 1));
  });

  test('each item gets its part of the share', () => {
    const rows = Array(10).fill(Array(1000).fill(1));
    const counts = Array(10).fill(0);
    const counted = rows.map((row, at) =>
      row.map(() => ({
        toJSON: () => {
          counts[at]++;
          return 1;
        },
      })),
    );
    sizeOf(counted, 2000);
    expect(counts).toEqual(Array(10).fill(10));
    const objects = [
      Object.fromEntries(counted[0]?.map((one: object, at: number) => [at, one]) ?? []),
    ];
    counts[0] = 0;
    sizeOf(objects, 50);
    expect(counts[0]).toBe(50);
  });

  test('a circle comes to an end', () => {
    const circle: unknown[] = [];
    circle.push(circle);
    expect(sizeOf(circle)).toBe(3 * 101);
    const own: Record<string, unknown> = {};
    own.o = own;
    expect(sizeOf(own)).toBe(7 * 101);
    const nested = (depth: number): unknown => (depth === 0 ? 1 : [nested(depth - 1)]);
    expect(sizeOf(nested(101))).toBe(1 + 3 * 101);
  });
});

describe('a token among the values', () => {
  const holds = (value: unknown, token: unknown) => {
    const estimate = new Estimate(token);
    estimate.of(value);
    return estimate.holdsToken;
  };
  test.each<[value: unknown, token: unknown, isHeld: boolean]>([
    [{ a: ['secret'] }, 'secret', true],
    [{ a: ['secret'] }, ' secret ', true],
    [{ a: [' secret '] }, ' secret ', true],
    [{ a: ['a secret'] }, 'secret', false],
    [{ secret: 1 }, 'secret', false],
    [{ a: '' }, '', false],
    [{ a: ' ', b: '' }, ' ', false],
    [{ a: 'undefined' }, undefined, false],
    [{ a: 7 }, 7, false],
  ])('%j, with %j: %j', (value, token, isHeld) => {
    expect(holds(value, token)).toBe(isHeld);
  });
});

describe('what a step leaves', () => {
  const said = (state: unknown) => {
    const lines = captureConsole();
    logLeft(state);
    return lines;
  };
  const long = (megabytes: number) => 'x'.repeat(megabytes * 1_000_000 - 2);

  test.each<[name: string, state: unknown]>([
    ['nothing', undefined],
    ['null', null],
    ['a text', long(9)],
    ['a small state', { data: 1, configuration: { token: 'secret' } }],
    ['what the platform removes', { configuration: long(9), response: long(9) }],
    ['a value that is left out', { data: undefined }],
    ['the token in its own place', { configuration: { token: 'secret' }, response: 'secret' }],
  ])('%s needs no warning', (_, state) => {
    expect(said(state)).toEqual([]);
  });

  test('an object that throws when it is read is no reason to fail', () => {
    const data = {
      get x() {
        throw new Error('own');
      },
    };
    expect(said({ data, references: long(9) })).toEqual([]);
  });

  test('from 8 MB on, the largest parts are named', () => {
    expect(said({ data: 'x'.repeat(7_999_997) })).toEqual([]);
    const [line] = said({
      a: 'x'.repeat(4000),
      data: long(8),
      references: long(1),
      b: long(2),
      c: long(1),
    });
    expect(line).toContain(
      'The step leaves about 12.0 MB on the state (state.data 8.0 MB, state.b 2.0 MB, state.references 1.0 MB). OpenFn keeps results of up to 10 MB.',
    );
    expect(said({ a: 1, data: long(9) })[0]).toContain('(state.data 9.0 MB)');
    expect(said({ data: long(8) })).toHaveLength(1);
  });

  test('the token is told, with its place', () => {
    const configuration = { token: 'secret' };
    const lines = said({ configuration, data: ['secret'], references: [{ configuration }], x: 1 });
    expect(lines.map(line => /state\.\w+ contains the token/.exec(line)?.[0])).toEqual(
      expect.arrayContaining([
        'state.data contains the token',
        'state.references contains the token',
      ]),
    );
    expect(lines).toHaveLength(2);
    expect(said({ data: ['secret'] })).toEqual([]);
    expect(said({ configuration: null, data: ['secret'] })).toEqual([]);
  });
});
