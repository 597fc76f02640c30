import { uniqueName } from '../body/names.js';
import { readShape, required } from '../body/rules.js';
import { endpoint } from '../core/endpoint.js';
import { last } from '../core/incoming.js';
import { listPage } from '../core/list.js';
import { newUuid } from '../state/ids.js';
import type { Label } from '../state/model.js';
import type { Workspace } from '../state/workspace.js';
import { findByUuid, uuidFilter } from './filters.js';

export const labels = endpoint<Label>({
  limited: 'labels',

  get(call) {
    const { workspace, incoming } = call;
    const uuid = uuidFilter(call, 'broken');
    const name = last(incoming.query, 'name')?.toLowerCase();
    const counts = countLabelled(workspace);
    return listPage(call, {
      rows: workspace.labels.by('created'),
      holds: label =>
        !label.deleted &&
        (uuid === undefined || label.uuid === uuid) &&
        (!name || label.name.toLowerCase() === name),
      show: label => showLabel(label, counts),
    });
  },

  find: (call, lookup) =>
    findByUuid(lookup, 'Label', uuid => alive(call.workspace.labels.find(uuid))),

  post(call, body, label) {
    const { workspace } = call;
    const others = () => [...workspace.labels].filter(one => !one.deleted);
    const { name } = readShape({ name: required(uniqueName(others, label)) }, body, call);
    if (label) label.name = name;
    const shown = label ?? addLabel(workspace, name);
    return { status: label ? 200 : 201, data: showLabel(shown, countLabelled(workspace)) };
  },

  remove({ workspace }, label) {
    label.deleted = true;
    for (const message of workspace.messages) {
      message.labels = message.labels.filter(one => one !== label);
    }
    return { status: 204 };
  },
});

const alive = (label: Label | undefined) => (label?.deleted ? undefined : label);

/** Deleted messages are not counted. */
function countLabelled(workspace: Workspace): Map<Label, number> {
  const counts = new Map<Label, number>();
  for (const message of workspace.messages) {
    if (message.visibility === 'deleted') continue;
    for (const label of message.labels) counts.set(label, (counts.get(label) ?? 0) + 1);
  }
  return counts;
}

function showLabel(label: Label, counts: Map<Label, number>): unknown {
  return { uuid: label.uuid, name: label.name, count: counts.get(label) ?? 0 };
}

export function addLabel(workspace: Workspace, name: string): Label {
  return workspace.labels.add({
    id: workspace.nextId('label'),
    uuid: newUuid(),
    name,
    createdOn: workspace.tick(),
    deleted: false,
  });
}
