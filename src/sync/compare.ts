import type { Reason } from '../errors/errors.js';
import type { Body } from '../input/body.js';
import type { Settings } from '../input/options.js';
import { distinctUrns, isPlainUrn, urnIdentity } from '../input/sameUrn.js';
import {
  areHidden,
  isCut,
  isUnreadable,
  type Stored,
  storedField,
  storedText,
} from '../input/stored.js';
import { hasJustUrns, shownAs, surelyOne, urnsOf } from '../operations/contact/contactUrns.js';
import type { Misread } from '../operations/contact/misread.js';
import { inactiveStatus } from '../operations/contact/status.js';
import type { Dictionary } from '../types/json.js';
import { type Input, LONGEST_NAME } from './inputs.js';
import type { SyncFacts } from './syncFacts.js';

/** What must be written to make a contact match. */
export interface Change {
  input: Input;
  uuid: string;
  /** Keys that differ, or may differ. */
  changed: string[];
  /** Keys for which that is not known. */
  unpredicted: string[];
  /** Fields whose value RapidPro cannot read, as far as is known. */
  unread: string[];
  /** Fields that RapidPro stores differently, as far as is known. */
  altered: string[];
  /** Name, language and fields that differ. */
  body: Body;
  /** Place fields that the contact does not show, and the places above, in which they are looked up. */
  blank: ReadonlyMap<string, string>;
  /** When the contact last changed, as it was read. */
  modified: unknown;
  /** True if a write changed nothing: the next run would write it again. */
  hadNoEffect: boolean;
  /** True if the list of URNs differs. */
  urns: boolean;
  /** How many URNs the contact does not show. */
  missing: number;
  /** True if the contact was recognized by its URNs. */
  byUrns: boolean;
  /** True if it showed the key or URN by which it was recognized. */
  isShown: boolean;
  /** How it showed the URNs by which it was looked up, if that is another way. */
  foundBy: readonly string[];
  /** A URN of the entry, as the contact shows it, if its groups differ and every server finds it so. */
  urn?: string | undefined;
  /** The contact in the answer to the last write. */
  written?: Dictionary;
  /** Uuids of groups to enter and to leave. */
  join: string[];
  leave: string[];
  /** True if the contact is blocked, stopped or archived: RapidPro adds it to no group. */
  inactive: boolean;
  /** True if its workspace hides URNs: RapidPro adds none to it. */
  isAnonymous: boolean;
}

/** What the result says of a contact besides what was done. */
export function reportOf({ unread, altered }: Misread, isPredicted = true) {
  return {
    ...(unread.length > 0 ? { unread } : {}),
    ...(altered.length > 0 ? { altered } : {}),
    ...(isPredicted ? {} : { predicted: false as const }),
  };
}

export function textOrNull(value: unknown): string | null {
  return value === null || value === undefined ? null : String(value);
}

/** Why a contact with {@link Change.inactive} fails, if it should enter a group. */
export const INACTIVE: Reason = {
  code: 'VALIDATION_FAILED',
  description: 'The contact is blocked, stopped or archived, so it cannot join a group.',
  fix: 'Leave "groups" out, or make the contact active with unblockContacts().',
};

/** Why an entry fails whose number or address would be added to a contact with {@link Change.isAnonymous}. */
export const HIDDEN_URNS: Reason = {
  code: 'ANONYMOUS_WORKSPACE',
  description:
    'The workspace hides URNs, so RapidPro does not let a job add one to a contact that exists. Nothing was changed.',
  fix: 'Leave "urns" out of entries whose contact exists, or add the number in RapidPro.',
};

/** Compares the URNs; with `exact`, the order counts too. */
function compareUrns(wanted: readonly string[], contact: Dictionary, exact: boolean): Prediction {
  const current = urnsOf(contact);
  if (areHidden(current)) return 'same';
  const held = new Set(current.map(urnIdentity));
  const missing = wanted.filter(urn => !held.has(urnIdentity(urn)));
  if (exact ? hasJustUrns(contact, wanted) : missing.length === 0) return 'same';
  return missing.every(isPlainUrn) ? 'different' : 'unpredicted';
}

/**
 * Compares a contact of the list, as RapidPro would store it, with the one in RapidPro.
 *
 * @param held - URNs for which RapidPro itself named this contact, however it writes them
 */
export function compareContact(
  input: Input,
  contact: Dictionary,
  { types, exact }: Pick<SyncFacts, 'types' | 'exact'>,
  options: Pick<Settings, 'urns'>,
  held: readonly string[] = [],
): Change {
  const change: Change = {
    input,
    uuid: String(contact.uuid),
    changed: [],
    unpredicted: [],
    unread: [],
    altered: [],
    body: {},
    blank: new Map(),
    modified: contact.modified_on,
    hadNoEffect: false,
    urns: false,
    missing: 0,
    byUrns: false,
    isShown: false,
    // Hardly any is looked up.
    foundBy: held.length === 0 ? held : shownAs(held, contact),
    join: [],
    leave: [],
    inactive: inactiveStatus(contact) !== undefined,
    // Only such workspaces show these keys, also of a contact without URNs.
    isAnonymous: 'anon_display' in contact || 'ref' in contact,
  };
  const note = (key: string, prediction: Prediction): boolean => {
    if (prediction !== 'same') change.changed.push(key);
    if (prediction === 'unpredicted') change.unpredicted.push(key);
    return prediction !== 'same';
  };
  const { name, language, fields, groups } = input;
  const urns = input.urns && distinctUrns(input.urns);
  if (name !== undefined && note('name', predictName(name, textOrNull(contact.name)))) {
    change.body.name = name;
  }
  if (
    language !== undefined &&
    note('language', predictLanguage(language, textOrNull(contact.language)))
  ) {
    change.body.language = language;
  }
  if (urns) {
    const shown = new Set(urnsOf(contact).map(urnIdentity));
    const exact = options.urns === 'exact';
    const asked = exact ? urns : urns.filter(urn => !held.includes(urn));
    change.urns = note('urns', compareUrns(asked, contact, exact));
    change.missing = urns.filter(urn => !shown.has(urnIdentity(urn))).length;
  }
  const written = differingFields(fields, contact.fields, types, note);
  if (Object.keys(written).length > 0) change.body.fields = written;
  change.blank = blankPlaces(written, { wanted: fields, shown: contact.fields }, types);
  Object.assign(change, predictMisread(fields, types));
  if (groups) {
    const current: unknown[] = Array.isArray(contact.groups) ? contact.groups : [];
    const uuids = current.map(group => String((group as Dictionary | null)?.uuid));
    compareGroups(change, groups, uuids, exact);
    if (change.join.length + change.leave.length > 0) change.urn = ownUrn(change, contact);
  }
  return change;
}

function ownUrn({ input, foundBy }: Change, contact: Dictionary): string | undefined {
  const wanted = new Set((input.urns ?? []).map(urnIdentity));
  const same = urnsOf(contact).filter(urn => wanted.has(urnIdentity(urn)));
  return same.find(isPlainUrn) ?? surelyOne(foundBy);
}

function differingFields(
  wanted: Input['fields'],
  shown: unknown,
  types: SyncFacts['types'],
  note: (key: string, prediction: Prediction) => boolean,
): Body {
  const current = (shown ?? {}) as Dictionary;
  const written: Body = {};
  for (const [key, value] of Object.entries(wanted ?? {})) {
    const prediction = predictField(types.get(key) ?? '', value, textOrNull(current[key]));
    if (note(`fields.${key}`, prediction)) written[key] = value;
  }
  return written;
}

function blankPlaces(
  written: Body,
  { wanted, shown }: { wanted: Input['fields']; shown: unknown },
  types: SyncFacts['types'],
): Map<string, string> {
  const [given, current] = [wanted ?? {}, (shown ?? {}) as Dictionary];
  const blank = new Map<string, string>();
  for (const key of Object.keys(written)) {
    const level = LEVELS[types.get(key) ?? ''];
    if (level === undefined || textOrNull(current[key]) !== null) continue;
    const above = [...types].filter(([, type]) => (LEVELS[type] ?? level) < level);
    blank.set(key, JSON.stringify(above.map(([other]) => [given[other], current[other]])));
  }
  return blank;
}

function compareGroups(
  change: Change,
  wanted: readonly string[],
  current: readonly string[],
  exact: ReadonlySet<string>,
): void {
  change.join = wanted.filter(uuid => !current.includes(uuid));
  change.leave = current.filter(uuid => exact.has(uuid) && !wanted.includes(uuid));
  if (change.join.length + change.leave.length > 0) change.changed.push('groups');
}

/**
 * Predicts what RapidPro would show after a write, so that writes without a change can be left out. Conservative: if
 * two servers were not seen to do the same, it is `unpredicted`, and is written.
 */

type Prediction = 'same' | 'different' | 'unpredicted';

function compare(stored: Stored, current: string | null): Prediction {
  if (!stored) return 'unpredicted';
  return stored.value === current ? 'same' : 'different';
}

/** How many names the full path of a place has: the country's, the state's, and so on. */
const LEVELS: { [type: string]: number } = { state: 2, district: 3, ward: 4 };

/**
 * Places are found by name in the workspace's own map. Without the map, this much is known: a full path that RapidPro
 * shows stays the same, and so does the name of a state. Of any other type, nothing is known.
 */
function predictPlace(type: string, value: string | number | null, current: string): Prediction {
  const raw = storedText(value)?.value;
  const names = current.split(' > ');
  if (!raw || names.length !== LEVELS[type]) return 'unpredicted';
  return raw === current || (type === 'state' && raw === names.at(-1)) ? 'same' : 'unpredicted';
}

/** Compares the value of a contact field with the one that RapidPro shows. */
function predictField(
  type: string,
  value: string | number | null,
  current: string | null,
): Prediction {
  const stored = storedField(type, value);
  return stored || current === null ? compare(stored, current) : predictPlace(type, value, current);
}

function predictName(value: string | number | null, current: string | null): Prediction {
  const stored = storedText(value);
  // RapidPro refuses what is blank or too long.
  if (stored?.value === null && value !== null) return 'unpredicted';
  if (stored?.value && Array.from(stored.value).length > LONGEST_NAME) return 'unpredicted';
  return compare(stored, current);
}

let names: Intl.DisplayNames | undefined;

/** Whether a three-letter language certainly exists. Rare ones only RapidPro knows. */
export function isKnownLanguage(language: string | null | undefined): boolean {
  if (language == null) return true;
  names ??= new Intl.DisplayNames('en', { type: 'language', fallback: 'none' });
  return names.of(language) !== undefined;
}

/** A language is sent in lower case, because RapidPro stores updates unchanged. */
function predictLanguage(value: string | null, current: string | null): Prediction {
  if (value !== null && !/^[a-z]{3}$/.test(value)) return 'unpredicted';
  if (value !== current && !isKnownLanguage(value)) return 'unpredicted';
  return compare({ value }, current);
}

/** Fields that RapidPro will certainly misread. */
export function predictMisread(fields: Input['fields'], types: SyncFacts['types']): Misread {
  const misread: Misread = { unread: [], altered: [] };
  for (const [key, value] of Object.entries(fields ?? {})) {
    if (isUnreadable(types.get(key) ?? '', value)) misread.unread.push(`fields.${key}`);
    else if (isCut(value)) misread.altered.push(`fields.${key}`);
  }
  return misread;
}
