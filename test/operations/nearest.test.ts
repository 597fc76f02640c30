import { expect, test } from 'vitest';
import { nearest, suggest } from '../../src/input/nearest.js';

const filters = ['uuid', 'urn', 'group', 'deleted', 'before', 'after', 'expand_urns'];

test.each([
  ['gruop', 'group'],
  ['groups', 'group'],
  ['Group', 'group'],
  ['uid', 'uuid'],
  ['urns', 'urn'],
  ['befor', 'before'],
  ['expandUrns', 'expand_urns'],
  ['expand-urns', 'expand_urns'],
])('%s means %s', (word, meant) => {
  expect(nearest(word, filters)).toBe(meant);
});

test.each(['', 'q', 'modified_since', 'x'.repeat(100_000)])('a word that is near to none', word => {
  expect(nearest(word, filters)).toBeUndefined();
});

test('a suggestion names the nearest word, or all of them', () => {
  expect(suggest('gruop', filters)).toBe('Did you mean "group"?');
  expect(suggest('modified_since', ['uuid', 'name'])).toBe('Possible here: uuid, name.');
  expect(suggest('to', ['contact', 'text'])).toBe('Did you mean "contact"?');
  expect(suggest('phone', ['urns', 'name'])).toContain('urns: ["tel:+'); // What a spreadsheet calls it.
  expect(suggest('name', [])).toBe('There are none here.');
});
