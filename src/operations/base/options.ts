import { z } from 'zod';
import { DEFAULT_MAX_WAIT } from '../../client/client.js';
import type { ListOptions } from '../../types/options.js';
import { check, warnUnknownKeys } from './check.js';

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
    // syncContacts() calls replacing "exact"; to the others it means the same.
    urns: z.enum(['add', 'replace', 'exact'], { error: 'must be "add" or "replace"' }).nullish(),
  },
  { error: 'must be an object, as { limit: 100 }' },
);

/** Options after their check. */
export interface Settings extends ListOptions {
  urns?: 'add' | 'replace';
}

const COMMON = ['timeout', 'maxWait'];

/**
 * Checks the options of an operation.
 *
 * @param options - as expanded
 * @param more - the options it takes beside `timeout` and `maxWait`
 * @throws RapidProError `INVALID_OPTION`
 */
export function checkOptions(options: unknown, more: readonly string[] = []): Settings {
  const checked = check(schema, options, 'options', 'INVALID_OPTION');
  // A limit that came out as nothing would mean "everything".
  if ('limit' in checked) {
    check(
      z.number({ error: 'must be a whole number of records' }),
      checked.limit,
      'options.limit',
      'INVALID_OPTION',
    );
  }
  warnUnknownKeys(checked, [...COMMON, ...more], 'options');
  const { timeout, limit, urns, deadline, resume, concurrency } = checked;
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
    ...(urns == null ? {} : { urns: urns === 'exact' ? 'replace' : urns }),
  };
}
