import { Client } from '../../client/client.js';
import { Limiter } from '../../client/limiter.js';
import { pages } from '../../client/pages.js';
import type { Configuration } from '../../configuration.js';
import { changed, RapidProError } from '../../errors/errors.js';
import { asUuid } from '../../input/identifiers.js';
import { nearest } from '../../input/nearest.js';

/** The group that a refusal names, in RapidPro's words. */
function unknownGroup(error: unknown): string | undefined {
  if (!(error instanceof RapidProError) || error.code !== 'UNKNOWN_REFERENCE') return undefined;
  for (const text of error.errors ?? []) {
    const [, name] = /^groups?(?:\[\d+\])?: No such object: (.+?)\.?$/.exec(text) ?? [];
    if (name) return name;
  }
  return undefined;
}

/** Names of groups that RapidPro 9 has without listing them. */
const KEPT = new Set(['active', 'archived', 'blocked', 'stopped']);

/** What to say of a group by which RapidPro 9 sorts contacts itself; undefined for any other name. */
export function keptGroupAdvice(name: string): string | undefined {
  return KEPT.has(name.trim().toLowerCase())
    ? 'RapidPro 9 uses this name for a hidden group of its own, which its API does not accept. Use a group of your own with another name; "status" of a contact says whether it is active.'
    : undefined;
}

/** What to write in place of a group that is not there. */
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

/**
 * A refusal of a group that the workspace does not have, with the one that was meant: one look at the groups,
 * which waits for nothing. Whatever fails in it, the refusal stays as it is.
 */
export async function withGroupAdvice(
  error: unknown,
  configuration: Configuration,
  timeout: number | undefined,
): Promise<unknown> {
  const name = unknownGroup(error);
  if (name === undefined) return error;
  const names: string[] = [];
  try {
    const client = new Client(configuration, { timeout, limiter: new Limiter({ maxWait: 0 }) });
    for await (const { records } of pages(client, 'groups')) {
      names.push(...records.map(group => String(group.name)));
      if (names.length > 1000) break;
    }
  } catch {
    return error;
  }
  return changed(error as RapidProError, { fix: adviceFor(name, names) });
}
