import { z } from 'zod';
import { DEFAULT_MAX_WAIT } from '../defaults.js';
import { RapidProError } from '../errors/errors.js';
import type { ListOptions } from '../types/options.js';
import { check, isShown } from './check.js';
import { nearMiss, suggest } from './nearest.js';

const seconds = (least: number, most: number) =>
  z
    .number({ error: 'must be a number of seconds' })
    .min(least, { error: `must be at least ${least} seconds` })
    .max(most, { error: `is in seconds: at most ${most}` })
    .nullish();

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
    resume: z.boolean({ error: 'must be true or false' }).nullish(),
    filename: z.string({ error: 'must be text' }).nullish(),
    contentType: z.string({ error: 'must be text' }).nullish(),
    allowPrivate: z.boolean({ error: 'must be true or false' }).nullish(),
    literal: z.boolean({ error: 'must be true or false' }).nullish(),
    // syncContacts() calls replacing "exact"; to the others it means the same.
    urns: z.enum(['add', 'replace', 'exact'], { error: 'must be "add" or "replace"' }).nullish(),
  },
  { error: 'must be an object, as { limit: 100 }' },
);

/** Options after their check. */
export interface Settings extends ListOptions {
  urns?: 'add' | 'replace';
  /** True: words such as `undefined` are meant. */
  literal?: boolean;
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
  throw new RapidProError({
    code: 'INVALID_OPTION',
    description: isShown(unknown)
      ? `options has the unknown key "${unknown}".`
      : 'options has a key that this operation does not know.',
    fix: `Nothing was sent. ${isShown(unknown) ? adviceOn(unknown, known) : suggest('', known)}`,
  });
}

/** Options without which something is done that was only to be looked at. */
const GUARDS = ['dryRun', 'onlyActive'] as const;

/** An option that points to data that is not there must not fail open. */
function refuseEmpty(options: { [key: string]: unknown }): void {
  const empty = GUARDS.find(key => key in options && (options[key] ?? null) === null);
  if (empty === undefined) return;
  throw new RapidProError({
    code: 'INVALID_OPTION',
    description: `options.${empty} is empty: the data that it points to is missing.`,
    fix: 'Nothing was sent. Write true or false, or check the name after $ or state.',
  });
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
  // A limit that evaluated to nothing would mean "everything".
  if ('limit' in checked) {
    check(
      z.number({ error: 'must be a whole number of records' }),
      checked.limit,
      'options.limit',
      'INVALID_OPTION',
    );
  }
  refuseEmpty(options as { [key: string]: unknown });
  refuseUnknownOptions(options as object, [...COMMON, ...more]);
  const { timeout, limit, urns, deadline, resume, concurrency, literal } = checked;
  // No wait may outlast the deadline.
  const maxWait =
    deadline == null ? checked.maxWait : Math.min(deadline, checked.maxWait ?? DEFAULT_MAX_WAIT);
  return {
    ...(timeout == null ? {} : { timeout }),
    ...(maxWait == null ? {} : { maxWait }),
    ...(limit == null ? {} : { limit }),
    ...(deadline == null ? {} : { deadline }),
    ...(resume == null ? {} : { resume }),
    ...(concurrency == null ? {} : { concurrency }),
    ...(literal == null ? {} : { literal }),
    ...(urns == null ? {} : { urns: urns === 'exact' ? 'replace' : urns }),
  };
}
