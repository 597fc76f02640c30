import type { ApiResponse, Client } from '../../client/client.js';
import { changed, fail, hasErrorCode, RapidProError } from '../../errors/errors.js';
import type { Body } from '../../input/body.js';
import { asUuid, type ContactKey, shownId } from '../../input/identifiers.js';
import { log } from '../../input/log.js';
import type { Settings } from '../../input/options.js';
import {
  distinctUrns,
  isLocalNumber,
  isPlainUrn,
  urnIdentity,
  urnTail,
} from '../../input/sameUrn.js';
import { areHidden, sameGroupName } from '../../input/stored.js';
import type { Dictionary, Json } from '../../types/json.js';
import type { ApiRequest } from '../../types/request.js';
import { asWritten } from '../base/asObject.js';
import type { Access } from '../base/operation.js';
import type { WorkspaceFacts } from '../base/workspaceFacts.js';
import {
  findContact,
  findHolders,
  hasJustUrns,
  isHeldNow,
  lockUrns,
  NO_SUCH_CONTACT,
  type OwnUrns,
  refuseDuplicateNumbers,
  requireOwn,
  severalAnswer,
  shownAs,
  urnsOf,
} from './contactUrns.js';

interface Written {
  contact: Dictionary;
  statusCode: number;
  repeated: boolean;
}

const logged = new WeakSet<Client>();

/** Says once for an operation that a note was lost, because RapidPro 9 has no notes. */
function logNoNotes(client: Client, contact: Dictionary): void {
  if ('notes' in contact || logged.has(client)) return;
  logged.add(client);
  log.warn('This server has no notes, so "note" was not saved. Everything else was.');
}

/** Sends a contact. If it names groups or fields, these may be seconds old. */
function post(
  client: Client,
  request: Pick<ApiRequest, 'query' | 'positions' | 'repeatable'> & { body: Body },
): Promise<ApiResponse> {
  const { groups, fields } = request.body;
  const referencesGroupsOrFields = [groups, fields].some(
    value => Object.keys(value ?? {}).length > 0,
  );
  return client.request({ method: 'POST', path: 'contacts', ...request, referencesGroupsOrFields });
}

/** Writes to a contact that RapidPro finds or creates by the key. Safe to repeat, except for notes. */
export async function writeContact(
  client: Client,
  key: ContactKey,
  body: Body,
  positions?: ApiRequest['positions'],
): Promise<Dictionary> {
  const { contact } = await writeByKey(client, key, body, positions);
  return contact;
}

/** The same, and what the answer says besides the contact. */
async function writeByKey(
  client: Client,
  key: ContactKey,
  body: Body,
  positions?: ApiRequest['positions'],
): Promise<Written> {
  const repeatable = body.note === undefined;
  const answer = await post(client, { query: { ...key }, body, positions, repeatable });
  const contact = asWritten(answer.body);
  const answered = asUuid(String(contact.uuid));
  if ('uuid' in key && answered !== undefined && answered !== key.uuid) {
    throw fail(
      'INVALID_RESPONSE',
      'RapidPro answered with another contact than the one that was to be changed.',
      'Something in front of RapidPro may drop the query of an address, and RapidPro then creates a contact: ask the people who run the server. "details" has the uuid of the one in the answer.',
      { details: { contact: shownId(contact) }, outcome: 'unknown' },
    );
  }
  if (body.note !== undefined) logNoNotes(client, contact);
  return { contact, statusCode: answer.statusCode, repeated: answer.repeated };
}

/** More than `isPlainUrn()`: URNs that a server that has just accepted them stores unchanged. If one is missing, it was lost. */
const STORED_AS_WRITTEN = /^(tel:\+\d{8,15}|mailto:\S+|(telegram|whatsapp|instagram):\d+)$/;

/** URNs that a contact had and, as far as an answer shows, does not have any more. */
export function lostUrns(had: readonly string[], now: Dictionary): string[] {
  const shown = urnsOf(now);
  return Array.isArray(now.urns) && !areHidden(shown) ? notIn(shown, had) : [];
}

function notIn(list: readonly string[], urns: readonly string[]): string[] {
  const listed = new Set(list.map(urnIdentity));
  return urns.filter(urn => !listed.has(urnIdentity(urn)));
}

/** Somebody moved a URN between the look at the contact and the write. */
function requireStillHeld(now: Dictionary, had: readonly string[]): void {
  if (lostUrns(had, now).length === 0) return;
  throw fail(
    'URN_TAKEN',
    'RapidPro changed the contact that had this URN a moment ago, but it does not have it any more.',
    'Somebody has just moved the URN. Check in RapidPro who has it now, and correct the changed contact: "details" has its uuid. Then run the job again.',
    { details: { contact: shownId(now) }, outcome: 'unknown' },
  );
}

/**
 * A contact that was looked up, as it is now, before it is written to. Look-ups read a copy that may be seconds behind:
 * the one that had a URN may be somebody else by now, and a list of URNs made from it would take back what was moved
 * meanwhile. RapidPro answers a write from its main database, and one that changes nothing only shows the contact.
 *
 * @param urns - by which it was found
 */
async function asItIsNow(
  client: Client,
  contact: Dictionary,
  urns: readonly string[],
): Promise<Dictionary> {
  if (areHidden(urnsOf(contact))) return contact;
  const now = await writeContact(client, { uuid: String(contact.uuid) }, {});
  if (!Array.isArray(now.urns)) return contact;
  if (lostUrns(shownAs(urns, contact), now).length === 0) return now;
  throw fail(
    'URN_TAKEN',
    'The contact had one of these URNs a moment ago, but not any more. Nothing was changed.',
    'Somebody has just moved the URN. Check in RapidPro who has it now. Then run the job again.',
    { details: { contact: shownId(contact) } },
  );
}

/**
 * Compares what RapidPro stored with what was sent. How servers write other URNs than the plain ones is not known, so they
 * are missed only if the contact has fewer than were sent.
 *
 * @param given - the list of the job, whose positions are reported
 */
function checkKept(contact: Dictionary, sent: readonly string[], given: readonly string[]): void {
  const shown = urnsOf(contact);
  const isShort = new Set(shown.map(urnIdentity)).size < sent.length;
  const lost = isShort
    ? notIn(
        shown,
        sent.filter(urn => STORED_AS_WRITTEN.test(urn) || isPlainUrn(urn)),
      )
    : lostUrns(sent.filter(isPlainUrn), contact);
  if (lost.length === 0) return;
  const places = lost.map(urn => given.indexOf(urn)).filter(place => place >= 0);
  throw fail(
    'URN_TAKEN',
    `RapidPro changed the contact but left out ${lost.length} of its URNs, because another contact has them.`,
    'Check both contacts in RapidPro. "details" has the uuid of the changed one.',
    { details: { contact: shownId(contact), lost: places }, outcome: 'unknown' },
  );
}

/** Whether URNs are added to those of the contact, or replace them. */
export type UrnMode = 'add' | 'replace';

/** syncContacts() calls it `'exact'`. */
export function modeOf(urns: Settings['urns']): UrnMode {
  return urns === undefined ? 'add' : 'replace';
}

/** What is written to a contact that was looked up, and its URNs. */
interface UrnWrite extends OwnUrns {
  body: Body;
  /** The list of the job, whose positions are reported. */
  urns: readonly string[];
  mode: UrnMode;
  facts: WorkspaceFacts;
  /** True if the job names the contact by its uuid, and not by URNs alone. */
  byUuid?: boolean;
}

/**
 * Those of a list that a contact does not have, and by which RapidPro is asked for each before it is written. Servers
 * find a number only with its country code. What may be one of the contact's own in another form would be found.
 */
export async function newUrns(
  facts: WorkspaceFacts,
  contact: Dictionary,
  list: readonly string[],
): Promise<{ urn: string; asked: string }[]> {
  const held = urnsOf(contact);
  if (areHidden(held)) return [];
  const tails = new Set(held.map(urnTail));
  const found: { urn: string; asked: string }[] = [];
  for (const urn of notIn(held, distinctUrns(list))) {
    if (isLocalNumber(urn)) {
      const asked = await facts.wholeNumber(urn);
      if (asked !== undefined && notIn(held, [asked]).length > 0) found.push({ urn, asked });
    } else if (isPlainUrn(urn) || !tails.has(urnTail(urn))) found.push({ urn, asked: urn });
  }
  return found;
}

/** @param holder - of the URN, if a look-up shows who that is */
function taken(index: number, contact: Dictionary, holder?: Dictionary): RapidProError {
  const shown = { index, contact: shownId(contact) };
  return fail(
    'URN_TAKEN',
    `urns[${index}] belongs to another contact${holder ? '' : ', which got it a moment ago'}. Nothing was changed.`,
    holder
      ? 'Remove the URN from the list, or from the other contact first. "details" has the uuids of both contacts.'
      : 'Check in RapidPro who has it, and remove it from the list or from the other contact. Then run the job again.',
    { details: holder ? { ...shown, holder: shownId(holder) } : shown },
  );
}

/**
 * The whole list of URNs that a write gives to a contact; undefined if it has just these. Such a list is left out, because
 * it would change `modified_on` on RapidPro 9.
 *
 * @throws RapidProError `INVALID_URN` for one number in two forms
 */
export function listFor(
  client: Client,
  contact: Dictionary,
  { urns, mode, held, missing }: Pick<UrnWrite, 'urns' | 'mode' | 'held' | 'missing'>,
): string[] | undefined {
  if (mode === 'add' && missing.length === 0) return undefined;
  // If a URN is in the list twice, RapidPro 9 silently keeps the old list.
  const list = distinctUrns(mode === 'replace' ? urns : [...urnsOf(contact), ...missing]);
  if (hasJustUrns(contact, list, held)) return undefined;
  // The newer servers leave one of them out.
  if (client.dialect !== 'textit') refuseDuplicateNumbers(list, urns);
  return list;
}

/**
 * Writes to a contact that was looked up, and adds or replaces its URNs. It is looked at as it is now, if URNs found it,
 * or if its list of them changes.
 *
 * @throws RapidProError `URN_TAKEN` if RapidPro did not keep all of them, or if the contact has just lost one
 */
export function writeFound(
  client: Client,
  contact: Dictionary,
  write: UrnWrite,
): Promise<Dictionary> {
  // Another entry of the list may name the same contact.
  return client.limiter.withLock([String(contact.uuid)], () =>
    lookAndWrite(client, contact, write),
  );
}

async function lookAndWrite(
  client: Client,
  contact: Dictionary,
  write: UrnWrite,
): Promise<Dictionary> {
  const { body, urns: given, held, facts, byUuid = false } = write;
  const isChanged = listFor(client, contact, write) !== undefined;
  const now = isChanged || !byUuid ? await asItIsNow(client, contact, held) : contact;
  const key = { uuid: String(now.uuid) };
  const urns = listFor(client, now, write);
  if (!urns) {
    const written = await writeContact(client, key, body);
    requireStillHeld(written, shownAs(held, now));
    // Who was named by uuid was not looked at: a list that replaces all URNs may have to be written after all.
    const isOld = now === contact && !areHidden(urnsOf(written));
    if (!isOld || !listFor(client, written, write)) return written;
    return lookAndWrite(client, written, { ...write, body: {} });
  }
  for (const { urn, asked } of await newUrns(facts, now, urns)) {
    if (await isHeldNow(client, asked)) throw taken(given.indexOf(urn), now);
  }
  const places = urns.map(urn => (given.includes(urn) ? given.indexOf(urn) : undefined));
  const written = await writeContact(client, key, { ...body, urns }, { urns: places });
  checkKept(written, urns, given);
  return written;
}

/** An answer of RapidPro that is written back has a uuid, which it ignores. That of another contact is a mistake. */
function refuseOtherUuid({ uuid }: Dictionary, contact: Dictionary): void {
  if (uuid == null || (asUuid(String(uuid)) ?? uuid) === contact.uuid) return;
  throw fail(
    'INVALID_INPUT',
    'changes.uuid is not the uuid of the contact that would be changed. Nothing was changed.',
    'Leave "uuid" out of the changes, or check which contact is meant.',
  );
}

/** Updates a contact that must exist. RapidPro would create one for an unknown URN. */
export async function updateExisting(
  { client, facts }: Access,
  key: ContactKey,
  { urns, ...body }: Body & { urns?: string[] | undefined },
): Promise<Dictionary> {
  if ('uuid' in key) refuseOtherUuid(body, key);
  if ('uuid' in key && !urns) return writeContact(client, key, body);
  const contact = await findContact(client, key);
  if (!contact) {
    throw fail(
      'NOT_FOUND',
      'RapidPro has no such contact. Nothing was changed.',
      'Check the uuid or URN. upsertContact() creates a missing contact.',
    );
  }
  refuseOtherUuid(body, contact);
  const byUuid = 'uuid' in key;
  const { held, missing } = await requireOwn(client, contact, urns ?? [], taken);
  return writeFound(client, contact, {
    body,
    urns: urns ?? [],
    mode: urns ? 'replace' : 'add',
    held: byUuid ? held : [key.urn, ...held],
    missing,
    facts,
    byUuid,
  });
}

function lost(error: RapidProError, contact: Dictionary): RapidProError {
  return changed(error, {
    description: `The contact was added, but its note was not: ${error.description}`,
    fix: 'Add the note with updateContact(): "details" has the uuid of the contact.',
    details: { contact: shownId(contact) },
    outcome: 'unknown',
  });
}

function hasNote({ notes }: Dictionary, note: Json): boolean {
  if (!Array.isArray(notes)) return false;
  return notes.some(({ text }) => String(text).trim() === String(note).trim());
}

/**
 * The new contact, with its note. Servers with notes ignore one in a new contact, so it takes a separate request.
 */
async function withNote(client: Client, contact: Dictionary, note: Json): Promise<Dictionary> {
  logNoNotes(client, contact);
  if (!('notes' in contact) || hasNote(contact, note)) return contact;
  try {
    return await writeContact(client, { uuid: String(contact.uuid) }, { note });
  } catch (error) {
    const reason = client.reasonOf(error);
    throw reason instanceof RapidProError ? lost(reason, contact) : error;
  }
}

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
function wasCreatedSince(contact: Dictionary, client: Client, started: number): boolean {
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
  const given = (body.urns ?? []) as string[];
  refuseDuplicateNumbers(given);
  const started = client.clock.now();
  // RapidPro 9 fails on a contact that has a URN twice.
  const urns = distinctUrns(given);
  const repeatable = urns.length > 0;
  try {
    const answer = await post(client, {
      body: repeatable ? { ...body, urns } : body,
      positions: { urns: urns.map(one => given.indexOf(one)) },
      repeatable,
    });
    return asWritten(answer.body, repeatable ? undefined : 'contacts');
  } catch (error) {
    // Whatever it says: its text may have been lost.
    const refused = error instanceof RapidProError && error.statusCode === 400;
    if (!refused || error.outcome !== 'unknown' || !repeatable) throw error;
    const own = await client.after(error, () => ownContact(client, body, urns, started));
    if (own) return own;
    throw error;
  }
}

async function contactOfUuid(client: Client, uuid: string): Promise<Dictionary> {
  const contact = await findContact(client, { uuid });
  if (contact) return contact;
  throw new RapidProError(NO_SUCH_CONTACT);
}

/** The matching contact, or undefined if none exists yet. */
function theOne(found: readonly Dictionary[]): Dictionary | undefined {
  const contacts = [...new Map(found.map(contact => [contact.uuid, contact])).values()];
  if (contacts.length < 2) return found[0];
  const reason = severalAnswer(String(contacts.length));
  throw new RapidProError({ ...reason, details: { contacts: contacts.map(shownId) } });
}

interface Upserted {
  contact: Dictionary;
  isNew: boolean;
}

interface Wanted {
  facts: WorkspaceFacts;
  uuid: string | undefined;
  urns: string[];
  body: Body;
  mode: UrnMode;
  /** Throws if nothing may be written to the contact that was found. */
  checkFound?: ((contact: Dictionary) => void) | undefined;
}

/** The contact with a uuid and URNs, and who has the URNs: it, or nobody. Writes nothing. */
export async function findTarget(
  client: Client,
  uuid: string | undefined,
  urns: readonly string[],
): Promise<OwnUrns & { contact: Dictionary | undefined }> {
  const named = uuid === undefined ? [] : [await contactOfUuid(client, uuid)];
  const { holders, missing } = await findHolders(client, urns, named);
  return { contact: theOne([...named, ...holders.values()]), held: [...holders.keys()], missing };
}

/** Several URNs, or a uuid with URNs: look first, so that no URN is taken from another contact. */
async function upsertByLooking(
  client: Client,
  wanted: Wanted,
  isSecondLook = false,
): Promise<Upserted> {
  const { uuid, urns, body, mode, facts } = wanted;
  const { contact, ...own } = await findTarget(client, uuid, urns);
  if (contact) {
    wanted.checkFound?.(contact);
    const write = { body, urns, mode, ...own, facts, byUuid: uuid !== undefined };
    return { contact: await writeFound(client, contact, write), isNew: false };
  }
  try {
    return { contact: await createContact(client, { ...body, urns }), isNew: true };
  } catch (error) {
    // Somebody else has just created the contact, so now it can be updated.
    if (!hasErrorCode(error, 'URN_TAKEN') || isSecondLook) throw error;
    return client.after(error, () => upsertByLooking(client, wanted, true));
  }
}

/** Whether RapidPro itself finds the contact, so that one request is enough. */
export function isByOneUrn(
  uuid: string | undefined,
  urns: readonly string[] = [],
  mode: UrnMode,
): boolean {
  return uuid === undefined && mode === 'add' && distinctUrns(urns).length === 1;
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
    if (!hasErrorCode(error, 'URN_TAKEN')) throw error;
    return client.after(error, () => writeByKey(client, { urn }, body));
  }
}

/** @param checkFound - throws if nothing may be written to a contact that was looked up */
export async function upsert(
  { client, facts }: Access,
  { uuid, urns, ...body }: Body & { uuid?: string | undefined; urns?: string[] | undefined },
  mode: UrnMode,
  checkFound?: (contact: Dictionary) => void,
): Promise<Upserted> {
  if (uuid !== undefined && !urns) {
    return { contact: await writeContact(client, { uuid }, body), isNew: false };
  }
  const [urn] = distinctUrns(urns ?? []);
  if (uuid === undefined && urn === undefined) {
    return { contact: await createContact(client, body), isNew: true };
  }
  return lockUrns(client, urns ?? [], () =>
    urn !== undefined && isByOneUrn(uuid, urns, mode)
      ? upsertByUrn(client, urn, body)
      : upsertByLooking(client, { uuid, urns: urns ?? [], body, mode, facts, checkFound }),
  );
}
