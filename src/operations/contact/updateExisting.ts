import type { Client } from '../../client/client.js';
import { fail } from '../../errors/errors.js';
import type { Body } from '../../input/body.js';
import type { ContactKey } from '../../input/identifiers.js';
import type { Dictionary } from '../../types/json.js';
import { findContact } from './contactLookup.js';
import { refuseTakenUrns } from './contactUrns.js';
import { writeContact, writeUrns } from './writeContact.js';

/** Updates a contact that must exist. RapidPro would make one for a URN that it does not know. */
export async function updateExisting(
  client: Client,
  key: ContactKey,
  { urns, ...body }: Body & { urns?: string[] | undefined },
): Promise<Dictionary> {
  if ('uuid' in key && !urns) return writeContact(client, key, body);
  const contact = await findContact(client, key);
  if (!contact) {
    throw fail(
      'NOT_FOUND',
      'RapidPro has no such contact. Nothing was changed.',
      'Check the uuid or URN. upsertContact() creates a missing contact.',
    );
  }
  if (!urns) return writeContact(client, { uuid: String(contact.uuid) }, body);
  await refuseTakenUrns(client, contact, urns);
  return writeUrns(client, contact, body, urns);
}
