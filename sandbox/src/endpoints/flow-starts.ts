import { isObject } from '../body/parse.js';
import { contacts as contactsRule, flow, groups as groupsRule, urns } from '../body/references.js';
import { flag, issue, type Rule, readShape, required, value } from '../body/rules.js';
import type { Call } from '../core/call.js';
import { endpoint } from '../core/endpoint.js';
import { last } from '../core/incoming.js';
import { isTrue, listPage } from '../core/list.js';
import { invalidAsAWhole } from '../core/reply.js';
import { carryOut } from '../engine/starts.js';
import { perform } from '../engine/work.js';
import { isoTime } from '../state/clock.js';
import { newUuid } from '../state/ids.js';
import type { FlowStart } from '../state/model.js';
import { JsonNumber } from '../values/index.js';
import { pythonText } from '../values/python.js';
import { recipients } from './broadcasts.js';
import { findByUuid, idFilter, uuidFilter } from './filters.js';
import { contactRefs, groupRefs, ref } from './shown.js';

const MOST_PARAMS = 10_000;

const jsonObject = (tidy: boolean): Rule<unknown> => ({
  read(input, { workspace }) {
    if (!isObject(input)) return issue('Must be a valid JSON object');
    if (tidy || workspace.dialect === 'v9') return value(tidyParams(input));
    return hasValuesBeyond(input, MOST_PARAMS) || pythonLength(input) > MOST_PARAMS
      ? issue('Cannot exceed 10,000 characters encoded.')
      : value(plainJson(input));
  },
});

/** Python takes an object without keys for nothing. */
const isEmpty = (params: unknown): boolean => Object.keys(Object(params)).length === 0;

const shape = {
  flow: required(flow),
  contacts: contactsRule,
  groups: groupsRule,
  urns,
  restart_participants: flag(),
  exclude_active: flag(),
  extra: jsonObject(true),
  params: jsonObject(false),
};

export const flowStarts = endpoint<FlowStart>({
  get(call) {
    const { workspace } = call;
    const uuid = uuidFilter(call, 'refused');
    const id = workspace.dialect === 'v9' ? idFilter(call, 'id') : undefined;
    return listPage(call, {
      rows: workspace.starts.by('modified'),
      ascending: isTrue(last(call.incoming.query, 'reverse')),
      timeOf: workspace.starts.orders.modified,
      holds: one =>
        (uuid === undefined || one.uuid === uuid) && (id === undefined || one.id === id),
      show: one => showStart(one, call),
    });
  },

  find: (call, lookup) => findByUuid(lookup, 'FlowStart', uuid => call.workspace.starts.find(uuid)),

  post(call, body, known) {
    const start = addStart(call, body);
    const data = showStart(start, call);
    call.workspace.outbox.add({
      kind: 'flow_start',
      uuid: start.uuid,
      id: start.id,
      contacts: start.contacts.map(({ uuid }) => uuid),
      groups: start.groups.map(({ uuid }) => uuid),
      urns: start.urns,
      flow: start.flow.uuid,
      params: start.params,
      on: isoTime(start.createdOn),
    });
    call.engine.queued(call.workspace, () => perform(carryOut(call.workspace, start)));
    return { status: known ? 200 : 201, data };
  },
});

function addStart(call: Call, body: Record<string, unknown>): FlowStart {
  const { workspace } = call;
  const kept = readShape(shape, body, call);
  if (!kept.groups?.length && !kept.contacts?.length && !kept.urns?.length) {
    throw invalidAsAWhole('Must specify at least one group, contact or URN');
  }
  call.engine.requireInTextit(workspace);
  const [contacts, groups] = [recipients(call, kept.contacts), recipients(call, kept.groups)];
  const createdOn = workspace.tick();
  return workspace.starts.add({
    id: workspace.nextId('start'),
    uuid: newUuid(),
    flow: kept.flow,
    groups,
    contacts,
    urns: (kept.urns ?? []).map(({ urn }) => urn),
    status: 'pending',
    total: -1,
    started: 0,
    params: isEmpty(kept.params) ? (kept.extra ?? {}) : kept.params,
    restartParticipants: kept.restart_participants ?? true,
    excludeActive: kept.exclude_active ?? false,
    createdOn,
    modifiedOn: workspace.dialect === 'v9' ? workspace.tick() : createdOn,
  });
}

const V9_STATUS: Record<FlowStart['status'], string> = {
  pending: 'pending',
  started: 'starting',
  completed: 'complete',
  failed: 'failed',
};

function showStart(start: FlowStart, { workspace }: Call): unknown {
  const v9 = workspace.dialect === 'v9';
  const shown = {
    uuid: start.uuid,
    flow: ref(start.flow),
    status: v9 ? V9_STATUS[start.status] : start.status,
    ...(v9 ? {} : { progress: { total: start.total, started: start.started } }),
    groups: groupRefs(start.groups),
    contacts: contactRefs(start.contacts),
    params: start.params,
    created_on: isoTime(start.createdOn),
    modified_on: isoTime(start.modifiedOn),
  };
  const legacy = {
    extra: start.params,
    restart_participants: start.restartParticipants,
    exclude_active: start.excludeActive,
  };
  return v9 ? { id: start.id, ...shown, ...legacy } : { ...shown, id: start.id, ...legacy };
}

const MOST_VALUES = 256;
const MOST_KEY_LETTERS = 255;
const MOST_LETTERS = 640;

/** The same JSON with plain numbers. */
function plainJson(input: unknown): unknown {
  if (input instanceof JsonNumber) return Number(input.source);
  if (Array.isArray(input)) return input.map(plainJson);
  if (!isObject(input)) return input;
  return Object.fromEntries(Object.entries(input).map(([key, one]) => [key, plainJson(one)]));
}

/** How long a JSON is that Python writes: with a space after each comma and colon, and what is not ASCII escaped. */
function pythonLength(input: unknown): number {
  if (input instanceof JsonNumber) return pythonText(input).length;
  if (typeof input !== 'object' || input === null) {
    return JSON.stringify(input).replace(/[^\0-\x7f]/g, '\\u....').length;
  }
  const parts = Array.isArray(input)
    ? input.map(pythonLength)
    : Object.entries(input).map(([key, one]) => pythonLength(key) + 2 + pythonLength(one));
  return parts.reduce((sum, part) => sum + part, 2 * Math.max(parts.length, 1));
}

/** Whether a JSON is longer than so many letters because of its values alone: each has one at least, and a comma or bracket. */
function hasValuesBeyond(input: unknown, letters: number): boolean {
  let left = letters / 2;
  const todo = [input];
  for (let one = todo.pop(); one !== undefined; one = todo.pop()) {
    if (--left < 0) return true;
    if (!Array.isArray(one) && !isObject(one)) continue;
    const values = Object.values(one);
    if (values.length > left) return true;
    todo.push(...values);
  }
  return false;
}

/**
 * How the server normalizes params: keys become identifiers, lists become objects, nulls become empty texts, long texts are
 * cut, and what comes after 256 values, at any depth, is left out.
 */
const tidyParams = (input: unknown): unknown => tidied(input, { count: -1 });

function tidied(input: unknown, seen: { count: number }): unknown {
  seen.count++;
  if (input === null) return '';
  if (input instanceof JsonNumber) return Number(input.source);
  if (typeof input === 'string') return [...input].slice(0, MOST_LETTERS).join('');
  if (typeof input !== 'object') return input;
  const out: Record<string, unknown> = {};
  const values = input as Record<string, unknown>;
  for (const key of Object.keys(values)) {
    out[tidyKey(key)] = tidied(values[key], seen);
    if (seen.count >= MOST_VALUES) break;
  }
  return out;
}

function tidyKey(key: string): string {
  return [...key.replace(/[^A-Za-z0-9_]/g, '_')].slice(0, MOST_KEY_LETTERS).join('');
}
