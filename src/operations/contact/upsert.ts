import type { Client } from '../../client/client.js';
import { fail, type RapidProError } from '../../errors/errors.js';
import type { Body } from '../../input/body.js';
import { distinctUrns, shownId } from '../../input/identifiers.js';
import type { Settings } from '../../input/optionTable.js';
import type { Dictionary } from '../../types/json.js';
import {
  findContact,
  findHolders,
  isUrnTaken,
  lockUrns,
  NO_SUCH_CONTACT,
  severalAnswer,
  urnsOf,
} from './contactUrns.js';
import {
  createContact,
  type Written,
  wasCreatedSince,
  withNote,
  writeByKey,
  writeContact,
  writeUrns,
} from './writeContact.js';

function clash(contacts: Dictionary[]): RapidProError {
  const { code, description, fix } = severalAnswer(String(contacts.length));
  return fail(code, description, fix, { details: { contacts: contacts.map(shownId) } });
}

async function contactOfUuid(client: Client, uuid: string): Promise<Dictionary> {
  const contact = await findContact(client, { uuid });
  if (contact) return contact;
  const { code, description, fix } = NO_SUCH_CONTACT;
  throw fail(code, description, fix);
}

/** The matching contact, or undefined if none exists yet. */
function theOne(found: readonly Dictionary[]): Dictionary | undefined {
  const contacts = [...new Map(found.map(contact => [contact.uuid, contact])).values()];
  if (contacts.length > 1) throw clash(contacts);
  return found[0];
}

/** Whether URNs are added to those of the contact, or replace them. */
type UrnMode = 'add' | 'replace';

/** syncContacts() calls it `'exact'`. */
export function modeOf({ urns = 'add' }: Settings): UrnMode {
  return urns === 'add' ? 'add' : 'replace';
}

/** A contact, and whether it was created. */
interface Upserted {
  contact: Dictionary;
  isNew: boolean;
}

interface Wanted {
  uuid: string | undefined;
  urns: string[];
  body: Body;
  mode: UrnMode;
}

/** The contact with a uuid and URNs, and the URNs that nobody has. Writes nothing. */
export async function findTarget(
  client: Client,
  uuid: string | undefined,
  urns: readonly string[],
): Promise<{ contact: Dictionary | undefined; missing: string[] }> {
  const named = uuid === undefined ? [] : [await contactOfUuid(client, uuid)];
  const holdings = await findHolders(client, urns, named);
  const holders = holdings.flatMap(({ holder }) => (holder ? [holder] : []));
  return {
    contact: theOne([...named, ...holders]),
    missing: holdings.filter(({ holder }) => !holder).map(({ urn }) => urn),
  };
}

/** Several URNs, or a uuid with URNs: look first, so that no URN is taken from another contact. */
async function upsertByLooking(
  client: Client,
  wanted: Wanted,
  isSecondLook = false,
): Promise<Upserted> {
  const { uuid, urns, body, mode } = wanted;
  const { contact, missing } = await findTarget(client, uuid, urns);
  if (contact) {
    const list = mode === 'replace' ? urns : [...urnsOf(contact), ...missing];
    return { contact: await writeUrns(client, contact, body, list, urns), isNew: false };
  }
  try {
    return { contact: await createContact(client, { ...body, urns }), isNew: true };
  } catch (error) {
    // Somebody else has just created the contact, so now it can be updated.
    if (!isUrnTaken(error) || isSecondLook) throw error;
    return client.after(error, () => upsertByLooking(client, wanted, true));
  }
}

/** With one URN, RapidPro itself updates or creates the contact. */
async function upsertByUrn(client: Client, urn: string, body: Body): Promise<Upserted> {
  const started = client.clock.now();
  const { contact, statusCode, repeated } = await writeByUrn(client, urn, body);
  // If the answer to its creation was lost, the same request found it.
  const isNew = statusCode === 201 || (repeated && wasCreatedSince(contact, client, started));
  const noted = isNew && body.note !== undefined ? withNote(client, contact, body.note) : contact;
  return { contact: await noted, isNew };
}

async function writeByUrn(client: Client, urn: string, body: Body): Promise<Written> {
  try {
    return await writeByKey(client, { urn }, body);
  } catch (error) {
    // TextIt may refuse one of two simultaneous upserts. A second try finds the contact.
    if (!isUrnTaken(error)) throw error;
    return client.after(error, () => writeByKey(client, { urn }, body));
  }
}

/** Updates the contact with a uuid or URNs, or creates it. */
export async function upsert(
  client: Client,
  { uuid, urns, ...body }: Body & { uuid?: string | undefined; urns?: string[] | undefined },
  mode: UrnMode,
): Promise<Upserted> {
  if (uuid !== undefined && !urns) {
    return { contact: await writeContact(client, { uuid }, body), isNew: false };
  }
  const [urn, ...others] = distinctUrns(urns ?? []);
  if (uuid === undefined && urn === undefined) {
    return { contact: await createContact(client, body), isNew: true };
  }
  return lockUrns(client, urns ?? [], () =>
    uuid === undefined && urn !== undefined && others.length === 0 && mode === 'add'
      ? upsertByUrn(client, urn, body)
      : upsertByLooking(client, { uuid, urns: urns ?? [], body, mode }),
  );
}
