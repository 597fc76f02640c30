/** Rows as plain columns, as wide as what stands in them. */
export function columns(title, heads, rows) {
  const cells = [heads, ...rows].map(row => heads.map((_, place) => String(row[place] ?? '')));
  const widths = heads.map((_, place) => Math.max(...cells.map(row => row[place].length)));
  const lines = cells.map(row => row.map((text, place) => text.padEnd(widths[place])).join('  '));
  const rule = widths.map(width => '-'.repeat(width)).join('  ');
  const empty = rows.length === 0 ? ['(nothing)'] : [];
  return [title, '', lines[0], rule, ...lines.slice(1), ...empty].map(line => line.trimEnd());
}

/** How wide the example is shown. */
export const WIDTH = 100;

/** Two blocks of lines, one beside the other, or where that is too wide one below the other. */
export function sideBySide(left, right, gap = '   |   ') {
  const width = Math.max(...left.map(line => line.length));
  const other = Math.max(...right.map(line => line.length));
  if (width + gap.length + other > WIDTH) return [...left, '', ...right].join('\n');
  const height = Math.max(left.length, right.length);
  return Array.from({ length: height }, (_, row) =>
    `${(left[row] ?? '').padEnd(width)}${gap}${right[row] ?? ''}`.trimEnd(),
  ).join('\n');
}

/** A line as several, none too wide; those that follow are set in. */
export function wrapped(line, indent = '    ') {
  const lines = [];
  let now = '';
  for (const word of line.split(/(?<=\S) /)) {
    const longer = now === '' ? word : `${now} ${word}`;
    if (longer.length > WIDTH) {
      lines.push(now);
      now = indent + word;
    } else now = longer;
  }
  return [...lines, now].join('\n');
}
