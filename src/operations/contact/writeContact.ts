import type { Client } from '../../client/client.js';
import type { Dictionary } from '../../types/json.js';
import { asObject } from '../base/answered.js';
import { type Body, namesObjects } from '../base/body.js';
import { type ContactKey, urnIdentity } from '../base/identifiers.js';
import { urnsOf } from './contactLookup.js';
import { checkKept } from './contactUrns.js';
import { refuseTwoForms } from './twoForms.js';

/** Writes to a contact that RapidPro finds, or makes, by the key. Safe to repeat, but for notes. */
export async function writeContact(
  client: Client,
  key: ContactKey,
  body: Body,
): Promise<Dictionary> {
  const answer = await client.request({
    method: 'POST',
    path: 'contacts',
    query: { ...key },
    body,
    repeatable: body.note === undefined,
    namesObjects: namesObjects(body),
  });
  return asObject(answer.body);
}

function sameList(a: readonly string[], b: readonly string[]): boolean {
  return (
    a.length === b.length &&
    a.every((urn, index) => urnIdentity(urn) === urnIdentity(b[index] ?? ''))
  );
}

/**
 * Writes to a contact that was read before, with its whole list of URNs. The list is left out where
 * it is the same: RapidPro 9 would move `modified_on` for it.
 *
 * @throws RapidProError `URN_TAKEN` where RapidPro did not keep all of them
 */
export async function writeUrns(
  client: Client,
  contact: Dictionary,
  body: Body,
  urns: readonly string[],
): Promise<Dictionary> {
  const key = { uuid: String(contact.uuid) };
  if (sameList(urns, urnsOf(contact))) return writeContact(client, key, body);
  // The newer servers leave one of them out.
  if (client.dialect !== 'textit') refuseTwoForms(urns);
  const written = await writeContact(client, key, { ...body, urns: [...urns] });
  checkKept(written, urns);
  return written;
}
