import { describe, expect, test } from 'vitest';
import { LARGE, LIMITS, parse, parseInTurns, parseJson } from '../../src/client/parse.js';

/** What an answer becomes, with small texts: `parse.test.ts` has the large ones. */

const TOKEN = 'q7Rk2mVx9TzLp4WbHn8cYd3sFg6jKa1eXu5oPi0v';
const MAX = String(Number.MAX_SAFE_INTEGER);

describe('whole numbers that JavaScript would round become text', () => {
  test.each([
    ['9007199254740993', '9007199254740993'],
    ['-9007199254740993', '-9007199254740993'],
    ['12345678901234567890', '12345678901234567890'],
    [MAX, Number.MAX_SAFE_INTEGER],
    [`-${MAX}`, Number.MIN_SAFE_INTEGER],
    ['9007199254740992', '9007199254740992'],
    ['1000000000000000', 1_000_000_000_000_000],
    ['100000000000000000', '100000000000000000'],
    ['999999999999999', 999_999_999_999_999],
    // What has a fraction or an exponent is no id.
    ['1234567890123456789.5', Number('1234567890123456789.5')],
    ['12345678901234567e2', Number('12345678901234567e2')],
    ['0.1234567890123456789', Number('0.1234567890123456789')],
    ['1e1000000000000000000', Number.POSITIVE_INFINITY],
  ])('%s', (text, expected) => {
    expect(parseJson(text)).toBe(expected);
    expect(parseJson(`[${text}]`)).toEqual([expected]);
    expect(parseJson(`[1, ${text} ,2]`)).toEqual([1, expected, 2]);
    expect(parseJson(`{"id":${text}}`)).toEqual({ id: expected });
    expect(parseJson(`{"id":\n${text}\n,"a":[${text},${text}]}`)).toEqual({
      id: expected,
      a: [expected, expected],
    });
  });

  test('wherever the digits begin', () => {
    for (let before = 0; before < 40; before++) {
      const text = `["${'x'.repeat(before)}",9007199254740993]`;
      expect(parseJson(text)).toEqual(['x'.repeat(before), '9007199254740993']);
    }
  });

  test.each([
    ['9007199254740993'],
    ['a 9007199254740993 b'],
    ['\\" 9007199254740993'],
    ['\\\\'],
    [',9007199254740993,'],
    [': 9007199254740993 }'],
  ])('texts stay as they are: %s', inside => {
    const text = `{"a":"${inside}","b":["${inside}",9007199254740993],"${inside}":1}`;
    const key = JSON.parse(`"${inside}"`);
    expect(parseJson(text)).toEqual({ a: key, b: [key, '9007199254740993'], [key]: 1 });
  });

  test.each([
    '09007199254740993',
    '[-09007199254740993]',
    '--9007199254740993',
    '[9007199254740993',
  ])('what is no JSON stays none: %s', text => {
    expect(() => parseJson(text)).toThrow(SyntaxError);
  });

  test('also those that are there twice, and nothing else changes', () => {
    const text = '{"a":9007199254740993,"b":1,"c":{"d":[9007199254740995,true,null,-1.5e3]}}';
    expect(parse(text)).toEqual({
      value: { a: '9007199254740993', b: 1, c: { d: ['9007199254740995', true, null, -1500] } },
    });
  });
});

describe('the token is taken out', () => {
  test.each([
    ['of texts and keys', `{"a":"x${TOKEN}y","${TOKEN}":1}`, { a: 'x…y', '…': 1 }],
    ['each time', `["${TOKEN}","${TOKEN} ${TOKEN}"]`, ['…', '… …']],
    ['where a letter is escaped', `["\\u0071${TOKEN.slice(1)}"]`, ['…']],
    ['of nested keys', `[[{"\\u0071${TOKEN.slice(1)}":{"b":[1]}}]]`, [[{ '…': { b: [1] } }]]],
    ['of a text alone', `"\\u0071${TOKEN.slice(1)}"`, '…'],
    ['and other escapes stay', '["caf\\u00e9","\\u0041"]', ['café', 'A']],
    ['and other values too', '[1,null,true,{"\\u0041":2}]', [1, null, true, { A: 2 }]],
  ])('%s', (_, text, value) => {
    expect(parse(text, TOKEN)).toEqual({ value });
  });

  test('one that could be a word of anybody is left', () => {
    expect(parse('["1234567"]', '1234567')).toEqual({ value: ['1234567'] });
    expect(parse('["\\u0031234567"]', '1234567')).toEqual({ value: ['1234567'] });
    expect(parse('["12345678"]', '12345678')).toEqual({ value: ['…'] });
  });

  test('keys keep their order and what belongs to them', () => {
    const text = `{"a":1,"\\u0071${TOKEN.slice(1)}":{"c":"\\u0071${TOKEN.slice(1)}"},"d":2}`;
    expect(parse(text, TOKEN)).toEqual({ value: { a: 1, d: 2, '…': { c: '…' } } });
  });
});

describe('limits', () => {
  const lists = (levels: number) => '['.repeat(levels) + ']'.repeat(levels);
  const objects = (levels: number) => `${'{"a":'.repeat(levels)}1${'}'.repeat(levels)}`;

  test.each([
    ['lists', lists],
    ['objects', objects],
    ['both', (levels: number) => `${'[{"a":'.repeat(levels / 2)}1${'}]'.repeat(levels / 2)}`],
  ])('of levels: %s', (_, nest) => {
    expect(parse(nest(LIMITS.levels))).toHaveProperty('value');
    expect(parse(nest(LIMITS.levels + 2))).toEqual({ amiss: 'too deep' });
    expect(parse(`[1,"a",null,[],${nest(LIMITS.levels)}]`)).toEqual({ amiss: 'too deep' });
    expect(parse(`{"a":null,"b":{},"c":${nest(LIMITS.levels)}}`)).toEqual({ amiss: 'too deep' });
  });

  test.each(['', ' ', '{', '{"a":1}}', 'NaN', '<html>', '[1,]'])('no JSON: %j', async text => {
    expect(parse(text)).toEqual({ amiss: 'no JSON' });
    expect(await parseInTurns(text)).toEqual({ amiss: 'no JSON' });
  });

  test('a mark of byte order before it is no harm, and no other sign is one', () => {
    expect(parse('\ufeff[1]')).toEqual({ value: [1] });
    expect(parse('\ufeff\ufeff[1]')).toEqual({ amiss: 'no JSON' });
  });

  test.each(['null', '1', '"a"', 'true', '[]', '{}'])('what is small is read: %s', async text => {
    expect(parse(text)).toEqual({ value: JSON.parse(text) });
    expect(await parseInTurns(text)).toEqual({ value: JSON.parse(text) });
  });

  test('others get their turn while a large one is read, and none while a small one is', async () => {
    const turns = async (text: string) => {
      let count = 0;
      let reading = true;
      const tick = () => {
        if (!reading) return;
        count++;
        setImmediate(tick);
      };
      setImmediate(tick);
      expect(await parseInTurns(text)).toHaveProperty('value');
      reading = false;
      return count;
    };
    const long = (length: number) => `["${'x'.repeat(length - 4)}"]`;
    expect(await turns(long(LARGE + 1))).toBeGreaterThan(1);
    expect(await turns(long(LARGE))).toBe(0);
  });
});
