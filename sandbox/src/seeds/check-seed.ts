import { checkKeys } from '../known-keys.js';
import { checkValues } from '../options.js';
import { SEED_KEYS } from './keys.js';
import type { Seed } from './types.js';

const KINDS = Object.keys(SEED_KEYS) as (keyof Seed)[];

const isRow = (given: unknown): given is object =>
  typeof given === 'object' && given !== null && !Array.isArray(given);

/** Refuses a seed with a key that nothing reads, or with something else than rows in a list. */
export function checkSeed(seed: Seed): void {
  if (!isRow(seed)) {
    throw new TypeError('The seed is not an object with lists of rows.');
  }
  checkKeys('The seed', seed, KINDS);
  for (const kind of KINDS) {
    const given: unknown = seed[kind];
    if (given === undefined) continue;
    if (kind !== 'workspace' && !Array.isArray(given)) {
      throw new TypeError(`The seed's ${kind} are not a list.`);
    }
    for (const row of Array.isArray(given) ? given : [given]) checkRow(kind, row);
  }
  checkValues("The seed's workspace", seed.workspace ?? {});
}

function checkRow(kind: keyof Seed, row: unknown): void {
  const { keys, derived = [] } = SEED_KEYS[kind];
  if (!isRow(row)) throw new TypeError(`The seed has something else than an object in ${kind}.`);
  const known = [...Object.keys(keys), ...derived];
  if (known.length > 0) checkKeys(`A row of the seed's ${kind}`, row, known);
}
