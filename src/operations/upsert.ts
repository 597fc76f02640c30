import type { Client } from '../client/client.js';
import { RapidProError } from '../client/errors.js';
import type { Dictionary } from '../types/json.js';
import { asObject } from './answered.js';
import type { Body } from './body.js';
import { findContact, urnsOf } from './contactLookup.js';
import { checkKept, findHolders, type Holding, refuseTakenUrns } from './contactUrns.js';
import { createContact } from './createContact.js';
import { type ContactKey, urnIdentity } from './identifiers.js';

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
  });
  return asObject(answer.body);
}

function clash(uuids: unknown[]): RapidProError {
  return new RapidProError({
    code: 'CONTACT_CLASH',
    description: `The URNs, or the uuid, belong to ${uuids.length} different contacts. Nothing was changed.`,
    fix: 'Decide which contact is the right one and name that one alone. "details" has their uuids.',
    details: { contacts: uuids },
  });
}

async function contactOfUuid(client: Client, uuid: string): Promise<Dictionary> {
  const contact = await findContact(client, { uuid });
  if (contact) return contact;
  throw new RapidProError({
    code: 'NOT_FOUND',
    description: 'RapidPro has no contact of this uuid.',
    fix: 'Leave "uuid" out to find or make the contact by its URNs. The contact may have been deleted.',
  });
}

/** The one contact that is meant, or null where none exists yet. */
async function target(
  client: Client,
  uuid: string | undefined,
  holdings: Holding[],
): Promise<Dictionary | null> {
  const named = uuid === undefined ? null : await contactOfUuid(client, uuid);
  const holders = holdings.flatMap(({ holder }) => (holder ? [holder] : []));
  const found = named ? [named, ...holders] : holders;
  const uuids = [...new Set(found.map(contact => contact.uuid))];
  if (uuids.length > 1) throw clash(uuids);
  return found[0] ?? null;
}

function sameList(a: readonly string[], b: readonly string[]): boolean {
  return (
    a.length === b.length &&
    a.every((urn, index) => urnIdentity(urn) === urnIdentity(b[index] ?? ''))
  );
}

/** Several URNs, or a uuid with URNs: look first, so that no URN is taken from another contact. */
async function upsertByLooking(
  client: Client,
  uuid: string | undefined,
  urns: string[],
  body: Body,
  mode: 'add' | 'replace',
): Promise<Dictionary> {
  const holdings = await findHolders(client, urns);
  const contact = await target(client, uuid, holdings);
  const distinct = holdings.map(({ urn }) => urn);
  if (!contact) return createContact(client, { ...body, urns: distinct });
  const own = urnsOf(contact);
  const missing = holdings.filter(({ holder }) => !holder).map(({ urn }) => urn);
  const wanted = mode === 'replace' ? distinct : [...own, ...missing];
  const key = { uuid: String(contact.uuid) };
  // Writing the same list again would move modified_on on RapidPro 9.
  if (sameList(wanted, own)) return writeContact(client, key, body);
  const written = await writeContact(client, key, { ...body, urns: wanted });
  checkKept(written, wanted);
  return written;
}

/** Updates the contact that is named by uuid or URNs, or makes it. */
export function upsert(
  client: Client,
  { uuid, urns, ...body }: Body & { uuid?: string | undefined; urns?: string[] | undefined },
  mode: 'add' | 'replace',
): Promise<Dictionary> {
  const [urn] = urns ?? [];
  if (uuid !== undefined && !urns) return writeContact(client, { uuid }, body);
  if (uuid === undefined && urn !== undefined && urns?.length === 1 && mode === 'add') {
    return writeContact(client, { urn }, body);
  }
  if (uuid === undefined && urn === undefined) return createContact(client, body);
  return upsertByLooking(client, uuid, urns ?? [], body, mode);
}

/** Updates a contact that must exist. RapidPro would make one for a URN that it does not know. */
export async function updateExisting(
  client: Client,
  key: ContactKey,
  body: Body,
): Promise<Dictionary> {
  const urns = body.urns as string[] | undefined;
  if ('uuid' in key && !urns) return writeContact(client, key, body);
  const contact = await findContact(client, key);
  if (!contact) {
    throw new RapidProError({
      code: 'NOT_FOUND',
      description: 'RapidPro has no such contact. Nothing was changed.',
      fix: 'Check the uuid or URN. upsertContact() makes the contact if it is not there.',
    });
  }
  if (urns) await refuseTakenUrns(client, contact, urns);
  const written = await writeContact(client, { uuid: String(contact.uuid) }, body);
  if (urns) checkKept(written, urns);
  return written;
}
