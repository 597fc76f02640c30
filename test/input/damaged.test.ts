import { expect, test } from 'vitest';
import { damageOf, isDecomposed } from '../../src/input/damaged.js';

test.each([
  ['exponent', '2.48712E+16'],
  ['exponent', '2,48712E+16'],
  ['exponent', ' 2.48712e+16 '],
  ['exponent', '2.48712E16'],
  ['exponent', '-2.5E+11'],
  ['exponent', '2E+11'],
  ['exponent', '1.5E-07'],
  ['decimals', '1234567.0'],
  ['decimals', '24871234567890124.00'],
  ['decimals', '24871234567890124,0'],
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

test('only a short text is a damaged cell', () => {
  expect(damageOf(`${'1'.repeat(62)}.0`)?.kind).toBe('decimals');
  expect(damageOf(`${'1'.repeat(63)}.0`)).toBeUndefined();
});

test('takes little time for any text', () => {
  const begun = performance.now();
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
    'E\u0301',
  ]) {
    damageOf(part.repeat(200_000));
    damageOf(`${part.repeat(200_000)}x`);
  }
  expect(performance.now() - begun).toBeLessThan(1000);
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
