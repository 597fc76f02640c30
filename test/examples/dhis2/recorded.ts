import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

export const FOLDER = 'recordings/dhis2-2.42.5.2';

export interface Exchange {
  note: string;
  request: {
    method: string;
    path: string;
    auth: string | null;
    headers?: Record<string, string>;
    body?: unknown;
  };
  response: { status: number; headers: Record<string, string>; body: unknown };
}

/** The names of all exchanges that were recorded, such as `more/event-create`. */
export function recordedNames(): string[] {
  const files = readdirSync(FOLDER, { recursive: true, encoding: 'utf8' });
  return files
    .filter(file => file.endsWith('.json') && file !== 'periods.json')
    .map(file => file.slice(0, -'.json'.length))
    .sort();
}

/** One exchange with a real DHIS2 2.42.5.2. */
export function recorded(name: string): Exchange {
  return JSON.parse(readFileSync(join(FOLDER, `${name}.json`), 'utf8'));
}

type Row = Record<string, unknown>;
const isObject = (value: unknown): value is Row => typeof value === 'object' && value !== null;

/** Parts that are an account of the server itself, and differ from server to server. */
const OWN = /(^|\.)(args|importOptions|jobParameters|userAgent|devMessage|data|dataType)(\.|\[|$)/;

/** Each place of an answer with the kind of value there. Rows of a list count together. */
export function shapeOf(value: unknown, place = ''): string[] {
  if (OWN.test(place)) return [];
  if (Array.isArray(value)) {
    return [...new Set(value.flatMap(one => shapeOf(one, `${place}[]`)))].sort();
  }
  if (!isObject(value)) return [`${place}: ${value === null ? 'null' : typeof value}`];
  return Object.entries(value)
    .flatMap(([name, inner]) => shapeOf(inner, place === '' ? name : `${place}.${name}`))
    .sort();
}

/** What has to be the same to the letter: codes, reasons, counts. */
export function exactParts(body: unknown): unknown {
  if (!isObject(body)) return body;
  const summary = isObject(body.response) ? body.response : body;
  const report = isObject(body.validationReport) ? body.validationReport.errorReports : [];
  const errors = (report as Row[]).map(({ args: _, ...one }) => JSON.stringify(sorted(one))).sort();
  const message = typeof body.message === 'string' ? body.message.replace(/\(\d{13}\)/, '') : null;
  const { conflicts = null, importCount = null, rejectedIndexes = null } = summary;
  const { status, errorCode = null, stats = null } = body;
  return { status, errorCode, message, stats, errors, conflicts, importCount, rejectedIndexes };
}

function sorted(row: Row): Row {
  return Object.fromEntries(Object.entries(row).sort(([a], [b]) => (a < b ? -1 : 1)));
}
