import type { Client } from '../../client/client.js';
import { changed, hasErrorCode, RapidProError } from '../../errors/errors.js';
import { isUuid } from '../../input/identifiers.js';
import { urnIdentity } from '../../input/sameUrn.js';
import { areHidden } from '../../input/stored.js';
import { inTurns } from '../../input/turns.js';
import type { Dictionary } from '../../types/json.js';
import { mayNotRead } from '../base/workspaceFacts.js';
import { shownAs, urnsOf } from '../contact/contactUrns.js';
import { writeContact } from '../contact/writeContact.js';
import { contactIdentity, type Found } from './lookUp.js';
import { referenceTo, type SecondNames } from './recipients.js';

/** So many contacts are looked at before something is sent, at most. */
const MOST_LOOKS = 100;

/** A contact as it is now; null if there is none, undefined if this cannot be known. */
async function lookAt(client: Client, uuid: string): Promise<Dictionary | null | undefined> {
  try {
    const now = await writeContact(client, { uuid }, {});
    return Array.isArray(now.urns) && !areHidden(urnsOf(now)) ? now : undefined;
  } catch (error) {
    if (hasErrorCode(error, 'NOT_FOUND')) return null;
    if (mayNotRead(error)) return undefined;
    // The look changes nothing, and nothing was sent yet.
    throw error instanceof RapidProError ? changed(error, { outcome: 'none' }) : error;
  }
}

/** Whether a contact still has a URN that was looked up; undefined if it is not known which of its URNs that is. */
function holds(urn: string, then: Dictionary, now: Dictionary | null): boolean | undefined {
  const kept = new Set(now === null ? [] : urnsOf(now).map(urnIdentity));
  const shown = shownAs([urn], then);
  const lost = shown.filter(one => !kept.has(urnIdentity(one)));
  if (lost.length === 0) return now !== null;
  return lost.length === shown.length ? false : undefined;
}

/** The names of each contact that has several. One URN in two forms is one name. */
async function severalNames(
  names: readonly string[],
  found: Found,
): Promise<Map<string, string[]>> {
  const namesOf = new Map<string, string[]>();
  // Without a look-up, no contact has two.
  if (found.size === 0) return namesOf;
  await inTurns(names, name => {
    const uuid = found.get(name)?.uuid ?? (isUuid(name) ? name : undefined);
    if (uuid === undefined) return;
    const others = namesOf.get(String(uuid));
    if (others) others.push(name);
    else namesOf.set(String(uuid), [name]);
  });
  const identityOf = (name: string) => contactIdentity(referenceTo(name, found.get(name)));
  for (const [uuid, all] of namesOf) {
    if (all.length < 2 || new Set(all.map(identityOf)).size < 2) namesOf.delete(uuid);
  }
  return namesOf;
}

/**
 * A look-up may be seconds old, so two names that it says are one contact may be two people. The database itself is asked
 * by an empty write, which changes nothing: one request for each contact with several names.
 *
 * @param names - as the job wrote them, in its order
 * @throws RapidProError what a request throws
 */
export async function compareNames(
  client: Client,
  names: readonly string[],
  found: Found,
): Promise<SecondNames> {
  const moved = new Set<string>();
  const unsure = new Set<string>();
  let looks = 0;
  for (const [uuid, all] of await severalNames(names, found)) {
    const now = looks++ < MOST_LOOKS ? await lookAt(client, uuid) : undefined;
    const left = new Set<string>();
    for (const name of all) {
      const then = found.get(name);
      // RapidPro itself resolves the uuid, and it is the contact's for ever.
      if (!then || isUuid(referenceTo(name, then))) {
        if (now === undefined) unsure.add(name);
        continue;
      }
      const isHeld = now === undefined ? undefined : holds(name, then, now);
      if (isHeld === undefined) unsure.add(name);
      if (isHeld !== false) continue;
      moved.add(name);
      left.add(contactIdentity(referenceTo(name, then)));
      // The others may have gone to the same person.
      if (left.size > 1) unsure.add(name);
    }
  }
  return { moved, unsure };
}
