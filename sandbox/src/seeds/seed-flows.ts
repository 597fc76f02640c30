import { randomUUID } from 'node:crypto';
import { resultKey } from '../engine/sprint.js';
import type * as model from '../state/model.js';
import type { FlowResult } from '../state/model.js';
import type { SeedContext } from './seed-context.js';
import type { ContactSeed, FlowSeed, FlowStartSeed, RunSeed } from './types.js';

export function seedFlow(context: SeedContext, row: FlowSeed): void {
  const createdOn = context.time(row.created_on);
  const definition = row.definition ?? {};
  const results = row.results?.map(result => ({
    key: result.key,
    name: result.name,
    categories: result.categories ?? [],
    nodes: result.node_uuids ?? [],
  }));
  context.workspace.flows.add({
    id: context.workspace.nextId('flow'),
    uuid: row.uuid ?? randomUUID(),
    name: row.name,
    type: row.type ?? 'message',
    archived: row.archived ?? false,
    labels: row.labels ?? [],
    expires: row.expires ?? 10_080,
    results: results ?? resultsOf(definition),
    parentRefs: row.parent_refs ?? [],
    definition,
    pastRuns: { ...row.runs },
    createdOn,
    modifiedOn: row.modified_on ? context.time(row.modified_on) : createdOn,
  });
}

/** The status of starts and broadcasts by the name that either dialect uses. */
const STATES: Record<string, model.FlowStart['status']> = {
  pending: 'pending',
  queued: 'pending',
  started: 'started',
  starting: 'started',
  failed: 'failed',
};

export const stateOf = (given: string | undefined): model.FlowStart['status'] =>
  STATES[given ?? ''] ?? 'completed';

export function seedFlowStart(context: SeedContext, row: FlowStartSeed): void {
  const { workspace } = context;
  const createdOn = context.time(row.created_on);
  workspace.starts.add({
    id: context.id('start', row.id),
    uuid: row.uuid ?? randomUUID(),
    flow: context.find('flows', row.flow),
    groups: (row.groups ?? []).map(given => context.find('groups', given)),
    contacts: (row.contacts ?? []).map(given => context.contact(given)),
    urns: [],
    status: stateOf(row.status),
    total: row.progress?.total ?? -1,
    started: row.progress?.started ?? 0,
    params: row.params ?? {},
    restartParticipants: row.restart_participants ?? true,
    excludeActive: row.exclude_active ?? false,
    createdOn,
    modifiedOn: row.modified_on ? context.time(row.modified_on) : createdOn,
  });
}

export function seedRun(context: SeedContext, row: RunSeed): void {
  const { workspace } = context;
  const createdOn = context.time(row.created_on);
  const contact = context.contact(row.contact);
  const modifiedOn = row.modified_on ? context.time(row.modified_on) : createdOn;
  const run: model.Run = {
    id: context.id('run', row.id),
    uuid: row.uuid ?? randomUUID(),
    flow: context.find('flows', row.flow),
    contact,
    start: workspace.starts.find(row.start?.uuid ?? '') ?? null,
    campaign: null,
    responded: row.responded ?? Object.keys(row.values ?? {}).length > 0,
    path: (row.path ?? []).map(({ node, time }) => ({
      uuid: randomUUID(),
      node,
      exit: null,
      time: context.time(time),
    })),
    params: null,
    values: new Map(
      Object.entries(row.values ?? {}).map(([key, one]) => [
        key,
        resultFrom(context, key, one, modifiedOn),
      ]),
    ),
    state: row.exit_type ?? 'waiting',
    createdOn,
    modifiedOn,
    exitedOn: context.timeOrNull(row.exited_on) ?? (row.exit_type ? createdOn : null),
  };
  if (run.state === 'waiting') contact.waiting = run;
  workspace.runs.add(run);
}

function resultFrom(
  context: SeedContext,
  key: string,
  given: NonNullable<RunSeed['values']>[string],
  modifiedOn: number,
) {
  return {
    name: given.name ?? key,
    value: given.value,
    category: given.category ?? null,
    node: given.node ?? randomUUID(),
    time: given.time ? context.time(given.time) : modifiedOn,
    input: given.input ?? null,
  };
}

/** A contact with a current flow has a waiting run, even if the seed lists none. */
export function seedWaitingRun(
  context: SeedContext,
  { uuid, flow, modified_on }: ContactSeed,
): void {
  if (!flow || !uuid || context.contact(uuid).waiting) return;
  const at = modified_on ? { created_on: modified_on } : {};
  seedRun(context, { flow, contact: uuid, ...at });
}

interface Node {
  uuid?: string;
  actions?: { type: string; result_name?: string }[];
  router?: { result_name?: string; categories?: { name: string }[] };
}

const OUTCOMES = [{ name: 'Success' }, { name: 'Failure' }];

/** The results that a flow's routers and calls save, as the flows endpoint lists them. */
function resultsOf(definition: Record<string, unknown>): FlowResult[] {
  const found = new Map<string, FlowResult>();
  const add = (node: string, name: string, categories: { name: string }[]) => {
    const key = resultKey(name);
    const result = found.get(key) ?? { key, name, categories: [], nodes: [] };
    for (const category of categories) {
      if (!result.categories.includes(category.name)) result.categories.push(category.name);
    }
    result.nodes.push(node);
    found.set(key, result);
  };
  for (const { uuid = '', actions, router } of (definition.nodes as Node[] | undefined) ?? []) {
    for (const { type, result_name } of actions ?? []) {
      if (result_name) add(uuid, result_name, type.startsWith('call_') ? OUTCOMES : []);
    }
    if (router?.result_name) add(uuid, router.result_name, router.categories ?? []);
  }
  return [...found.values()];
}
