import { randomUUID } from 'node:crypto';
import type { Client } from '../../client/client.js';
import { readPage } from '../../client/pages.js';
import { changed, fail, invalidAnswer, RapidProError, type Reason } from '../../errors/errors.js';
import type { ContactKey } from '../../input/identifiers.js';
import { distinctUrns, isPlainUrn, sameUrn, urnIdentity, urnTail } from '../../input/sameUrn.js';
import { areHidden } from '../../input/stored.js';
import type { Dictionary } from '../../types/json.js';
import { mayNotRead } from '../base/workspaceFacts.js';

/**
 * The uuid of a contact that RapidPro returned.
 *
 * @throws RapidProError `INVALID_RESPONSE`
 */
export function contactUuid({ uuid }: Dictionary): string {
  if (typeof uuid === 'string' && uuid !== '') return uuid;
  throw invalidAnswer('a contact without a valid uuid');
}

/**
 * The contact with a uuid or a URN, or null.
 *
 * @throws RapidProError what the request throws; `INVALID_RESPONSE` for somebody else, or nobody in particular
 */
export async function findContact(client: Client, key: ContactKey): Promise<Dictionary | null> {
  const { body } = await client.request({ method: 'GET', path: 'contacts', query: { ...key } });
  const { records } = readPage(body);
  const [contact = null] = records;
  if (contact !== null) contactUuid(contact);
  if (contact === null || (records.length === 1 && isMeant(contact, key))) return contact;
  throw fail(
    'INVALID_RESPONSE',
    'The server answered with another contact than the one that was looked up.',
    'Nothing was sent to that one. Something in front of RapidPro may keep answers, and not look at the query of an address: ask the people who run the server.',
  );
}

/** Whether an answer can be about this contact. Of most URNs, only the server knows how it writes them. */
function isMeant(contact: Dictionary, key: ContactKey): boolean {
  if ('uuid' in key) return contact.uuid === key.uuid;
  const urns = urnsOf(contact);
  const isShown = isPlainUrn(key.urn) && urns.length > 0 && !areHidden(urns);
  return !isShown || urns.some(urn => urnIdentity(urn) === urnIdentity(key.urn));
}

export function urnsOf(contact: Dictionary): string[] {
  return Array.isArray(contact.urns) ? contact.urns.filter(urn => typeof urn === 'string') : [];
}

const schemeOf = (urn: string) => urn.slice(0, urn.indexOf(':'));

/**
 * Whether a contact has another address before the given ones of the same kind. RapidPro writes to the first, and a
 * number that is added comes last: the older one may be somebody else's by now.
 */
export function isBehind(urns: readonly string[], contact: Dictionary): boolean {
  // How the server writes others is not known, nor what it hides.
  if (!urns.every(isPlainUrn) || areHidden(urnsOf(contact))) return false;
  const named = new Set(urns.map(urnIdentity));
  const shown = urnsOf(contact).map(urnIdentity);
  return urns.some(urn => {
    const first = shown.find(one => schemeOf(one) === schemeOf(urn));
    return first !== undefined && !named.has(first);
  });
}

export const NO_SUCH_CONTACT: Reason = {
  code: 'NOT_FOUND',
  description: 'RapidPro has no contact with this uuid. Nothing was sent.',
  fix: 'To find or create the contact by its URNs, leave "uuid" out. The contact may have been deleted.',
};

export function severalAnswer(many: string): Reason {
  return {
    code: 'CONTACT_CLASH',
    description: `${many} contacts in RapidPro match this one. Nothing was changed.`,
    fix: 'Decide which contact is right, and name only that one.',
  };
}

/** Nobody else of the list gets what may be the same URN between a look and a write of this work. */
export function lockUrns<T>(
  client: Client,
  urns: readonly string[],
  work: () => Promise<T>,
): Promise<T> {
  return client.limiter.withLock(urns.map(urnTail), work);
}

interface Holders {
  /** By URN. */
  holders: Map<string, Dictionary>;
  /** URNs that nobody has. */
  missing: string[];
}

/**
 * Asks RapidPro who holds each URN: one request each, but none for further URNs of a contact that was already found.
 */
export async function findHolders(
  client: Client,
  urns: readonly string[],
  known: readonly Dictionary[] = [],
): Promise<Holders> {
  const holderOf = new Map<string, Dictionary>();
  const remember = (contact: Dictionary) => {
    for (const urn of urnsOf(contact)) holderOf.set(urnIdentity(urn), contact);
  };
  known.forEach(remember);
  const holders = new Map<string, Dictionary>();
  const missing: string[] = [];
  for (const urn of distinctUrns(urns)) {
    const holder = holderOf.get(urnIdentity(urn)) ?? (await findContact(client, { urn }));
    if (holder) {
      remember(holder);
      holders.set(urn, holder);
    } else missing.push(urn);
  }
  return { holders, missing };
}

/** URNs of which none belongs to another contact. */
export interface OwnUrns {
  /** Those that the contact has, however it shows them. */
  held: string[];
  /** Those that nobody has. */
  missing: string[];
}

/**
 * RapidPro 9 takes a URN away from the contact that holds it; TextIt silently drops it from the list. Neither must happen
 * unnoticed, so nothing is written then.
 *
 * @param taken - the error for a URN of another contact
 */
export async function requireOwn(
  client: Client,
  contact: Dictionary,
  urns: readonly string[],
  taken: (index: number, contact: Dictionary, holder: Dictionary) => RapidProError,
): Promise<OwnUrns> {
  const { holders, missing } = await findHolders(client, urns, [contact]);
  for (const [urn, holder] of holders) {
    if (holder.uuid !== contact.uuid) throw taken(urns.indexOf(urn), contact, holder);
  }
  return { held: [...holders.keys()], missing };
}

/** Without this endpoint, a server cannot say who has a URN. */
const NOT_THERE = [404, 501];

/** Whether RapidPro says that there is no such contact; undefined if it says nothing of contacts. */
async function isUnknown(client: Client, reference: string): Promise<boolean | undefined> {
  try {
    const body = { contacts: [reference] };
    await client.request({ method: 'POST', path: 'contact_actions', body, repeatable: true });
    return undefined;
  } catch (error) {
    if (!(error instanceof RapidProError)) throw error;
    if (error.statusCode === 400) return error.errors?.some(text => /^contacts\b/.test(text));
    if (NOT_THERE.includes(error.statusCode ?? 0) || mayNotRead(error)) return undefined;
    throw changed(error, { outcome: 'none' });
  }
}

/**
 * Whether a contact has a URN at this moment, as the main database says. Look-ups read a copy that may be seconds behind.
 * An action that does not say what to do is always refused, and the answer also names a contact that does not exist.
 */
export async function isHeldNow(client: Client, urn: string): Promise<boolean> {
  if ((await isUnknown(client, urn)) !== false) return false;
  // Something else may stop at the first thing that it misses.
  return (await isUnknown(client, randomUUID())) === true;
}

/** How to name a URN that is not from the job. */
const OWN = 'A URN that the contact has';

/**
 * How a contact shows URNs by which it was found. If that is not known of one, each of the same kind may be it.
 */
export function shownAs(urns: readonly string[], contact: Dictionary): string[] {
  const shown = urnsOf(contact);
  return urns.flatMap(urn => {
    const same = shown.filter(one => sameUrn(one, urn));
    return same.length > 0 ? same : shown.filter(one => schemeOf(one) === schemeOf(urn));
  });
}

/** The URN that several forms surely are, if every server finds a contact by it. */
export function surelyOne(shown: readonly string[]): string | undefined {
  const [urn, ...others] = new Set(shown);
  return urn !== undefined && others.length === 0 && isPlainUrn(urn) ? urn : undefined;
}

/**
 * Whether a contact has just these URNs in this order.
 *
 * @param held - those that RapidPro says it has, however it writes them
 */
export function hasJustUrns(
  contact: Dictionary,
  urns: readonly string[],
  held: readonly string[] = [],
): boolean {
  const shown = urnsOf(contact);
  const isAt = (urn: string, one = '') =>
    urnIdentity(urn) === urnIdentity(one) ||
    (held.includes(urn) && !isPlainUrn(urn) && shownAs([urn], contact).includes(one));
  return urns.length === shown.length && urns.every((urn, index) => isAt(urn, shown[index]));
}

/**
 * RapidPro creates no contact with one number in two forms: version 9 crashes, TextIt says that another contact has it.
 *
 * @param given - the list of the job, whose positions are reported
 */
export function refuseDuplicateNumbers(
  urns: readonly string[],
  given: readonly string[] = urns,
): void {
  const all = distinctUrns(urns);
  const placeOf = (urn: string) => (given.includes(urn) ? `urns[${given.indexOf(urn)}]` : OWN);
  for (const [index, urn] of all.entries()) {
    const other = all.slice(index + 1).find(one => sameUrn(urn, one));
    if (other === undefined) continue;
    throw fail(
      'INVALID_URN',
      `${placeOf(urn)} and ${placeOf(other)} are the same number in two forms.`,
      'Nothing was sent. Write it once, with its country code: "tel:+250788123123".',
    );
  }
}
