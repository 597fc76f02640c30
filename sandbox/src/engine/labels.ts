import { newUuid } from '../state/ids.js';
import type { Label } from '../state/model.js';
import type { Workspace } from '../state/workspace.js';

export function addLabel(workspace: Workspace, name: string): Label {
  return workspace.labels.add({
    id: workspace.nextId('label'),
    uuid: newUuid(),
    name,
    createdOn: workspace.tick(),
    deleted: false,
  });
}
