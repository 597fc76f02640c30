import type { Random } from './random.js';
import type { Contact, Store } from './store.js';
import { SECOND } from './time.js';

/**
 * What others do to the records of a list while it is read. `late` comes to light some time after the
 * moment that it carries: when its transaction ends.
 */
export const CHANGES = ['touch', 'touch many', 'add', 'delete', 'leave', 'late'] as const;

export type Change = (typeof CHANGES)[number];

/** Seconds for which a transaction is open, at most. */
const MOST_OPEN = 25;

/** Of which list the records are. */
export type Listed = 'contacts' | 'messages' | 'runs';

/** The list as its filter lets it through, and those who were in it all the time. */
export class Reading {
  /** Uuids or ids that have been in the list since the reading began. */
  readonly throughout: Set<string>;

  constructor(
    readonly store: Store,
    readonly listed: Listed,
    /** The group that the list is filtered by, if any. */
    readonly group: string | undefined,
  ) {
    this.throughout = new Set(this.present());
  }

  #isListed = (contact: Contact) =>
    !contact.isDeleted && (this.group === undefined || contact.groups.has(this.group));

  /** Those who are in the list now, in an order that does not depend on their times. */
  present(): string[] {
    const { store, listed } = this;
    if (listed === 'messages') return [...store.messages.keys()].map(String);
    if (listed === 'runs') return [...store.runs.keys()];
    return [...store.contacts.values()].filter(this.#isListed).map(({ uuid }) => uuid);
  }

  /** What others have just done when the reading begins: what is late then lies behind the newest record. */
  begin(changes: readonly Change[], random: Random): void {
    if (changes.includes('late')) this.#touch(random.some(this.present(), 2));
  }

  /** Does one of the changes. */
  change(change: Change, random: Random): void {
    if (change === 'add') this.#add(random.between(1, 3));
    else if (change === 'late') this.#comeToLight(random);
    else if (change === 'touch' || change === 'touch many') {
      const count = change === 'touch' ? random.between(1, 3) : random.between(40, 100);
      this.#touch(random.some(this.present(), count));
    } else {
      const gone = random.some(this.present(), random.between(1, 12));
      for (const name of gone) this.throughout.delete(name);
      if (change === 'delete') this.#remove(gone);
      else this.#leave(gone);
    }
  }

  /** Like a bulk action: all of them get one moment. */
  #touch(names: readonly string[]): void {
    const { store, listed } = this;
    const now = store.clock.tick();
    for (const name of names) {
      if (listed === 'contacts') {
        const contact = store.contacts.get(name);
        if (contact) contact.modified = now;
      } else if (listed === 'runs') {
        const run = store.runs.get(name);
        if (run) run.modified = now;
      } else {
        const message = store.messages.get(Number(name));
        if (message) message.modified = now;
      }
    }
  }

  #add(count: number, created = this.store.clock.tick()): void {
    const { store, listed } = this;
    const [first] = store.contacts.values();
    const contact = first?.uuid ?? '';
    const flow = store.flows[0]?.uuid ?? '';
    const groups = () => new Set(this.group === undefined ? [] : [this.group]);
    for (let added = 0; added < count; added++) {
      if (listed === 'messages') store.addMessage({ contact, created });
      else if (listed === 'runs') store.addRun({ contact, flow, created });
      else store.addContact({ groups: groups(), created });
    }
  }

  /** Transactions end that have begun seconds ago. A record that has changed since then waited for them. */
  #comeToLight(random: Random): void {
    const { store, listed } = this;
    const stamp = store.clock.tick() - random.between(1, MOST_OPEN * SECOND);
    const isNew = listed === 'messages' || random.chance(0.3);
    if (isNew) this.#add(1, stamp);
    for (const name of isNew ? [] : random.some(this.present(), random.between(1, 3))) {
      const record = (listed === 'runs' ? store.runs : store.contacts).get(name);
      if (record && record.modified < stamp) record.modified = stamp;
    }
  }

  #remove(names: readonly string[]): void {
    const { store, listed } = this;
    const now = store.clock.tick();
    for (const name of names) {
      if (listed === 'messages') store.messages.delete(Number(name));
      else if (listed === 'runs') store.runs.delete(name);
      else {
        const contact = store.contacts.get(name);
        if (!contact) continue;
        contact.isDeleted = true;
        contact.modified = now;
        contact.groups.clear();
      }
    }
  }

  #leave(names: readonly string[]): void {
    const now = this.store.clock.tick();
    for (const name of names) {
      const contact = this.store.contacts.get(name);
      if (!contact) continue;
      contact.groups.delete(this.group ?? '');
      contact.modified = now;
    }
  }
}
