/** Letters to add, drop or change to get from one word to the other. */
function distance(a: string, b: string): number {
  let previous = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let row = 1; row <= a.length; row++) {
    const current = [row];
    for (let column = 1; column <= b.length; column++) {
      const change = a[row - 1] === b[column - 1] ? 0 : 1;
      current[column] = Math.min(
        (previous[column] ?? 0) + 1,
        (current[column - 1] ?? 0) + 1,
        (previous[column - 1] ?? 0) + change,
      );
    }
    previous = current;
  }
  return previous[b.length] ?? 0;
}

/** The known word that a misspelled one most likely means, or undefined where none is near. */
export function nearest(word: string, known: readonly string[]): string | undefined {
  const plain = (text: string) => text.toLowerCase().replace(/[_\s-]/g, '');
  const target = plain(word).slice(0, 60);
  const ranked = known
    .map(candidate => ({ candidate, steps: distance(target, plain(candidate)) }))
    .sort((a, b) => a.steps - b.steps);
  const [best] = ranked;
  return best && best.steps <= Math.max(1, Math.floor(target.length / 3))
    ? best.candidate
    : undefined;
}

/** ` Did you mean "group"?`, or the whole list where no word is near. */
export function suggest(word: string, known: readonly string[]): string {
  const guess = nearest(word, known);
  if (guess) return `Did you mean "${guess}"?`;
  return known.length > 0 ? `Known here: ${known.join(', ')}.` : 'None is known here.';
}
