import { describe, expect, test } from 'vitest';
import { fail } from '../../src/errors/errors.js';
import { checkEach } from '../../src/input/check.js';
import { asUuid, contactKey, isUuid, requireUrn, shownId } from '../../src/input/identifiers.js';

const UUID = '6a2f41a3-c54c-fce8-32d2-0324e1c32e42';
const PLAIN = UUID.replaceAll('-', '');

describe('a uuid', () => {
  test.each<[unknown, boolean, string | undefined]>([
    [UUID, true, UUID],
    [UUID.toUpperCase(), true, UUID],
    [` ${UUID}\n`, false, UUID],
    [PLAIN, false, UUID],
    [PLAIN.toUpperCase(), false, UUID],
    [`${UUID}0`, false, undefined],
    [`0${UUID}`, false, undefined],
    [`${PLAIN}0`, false, undefined],
    [`0${PLAIN}`, false, undefined],
    [PLAIN.replace('6', 'g'), false, undefined],
    [UUID.slice(1), false, undefined],
    ['', false, undefined],
  ])('%j: %s, as RapidPro writes it: %s', (text, is, written) => {
    expect(isUuid(text)).toBe(is);
    expect(asUuid(String(text))).toBe(written);
  });

  test.each([undefined, null, 7, [UUID], { uuid: UUID }])('%j is none', value => {
    expect(isUuid(value)).toBe(false);
  });
});

describe('what identifies a contact', () => {
  test.each([
    [UUID, { uuid: UUID }],
    [PLAIN.toUpperCase(), { uuid: UUID }],
    [' tel:+250788123123 ', { urn: 'tel:+250788123123' }],
    // Stored long ago, perhaps.
    ['tel:mpesa', { urn: 'tel:mpesa' }],
  ])('%j', (value, key) => {
    expect(contactKey(value)).toEqual(key);
  });

  test.each<[unknown, string, RegExp, RegExp]>([
    [undefined, 'INVALID_INPUT', /^to is empty/, /^Use the uuid/],
    [null, 'INVALID_INPUT', /^to is empty/, /^Use the uuid/],
    ['', 'INVALID_INPUT', /^to is empty/, /^Use the uuid/],
    [' \n', 'INVALID_INPUT', /^to is empty/, /^Use the uuid/],
    [{ urn: 'tel:1' }, 'INVALID_INPUT', /^to is an object where/, /^Use the uuid/],
    [[], 'INVALID_INPUT', /^to is an object where/, /^Use the uuid/],
    [250788123123, 'INVALID_INPUT', /^to is a number where/, /^A URN is text/],
    ['+250788123123', 'INVALID_URN', /^to is not a URN/, /Write "tel:"/],
    ['tel:0712345678 (2)', 'INVALID_URN', /^to has more digits/, /./],
  ])('is not %j', (value, code, description, fix) => {
    expect(() => contactKey(value, 'to')).toThrow(
      expect.objectContaining({
        code,
        description: expect.stringMatching(description),
        fix: expect.stringMatching(fix),
      }),
    );
  });
});

test('a URN is trimmed, and refused as something new or only as something to look for', () => {
  expect(requireUrn(' tel:+250788123123\n', 'urn')).toBe('tel:+250788123123');
  expect(requireUrn('tel:mpesa', 'urn')).toBe('tel:mpesa');
  const refused = (code: string) =>
    expect.objectContaining({ code, description: expect.stringMatching(/^urns\[1\] /) });
  expect(() => requireUrn('tel:mpesa', 'urns[1]', 'write')).toThrow(refused('INVALID_URN'));
  expect(() => requireUrn('x', 'urns[1]', 'lookup', 'INVALID_INPUT')).toThrow(
    refused('INVALID_INPUT'),
  );
  for (const value of [undefined, null, 7, {}]) {
    expect(() => requireUrn(value, 'urns[1]')).toThrow(refused('INVALID_URN'));
  }
});

describe('each item of a list is checked', () => {
  const check = (item: string, index: number) => {
    if (item === 'bad') throw fail('INVALID_URN', `No. ${index} of v. 2 is bad.`, 'Mend it.');
    if (item === 'bug') throw new TypeError('a bug');
    return `${index} ${item}`;
  };

  test('and all that is good is returned, in its order', () => {
    expect(checkEach(['a', 'b'], check)).toEqual(['0 a', '1 b']);
    expect(checkEach([], check)).toEqual([]);
    expect(checkEach(undefined, check)).toEqual([]);
  });

  test('one mistake is reported as it is', () => {
    expect(() => checkEach(['a', 'bad'], check)).toThrow(
      expect.objectContaining({ description: 'No. 1 of v. 2 is bad.', fix: 'Mend it.' }),
    );
    expect(() => checkEach(['bad'], check)).not.toThrow(
      expect.objectContaining({ errors: expect.anything() }),
    );
  });

  test('several are reported at once, up to twenty', () => {
    const thrownBy = (list: string[]) => {
      try {
        checkEach(list, check);
      } catch (error) {
        return error;
      }
      return expect.unreachable();
    };
    expect(thrownBy(['a', 'bad', 'bad'])).toMatchObject({
      code: 'INVALID_URN',
      description: 'No. 1 of v. 2 is bad (and 1 more: see "errors").',
      fix: 'Mend it.',
      errors: ['No. 1 of v. 2 is bad.', 'No. 2 of v. 2 is bad.'],
    });
    const many = thrownBy(Array(30).fill('bad'));
    expect(many).toMatchObject({ description: expect.stringContaining('and 29 more') });
    expect((many as { errors: string[] }).errors).toHaveLength(20);
  });

  test('a mistake of our own is not taken for one of the list', () => {
    expect(() => checkEach(['bad', 'bug'], check)).toThrow(TypeError);
  });
});

test.each<[object, string | number]>([
  [{ uuid: UUID, key: 'age', id: 7 }, UUID],
  [{ uuid: 'token', key: 'age', id: 7 }, 'age'],
  [{ key: `a${'b'.repeat(35)}` }, `a${'b'.repeat(35)}`],
  [{ key: `a${'b'.repeat(36)}`, id: 7 }, 7],
  [{ key: '\u001b[31m', id: 7 }, 7],
  [{ key: ['age'], id: 7 }, 7],
  [{ id: '7' }, '…'],
  [{ id: 0.5 }, '…'],
  [{}, '…'],
])('a log names %j as %j', (record, name) => {
  expect(shownId(record as never)).toBe(name);
});
