/** How many letters have to be added, taken away, replaced or swapped with their neighbor. */
function distance(a: string, b: string): number {
  let before: number[] = [];
  let row = Array.from({ length: b.length + 1 }, (_, at) => at);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1];
      const swapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      next[j] = Math.min(
        (row[j] ?? 0) + 1,
        (next[j - 1] ?? 0) + 1,
        (row[j - 1] ?? 0) + (same ? 0 : 1),
        swapped ? (before[j - 2] ?? 0) + 1 : Infinity,
      );
    }
    before = row;
    row = next;
  }
  return row[b.length] ?? 0;
}

const plain = (word: string): string => word.toLowerCase().replace(/[^a-z0-9]/g, '');

/** The known word that somebody may have meant; undefined if none is like it. */
export function nearest(word: string, known: readonly string[]): string | undefined {
  let best: string | undefined;
  let least = Math.max(2, Math.floor(plain(word).length / 3)) + 1;
  for (const one of known) {
    const away = distance(plain(word), plain(one));
    if (away < least) [best, least] = [one, away];
  }
  return best;
}

/** A question after what is not known; empty if nothing is like it. */
export function didYouMean(word: string, known: readonly string[]): string {
  const meant = nearest(word, known);
  return meant === undefined ? '' : ` Did you mean "${meant}"?`;
}

/**
 * Refuses keys that are not known, and asks whether the nearest one was meant: what nobody reads would be lost without a word.
 *
 * @param what - What the keys belong to, as the subject of a sentence: `The seed`.
 */
export function checkKeys(what: string, given: object, known: readonly string[]): void {
  const [unknown] =
    Object.entries(given).find(([key, value]) => value !== undefined && !known.includes(key)) ?? [];
  if (unknown === undefined) return;
  throw new TypeError(
    `${what} has the unknown key "${unknown}".${didYouMean(unknown, known)} The known keys are ${known.join(', ')}.`,
  );
}
