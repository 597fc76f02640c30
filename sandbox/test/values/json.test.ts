import { describe, expect, test } from 'vitest';
import { JsonNumber, parseJson } from '../../src/values/index.js';

describe('what can be read', () => {
  test('values of every kind', () => {
    expect(parseJson(' {"a": [true, false, null, "\\u00e9\\ud83d\\ude00\\n"], "b": {}} ')).toEqual({
      a: [true, false, null, 'é😀\n'],
      b: {},
    });
  });

  test('numbers keep their text', () => {
    const sources = ['1.50', '1e3', '-0', '-12.5E-7', '12345678901234567890'];
    expect(parseJson(`[${sources.join(', ')}]`)).toEqual(
      sources.map(source => new JsonNumber(source)),
    );
  });

  test('the last of repeated keys counts, and __proto__ is a key', () => {
    const object = parseJson('{"a": "1", "a": "2", "__proto__": "x"}');
    expect(Object.entries(object as object)).toEqual([
      ['a', '2'],
      ['__proto__', 'x'],
    ]);
  });

  test('a lone surrogate is left to the checks of the fields', () => {
    expect(parseJson('"\\ud83d"')).toBe('\ud83d');
  });
});

describe('errors are worded and counted as Python does', () => {
  test.each([
    ['', 'Expecting value: line 1 column 1 (char 0)'],
    ['{"a":', 'Expecting value: line 1 column 6 (char 5)'],
    ['{"a": tru}', 'Expecting value: line 1 column 7 (char 6)'],
    ['[1,]', 'Expecting value: line 1 column 4 (char 3)'],
    ['{"a":1,}', 'Expecting property name enclosed in double quotes: line 1 column 8 (char 7)'],
    ['{1:2}', 'Expecting property name enclosed in double quotes: line 1 column 2 (char 1)'],
    ['{"a" 1}', "Expecting ':' delimiter: line 1 column 6 (char 5)"],
    ['[1 2]', "Expecting ',' delimiter: line 1 column 4 (char 3)"],
    ['{"😀":1\n"b":2}', "Expecting ',' delimiter: line 2 column 1 (char 7)"],
    ['01', 'Extra data: line 1 column 2 (char 1)'],
    ['"abc', 'Unterminated string starting at: line 1 column 1 (char 0)'],
    ['"a\tb"', 'Invalid control character at: line 1 column 3 (char 2)'],
    ['"\\x"', 'Invalid \\escape: line 1 column 2 (char 1)'],
    ['"\\u12"', 'Invalid \\uXXXX escape: line 1 column 3 (char 2)'],
    ['\ufeff{}', 'Unexpected UTF-8 BOM (decode using utf-8-sig): line 1 column 1 (char 0)'],
    ['[-Infinity]', "Out of range float values are not JSON compliant: '-Infinity'"],
  ])('%j', (text, message) => {
    expect(() => parseJson(text)).toThrow(new Error(message));
  });

  test('integers of more than 4300 digits', () => {
    expect(parseJson('9'.repeat(4300))).toBeInstanceOf(JsonNumber);
    expect(() => parseJson(`-${'9'.repeat(4301)}`)).toThrow(/^Exceeds the limit \(4300 digits\)/);
  });
});
