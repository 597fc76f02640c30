/** Rows as plain columns, as wide as what stands in them. */
export function columns(title, heads, rows) {
  const cells = [heads, ...rows].map(row => row.map(value => String(value ?? '')));
  const widths = heads.map((_, place) => Math.max(...cells.map(row => row[place].length)));
  const lines = cells.map(row => row.map((text, place) => text.padEnd(widths[place])).join('  '));
  const rule = widths.map(width => '-'.repeat(width)).join('  ');
  const empty = rows.length === 0 ? ['(nothing)'] : [];
  return [title, '', lines[0], rule, ...lines.slice(1), ...empty].map(line => line.trimEnd());
}

/** Two blocks of lines, one beside the other. */
export function sideBySide(left, right, gap = '   |   ') {
  const width = Math.max(...left.map(line => line.length));
  const height = Math.max(left.length, right.length);
  return Array.from({ length: height }, (_, row) =>
    `${(left[row] ?? '').padEnd(width)}${gap}${right[row] ?? ''}`.trimEnd(),
  ).join('\n');
}
