/**
 * How many letters to add, drop, change or swap with the next one to get from one word to the other.
 *
 * @param most - if there are surely more, they are not counted: a name from a server can have any length
 */
function distance(a: string, b: string, most: number): number {
  if (Math.abs(a.length - b.length) > most) return Number.POSITIVE_INFINITY;
  const rows = [Array.from({ length: b.length + 1 }, (_, index) => index)];
  const at = (row: number, column: number) => rows[row]?.[column] ?? Number.POSITIVE_INFINITY;
  for (let row = 1; row <= a.length; row++) {
    const current = [row];
    rows.push(current);
    for (let column = 1; column <= b.length; column++) {
      const change = a[row - 1] === b[column - 1] ? 0 : 1;
      const isSwap = a[row - 1] === b[column - 2] && a[row - 2] === b[column - 1];
      current.push(
        Math.min(
          at(row - 1, column) + 1,
          at(row, column - 1) + 1,
          at(row - 1, column - 1) + change,
          isSwap ? at(row - 2, column - 2) + 1 : Number.POSITIVE_INFINITY,
        ),
      );
    }
  }
  return at(a.length, b.length);
}

const plain = (text: string) => text.toLowerCase().replace(/[_\s-]/g, '');
const singular = (text: string) => text.replace(/ies$/, 'y').replace(/s$/, '');

/**
 * The known word that another one almost equals: it differs in the case of its letters, in underscores, in a
 * plural, or in one letter; or it is the first word of a longer one, as `restart` of `restart_participants`.
 */
export function nearMiss(word: string, known: readonly string[]): string | undefined {
  if (word.length > 100) return undefined;
  const target = plain(word);
  const isSame = (candidate: string) => singular(plain(candidate)) === singular(target);
  const isNear = (candidate: string) => distance(target, plain(candidate), 1) <= 1;
  const isBegun = (candidate: string) => candidate.startsWith(`${target}_`);
  return known.find(isSame) ?? known.find(isNear) ?? known.find(isBegun);
}

/** The known word that a misspelled one most likely means; undefined if none is near. */
export function nearest(word: string, known: readonly string[]): string | undefined {
  const target = plain(word).slice(0, 60);
  const most = Math.max(1, Math.floor(target.length / 3));
  const [best] = known
    .map(candidate => ({ candidate, steps: distance(target, plain(candidate), most) }))
    .filter(({ steps }) => steps <= most)
    .sort((a, b) => a.steps - b.steps);
  return best?.candidate;
}

/** `Did you mean "Mothers"? ` before other advice; empty if no name is near. */
export function didYouMean(word: string, known: readonly unknown[]): string {
  const near = nearest(word, known.map(String));
  return near === undefined ? '' : `Did you mean "${near}"? `;
}

/** What other systems call a phone number, without underscores and spaces. */
const PHONE_KEYS =
  'phone phones phonenumber tel telephone telefono telefone mobile mobilephone mobilenumber cell cellphone celular msisdn whatsapp contactnumber number';

/** What other systems call a key. */
const OTHER_NAMES: { [word: string]: readonly string[] } = {
  to: ['contact', 'contacts', 'urns'],
  recipient: ['contact', 'contacts'],
  ...Object.fromEntries(PHONE_KEYS.split(' ').map(word => [word, ['urns']])),
};

/** The known key that other systems call so; undefined if there is none. */
export function keyCalled(word: string, known: readonly string[]): string | undefined {
  const key = plain(word);
  const names = Object.hasOwn(OTHER_NAMES, key) ? OTHER_NAMES[key] : undefined;
  return names?.find(name => known.includes(name));
}

function otherName(word: string, known: readonly string[]): string | undefined {
  const meant = keyCalled(word, known);
  if (meant === 'urns') return 'Write phone numbers as urns: ["tel:+250788123123"].';
  return meant && `Did you mean "${meant}"?`;
}

/** `Did you mean "group"?`, or the whole list if no word is near. */
export function suggest(word: string, known: readonly string[]): string {
  const other = otherName(word, known);
  if (other) return other;
  const guess = nearest(word, known);
  if (guess) return `Did you mean "${guess}"?`;
  return known.length > 0 ? `Possible here: ${known.join(', ')}.` : 'There are none here.';
}
