import { z } from 'zod';
import { fail } from '../errors/errors.js';
import type { SyncOptions } from '../types/bulk.js';
import type { Dictionary } from '../types/json.js';
import { check, isShown } from './check.js';
import { nearMiss, suggest } from './nearest.js';

/** Seconds that one request may take, from connecting to the last byte, unless the job says otherwise. */
export const DEFAULT_TIMEOUT = 60;
/** Seconds that one operation may wait for RapidPro to take requests again. */
export const DEFAULT_MAX_WAIT = 60;

interface Option {
  check: z.ZodType;
  /** What to say if an operation does not take it; nothing if all operations do. */
  elsewhere?: string;
  /** True if the operation does more without it: an option whose data is missing is refused. */
  narrows?: true;
  /** True if people may write it as a key of a body, where it would be ignored. */
  isNoBodyKey?: true;
}

const seconds = (least: number, most: number) =>
  z
    .number({ error: 'must be a number of seconds' })
    .min(least, { error: `must be at least ${least} seconds` })
    .max(most, { error: `must be at most ${most} seconds` })
    .nullish();

const whole = (what: string) =>
  z
    .number({ error: `must be a whole number of ${what}` })
    .int({ error: `must be a whole number of ${what}` })
    .min(1, { error: 'must be 1 or more' });

const flag = z.boolean({ error: 'must be true or false' }).nullish();
const text = z.string({ error: 'must be text' }).nullish();
const KEY = 'must be "uuid", "urn" or a field, such as "fields.tei_id"';

const AT_MOST = 'must be a whole number of people, or a share such as "10%"';

const someGroups = z
  .array(z.string({ error: 'must be the uuid or the name of a group' }).trim().min(1), {
    error: 'must be a list of groups, such as ["Mothers"]',
  })
  .min(1, { error: 'is an empty list' });

const unknownKey = (known: string) => `has an unknown key. Possible here: ${known}`;

const exactGroups = z.strictObject({ exact: someGroups }, { error: unknownKey('exact') });

const removeMissing = z.strictObject(
  {
    groups: someGroups,
    atMost: z
      .union(
        [
          z.int().min(0, { error: AT_MOST }),
          z.string().regex(/^\s*(?:100|[1-9]?\d)(?:\.\d+)?\s*%\s*$/, { error: AT_MOST }),
        ],
        { error: AT_MOST },
      )
      .default('10%'),
  },
  {
    error: ({ code }) =>
      code === 'unrecognized_keys'
        ? unknownKey('groups, atMost')
        : 'must be an object: { groups: ["Mothers"], atMost: 50 }',
  },
);

/** Every option of every operation, once. Their types for jobs are in types/. */
export const OPTIONS = {
  timeout: { check: seconds(0.01, 3600), isNoBodyKey: true },
  maxWait: { check: seconds(0, 86_400), isNoBodyKey: true },
  limit: {
    check: whole('records').nullish(),
    elsewhere: 'Only lists have a limit.',
    narrows: true,
  },
  deadline: {
    check: seconds(1, 86_400),
    elsewhere: 'Only lists and bulk operations have a deadline.',
    isNoBodyKey: true,
  },
  concurrency: {
    check: whole('requests').max(10, { error: 'must be 10 or less' }).nullish(),
    elsewhere:
      'Only lists and bulk operations have it. eachChange() reads page by page, so that it misses nothing.',
    isNoBodyKey: true,
  },
  resume: {
    check: flag,
    elsewhere:
      'Only lists and bulk operations have it. eachChange() and eachMissedPush() continue without it.',
    isNoBodyKey: true,
  },
  archived: {
    check: flag,
    elsewhere:
      'Only getMessages() and getFlowRuns() take it, also inside eachPage() and iteratePages().',
    narrows: true,
    isNoBodyKey: true,
  },
  filename: { check: text, elsewhere: 'Only uploadMedia() takes it.' },
  contentType: { check: text, elsewhere: 'Only uploadMedia() takes it.' },
  allowPrivate: {
    check: flag,
    elsewhere: 'Only uploadMedia() and downloadAttachment() take it.',
  },
  maxSize: {
    check: whole('bytes')
      .max(100 * 1024 * 1024, { error: 'is in bytes: at most 104857600, which is 100 MB' })
      .nullish(),
    elsewhere: 'Only downloadAttachment() takes it.',
  },
  /** True: texts that look like a mistake, such as `undefined`, are intended. */
  literal: {
    check: flag,
    elsewhere: 'This operation accepts all texts.',
    isNoBodyKey: true,
  },
  dryRun: {
    check: flag,
    elsewhere:
      'This operation has no dry run. Operations on lists have one: upsertContacts([contact], { dryRun: true }), sendBroadcast({ contacts: [uuid], text }, { dryRun: true }).',
    narrows: true,
    isNoBodyKey: true,
  },
  onlyActive: {
    check: flag,
    elsewhere: 'Only operations that send messages or start flows have it.',
    narrows: true,
    isNoBodyKey: true,
  },
  verify: {
    check: flag,
    elsewhere: 'Only addToGroup() and removeFromGroup() take it.',
    isNoBodyKey: true,
  },
  failOnError: {
    check: flag,
    elsewhere: 'Only upsertContacts() and syncContacts() take it.',
    isNoBodyKey: true,
  },
  // A default that is written out is the same as none. syncContacts() calls "replace" "exact"; for the others both are
  // the same.
  urns: {
    check: z
      .enum(['add', 'replace', 'exact'], { error: 'must be "add" or "replace"' })
      .transform(one => (one === 'add' ? undefined : one))
      .nullish(),
    elsewhere: 'Only upsertContact(), upsertContacts() and syncContacts() take it.',
  },
  groups: {
    check: z
      .union([z.enum(['add', 'exact']), exactGroups], {
        error: 'must be "add", "exact" or, for some groups only, { exact: ["Mothers"] }',
      })
      .transform(one => (one === 'add' ? undefined : one))
      .nullish(),
    elsewhere: 'Only syncContacts() takes it.',
  },
  duplicates: {
    check: z
      .enum(['first', 'last', 'fail'], { error: 'must be "first", "last" or "fail"' })
      .transform(one => (one === 'fail' ? undefined : one))
      .nullish(),
    elsewhere: 'Only upsertContacts() and syncContacts() take it.',
  },
  removeMissing: {
    check: removeMissing.nullish(),
    elsewhere: 'Only syncContacts() takes it.',
    narrows: true,
  },
  group: {
    check: z
      .string({ error: 'must be the uuid or the name of a group' })
      .trim()
      .min(1, { error: 'is empty: this would read all contacts' })
      .optional(),
    elsewhere: 'Only syncContacts() has it. In a list, use it as a filter in the first argument.',
  },
  key: {
    check: z
      .string({ error: KEY })
      .regex(/^(uuid|urn|fields\..+)$/, { error: KEY })
      .transform(key => key as NonNullable<SyncOptions['key']>)
      .optional(),
    elsewhere: 'Only syncContacts() takes it.',
    // Without it, the URNs would decide who is meant.
    narrows: true,
  },
  numbers: {
    check: z
      .union([z.boolean(), z.array(z.string())], {
        error: 'must be true, false or a list of result keys',
      })
      .optional(),
  },
  /** As the job wrote it; null if it evaluated to nothing. */
  query: {
    check: z.unknown().optional(),
    elsewhere: 'Only http.post() and http.request() have a query in the options.',
  },
  /** Like `query`. */
  body: {
    check: z.unknown().optional(),
    elsewhere: 'Only http.request() has a body in the options.',
  },
} as const satisfies { readonly [option: string]: Option };

type Table = typeof OPTIONS;

/** Options after their check, without those that are missing or evaluated to nothing. */
export type Settings = {
  -readonly [Name in keyof Table]?: NonNullable<z.output<Table[Name]['check']>>;
};

const TABLE: { readonly [name: string]: Option } = OPTIONS;

const namesOf = (is: (option: Option) => boolean) =>
  Object.entries(TABLE).flatMap(([name, option]) => (is(option) ? [name] : []));

const NARROWING = namesOf(({ narrows }) => narrows === true);
export const NO_BODY_KEYS = namesOf(({ isNoBodyKey }) => isNoBodyKey === true);
/** Options that only some operations have. */
const ONLY_SOME = namesOf(({ elsewhere }) => elsewhere !== undefined);

const shape = Object.fromEntries(
  Object.entries(OPTIONS).map(([name, { check }]) => [name, check]),
) as { [Name in keyof typeof OPTIONS]: (typeof OPTIONS)[Name]['check'] };

const schema = z.looseObject(shape, { error: 'must be an object, such as { timeout: 30 }' });

const COMMON = ['timeout', 'maxWait'];

/** The option of every operation that refuses words for missing data. */
export const LITERAL = ['literal'];

/** What to say about an option that the operation does not have. */
function adviceOn(option: string, known: readonly string[]): string {
  const near = nearMiss(option, known);
  if (near) return `Did you mean "${near}"?`;
  const other = nearMiss(option, ONLY_SOME);
  return (other && TABLE[other]?.elsewhere) ?? suggest(option, known);
}

/** An unknown option would be ignored: `dryrun` would write. */
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

/** Options that are sent. If they evaluate to nothing, data is missing. */
const SENT = ['query', 'body'];

/** The lists of recipients in the body of a send. */
export const RECIPIENTS = ['contacts', 'urns', 'groups'];

/** Recipients in the options would reach nobody. */
function refuseRecipients(options: unknown, known: readonly string[]): void {
  if (options === null || typeof options !== 'object') return;
  const list = Object.entries(options).find(
    ([key, value]) => RECIPIENTS.includes(key) && !known.includes(key) && Array.isArray(value),
  );
  if (list === undefined) return;
  throw fail(
    'INVALID_OPTION',
    `options.${list[0]} is a list, but options cannot be lists.`,
    `Nothing was sent. Recipients and other data belong in the first argument: startFlow({ flow: "Registration", ${list[0]}: […] }).`,
  );
}

/** How to write an option that the state may not have, so that the operation does less and not more. */
const DEFAULTS: Readonly<Record<string, string>> = {
  dryRun: 'state => state.test ?? true',
  limit: 'state => state.limit ?? 100',
};

/** An option that refers to missing data must not fail open. */
function refuseEmpty(options: { [key: string]: unknown }): void {
  const empty = NARROWING.find(key => key in options && (options[key] ?? null) === null);
  if (empty === undefined) return;
  const value = DEFAULTS[empty];
  const advice = value ? ` To work without it, give a default: { ${empty}: ${value} }.` : '';
  throw fail(
    'INVALID_OPTION',
    `options.${empty} has no value: what it refers to is missing on the state.`,
    `Nothing was sent. Set it in an earlier step or in the input, or check the name after $ or state.${advice}`,
  );
}

/**
 * Checks the options of an operation.
 *
 * @param more - the options it takes besides `timeout` and `maxWait`
 */
export function checkOptions(options: unknown, more: readonly string[] = []): Settings {
  refuseRecipients(options, more);
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
