import { describe, expect, test } from 'vitest';
import { MOST_LEVELS, parse } from '../../src/client/parse.js';

const TOKEN = 'q7Rk2mVx9TzLp4WbHn8cYd3sFg6jKa1eXu5oPi0v';
const nest = (levels: number) => '['.repeat(levels) + ']'.repeat(levels);
const objects = (levels: number) => `${'{"a":1,"b":'.repeat(levels)}0${'}'.repeat(levels)}`;

test.each([
  ['no JSON', '{"a"'],
  ['no JSON', ''],
  ['no JSON', '{"a": NaN}'],
  ['no JSON', `${'['.repeat(100_000)}`],
  ['too deep', nest(MOST_LEVELS + 1)],
  ['too deep', nest(100_000)],
  ['too deep', objects(100_000)],
  ['too deep', `[[],{"a":${objects(MOST_LEVELS)}}]`],
  ['too large', `[${'{},'.repeat(4_100_000)}0]`],
  ['too large', `[${'0,'.repeat(4_300_000)}0]`],
])('%s is told', (amiss, text) => {
  expect(parse(text)).toEqual({ amiss });
});

test.each([
  [nest(MOST_LEVELS), 'as deep as it may be'],
  ['\ufeff{"a":1}', 'after a mark of byte order'],
  ['{"a":1,"a":2}', 'with a key twice'],
  [`["${'x'.repeat(9_000_000)}"]`, 'of one long text'],
])('what may be is read: %#', text => {
  expect(parse(text)).toEqual({ value: JSON.parse(text.replace('\ufeff', '')) });
});

describe('the token', () => {
  const escaped = [...TOKEN]
    .map(letter => `\\u00${letter.charCodeAt(0).toString(16).toUpperCase()}`)
    .join('');

  test.each([
    ['as it is', TOKEN],
    ['escaped', escaped],
    ['escaped in part', escaped.slice(0, 60) + TOKEN.slice(10)],
  ])('%s is not in the value', (_, written) => {
    const text = `{"a":"x ${written} y","${written}":["${written}","caf\\u00e9 \\"\\\\"]}`;
    expect(parse(text, TOKEN)).toEqual({ value: { a: 'x … y', '…': ['…', 'café "\\'] } });
  });

  test('what only looks like an escape stays as it is', () => {
    const value = { a: '\\u0041\\', b: `${TOKEN} \\u0022 "\u0022` };
    expect(parse(JSON.stringify(value), TOKEN)).toEqual({
      value: { a: '\\u0041\\', b: '… \\u0022 ""' },
    });
  });

  test('a short one could be anybody’s word', () => {
    expect(parse('{"abc":"abc"}', 'abc')).toEqual({ value: { abc: 'abc' } });
  });
});
