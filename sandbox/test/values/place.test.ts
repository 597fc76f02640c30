import { describe, expect, test } from 'vitest';
import { type Locale, placesOf, readFieldValue } from '../../src/values/index.js';

const area = (osm_id: string, name: string, parent: string | null, aliases: string[] = []) => ({
  osm_id,
  name,
  parent: parent === null ? null : { osm_id: parent, name: '' },
  aliases,
});

const locale: Locale = {
  country: 'KE',
  timezone: 'Africa/Nairobi',
  dateStyle: 'day_first',
  dialect: 'textit',
  now: () => 0,
  places: placesOf([
    area('w', 'Kitisuru', 'd'),
    area('d', 'Westlands', 's', ['Westie']),
    area('s', 'Nairobi City', 'c', ['Nai-robi']),
    area('t', 'Coast', 'c'),
    area('e', 'Westlands', 't'),
    area('c', 'Kenya', null),
  ]),
};

const NAIROBI = 'Kenya > Nairobi City';

describe('names of a state', () => {
  test.each([
    ['nairobi CITY', NAIROBI],
    ['in nai-robi, I think', NAIROBI],
    ['from Nairobi City?', NAIROBI],
    ['(Coast)', 'Kenya > Coast'],
    ['Nairobi', null],
    ['Kenya', null],
    ['Westlands', null],
  ])('%s', (text, state) => {
    expect(readFieldValue(text, 'state', locale).state).toBe(state);
  });
});

describe('a district is searched in its state, a ward in its district', () => {
  test.each([
    ['district', 'westie', { state: NAIROBI }, `${NAIROBI} > Westlands`],
    ['district', 'Westlands', { state: 'Kenya > Coast' }, 'Kenya > Coast > Westlands'],
    ['district', 'Westlands', {}, null],
    [
      'ward',
      'kitisuru',
      { district: `${NAIROBI} > Westlands` },
      `${NAIROBI} > Westlands > Kitisuru`,
    ],
    ['ward', 'kitisuru', { district: 'Kenya > Coast > Westlands' }, null],
    ['ward', 'kitisuru', { state: NAIROBI }, null],
  ] as const)('%s %s %j', (type, text, context, path) => {
    expect(readFieldValue(text, type, locale, context)[type]).toBe(path);
  });
});

test('a path counts in every type of field, with the places above it', () => {
  expect(readFieldValue('kenya>nairobi  city >Westlands.', 'text', locale)).toMatchObject({
    state: NAIROBI,
    district: `${NAIROBI} > Westlands`,
    ward: null,
  });
});

test('a workspace without places reads none', () => {
  const { places: _, ...without } = locale;
  expect(readFieldValue('Coast', 'state', without).state).toBeNull();
});
