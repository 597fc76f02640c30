import type { Client } from '../client/client.js';
import { RapidProError } from '../client/errors.js';
import type { Dictionary } from '../types/json.js';
import { findContact, urnsOf } from './contactLookup.js';
import { urnIdentity } from './identifiers.js';

/** Who holds a URN before anything is written. */
export interface Holding {
  urn: string;
  holder: Dictionary | null;
}

/** Leaves out URNs that are the same but for their punctuation; the first way of writing stays. */
export function distinctUrns(urns: readonly string[]): string[] {
  const seen = new Set<string>();
  return urns.filter(urn => {
    const identity = urnIdentity(urn);
    if (seen.has(identity)) return false;
    seen.add(identity);
    return true;
  });
}

/** Asks RapidPro who holds each URN, one request each. */
export async function findHolders(client: Client, urns: readonly string[]): Promise<Holding[]> {
  const holdings: Holding[] = [];
  for (const urn of distinctUrns(urns)) {
    holdings.push({ urn, holder: await findContact(client, { urn }) });
  }
  return holdings;
}

/**
 * RapidPro 9 takes a URN away from the contact that holds it; TextIt drops it from the list without
 * a word. Neither may happen unseen, so nothing is written then.
 *
 * @throws RapidProError `URN_TAKEN`
 */
export async function refuseTakenUrns(
  client: Client,
  contact: Dictionary,
  urns: readonly string[],
): Promise<void> {
  const own = new Set(urnsOf(contact).map(urnIdentity));
  const others = urns.filter(urn => !own.has(urnIdentity(urn)));
  for (const { urn, holder } of await findHolders(client, others)) {
    if (!holder || holder.uuid === contact.uuid) continue;
    const index = urns.indexOf(urn);
    throw new RapidProError({
      code: 'URN_TAKEN',
      description: `urns[${index}] belongs to another contact. Nothing was changed.`,
      fix: 'Take the URN out of the list, or away from the other contact first. "details" has the uuids of both contacts.',
      details: { index, contact: contact.uuid, holder: holder.uuid },
    });
  }
}

/** URNs that every server stores as they are written, so that a missing one is a lost one. */
const STORED_AS_WRITTEN = /^(tel:\+\d{8,15}|mailto:\S+|(telegram|whatsapp|instagram):\d+)$/;

/**
 * Compares what RapidPro kept with what it was sent.
 *
 * @throws RapidProError `URN_TAKEN` where another contact took one in between
 */
export function checkKept(contact: Dictionary, sent: readonly string[]): void {
  const kept = new Set(urnsOf(contact).map(urnIdentity));
  const distinct = distinctUrns(sent);
  if (kept.size >= distinct.length) return;
  const lost = distinct.filter(urn => STORED_AS_WRITTEN.test(urn) && !kept.has(urnIdentity(urn)));
  if (lost.length === 0) return;
  throw new RapidProError({
    code: 'URN_TAKEN',
    description: `RapidPro changed the contact but left out ${lost.length} of its URNs, because another contact holds them.`,
    fix: 'Look at both contacts in RapidPro. "details" has the uuid of the one that was changed.',
    details: { contact: contact.uuid, lost: lost.map(urn => sent.indexOf(urn)) },
  });
}
