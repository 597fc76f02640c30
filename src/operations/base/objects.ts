import type { Client } from '../../client/client.js';
import { changed, fail, hasErrorCode, type RapidProError } from '../../errors/errors.js';
import type { Body } from '../../input/body.js';
import type { Given } from '../../input/check.js';
import { asUuid, shownId } from '../../input/identifiers.js';
import { log } from '../../input/log.js';
import { refuseMissing } from '../../input/missing.js';
import { LITERAL } from '../../input/options.js';
import { type Resource, type ResourceName, resources } from '../../resources.js';
import type { Dictionary } from '../../types/json.js';
import type { ApiRequest, Query } from '../../types/request.js';
import type { Operation } from '../../types/state.js';
import { collect } from '../lists/list.js';
import { asWritten, requireDone } from './asObject.js';
import { isKeptName } from './nameAdvice.js';
import { type Access, operation } from './operation.js';

/**
 * The three things that can be done to any object of a workspace: add, update, delete. What differs between nouns is in
 * their own files.
 */

/** What differs between nouns. */
interface Noun {
  resource: ResourceName;
  check(value: unknown, where?: string, isLiteral?: boolean): Body;
  checkChanges?: Noun['check'];
  /** Replaces what RapidPro does not take as jobs write it, such as names by uuids. */
  resolve?(access: Access, body: Body, where?: string): Promise<Body>;
  /** Checks that what RapidPro says it has added is what was asked for. */
  checkAdded?(added: Dictionary, body: Body): void;
  /** Finds what an attempt may have added, if its other keys tell which one it is. */
  find?(client: Client, body: Body): Promise<Dictionary | undefined>;
  /** Default: `literal` */
  knownOptions?: readonly string[];
  /** False if repeating a change does something else. Default: true */
  repeatable?: boolean;
}

/** RapidPro refuses a second one of these with the same name, so trying again creates no second one. */
const UNIQUE = new Set<ResourceName>([
  'campaigns',
  'fields',
  'globals',
  'groups',
  'labels',
  'optins',
  'resthook_subscribers',
  'topics',
]);

/** The nouns of these are not clear by themselves in a log. */
const KINDS: Partial<Record<ResourceName, string>> = {
  fields: 'contact field',
  groups: 'contact group',
  labels: 'message label',
  topics: 'ticket topic',
};

/** How a log names this type of object. */
const nounOf = (resource: ResourceName): string => KINDS[resource] ?? resources[resource].nouns[0];

export async function createObject(
  client: Client,
  resource: ResourceName,
  body: Body,
): Promise<Dictionary> {
  return write(client, { resource, body, repeatable: UNIQUE.has(resource) }, 'Added');
}

async function write(
  client: Client,
  { resource, ...request }: Change,
  done: 'Added' | 'Updated',
): Promise<Dictionary> {
  const { body } = await client.request({ method: 'POST', path: resource, ...request });
  const object = asWritten(body);
  log.info(`${done} ${nounOf(resource)} ${shownId(object)}`);
  return object;
}

/**
 * Whether a refusal may be due to what an attempt without an answer added. Servers translate what they say of it, so only
 * the keys tell.
 */
function mayBeOwn(error: unknown, body: Body): error is RapidProError {
  if (!hasErrorCode(error, 'NAME_TAKEN', 'VALIDATION_FAILED')) return false;
  const others = Object.keys(body).filter(key => key !== 'name');
  const isOfOther = error.errors?.some(text => others.some(key => text.startsWith(key))) ?? false;
  return error.outcome === 'unknown' && (error.code === 'NAME_TAKEN' || !isOfOther);
}

/** After an attempt without an answer, it is not known whether the name was free before. */
function lost(error: RapidProError, resource: ResourceName): RapidProError {
  const [noun] = resources[resource].nouns;
  if (error.code !== 'NAME_TAKEN') {
    return changed(error, {
      code: 'OUTCOME_UNKNOWN',
      description: `The connection failed while adding a ${noun}, and RapidPro refused the next attempt. The first one may have added it.`,
      fix: 'Check in RapidPro whether it is there. There are no duplicates.',
    });
  }
  return changed(error, {
    code: 'OUTCOME_UNKNOWN',
    description: `The connection failed while adding a ${noun}. There is one with this name now, created by this step or earlier.`,
    fix: 'Check it in RapidPro. There are no duplicates.',
    errors: undefined,
  });
}

const KEPT_FIX: Partial<Record<ResourceName, string>> = {
  groups:
    'Choose another name. Active, Archived, Blocked and Stopped are kept for groups of contacts with that status.',
  fields:
    'Choose another name, or use what each contact has anyway: uuid, name, language, created_on, last_seen_on.',
};

/** The object with this name cannot be used: no list shows it. */
function keptName(error: RapidProError, resource: ResourceName): RapidProError {
  return changed(error, {
    description: `RapidPro uses this name for a hidden ${resources[resource].nouns[0]} of its own.`,
    fix: KEPT_FIX[resource] ?? 'Choose another name.',
  });
}

function isKept({ dialect = 'v9' }: Client, resource: ResourceName, { name }: Body): boolean {
  const hasKept = resource === 'groups' || resource === 'fields';
  return hasKept && isKeptName(resource, String(name), dialect);
}

/** What a refused write says if RapidPro reserves the name. */
function whyTaken(client: Client, error: unknown, resource: ResourceName, body: Body): unknown {
  return hasErrorCode(error, 'NAME_TAKEN') && isKept(client, resource, body)
    ? keptName(error, resource)
    : error;
}

/** Adds an object. After an attempt without an answer, looks for what it may have added. */
async function addObject(client: Client, noun: Noun, body: Body): Promise<Dictionary> {
  const { resource, find } = noun;
  try {
    return await createObject(client, resource, body);
  } catch (error) {
    if (!mayBeOwn(error, body)) throw whyTaken(client, error, resource, body);
    const look = async () => find && (await findMade(client, resource, () => find(client, body)));
    const made = await client.after(error, look);
    if (made) return made;
    throw lost(error, resource);
  }
}

export function add(
  name: string,
  given: Given,
  noun: Noun,
  body: unknown,
  options: unknown,
): Operation {
  const { check, resolve, knownOptions = LITERAL } = noun;
  return operation(name, given, {
    args: { body },
    options,
    knownOptions,
    async run({ client, args, facts, options: { literal } }) {
      const checked = check(args.body, undefined, literal);
      const body = resolve ? await resolve({ client, facts }, checked) : checked;
      const added = await addObject(client, noun, body);
      noun.checkAdded?.(added, body);
      return added;
    },
  });
}

const textOf = (value: unknown) =>
  typeof value === 'string' || typeof value === 'number' ? String(value).trim() : '';

/** A name, a value or a note that must be there. */
export function requireText(value: unknown, what: string): string {
  const text = textOf(value);
  if (text !== '') return text;
  throw fail(
    'INVALID_INPUT',
    value !== null && typeof value === 'object'
      ? `The ${what} is an object where text is expected.`
      : `The ${what} is empty.`,
    `Write the ${what} as text. If it comes from $ or state, check that the data is there.`,
  );
}

/** How an address identifies the objects of a noun. */
type Key = 'uuid' | 'key' | 'id';

function lookupKeyOf(resource: ResourceName): Key {
  const { lookups = [] }: Resource = resources[resource];
  return (lookups[0] ?? 'uuid') as Key;
}

/** Checks what identifies an object: if it were empty, an update would become an addition. */
export function checkKey(value: unknown, resource: ResourceName): string {
  const key = lookupKeyOf(resource);
  const noun = resources[resource].nouns[0];
  const text = textOf(value);
  const good = key === 'uuid' ? asUuid(text) : key === 'id' ? /^0*[1-9]\d*$/.exec(text)?.[0] : text;
  if (good) return good;
  const article = /^[aeio]/.test(noun) ? 'an' : 'a';
  throw fail(
    'INVALID_INPUT',
    `The first argument is not the ${key} of ${article} ${noun}.`,
    `Use the ${key} from RapidPro, as text. If it comes from $ or state, check that the data is there.`,
  );
}

interface Change extends Pick<ApiRequest, 'query' | 'repeatable'> {
  resource: ResourceName;
  body: Body;
}

export async function change(
  client: Client,
  { repeatable = true, ...more }: Change,
): Promise<Dictionary> {
  return write(client, { ...more, repeatable }, 'Updated');
}

export function update(
  name: string,
  given: Given,
  noun: Noun,
  object: unknown,
  changes: unknown,
  options: unknown,
): Operation {
  const { resource, check, checkChanges = check, resolve, repeatable } = noun;
  return operation(name, given, {
    args: { object, changes },
    options,
    knownOptions: LITERAL,
    async run({ client, args, facts, options: { literal } }) {
      const query = { [lookupKeyOf(resource)]: checkKey(args.object, resource) };
      const checked = checkChanges(args.changes, 'changes', literal);
      const body = resolve ? await resolve({ client, facts }, checked, 'changes') : checked;
      return change(client, { resource, query, body, repeatable }).catch(error => {
        throw whyTaken(client, error, resource, body);
      });
    },
  });
}

export function remove(
  name: string,
  given: Given,
  resource: ResourceName,
  object: unknown,
  options: unknown,
): Operation {
  return operation(name, given, {
    args: { object },
    options,
    async run({ client, args }) {
      const id = checkKey(args.object, resource);
      const query = { [lookupKeyOf(resource)]: id };
      return deleteOne(client, resource, query, `${nounOf(resource)} ${id}`);
    },
  });
}

/** Deletes one object, and logs what is known of that. */
export async function deleteOne(
  client: Client,
  path: ResourceName,
  query: Query,
  what: string,
): Promise<Dictionary> {
  requireDone(await client.request({ method: 'DELETE', path, query }));
  if (client.last?.statusCode === 404) {
    log.warn(
      `There is no such ${nounOf(path)} now. An attempt whose answer was lost has deleted it, or it was never there.`,
    );
  } else log.info(`Deleted ${what}`);
  return { deleted: true };
}

interface Wanted {
  resource: ResourceName;
  /** What to create if nothing is found. */
  body: Body;
  find(): Promise<Dictionary | undefined>;
}

/** How RapidPro compares names. */
export function sameName(a: unknown, b: unknown): boolean {
  const plain = (name: unknown) => String(name).trim().toLowerCase();
  return plain(a) === plain(b);
}

/** The one with a name. Beyond ASCII, a server may have another that differs only in capitals. */
export function findNamed(objects: readonly Dictionary[], name: string): Dictionary | undefined {
  const wanted = name.trim();
  return (
    objects.find(object => object.name === wanted) ??
    objects.find(object => sameName(object.name, wanted))
  );
}

/** The key that RapidPro makes from the name of a field or a global: `Next visit` becomes `next_visit`. */
export function keyOfName(name: string): string {
  return name
    .trim()
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '_')
    .replace(/^_|_$/g, '');
}

/** Names from which RapidPro makes keys, and what it accepts in them besides letters. */
const KEYED = {
  fields: { pattern: /^[a-z\d -]+$/i, others: 'digits, spaces and hyphens' },
  globals: { pattern: /^[\w -]+$/, others: 'digits, spaces, hyphens and underscores' },
} as const;

/**
 * The key for a name. RapidPro refuses a name with other characters, but what is left without them may be the key of
 * something else, and an empty key is that of all.
 *
 * @throws RapidProError `INVALID_INPUT`
 */
export function requireKeyOf(resource: keyof typeof KEYED, name: string): string {
  const { pattern, others } = KEYED[resource];
  const key = keyOfName(name);
  const isPlain = pattern.test(name.trim());
  if (isPlain && key !== '') return key;
  const [noun] = resources[resource].nouns;
  throw fail(
    'INVALID_INPUT',
    isPlain
      ? `The name of the ${noun} has no letter or digit.`
      : `The name of the ${noun} has characters that RapidPro does not accept there.`,
    `Nothing was sent. Use letters from A to Z, ${others}: RapidPro makes the key of the ${noun} from them.`,
  );
}

/**
 * Finds an object by its name, or creates it. Safe to repeat, also while another job does the same: the second one finds
 * it.
 */
export async function ensure(
  client: Client,
  { resource, body, find }: Wanted,
): Promise<Dictionary> {
  const existing = await find();
  if (existing) {
    log.info(`The ${nounOf(resource)} ${shownId(existing)} already exists`);
    return existing;
  }
  try {
    return await createObject(client, resource, body);
  } catch (error) {
    // What RapidPro says to the slower of two jobs that create the same thing at once.
    const isTaken = hasErrorCode(error, 'NAME_TAKEN', 'SERVER_ERROR');
    // It may have been the last one that the limit allowed.
    const isFull = hasErrorCode(error, 'LIMIT_REACHED') && error.outcome === 'unknown';
    const isLost = mayBeOwn(error, body);
    if (!isTaken && !isFull && !isLost) throw error;
    // No list will show it.
    const isSure = client.dialect !== undefined && isKept(client, resource, body);
    if (isSure) throw whyTaken(client, error, resource, body);
    const made = await client.after(error, () => findMade(client, resource, find));
    if (made) return made;
    if (isLost) throw lost(error, resource);
    throw hasErrorCode(error, 'NAME_TAKEN') ? keptName(error, resource) : error;
  }
}

/** What is there now, whoever added it. A list shows it soon. */
export async function findMade(
  client: Client,
  resource: ResourceName,
  find: Wanted['find'],
): Promise<Dictionary | undefined> {
  const made = await client.limiter.untilShown(await find(), find, isFound, { atLeast: 3 });
  if (made) log.info(`The ${nounOf(resource)} ${shownId(made)} exists now`);
  return made;
}

/** Whether it is there now. */
export const isFound = (object: Dictionary | undefined) => object !== undefined;

/** `ensureGroup` and `ensureLabel`: objects that have only a name, and can be found by it. */
export function ensureNamed(
  name: string,
  given: Given,
  resource: 'groups' | 'labels',
  wanted: unknown,
  options: unknown,
): Operation {
  return operation(name, given, {
    args: { name: wanted },
    options,
    knownOptions: LITERAL,
    run({ client, args, options }) {
      const wanted = requireText(args.name, 'name');
      refuseMissing(wanted, `${resources[resource].nouns[0]}.name`, 'name', options.literal);
      return ensure(client, {
        resource,
        body: { name: wanted },
        async find() {
          return findNamed(await collect(client, resource, { name: wanted }), wanted);
        },
      });
    },
  });
}
