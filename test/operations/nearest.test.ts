import { expect, test } from 'vitest';
import { didYouMean, nearest, nearMiss, suggest } from '../../src/input/nearest.js';
import { cpuTime } from '../support/cpuTime.js';

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

test.each([
  // Two wrong letters in five are too many, next to each other or not.
  ['grxxp', 'group', undefined],
  ['aftxe', 'after', undefined],
  ['aftrx', 'after', undefined],
  ['expnd_rns', 'expand_urns', 'expand_urns'],
])('%s of %s: %s', (word, known, meant) => {
  expect(nearest(word, [known])).toBe(meant);
});

test('the word itself is nearer than one with two letters swapped', () => {
  expect(nearest('gruop', ['group', 'gruop'])).toBe('gruop');
});

test.each([
  ['Name', ['name'], 'name'],
  ['countries', ['country'], 'country'],
  ['restart', ['restart_participants'], 'restart_participants'],
  ['restart', ['no_restart_'], undefined],
  ['restart', ['restartparticipants'], undefined],
  ['befor', ['before'], 'before'],
  ['befr', ['before'], undefined],
  // A plural comes before a letter that differs, and that before the beginning of a longer word.
  ['urn', ['urn_xyz', 'urx', 'urns'], 'urns'],
  ['urn', ['urn_xyz', 'urx'], 'urx'],
  ['friesland', ['fryland'], undefined],
  ['sabc', ['abcs'], undefined],
  ['x'.repeat(100), ['x'.repeat(100)], 'x'.repeat(100)],
  ['x'.repeat(101), ['x'.repeat(101)], undefined],
])('%s almost equals, of %j: %s', (word, known, meant) => {
  expect(nearMiss(word, known)).toBe(meant);
});

test('a question comes before other advice if a name is near', () => {
  expect(didYouMean('Mother', ['Fathers', 'Mothers', 7])).toBe('Did you mean "Mothers"? ');
  expect(didYouMean('Mother', ['Wards'])).toBe('');
});

test('a name of a megabyte takes no time, and a long one of a server no memory', () => {
  const start = cpuTime();
  const long = 'x'.repeat(1_000_000);
  expect(nearest('phone', [long, 'phones'])).toBe('phones');
  expect(nearMiss('phone', [long, 'phones'])).toBe('phones');
  expect(cpuTime() - start).toBeLessThan(200);
});
