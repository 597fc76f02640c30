import { describe, expect, test } from 'vitest';
import {
  fieldErrors,
  JsonNumber,
  type Locale,
  rawFieldText,
  shownFieldValue,
  storeLanguage,
  storeName,
} from '../../src/values/index.js';

describe('numbers in JSON become Python’s text', () => {
  test.each([
    ['-0', '0'],
    ['-0.0', '-0.0'],
    ['1e16', '1e+16'],
    ['1e15', '1000000000000000.0'],
    ['0.0001', '0.0001'],
    ['0.00001', '1e-05'],
    ['123.4560', '123.456'],
    ['-1e400', '-inf'],
    ['1.5e300', '1.5e+300'],
  ])('%s', (source, text) => {
    expect(rawFieldText(new JsonNumber(source))).toBe(text);
  });

  test('numbers of JavaScript are taken as JSON writes them', () => {
    expect(rawFieldText(1)).toBe('1');
    expect(rawFieldText(1.5)).toBe('1.5');
  });
});

describe('white space', () => {
  test('is trimmed as Python does: separators of files too, the byte-order mark not', () => {
    expect(rawFieldText('\x1c\x85\u2028a\u205f\x1f')).toBe('a');
    expect(rawFieldText('\ufeffa')).toBe('\ufeffa');
  });

  test('text is cut after trimming, in code points', () => {
    expect(rawFieldText(`  ${'😀'.repeat(700)}`)).toBe('😀'.repeat(640));
    expect(rawFieldText(`${'a'.repeat(639)} b`)).toBe(`${'a'.repeat(639)} `);
  });
});

describe('messages', () => {
  test('several at once', () => {
    expect(storeName(`${'x'.repeat(64)}\0\ud801`)).toEqual({
      errors: [
        'Ensure this field has no more than 64 characters.',
        'Null characters are not allowed.',
        'Surrogate characters are not allowed: U+D801.',
      ],
    });
  });

  test.each([[true], [[]], [{}]])('%j is no text', value => {
    expect(fieldErrors(value)).toEqual(['Not a valid string.']);
    expect(storeName(value)).toEqual({ errors: ['Not a valid string.'] });
  });

  test('a language that is too long is not looked up', () => {
    expect(storeLanguage('engl', 'create')).toEqual({
      errors: ['Ensure this field has no more than 3 characters.'],
    });
  });
});

test.each(['swa', 'amh', 'hau', 'yor', 'und', 'zxx', 'aaa', 'zzj'])('%s is a language', code => {
  expect(storeLanguage(` ${code.toUpperCase()} `, 'create')).toEqual({ value: code });
  expect(storeLanguage(` ${code.toUpperCase()} `, 'update')).toEqual({ value: code.toUpperCase() });
});

describe('numbers of the newer line', () => {
  const shown = (text: string, dialect: Locale['dialect']) =>
    shownFieldValue(text, 'number', {
      country: 'KE',
      timezone: 'UTC',
      dateStyle: 'day_first',
      dialect,
      now: () => 0,
    });

  test.each([
    ['zeros at the end are not counted', `1${'0'.repeat(60)}`, true],
    ['37 digits that count', `1${'0'.repeat(35)}1`, false],
    ['37 digits with a fraction', `1.${'0'.repeat(35)}1`, false],
    ['a magnitude of 100', `1${'0'.repeat(100)}`, true],
    ['a magnitude of 101', `1${'0'.repeat(101)}`, false],
    ['a magnitude of -101', `0.${'0'.repeat(100)}1`, false],
  ])('%s', (_, text, isKept) => {
    expect(shown(text, 'textit')).toBe(isKept ? text : null);
    expect(shown(text, 'v9')).toBe(text);
  });
});
