import type { PushRequest } from './push.js';

/** Headers and parameters come in many shapes; here they are lists of values by name. */

function texts(value: unknown): string[] {
  const values: unknown[] = Array.isArray(value) ? value : [value];
  return values.filter(one => typeof one === 'string' || typeof one === 'number').map(String);
}

/** The pairs of an object, of a list of pairs, or of an iterable of pairs, such as `Headers`. */
function pairsOf(from: unknown): [unknown, unknown][] {
  if (from === null || typeof from !== 'object') return [];
  const pairs = Symbol.iterator in from ? [...(from as Iterable<unknown>)] : Object.entries(from);
  return pairs.filter((pair): pair is [unknown, unknown] => Array.isArray(pair));
}

/** All values of a header, in any letter case of its name. */
export function headerValues(headers: unknown, name: string): string[] {
  return pairsOf(headers)
    .filter(([key]) => typeof key === 'string' && key.toLowerCase() === name.toLowerCase())
    .flatMap(([, value]) => texts(value));
}

/** All values of a parameter of the address. */
export function queryValues(request: PushRequest, name: string): string[] {
  const query: unknown = request.query_params ?? request.query;
  const pairs = typeof query === 'string' ? [...new URLSearchParams(query)] : pairsOf(query);
  return pairs.filter(([key]) => key === name).flatMap(([, value]) => texts(value));
}

/** Whether RapidPro's simulator sent it; undefined if no header says so. */
export function simulationOf(headers: unknown): boolean | undefined {
  const [mode] = headerValues(headers, 'X-Mailroom-Mode').map(one => one.trim().toLowerCase());
  if (mode === 'simulation') return true;
  return mode === 'normal' ? false : undefined;
}
