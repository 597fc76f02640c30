import { type Clock, type Micros, parseTime } from '../state/clock.js';
import type * as model from '../state/model.js';
import type { Server } from '../state/server.js';
import type { Workspace } from '../state/workspace.js';
import type { RefSeed, Seed } from './types.js';

type Kind = 'groups' | 'flows' | 'labels' | 'topics' | 'campaigns' | 'channels';
type RowOf<K extends Kind> = Workspace[K] extends Iterable<infer T> ? T : never;

/** The workspace that is being seeded. Resolves references between rows, and gives times and ids to rows without. */
export class SeedContext {
  readonly #calendar: Calendar;

  constructor(
    readonly server: Server,
    readonly workspace: Workspace,
    seed: Seed,
  ) {
    const lists = Object.values(seed).filter(Array.isArray);
    const rows = lists.reduce((sum, list) => sum + list.length, 0);
    this.#calendar = new Calendar(server.settings.clock, rows);
  }

  /** The time of a row, or the next generated one. */
  time(text: string | null | undefined): Micros {
    const time = text ? parseTime(text) : undefined;
    return time ?? this.#calendar.next();
  }

  timeOrNull(text: string | null | undefined): Micros | null {
    return text ? this.time(text) : null;
  }

  /** The id of a row, after which the sequence continues, or the next one. */
  id(kind: string, given: number | undefined): number {
    if (given === undefined) return this.workspace.nextId(kind);
    this.workspace.sequences.reach(kind, given);
    return given;
  }

  find<K extends Kind>(kind: K, given: RefSeed): RowOf<K> {
    const { uuid, name } = typeof given === 'string' ? { uuid: given, name: given } : given;
    for (const row of this.workspace[kind]) {
      if (row.uuid === uuid || row.name === name) return row as RowOf<K>;
    }
    throw new TypeError(`The seed refers to ${kind} that it does not contain: ${name ?? uuid}`);
  }

  contact(given: RefSeed): model.Contact {
    const text = typeof given === 'string' ? given : (given.uuid ?? given.name ?? '');
    const found =
      this.workspace.contacts.find(text) ??
      this.workspace.urns.get(text) ??
      [...this.workspace.contacts].find(contact => contact.name === text);
    if (!found)
      throw new TypeError(`The seed refers to a contact that it does not contain: ${text}`);
    return found;
  }

  user(given: { email: string } | null | undefined): model.User | null {
    return [...this.workspace.users].find(user => user.email === given?.email) ?? null;
  }
}

const SECOND: Micros = 1_000_000;
const MONTH: Micros = 30 * 24 * 3600 * SECOND;

/** Times for rows without one, in sequence over the month before the sandbox was created. */
class Calendar {
  #at: Micros;
  readonly #step: Micros;

  constructor(clock: Clock, rows: number) {
    this.#at = Math.round(clock.now() * 1000) - MONTH;
    this.#step = Math.max(1, Math.min(SECOND, Math.floor(MONTH / (2 * rows + 100))));
  }

  next(): Micros {
    this.#at += this.#step;
    return this.#at;
  }
}
