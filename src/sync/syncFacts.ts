import type { Client } from '../client/client.js';
import { fail, RapidProError, type Reason } from '../errors/errors.js';
import { isShown } from '../input/check.js';
import { readTimeRule, type TimeFacts } from '../input/fieldTimes.js';
import { nearest } from '../input/nearest.js';
import type { Settings } from '../input/options.js';
import { sameGroupName } from '../input/stored.js';
import { inTurns } from '../input/turns.js';
import { adviceFor, fieldAdvice } from '../operations/base/nameAdvice.js';
import type { WorkspaceFacts } from '../operations/base/workspaceFacts.js';
import { collect } from '../operations/lists/list.js';
import type { Dictionary } from '../types/json.js';
import { fieldOf, type Input } from './inputs.js';
import type { BulkOutcome } from './report/bulkOutcome.js';

/** What a comparison needs to know about the workspace: the fields and groups in the list. */
export interface SyncFacts {
  types: ReadonlyMap<string, string>;
  /** Groups that contacts can be put into. */
  manual: Set<string>;
  /** Groups that contacts leave if their entry does not name them. */
  exact: ReadonlySet<string>;
  groups: Dictionary[];
  /** The group whose members are read, if the job names one. */
  scope: { uuid: string; count: number } | undefined;
  /** The groups that members leave if they are not in the list. */
  leave: Dictionary[];
}

/** Somebody else may just have made what the list needs. */
const ONCE_MORE = { atLeast: 1 };

/** Reads the groups, and again if one is missing that may be new. */
async function readGroups(client: Client, wanted: ReadonlySet<string>): Promise<Dictionary[]> {
  const read = () => collect(client, 'groups', {});
  const areShown = (groups: Dictionary[]) => [...wanted].every(group => findGroup(groups, group));
  return client.limiter.untilShown(await read(), read, areShown, ONCE_MORE);
}

/** The types of the fields, read again if one is missing that may be new. */
async function readTypes(
  client: Client,
  workspace: WorkspaceFacts,
  used: ReadonlySet<string>,
): Promise<ReadonlyMap<string, string>> {
  const again = () => {
    workspace.forgetFields();
    return workspace.fieldTypes();
  };
  const areShown = (types: ReadonlyMap<string, string>) => [...used].every(key => types.has(key));
  return client.limiter.untilShown(await workspace.fieldTypes(), again, areShown, ONCE_MORE);
}

function usedFields(inputs: readonly Input[], key: Settings['key']): Set<string> {
  const used = new Set<string>();
  for (const { fields } of inputs) for (const name of Object.keys(fields ?? {})) used.add(name);
  const field = fieldOf(key);
  if (field !== undefined) used.add(field);
  return used;
}

function findGroup(groups: readonly Dictionary[], wanted: string): Dictionary | undefined {
  return (
    groups.find(({ uuid }) => uuid === wanted) ??
    groups.find(({ name }) => sameGroupName(String(name), wanted))
  );
}

/**
 * Reads what the list needs: one request each for fields and groups, none if it has none.
 *
 * @throws RapidProError `UNKNOWN_GROUP` for `options.group`, `INVALID_OPTION` for `options.key`
 */
export async function readFacts(
  client: Client,
  inputs: readonly Input[],
  { key, group, groups: put, removeMissing }: Settings,
  workspace: WorkspaceFacts,
): Promise<SyncFacts> {
  const used = usedFields(inputs, key);
  const wanted = new Set(inputs.flatMap(({ groups }) => groups ?? []));
  if (group !== undefined) wanted.add(group);
  const someExact = typeof put === 'object' ? put.exact : [];
  for (const name of [...someExact, ...(removeMissing?.groups ?? [])]) wanted.add(name);
  const types = used.size === 0 ? new Map() : await readTypes(client, workspace, used);
  const needsGroups = wanted.size > 0 || put === 'exact';
  const groups = needsGroups ? await readGroups(client, wanted) : [];
  requireKey(key, types);
  const manual = new Set(uuidsOf(groups.filter(isManual)));
  const some = requireManual(groups, someExact, 'options.groups.exact');
  return {
    types,
    groups,
    manual,
    exact: put === 'exact' ? manual : new Set(uuidsOf(some)),
    scope: group === undefined ? undefined : requireScope(groups, group),
    leave: requireManual(groups, removeMissing?.groups, 'options.removeMissing.groups'),
  };
}

/** What to write instead of a group that the workspace does not have. */
function adviceOn(wanted: string, groups: readonly Dictionary[]): string {
  return adviceFor(
    wanted,
    groups.map(({ name }) => String(name)),
  );
}

function uuidsOf(groups: readonly Dictionary[]): string[] {
  return groups.map(({ uuid }) => String(uuid));
}

function requireManual(
  groups: readonly Dictionary[],
  wanted: readonly string[] = [],
  option: string,
): Dictionary[] {
  const found = wanted.map((name, place) => {
    const where = `${option}[${place}]`;
    const group = findGroup(groups, name);
    if (!group) {
      throw fail(
        'UNKNOWN_GROUP',
        `The workspace has no group with the name in ${where}. Nothing was sent.`,
        adviceOn(name, groups),
      );
    }
    if (isManual(group)) return group;
    throw fail(
      'INVALID_OPTION',
      `${where} is a smart group: RapidPro decides who is in it. Nothing was sent.`,
      'Use only manual groups.',
    );
  });
  return [...new Set(found)];
}

function isManual({ query, system }: Dictionary): boolean {
  return (query === null || query === undefined) && system !== true;
}

function requireKey(key: Settings['key'], types: ReadonlyMap<string, string>): void {
  const field = fieldOf(key);
  if (field === undefined) return;
  const type = types.get(field);
  if (type === 'text' || type === 'number') return;
  const near = nearest(field, [...types.keys()]);
  const shown = isShown(field) ? `: "${field}"` : '';
  throw fail(
    'INVALID_OPTION',
    type
      ? 'options.key is a field with dates or places, which cannot identify contacts.'
      : `options.key is a field that the workspace does not have${shown}.`,
    near
      ? `Did you mean "fields.${near}"? Use a field with text or numbers.`
      : 'Use a field with text or numbers: getFields() lists them, and ensureField() adds one.',
  );
}

function requireScope(groups: readonly Dictionary[], wanted: string) {
  const group = findGroup(groups, wanted);
  if (group) return { uuid: String(group.uuid), count: Number(group.count ?? 0) };
  throw fail(
    'UNKNOWN_GROUP',
    'The workspace has no group with the name in options.group.',
    adviceOn(wanted, groups),
  );
}

function unknownField(key: string, types: ReadonlyMap<string, string>): Reason {
  // An unknown key may be the name or number of a person.
  const shown = isShown(key) ? ` with the key "${key}"` : ' with one of the keys';
  return {
    code: 'UNKNOWN_FIELD',
    description: `The workspace has no contact field${shown}. Nothing was sent.`,
    fix:
      fieldAdvice(key, [...types.keys()]) ??
      'Create the field with ensureField(), or correct the key.',
  };
}

/** The uuid of a group, or why no contact can be put into it. */
function resolveGroup(wanted: string, { groups, manual }: SyncFacts): string | Reason {
  const group = findGroup(groups, wanted);
  const uuid = String(group?.uuid);
  if (group && manual.has(uuid)) return uuid;
  const name = `"${shortened(wanted)}"`;
  return {
    code: 'UNKNOWN_REFERENCE',
    description: group
      ? `${name} is a smart group: RapidPro decides who is in it. Nothing was sent.`
      : `The workspace has no group ${name}. Nothing was sent.`,
    fix: group ? 'Use only manual groups.' : adviceOn(wanted, groups),
  };
}

/** No group has a longer name. A longer text is something else, and may be personal. */
const LONGEST_GROUP_NAME = 64;

function shortened(name: string): string {
  return name.length > LONGEST_GROUP_NAME ? `${name.slice(0, 8)}…` : name;
}

function resolveGroups(
  groups: readonly string[],
  facts: SyncFacts,
  known: Map<string, string | Reason>,
): string[] | Reason {
  const uuids = new Set<string>();
  for (const wanted of groups) {
    const found = known.get(wanted) ?? resolveGroup(wanted, facts);
    known.set(wanted, found);
    if (typeof found !== 'string') return found;
    uuids.add(found);
  }
  return [...uuids];
}

/** Contacts with missing fields or groups fail; groups become uuids. */
export async function resolveNames(
  inputs: readonly Input[],
  facts: SyncFacts,
  outcome: BulkOutcome,
): Promise<void> {
  const known = new Map<string, string | Reason>();
  let [wanted, found]: [string[], string[] | Reason] = [[], []];
  await inTurns(inputs, input => {
    const { index } = input;
    const strange = Object.keys(input.fields ?? {}).find(key => !facts.types.has(key));
    if (strange !== undefined) outcome.fail({ index }, unknownField(strange, facts.types));
    if (!input.groups) return;
    // Entries that share a list go on sharing one.
    if (input.groups !== wanted) {
      wanted = input.groups;
      found = resolveGroups(wanted, facts, known);
    }
    if (Array.isArray(found)) input.groups = found;
    else outcome.fail({ index }, found);
  });
}

/**
 * Times are sent in full, with their zone. Contacts with a time that RapidPro would store differently fail.
 *
 * @param types - of the fields, if they were read before
 */
export async function completeDates(
  facts: TimeFacts,
  inputs: readonly Input[],
  outcome: BulkOutcome,
  types?: ReadonlyMap<string, string>,
): Promise<void> {
  const open = inputs.filter(({ index }) => outcome.isOpen(index));
  const rule = await readTimeRule(
    facts,
    open.map(({ fields }) => fields),
    types,
  );
  await inTurns(open, ({ index, fields }) => {
    try {
      rule(fields, 'contact');
    } catch (error) {
      if (!(error instanceof RapidProError)) throw error;
      outcome.fail({ index }, error);
    }
  });
}
