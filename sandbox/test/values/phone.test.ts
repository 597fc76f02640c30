import { describe, expect, test } from 'vitest';
import { normalizeUrn } from '../../src/values/index.js';
import { isPossiblePhone, localPhone, normalizePhone } from '../../src/values/phone.js';

function stored(text: string, country: string, dialect: 'v9' | 'textit' = 'textit') {
  const result = normalizeUrn(`tel:${text}`, { country, dialect }, 'body');
  return 'urn' in result ? result.urn.slice('tel:'.length) : result.error;
}

describe('local numbers are completed with the workspace’s country', () => {
  test.each([
    ['KE', '0712 345 678', '+254712345678'],
    ['KE', '712345678', '+254712345678'],
    ['KE', '254712345678', '+254712345678'],
    ['UG', '0712345678', '+256712345678'],
    ['NG', '08031234567', '+2348031234567'],
    ['GB', '07911 123456', '+447911123456'],
    ['FR', '06 12 34 56 78', '+33612345678'],
    ['IN', '098765 43210', '+919876543210'],
    ['SN', '77 123 45 67', '+221771234567'],
    ['IT', '06 698 12345', '+390669812345'],
    ['US', '(202) 555-0143', '+12025550143'],
    ['CA', '1 202 555 0143', '+12025550143'],
    ['TT', '222-1234', '+18682221234'],
    ['BR', '0 15 21 98765-4321', '+5521987654321'],
  ])('%s: %s', (country, text, e164) => {
    expect(stored(text, country)).toBe(e164);
  });
});

describe('numbers of other countries', () => {
  test.each([
    ['NG', '+44 (0)7911 123456', '+447911123456'],
    ['KE', '000254712345678', '+254712345678'],
    ['US', '011 44 20 7946 0958', '+442079460958'],
    ['RU', '810 221 77 123 45 67', '+81221771234567'],
    ['', '254712345678', '+254712345678'],
    ['', '712345678', 'invalid'],
    ['KE', '0033612345678', 'invalid'],
    ['US', '123', 'invalid'],
    ['JP', '+8123', 'invalid'],
    ['RW', '+00250788123123', '+250788123123'],
    ['', '+870773111632', '+870773111632'],
    ['', '+011442079460958', 'invalid'],
    ['RU', '00800 1234 5678', 'invalid'],
    ['RW', '00800 1234 5678', '+80012345678'],
    ['RW', '(+354) 441 0001', 'invalid'],
    ['BR', '+55 (082) 9993486331', 'invalid'],
    ['BR', '044 55 12348633', 'invalid'],
  ])('%s: %s', (country, text, result) => {
    expect(stored(text, country)).toBe(result);
  });
});

describe('what goes with a number', () => {
  test.each([
    ['0712345678;ext=12', '+254712345678'],
    ['0712345678 ext. 12', '+254712345678'],
    ['0712-CALL-ME', '+254712225563'],
    ['call 0712345678', 'call0712345678'],
  ])('%s', (text, e164) => {
    expect(stored(text, 'KE')).toBe(e164);
  });
});

describe('plans that changed between the lines', () => {
  test.each([
    ['MX', '+52 1 55 1234 5678', '+525512345678', 'invalid'],
    ['CD', '+243 0 8123 4567', '+243081234567', '+24381234567'],
    // The newer line's phonenumbers (9.0.37) has service numbers of eight digits in Benin.
    ['CD', '+243 8123 4567', 'invalid', '+24381234567'],
    ['BJ', '+22997123456', '+22997123456', '+22997123456'],
    ['KE', '+2290197123456', 'invalid', '+2290197123456'],
  ])('%s: %s', (country, text, older, newer) => {
    expect(stored(text, country, 'v9')).toBe(older);
    expect(stored(text, country, 'textit')).toBe(newer);
  });

  test('a false plus before a local number', () => {
    expect(stored('+0712345678', 'KE', 'v9')).toBe('+254712345678');
    expect(stored('+0712345678', 'KE', 'textit')).toBe('0712345678');
  });
});

describe('how a number is shown', () => {
  test.each([
    ['+250788123123', '0788 123 123'],
    ['+254712345678', '0712 345678'],
    ['+12025550143', '(202) 555-0143'],
    ['0788123123', '0788123123'],
    ['+80012345678', '1234 5678'],
    ['mtn', 'mtn'],
  ])('%s', (path, shown) => {
    expect(localPhone(path)).toBe(shown);
  });
});

/** What both servers' library of numbers says, each of its year. */
describe('numbers that can only be dialed within a town', () => {
  test.each([
    ['1694957', 'US'],
    ['18390295', 'GB'],
    ['911956', 'IN'],
    ['+70847846', 'GB'],
    ['005-4576877', 'BJ'],
    ['+855895190', ''],
  ])('are refused: %s in %s', (text, country) => {
    for (const dialect of ['v9', 'textit'] as const) {
      const path = normalizePhone(text, country, dialect);
      expect(isPossiblePhone(path, country, dialect)).toBe(false);
    }
  });

  test.each([
    ['+9172841965', 'GB', '+9172841965'],
    ['+2519683629', 'KE', '2519683629'],
    ['+12621850', 'RW', '12621850'],
    ['0788123456', 'RW', '+250788123456'],
  ])('and others are not: %s in %s', (text, country, path) => {
    for (const dialect of ['v9', 'textit'] as const) {
      expect(normalizePhone(text, country, dialect)).toBe(path);
      expect(isPossiblePhone(path, country, dialect)).toBe(true);
    }
  });

  test.each([
    ['+2290123456789', 'BJ', false, true],
    ['+5212345678901', 'RW', true, false],
    ['+2348012345', 'NG', true, false],
  ])('go by the lengths of the year: %s in %s', (text, country, v9, textit) => {
    const given = (['v9', 'textit'] as const).map(dialect =>
      normalizePhone(text, country, dialect).startsWith('+'),
    );
    expect(given).toEqual([v9, textit]);
  });
});
