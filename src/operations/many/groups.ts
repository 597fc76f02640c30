import type { Client } from '../../client/client.js';
import { pages } from '../../client/pages.js';
import type { Dictionary } from '../../types/json.js';

/** The groups of the workspace, as far as they were read. */
export interface Groups {
  /** True if all were read. */
  isWhole: boolean;
  /** The names of those that were read. */
  names: string[];
  /** The group with a uuid or a name, in any letter case. */
  of(group: string): Dictionary | undefined;
}

/**
 * Reads the list of groups, if any are needed.
 *
 * @param most - the most pages to read
 */
export async function readGroups(
  client: Client,
  wanted: readonly string[],
  most: number,
): Promise<Groups> {
  const groups = new Map<string, Dictionary>();
  let isWhole = false;
  let read = 0;
  if (wanted.length > 0 && most > 0) {
    for await (const { records, next } of pages(client, 'groups')) {
      for (const group of records) {
        groups.set(String(group.uuid), group);
        groups.set(String(group.name).toLowerCase(), group);
      }
      isWhole = next === undefined;
      if (++read >= most) break;
    }
  }
  const names = [...new Set([...groups.values()].map(({ name }) => String(name)))];
  return {
    isWhole,
    names,
    of: group => groups.get(group) ?? groups.get(group.trim().toLowerCase()),
  };
}
