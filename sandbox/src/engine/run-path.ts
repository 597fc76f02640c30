import { engineTime } from '../state/clock.js';
import type { Run } from '../state/model.js';
import type { Workspace } from '../state/workspace.js';

/** The nodes that a contact visited, as resthooks and `@run.path` show them. */
export function pathValue({ dialect }: Workspace, { path }: Run): { [key: string]: string }[] {
  return path.map(step => {
    const both = { node_uuid: step.node, arrived_on: engineTime(step.time) };
    return dialect === 'v9' ? { ...both, uuid: step.uuid, exit_uuid: step.exit ?? '' } : both;
  });
}
