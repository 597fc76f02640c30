import type { Client } from '../../client/client.js';
import { fail, type RapidProError } from '../../errors/errors.js';
import type { Body } from '../../input/body.js';
import { distinctUrns, urnIdentity } from '../../input/identifiers.js';
import { isPlainUrn, storedText } from '../../input/stored.js';
import {
  findContact,
  findHolders,
  lockUrns,
  urnsOf,
} from '../../operations/contact/contactUrns.js';
import { misreadFields } from '../../operations/contact/misread.js';
import { createContact, writeContact, writeUrns } from '../../operations/contact/writeContact.js';
import type { Dictionary } from '../../types/json.js';
import type { Change } from '../compare.js';
import type { Input } from '../inputs.js';

/** What a new contact is made of. Nothing needs to be cleared in it. */
export function newBody({ name, language, urns, groups, fields }: Input): Body {
  const values = Object.entries(fields ?? {}).filter(
    ([, value]) => storedText(value)?.value !== null,
  );
  return {
    ...(name == null ? {} : { name }),
    ...(language == null ? {} : { language }),
    ...(urns && urns.length > 0 ? { urns } : {}),
    ...(groups && groups.length > 0 ? { groups } : {}),
    ...(values.length > 0 ? { fields: Object.fromEntries(values) } : {}),
  };
}

/** Makes a contact of the list that RapidPro does not have. */
export function create(client: Client, input: Input): Promise<Dictionary> {
  return lockUrns(client, input.urns ?? [], () => createContact(client, newBody(input)));
}

function taken(index: number): RapidProError {
  return fail(
    'URN_TAKEN',
    `urns[${index}] belongs to another contact in RapidPro. Nothing was changed.`,
    'Remove the URN from the list, or from the other contact first.',
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

/** Whether RapidPro may already have just these URNs, written in another way. */
function isSameList(list: readonly string[], contact: Dictionary): boolean {
  const held = urnsOf(contact).map(urnIdentity);
  return (
    list.length === held.length &&
    list.every((urn, index) => urnIdentity(urn) === held[index] || !isPlainUrn(urn))
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
 * Writes a change with its URNs. Looks right before who holds each that the contact lacks: RapidPro 9
 * would take it from another one, TextIt would drop it.
 *
 * @returns the keys that were written
 */
async function writeWithUrns(client: Client, change: Change, exact: boolean): Promise<string[]> {
  const { body, uuid, changed } = change;
  const contact = await findContact(client, { uuid });
  if (!contact) throw gone();
  const given = change.input.urns ?? [];
  const wanted = distinctUrns(given);
  const holdings = await findHolders(client, wanted, [contact]);
  const other = holdings.find(({ holder }) => holder && holder.uuid !== uuid);
  if (other) throw taken(given.indexOf(other.urn));
  const missing = holdings.filter(({ holder }) => !holder).map(({ urn }) => urn);
  if (change.byUrns && missing.length === wanted.length) throw moved();
  const list = exact ? wanted : [...urnsOf(contact), ...missing];
  if (missing.length > 0 || (exact && !isSameList(list, contact))) {
    noteWritten(change, await writeUrns(client, contact, body, list, given));
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
  client: Client,
  change: Change,
  exactUrns: boolean,
): Promise<string[]> {
  if (change.urns) {
    return lockUrns(client, change.input.urns ?? [], () =>
      writeWithUrns(client, change, exactUrns),
    );
  }
  await writeBody(client, change);
  return effective(change);
}
