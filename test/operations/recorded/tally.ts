import type { Recording } from '../../../recordings/read.js';
import { resources } from '../../../src/resources.js';
import { endpointOf } from './exchange.js';

/** What became of a recorded exchange, by a named operation or by `http.request`. */
export type Verdict = { made: string } | { refused: string; code: string } | { none: string };

interface Counts {
  [outcome: string]: number;
}

interface Row {
  operations: Counts;
  refused: Counts;
  http: Counts;
  none: Counts;
}

export interface Report {
  exchanges: number;
  operation: number;
  refused: number;
  http: number;
  httpRefused: number;
  none: number;
  /** Why http.* stood in for a named operation. */
  instead: Counts;
  /** Why nothing makes it. */
  reasons: Counts;
  endpoints: { [endpoint: string]: { [method: string]: Row } };
  /** Operations that make what another one was counted for. */
  also: Counts;
}

function add(counts: Counts, key: string): void {
  counts[key] = (counts[key] ?? 0) + 1;
}

/** Objects with their keys in order, so that the order of tests does not matter. */
function sorted<T>(value: T): T {
  if (value === null || typeof value !== 'object') return value;
  const entries = Object.entries(value).map(([key, item]) => [key, sorted(item)] as const);
  return Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : 1))) as T;
}

/** Counts the exchanges of one server. */
export class Tally {
  readonly #named = new Map<string, Verdict>();
  readonly #plain = new Map<string, Verdict>();
  readonly #also: Counts = {};

  named({ name }: Recording, verdict: Verdict): void {
    this.#named.set(name, verdict);
  }

  plain({ name }: Recording, verdict: Verdict): void {
    this.#plain.set(name, verdict);
  }

  /** An exchange that is counted already, made by another operation too. */
  also(operation: string): void {
    add(this.#also, operation);
  }

  report(exchanges: readonly Recording[]): Report {
    const report: Report = {
      exchanges: exchanges.length,
      operation: 0,
      refused: 0,
      http: 0,
      httpRefused: 0,
      none: 0,
      instead: {},
      reasons: {},
      endpoints: {},
      also: sorted(this.#also),
    };
    for (const one of exchanges) this.#count(one, report);
    const { instead, reasons, endpoints } = report;
    return {
      ...report,
      instead: sorted(instead),
      reasons: sorted(reasons),
      endpoints: sorted(endpoints),
    };
  }

  #count(one: Recording, report: Report): void {
    const named = this.#named.get(one.name);
    const plain = this.#plain.get(one.name);
    if (!named || !plain) throw new Error(`${one.name} was not tried.`);
    const row = rowOf(one, report);
    if ('made' in named) {
      report.operation++;
      add(row.operations, named.made);
    } else if ('refused' in named) {
      report.refused++;
      add(row.refused, named.code);
    } else if ('none' in plain) {
      report.none++;
      add(report.reasons, plain.none);
      add(row.none, plain.none);
    } else {
      add(report.instead, named.none);
      report['made' in plain ? 'http' : 'httpRefused']++;
      add(row.http, 'made' in plain ? 'made' : plain.code);
    }
  }
}

/** The row of an endpoint and method of the API; all else is in one row. */
function rowOf(one: Recording, { endpoints }: Report): Row {
  const endpoint = endpointOf(one);
  const methods: readonly string[] = endpoint ? resources[endpoint].methods : [];
  const isKnown = endpoint !== undefined && methods.includes(one.request.method);
  const name = isKnown ? endpoint : 'other';
  const method = isKnown ? one.request.method : 'any';
  endpoints[name] ??= {};
  const rows = endpoints[name];
  rows[method] ??= { operations: {}, refused: {}, http: {}, none: {} };
  return rows[method];
}

/** One line for people. */
export function summary(server: string, report: Report): string {
  const { exchanges, operation, refused, http, httpRefused, none } = report;
  return (
    `${server}: ${exchanges} exchanges: ${operation} made by named operations, ${refused} refused by ` +
    `them before sending, ${http} made by http.*, ${httpRefused} refused by it, ${none} by none`
  );
}
