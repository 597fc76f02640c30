import { fail } from '../../errors/errors.js';
import { isUuid } from '../../input/identifiers.js';
import { count, log } from '../../input/log.js';
import { isFullNumber, isLocalNumber } from '../../input/sameUrn.js';
import { groupIdentity, isAscii } from '../../input/stored.js';
import { giveWay, inPieces, inTurns } from '../../input/turns.js';
import { BATCH_LIMIT } from '../../resources.js';
import type { Recipients } from '../../types/bodies.js';
import type { LeftOut } from '../../types/bulk.js';
import type { Dictionary } from '../../types/json.js';
import { shownAs, surelyOne } from '../contact/contactUrns.js';
import { inactiveStatus } from '../contact/status.js';
import type { Item } from './items.js';
import { contactIdentity, type Found } from './lookUp.js';

/** The lists of recipients, and what a log calls one of each. */
const NOUNS = { contacts: 'contact', urns: 'URN', groups: 'group' };
type ListName = keyof typeof NOUNS;
const LISTS = ['contacts', 'urns', 'groups'] as const;

/** One request's share of the recipients. */
export interface Chunk {
  /** The list that is split, or undefined if all fit in one request. */
  key?: 'contacts' | 'urns';
  recipients: { [List in ListName]?: string[] };
  /** The position of each recipient in the job's list. */
  positions: { [List in ListName]?: number[] };
}

export interface RecipientPlan {
  chunks: Chunk[];
  /** Recipients after duplicates were left out. */
  recipients: number;
  duplicates: number;
  /** Those among the duplicates that may be somebody else, each with the one that stays. */
  unsure: [stays: string, leftOut: string][];
  leftOut: LeftOut[];
  /** How many of each kind, as text: `1 group, 3 contacts`. */
  summary: string;
}

/** What the database itself says about the names of contacts that seem to have several. */
export interface SecondNames {
  /** URNs that the contact does not have any more. */
  moved: ReadonlySet<string>;
  /** Names that may be those of somebody else by now, which is not known. */
  unsure: ReadonlySet<string>;
}

export const NO_SECOND_NAMES: SecondNames = { moved: new Set(), unsure: new Set() };

/** What was found out about recipients before anything is sent. */
export interface Resolved {
  /** Contacts by their names in the job. */
  contacts: Found;
  /** Uuids of groups by their names in the job. */
  groups: ReadonlyMap<string, string>;
  onlyActive: boolean;
  secondNames: SecondNames;
}

const UNRESOLVED: Resolved = {
  contacts: new Map(),
  groups: new Map(),
  onlyActive: false,
  secondNames: NO_SECOND_NAMES,
};

type Recipient = Item<string>;
type Lists = { [List in ListName]: Recipient[] };

const filledOf = (lists: Lists) => LISTS.filter(list => lists[list].length > 0);

/** If contacts are known, one in two lists is the same. Otherwise, each list has its own names. */
function recipientIdentity(resolved: Resolved, list: ListName, value: string): string {
  const { contacts, groups, secondNames } = resolved;
  if (list === 'groups') return `group ${groups.get(value) ?? groupIdentity(value)}`;
  const uuid = contacts.get(value)?.uuid;
  if (uuid !== undefined && secondNames.moved.has(value)) return `moved from ${uuid}`;
  if (uuid !== undefined) return `contact ${uuid}`;
  return isUuid(value) ? `contact ${value}` : `${list} ${contactIdentity(value)}`;
}

/**
 * What names a contact that was looked up. Look-ups read a copy that may be seconds behind, but RapidPro resolves what is
 * sent as it is now: a URN that has just moved reaches the person who has it. Of a number that servers do not find, that
 * is the whole number, or the uuid if it is not certain which one of the contact it is.
 */
export function referenceTo(name: string, contact: Dictionary | null | undefined): string {
  if (!contact || isUuid(name) || !isLocalNumber(name)) return name;
  return surelyOne(shownAs([name], contact)) ?? String(contact.uuid);
}

function sentAs({ contacts, groups }: Resolved, list: ListName, value: string): string {
  // RapidPro knows best which group has a name now. Beyond ASCII, it may take one with other capitals.
  if (list === 'groups') return isAscii(value) ? value : (groups.get(value) ?? value);
  // A message to a URN goes to exactly that URN.
  return list === 'contacts' ? referenceTo(value, contacts.get(value)) : value;
}

function inactive({ contacts, onlyActive }: Resolved, value: string) {
  const contact = onlyActive ? contacts.get(value) : undefined;
  const status = contact ? inactiveStatus(contact) : undefined;
  return contact && status !== undefined ? { uuid: String(contact.uuid), status } : undefined;
}

/** Goes through the lists, and leaves out duplicates and inactive contacts. */
async function sort(body: Recipients, resolved: Resolved) {
  const lists: Lists = { contacts: [], urns: [], groups: [] };
  const leftOut: LeftOut[] = [];
  const seen = new Map<string, { value: string; list: ListName; index: number }>();
  const { unsure: mayDiffer } = resolved.secondNames;
  const formOf = (name: string) => contactIdentity(referenceTo(name, resolved.contacts.get(name)));
  const unsure: RecipientPlan['unsure'] = [];
  let duplicates = 0;
  for (const list of LISTS) {
    await inTurns(body[list] ?? [], (value, index) => {
      const identity = recipientIdentity(resolved, list, value);
      const first = seen.get(identity);
      if (first !== undefined) {
        duplicates++;
        const isUnsure = mayDiffer.has(value) || mayDiffer.has(first.value);
        if (isUnsure && formOf(first.value) !== formOf(value)) {
          unsure.push([`${first.list}[${first.index}]`, `${list}[${index}]`]);
        }
        return;
      }
      seen.set(identity, { value, list, index });
      const contact = inactive(resolved, value);
      if (contact) leftOut.push({ list, index, ...contact });
      else lists[list].push({ value: sentAs(resolved, list, value), index });
    });
  }
  return { lists, leftOut, duplicates, unsure };
}

function refuseMixture(lists: Lists): void {
  const { contacts, groups } = lists;
  const mixedContacts =
    contacts.length > BATCH_LIMIT && new Set(contacts.map(({ value }) => isUuid(value))).size > 1;
  if (groups.length > BATCH_LIMIT) {
    throw fail(
      'INVALID_INPUT',
      `RapidPro accepts up to ${BATCH_LIMIT} groups at once. Nothing was sent.`,
      'In two requests, someone who is in two groups would be reached twice. Combine the groups in RapidPro.',
    );
  }
  if (filledOf(lists).length <= 1 && !mixedContacts) return;
  throw fail(
    'INVALID_INPUT',
    `There are more than ${BATCH_LIMIT} recipients of different kinds, so one person could be reached twice. Nothing was sent.`,
    `For more than ${BATCH_LIMIT}, use only contacts by uuid, or only urns. Send to groups in a separate step.`,
  );
}

/**
 * Within one request, RapidPro knows that two forms of a number are the same. Between two requests, nobody does.
 */
function refuseLocalNumbers(values: readonly string[]): void {
  const local = values.findIndex(value => value.startsWith('tel:') && !isFullNumber(value));
  if (local < 0) return;
  throw fail(
    'INVALID_INPUT',
    `The number at position ${local} needs "+", its country code and only digits. Nothing was sent.`,
    `For more than ${BATCH_LIMIT} recipients, write all numbers with "+" and country code, such as "tel:+250788123123". Otherwise, one person could be reached twice.`,
  );
}

export function isOneRequest(
  lists: { [List in ListName]?: readonly unknown[] | undefined },
): boolean {
  return LISTS.every(list => (lists[list]?.length ?? 0) <= BATCH_LIMIT);
}

/** @param key - the list that is split, if one is */
function chunkOf(lists: Partial<Lists>, key?: Chunk['key']): Chunk {
  const each = <Value>(of: (recipient: Recipient) => Value) =>
    Object.fromEntries(
      LISTS.flatMap(list => {
        const some = lists[list] ?? [];
        return some.length > 0 ? [[list, some.map(of)]] : [];
      }),
    );
  const recipients = each(({ value }) => value);
  const positions = each(({ index }) => index);
  return { ...(key ? { key } : {}), recipients, positions };
}

/**
 * Leaves duplicates out and splits the recipients into requests of at most 100.
 *
 * @param resolved - what is known about them, if anything
 * @throws RapidProError `INVALID_INPUT` for nobody, and for a mixture above 100
 */
export async function planRecipients(
  body: Recipients,
  resolved = UNRESOLVED,
): Promise<RecipientPlan> {
  const { lists, leftOut, duplicates, unsure } = await sort(body, resolved);
  const { contacts, urns, groups } = lists;
  const recipients = contacts.length + urns.length + groups.length;
  if (recipients === 0 && leftOut.length === 0) {
    throw fail(
      'INVALID_INPUT',
      'There are no recipients: contacts, urns and groups are all empty. Nothing was sent.',
      'Add at least one recipient. If the list comes from $ or state, check that it is not empty. To skip the step, use fnIf().',
    );
  }
  const kinds = filledOf(lists).map(list => count(lists[list].length, NOUNS[list]));
  const plan = { recipients, duplicates, unsure, leftOut, summary: kinds.join(', ') };
  if (recipients === 0) return { ...plan, chunks: [] };
  if (isOneRequest(lists)) return { ...plan, chunks: [chunkOf(lists)] };
  const key = contacts.length > 0 ? 'contacts' : 'urns';
  const items = lists[key];
  if (resolved === UNRESOLVED) {
    refuseMixture(lists);
    await giveWay(items);
    refuseLocalNumbers(body[key] ?? []);
  }
  await giveWay(items);
  const chunks = inPieces(items, BATCH_LIMIT).map(part => chunkOf({ [key]: part }, key));
  return { ...plan, chunks };
}

/** So many positions fit into a line of the log. */
const MOST_POSITIONS = 200;

/** Warns once about all names that were left out although they may be somebody else's by now. */
export function logUnsure(unsure: RecipientPlan['unsure']): void {
  const [[stays, leftOut] = [], ...others] = unsure;
  if (stays === undefined) return;
  const places = others.slice(0, MOST_POSITIONS).map(([, place]) => place);
  if (others.length > MOST_POSITIONS) places.push('…');
  const more =
    others.length > 0
      ? ` So were others, ${count(unsure.length, 'name')} in all: ${places.join(', ')}.`
      : '';
  log.warn(
    `${stays} and ${leftOut} may be one contact, so the second was left out.${more} If the second is somebody else by now, run a step for that one.`,
  );
}
