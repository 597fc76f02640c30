import { RapidProError } from '../../client/errors.js';
import { BATCH_LIMIT } from '../../resources.js';
import { isUuid, urnIdentity } from '../base/identifiers.js';
import { count } from '../base/log.js';

/** One request's share of the recipients. */
export interface Chunk {
  /** The list that is split, or undefined where all fit in one request. */
  key?: 'contacts' | 'urns';
  recipients: { contacts?: string[]; urns?: string[]; groups?: string[] };
  /** Positions in the list as the job gave it, where it is split. */
  indexes: number[];
}

export interface Plan {
  chunks: Chunk[];
  /** Recipients after duplicates were left out. */
  recipients: number;
  duplicates: number;
  /** How many of each kind, for people: `1 group, 3 contacts`. */
  told: string;
}

interface Item {
  value: string;
  index: number;
}

function contactIdentity(value: string): string {
  return isUuid(value) ? value : urnIdentity(value);
}

/** RapidPro finds groups by name in any letter case. */
function groupIdentity(value: string): string {
  return value.toLowerCase();
}

function distinct(
  list: readonly string[] | undefined,
  identity: (value: string) => string,
): Item[] {
  const seen = new Set<string>();
  return (list ?? []).flatMap((value, index) => {
    const key = identity(value);
    if (seen.has(key)) return [];
    seen.add(key);
    return [{ value, index }];
  });
}

function values(items: Item[]): string[] {
  return items.map(({ value }) => value);
}

function refuse(description: string, fix: string): never {
  throw new RapidProError({ code: 'INVALID_INPUT', description, fix });
}

function refuseMixture(contacts: Item[], urns: Item[], groups: Item[]): void {
  const kinds = [contacts, urns, groups].filter(({ length }) => length > 0).length;
  const mixedContacts =
    contacts.length > BATCH_LIMIT && new Set(contacts.map(({ value }) => isUuid(value))).size > 1;
  if (groups.length > BATCH_LIMIT) {
    refuse(
      `RapidPro takes at most ${BATCH_LIMIT} groups at once. Nothing was sent.`,
      'Somebody could be in two of them and be reached twice if they went in two requests. Make one group of them in RapidPro.',
    );
  }
  if (kinds <= 1 && !mixedContacts) return;
  refuse(
    `More than ${BATCH_LIMIT} recipients are given in different ways, and one person could be reached twice. Nothing was sent.`,
    'Above 100, give only contacts by uuid, or only urns. Send to groups in a step of their own.',
  );
}

/**
 * Within one request RapidPro knows that two ways of writing a number are the same; between two
 * requests nobody does.
 */
function refuseLocalNumbers(items: Item[]): void {
  const local = items.find(({ value }) => {
    const identity = urnIdentity(value);
    return identity.startsWith('tel:') && !/^tel:\+\d{7,15}$/.test(identity);
  });
  if (!local) return;
  refuse(
    `The number at position ${local.index} is not written with "+", country code and digits alone. Nothing was sent.`,
    `Above ${BATCH_LIMIT} recipients, write all numbers with "+" and country code, as "tel:+250788123123": otherwise one person could be reached twice.`,
  );
}

function split(key: 'contacts' | 'urns', items: Item[]): Chunk[] {
  const chunks: Chunk[] = [];
  for (let start = 0; start < items.length; start += BATCH_LIMIT) {
    const part = items.slice(start, start + BATCH_LIMIT);
    const indexes = part.map(({ index }) => index);
    chunks.push({ key, recipients: { [key]: values(part) }, indexes });
  }
  return chunks;
}

/** `1 group, 3 contacts`. */
function tell(kinds: readonly (readonly [Item[], string])[]): string {
  return kinds
    .filter(([items]) => items.length > 0)
    .map(([items, noun]) => count(items.length, [noun, `${noun}s`]))
    .join(', ');
}

/**
 * Leaves duplicates out and splits the recipients into requests of at most 100.
 *
 * @throws RapidProError `INVALID_INPUT` for nobody, and for a mixture above 100
 */
export function planRecipients(body: {
  contacts?: string[] | undefined;
  urns?: string[] | undefined;
  groups?: string[] | undefined;
}): Plan {
  const contacts = distinct(body.contacts, contactIdentity);
  const urns = distinct(body.urns, urnIdentity);
  const groups = distinct(body.groups, groupIdentity);
  const given = [body.contacts, body.urns, body.groups].reduce(
    (sum, list) => sum + (list?.length ?? 0),
    0,
  );
  const recipients = contacts.length + urns.length + groups.length;
  if (recipients === 0) {
    refuse(
      'There is nobody to send to: contacts, urns and groups are all empty. Nothing was sent.',
      'Give at least one recipient. If the list comes from $ or state, check that it has somebody in it; fnIf() can skip the step.',
    );
  }
  const duplicates = given - recipients;
  const told = tell([
    [contacts, 'contact'],
    [urns, 'URN'],
    [groups, 'group'],
  ]);
  if ([contacts, urns, groups].every(({ length }) => length <= BATCH_LIMIT)) {
    const one = {
      ...(contacts.length ? { contacts: values(contacts) } : {}),
      ...(urns.length ? { urns: values(urns) } : {}),
      ...(groups.length ? { groups: values(groups) } : {}),
    };
    return { chunks: [{ recipients: one, indexes: [] }], recipients, duplicates, told };
  }
  refuseMixture(contacts, urns, groups);
  const key = contacts.length > 0 ? 'contacts' : 'urns';
  const items = key === 'contacts' ? contacts : urns;
  refuseLocalNumbers(items);
  return { chunks: split(key, items), recipients, duplicates, told };
}

/** `[0, 1, 2, 5]` as `[[0, 2], [5, 5]]`: both ends included. */
export function ranges(indexes: readonly number[]): [number, number][] {
  const result: [number, number][] = [];
  for (const index of indexes) {
    const last = result.at(-1);
    if (last && last[1] === index - 1) last[1] = index;
    else result.push([index, index]);
  }
  return result;
}
