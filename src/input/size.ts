import { log } from './log.js';

/** OpenFn throws a larger result away, and the run stays green. In bytes. */
const PLATFORM_LIMIT = 10_000_000;
/** From here on it is said. */
const NEAR_LIMIT = 8_000_000;
/** Deeper than any record of RapidPro. */
const DEEPEST = 20;

/** Of a longer list so many are looked at, spread over all of it; of lists within lists fewer. */
const samplesAt = (depth: number) => (depth < 2 ? 2000 : depth < 6 ? 100 : 10);

/** What servers sent for a list: its records together are as long. */
const received = new WeakMap<object, { bytes: number; length: number }>();

/** Notes what a server sent for a list, so that nobody has to measure its records. */
export function noteReceived(list: readonly unknown[], bytes: number): void {
  received.set(list, { bytes, length: list.length });
}

function sizeOfList(list: readonly unknown[], depth: number): number {
  const known = received.get(list);
  if (known && known.length > 0) return (known.bytes * list.length) / known.length;
  const step = Math.max(1, list.length / samplesAt(depth));
  let [size, looked] = [0, 0];
  for (let at = 0; at < list.length; at += step) {
    size += estimateSize(list[Math.floor(at)], depth + 1) + 1;
    looked++;
  }
  return looked === 0 ? 2 : 2 + (size * list.length) / looked;
}

function sizeOfObject(object: object, depth: number): number {
  let size = 2;
  for (const [key, item] of Object.entries(object)) {
    if (item !== undefined) size += key.length + 4 + estimateSize(item, depth + 1);
  }
  return size;
}

/** Estimates how many bytes a value has as JSON, without writing it. */
export function estimateSize(value: unknown, depth = 0): number {
  if (typeof value === 'string') return Buffer.byteLength(value) + 2;
  if (value === null || typeof value !== 'object') return String(value).length;
  if (depth > DEEPEST) return 0;
  return Array.isArray(value) ? sizeOfList(value, depth) : sizeOfObject(value, depth);
}

const inMegabytes = (size: number) => `${(size / 1_000_000).toFixed(1)} MB`;

/** Says in time that a step leaves nearly more than the platform keeps, and where it is. */
export function logSize(state: unknown): void {
  if (state === null || typeof state !== 'object') return;
  const parts = Object.entries(state)
    // The platform takes out both.
    .filter(([key]) => key !== 'configuration' && key !== 'response')
    .map(([key, value]) => ({ key, size: estimateSize(value) }))
    .sort((a, b) => b.size - a.size);
  const total = parts.reduce((sum, { size }) => sum + size, 0);
  if (total < NEAR_LIMIT) return;
  const largest = parts
    .slice(0, 3)
    .filter(({ size }) => size > total / 20)
    .map(({ key, size }) => `state.${key} ${inMegabytes(size)}`);
  log.warn(
    `The step leaves about ${inMegabytes(total)} on the state (${largest.join(', ')}). OpenFn keeps results up to ${PLATFORM_LIMIT / 1_000_000} MB: a larger one is thrown away, and the run stays green. Read long lists with eachPage(), set a limit, or return less at the end: fn(state => ({ ...state, data: null, references: [] })).`,
  );
}
