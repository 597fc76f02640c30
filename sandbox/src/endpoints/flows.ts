import { endpoint } from '../core/endpoint.js';
import { last } from '../core/incoming.js';
import { isTrue, listPage } from '../core/list.js';
import { isoTime } from '../state/clock.js';
import type { Flow, RunState } from '../state/model.js';
import type { Workspace } from '../state/workspace.js';
import { uuidFilter } from './filters.js';
import { ref } from './shown.js';

export const flows = endpoint({
  get(call) {
    const { workspace, incoming } = call;
    const uuid = uuidFilter(call, 'nothing');
    const type = last(incoming.query, 'type');
    const archived = last(incoming.query, 'archived');
    const counts = countRuns(workspace);
    return listPage(call, {
      rows: workspace.flows.by('created'),
      timeOf: flow => flow.modifiedOn,
      holds: flow =>
        (uuid === undefined || flow.uuid === uuid) &&
        (!type || flow.type === type) &&
        (!archived || flow.archived === isTrue(archived)),
      show: flow => showFlow(flow, counts.get(flow) ?? {}),
    });
  },
});

type Counts = Partial<Record<RunState, number>>;

function countRuns(workspace: Workspace): Map<Flow, Counts> {
  const counts = new Map<Flow, Counts>();
  for (const flow of workspace.flows) counts.set(flow, { ...flow.pastRuns });
  for (const { flow, state } of workspace.runs) {
    const of = counts.get(flow);
    if (of) of[state] = (of[state] ?? 0) + 1;
  }
  return counts;
}

function showFlow(flow: Flow, counts: Counts): unknown {
  return {
    uuid: flow.uuid,
    name: flow.name,
    type: flow.type,
    archived: flow.archived,
    labels: flow.labels.map(ref),
    expires: flow.expires,
    runs: {
      active: counts.active ?? 0,
      waiting: counts.waiting ?? 0,
      completed: counts.completed ?? 0,
      expired: counts.expired ?? 0,
      interrupted: counts.interrupted ?? 0,
      failed: counts.failed ?? 0,
    },
    results: flow.results.map(({ key, name, categories, nodes }) => ({
      key,
      name,
      categories,
      node_uuids: nodes,
    })),
    parent_refs: flow.parentRefs,
    created_on: isoTime(flow.createdOn),
    modified_on: isoTime(flow.modifiedOn),
  };
}
