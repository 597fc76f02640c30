/**
 * The key of a result, as RapidPro's engine makes it from its name: `Cases Seen` is `cases_seen`. It takes
 * letters one by one, where JavaScript makes two of `İ` and looks at what stands around `Σ`.
 */
export function resultKey(name: string): string {
  const snake = name.trim().replace(/[^\p{L}\d_]+/gu, '_');
  return Array.from(snake, letter => Array.from(letter.toLowerCase())[0]).join('');
}
