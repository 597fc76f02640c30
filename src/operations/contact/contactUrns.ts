import type { Client } from '../../client/client.js';
import { fail } from '../../errors/errors.js';
import { distinctUrns, shownId, urnIdentity, urnTail } from '../../input/identifiers.js';
import type { Dictionary } from '../../types/json.js';
import { findContact, urnsOf } from './contactLookup.js';

/** Nobody else of the list gets what may be the same URN between a look and a write of this work. */
export function lockUrns<T>(
  client: Client,
  urns: readonly string[],
  work: () => Promise<T>,
): Promise<T> {
  return client.limiter.withLock(urns.map(urnTail), work);
}

/** Who holds a URN before anything is written. */
interface Holding {
  urn: string;
  holder: Dictionary | null;
}

/**
 * Asks RapidPro who holds each URN: one request each, but none for further URNs of a contact that was already found.
 */
export async function findHolders(
  client: Client,
  urns: readonly string[],
  known: readonly Dictionary[] = [],
): Promise<Holding[]> {
  const holderOf = new Map<string, Dictionary>();
  const remember = (contact: Dictionary) => {
    for (const urn of urnsOf(contact)) holderOf.set(urnIdentity(urn), contact);
  };
  known.forEach(remember);
  const holdings: Holding[] = [];
  for (const urn of distinctUrns(urns)) {
    const holder = holderOf.get(urnIdentity(urn)) ?? (await findContact(client, { urn }));
    if (holder) remember(holder);
    holdings.push({ urn, holder });
  }
  return holdings;
}

/**
 * RapidPro 9 takes a URN away from the contact that holds it; TextIt silently drops it from the list. Neither must happen
 * unnoticed, so nothing is written then.
 *
 * @throws RapidProError `URN_TAKEN`
 */
export async function refuseTakenUrns(
  client: Client,
  contact: Dictionary,
  urns: readonly string[],
): Promise<void> {
  for (const { urn, holder } of await findHolders(client, urns, [contact])) {
    if (!holder || holder.uuid === contact.uuid) continue;
    const index = urns.indexOf(urn);
    throw fail(
      'URN_TAKEN',
      `urns[${index}] belongs to another contact. Nothing was changed.`,
      'Remove the URN from the list, or from the other contact first. "details" has the uuids of both contacts.',
      { details: { index, contact: shownId(contact), holder: shownId(holder) } },
    );
  }
}

/** URNs that every server stores unchanged, so if one is missing, it was lost. */
const STORED_AS_WRITTEN = /^(tel:\+\d{8,15}|mailto:\S+|(telegram|whatsapp|instagram):\d+)$/;

/**
 * Compares what RapidPro stored with what was sent.
 *
 * @throws RapidProError `URN_TAKEN` if another contact took one in between
 */
export function checkKept(
  contact: Dictionary,
  sent: readonly string[],
  given: readonly string[] = sent,
): void {
  const kept = new Set(urnsOf(contact).map(urnIdentity));
  const distinct = distinctUrns(sent);
  if (kept.size >= distinct.length) return;
  const lost = distinct.filter(urn => STORED_AS_WRITTEN.test(urn) && !kept.has(urnIdentity(urn)));
  if (lost.length === 0) return;
  throw fail(
    'URN_TAKEN',
    `RapidPro changed the contact but left out ${lost.length} of its URNs, because another contact has them.`,
    'Check both contacts in RapidPro. "details" has the uuid of the changed one.',
    { details: { contact: shownId(contact), lost: lost.map(urn => given.indexOf(urn)) } },
  );
}
