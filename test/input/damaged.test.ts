import { describe, expect, test } from 'vitest';
import { damageOf, isDecomposed } from '../../src/input/damaged.js';
import { cpuTime } from '../support/cpuTime.js';

test.each([
  ['exponent', '2.48712E+16'],
  ['exponent', '2,48712E+16'],
  ['exponent', ' 2.48712e+16 '],
  ['exponent', '2.48712E16'],
  ['exponent', '-2.5E+11'],
  ['exponent', '2E+11'],
  ['exponent', '24.8712E+15'],
  ['exponent', '1.5E-07'],
  ['decimals', '1234567.0'],
  ['decimals', '24871234567890124.00'],
  ['decimals', '24871234567890124,0'],
  ['decimals', '-1234567.0'],
  ['error', '#N/A'],
  ['error', ' #n/a '],
  ['error', '#REF!'],
  ['error', '#VALUE!'],
  ['error', '#NAME?'],
  ['error', '#DIV/0!'],
  ['error', '#NULL!'],
  ['error', '#NUM!'],
  ['error', '#¡VALOR!'],
  ['error', '#N/D'],
  ['error', '#NV'],
  ['error', '######'],
  ['word', 'null'],
  ['word', 'NULL'],
  ['word', ' None '],
  ['word', 'nan'],
  ['word', 'NaN'],
  ['word', 'Undefined'],
  ['word', 'N/A'],
  ['word', 'n/a'],
  ['word', '\u200bnull'],
  ['error', '\ufeff#N/A'],
  ['hidden', 'R-1\u200b'],
  ['hidden', '\ufeffR-1'],
  ['hidden', 'R-1\ufeff'],
  ['hidden', 'R\u00ad-1'],
  ['hidden', 'R-1\u200e'],
  ['hidden', '\u202aR-1\u202c'],
  ['hidden', 'R\u20601'],
  ['hidden', 'R\u20111'],
  ['hidden', 'R\u00a01'],
  ['hidden', 'R-1\x7f'],
  ['hidden', 'R\u200d1'],
  ['hidden', 'R-1\u200c'],
  ['hidden', '\u0915\u200d'],
  ['hidden', '\u3164'],
  ['hidden', 'R-1\u034f'],
  ['hidden', `${'R'.repeat(100)}\u200b`],
])('%s: %j', (kind, text) => {
  expect(damageOf(text)?.kind).toBe(kind);
});

test.each([
  '',
  'M-0001',
  '24871234567890124',
  '123456.0',
  '1234567.05',
  '1234567.10',
  '12.34.567.0',
  // Letters and digits of an id.
  '2E16',
  '12E-07',
  'E+16',
  '3E5F+2',
  // Only a whole id is damaged.
  'A2.48712E+16',
  '2.48712E+16-A',
  'A1234567.0',
  'A#N/A',
  '#N/A-1',
  '#12',
  '#Amina',
  '#',
  'Nullarbor',
  'nanette',
  'None-1',
  'NA',
  'a null',
  '1N/A',
  // Servers cut this off.
  '\u00a0R-1\t',
  // Persian and Hindi need joiners between letters.
  '\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645',
  '\u0915\u094d\u200d\u0937',
  'E\u0301-1',
  'R\u20131',
  'norm\n17',
])('not %j', text => {
  expect(damageOf(text)).toBeUndefined();
});

const ZWJ = '\u200d';
const ZWNJ = '\u200c';
const ZWSP = '\u200b';
const VS16 = '\ufe0f';

test.each([0xd15, 0xd23, 0xd28, 0xd30, 0xd32, 0xd33].map(letter => String.fromCharCode(letter)))(
  'the chillu of %s may end a word',
  letter => {
    expect(damageOf(`\u0d05${letter}\u0d4d${ZWJ}`)).toBeUndefined();
    expect(damageOf(`\u0d05${letter}\u0d4d${ZWNJ}`)?.kind).toBe('hidden');
  },
);

describe('an invisible character that a script needs belongs to the id', () => {
  test.each([
    [
      'a chillu of Malayalam, as it was written before it had a letter',
      `\u0d05\u0d35\u0d28\u0d4d${ZWJ}`,
    ],
    ['a chillu before a number', `\u0d05\u0d35\u0d28\u0d4d${ZWJ}-1`],
    ['a chillu before a space and a word', `\u0d05\u0d35\u0d28\u0d4d${ZWJ} \u0d2a\u0d4b`],
    ['a chillu inside of a word', `\u0d0e\u0d28\u0d4d${ZWJ}\u0d31\u0d46`],
    ['no ligature in Malayalam', `\u0d24\u0d2e\u0d3f\u0d34\u0d4d${ZWNJ}\u0d28\u0d3e`],
    [
      'the khanda ta of Bengali, as it was written before it had a letter',
      `\u09b9\u09a0\u09be\u09a4\u09cd${ZWJ}`,
    ],
    ['a ya-phalaa behind ra', `\u09b0${ZWJ}\u09cd\u09af\u09be\u09ac`],
    ['a visible hasanta', `\u0989\u09a6\u09cd${ZWNJ}\u09ac\u09c7\u0997`],
    ['a Sinhala word', `\u0dc1\u0dca${ZWJ}\u0dbb\u0dd3 \u0dbd\u0d82\u0d9a\u0dcf`],
    [
      'Khmer words, which keyboards separate so',
      `\u1797\u17d2\u1793\u17c6${ZWSP}\u1796\u17c1\u1789`,
    ],
    ['a Khmer word and its number', `\u1797\u17bc\u1798\u17b7${ZWSP}\u17e1`],
    ['a Khmer number and its word', `\u17e1${ZWSP}\u1797\u17bc\u1798\u17b7`],
    ['a profession', `R-\u{1f469}${ZWJ}\u2695${VS16}`],
    ['a family', `\u{1f468}${ZWJ}\u{1f469}${ZWJ}\u{1f467}-1`],
    ['a heart', `\u2764${VS16}`],
    ['a key with a digit', `1${VS16}\u20e3`],
    ['the flag of Scotland', '\u{1f3f4}\u{e0067}\u{e0062}\u{e0073}\u{e0063}\u{e0074}\u{e007f}'],
    ['two emoji', `\u2764${VS16}\u260e${VS16}`],
  ])('%s: %j', (_, text) => {
    expect(damageOf(text)).toBeUndefined();
  });

  test.each([
    // Where it changes nothing that anybody sees.
    ['no consonant that has a chillu', `\u0d2a\u0d4d${ZWJ}`],
    ['no virama before it', `\u0d28${ZWJ}`],
    ['a second joiner', `\u0d28\u0d4d${ZWJ}${ZWJ}`],
    ['a non-joiner at the end, which keyboards add', `\u0d05\u0d24\u0d4d${ZWNJ}`],
    ['a non-joiner before a space', `\u0d05\u0d24\u0d4d${ZWNJ} \u0d2a\u0d4b`],
    ['another letter of Bengali', `\u0995\u09cd${ZWJ}`],
    ['a Sinhala word that ends with it', `\u0d9a\u0dca${ZWJ}`],
    ['a Hindi word that ends with it', `\u0915\u094d${ZWJ}`],
    ['a Persian word that ends with it', `\u0645\u06cc${ZWNJ}`],
    ['behind a chillu', `\u0d28\u0d4d${ZWJ}${ZWSP}`],
    ['behind Khmer', `\u1797\u17c6${ZWSP}`],
    ['before Khmer', `${ZWSP}\u1797\u17c6`],
    ['two in Khmer', `\u1797\u17c6${ZWSP}${ZWSP}\u1796`],
    ['between Khmer digits', `\u17e1${ZWSP}\u17e2`],
    ['between Khmer and Latin', `\u1797\u17c6${ZWSP}A`],
    ['between Khmer and a plain digit', `\u1797\u17c6${ZWSP}1`],
    ['a joiner in Khmer before its end', `\u1797\u17c6${ZWJ}`],
    ['a byte-order mark in Khmer', '\u1797\u17c6\ufeff\u1796'],
    // No keyboard of these writes one: pages do, to break lines.
    ['between Thai words', `\u0e01\u0e32${ZWSP}\u0e01\u0e32`],
    ['between Lao words', `\u0e81\u0eb2${ZWSP}\u0e81\u0eb2`],
    ['between Burmese words', `\u1000\u102c${ZWSP}\u1000\u102c`],
    ['between Chinese words', `\u4e2d${ZWSP}\u6587`],
    ['between Latin letters', `a${ZWSP}b`],
    ['between digits', `1${ZWSP}2`],
    // An emoji that looks the same without it.
    ['a selector behind a face', `\u{1f600}${VS16}`],
    ['a selector behind a letter', `A${VS16}`],
    ['a selector behind a digit', `1${VS16}`],
    ['two selectors', `\u2764${VS16}${VS16}`],
    ['a joiner behind an emoji', `\u{1f600}${ZWJ}`],
    ['a joiner between two that make none', `\u{1f600}${ZWJ}\u{1f600}`],
    ['a profession without its selector', `\u{1f469}${ZWJ}\u2695`],
    ['a mark behind an emoji', '\u{1f600}\u200b'],
    ['tags of no flag', 'A\u{e0067}\u{e007f}'],
  ])('%s: %j', (_, text) => {
    expect(damageOf(text)?.kind).toBe('hidden');
  });
});

test('only a short text is a damaged cell', () => {
  expect(damageOf(`${'1'.repeat(62)}.0`)?.kind).toBe('decimals');
  expect(damageOf(`${'1'.repeat(63)}.0`)).toBeUndefined();
});

test('takes little time for any text', () => {
  const begun = cpuTime();
  for (const part of [
    '1',
    '#',
    '1.',
    '1E+',
    '#A',
    'null',
    ' ',
    '.0',
    '#N/',
    '\u0915\u200d',
    '\u0d28\u0d4d\u200d',
    '\u1797\u200b',
    '\u2764\ufe0f',
    '\u{1f468}\u200d',
    'E\u0301',
  ]) {
    damageOf(part.repeat(200_000));
    damageOf(`${part.repeat(200_000)}x`);
  }
  expect(cpuTime() - begun).toBeLessThan(1000);
});

test('accents as separate characters are another form of the same text', () => {
  expect(['E\u0301-1', 'Zoe\u0308'].map(isDecomposed)).toEqual([true, true]);
  expect(['\u00c9-1', 'R-1', 7, null, undefined].map(isDecomposed)).toEqual(Array(5).fill(false));
});

test('the fix takes out what it names', () => {
  const { fix = '' } = damageOf('R\u20111') ?? {};
  const [code = ''] = /String\(id\)\.replace.*\)/.exec(fix) ?? [];
  const repaired = new Function('id', `return ${code}`);
  for (const id of ['R\u2011\u200b1', '\ufeffR-\u00ad1', 'R-1\u200f', '\u202aR-1\x7f']) {
    expect(repaired(id)).toBe('R-1');
  }
  expect(repaired('R\u00a01')).toBe('R 1');
});
