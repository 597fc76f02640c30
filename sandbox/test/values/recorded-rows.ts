import { readFileSync } from 'node:fs';
import type { Dialect } from '../../../src/resources.js';

/** One row of what was sent and what a fresh GET gave back. */
export interface Row {
  what: string;
  how?: string;
  input: unknown;
  status: number;
  stored: unknown;
  context?: string;
  note?: string;
  expanded?: { display: string | null }[];
  server_utc_time_of_write?: string;
}

export interface Recording {
  server: string;
  dialect: Dialect;
  rows: Row[];
}

const file = (path: string) => new URL(`../../../recordings/${path}`, import.meta.url);

export function readRecording(path: string): unknown {
  return JSON.parse(readFileSync(file(path), 'utf8'));
}

export const recordings: Recording[] = [
  { server: 'rapidpro-9.0.0', dialect: 'v9' as const },
  { server: 'rapidpro-26.3.54', dialect: 'textit' as const },
].map(({ server, dialect }) => {
  const { rows } = readRecording(`normalisation/${server}.json`) as { rows: Row[] };
  return { server, dialect, rows };
});

interface Repeated {
  prefix?: string;
  repeat: string;
  times: number;
  suffix?: string;
}

/** Long text is written as what it repeats. */
export function unfold(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || !('repeat' in value)) return value;
  const { prefix = '', repeat, times, suffix = '' } = value as Repeated;
  return prefix + repeat.repeat(times) + suffix;
}

/** The JSON that was sent for a row's input: `{ json }` holds it as written. */
export function sentJson(input: unknown): string {
  if (typeof input === 'object' && input !== null && 'json' in input) return String(input.json);
  return JSON.stringify(unfold(input));
}
