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

/** Made-up people with a phone number each, the same every time. */
export function generatedContacts(count: number, seed = 1): ContactSeed[] {
  const chance = repeatable(seed);
  return Array.from({ length: count }, (_, index) => ({
    uuid: chance.uuid(),
    name: `${chance.pick(FIRST)} ${chance.pick(LAST)}`,
    language: chance.pick(['eng', 'fra', 'kin']),
    urns: [generatedUrn(index)],
  }));
}

/** Sequential Rwandan mobile numbers, up to ten million. */
function generatedUrn(index: number): string {
  return `tel:+25078${String(index).padStart(7, '0')}`;
}
