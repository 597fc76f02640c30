import type { Client } from '../../client/client.js';
import { pages } from '../../client/pages.js';
import { contactKey, isUuid } from '../../input/identifiers.js';
import { PAGE_SIZE } from '../../resources.js';
import type { Dictionary } from '../../types/json.js';
import { findContact } from '../contact/contactLookup.js';
import { collect } from '../lists/list.js';
import type { Item } from './items.js';

/** Seconds after which lists show what has just been changed: they are read from a copy. */
const COPY_LAG = 1;

/** The uuids of all members. Their list wants the group by uuid: of a name it minds the letter case. */
async function readMembers(client: Client, group: Dictionary): Promise<Set<unknown>> {
  const members = new Set<unknown>();
  // Oldest change first: who is changed meanwhile comes again at the end, and nobody is missed.
  const query = { group: String(group.uuid), reverse: true };
  for await (const { records } of pages(client, 'contacts', query)) {
    for (const { uuid } of records) members.add(uuid);
  }
  return members;
}

async function isMember(client: Client, item: Item, group: Dictionary): Promise<boolean> {
  const contact = await findContact(client, contactKey(item.value));
  const groups: unknown = contact?.groups;
  return Array.isArray(groups) && groups.some(one => one?.uuid === group.uuid);
}

/** Those of the items that are members, in as few requests as it takes. */
async function whichAreMembers(
  client: Client,
  items: readonly Item[],
  group: Dictionary,
): Promise<Set<Item>> {
  const byUuid = items.filter(({ value }) => isUuid(value));
  const pageCount = Math.ceil(Number(group.count ?? 0) / PAGE_SIZE);
  const members = byUuid.length > pageCount ? await readMembers(client, group) : undefined;
  const found = new Set<Item>();
  for (const item of items) {
    const known = members && isUuid(item.value);
    const inside = known ? members.has(item.value) : await isMember(client, item, group);
    if (inside) found.add(item);
  }
  return found;
}

/**
 * RapidPro skips contacts that its engine holds just then, and does not report it. Makes the look afterwards.
 *
 * @param name - uuid or name of the group
 * @param wanted - whether the contacts should be in it
 */
export function membersAmiss(name: string, wanted: boolean) {
  return async (client: Client, items: Item[]): Promise<Item[]> => {
    const [group] = await collect(client, 'groups', isUuid(name) ? { uuid: name } : { name });
    if (!group || items.length === 0) return [];
    const amiss = async (some: Item[]) => {
      const members = await whichAreMembers(client, some, group);
      return some.filter(item => members.has(item) !== wanted);
    };
    const first = await amiss(items);
    if (first.length === 0) return [];
    await client.clock.sleep(COPY_LAG);
    return amiss(first);
  };
}
