// node bench/report.mjs: writes the figures of the last "npm run bench" (tmp/bench.json) into
// docs/performance.md, as tables between its markers, and as plots into docs/performance/.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { path } from './measure.mjs';

const { machine, contacts, reading, imports, memory } = JSON.parse(
  readFileSync(path('../tmp/bench.json'), 'utf8'),
);
const number = value => value.toLocaleString('en-US');
const seconds = value => `${value.toFixed(value < 10 ? 2 : 1)} s`;

function table(head, rows) {
  const line = cells => `| ${cells.join(' | ')} |`;
  return [line(head), line(head.map((_, i) => (i === 0 ? '---' : '---:'))), ...rows.map(line)].join(
    '\n',
  );
}

const titleOf = ({ delay, shape }) =>
  `${delay} ms a page, ${shape === 'even' ? 'even times' : 'two fifths in one instant'}`;

function readingTable({ results }) {
  return table(
    ['', 'time (median)', 'from – to', 'times as fast as the bare loop', 'requests'],
    results.map(one => [
      one.name,
      seconds(one.median),
      `${seconds(Math.min(...one.seconds))} – ${seconds(Math.max(...one.seconds))}`,
      (1 / one.ratio).toFixed(2),
      one.requests ?? '–',
    ]),
  );
}

/** Bars, one for each candidate. Colors that both light and dark pages bear. */
function plot(title, bars, unit) {
  const [left, width, step] = [190, 400, 30];
  const most = Math.max(...bars.map(({ value }) => value));
  const height = 50 + bars.length * step;
  const text = (x, y, content, more = '') =>
    `<text x="${x}" y="${y}" font-family="sans-serif" font-size="13" fill="#7a7a7a"${more}>${content}</text>`;
  const rows = bars.flatMap(({ name, value, own }, index) => {
    const y = 44 + index * step;
    const length = Math.max(1, Math.round((value / most) * width));
    return [
      text(left - 8, y + 14, name, ' text-anchor="end"'),
      `<rect x="${left}" y="${y}" width="${length}" height="20" fill="${own ? '#2f81c7' : '#9aa5b1'}"/>`,
      text(left + length + 6, y + 14, `${value.toFixed(value < 10 ? 2 : 1)} ${unit}`),
    ];
  });
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="680" height="${height}" viewBox="0 0 680 ${height}" role="img">`,
    `<title>${title}</title>`,
    text(10, 24, title, ' font-weight="bold"'),
    ...rows,
    '</svg>',
    '',
  ].join('\n');
}

const isOwn = name => name.startsWith('getContacts') || name === 'this package';
mkdirSync(path('../docs/performance'), { recursive: true });
const parts = [
  `Measured on ${machine.date}: ${machine.cores} cores (${machine.cpu}), ${machine.memory} GB, node ${machine.node.slice(1)}, load ${machine.load} when it began. Medians; the ratios are taken round by round.`,
];
for (const one of reading) {
  const file = `reading-${one.delay}ms-${one.shape}.svg`;
  const title = `Reading ${number(contacts)} contacts: ${titleOf(one)}`;
  const bars = one.results.map(({ name, median }) => ({ name, value: median, own: isOwn(name) }));
  writeFileSync(path(`../docs/performance/${file}`), plot(title, bars, 's'));
  parts.push(`### ${titleOf(one)}`, `![${title}](performance/${file})`, readingTable(one));
}
parts.push(
  '### Import in a fresh process',
  table(
    ['', 'time (median)', 'from – to'],
    imports.map(one => [
      one.name,
      seconds(one.median),
      `${seconds(Math.min(...one.seconds))} – ${seconds(Math.max(...one.seconds))}`,
    ]),
  ),
);
if (memory) {
  const row = (name, value) => [
    name,
    `${value.toFixed(0)} MB`,
    `${(value - memory.idle).toFixed(0)} MB`,
  ];
  parts.push(
    `### Memory of eachPage() over ${number(memory.contacts)} contacts`,
    table(
      ['', 'at its peak', 'above idle'],
      [
        row('idle after import', memory.idle),
        row('one window', memory.one),
        row('four windows', memory.four),
      ],
    ),
  );
}

const file = path('../docs/performance.md');
const page = readFileSync(file, 'utf8');
const [before, rest] = page.split('<!-- figures -->\n');
const after = rest.split('<!-- end of figures -->')[1];
writeFileSync(
  file,
  `${before}<!-- figures -->\n\n${parts.join('\n\n')}\n\n<!-- end of figures -->${after}`,
);
