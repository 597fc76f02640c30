import { randomUUID } from 'node:crypto';
import type * as model from '../state/model.js';
import type { Bed } from './bed.js';
import { resultsOf } from './flow-results.js';
import type { ContactSeed, FlowSeed, FlowStartSeed, RunSeed } from './types.js';

export function plantFlow(bed: Bed, row: FlowSeed): void {
  const createdOn = bed.time(row.created_on);
  const definition = row.definition ?? {};
  const results = row.results?.map(result => ({
    key: result.key,
    name: result.name,
    categories: result.categories ?? [],
    nodes: result.node_uuids ?? [],
  }));
  bed.workspace.flows.add({
    id: bed.workspace.nextId('flow'),
    uuid: row.uuid ?? randomUUID(),
    name: row.name,
    type: row.type ?? 'message',
    archived: row.archived ?? false,
    labels: row.labels ?? [],
    expires: row.expires ?? 10_080,
    results: results ?? resultsOf(definition),
    parentRefs: row.parent_refs ?? [],
    definition,
    pastRuns: row.runs ?? {},
    createdOn,
    modifiedOn: row.modified_on ? bed.time(row.modified_on) : createdOn,
  });
}

/** The states of starts and broadcasts, by what either line of servers calls them. */
const STATES: Record<string, model.FlowStart['status']> = {
  pending: 'pending',
  queued: 'pending',
  started: 'started',
  starting: 'started',
  failed: 'failed',
};

export const stateOf = (given: string | undefined): model.FlowStart['status'] =>
  STATES[given ?? ''] ?? 'completed';

export function plantStart(bed: Bed, row: FlowStartSeed): void {
  const { workspace } = bed;
  const createdOn = bed.time(row.created_on);
  workspace.starts.add({
    id: bed.id('start', row.id),
    uuid: row.uuid ?? randomUUID(),
    flow: bed.find('flows', row.flow),
    groups: (row.groups ?? []).map(given => bed.find('groups', given)),
    contacts: (row.contacts ?? []).map(given => bed.contact(given)),
    urns: [],
    status: stateOf(row.status),
    total: row.progress?.total ?? -1,
    started: row.progress?.started ?? 0,
    params: row.params ?? {},
    restartParticipants: row.restart_participants ?? true,
    excludeActive: row.exclude_active ?? false,
    createdOn,
    modifiedOn: row.modified_on ? bed.time(row.modified_on) : createdOn,
  });
}

export function plantRun(bed: Bed, row: RunSeed): void {
  const { workspace } = bed;
  const createdOn = bed.time(row.created_on);
  const contact = bed.contact(row.contact);
  const modifiedOn = row.modified_on ? bed.time(row.modified_on) : createdOn;
  const run: model.Run = {
    id: bed.id('run', row.id),
    uuid: row.uuid ?? randomUUID(),
    flow: bed.find('flows', row.flow),
    contact,
    start: workspace.starts.find(row.start?.uuid ?? '') ?? null,
    responded: row.responded ?? Object.keys(row.values ?? {}).length > 0,
    path: (row.path ?? []).map(({ node, time }) => ({
      uuid: randomUUID(),
      node,
      exit: null,
      time: bed.time(time),
    })),
    params: null,
    values: new Map(
      Object.entries(row.values ?? {}).map(([key, one]) => [
        key,
        resultFrom(bed, key, one, modifiedOn),
      ]),
    ),
    state: row.exit_type ?? 'waiting',
    createdOn,
    modifiedOn,
    exitedOn: bed.timeOrNull(row.exited_on) ?? (row.exit_type ? createdOn : null),
  };
  if (run.state === 'waiting') contact.waiting = run;
  workspace.runs.add(run);
}

function resultFrom(
  bed: Bed,
  key: string,
  given: NonNullable<RunSeed['values']>[string],
  modifiedOn: number,
) {
  return {
    name: given.name ?? key,
    value: given.value,
    category: given.category ?? null,
    node: given.node ?? randomUUID(),
    time: given.time ? bed.time(given.time) : modifiedOn,
    input: given.input ?? null,
  };
}

/** A contact who is in a flow has a run that waits, whether or not the seed's runs tell of it. */
export function plantCurrentFlow(bed: Bed, { uuid, flow, modified_on }: ContactSeed): void {
  if (!flow || !uuid || bed.contact(uuid).waiting) return;
  const at = modified_on ? { created_on: modified_on } : {};
  plantRun(bed, { flow, contact: uuid, ...at });
}
