import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parsePieces, Unfit } from '../../src/client/parse.js';

type Limits = Parameters<typeof parsePieces>[1];

const LIMITS: Limits = { levels: 100, parts: 10_000, names: 1000, piece: 1 };

function parse(text: string, limits: Partial<Limits> = {}): unknown {
  const steps = parsePieces(text, { ...LIMITS, ...limits }, function* (piece) {
    yield;
    return JSON.parse(piece) as unknown;
  });
  for (;;) {
    const step = steps.next();
    if (step.done) return step.value;
  }
}

/** What comes of a text, with the order of keys and what `__proto__` is. */
function outcome(read: () => unknown): string {
  try {
    return JSON.stringify(read());
  } catch {
    return 'no JSON';
  }
}

/** Node.js 24 takes a quote in a key for a backslash, if another object had that at the same place. */
const confusesKeys =
  JSON.stringify(['{"":0,"\\\\":0}', '{"":0,"\\"":0}'].map(text => JSON.parse(text))) !==
  '[{"":0,"\\\\":0},{"":0,"\\"":0}]';
const mayCompare = (text: string) => fc.pre(!confusesKeys || !/\\["\\]/.test(text));

const piece = fc.integer({ min: 0, max: 40 });
const key = fc.oneof(fc.string(), fc.constantFrom('__proto__', 'a', '1', '0', 'length', '"', '\\'));
const { value } = fc.letrec(tie => ({
  value: fc.oneof(
    { maxDepth: 5, withCrossShrink: true },
    fc.oneof(fc.string(), fc.double(), fc.boolean(), fc.constant(null)),
    fc.array(tie('value')),
    fc.array(fc.tuple(key, tie('value'))).map(pairs => Object.fromEntries(pairs) as unknown),
  ),
}));

describe('a text in pieces', () => {
  test('is what JSON.parse() makes of it', () => {
    fc.assert(
      fc.property(value, fc.nat(3), piece, (any, spaces, size) => {
        const text = JSON.stringify(any, null, spaces);
        mayCompare(text);
        expect(outcome(() => parse(text, { piece: size }))).toBe(outcome(() => JSON.parse(text)));
      }),
      { numRuns: 1000 },
    );
  });

  test('is refused where JSON.parse() refuses it', () => {
    const part = fc.constantFrom(
      ...'[]{},:"\\ \n1a',
      '[],',
      '{"a":1},',
      '"a":[',
      'null',
      '__proto__',
    );
    const broken = fc.oneof(
      fc.array(part, { maxLength: 12 }).map(parts => parts.join('')),
      fc.tuple(value, fc.nat(), fc.nat(3), part).map(([any, at, length, more]) => {
        const text = JSON.stringify(any);
        const place = at % (text.length + 1);
        return text.slice(0, place) + more + text.slice(place + length);
      }),
    );
    fc.assert(
      fc.property(broken, piece, (text, size) => {
        mayCompare(text);
        expect(outcome(() => parse(text, { piece: size }))).toBe(outcome(() => JSON.parse(text)));
      }),
      { numRuns: 5000 },
    );
  });

  test.each([
    '{"a":[1,2],"a":[3,4],"b":{"a":1,"a":[5,6]}}',
    '{"2":[1,2],"1":{"3":[1,2],"2":[]},"a":1}',
    '{"__proto__":[1,{"__proto__":{"a":1,"b":2}},3]}',
    ' [ [ ] , [ 1 , [ ] ] , { } ] ',
    '[[1,2],[3,4],,5]',
    '[[1,2] [3,4]]',
    '[[1,2],]',
    '[[1,2]],[3]',
    '[1,2]x',
    '[1,2}',
    '{"a":[1,2],}',
    '{"a":[1,2] "b":3}',
    '[[1,2],\u00a0[3,4]]',
    '[1,2],',
    '1,2',
    ',',
    ']',
    '',
  ])('%s', text => {
    for (const size of [0, 1, 3, 5, 8])
      expect(outcome(() => parse(text, { piece: size }))).toBe(outcome(() => JSON.parse(text)));
  });

  test.each([
    ['too deep', '[[[1,2]]]', { levels: 2 }],
    ['too large', '[1,2,3]', { parts: 2 }],
    ['too large', '{"a":1,"b":2,"a":3}', { names: 1 }],
  ] as const)('%s', (amiss, text, limits) => {
    expect(() => parse(text, limits)).toThrow(new Unfit(amiss));
    const by = (more: object) =>
      Object.fromEntries(Object.entries(limits).map(([name, most]) => [name, most + 1, more]));
    expect(parse(text, by({}))).toEqual(JSON.parse(text));
  });
});

describe('a large text', () => {
  /** How often it gives others their turn, and what is parsed at once. */
  function steps(text: string, piece: number) {
    const pieces: string[] = [];
    const parsing = parsePieces(text, { ...LIMITS, piece }, function* (part) {
      pieces.push(part);
      yield* [];
      return JSON.parse(part) as unknown;
    });
    let turns = 0;
    while (!parsing.next().done) turns++;
    return { turns, pieces };
  }

  test('is parsed in pieces that are as long as they may be, up to a comma', () => {
    const { pieces } = steps(`[${Array(100).fill('12345').join(',')}]`, 50);
    expect(pieces.slice(0, 2)).toEqual([
      `[${Array(9).fill('12345').join(',')}]`,
      `[${Array(9).fill('12345').join(',')}]`,
    ]);
    expect(pieces).toHaveLength(12);
    expect(steps('[1,2,3]', 50).pieces).toEqual(['[1,2,3]']);
    expect(steps('[11,2,3]', 3).pieces).toEqual(['[11]', '[2,3]']);
  });

  test('without a comma gives others their turn too', () => {
    const { turns } = steps(`["${'x'.repeat(998)}"]`, 100);
    expect(turns).toBe(10);
    expect(steps('["x"]', 100).turns).toBe(0);
  });

  test('has keys like any other', () => {
    const value = parse('{"a":{"__proto__":1,"b":2},"c":[3]}', { piece: 0 }) as { a: object };
    for (const one of [value, value.a]) {
      for (const own of Object.values(Object.getOwnPropertyDescriptors(one)))
        expect(own).toMatchObject({ writable: true, enumerable: true, configurable: true });
    }
  });

  test.each([
    ['[[],[]]', 4],
    ['{"a":{},"b":{}}', 4],
    ['[1,2]', 2],
  ])('of %s has %i parts', (text, parts) => {
    expect(parse(text, { parts })).toEqual(JSON.parse(text));
    expect(() => parse(text, { parts: parts - 1 })).toThrow(new Unfit('too large'));
  });
});
