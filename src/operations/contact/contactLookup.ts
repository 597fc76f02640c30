import type { Client } from '../../client/client.js';
import { readPage } from '../../client/pages.js';
import type { Reason } from '../../errors/errors.js';
import type { ContactKey } from '../../input/identifiers.js';
import type { Dictionary } from '../../types/json.js';

/** The contact with this uuid or URN, or null. */
export async function findContact(client: Client, key: ContactKey): Promise<Dictionary | null> {
  const { body } = await client.request({ method: 'GET', path: 'contacts', query: { ...key } });
  return readPage(body).records[0] ?? null;
}

/** The URNs of a contact as text. */
export function urnsOf(contact: Dictionary): string[] {
  return Array.isArray(contact.urns) ? contact.urns.filter(urn => typeof urn === 'string') : [];
}

/** Why nothing is written for a contact that matches several in RapidPro. */
export function severalAnswer(many: string): Reason {
  return {
    code: 'CONTACT_CLASH',
    description: `${many} contacts in RapidPro match this one. Nothing was changed.`,
    fix: 'Decide which contact is right, and name only that one.',
  };
}
