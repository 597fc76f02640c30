import { z } from 'zod';
import type { SyncOptions } from '../types/bulk.js';

/** An option of operations. */
interface Option {
  /** What it must be. */
  check: z.ZodType;
  /** What to say to whoever gives it to an operation that does not take it; nothing where all do. */
  elsewhere?: string;
  /** True if something is done that was only to be looked at, or everything is read, where data for it is missing. */
  isGuard?: true;
  /** True if it may be taken for a key of a body, which would leave it out. */
  isNoBodyKey?: true;
}

const seconds = (least: number, most: number) =>
  z
    .number({ error: 'must be a number of seconds' })
    .min(least, { error: `must be at least ${least} seconds` })
    .max(most, { error: `is in seconds: at most ${most}` })
    .nullish();

const whole = (what: string) =>
  z
    .number({ error: `must be a whole number of ${what}` })
    .int({ error: `must be a whole number of ${what}` })
    .min(1, { error: 'must be 1 or more' });

const flag = z.boolean({ error: 'must be true or false' }).nullish();
const text = z.string({ error: 'must be text' }).nullish();
const KEY = 'must be "uuid", "urn" or a field, as "fields.tei_id"';

const AT_MOST = 'must be a whole number of people, or a share as "10%"';

const removeMissing = z.strictObject(
  {
    groups: z
      .array(z.string({ error: 'must be the uuid or the name of a group' }).trim().min(1), {
        error: 'must be a list of groups',
      })
      .min(1, { error: 'names no group' }),
    atMost: z
      .union([z.int().min(0), z.string().regex(/^\s*(?:100|[1-9]?\d)(?:\.\d+)?\s*%\s*$/)], {
        error: AT_MOST,
      })
      .optional(),
  },
  {
    error: ({ code }) =>
      code === 'unrecognized_keys'
        ? 'has an unknown key. Known here: groups, atMost'
        : 'must be an object, as { groups: ["Mothers"], atMost: 50 }',
  },
);

/** Every option of every operation, once. What a job sees of it is in types/. */
export const OPTIONS = {
  timeout: { check: seconds(0.01, 3600), isNoBodyKey: true },
  maxWait: { check: seconds(0, 86_400), isNoBodyKey: true },
  limit: {
    check: whole('records').nullish(),
    elsewhere: 'Only what reads a list takes a limit.',
    isGuard: true,
  },
  deadline: {
    check: seconds(1, 86_400),
    elsewhere: 'Only lists and bulk operations take a deadline.',
    isNoBodyKey: true,
  },
  concurrency: {
    check: whole('requests').max(10, { error: 'must be 10 or less' }).nullish(),
    elsewhere:
      'Lists and bulk operations take it. eachChange() reads one page after the other, so that none is missed.',
    isNoBodyKey: true,
  },
  resume: {
    check: flag,
    elsewhere:
      'Lists and bulk operations take it. eachChange() and eachMissedPush() continue where they stopped without it.',
    isNoBodyKey: true,
  },
  archived: {
    check: flag,
    elsewhere:
      'Only getMessages() and getFlowRuns() take it, alone, in eachPage() and in iteratePages().',
    isGuard: true,
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
  /** True: words such as `undefined` are meant. */
  literal: {
    check: flag,
    elsewhere: 'This operation takes all words as they are.',
    isNoBodyKey: true,
  },
  dryRun: {
    check: flag,
    elsewhere:
      'This operation has no dry run: it would have been done. Operations on many have one: upsertContacts([contact], { dryRun: true }), sendBroadcast({ contacts: [uuid], text }, { dryRun: true }).',
    isGuard: true,
    isNoBodyKey: true,
  },
  onlyActive: {
    check: flag,
    elsewhere: 'Only what sends messages or starts flows takes it.',
    isGuard: true,
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
  // syncContacts() calls replacing "exact"; to the others it means the same.
  urns: {
    check: z.enum(['add', 'replace', 'exact'], { error: 'must be "add" or "replace"' }).nullish(),
    elsewhere: 'Only upsertContact(), upsertContacts() and syncContacts() take it.',
  },
  groups: {
    check: z.enum(['add', 'exact'], { error: 'must be "add" or "exact"' }).nullish(),
    elsewhere: 'Only syncContacts() takes it.',
  },
  duplicates: {
    check: z
      .enum(['first', 'last', 'fail'], { error: 'must be "first", "last" or "fail"' })
      .nullish(),
    elsewhere: 'Only upsertContacts() and syncContacts() take it.',
  },
  removeMissing: {
    check: removeMissing.nullish(),
    elsewhere: 'Only syncContacts() takes it.',
    isGuard: true,
  },
  group: {
    check: z
      .string({ error: 'must be the uuid or the name of a group' })
      .trim()
      .min(1, { error: 'is empty: without it, all contacts would be read' })
      .optional(),
    elsewhere: 'Only syncContacts() takes it. A list takes it as a filter, in the first argument.',
  },
  key: {
    check: z
      .string({ error: KEY })
      .regex(/^(uuid|urn|fields\..+)$/, { error: KEY })
      .transform(key => key as NonNullable<SyncOptions['key']>)
      .optional(),
    elsewhere: 'Only syncContacts() takes it.',
  },
  numbers: {
    check: z
      .union([z.boolean(), z.array(z.string())], {
        error: 'must be true, false or a list of result keys',
      })
      .optional(),
  },
  /** As the job wrote it; null where it evaluated to nothing. */
  query: {
    check: z.unknown().optional(),
    elsewhere: 'Only http.post() and http.request() take a query in the options.',
  },
  /** As `query`. */
  body: {
    check: z.unknown().optional(),
    elsewhere: 'Only http.request() takes a body in the options.',
  },
} as const satisfies { readonly [option: string]: Option };

type Table = typeof OPTIONS;

/** Options after their check: what was not given, or evaluated to nothing, is absent. */
export type Settings = {
  -readonly [Name in keyof Table]?: NonNullable<z.output<Table[Name]['check']>>;
};

function namesOf(is: (option: Option) => boolean): string[] {
  return Object.entries<Option>(OPTIONS).flatMap(([name, option]) => (is(option) ? [name] : []));
}

export const GUARDS = namesOf(({ isGuard }) => isGuard === true);
export const NO_BODY_KEYS = namesOf(({ isNoBodyKey }) => isNoBodyKey === true);

/** Options that only some operations have, and what to say to who gives them to another one. */
export const ELSEWHERE: ReadonlyMap<string, string> = new Map(
  Object.entries<Option>(OPTIONS).flatMap(([name, { elsewhere }]) =>
    elsewhere === undefined ? [] : [[name, elsewhere] as const],
  ),
);
