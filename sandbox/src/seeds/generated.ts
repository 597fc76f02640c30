import { repeatable } from './random.js';
import type { ContactSeed } from './types.js';

const FIRST = [
  'Aline',
  'Béatrice',
  'Chantal',
  'Divine',
  'Espérance',
  'Fatou',
  'Grace',
  'Honorine',
  'Immaculée',
  'Jeanne',
  'Keza',
  'Liliane',
  'Marie',
  'Nadège',
  'Odette',
  'Pascaline',
] as const;
const LAST = [
  'Habimana',
  'Ingabire',
  'Kayitesi',
  'Mukamana',
  'Ndayisaba',
  'Nyirahabimana',
  'Rwagasore',
  'Uwase',
  'Uwimana',
] as const;

/** Invented people with a number each, the same ones every time. */
export function generatedContacts(count: number, seed = 1): ContactSeed[] {
  const chance = repeatable(seed);
  return Array.from({ length: count }, (_, index) => ({
    uuid: chance.uuid(),
    name: `${chance.pick(FIRST)} ${chance.pick(LAST)}`,
    language: chance.pick(['eng', 'fra', 'kin']),
    urns: [generatedUrn(index)],
  }));
}

/** Rwandan mobile numbers in order: room for ten million of them. */
function generatedUrn(index: number): string {
  return `tel:+25078${String(index).padStart(7, '0')}`;
}
