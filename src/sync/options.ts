import { LITERAL } from '../input/options.js';
import type { Settings } from '../input/optionTable.js';

const BULK_OPTIONS = ['concurrency', 'deadline', 'resume', 'failOnError', ...LITERAL];
export const UPSERT_OPTIONS = [...BULK_OPTIONS, 'urns', 'dryRun'];
export const SYNC_OPTIONS = [...UPSERT_OPTIONS, 'key', 'group', 'groups'];

/** How a list is worked through. */
export interface BulkSettings {
  failOnError: boolean;
}

export interface SyncSettings extends BulkSettings {
  key: Settings['key'];
  group: string | undefined;
  exactGroups: boolean;
  exactUrns: boolean;
  dryRun: boolean;
}

/** What bulk operations do where an option is left out. */
export function syncSettings(options: Settings): SyncSettings {
  const { key, group, groups, urns, dryRun = false, failOnError = false } = options;
  return {
    failOnError,
    key,
    group,
    exactGroups: groups === 'exact',
    exactUrns: urns === 'exact',
    dryRun,
  };
}

/** Options without which a list would not be gone on with in the same way. */
export function identityOf(settings: SyncSettings): Partial<SyncSettings> {
  const { failOnError: _, dryRun: __, ...identity } = settings;
  return identity;
}
