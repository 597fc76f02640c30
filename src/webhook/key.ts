import { createHash } from 'node:crypto';
import { isObject } from '../input/check.js';

/** The same text for the same content, in whatever order its keys came. */
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
 * A key by which a push is recognized, whichever way it comes. If a body has the run and its
 * path, that is the place in the run: the list of events and the run itself agree. Times are
 * left out, since servers round those of runs. Otherwise it is what the body holds.
 */
export function keyOf(content: unknown, { run, path }: Place = {}): string {
  const node = path?.at(-1)?.node_uuid;
  if (run?.uuid === undefined) return `body-${hashOf(content).slice(0, 32)}`;
  const place = node === undefined ? content : [node, path?.length];
  return `${run.uuid}-${hashOf(place).slice(0, 16)}`;
}

/**
 * The key of a result, as RapidPro's engine makes it from its name: `Cases Seen` is `cases_seen`. It takes
 * letters one by one, where JavaScript makes two of `İ` and looks at what stands around `Σ`.
 */
export function resultKey(name: string): string {
  // The engine takes a next-line for a space, and no byte-order mark.
  const trimmed = name.replace(/^(?!\ufeff)[\s\u0085]+|(?!\ufeff)[\s\u0085]+$/gu, '');
  const snake = trimmed.replace(/[^\p{L}\d_]+/gu, '_');
  return Array.from(snake, letter => Array.from(letter.toLowerCase())[0]).join('');
}
