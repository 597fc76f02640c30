import { z } from 'zod';
import { DEFAULT_MAX_WAIT } from '../defaults.js';
import { fail } from '../errors/errors.js';
import type { SyncOptions } from '../types/bulk.js';
import type { Dictionary } from '../types/json.js';
import type { ListOptions } from '../types/options.js';
import { check, isShown } from './check.js';
import { nearMiss, suggest } from './nearest.js';

const seconds = (least: number, most: number) =>
  z
    .number({ error: 'must be a number of seconds' })
    .min(least, { error: `must be at least ${least} seconds` })
    .max(most, { error: `is in seconds: at most ${most}` })
    .nullish();

const flag = z.boolean({ error: 'must be true or false' }).nullish();

/** Every option of every operation, once. */
const schema = z.looseObject(
  {
    timeout: seconds(0.01, 3600),
    maxWait: seconds(0, 86_400),
    limit: z
      .number({ error: 'must be a whole number of records' })
      .int({ error: 'must be a whole number of records' })
      .min(1, { error: 'must be 1 or more' })
      .nullish(),
    deadline: seconds(1, 86_400),
    concurrency: z
      .number({ error: 'must be a whole number of requests' })
      .int({ error: 'must be a whole number of requests' })
      .min(1, { error: 'must be 1 or more' })
      .max(10, { error: 'must be 10 or less' })
      .nullish(),
    resume: flag,
    filename: z.string({ error: 'must be text' }).nullish(),
    contentType: z.string({ error: 'must be text' }).nullish(),
    allowPrivate: flag,
    literal: flag,
    dryRun: flag,
    onlyActive: flag,
    verify: flag,
    failOnError: flag,
    // syncContacts() calls replacing "exact"; to the others it means the same.
    urns: z.enum(['add', 'replace', 'exact'], { error: 'must be "add" or "replace"' }).nullish(),
    groups: z.enum(['add', 'exact'], { error: 'must be "add" or "exact"' }).nullish(),
    group: z
      .string({ error: 'must be the uuid or the name of a group' })
      .trim()
      .min(1, { error: 'is empty: without it, all contacts would be read' })
      .optional(),
    key: z
      .string({ error: 'must be "uuid", "urn" or a field, as "fields.tei_id"' })
      .regex(/^(uuid|urn|fields\..+)$/, {
        error: 'must be "uuid", "urn" or a field, as "fields.tei_id"',
      })
      .optional(),
    numbers: z
      .union([z.boolean(), z.array(z.string())], {
        error: 'must be true, false or a list of result keys',
      })
      .optional(),
  },
  { error: 'must be an object, as { limit: 100 }' },
);

/** Options after their check: what was not given, or evaluated to nothing, is absent. */
export interface Settings extends ListOptions {
  /** True: words such as `undefined` are meant. */
  literal?: boolean;
  dryRun?: boolean;
  onlyActive?: boolean;
  verify?: boolean;
  failOnError?: boolean;
  urns?: 'add' | 'replace' | 'exact';
  groups?: 'add' | 'exact';
  group?: string;
  key?: Exclude<SyncOptions['key'], undefined>;
  numbers?: boolean | string[];
  filename?: string;
  contentType?: string;
  allowPrivate?: boolean;
  /** As the job wrote it; null where it evaluated to nothing. */
  query?: unknown;
  /** As `query`. */
  body?: unknown;
}

const COMMON = ['timeout', 'maxWait'];

/** The option of every operation that refuses words for what is not there. */
export const LITERAL = ['literal'];

/** Options that only some operations have, and what to say to who gives them to another one. */
const ELSEWHERE: { readonly [option: string]: string } = {
  limit: 'Only what reads a list takes a limit.',
  deadline: 'Only lists and bulk operations take a deadline.',
  resume:
    'Lists and bulk operations take it. eachChange() and eachMissedPush() continue where they stopped without it.',
  concurrency:
    'Lists and bulk operations take it. eachChange() reads one page after the other, so that none is missed.',
  dryRun:
    'This operation has no dry run: it would have been done. Operations on many have one: upsertContacts([contact], { dryRun: true }), sendBroadcast({ contacts: [uuid], text }, { dryRun: true }).',
  onlyActive: 'Only what sends messages or starts flows takes it.',
  verify: 'Only addToGroup() and removeFromGroup() take it.',
  literal: 'This operation takes all words as they are.',
  urns: 'Only upsertContact(), upsertContacts() and syncContacts() take it.',
  failOnError: 'Only upsertContacts() and syncContacts() take it.',
  key: 'Only syncContacts() takes it.',
  group: 'Only syncContacts() takes it. A list takes it as a filter, in the first argument.',
  groups: 'Only syncContacts() takes it.',
  filename: 'Only uploadMedia() takes it.',
  contentType: 'Only uploadMedia() takes it.',
  allowPrivate: 'Only uploadMedia() takes it.',
  query: 'Only http.post() and http.request() take a query in the options.',
  body: 'Only http.request() takes a body in the options.',
};

/** What to say of an option that the operation does not have. */
function adviceOn(option: string, known: readonly string[]): string {
  const near = nearMiss(option, known);
  if (near) return `Did you mean "${near}"?`;
  const other = nearMiss(option, Object.keys(ELSEWHERE));
  return (other && ELSEWHERE[other]) ?? suggest(option, known);
}

/**
 * An option that is not known would be left out: `dryrun` would write.
 *
 * @throws RapidProError `INVALID_OPTION`
 */
export function refuseUnknownOptions(options: object, known: readonly string[]): void {
  const unknown = Object.keys(options).find(key => !known.includes(key));
  if (unknown === undefined) return;
  throw fail(
    'INVALID_OPTION',
    isShown(unknown)
      ? `options has the unknown key "${unknown}".`
      : 'options has a key that this operation does not know.',
    `Nothing was sent. ${isShown(unknown) ? adviceOn(unknown, known) : suggest('', known)}`,
  );
}

/** Options that are sent. Where they evaluated to nothing, data is missing. */
const SENT = ['query', 'body'];

/** Options without which something is done that was only to be looked at, or everything is read. */
const GUARDS = ['dryRun', 'onlyActive', 'limit'] as const;

/** An option that points to data that is not there must not fail open. */
function refuseEmpty(options: { [key: string]: unknown }): void {
  const empty = GUARDS.find(key => key in options && (options[key] ?? null) === null);
  if (empty === undefined) return;
  throw fail(
    'INVALID_OPTION',
    `options.${empty} is empty: the data that it points to is missing.`,
    'Nothing was sent. Write a value there, or check the name after $ or state.',
  );
}

/**
 * Checks the options of an operation.
 *
 * @param options - as expanded
 * @param more - the options it takes besides `timeout` and `maxWait`
 * @throws RapidProError `INVALID_OPTION`
 */
export function checkOptions(options: unknown, more: readonly string[] = []): Settings {
  const checked = check(schema, options, 'options', 'INVALID_OPTION');
  refuseEmpty(options as { [key: string]: unknown });
  refuseUnknownOptions(options as object, [...COMMON, ...more]);
  const settings: Dictionary = {};
  for (const [key, value] of Object.entries(checked)) {
    if (SENT.includes(key)) settings[key] = value ?? null;
    else if (value !== undefined && value !== null) settings[key] = value;
  }
  const { deadline } = checked;
  // No wait may outlast the deadline.
  if (deadline != null) settings.maxWait = Math.min(deadline, checked.maxWait ?? DEFAULT_MAX_WAIT);
  return settings;
}
