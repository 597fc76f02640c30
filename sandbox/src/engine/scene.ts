import { Decimal } from '../expressions/decimal.js';
import { engineDateTime } from '../expressions/environment.js';
import { atOffset } from '../expressions/layouts.js';
import { wordsOf } from '../expressions/letters.js';
import type { Roots } from '../expressions/template.js';
import { DateTimeValue, DateValue, TimeValue, UTC } from '../expressions/times.js';
import { shownUrn } from '../expressions/urns.js';
import { ObjectValue, type Value } from '../expressions/values.js';
import type { Micros } from '../state/clock.js';
import type {
  Channel,
  Contact,
  Field,
  Flow,
  Message,
  Run,
  RunValue,
  Ticket,
} from '../state/model.js';
import type { Workspace } from '../state/workspace.js';
import { JsonNumber } from '../values/index.js';
import { schemes } from '../values/urn-schemes.js';
import { destination } from './channels.js';
import { type Definition, type FlowNode, localizedCategory, nodesOf } from './definition.js';
import { HIDDEN, seenUrn } from './urns.js';

/** What an expression can refer to. A broadcast has no run. */
export interface Scene {
  workspace: Workspace;
  contact: Contact;
  run?: Run;
  input?: Message | null;
  webhook?: Value;
}

/** The first names of expressions: in a broadcast four of them, in a flow all. */
export function rootsOf(scene: Scene): Roots {
  const { workspace, contact } = scene;
  const everywhere: Roots = {
    contact: () => contactValue(workspace, contact),
    fields: () => fieldValues(workspace, contact),
    globals: () => globalValues(workspace),
    urns: () => urnValues(workspace, contact),
  };
  const { run } = scene;
  return run ? { ...everywhere, ...rootsOfRun(scene, run) } : everywhere;
}

/** The first names that only a flow knows. */
const OF_RUNS = [
  'results',
  'input',
  'run',
  'resume',
  'trigger',
  'webhook',
  'node',
  'ticket',
  'legacy_extra',
  'child',
  'parent',
  'locals',
] as const;

export const isOnlyInFlows = (name: string): boolean => OF_RUNS.some(one => one === name);

/** All first names of expressions. */
export const NAMES: readonly string[] = ['contact', 'fields', 'globals', 'urns', ...OF_RUNS];

function rootsOfRun(
  { workspace, contact, input, webhook }: Scene,
  run: Run,
): Partial<Record<(typeof OF_RUNS)[number], () => Value>> {
  const isOld = workspace.dialect === 'v9';
  const nothing = () => null;
  return {
    results: () => resultValues(workspace, run),
    input: () => (input ? inputValue(workspace, input) : null),
    run: () => runValue(workspace, run),
    resume: () => (input ? ObjectValue.of({ type: 'msg', dial: null }) : null),
    trigger: () => triggerValue(run, isOld),
    webhook: () => webhook ?? (isOld ? ObjectValue.of({}) : null),
    node: () => nodeValue(run, isOld),
    ticket: () => openTickets(workspace, contact).map(ticketValue).at(-1) ?? null,
    legacy_extra: () => legacyExtra(run, webhook ?? null),
    // The sandbox starts no flow from another one.
    child: nothing,
    parent: nothing,
    ...(isOld ? {} : { locals: () => ObjectValue.of({}) }),
  };
}

const time = (at: Micros | null): Value => (at === null ? null : engineDateTime(at));

const standing = (entries: Record<string, Value>, value: Value): ObjectValue =>
  ObjectValue.of(entries, { value });

/** Lines such as `Age: 27`, as objects of named values stand for them. */
const lines = (pairs: readonly [name: string, value: string][]): string =>
  pairs
    .map(([name, value]) => `${name}: ${value}`)
    .sort()
    .join('\n');

const channelValue = (channel: Channel | null): Value =>
  channel &&
  standing(
    { uuid: channel.uuid, name: channel.name, address: channel.address ?? '' },
    channel.name,
  );

function contactValue(workspace: Workspace, contact: Contact): Value {
  const to = destination(workspace, contact);
  return standing(
    {
      uuid: contact.uuid,
      id: String(contact.id),
      ...(workspace.dialect === 'v9' ? {} : { ref: refOf(contact) }),
      name: contact.name ?? '',
      first_name: wordsOf(contact.name ?? '')[0] ?? null,
      language: contact.language ?? '',
      timezone: null,
      status: contact.status,
      created_on: time(contact.createdOn),
      last_seen_on: time(contact.lastSeenOn),
      urns: contact.urns.map(urn => urnText(workspace, urn)),
      urn: to && urnText(workspace, to.urn),
      groups: [...contact.groups].map(({ uuid, name }) => ObjectValue.of({ uuid, name })),
      fields: fieldValues(workspace, contact),
      channel: channelValue(to?.channel ?? null),
      tickets: openTickets(workspace, contact).map(ticketValue),
    },
    shownName(workspace, contact),
  );
}

/** A server makes this of the id and a secret of its own. */
function refOf({ id }: Contact): string {
  let text = '';
  for (let left = id * 7_919 + 123_456_789; text.length < 6; left = Math.floor(left / 26)) {
    text += String.fromCharCode(65 + (left % 26));
  }
  return text;
}

function shownName(workspace: Workspace, contact: Contact): string {
  if (contact.name) return contact.name;
  if (workspace.anonymous) return String(contact.id);
  const [first] = contact.urns;
  return first ? shownUrn(urnText(workspace, first)) : '';
}

/** A URN with its display, as expressions see it. */
function urnText(
  workspace: Workspace,
  { identity, display }: { identity: string; display: string | null },
): string {
  const seen = seenUrn(workspace, identity);
  return display && !seen.endsWith(HIDDEN) ? `${seen}#${display}` : seen;
}

/** The first URN of each scheme; nothing for the others. */
function urnValues(workspace: Workspace, contact: Contact): Value {
  const entries = new Map<string, Value>();
  for (const [scheme, { only }] of Object.entries(schemes)) {
    if (scheme !== 'deleted' && (!only || only === workspace.dialect)) entries.set(scheme, null);
  }
  for (const urn of [...contact.urns].reverse()) {
    entries.set(urn.identity.slice(0, urn.identity.indexOf(':')), urnText(workspace, urn));
  }
  return new ObjectValue(() => entries);
}

function fieldValues(workspace: Workspace, contact: Contact): ObjectValue {
  const values = [...workspace.fields].map(field => [field, fieldValue(contact, field)] as const);
  const set = values.filter(([, value]) => value !== null);
  return new ObjectValue(() => values.map(([field, value]) => [field.key, value]), {
    value: lines(set.map(([field, value]) => [field.name, String(value)])),
  });
}

function fieldValue(contact: Contact, field: Field): Value {
  const shown = contact.fields.get(field)?.[field.type] ?? null;
  if (shown === null) return null;
  if (field.type === 'number') return Decimal.read(shown);
  return field.type === 'datetime' ? storedTime(shown) : shown;
}

const STORED = /^(-?\d+)-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)\.(\d{6})(?:Z|([+-])(\d\d):(\d\d))$/;

/** A time as it is stored: its offset is all that is known of its place. */
function storedTime(text: string): Value {
  const match = STORED.exec(text);
  if (!match) return text;
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0, micros = 0] = match
    .slice(1, 8)
    .map(Number);
  const [sign, hours = 0, minutes = 0] = [match[8], Number(match[9] ?? 0), Number(match[10] ?? 0)];
  const offset = (sign === '-' ? -1 : 1) * (hours * 3600 + minutes * 60);
  const date = new DateValue(year, month, day);
  const time = new TimeValue(hour, minute, second, micros * 1000);
  return sign ? atOffset(date, time, offset, UTC) : DateTimeValue.local(date, time, UTC);
}

function globalValues({ globals }: Workspace): Value {
  const all = [...globals];
  return new ObjectValue(() => all.map(({ key, value }) => [key, value]), {
    value: lines(all.map(({ name, value }) => [name, value])),
  });
}

function resultValues(workspace: Workspace, run: Run): ObjectValue {
  const all = [...run.values];
  return new ObjectValue(() => all.map(([key, one]) => [key, resultValue(workspace, run, one)]), {
    value: lines(all.map(([, { name, value }]) => [name, value])),
  });
}

function resultValue({ dialect }: Workspace, run: Run, result: RunValue): Value {
  const category = result.category ?? '';
  const local = localizedCategory(run.flow.definition, run.contact.language, result);
  const lists = {
    values: [result.value],
    categories: [category],
    categories_localized: [local],
  };
  return standing(
    {
      name: result.name,
      value: result.value,
      category,
      category_localized: local,
      input: result.input ?? '',
      extra: null,
      node_uuid: result.node,
      created_on: time(result.time),
      ...(dialect === 'v9' ? lists : {}),
    },
    result.value,
  );
}

function inputValue(workspace: Workspace, input: Message): Value {
  const urls = input.attachments.map(one => one.slice(one.indexOf(':') + 1));
  return standing(
    {
      type: 'msg',
      uuid: input.uuid,
      created_on: time(input.createdOn),
      channel: channelValue(input.channel),
      urn: input.urn && seenUrn(workspace, input.urn),
      text: input.text,
      attachments: input.attachments,
      external_id: '',
      ...(workspace.dialect === 'v9' ? {} : { payload: ObjectValue.of({}) }),
    },
    [input.text, ...urls].filter(Boolean).join('\n'),
  );
}

const flowValue = ({ uuid, name, definition }: Flow): Value =>
  standing({ uuid, name, revision: Decimal.of((definition as Definition).revision ?? 1) }, name);

function runValue(workspace: Workspace, run: Run): Value {
  const isOld = workspace.dialect === 'v9';
  const path = run.path.map(step => {
    const both = { node_uuid: step.node, arrived_on: time(step.time) };
    const old = { uuid: step.uuid, exit_uuid: step.exit ?? '' };
    return ObjectValue.of(isOld ? { ...both, ...old } : both);
  });
  return standing(
    {
      uuid: run.uuid,
      contact: contactValue(workspace, run.contact),
      flow: flowValue(run.flow),
      status: run.state,
      results: resultValues(workspace, run),
      path,
      created_on: time(run.createdOn),
      exited_on: time(run.exitedOn),
      ...(isOld ? {} : { locals: ObjectValue.of({}) }),
    },
    `${shownName(workspace, run.contact)}@${run.flow.name}`,
  );
}

function triggerValue(run: Run, isOld: boolean): Value {
  return ObjectValue.of({
    type: run.campaign ? 'campaign' : 'manual',
    params: valueOfJson(run.params) ?? ObjectValue.of({}),
    keyword: '',
    user: null,
    origin: run.start ? 'api' : '',
    campaign:
      run.campaign &&
      standing({ uuid: run.campaign.uuid, name: run.campaign.name }, run.campaign.name),
    ticket: null,
    ...(isOld ? { optin: null } : {}),
  });
}

/** The node that the run is at. */
function nodeValue(run: Run, isOld: boolean): Value {
  const at = run.path.at(-1)?.node;
  if (at === undefined) return null;
  const visits = run.path.filter(({ node }) => node === at).length;
  const names = categoriesAt(run, at).map(({ name }) => name);
  return ObjectValue.of({
    uuid: at,
    visit_count: Decimal.of(visits),
    ...(isOld ? {} : { categories: names }),
  });
}

const categoriesAt = (run: Run, uuid: string): NonNullable<FlowNode['router']>['categories'] & {} =>
  nodesOf(run.flow.definition).find(node => node.uuid === uuid)?.router?.categories ?? [];

function openTickets({ tickets, openTickets: counts }: Workspace, contact: Contact): Ticket[] {
  if (!counts.get(contact)) return [];
  const open = [...tickets].filter(one => one.contact === contact && one.status === 'open');
  return open.sort((a, b) => a.openedOn - b.openedOn);
}

function ticketValue({ uuid, topic, assignee }: Ticket): ObjectValue {
  const name = assignee && `${assignee.firstName} ${assignee.lastName}`.trim();
  return ObjectValue.of({
    uuid,
    topic: standing({ uuid: topic.uuid, name: topic.name }, topic.name),
    assignee: assignee && standing({ email: assignee.email, name }, name),
  });
}

/** The params of the start, and what the last webhook answered. */
function legacyExtra(run: Run, webhook: Value): Value {
  const entries = new Map<string, Value>();
  for (const from of [valueOfJson(run.params), webhook]) {
    if (!(from instanceof ObjectValue)) continue;
    for (const name of from.names) {
      entries.set(name.toLowerCase().replace(/[^a-z0-9_]/g, '_'), from.at(name));
    }
  }
  return new ObjectValue(() => entries);
}

/** Parsed JSON as a value. Objects are read when they are needed. */
function valueOfJson(json: unknown): Value {
  if (json === null || json === undefined) return null;
  if (typeof json === 'string' || typeof json === 'boolean') return json;
  if (typeof json === 'number') return Decimal.read(String(json));
  if (Array.isArray(json)) return json.map(valueOfJson);
  if (typeof json !== 'object') return null;
  if (json instanceof JsonNumber) return Decimal.read(json.source);
  const { __default__: standsFor, ...rest } = json as Record<string, unknown>;
  return new ObjectValue(
    () => Object.entries(rest).map(([name, one]) => [name, valueOfJson(one)]),
    standsFor === undefined ? undefined : { value: valueOfJson(standsFor) },
  );
}
