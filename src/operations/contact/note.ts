import type { Client } from '../../client/client.js';
import { changed, RapidProError } from '../../errors/errors.js';
import { shownId } from '../../input/identifiers.js';
import { log } from '../../input/log.js';
import type { Dictionary, Json } from '../../types/json.js';
import { asObject } from '../base/asObject.js';

const logged = new WeakSet<Client>();

/** Says once for an operation that a note was lost, because RapidPro 9 has no notes. */
export function logNoNotes(client: Client, contact: Dictionary): void {
  if ('notes' in contact || logged.has(client)) return;
  logged.add(client);
  log.warn('This server has no notes, so "note" was not saved. Everything else was.');
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
    const { body } = await client.request({
      method: 'POST',
      path: 'contacts',
      query: { uuid: String(contact.uuid) },
      body: { note },
    });
    const noted = asObject(body);
    logNoNotes(client, noted);
    return noted;
  } catch (error) {
    const reason = client.reasonOf(error);
    throw reason instanceof RapidProError ? lost(reason, contact) : error;
  }
}
