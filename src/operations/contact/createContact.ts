import type { Client } from '../../client/client.js';
import { RapidProError } from '../../errors/errors.js';
import { type Body, referencesGroupsOrFields } from '../../input/body.js';
import { distinctUrns } from '../../input/identifiers.js';
import { sameGroupName } from '../../input/stored.js';
import type { Dictionary } from '../../types/json.js';
import { asObject, asOutcome } from '../base/asObject.js';
import { findContact, urnsOf } from './contactLookup.js';
import { refuseDuplicateNumbers } from './duplicateNumbers.js';
import { withNote, writeContact } from './writeContact.js';

/** Whether a contact has the requested URNs and groups, as far as they are shown. */
function hasAll(contact: Dictionary, urns: readonly string[], groups: unknown): boolean {
  const held = urnsOf(contact);
  const shown = Array.isArray(contact.groups) ? contact.groups : [];
  const isIn = (wanted: unknown) =>
    shown.some(({ uuid, name }) => wanted === uuid || sameGroupName(String(name), String(wanted)));
  return held.length >= urns.length && (Array.isArray(groups) ? groups.every(isIn) : true);
}

/** What was requested but is not shown as written. */
function missingFrom(contact: Dictionary, { language, fields }: Body): Body {
  const shown = (contact.fields ?? {}) as Dictionary;
  const missing = Object.entries((fields ?? {}) as Body).filter(
    ([key, value]) => String(shown[key] ?? '') !== String(value ?? '').trim(),
  );
  return {
    ...(language != null && contact.language !== language ? { language } : {}),
    ...(missing.length > 0 ? { fields: Object.fromEntries(missing) } : {}),
  };
}

/** How much the clocks of a server's parts may differ, in milliseconds. */
const SLACK = 2000;

/**
 * Whether a contact was created after a moment, by the server's clock. Then one of our requests created it, and its
 * answer was lost.
 *
 * @param started - the moment, by the client's clock
 */
export function wasCreatedSince(contact: Dictionary, client: Client, started: number): boolean {
  const { serverTime } = client;
  if (serverTime === undefined) return false;
  const earliest = serverTime - (client.clock.now() - started) - SLACK;
  return Date.parse(String(contact.created_on)) >= earliest;
}

/**
 * If the first attempt to create a contact gets no answer, it is tried again, and RapidPro says that the URN is taken. It
 * is our own contact if it has our name, and was created after our first attempt, by the server's clock. It cannot be
 * distinguished from a person who wrote in at that moment, so what the contact lacks is written.
 */
async function ownContact(
  client: Client,
  body: Body,
  urns: readonly string[],
  started: number,
): Promise<Dictionary | null> {
  const contact = await findContact(client, { urn: urns[0] ?? '' });
  if (!contact || String(contact.name ?? '') !== String(body.name ?? '').trim()) return null;
  if (!wasCreatedSince(contact, client, started)) return null;
  if (!hasAll(contact, urns, body.groups)) return null;
  const missing = missingFrom(contact, body);
  if (Object.keys(missing).length === 0) return contact;
  return writeContact(client, { uuid: String(contact.uuid) }, missing);
}

/** Creates a contact. With a URN, it can be tried again, because RapidPro accepts each URN only once. */
export async function createContact(client: Client, body: Body): Promise<Dictionary> {
  const created = await create(client, body);
  return body.note === undefined ? created : withNote(client, created, body.note);
}

async function create(client: Client, body: Body): Promise<Dictionary> {
  refuseDuplicateNumbers(body.urns);
  const started = client.clock.now();
  // RapidPro 9 fails on a contact that has a URN twice.
  const given = (Array.isArray(body.urns) ? body.urns : []) as string[];
  const urns = given.length > 0 ? distinctUrns(given) : undefined;
  const [urn] = urns ?? [];
  const repeatable = urn !== undefined;
  try {
    const answer = await client.request({
      method: 'POST',
      path: 'contacts',
      body: urns ? { ...body, urns } : body,
      positions: { urns: urns?.map(one => given.indexOf(one)) ?? [] },
      repeatable,
      referencesGroupsOrFields: referencesGroupsOrFields(body),
    });
    return repeatable ? asObject(answer.body) : asOutcome(answer.body, 'contacts');
  } catch (error) {
    // Whatever it says: its text may have been lost.
    const refused = error instanceof RapidProError && error.statusCode === 400;
    if (!refused || error.outcome !== 'unknown' || typeof urn !== 'string') throw error;
    const own = await client.after(error, () => ownContact(client, body, urns ?? [urn], started));
    if (own) return own;
    throw error;
  }
}
