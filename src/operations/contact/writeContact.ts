import type { Client } from '../../client/client.js';
import { changed, RapidProError } from '../../errors/errors.js';
import { type Body, referencesGroupsOrFields } from '../../input/body.js';
import { type ContactKey, distinctUrns, shownId, urnIdentity } from '../../input/identifiers.js';
import { log } from '../../input/log.js';
import type { Dictionary, Json } from '../../types/json.js';
import type { ApiRequest } from '../../types/request.js';
import { asObject } from '../base/asObject.js';
import { urnsOf } from './contactLookup.js';
import { checkKept } from './contactUrns.js';
import { refuseDuplicateNumbers } from './duplicateNumbers.js';

/** The result of a write. */
export interface Written {
  contact: Dictionary;
  statusCode: number;
  /** True if an earlier attempt may have done the work. */
  repeated: boolean;
}

const logged = new WeakSet<Client>();

/** Says once for an operation that a note was lost, because RapidPro 9 has no notes. */
function logNoNotes(client: Client, contact: Dictionary): void {
  if ('notes' in contact || logged.has(client)) return;
  logged.add(client);
  log.warn('This server has no notes, so "note" was not saved. Everything else was.');
}

/** Writes to a contact that RapidPro finds or creates by the key. Safe to repeat, except for notes. */
export async function writeContact(
  client: Client,
  key: ContactKey,
  body: Body,
  positions?: ApiRequest['positions'],
): Promise<Dictionary> {
  const { contact } = await writeByKey(client, key, body, positions);
  return contact;
}

/** The same, and what the answer says besides the contact. */
export async function writeByKey(
  client: Client,
  key: ContactKey,
  body: Body,
  positions?: ApiRequest['positions'],
): Promise<Written> {
  const answer = await client.request({
    method: 'POST',
    path: 'contacts',
    query: { ...key },
    body,
    positions,
    repeatable: body.note === undefined,
    referencesGroupsOrFields: referencesGroupsOrFields(body),
  });
  const contact = asObject(answer.body);
  if (body.note !== undefined) logNoNotes(client, contact);
  return { contact, statusCode: answer.statusCode, repeated: answer.repeated };
}

function sameList(a: readonly string[], b: readonly string[]): boolean {
  return (
    a.length === b.length &&
    a.every((urn, index) => urnIdentity(urn) === urnIdentity(b[index] ?? ''))
  );
}

/**
 * Writes to a contact that was read before, with its whole list of URNs. An unchanged list is left out, because it would
 * change `modified_on` on RapidPro 9.
 *
 * @param given - the list of the job, whose positions are reported
 * @throws RapidProError `URN_TAKEN` if RapidPro did not keep all of them
 */
export async function writeUrns(
  client: Client,
  contact: Dictionary,
  body: Body,
  list: readonly string[],
  given: readonly string[] = list,
): Promise<Dictionary> {
  const key = { uuid: String(contact.uuid) };
  // If a URN is in the list twice, RapidPro 9 silently keeps the old list.
  const urns = distinctUrns(list);
  if (sameList(urns, urnsOf(contact))) return writeContact(client, key, body);
  // The newer servers leave one of them out.
  if (client.dialect !== 'textit') refuseDuplicateNumbers(urns, given);
  const places = urns.map(urn => (given.includes(urn) ? given.indexOf(urn) : undefined));
  const written = await writeContact(client, key, { ...body, urns }, { urns: places });
  checkKept(written, urns, given);
  return written;
}

function lost(error: RapidProError, contact: Dictionary): RapidProError {
  return changed(error, {
    description: `The contact was added, but its note was not: ${error.description}`,
    fix: 'Add the note with updateContact(): "details" has the uuid of the contact.',
    details: { contact: shownId(contact) },
    outcome: 'unknown',
  });
}

function hasNote({ notes }: Dictionary, note: Json): boolean {
  if (!Array.isArray(notes)) return false;
  return notes.some(({ text }) => String(text).trim() === String(note).trim());
}

/**
 * The new contact, with its note. Servers with notes ignore one in a new contact, so it takes a separate request.
 */
export async function withNote(
  client: Client,
  contact: Dictionary,
  note: Json,
): Promise<Dictionary> {
  if (!('notes' in contact)) logNoNotes(client, contact);
  if (!('notes' in contact) || hasNote(contact, note)) return contact;
  try {
    return await writeContact(client, { uuid: String(contact.uuid) }, { note });
  } catch (error) {
    const reason = client.reasonOf(error);
    throw reason instanceof RapidProError ? lost(reason, contact) : error;
  }
}
