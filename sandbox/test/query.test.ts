import { describe, expect, it } from 'vitest';
import type { ContactSeed } from '../src/index.js';
import { open } from './opened.js';

const contacts: ContactSeed[] = [
  {
    name: 'Ann Uwase',
    language: 'eng',
    urns: ['tel:+250788000001'],
    fields: { age: 17, due: '2027-01-05T10:00:00Z', place: 'Gatsibo' },
  },
  {
    name: 'Ben',
    language: 'fra',
    urns: ['tel:+250788000002', 'whatsapp:250788000002'],
    fields: { age: 18, place: 'kigali' },
    groups: ['Staff'],
  },
  { name: null, urns: ['telegram:12345'], fields: { age: 2.5 } },
];
const fields = [
  { name: 'Age', type: 'number' as const },
  { name: 'Due', type: 'datetime' as const },
  { name: 'Place', type: 'text' as const },
];

async function members(query: string): Promise<(string | null | undefined)[]> {
  const { sandbox } = await open({
    seed: { fields, groups: [{ name: 'Staff' }, { name: 'Smart', query }], contacts },
  });
  return sandbox
    .contacts()
    .filter(({ groups }) => groups.some(({ name }) => name === 'Smart'))
    .map(({ name }) => name);
}

const [ANN, BEN, NOBODY] = ['Ann Uwase', 'Ben', null];

describe('smart groups', () => {
  it.each([
    ['age = 18', [BEN]],
    ['age >= 17', [ANN, BEN]],
    ['age < 17', [NOBODY]],
    ['fields.age > 17', [BEN]],
    ['due > 2027-01-04', [ANN]],
    ['due = 2027-01-05', [ANN]],
    ['due < 2027-01-05', []],
    ['due = ""', [BEN, NOBODY]],
    ['place = KIGALI', [BEN]],
    ['place != kigali', [ANN, NOBODY]],
    ['place != ""', [ANN, BEN]],
    ['name ~ wase', [ANN]],
    ['name = "Ann Uwase"', [ANN]],
    ['language = fra OR language = eng AND age < 18', [ANN, BEN]],
    ['(language = fra OR language = eng) AND age < 18', [ANN]],
    ['language = eng place = gatsibo', [ANN]],
    ['tel ~ 788000002', [BEN]],
    ['urns.whatsapp != ""', [BEN]],
    ['urn ~ 12345', [NOBODY]],
    ['group = staff', [BEN]],
    ['status = active', [ANN, BEN, NOBODY]],
    ['tickets = 0', [ANN, BEN, NOBODY]],
  ])('%s', async (query, expected) => {
    expect(await members(query)).toEqual(expected);
  });

  it.each(['age =', 'age ? 3', '(age = 3', 'age = 3)', 'age > 3 OR'])(
    'refuse an unsupported query: %s',
    async query => {
      await expect(members(query)).rejects.toThrow('does not support the query');
    },
  );
});
