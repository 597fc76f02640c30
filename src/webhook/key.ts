import { createHash } from 'node:crypto';
import { isObject } from './plain.js';

/** The same text for the same content, in whatever order its keys came. */
function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`;
  if (!isObject(value)) return JSON.stringify(value) ?? 'null';
  const entries = Object.keys(value)
    .sort()
    .map(key => `${JSON.stringify(key)}:${canonical(value[key])}`);
  return `{${entries.join(',')}}`;
}

/** A key by which the same content is recognized, when it comes by another way too. */
export function keyOf(content: unknown, runUuid: string | undefined): string {
  const hash = createHash('sha256').update(canonical(content)).digest('hex');
  return runUuid === undefined ? `body-${hash.slice(0, 32)}` : `${runUuid}-${hash.slice(0, 16)}`;
}
