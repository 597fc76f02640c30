import type { Settings } from '../input/options.js';

export interface SyncSettings {
  failOnError: boolean;
  /** Which of several entries for one contact counts; undefined: none, they fail. */
  takes: 'first' | 'last' | undefined;
  key: Settings['key'];
  group: string | undefined;
  /** Groups that contacts leave if their entry does not name them. True: all that are manual. */
  exactGroups: boolean | string[];
  exactUrns: boolean;
  dryRun: boolean;
  /** The groups that members leave if they are not in the list, and the most who may leave. */
  removeMissing: { groups: string[]; atMost: number | string } | undefined;
}

/** The most members who leave, by default. */
const DEFAULT_SHARE = '10%';

export function syncSettings(options: Settings): SyncSettings {
  const { key, group, groups, urns, dryRun = false, failOnError = false } = options;
  const { duplicates, removeMissing } = options;
  return {
    failOnError,
    takes: duplicates === 'fail' ? undefined : duplicates,
    removeMissing: removeMissing && { atMost: DEFAULT_SHARE, ...removeMissing },
    key,
    group,
    exactGroups: typeof groups === 'object' ? groups.exact : groups === 'exact',
    exactUrns: urns === 'exact',
    dryRun,
  };
}

export function fieldOf(key: SyncSettings['key']): string | undefined {
  return key?.startsWith('fields.') ? key.slice('fields.'.length) : undefined;
}

/** Options that must be the same to continue a list. */
export function identityOf(settings: SyncSettings): Partial<SyncSettings> {
  const { failOnError: _, dryRun: __, ...identity } = settings;
  return identity;
}
