import { Client } from '../../client/client.js';
import { Limiter } from '../../client/limiter.js';
import { pages } from '../../client/pages.js';
import type { Configuration } from '../../configuration.js';
import { changed, RapidProError } from '../../errors/errors.js';
import { asUuid } from '../../input/identifiers.js';
import { nearest } from '../../input/nearest.js';
import type { Dialect } from '../../resources.js';

/** RapidPro's refusals of missing things, and the list of those that exist. */
const UNKNOWN = [
  {
    code: 'UNKNOWN_REFERENCE',
    words: /^groups?(?:\[\d+\])?: No such object: (.+?)\.?$/,
    list: 'groups',
    key: 'name',
    advise: adviceFor,
  },
  {
    code: 'UNKNOWN_FIELD',
    words: /Invalid contact field key: (.+?)\.?$/,
    list: 'fields',
    key: 'key',
    advise: fieldAdvice,
  },
] as const;

function unknownName(error: unknown) {
  if (!(error instanceof RapidProError)) return undefined;
  for (const kind of UNKNOWN) {
    if (kind.code !== error.code) continue;
    for (const text of error.errors ?? []) {
      const name = kind.words.exec(text)?.[1];
      if (name) return { ...kind, name };
    }
  }
  return undefined;
}

/** Names that servers have without listing them. */
const KEPT = {
  groups: { v9: ['active', 'archived', 'blocked', 'stopped'], textit: [] },
  fields: {
    v9: ['id', 'name', 'created on', 'language', 'last seen on'],
    textit: ['created on', 'last seen on'],
  },
} as const;

/** Whether a server has this name without listing it. */
export function isKeptName(list: keyof typeof KEPT, name: string, dialect: Dialect): boolean {
  const kept: readonly string[] = KEPT[list][dialect];
  return kept.includes(name.trim().toLowerCase());
}

/** What to say about a group that RapidPro 9 uses internally; undefined for any other name. */
export function keptGroupAdvice(name: string): string | undefined {
  return isKeptName('groups', name, 'v9')
    ? 'RapidPro 9 uses this name for a hidden group of its own, which its API does not accept. Use a group of your own with another name; "status" of a contact says whether it is active.'
    : undefined;
}

export function adviceFor(name: string, names: readonly string[]): string {
  const kept = keptGroupAdvice(name);
  if (kept) return kept;
  if (asUuid(name)) {
    return 'No group of the workspace has this uuid: getGroups() lists all groups. It may belong to another workspace, or to a deleted group.';
  }
  const near = nearest(name, names);
  return near
    ? `Did you mean "${near}"? getGroups() lists the groups.`
    : 'No group of the workspace has a similar name: getGroups() lists all groups, and ensureGroup() creates one.';
}

/** What to write instead of a missing field; undefined if no key is near. */
export function fieldAdvice(name: string, keys: readonly string[]): string | undefined {
  const near = nearest(name, keys);
  return near && `Did you mean "${near}"? getFields() lists the keys of the fields.`;
}

/**
 * A refusal of a missing group or field, with the one that was probably meant. Reads the list once, without waiting. If
 * that fails, the refusal stays unchanged.
 */
export async function withNameAdvice(
  error: unknown,
  configuration: Configuration,
  timeout: number | undefined,
): Promise<unknown> {
  const unknown = unknownName(error);
  if (unknown === undefined) return error;
  const { list, key, name, advise } = unknown;
  const names: string[] = [];
  try {
    const client = new Client(configuration, { timeout, limiter: new Limiter({ maxWait: 0 }) });
    for await (const { records } of pages(client, list)) {
      names.push(...records.map(record => String(record[key])));
      if (names.length > 1000) break;
    }
  } catch {
    return error;
  }
  const fix = advise(name, names);
  return fix === undefined ? error : changed(error as RapidProError, { fix });
}
