import { z } from 'zod';
import { check } from '../input/check.js';
import { LITERAL } from '../input/options.js';
import type { SyncOptions } from '../types/bulk.js';
import type { Dictionary } from '../types/json.js';

const flag = z.boolean({ error: 'must be true or false' }).nullish();
const lists = z.enum(['add', 'exact'], { error: 'must be "add" or "exact"' }).nullish();

const shape = { failOnError: flag };

const upsertSchema = z.looseObject(shape);
const syncSchema = z.looseObject({
  ...shape,
  dryRun: flag,
  groups: lists,
  urns: lists,
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
});

const BULK_OPTIONS = ['concurrency', 'deadline', 'resume', 'failOnError', ...LITERAL];
export const UPSERT_OPTIONS = [...BULK_OPTIONS, 'urns', 'dryRun'];
export const SYNC_OPTIONS = [...UPSERT_OPTIONS, 'key', 'group', 'groups'];

/** How a list is worked through, after the check. */
export interface BulkSettings {
  failOnError: boolean;
}

/**
 * Checks the options that only bulk operations have.
 *
 * @throws RapidProError `INVALID_OPTION`
 */
function bulkSettings(given: Dictionary): BulkSettings {
  const { failOnError } = check(upsertSchema, given, 'options', 'INVALID_OPTION');
  return { failOnError: failOnError ?? false };
}

export interface SyncSettings extends BulkSettings {
  key: SyncOptions['key'];
  group: string | undefined;
  exactGroups: boolean;
  exactUrns: boolean;
  dryRun: boolean;
}

/** @throws RapidProError `INVALID_OPTION` */
export function syncSettings(given: Dictionary): SyncSettings {
  const { dryRun, groups, urns, group, key } = check(
    syncSchema,
    given,
    'options',
    'INVALID_OPTION',
  );
  return {
    ...bulkSettings(given),
    key: key as SyncOptions['key'],
    group,
    exactGroups: groups === 'exact',
    exactUrns: urns === 'exact',
    dryRun: dryRun ?? false,
  };
}
