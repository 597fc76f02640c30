import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { maskUrn } from '../../src/errors/redact.js';
import { distinctUrns, urnIdentity } from '../../src/input/sameUrn.js';

const digits = fc.stringMatching(/^\d{6,14}$/);
const phone = digits.map(text => `tel:+${text}`);
/** The same phone number with spaces, dashes and brackets in it. */
const punctuated = digits.chain(text =>
  fc
    .array(fc.constantFrom('', ' ', '-', '.', '(', ')', ' - '), {
      minLength: text.length,
      maxLength: text.length,
    })
    .map(marks => ({
      plain: `tel:+${text}`,
      written: `tel:+${[...text].map((digit, index) => digit + marks[index]).join('')}`,
    })),
);
const anyUrn = fc
  .oneof(
    fc.tuple(
      fc.constantFrom('tel', 'mailto', 'whatsapp', 'telegram', 'ext', 'facebook'),
      fc.stringMatching(/^[A-Za-z0-9@._+-]{1,40}$/).filter(path => !path.startsWith('@')),
    ),
    fc.tuple(fc.constant('twitter'), fc.stringMatching(/^@?\w{1,15}$/)),
  )
  .map(([scheme, path]) => `${scheme}:${path}`);

describe('the identity of a URN', () => {
  test('is its own identity', () => {
    fc.assert(
      fc.property(anyUrn, urn => {
        expect(urnIdentity(urnIdentity(urn))).toBe(urnIdentity(urn));
      }),
    );
  });

  test('minds no punctuation of phone numbers', () => {
    fc.assert(
      fc.property(punctuated, ({ plain, written }) => {
        expect(urnIdentity(written)).toBe(urnIdentity(plain));
      }),
    );
  });

  test('minds neither spaces around it nor display parts', () => {
    fc.assert(
      fc.property(anyUrn, fc.stringMatching(/^[\w ]{0,10}$/), (urn, display) => {
        expect(urnIdentity(` ${urn}#${display} `)).toBe(urnIdentity(urn));
      }),
    );
  });

  test('distinguishes phone numbers', () => {
    fc.assert(
      fc.property(phone, phone, (a, b) => {
        expect(urnIdentity(a) === urnIdentity(b)).toBe(a === b);
      }),
    );
  });
});

test('of a list of URNs the first of each stays, in order, and none is written anew', () => {
  fc.assert(
    fc.property(fc.array(fc.oneof(anyUrn, phone), { maxLength: 30 }), list => {
      const distinct = distinctUrns([...list, ...list]);
      expect(distinct).toEqual(distinctUrns(list));
      expect(list.filter(urn => distinct.includes(urn)).length).toBeGreaterThanOrEqual(
        distinct.length,
      );
      expect(new Set(distinct.map(urnIdentity)).size).toBe(distinct.length);
      expect(new Set(list.map(urnIdentity)).size).toBe(distinct.length);
    }),
  );
});

test('a masked URN has no more than its scheme and last two characters', () => {
  fc.assert(
    fc.property(anyUrn, urn => {
      const [scheme = '', path = ''] = urn.split(/:(.*)/s);
      const masked = maskUrn(urn);
      expect(masked.startsWith(`${scheme}:…`)).toBe(true);
      const shown = masked.slice(scheme.length + 2);
      expect(shown.length).toBeLessThanOrEqual(2);
      expect(path.endsWith(shown)).toBe(true);
      if (path.length <= 4) expect(shown).toBe('');
    }),
  );
});
