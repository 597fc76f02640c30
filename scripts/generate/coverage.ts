import {
  type Dialect,
  type Filter,
  type Method,
  type Resource,
  type ResourceName,
  resources,
} from '../../src/resources.js';
import { onLists, operationsOf } from './coverage-operations.js';

interface Counts {
  [outcome: string]: number;
}

interface Row {
  operations: Counts;
  refused: Counts;
  http: Counts;
  none: Counts;
}

/** What the test of the recorded exchanges counted for one server. */
interface Report {
  exchanges: number;
  operation: number;
  refused: number;
  http: number;
  httpRefused: number;
  none: number;
  instead: Counts;
  reasons: Counts;
  endpoints: { [endpoint: string]: { [method: string]: Row } };
  also: Counts;
}

export interface Coverage {
  [server: string]: Report;
}

const SERVERS: Record<Dialect, string> = { v9: 'RapidPro 9', textit: 'TextIt' };

/** `RapidPro 9 (9.0.0)`. */
function titles(coverage: Coverage): string[] {
  return Object.keys(coverage).map(server => {
    const version = server.replace('rapidpro-', '');
    return `${version.startsWith('9.') ? SERVERS.v9 : SERVERS.textit} (${version})`;
  });
}

const HEAD = `# API coverage

<!-- Made by \`npm run generate\` from src/resources.ts and test/operations/recorded/coverage.json. -->

Which operations cover each endpoint and method of RapidPro's v2 API, and how many exchanges recorded with a running server confirm it.
A test replays each recorded answer to the operation, and expects the recorded request and the matching result or error.
`;

const LEGEND = `- Servers: \`both\`, or the kind of server that has the endpoint. The other kind answers 404, which becomes the error \`NOT_OFFERED\`.
- Filters of a list; \`?\` marks the key that identifies the object to update or delete. In parentheses: the only kind of server that has the filter. On the other kind, one that decides which records come ends with \`INVALID_FILTER\`.
- _made_: the operation sent the recorded request. _refused_: the operation threw before it sent anything, and the server refuses or ignores it, too.
  _http_: only \`http.*\` can send it. _none_: nothing sends it. The reasons are below.
`;

function sum(counts: Counts): number {
  return Object.values(counts).reduce((total, count) => total + count, 0);
}

function cell(row: Row | undefined): string {
  if (!row) return '–';
  const parts = [
    [sum(row.operations), 'made'],
    [sum(row.refused), 'refused'],
    [sum(row.http), 'http'],
    [sum(row.none), 'none'],
  ] as const;
  const words = parts.filter(([count]) => count > 0).map(([count, what]) => `${count} ${what}`);
  return words.join(', ');
}

function code(text: string): string {
  return `\`${text}\``;
}

function filterNames({ filters, lookups = [] }: Resource, method: Method): string[] {
  if (method !== 'GET') return lookups.map(name => code(`?${name}`));
  return Object.entries(filters).map(([name, { only }]: [string, Filter]) =>
    only ? `${code(name)} (${SERVERS[only]})` : code(name),
  );
}

function rows(coverage: Coverage): string[][] {
  return Object.entries(resources).flatMap(([endpoint, resource]: [string, Resource]) =>
    resource.methods.map(method => {
      const operations = operationsOf(endpoint as ResourceName, method);
      return [
        code(endpoint),
        method,
        operations.map(code).join(', ') || code(`http.${method.toLowerCase()}`),
        resource.only ? SERVERS[resource.only] : 'both',
        filterNames(resource, method).join(', '),
        ...Object.values(coverage).map(({ endpoints }) => cell(endpoints[endpoint]?.[method])),
      ];
    }),
  );
}

function table(head: readonly string[], body: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...body.map(line)].join('\n');
}

function totals(coverage: Coverage): string {
  const kinds: [keyof Report, string][] = [
    ['exchanges', 'Recorded exchanges'],
    ['operation', 'made by a named operation'],
    ['refused', 'refused by it before sending'],
    ['http', 'made by `http.*`'],
    ['httpRefused', 'refused by `http.*` before sending'],
    ['none', 'made by nothing'],
  ];
  const body = kinds.map(([key, what]) => [
    what,
    ...Object.values(coverage).map(report => String(report[key])),
  ]);
  return table(['', ...titles(coverage)], body);
}

function reasons(coverage: Coverage, key: 'instead' | 'reasons'): string {
  const reports = Object.values(coverage);
  const all = [...new Set(reports.flatMap(report => Object.keys(report[key])))].sort();
  const body = all.map(reason => [
    reason.replaceAll('<', '&lt;'),
    ...reports.map(report => String(report[key][reason] ?? 0)),
  ]);
  return table(['Reason', ...titles(coverage)], body);
}

/** Operations that no recorded exchange was held against: none does what they do. */
function unrecorded(coverage: Coverage): string {
  const seen = new Set(
    Object.values(coverage).flatMap(({ endpoints, also }) => [
      ...Object.keys(also),
      ...Object.values(endpoints).flatMap(methods =>
        Object.values(methods).flatMap(({ operations }) => Object.keys(operations)),
      ),
    ]),
  );
  const all = Object.entries(resources).flatMap(([endpoint, { methods }]) =>
    (methods as readonly Method[]).flatMap(method =>
      operationsOf(endpoint as ResourceName, method),
    ),
  );
  const missing = [...new Set([...all, ...onLists])].filter(name => !seen.has(name)).sort();
  return missing.map(code).join(', ');
}

/** The lists that are sorted by the time that their filters compare. */
function readByTime(): string {
  const names = Object.keys(resources) as ResourceName[];
  return names
    .filter(name => {
      const { order }: Resource = resources[name];
      return order?.filteredBy !== undefined && order.filteredBy === order.by;
    })
    .map(code)
    .join(', ');
}

/** The page that shows what the adaptor covers of RapidPro's API. */
export function describeCoverage(coverage: Coverage): string {
  const body = rows(coverage);
  const named = body.filter(([, , operation = '']) => !operation.startsWith('`http.')).length;
  const head = ['Endpoint', 'Method', 'Operations', 'Servers', 'Filters', ...titles(coverage)];
  return `${HEAD}
${named} of ${body.length} endpoints and methods have an operation. For the rest, use \`http.*\`.

${table(head, body)}

${LEGEND}
\`eachPage\` works on all of these lists that come in pages, \`eachChange\` on those that can be read from a time on: ${readByTime()}.

## Counts

${totals(coverage)}

Why \`http.*\` stands in for an operation:

${reasons(coverage, 'instead')}

Why nothing makes it:

${reasons(coverage, 'reasons')}

No recording is held against these here: they make several requests, or what they do was not recorded. They have tests of their own: ${unrecorded(coverage)}.
`;
}
