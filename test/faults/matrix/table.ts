/** One outcome, and where it was seen. */
export interface Seen {
  words: string;
  /** By what it can differ: when the fault struck, which request it struck. */
  by: Record<Axis, string>;
}

const AXES = ['strikes', 'position'] as const;
export type Axis = (typeof AXES)[number];

function groups(seen: readonly Seen[], axis: Axis): Map<string, Seen[]> {
  const found = new Map<string, Seen[]>();
  for (const one of seen) found.set(one.by[axis], [...(found.get(one.by[axis]) ?? []), one]);
  return found;
}

const isSame = (seen: readonly Seen[]) => new Set(seen.map(({ words }) => words)).size <= 1;

/** The order in which labels are listed. */
const ORDER = [
  'before it was done',
  'after it was done',
  'first request',
  'a middle request',
  'last request',
];

export function inOrder(a: Seen, b: Seen): number {
  const rank = ({ by }: Seen) => AXES.map(axis => ORDER.indexOf(by[axis])).join();
  return rank(a) < rank(b) ? -1 : Number(rank(a) > rank(b));
}

/** All that was seen in one cell, in as few words as possible. */
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
  return [...byWords].map(([words, labels]) => `_${labels.join(' or ')}:_ ${words}`).join('<br>');
}

export interface Table {
  columns: string[];
  rows: { name: string; cells: string[] }[];
}

/** A table as the formatter leaves it alone: one space around each cell. */
export function toMarkdown({ columns, rows }: Table): string {
  const line = (cells: string[]) => `| ${cells.join(' | ')} |`;
  return [
    line(['operation', ...columns]),
    line(['---', ...columns.map(() => '---')]),
    ...rows.map(({ name, cells }) => line([name, ...cells])),
  ].join('\n');
}
