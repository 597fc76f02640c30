import { fail, RapidProError, type Reason } from '../errors/errors.js';
import { unsent } from '../errors/fault.js';
import { checkContactWithUuid } from '../input/bodies.js';
import { type Body, keysOf, refuseLostNumber, refuseNearMisses } from '../input/body.js';
import { isObject, isShown, withoutUndefined } from '../input/check.js';
import { isDecomposed } from '../input/damaged.js';
import { Unsendable } from '../input/expand.js';
import { log, withCommas } from '../input/log.js';
import { suggest } from '../input/nearest.js';
import type { Settings } from '../input/options.js';
import { distinctUrns, isPlainUrn, urnIdentity, urnTail } from '../input/sameUrn.js';
import { hasRefusedCharacter, trimmed } from '../input/stored.js';
import { inTurns, Turn } from '../input/turns.js';
import { dependsOnCountry } from '../input/urns.js';
import type { WorkspaceFacts } from '../operations/base/workspaceFacts.js';
import { BATCH_LIMIT } from '../resources.js';
import { type BulkOutcome, inCommon, sharedNumber, shown } from './report/bulkOutcome.js';

/** A contact of the list, checked. */
export interface Input {
  index: number;
  uuid?: string | undefined;
  urns?: string[] | undefined;
  name?: string | number | null | undefined;
  language?: string | null | undefined;
  /** Uuids or names as given; uuids once they are resolved. */
  groups?: string[] | undefined;
  fields?: { [key: string]: string | number | null } | undefined;
  note?: string | undefined;
  /** Keys that this package does not know. */
  others?: Body | undefined;
  /** True if it cannot be sent, and only identifies its contact. */
  isUnsendable?: boolean;
}

/** The field that an option names as the key, if it is one. */
export function fieldOf(key: Settings['key']): string | undefined {
  return key?.startsWith('fields.') ? key.slice('fields.'.length) : undefined;
}

const KNOWN: readonly string[] = [
  'uuid',
  'urns',
  'name',
  'language',
  'groups',
  'fields',
  'note',
] satisfies (keyof Input)[];
const KEYS = keysOf('contacts', KNOWN);

/** Nothing is sent that RapidPro always refuses. */
function refuseBlanks({ name, language }: { name?: unknown; language?: unknown }): void {
  for (const [key, value] of Object.entries({ name, language })) {
    if (typeof value !== 'string' || trimmed(value) !== '') continue;
    throw fail(
      'INVALID_INPUT',
      `contact.${key} is empty, which RapidPro refuses.`,
      `Leave "${key}" out to keep it, or use null to clear it.`,
    );
  }
}

/** A checked contact without missing keys, because a hundred thousand of them may be kept. */
function readInput(
  value: unknown,
  index: number,
  unknownKeys: Set<string>,
  how: Parameters<typeof checkContactWithUuid>[1],
): Input {
  const { known, others } = splitKeys(value, unknownKeys);
  const body = checkContactWithUuid(known, how);
  refuseBlanks(body);
  const input: Input = { index, ...(body as Omit<Input, 'index'>) };
  if (input.fields) input.fields = withoutUndefined(input.fields);
  if (others) input.others = others;
  return input;
}

function splitKeys(value: unknown, unknownKeys: Set<string>): { known: unknown; others?: Body } {
  if (value === null || typeof value !== 'object' || Array.isArray(value)) return { known: value };
  const strange = Object.keys(value).filter(key => !KNOWN.includes(key));
  if (strange.length === 0) return { known: value };
  // Of names that were checked in an earlier contact, only what depends on the others of this one is checked again.
  if (strange.some(key => !unknownKeys.has(key))) refuseNearMisses(value, KEYS, 'contact');
  else for (const key of strange) refuseLostNumber(value as Body, KEYS, key, 'contact');
  const known: Body = { ...value };
  const others: Body = {};
  for (const key of strange) {
    unknownKeys.add(key);
    others[key] = known[key] ?? null;
    delete known[key];
  }
  return { known, others };
}

interface Rules {
  replacesUrns: boolean;
  isLiteral: boolean;
  key?: Settings['key'];
}

/**
 * What remains of an entry that cannot be sent: its uuid or key, which still puts its contact in the list. One that could
 * not be sent by itself names nobody.
 */
function namesLeft(value: unknown, index: number, how: Rules): Input | undefined {
  const item = value instanceof Unsendable ? value.item : value;
  const field = fieldOf(how.key);
  const { uuid, fields } = isObject(item) ? item : {};
  const own = field === undefined ? uuid : isObject(fields) ? fields[field] : undefined;
  if (own === undefined || own === null) return undefined;
  const left = field === undefined ? { uuid: own } : { fields: { [field]: own } };
  try {
    const sent = value instanceof Unsendable ? value.expand(left) : left;
    const body = checkContactWithUuid(sent, how) as Omit<Input, 'index'>;
    return { index, ...body, isUnsendable: true };
  } catch (error) {
    if (!(error instanceof RapidProError)) throw error;
    return undefined;
  }
}

function areSame(one: readonly string[] = [], other: readonly string[] = []): boolean {
  return (
    one.length > 0 && one.length === other.length && one.every((text, at) => text === other[at])
  );
}

/**
 * Checks each contact of the list. Those that cannot be sent fail. The others replace the entries of the list, so that
 * a hundred thousand of them are not kept twice.
 */
export async function readInputs(
  list: unknown[],
  outcome: BulkOutcome,
  how: Rules,
): Promise<Input[]> {
  const unknownKeys = new Set<string>();
  const inputs: Input[] = [];
  let groups: Input['groups'];
  await inTurns(list, (value, index) => {
    list[index] = undefined;
    try {
      if (value instanceof Unsendable) throw value.reason;
      const input = readInput(value, index, unknownKeys, how);
      // Nearly all entries have the same groups as the one before. They share one list.
      if (areSame(input.groups, groups)) input.groups = groups;
      else groups = input.groups;
      inputs.push(input);
    } catch (error) {
      if (!(error instanceof RapidProError)) throw error;
      outcome.fail({ index }, error);
      const left = namesLeft(value, index, how);
      if (left) inputs.push(left);
    }
  });
  await logDecomposed(inputs, how);
  logUnknownKeys([...unknownKeys]);
  return inputs;
}

/** More would fill the log: a table may have a new one in each of its rows. */
const MOST_KEYS = 20;

function logUnknownKeys(keys: readonly string[]): void {
  const plain = keys.filter(isShown);
  for (const key of plain.slice(0, MOST_KEYS)) {
    log.warn(`The contacts have the unknown key "${key}". ${suggest(key, KNOWN)}`);
  }
  const more = plain.length - MOST_KEYS;
  if (more > 0) log.warn(`The contacts have ${withCommas(more)} more unknown keys.`);
  if (plain.length === keys.length) return;
  log.warn(
    `The contacts have a key that RapidPro does not know. Possible here: ${KNOWN.join(', ')}.`,
  );
}

/** Both forms of a letter can be in RapidPro, so neither is wrong. But who was saved in the other one is not found. */
async function logDecomposed(inputs: readonly Input[], how: Rules): Promise<void> {
  const field = fieldOf(how.key) ?? '';
  const found: number[] = [];
  await inTurns(inputs, ({ index, urns = [], fields }) => {
    if (isDecomposed(fields?.[field]) || urns.some(isDecomposed)) found.push(index);
  });
  if (found.length === 0) return;
  log.warn(
    `Ids in ${shown(found)} have accents as separate characters (not NFC). RapidPro keeps them so, and does not find a contact whose id was written with whole letters. If that is how yours are saved, write String(id).normalize().`,
  );
}

/** Contacts with a number that RapidPro would read as one abroad fail. */
export async function failHomeNumbers(
  facts: WorkspaceFacts,
  inputs: readonly Input[],
  outcome: BulkOutcome,
): Promise<void> {
  const suspects: { index: number; place: number; urn: string }[] = [];
  await inTurns(inputs, ({ index, urns = [] }) => {
    for (const [place, urn] of urns.entries()) {
      if (dependsOnCountry(urn)) suspects.push({ index, place, urn });
    }
  });
  const turn = new Turn();
  for (const { index, place, urn } of suspects) {
    const fault = await facts.homeNumberFault(urn, true);
    if (turn.isOver) await turn.give();
    if (!fault) continue;
    outcome.fail({ index }, unsent('INVALID_URN', `contact.urns[${place}]`, fault));
  }
}

/** The most characters in the name of a contact. */
export const LONGEST_NAME = 64;

function strangeCharacter(key: string): Reason {
  return {
    code: 'VALIDATION_FAILED',
    description: `contact.${key} has a null character or half of a character, which RapidPro refuses.`,
    fix: 'Remove it at its source.',
  };
}

/** What RapidPro would certainly say about a contact, for runs that write nothing. */
export function wouldRefuse({ name, language, urns, fields }: Input): Reason | undefined {
  if (distinctUrns(urns ?? []).length > BATCH_LIMIT) {
    return {
      code: 'VALIDATION_FAILED',
      description: `contact.urns has more than ${BATCH_LIMIT} URNs, which RapidPro refuses.`,
      fix: 'Check the data that they come from.',
    };
  }
  if (hasRefusedCharacter(name)) return strangeCharacter('name');
  const strange = Object.keys(fields ?? {}).find(key => hasRefusedCharacter(fields?.[key]));
  if (strange !== undefined)
    return strangeCharacter(isShown(strange) ? `fields.${strange}` : 'fields');
  if (name != null && Array.from(trimmed(String(name))).length > LONGEST_NAME) {
    return {
      code: 'VALIDATION_FAILED',
      description: `contact.name has more than ${LONGEST_NAME} characters, which RapidPro refuses.`,
      fix: 'Shorten the name.',
    };
  }
  if (language == null || /^[a-z]{3}$/.test(language)) return undefined;
  return {
    code: 'VALIDATION_FAILED',
    description: 'contact.language must have three letters.',
    fix: 'Use an ISO 639-3 code, such as "eng", "fra" or "kin".',
  };
}

export interface Name {
  /** The same text means the same contact. */
  token: string;
  what: string;
}

/** How servers store phone numbers that may be in a list in two forms, by how the list writes them. */
export type Forms = ReadonlyMap<string, string>;

export function urnNames({ urns = [] }: Input, forms?: Forms): Name[] {
  return urns.map(urn => {
    const token = urnIdentity(urn);
    return { token: forms?.get(token) ?? token, what: 'a URN' };
  });
}

/** Whose the first of several numbers with the same end is, and whether another entry has another one. */
interface Ending {
  token: string;
  index: number;
  isShared: boolean;
}

const isLoose = (urn: string) => urn.startsWith('tel:') && !isPlainUrn(urn);

/**
 * Reads the country of the workspace if one number may be in the list in two forms. If RapidPro showed only by its answers
 * that they are one, the second could take it away from the first.
 */
export async function readForms(
  workspace: WorkspaceFacts,
  inputs: readonly Input[],
): Promise<Forms> {
  const forms = new Map<string, string>();
  const loose = new Set<string>();
  await inTurns(inputs, ({ urns = [] }) => {
    for (const urn of urns) if (isLoose(urn)) loose.add(urnTail(urn));
  });
  if (loose.size === 0) return forms;
  const endings = new Map<string, Ending>();
  await inTurns(inputs, ({ index, urns = [] }) => {
    for (const urn of urns) {
      const tail = urnTail(urn);
      if (!loose.has(tail)) continue;
      const token = urnIdentity(urn);
      const first = endings.get(tail);
      if (!first) endings.set(tail, { token, index, isShared: false });
      else if (first.token !== token && first.index !== index) first.isShared = true;
    }
  });
  const doubtful = new Map<string, string>();
  await inTurns(inputs, ({ urns = [] }) => {
    for (const urn of urns) {
      if (isLoose(urn) && endings.get(urnTail(urn))?.isShared) doubtful.set(urnIdentity(urn), urn);
    }
  });
  const turn = new Turn();
  for (const [token, urn] of doubtful) {
    const whole = await workspace.wholeNumber(urn);
    if (turn.isOver) await turn.give();
    if (whole !== undefined) forms.set(token, urnIdentity(whole));
  }
  return forms;
}

export function uuidName({ uuid }: Input): Name[] {
  return uuid === undefined ? [] : [{ token: uuid, what: 'the uuid' }];
}

/**
 * Contacts of the list with a common uuid, URN or key all fail, or one of them counts.
 *
 * @param ownOf - what tells people apart who share a number
 */
export async function failDuplicates(
  inputs: readonly Input[],
  namesOf: (input: Input) => Name[],
  outcome: BulkOutcome,
  ownOf: (input: Input) => Name[] = uuidName,
): Promise<void> {
  if (outcome.takes !== undefined) return passDuplicatesOver(inputs, namesOf, outcome);
  const seen = new Map<string, Input>();
  const shared = new Map<string, { what: string; inputs: Set<Input> }>();
  await inTurns(inputs, input => {
    for (const { token, what } of namesOf(input)) {
      const first = seen.get(token);
      if (!first) seen.set(token, input);
      else if (first !== input) {
        const found = shared.get(token) ?? { what, inputs: new Set([first]) };
        shared.set(token, { what, inputs: found.inputs.add(input) });
      }
    }
  });
  for (const { what, inputs: group } of shared.values()) {
    const indexes = [...group].map(({ index }) => index);
    const owns = [...group].map(input => ownOf(input)[0]);
    const isKnown = owns.every(own => own !== undefined);
    const areDifferent = isKnown && new Set(owns.map(own => own?.token)).size > 1;
    const reason =
      areDifferent && owns[0] ? sharedNumber(indexes, owns[0].what) : inCommon(indexes, what);
    for (const { index } of group) outcome.fail({ index }, reason);
  }
}

/** Entries with a name in common with the one that counts are passed over, even if that one fails. */
async function passDuplicatesOver(
  inputs: readonly Input[],
  namesOf: (input: Input) => Name[],
  outcome: BulkOutcome,
): Promise<void> {
  const owners = new Map<string, number>();
  await inTurns(outcome.takes === 'first' ? inputs : inputs.toReversed(), input => {
    const tokens = namesOf(input).map(({ token }) => token);
    const taken = tokens.map(token => owners.get(token)).find(index => index !== undefined);
    if (taken !== undefined) outcome.passOver({ index: input.index, duplicateOf: taken });
    else for (const token of tokens) owners.set(token, input.index);
  });
}
