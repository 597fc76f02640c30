/** One outcome, and where it was seen. */
export interface Seen {
  words: string;
  /** By what it can differ: when the fault struck, which request it struck, which server it was. */
  by: Record<Axis, string>;
}

const AXES = ['strikes', 'position', 'server'] as const;
export type Axis = (typeof AXES)[number];

function groups(seen: readonly Seen[], axis: Axis): Map<string, Seen[]> {
  const found = new Map<string, Seen[]>();
  for (const one of seen) found.set(one.by[axis], [...(found.get(one.by[axis]) ?? []), one]);
  return found;
}

const isSame = (seen: readonly Seen[]) => new Set(seen.map(({ words }) => words)).size <= 1;

/** All that was seen in one cell, in as few words as tell it. */
export function merge(seen: readonly Seen[]): string {
  const [first] = seen;
  if (!first) return '';
  if (isSame(seen)) return first.words;
  const many = AXES.filter(axis => groups(seen, axis).size > 1);
  const axis = many.find(one => [...groups(seen, one).values()].every(isSame)) ?? many[0];
  if (!axis) return [...new Set(seen.map(({ words }) => words))].join(', or ');
  const byWords = new Map<string, string[]>();
  for (const [label, some] of groups(seen, axis)) {
    const words = merge(some);
    byWords.set(words, [...(byWords.get(words) ?? []), label]);
  }
  return [...byWords].map(([words, labels]) => `_${labels.join(', ')}:_ ${words}`).join('<br>');
}

export interface Table {
  columns: string[];
  rows: { name: string; cells: string[] }[];
}

/** A table as the formatter leaves it alone: one space around each cell. */
export function toMarkdown({ columns, rows }: Table): string {
  const line = (cells: string[]) => `| ${cells.join(' | ')} |`;
  return [
    line(['', ...columns]),
    line(['---', ...columns.map(() => '---')]),
    ...rows.map(({ name, cells }) => line([name, ...cells])),
  ].join('\n');
}
