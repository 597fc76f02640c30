// node bench/report.mjs: writes the figures of the last "npm run bench" (tmp/bench.json) into
// docs/evidence/performance.md, as tables between its markers, and as plots into docs/evidence/performance/. What the last
// run left out has no section.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { median, path } from './measure.mjs';

const { reading, writes, imports, memory, profile, sync } = JSON.parse(
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

const percent = share => `${(share * 100).toFixed(1)} %`;
const spread = values => `${seconds(Math.min(...values))} – ${seconds(Math.max(...values))}`;

const titleOf = ({ contacts, delay, shape }) =>
  `${number(contacts)} contacts, ${delay} ms a page, ${shape === 'even' ? 'even times' : 'two fifths in one instant'}`;

function readingTable({ results }) {
  return table(
    ['', 'time (median)', 'from – to', 'times as fast as the bare loop', 'requests'],
    results.map(one => [
      one.name,
      seconds(one.median),
      spread(one.seconds),
      (1 / one.ratio).toFixed(2),
      one.requests ?? '–',
    ]),
  );
}

function writesTable({ contacts, results }) {
  return table(
    [
      '',
      'time (median)',
      'from – to',
      'contacts a second',
      'times as fast as the bare loop',
      'as the bare four',
    ],
    results.map(one => [
      one.name,
      seconds(one.median),
      spread(one.seconds),
      number(Math.round(contacts / one.median)),
      (1 / one.ratio).toFixed(2),
      (1 / one.toPool).toFixed(2),
    ]),
  );
}

/** Bars, one for each candidate. Colors that work on both light and dark pages. */
function plot(title, bars, unit) {
  const [left, width, step] = [230, 360, 30];
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

const OWN = ['getContacts', 'upsertContact', 'this package'];
const isOwn = name => OWN.some(own => name.startsWith(own));
const parts = [];

function chart(file, title, results) {
  const bars = results.map(({ name, median }) => ({ name, value: median, own: isOwn(name) }));
  writeFileSync(path(`../docs/evidence/performance/${file}`), plot(title, bars, 's'));
  return `![${title}](performance/${file})`;
}

const counted = rounds => (rounds === 1 ? 'One round.' : `${rounds} rounds.`);

/** Each part names its own machine: parts may have been measured on different days. */
const measured = ({ machine, rounds }, more = '') =>
  `Measured on ${machine.date}: ${machine.cores} cores (${machine.cpu}), ${machine.memory} GB, node ${machine.node.slice(1)}, load ${machine.load} when it began${rounds ? `; rounds: ${rounds}` : ''}.${more}`;

mkdirSync(path('../docs/evidence/performance'), { recursive: true });
if (reading) {
  parts.push(
    '### Reading contacts',
    measured(reading, ' Medians; the ratios are taken round by round.'),
  );
  for (const one of reading.lists) {
    const title = `Reading ${titleOf(one)}`;
    const file = `reading-${one.contacts / 1000}k-${one.delay}ms-${one.shape}.svg`;
    const picture = chart(file, title, one.results);
    parts.push(`#### ${titleOf(one)}`, counted(one.rounds), picture, readingTable(one));
  }
}
if (writes) {
  parts.push(
    '### Upserting contacts',
    measured(writes, ' Medians; the ratios are taken round by round.'),
  );
  for (const one of writes.lists) {
    const name = `${number(one.contacts)} contacts, ${one.delay} ms each`;
    const picture = chart(`writes-${one.delay}ms.svg`, `Upserting ${name}`, one.results);
    parts.push(`#### ${name}`, counted(one.rounds), picture, writesTable(one));
  }
}
if (profile) {
  parts.push(
    `### What reading ${number(profile.contacts)} contacts at 0 ms a page is made of`,
    measured(profile, ' One run each, under the profiler.'),
    table(
      ['', 'getContacts()', 'bare undici loop'],
      profile.shares.map(({ name, own, bare }) => [name, percent(own), percent(bare)]),
    ),
  );
}
if (sync) {
  parts.push(
    '### A nightly register',
    measured(sync, ' 2,500 requests an hour; hours are computing and waiting for the limit.'),
  );
  for (const { contacts, rows } of sync.registers) {
    parts.push(
      `#### ${number(contacts)} contacts`,
      table(
        [
          '',
          'requests',
          'hours',
          'runs',
          'computing here',
          'memory',
          'longest stall',
          'new / written / same / failed',
        ],
        rows.map(row => [
          row.way,
          number(row.requests),
          row.hours.toFixed(2),
          row.runs,
          seconds(row.seconds),
          `${Math.round(row.megabytes)} MB`,
          `${Math.round(row.stall)} ms`,
          row.counts.map(number).join(' / '),
        ]),
      ),
    );
  }
}
if (imports) {
  parts.push(
    '### Import in a fresh process',
    measured(imports),
    table(
      ['', 'time (median)', 'from – to'],
      imports.results.map(one => [one.name, seconds(one.median), spread(one.seconds)]),
    ),
  );
}
if (memory) {
  const [{ peaks: idle }] = memory.rows;
  const megabytes = value => `${Math.round(value)} MB`;
  parts.push(
    `### Memory of ${number(memory.records)} records, page by page`,
    measured(memory, ' Above idle: the highest peak against the median of the idle process.'),
    table(
      ['', 'peaks', 'above idle', 'time (median)'],
      memory.rows.map(({ name, peaks, seconds: times }, index) => [
        name,
        peaks.map(megabytes).join(', '),
        index === 0 ? '–' : megabytes(Math.max(...peaks) - median(idle)),
        index === 0 ? '–' : seconds(median(times)),
      ]),
    ),
  );
}

const file = path('../docs/evidence/performance.md');
const page = readFileSync(file, 'utf8');
const [before, rest] = page.split('<!-- figures -->\n');
const after = rest.split('<!-- end of figures -->')[1];
writeFileSync(
  file,
  `${before}<!-- figures -->\n\n${parts.join('\n\n')}\n\n<!-- end of figures -->${after}`,
);
