import { randomUUID } from 'node:crypto';
import type { Value } from '../expressions/values.js';
import { newUuid, timedUuid } from '../state/ids.js';
import type { Campaign, Contact, Flow, FlowStart, Message, Run, RunStep } from '../state/model.js';
import type { Workspace } from '../state/workspace.js';
import { act } from './actions.js';
import { bump } from './contacts.js';
import {
  type Definition,
  type FlowNode,
  localizedArguments,
  nodesOf,
  type Router,
} from './definition.js';
import { type Sprint, saveResult } from './sprint.js';
import { evaluated, matchOf, plainText } from './templates.js';
import type { Work } from './work.js';

/** A flow that visits more nodes than this without a wait is stopped as a loop. */
const MOST_STEPS = 100;

function sprintOf(
  workspace: Workspace,
  run: Run,
  input: Message | null,
  amongOthers = false,
): Sprint {
  const { contact, flow } = run;
  const definition = flow.definition as Definition;
  return { workspace, run, contact, flow, definition, input, amongOthers, webhook: null, sent: [] };
}

/** Starts a contact in a flow and runs it to the first wait or the end. */
export function* enterFlow(
  workspace: Workspace,
  contact: Contact,
  flow: Flow,
  {
    start = null,
    campaign = null,
    amongOthers = false,
  }: { start?: FlowStart | null; campaign?: Campaign | null; amongOthers?: boolean } = {},
): Work<Run> {
  const before = contact.waiting;
  const createdOn = workspace.tick();
  const run: Run = {
    id: workspace.nextId('run'),
    uuid: workspace.dialect === 'v9' ? newUuid() : timedUuid(createdOn),
    flow,
    contact,
    start,
    campaign,
    responded: false,
    path: [],
    values: new Map(),
    params: start?.params ?? null,
    state: 'active',
    createdOn,
    modifiedOn: createdOn,
    exitedOn: null,
  };
  const sprint = sprintOf(workspace, run, null, amongOthers);
  const [first] = nodesOf(sprint.definition);
  if (first) yield* travel(sprint, first);
  commit(sprint, before);
  return run;
}

/** Resumes a waiting run with the contact's message. */
export function* resumeRun(workspace: Workspace, run: Run, input: Message): Work<void> {
  const sprint = sprintOf(workspace, run, input);
  run.responded = true;
  run.state = 'active';
  const step = run.path.at(-1) ?? stepAtWait(sprint);
  const node = nodesOf(sprint.definition).find(one => one.uuid === step?.node);
  if (!node || !step) {
    run.state = 'failed';
    run.exitedOn = workspace.tick();
  } else {
    const next = leave(sprint, node, step);
    if (next) yield* travel(sprint, next);
  }
  if (workspace.dialect === 'textit') run.contact.lastSeenOn = workspace.ticker.next();
  commit(sprint);
}

/** A seeded run that waits at no particular node waits at the first node with a wait. */
function stepAtWait({ definition, run }: Sprint): RunStep | undefined {
  const node = nodesOf(definition).find(one => one.router?.wait);
  if (!node) return undefined;
  const step = { uuid: randomUUID(), node: node.uuid, exit: null, time: run.createdOn };
  run.path.push(step);
  return step;
}

function* travel(sprint: Sprint, from: FlowNode): Work<void> {
  let node: FlowNode | undefined = from;
  for (let steps = 0; node; steps++) {
    if (steps >= MOST_STEPS) {
      end(sprint, 'failed');
      return;
    }
    node = yield* visit(sprint, node);
  }
}

function* visit(sprint: Sprint, node: FlowNode): Work<FlowNode | undefined> {
  const step: RunStep = {
    uuid: randomUUID(),
    node: node.uuid,
    exit: null,
    time: sprint.workspace.ticker.next(),
  };
  sprint.run.path.push(step);
  for (const action of node.actions ?? []) yield* act(sprint, node, action);
  if (node.router?.wait) {
    sprint.run.state = 'waiting';
    return undefined;
  }
  return leave(sprint, node, step);
}

/** Takes the exit that the node's router chooses, or its only one. Undefined at the end of the flow. */
function leave(sprint: Sprint, node: FlowNode, step: RunStep): FlowNode | undefined {
  const exit = node.router ? route(sprint, node, node.router) : node.exits?.[0];
  step.exit = exit?.uuid ?? null;
  const to = exit?.destination_uuid;
  const next = to ? nodesOf(sprint.definition).find(one => one.uuid === to) : undefined;
  if (!next) end(sprint, 'completed');
  return next;
}

function end({ run, workspace }: Sprint, state: 'completed' | 'failed'): void {
  run.state = state;
  run.exitedOn = workspace.ticker.next();
}

function route(
  sprint: Sprint,
  node: FlowNode,
  router: Router,
): NonNullable<FlowNode['exits']>[number] | undefined {
  const asks = router.cases?.some(({ type }) => type === 'has_error');
  const operand = evaluated(sprint, router.operand ?? '@input', routerOf(sprint), asks);
  const operandText = plainText(sprint, operand);
  const random =
    router.type === 'random'
      ? router.categories?.[Math.floor(Math.random() * (router.categories.length || 1))]
      : undefined;
  const found = random ? undefined : firstMatch(sprint, router, operand);
  const wanted = random?.uuid ?? found?.category ?? router.default_category_uuid;
  const category = router.categories?.find(one => one.uuid === wanted);
  if (router.result_name && category) {
    saveResult(
      sprint,
      router.result_name,
      found?.value ?? operandText,
      category.name,
      node.uuid,
      sprint.input?.text ?? operandText,
    );
  }
  return node.exits?.find(one => one.uuid === category?.exit_uuid);
}

function firstMatch(
  sprint: Sprint,
  router: Router,
  operand: Value,
): { value: string; category: string } | undefined {
  const { definition, contact } = sprint;
  for (const one of router.cases ?? []) {
    const args = localizedArguments(definition, contact.language, one).map(arg =>
      evaluated(sprint, arg, routerOf(sprint)),
    );
    const value = matchOf(sprint, one.type, [operand, ...args], routerOf(sprint));
    if (value !== undefined) return { value, category: one.category_uuid };
  }
  return undefined;
}

const routerOf = ({ flow }: Sprint): string => `a router of the flow "${flow.name}"`;

/** Commits the results of a sprint, all at the same time. */
function commit({ workspace, run, contact, sent }: Sprint, before: Run | null = null): void {
  const at = workspace.tick();
  for (const message of sent) {
    message.modifiedOn = at;
    workspace.messages.moved(message);
  }
  run.modifiedOn = at;
  if (before) interrupt(workspace, before, at);
  if (workspace.runs.get(run.id)) workspace.runs.moved(run);
  else workspace.runs.add(run);
  contact.waiting = run.state === 'waiting' ? run : null;
  bump(workspace, contact, workspace.dialect === 'v9' ? workspace.tick() : at);
}

/** Ends a waiting run. `v9` sets `exited_on` slightly later than `modified_on`. */
function interrupt(workspace: Workspace, run: Run, at: number): void {
  run.state = 'interrupted';
  run.modifiedOn = at;
  run.exitedOn = workspace.dialect === 'v9' ? workspace.tick() : at;
  workspace.runs.moved(run);
}

/** Interrupts a contact's waiting run. False if there is none. */
export function interruptContact(workspace: Workspace, contact: Contact, at: number): boolean {
  const run = contact.waiting;
  if (!run) return false;
  interrupt(workspace, run, at);
  contact.waiting = null;
  return true;
}
