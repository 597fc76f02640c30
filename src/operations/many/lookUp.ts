import type { Client } from '../../client/client.js';
import { pages } from '../../client/pages.js';
import { changed, fail, hasErrorCode } from '../../errors/errors.js';
import { contactKey, isUuid } from '../../input/identifiers.js';
import { log } from '../../input/log.js';
import { isPlainUrn, urnIdentity } from '../../input/sameUrn.js';
import { areHidden } from '../../input/stored.js';
import { inTurns } from '../../input/turns.js';
import { PAGE_SIZE } from '../../resources.js';
import type { Dictionary } from '../../types/json.js';
import { mayNotRead } from '../base/workspaceFacts.js';
import { findContact, urnsOf } from '../contact/contactUrns.js';
import { Reading } from '../lists/list.js';

/** Requests that a dry run of a send or an action takes, at most. */
export const DRY_REQUESTS = 3;

/** Contacts by the names that were looked up; null if RapidPro has none, missing if it was not asked. */
export type Found = Map<string, Dictionary | null>;

/** What two names of a contact have in common, as far as is known without a request. */
export function contactIdentity(name: string): string {
  return isUuid(name) ? name : urnIdentity(name);
}

interface Search {
  found: Found;
  /** The names that are still to be found, by what the names of one contact have in common. */
  open: Map<string, string[]>;
}

function resolve({ found, open }: Search, identity: string, contact: Dictionary | null): void {
  for (const name of open.get(identity) ?? []) found.set(name, contact);
  open.delete(identity);
}

/** Resolves all names that a contact of a list matches. */
function meet(search: Search, contact: Dictionary): void {
  const urns = urnsOf(contact);
  if (areHidden(urns) && [...search.open.keys()].some(identity => !isUuid(identity))) {
    throw fail(
      'ANONYMOUS_WORKSPACE',
      'The workspace hides URNs, so contacts cannot be looked up by URN. Nothing was sent.',
      'Use the uuids of the contacts.',
    );
  }
  for (const name of [String(contact.uuid), ...urns]) {
    resolve(search, contactIdentity(name), contact);
  }
}

/** How far the contacts of a workspace have been read, and whether it pays to read on. */
interface Extent {
  pages: number;
  /** Contacts that are not found yet, and contacts that were found by reading. */
  missing: number;
  found: number;
  /** The size of the largest group: the workspace has at least this many contacts. */
  atLeast?: number;
  exactly?: number | undefined;
}

/**
 * Whether the next page is worth its request. Each contact that is not found by reading takes a request, so pages pay as
 * long as fewer of them remain than contacts to be found.
 */
export function paysToRead({ pages, missing, found, atLeast = 0, exactly }: Extent): boolean {
  if (missing === 0) return false;
  if (exactly !== undefined) return Math.ceil(exactly / PAGE_SIZE) - pages < missing;
  if (Math.ceil(atLeast / PAGE_SIZE) - pages > missing) return false;
  // The number of remaining pages, if the missing contacts are spread like the found ones.
  const expected = found === 0 ? Number.POSITIVE_INFINITY : (pages * missing) / found;
  return 2 * pages + 1 < missing || expected < missing;
}

/** Reads the list of contacts as long as that takes fewer requests than single look-ups. */
async function readSome(client: Client, search: Search, most: number): Promise<void> {
  const { open } = search;
  const reading = new Reading(client, 'contacts', {}, {}, 'pages');
  const missing = open.size;
  let pages = 0;
  for await (const contacts of reading.pages()) {
    for (const contact of contacts) meet(search, contact);
    pages++;
    const extent = { pages, missing: open.size, found: missing - open.size };
    const pays = most === Infinity ? paysToRead(extent) : pages < most;
    if (open.size === 0 || !pays) return;
  }
  reading.requireEnd(
    'The rate limit of the workspace was reached before everyone was looked up.',
    'Nothing was sent. Run the job again later.',
  );
  // Under another form of its URN, a contact could be in the whole list.
  await inTurns([...open.keys()], identity => {
    if (isUuid(identity) || isPlainUrn(identity)) resolve(search, identity, null);
  });
}

/**
 * Looks up contacts by uuids and URNs: in pages of the list or one by one, whichever takes fewer requests.
 *
 * @param most - the most requests; contacts that remain are not in the result
 * @param whereOf - the place of a name in the job, for errors
 * @throws RapidProError what a request throws; `ANONYMOUS_WORKSPACE`, `RATE_LIMITED`
 */
export async function lookUp(
  client: Client,
  names: readonly string[],
  most = Number.POSITIVE_INFINITY,
  whereOf?: (name: string) => string,
): Promise<Found> {
  const open = new Map<string, string[]>();
  await inTurns(names, name => {
    const identity = contactIdentity(name);
    const others = open.get(identity);
    if (others) others.push(name);
    else open.set(identity, [name]);
  });
  const search: Search = { found: new Map(), open };
  const start = client.requests;
  const left = () => most - (client.requests - start);
  const pays = open.size > (most === Infinity ? 2 : most);
  if (pays && left() > 0) await readSome(client, search, most);
  for (const [identity, [name = identity]] of open) {
    if (left() <= 0) break;
    try {
      resolve(search, identity, await findContact(client, contactKey(name)));
    } catch (error) {
      if (!whereOf || !hasErrorCode(error, 'INVALID_URN')) throw error;
      // RapidPro does not say which of many was refused.
      const description = `${whereOf(name)}: ${error.description} Nothing was sent.`;
      throw changed(error, { description });
    }
  }
  return search.found;
}

interface LookUpOptions {
  mustKnow: boolean;
  most?: number;
  whereOf?: (name: string) => string;
}

/**
 * Like {@link lookUp}, if nothing depends on it: in a workspace that hides URNs, they cannot be looked up, but RapidPro
 * still sends to them.
 *
 * @param mustKnow - true if nothing may be sent without it
 */
export async function lookUpIfPossible(
  client: Client,
  names: readonly string[],
  { mustKnow, most, whereOf }: LookUpOptions,
): Promise<Found> {
  if (names.length === 0 || (most ?? 1) <= 0) return new Map();
  try {
    return await lookUp(client, names, most, whereOf);
  } catch (error) {
    const isHidden = hasErrorCode(error, 'ANONYMOUS_WORKSPACE');
    if (mustKnow || !(isHidden || mayNotRead(error))) throw error;
    log.warn(
      'This token cannot look up contacts by URN, so anyone named in two ways may be reached twice. Use uuids.',
    );
    return new Map();
  }
}

export type Groups = Awaited<ReturnType<typeof readGroups>>;

/** Reads the list of groups up to a number of pages, if any are needed. */
export async function readGroups(client: Client, wanted: readonly string[], most: number) {
  /** By uuid and by exact name: beyond ASCII, another group may differ only in letter case. */
  const groups = new Map<string, Dictionary>();
  const inAnyCase = new Map<string, Dictionary>();
  let isWhole = false;
  let read = 0;
  if (wanted.length > 0 && most > 0) {
    for await (const { records, next } of pages(client, 'groups')) {
      for (const group of records) {
        groups.set(String(group.name), group);
        inAnyCase.set(String(group.name).toLowerCase(), group);
        groups.set(String(group.uuid), group);
      }
      isWhole = next === undefined;
      if (++read >= most) break;
    }
  }
  const names = [...new Set([...groups.values()].map(({ name }) => String(name)))];
  /** By uuid or name, in any letter case. */
  const of = (group: string) =>
    groups.get(group) ?? groups.get(group.trim()) ?? inAnyCase.get(group.trim().toLowerCase());
  /** Of those that were read, by what the job calls them. */
  const uuidsOf = (wanted: readonly string[]) =>
    new Map(
      wanted.flatMap(name => {
        const uuid = of(name)?.uuid;
        return uuid === undefined ? [] : [[name, String(uuid)] as const];
      }),
    );
  return { isWhole, names, of, uuidsOf };
}
