import { describe, expect, test } from 'vitest';
import { base64Of, bytesOf, unwrapped, wrappedPattern } from '../../src/input/encodings.js';

/** How a secret is found that somebody encoded. */

const hex = (text: string) => bytesOf(text).map(bytes => bytes.toString('hex'));

describe('the bytes of a text', () => {
  test('in ASCII are those of UTF-8 and of both wide orders', () => {
    expect(hex('ab')).toEqual(['6162', '61006200', '00610062']);
  });

  test.each(['é', 'aé', 'éa', 'ÿ'])('of %s are also one for each letter', text => {
    expect(hex(text)).toHaveLength(4);
    expect(hex(text)[3]).toBe(Buffer.from(text, 'latin1').toString('hex'));
  });

  test.each(['長', 'é長', 'aĀ'])('of %s are not: it has a letter of more than a byte', text => {
    expect(hex(text)).toHaveLength(3);
  });
});

test('base64 of addresses has other signs, wherever it begins', () => {
  const bytes = Buffer.from([0xfb, 0xef, 0xbe, 0xff, 0xff, 0xff, 0x61]);
  const forms = base64Of(bytes);
  for (const before of ['', 'x', 'xy']) {
    const all = Buffer.concat([Buffer.from(before), bytes, Buffer.from('z')]);
    for (const encoding of ['base64', 'base64url'] as const) {
      const written = all.toString(encoding);
      expect(
        forms.some(form => written.includes(form)),
        written,
      ).toBe(true);
    }
  }
  expect(forms).toContain('----____Y');
  expect(forms).toContain('++++////Y');
  expect(forms.every(form => !/[-_]/.test(form) || !/[+/]/.test(form))).toBe(true);
});

test('a text without breaks has no other form', () => {
  expect(unwrapped('abc')).toBeUndefined();
  expect(unwrapped('a%b')).toBeUndefined();
  expect(unwrapped('a%2fb\r\nc%2Bd')).toBe('a/bc+d');
  expect(unwrapped('1%2c2')).toBe('1,2');
});

test('a large binary file is not unwrapped', () => {
  const file = `a b${'c'.repeat(1_000_000)}`;
  expect(unwrapped(file)).toBeDefined();
  expect(unwrapped(`${file}\0`)).toBeUndefined();
});

describe('a pattern for a wrapped text', () => {
  test.each([
    ['a+b/c,d', 'a+b/c,d'],
    ['a+b/c,d', 'a%2Bb%2fc%252Cd'],
    ['a+b/c,d', 'a+\r\nb\\n/c,%0Ad'],
  ])('of %s finds %s', (code, text) => {
    expect(`x${text}y`.replace(wrappedPattern(code), '…')).toBe('x…y');
  });

  test.each(['aab/c,d', 'a+bac,d', 'a+b/cad', 'a%2Fb/c,d'])('does not find %s', text => {
    expect(wrappedPattern('a+b/c,d').test(text)).toBe(false);
  });
});
