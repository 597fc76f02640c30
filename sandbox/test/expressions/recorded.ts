import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Dialect } from '../../../src/resources.js';
import { Decimal } from '../../src/expressions/decimal.js';
import type { Environment } from '../../src/expressions/environment.js';
import { atOffset } from '../../src/expressions/layouts.js';
import type { Roots } from '../../src/expressions/template.js';
import { type DateTimeValue, DateValue, TimeValue } from '../../src/expressions/times.js';
import { ObjectValue, type Value } from '../../src/expressions/values.js';
import type { Places } from '../../src/values/index.js';

/** What real flow engines gave for a template. `newer` and `broadcast` only where they differ. */
export interface Given {
  value: string;
  errors?: string[];
  panic?: string;
}

export interface Row {
  group: string;
  template: string;
  v9: Given;
  newer?: Given;
  broadcast?: { v9?: Given; newer?: Given };
  unstable?: string;
}

type Json = null | boolean | number | string | Json[] | { [name: string]: Json };

interface RecordedFile {
  environment: {
    timezone: string;
    default_country: string;
    now: string;
    locations: string[];
    top_levels: { flow: { v9: string[]; newer: string[] }; broadcast: string[] };
    functions: { v9: string[]; only_newer: string[] };
  };
  context: { [name: string]: Json };
  contextNewer: { [name: string]: Json };
  rows: Row[];
}

export const recorded = JSON.parse(
  readFileSync(
    fileURLToPath(new URL('../../../recordings/expressions.json', import.meta.url)),
    'utf8',
  ),
) as RecordedFile;

/** Where a template is evaluated. */
export type Place = 'flow' | 'broadcast';

/** What a row expects on a line of servers, in a flow or a broadcast. */
export function expected(row: Row, dialect: Dialect, place: Place): Given {
  const inFlow = dialect === 'v9' ? row.v9 : (row.newer ?? row.v9);
  if (place === 'flow' || !row.broadcast) return inFlow;
  const { v9, newer } = row.broadcast;
  return (dialect === 'v9' ? v9 : (newer ?? v9)) ?? inFlow;
}

const NOW = recorded.environment.now;

const placesOf = (lines: readonly string[]): Places =>
  lines.map(line => {
    const [, path = line, alias] = /^(.*?)(?: \(alias (.*)\))?$/.exec(line) ?? [];
    return { path, aliases: alias ? [alias] : [] };
  });

export function environmentOf(dialect: Dialect, place: Place): Environment {
  const { timezone, default_country, locations } = recorded.environment;
  const now = timeOf(NOW);
  return {
    dialect,
    timezone,
    dateStyle: 'day_first',
    country: default_country,
    language: { language: place === 'flow' ? 'fra' : 'eng', country: default_country },
    now: () => now,
    places: placesOf(locations),
  };
}

const ISO = /^(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)(?:\.(\d+))?([+-]\d\d):(\d\d)$/;

function timeOf(text: string): DateTimeValue {
  const [, year, month, day, hour, minute, second, fraction = '0', hours, minutes] =
    ISO.exec(text) ?? [];
  return atOffset(
    new DateValue(Number(year), Number(month), Number(day)),
    new TimeValue(Number(hour), Number(minute), Number(second), Number(fraction)),
    Number(hours) * 3600 + Number(minutes) * 60,
    { name: recorded.environment.timezone },
  );
}

const DATES = new Set(['due', 'created_on']);

/** A value of the recorded context, of the type that the recording names. */
function valueMade(json: Json, name = ''): Value {
  if (typeof json === 'number') return Decimal.read(String(json));
  if (typeof json === 'string') return DATES.has(name) && ISO.test(json) ? timeOf(json) : json;
  if (json === null || typeof json === 'boolean') return json;
  if (Array.isArray(json)) return json.map(item => valueMade(item));
  const { __default__: standsFor, ...rest } = json;
  const entries = Object.entries(rest).map(([key, one]) => [key, valueMade(one, key)] as const);
  return new ObjectValue(
    () => entries,
    standsFor === undefined ? undefined : { value: valueMade(standsFor) },
  );
}

/** What an object without `__default__` in the recorded context stands for all the same. */
function standing(root: string, json: Json): Json {
  if (json === null || typeof json !== 'object' || Array.isArray(json)) return json;
  const own = Object.fromEntries(
    Object.entries(json).map(([key, one]) => [key, standing(`${root}.${key}`, one)]),
  );
  if (own.__default__ !== undefined) return own;
  if (/\.channel$|^run\.flow$/.test(root)) return { ...own, __default__: own.name ?? null };
  if (/results\.\w+$/.test(root)) return { ...own, __default__: own.value ?? null };
  return own;
}

export function rootsOf(dialect: Dialect, place: Place): Roots {
  const { context, contextNewer, environment } = recorded;
  const all = dialect === 'v9' ? context : { ...context, ...contextNewer };
  const { flow, broadcast } = environment.top_levels;
  const names = place === 'broadcast' ? broadcast : dialect === 'v9' ? flow.v9 : flow.newer;
  return Object.fromEntries(
    names.map(name => [name, () => valueMade(standing(name, all[name] ?? null))]),
  );
}
