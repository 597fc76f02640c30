import type { Client } from '../../client/client.js';
import { RapidProError } from '../../errors/errors.js';
import { requireDone } from '../../operations/base/asObject.js';
import { type Item, sortOut } from '../../operations/many/items.js';
import { BATCH_LIMIT } from '../../resources.js';
import type { Change } from '../compare.js';

/** Contacts that enter or leave one group. */
interface Batch {
  group: string;
  action: 'add' | 'remove';
  changes: Change[];
}

/** What becomes of the contacts of a batch. */
interface GroupEnds {
  done(change: Change): void;
  failed(change: Change, error: unknown): void;
}

/** Collects who enters or leaves which group, so that a hundred of them go in one request. */
export class GroupChanges {
  readonly #batches = new Map<string, Batch>();
  /** Requests of each contact that are still to come. */
  readonly #open = new Map<Change, number>();
  /** Of an entry that was compared twice, since its contact was met twice, the later comparison counts. */
  readonly #latest = new Map<number, Change>();

  add(change: Change): void {
    const before = this.#latest.get(change.input.index);
    if (before) this.#open.delete(before);
    this.#latest.set(change.input.index, change);
    for (const group of change.join) this.#put('add', group, change);
    for (const group of change.leave) this.#put('remove', group, change);
  }

  /** How many requests all that is collected takes. */
  get requests(): number {
    return [...this.#batches.values()].reduce(
      (sum, { changes }) => sum + Math.ceil(changes.length / BATCH_LIMIT),
      0,
    );
  }

  /** Whether one of the list waits for its groups. */
  isWaiting(index: number): boolean {
    const change = this.#latest.get(index);
    return change !== undefined && this.#open.has(change);
  }

  /** Takes out batches of a hundred; all that is left at the end. Who has failed meanwhile is left out. */
  take(atEnd: boolean, isOpen: (change: Change) => boolean): Batch[] {
    const taken: Batch[] = [];
    for (const [key, { group, action, changes: all }] of this.#batches) {
      const changes = all.filter(change => this.#isLatest(change) && isOpen(change));
      this.#batches.set(key, { group, action, changes });
      while (changes.length >= BATCH_LIMIT || (atEnd && changes.length > 0)) {
        taken.push({ group, action, changes: changes.splice(0, BATCH_LIMIT) });
      }
      if (changes.length === 0) this.#batches.delete(key);
    }
    return taken;
  }

  /** Sends one batch; without those that RapidPro does not want, where it refuses all for them. */
  async send({ group, action, changes }: Batch, client: Client, ends: GroupEnds): Promise<void> {
    const byIndex = new Map(changes.map(change => [change.input.index, change]));
    const items = changes.map(({ uuid, input }) => ({ value: uuid, index: input.index }));
    const changesOf = (some: readonly Item[]) =>
      some.flatMap(({ index }) => byIndex.get(index) ?? []);
    let repeated = false;
    const queue: Item[][] = [items];
    for (let batch = queue.shift(); batch; batch = queue.shift()) {
      try {
        const answer = await client.request({
          method: 'POST',
          path: 'contact_actions',
          body: { contacts: batch.map(({ value }) => value), action, group },
          repeatable: true,
          repeated,
          referencesGroupsOrFields: true,
        });
        requireDone(answer);
        for (const change of changesOf(batch)) this.#finish(change, ends);
      } catch (error) {
        if (!(error instanceof RapidProError)) throw error;
        repeated ||= error.outcome === 'unknown';
        const sorted = sortOut(error, 'contacts', batch) ?? { refused: batch, next: [] };
        for (const change of changesOf(sorted.refused)) ends.failed(change, error);
        queue.push(...sorted.next);
      }
    }
  }

  #put(action: Batch['action'], group: string, change: Change): void {
    const key = `${action} ${group}`;
    const batch = this.#batches.get(key) ?? { group, action, changes: [] };
    batch.changes.push(change);
    this.#batches.set(key, batch);
    this.#open.set(change, (this.#open.get(change) ?? 0) + 1);
  }

  #isLatest(change: Change): boolean {
    return this.#latest.get(change.input.index) === change;
  }

  #finish(change: Change, ends: GroupEnds): void {
    if (!this.#isLatest(change)) return;
    const left = (this.#open.get(change) ?? 1) - 1;
    this.#open.set(change, left);
    if (left > 0) return;
    this.#open.delete(change);
    this.#latest.delete(change.input.index);
    ends.done(change);
  }
}
