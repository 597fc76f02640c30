import type { Client } from '../../client/client.js';
import type { Reason } from '../../errors/errors.js';
import { refuseTwoForms } from '../../operations/contact/twoForms.js';
import { misreadFields } from '../../operations/contact/unread.js';
import type { BulkItem } from '../../types/bulk.js';
import type { Dictionary } from '../../types/json.js';
import { type Change, predictMisread, reportMisread } from '../compare/compare.js';
import type { Input } from '../inputs.js';
import type { SyncSettings } from '../options.js';
import type { Facts } from '../predict/facts.js';
import { Cost } from '../report/cost.js';
import type { Outcome } from '../report/outcome.js';
import type { Progress } from '../report/progress.js';
import { GroupChanges } from './groupChanges.js';
import { create, newBody, writeChange } from './writeChange.js';

export interface WriterParts {
  client: Client;
  outcome: Outcome;
  progress: Progress;
  facts: Facts;
  settings: SyncSettings;
}

const INACTIVE: Reason = {
  code: 'VALIDATION_FAILED',
  description: 'The contact is blocked, stopped or archived: RapidPro adds it to no group.',
  fix: 'Leave "groups" out for it, or make it active with unblockContacts(). Its other keys match.',
};

/** Writes what differs, and says of each contact how that ended. In a dry run it only counts. */
export class Writer {
  /** What the writing would take, counted where nothing is written. */
  readonly cost = new Cost();
  readonly #parts: WriterParts;
  readonly #groups = new GroupChanges();

  constructor(parts: WriterParts) {
    this.#parts = parts;
  }

  /** Does something for one contact of the list, and sorts out what goes wrong. */
  async attempt({ index, uuid }: BulkItem, work: () => Promise<void>): Promise<void> {
    const { outcome, client } = this.#parts;
    try {
      await work();
      client.limiter.wentWell();
    } catch (error) {
      outcome.failWith({ index, ...(uuid === undefined ? {} : { uuid }) }, error);
    }
  }

  /** Writes several changes side by side. */
  async changes(changes: readonly Change[]): Promise<void> {
    await this.#parts.client.limiter.each(changes, change => this.change(change));
    await this.groups({ atEnd: false });
  }

  /** Writes a change. The groups of the contact wait until a hundred can go in one request. */
  async change(change: Change): Promise<void> {
    const { client, outcome, settings } = this.#parts;
    const { uuid } = change;
    const { index } = change.input;
    if (!outcome.isOpen(index)) return;
    if (settings.dryRun) {
      this.cost.ofChange(change);
      return this.#toGroups(change);
    }
    await this.attempt({ index, uuid }, async () => {
      change.changed = await writeChange(client, change, settings.exactUrns);
      const others = change.changed.filter(key => key !== 'groups');
      if (others.length > 0) outcome.begin({ index, uuid, changed: others });
      this.#toGroups(change);
    });
  }

  /**
   * Makes a contact.
   *
   * @returns the contact; undefined in a dry run
   */
  async create(input: Input): Promise<Dictionary | undefined> {
    const { client, outcome, settings, facts, progress } = this.#parts;
    const { index } = input;
    if (settings.dryRun) {
      refuseTwoForms(input.urns);
      this.cost.ofCreation(input);
      const misread = predictMisread(input.fields, facts.types);
      outcome.complete('created', { index, ...reportMisread(misread) });
      return undefined;
    }
    const contact = await create(client, input);
    const misread = reportMisread(misreadFields(newBody(input), contact));
    outcome.complete('created', { index, uuid: String(contact.uuid), ...misread });
    progress.log();
    return contact;
  }

  /** Sends what waits for its groups: full hundreds, or at the end all. */
  async groups({ atEnd }: { atEnd: boolean }): Promise<void> {
    const { client, outcome, settings } = this.#parts;
    if (settings.dryRun) {
      if (atEnd) this.cost.add(this.#groups.requests);
      return;
    }
    const ends = {
      done: (change: Change) => this.#complete(change),
      failed: ({ uuid, input: { index } }: Change, error: unknown) =>
        outcome.failWith({ index, uuid }, error),
    };
    const isOpen = ({ input }: Change) => outcome.isOpen(input.index);
    await client.limiter.each(this.#groups.take(atEnd, isOpen), batch =>
      this.#groups.send(batch, client, ends),
    );
  }

  /** What is left of a change are its groups, if it has any. A dry run waits for nothing. */
  #toGroups(change: Change): void {
    const { outcome, settings } = this.#parts;
    const { input, uuid, join, leave, inactive } = change;
    const { index } = input;
    if (inactive && join.length > 0) {
      outcome.fail({ index, uuid }, INACTIVE);
      return;
    }
    const hasGroups = join.length + leave.length > 0;
    if (hasGroups) this.#groups.add(change);
    if (!hasGroups || settings.dryRun) this.#complete(change);
  }

  #complete(change: Change): void {
    const { input, uuid, changed, uncertain } = change;
    const { outcome, progress } = this.#parts;
    const item: BulkItem = { index: input.index, uuid, ...reportMisread(change) };
    if (changed.length === 0) outcome.complete('unchanged', item);
    else {
      const isUncertain = uncertain.some(key => changed.includes(key));
      const predicted = isUncertain ? { predicted: false as const } : {};
      outcome.complete('updated', { ...item, changed: [...changed], ...predicted });
    }
    progress.log();
  }
}
