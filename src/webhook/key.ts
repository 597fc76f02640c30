import { createHash } from 'node:crypto';
import { isObject } from '../input/check.js';

/** The same text for the same content, whatever the order of its keys. */
function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`;
  if (!isObject(value)) return JSON.stringify(value) ?? 'null';
  const entries = Object.keys(value)
    .sort()
    .map(key => `${JSON.stringify(key)}:${canonical(value[key])}`);
  return `{${entries.join(',')}}`;
}

interface Place {
  run?: { uuid?: unknown } | undefined;
  path?: { node_uuid?: unknown }[] | undefined;
}

const hashOf = (content: unknown): string =>
  createHash('sha256').update(canonical(content)).digest('hex');

/**
 * A key that identifies a push, whichever way it comes. If a body has the run and its path, it is the place in the run,
 * on which the list of events and the run itself agree. Times are left out, because servers round those of runs.
 * Otherwise, it is the content of the body.
 */
export function keyOf(content: unknown, { run, path }: Place = {}): string {
  const node = path?.at(-1)?.node_uuid;
  if (run?.uuid === undefined) return `body-${hashOf(content).slice(0, 32)}`;
  const place = node === undefined ? content : [node, path?.length];
  return `${run.uuid}-${hashOf(place).slice(0, 16)}`;
}

/**
 * The key of a result, as RapidPro's engine makes it from its name: `Cases Seen` is `cases_seen`. It converts letters
 * one by one, but JavaScript turns `İ` into two, and treats `Σ` by what is around it.
 */
export function resultKey(name: string): string {
  // To the engine, a next-line is a space, but a byte-order mark is not.
  const trimmed = name.replace(/^(?!\ufeff)[\s\u0085]+|(?!\ufeff)[\s\u0085]+$/gu, '');
  const snake = trimmed.replace(/[^\p{L}\d_]+/gu, '_');
  return Array.from(snake, letter => Array.from(letter.toLowerCase())[0]).join('');
}
