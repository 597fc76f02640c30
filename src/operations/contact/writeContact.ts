import type { Client } from '../../client/client.js';
import { type Body, referencesGroupsOrFields } from '../../input/body.js';
import { type ContactKey, distinctUrns, urnIdentity } from '../../input/identifiers.js';
import type { Dictionary } from '../../types/json.js';
import type { ApiRequest } from '../../types/request.js';
import { asObject } from '../base/asObject.js';
import { urnsOf } from './contactLookup.js';
import { checkKept } from './contactUrns.js';
import { refuseDuplicateNumbers } from './duplicateNumbers.js';
import { logNoNotes } from './note.js';

/** The result of a write. */
export interface Written {
  contact: Dictionary;
  statusCode: number;
  /** True if an earlier attempt may have done the work. */
  repeated: boolean;
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
