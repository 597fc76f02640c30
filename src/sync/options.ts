import { LITERAL } from '../input/options.js';
import type { Settings } from '../input/optionTable.js';

const BULK_OPTIONS = ['concurrency', 'deadline', 'resume', 'failOnError', ...LITERAL];
export const UPSERT_OPTIONS = [...BULK_OPTIONS, 'urns', 'dryRun', 'duplicates'];
export const SYNC_OPTIONS = [...UPSERT_OPTIONS, 'key', 'group', 'groups', 'removeMissing'];

/** How a list is worked through. */
export interface BulkSettings {
  failOnError: boolean;
  /** Which of several entries for one contact is taken; undefined: none, they fail. */
  takes: 'first' | 'last' | undefined;
}

export interface SyncSettings extends BulkSettings {
  key: Settings['key'];
  group: string | undefined;
  exactGroups: boolean;
  exactUrns: boolean;
  dryRun: boolean;
  /** The groups that members leave who are not in the list, and how many of them at most. */
  removeMissing: { groups: string[]; atMost: number | string } | undefined;
}

/** The most of the members that leave where nobody says otherwise. */
const DEFAULT_SHARE = '10%';

/** What bulk operations do where an option is left out. */
export function syncSettings(options: Settings): SyncSettings {
  const { key, group, groups, urns, dryRun = false, failOnError = false } = options;
  const { duplicates, removeMissing } = options;
  return {
    failOnError,
    takes: duplicates === 'fail' ? undefined : duplicates,
    removeMissing: removeMissing && { atMost: DEFAULT_SHARE, ...removeMissing },
    key,
    group,
    exactGroups: groups === 'exact',
    exactUrns: urns === 'exact',
    dryRun,
  };
}

/** The key of the field by which contacts are told apart, where they are by one. */
export function fieldOf(key: SyncSettings['key']): string | undefined {
  return key?.startsWith('fields.') ? key.slice('fields.'.length) : undefined;
}

/** Options without which a list would not be gone on with in the same way. */
export function identityOf(settings: SyncSettings): Partial<SyncSettings> {
  const { failOnError: _, dryRun: __, ...identity } = settings;
  return identity;
}
