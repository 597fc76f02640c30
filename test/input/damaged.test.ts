import { expect, test } from 'vitest';
import { damageOf } from '../../src/input/damaged.js';

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
])('not %j', text => {
  expect(damageOf(text)).toBeUndefined();
});

test('only a short text is a damaged cell', () => {
  expect(damageOf(`${'1'.repeat(62)}.0`)?.kind).toBe('decimals');
  expect(damageOf(`${'1'.repeat(63)}.0`)).toBeUndefined();
});

test('takes little time for any text', () => {
  const begun = performance.now();
  for (const part of ['1', '#', '1.', '1E+', '#A', 'null', ' ', '.0', '#N/']) {
    damageOf(part.repeat(200_000));
    damageOf(`${part.repeat(200_000)}x`);
  }
  expect(performance.now() - begun).toBeLessThan(1000);
});
