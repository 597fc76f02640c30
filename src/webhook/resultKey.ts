/** The key of a result, as RapidPro makes it from its name: `Cases Seen` is `cases_seen`. */
export function resultKey(name: string): string {
  return name
    .trim()
    .replace(/[^\p{L}\d_]+/gu, '_')
    .toLowerCase();
}
