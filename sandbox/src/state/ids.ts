import { randomBytes, randomUUID } from 'node:crypto';
import { withoutEdges } from '../values/text.js';
import type { Micros } from './clock.js';

/** Row ids of each kind of object, shared by all workspaces as in a database. */
export class Sequences {
  #last = new Map<string, number>();

  /** Continues the sequence after a given id. */
  reach(kind: string, id: number): void {
    this.#last.set(kind, Math.max(id, this.#last.get(kind) ?? 0));
  }

  next(kind: string): number {
    const id = (this.#last.get(kind) ?? 0) + 1;
    this.#last.set(kind, id);
    return id;
  }
}

export function newUuid(): string {
  return randomUUID();
}

/** UUID version 7, which `textit` uses for messages, runs and broadcasts. */
export function timedUuid(at: Micros): string {
  const time = Math.floor(at / 1000)
    .toString(16)
    .padStart(12, '0');
  const rest = randomBytes(10).toString('hex');
  const variant = '89ab'[Number.parseInt(rest[3] ?? '0', 16) % 4];
  return `${time.slice(0, 8)}-${time.slice(8)}-7${rest.slice(0, 3)}-${variant}${rest.slice(4, 7)}-${rest.slice(7, 19)}`;
}

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

const isBrace = (code: number): boolean => code === 0x7b || code === 0x7d;

/** Parses every format that Python's UUID accepts (uppercase, no dashes, braces). Undefined if invalid. */
export function canonicalUuid(text: string): string | undefined {
  const bare = withoutEdges(text.replace(/^urn:|uuid:/g, ''), isBrace);
  const hex = bare.replaceAll('-', '').toLowerCase();
  if (!/^[0-9a-f]{32}$/.test(hex)) return undefined;
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}

export function isCanonicalUuid(text: string): boolean {
  return UUID.test(text);
}

const REF_LETTERS = '23456789ABCDEFGHJKMNPQRSTUVWXYZ';

/** The short code that `textit` shows for a contact of an anonymous workspace. */
export function contactRef(id: number): string {
  let rest = (id * 48_271 + 28_629_151) % REF_LETTERS.length ** 6;
  let code = '';
  for (let i = 0; i < 6; i++) {
    code = REF_LETTERS[rest % REF_LETTERS.length] + code;
    rest = Math.floor(rest / REF_LETTERS.length);
  }
  return code;
}
