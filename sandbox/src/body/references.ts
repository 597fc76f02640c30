import { BATCH_LIMIT } from '../../../src/resources.js';
import type { Call } from '../core/call.js';
import { canonicalUuid, isCanonicalUuid } from '../state/ids.js';
import type { Contact, Flow, Group } from '../state/model.js';
import { normalizeUrn, storeUrn, wholeUrn } from '../values/index.js';
import { issue, listOf, oneRef, type Rule, refsOf, refTo, value } from './rules.js';

/** Finds a contact by uuid or URN. The workspace's country is not used to read the URN. */
function findContact(text: string, { workspace }: Call): Contact | undefined {
  const { dialect } = workspace;
  const byUuid = workspace.contacts.find(text);
  if (byUuid) return byUuid.deleted ? undefined : byUuid;
  const urn = normalizeUrn(text, { country: '', dialect }, 'reference');
  return 'urn' in urn ? workspace.urns.get(urn.urn) : undefined;
}

const sameText = (a: string, b: string): boolean => a.toLowerCase() === b.toLowerCase();

/**
 * Finds a row by uuid, or by name ignoring case. A column of texts compares the uuid as it is written.
 */
export function byUuidOrName<T extends { name: string; deleted?: boolean }>(
  table: Iterable<T> & { find(uuid: string): T | undefined },
  text: string,
  column: 'uuids' | 'texts',
): T | undefined {
  const uuid = column === 'texts' ? text : (canonicalUuid(text) ?? text);
  const byUuid = isCanonicalUuid(uuid) ? table.find(uuid) : undefined;
  if (byUuid && !byUuid.deleted) return byUuid;
  for (const row of table) if (!row.deleted && sameText(row.name, text)) return row;
  return undefined;
}

/** How the server keeps the uuids of groups and flows. */
export const columnOf = ({ workspace }: Call): 'uuids' | 'texts' =>
  workspace.dialect === 'v9' ? 'texts' : 'uuids';

const findGroup = (text: string, call: Call): Group | undefined =>
  byUuidOrName(call.workspace.groups, text, columnOf(call));

const notSmart = (group: Group, given: string): string | undefined =>
  group.query === null ? undefined : `Contact group must not be query based: ${given}`;

export const contact = oneRef(refTo(findContact));
export const contacts = refsOf(refTo(findContact), BATCH_LIMIT);
export const group = oneRef(refTo(findGroup));
export const groups = refsOf(refTo(findGroup), BATCH_LIMIT);
export const manualGroup = oneRef(refTo(findGroup, notSmart));
export const manualGroups = refsOf(refTo(findGroup, notSmart), BATCH_LIMIT);

/** An archived flow too: a start of it fails, and an event waits until it is restored. */
const findFlow = (text: string, call: Call): Flow | undefined =>
  call.workspace.flows.find((columnOf(call) === 'uuids' && canonicalUuid(text)) || text);

export const ticketRef = refTo((text, { workspace }: Call) =>
  workspace.tickets.find(canonicalUuid(text) ?? text),
);
export const ticket = oneRef(ticketRef);

export const flow = oneRef(refTo(findFlow));

/** A URN to store, with its display. */
export interface GivenUrn {
  urn: string;
  display: string | null;
  /** Normalized, with query and display: what a broadcast keeps. */
  whole: string;
  /** How the engine rejects a URN that the API accepted: with a validation error or a crash. */
  engine?: 'not-valid' | 'server-error';
}

/** An item of a `urns` list. Local numbers are read in the workspace's country. */
const urn: Rule<GivenUrn> = {
  takesNull: true,
  read(input, { workspace }) {
    const stored = storeUrn(input, workspace.locale);
    if ('errors' in stored) return issue(...stored.errors);
    const whole = wholeUrn(input, workspace.locale);
    if ('urn' in stored) return value({ ...stored, whole });
    return value({ urn: whole, display: null, whole, engine: stored.error });
  },
};

export const urns = listOf(urn, BATCH_LIMIT);
