import type { Client } from '../../client/client.js';
import { fail, RapidProError } from '../../errors/errors.js';
import type { Body } from '../../input/body.js';
import { withoutUndefined } from '../../input/check.js';
import { isLocalNumber, isPlainUrn } from '../../input/sameUrn.js';
import { storedText } from '../../input/stored.js';
import { requireDone } from '../../operations/base/asObject.js';
import type { WorkspaceFacts } from '../../operations/base/workspaceFacts.js';
import { findContact, lockUrns, requireOwn } from '../../operations/contact/contactUrns.js';
import { misreadFields } from '../../operations/contact/misread.js';
import {
  createContact,
  listFor,
  type UrnMode,
  writeContact,
  writeFound,
} from '../../operations/contact/writeContact.js';
import { type Item, sortOut } from '../../operations/many/items.js';
import { BATCH_LIMIT } from '../../resources.js';
import type { Dictionary } from '../../types/json.js';
import type { Change } from '../compare.js';
import type { Input } from '../inputs.js';

interface Writing {
  client: Client;
  workspace: WorkspaceFacts;
}

/** Keys of an entry that are no part of a new contact. Any other must be written, or its values would be lost. */
type Aside = 'index' | 'uuid' | 'note' | 'others' | 'isUnsendable';

/** What a new contact is made of. Nothing needs to be cleared in it. */
export function newBody({ name, language, urns = [], groups = [], fields }: Input): Body {
  const values = Object.entries(fields ?? {}).filter(
    ([, value]) => storedText(value)?.value !== null,
  );
  const parts: Record<Exclude<keyof Input, Aside>, Body[string] | undefined> = {
    name: name ?? undefined,
    language: language ?? undefined,
    urns: urns.length > 0 ? urns : undefined,
    groups: groups.length > 0 ? groups : undefined,
    fields: values.length > 0 ? Object.fromEntries(values) : undefined,
  };
  return withoutUndefined(parts);
}

export function create(client: Client, input: Input): Promise<Dictionary> {
  return lockUrns(client, input.urns ?? [], () => createContact(client, newBody(input)));
}

function taken(index: number, _: Dictionary, { uuid }: Dictionary): RapidProError {
  return fail(
    'URN_TAKEN',
    `urns[${index}] belongs to another contact in RapidPro. Nothing was changed.`,
    'Remove the URN from the list, or from the other contact first: "holder" has its uuid.',
    { details: { holder: String(uuid) } },
  );
}

function gone(): RapidProError {
  return fail(
    'NOT_FOUND',
    'The contact existed a moment ago, but is gone now. Nothing was changed.',
    'Somebody may have deleted it. Run the job again.',
  );
}

function moved(): RapidProError {
  return fail(
    'NOT_FOUND',
    'The contact had this phone number or address a moment ago, but not any more. Nothing was changed.',
    'Somebody may have corrected it. Run the job again.',
  );
}

function noteWritten(change: Change, contact: Dictionary): void {
  change.written = contact;
  const { unread, altered } = misreadFields(change.body, contact);
  change.unread = [...new Set([...change.unread, ...unread])];
  change.altered = [...new Set([...change.altered, ...altered])];
}

/** Writes name, language and fields, and notes which of them RapidPro misread. */
async function writeBody(client: Client, change: Change): Promise<void> {
  const { body, uuid } = change;
  if (Object.keys(body).length === 0) return;
  const written = await writeContact(client, { uuid }, body);
  noteWritten(change, written);
  // RapidPro compares the raw texts, which nobody is shown, and counts only what really changes.
  const hadNoEffect = written.modified_on !== undefined && written.modified_on === change.modified;
  change.hadNoEffect = hadNoEffect && change.unpredicted.length > 0;
}

/** What was written and changed something. */
function effective({ changed, body, hadNoEffect }: Change): string[] {
  if (!hadNoEffect) return changed;
  const fields = Object.keys((body.fields ?? {}) as Dictionary).map(key => `fields.${key}`);
  const idle = new Set([...Object.keys(body), ...fields]);
  return changed.filter(key => !idle.has(key));
}

/**
 * Writes a change with its URNs. Looks right before who holds each that the contact lacks.
 *
 * @returns the keys that were written
 */
async function writeWithUrns(
  { client, workspace: facts }: Writing,
  change: Change,
  mode: UrnMode,
): Promise<string[]> {
  const { body, uuid, byUrns, changed, input } = change;
  const { urns = [] } = input;
  const contact = await findContact(client, { uuid });
  if (!contact) throw gone();
  const own = await requireOwn(client, contact, urns, taken);
  if (byUrns && own.held.length === 0) throw moved();
  const write = { body, urns, mode, ...own, facts };
  if (listFor(client, contact, write)) {
    noteWritten(change, await writeFound(client, contact, write));
    return changed;
  }
  await writeBody(client, change);
  return effective(change).filter(key => key !== 'urns');
}

/**
 * Writes name, language, fields and URNs of a contact that is there.
 *
 * @returns the keys that differ, without "urns" where RapidPro turned out to have them
 */
export async function writeChange(
  run: Writing,
  change: Change,
  exactUrns: boolean,
): Promise<string[]> {
  const { client } = run;
  if (change.urns) {
    return lockUrns(client, change.input.urns ?? [], () =>
      writeWithUrns(run, change, exactUrns ? 'replace' : 'add'),
    );
  }
  await writeBody(client, change);
  return effective(change);
}

type GroupAction = 'add' | 'remove';

/** Lets contacts enter or leave a group, a hundred at most. */
export async function moveContacts(
  client: Client,
  contacts: string[],
  { action, group, repeated }: { action: GroupAction; group: string; repeated?: boolean },
): Promise<void> {
  const answer = await client.request({
    method: 'POST',
    path: 'contact_actions',
    body: { contacts, action, group },
    repeatable: true,
    repeated,
    referencesGroupsOrFields: true,
  });
  requireDone(answer);
}

/**
 * How an action names a contact. Lists are read from a copy that may be seconds behind, but RapidPro resolves what is sent
 * as it is now: a URN reaches whoever has it.
 */
function nameOf({ uuid, urn, byUrns, input }: Change): string {
  return byUrns && input.uuid === undefined ? (urn ?? uuid) : uuid;
}

/** Contacts that enter or leave one group. */
interface Batch {
  group: string;
  action: GroupAction;
  changes: Change[];
}

interface GroupEnds {
  /** Some of its groups are done, and others are still to come. */
  begun(change: Change): void;
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
    const items = changes.map(change => ({ value: nameOf(change), index: change.input.index }));
    const changesOf = (some: readonly Item[]) =>
      some.flatMap(({ index }) => byIndex.get(index) ?? []);
    let repeated = false;
    const queue: Item[][] = [items];
    for (let batch = queue.shift(); batch; batch = queue.shift()) {
      try {
        const contacts = batch.map(({ value }) => String(value));
        await moveContacts(client, contacts, { action, group, repeated });
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

  #put(action: GroupAction, group: string, change: Change): void {
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
    if (left > 0) {
      ends.begun(change);
      return;
    }
    this.#open.delete(change);
    this.#latest.delete(change.input.index);
    ends.done(change);
  }
}

/** How many requests the real run takes for writing. */
export class Cost {
  /** True if only RapidPro knows whether all of them are needed. */
  isAtMost = false;
  #sure = 0;
  /** URNs to write that RapidPro may write differently, and the most that a new contact has. */
  #strange = 0;
  #longest = 0;
  /** Whether the country of the workspace is read, once, to ask about a number in full. */
  #readsCountry = false;

  /**
   * Such a URN may turn out to be taken, also by another contact of the list. A new contact that comes second is then
   * looked up by each of its URNs.
   */
  get requests(): number {
    return this.#sure + this.#strange * this.#longest + Number(this.#readsCountry);
  }

  add(requests: number): void {
    this.#sure += requests;
  }

  /** Before URNs are written, the contact is read twice, and so is the holder of each missing URN. */
  ofChange({ input, urns, missing, body }: Change): void {
    if (urns) {
      this.add(3 + 2 * missing);
      this.#readsCountry ||= input.urns?.some(isLocalNumber) ?? false;
      this.#noteStrange(input);
      this.isAtMost = true;
    } else if (Object.keys(body).length > 0) this.add(1);
  }

  ofCreation({ urns = [] }: Input): void {
    this.add(1);
    this.#longest = Math.max(this.#longest, urns.length);
    this.#noteStrange({ urns });
  }

  #noteStrange({ urns = [] }: Pick<Input, 'urns'>): void {
    this.#strange += urns.filter(urn => !isPlainUrn(urn)).length;
    this.isAtMost ||= this.#strange > 0;
  }
}
