import { decodeCursor, paginate, type Row } from './cursor.js';
import {
  type Contact,
  type Message,
  type Named,
  type NamedKind,
  normalUrn,
  type Run,
  type Send,
  type Store,
} from './store.js';
import { fromText, toText } from './time.js';

/** What a request is answered with. */
export interface Answer {
  status: number;
  body?: unknown;
}

type Filters = URLSearchParams;

/** A list: its rows that a filter lets through, what they are sorted by, and how they are written. */
interface List<Item> {
  rows(store: Store, filters: Filters): Iterable<Item>;
  moment(item: Item): number;
  id(item: Item): number;
  write(item: Item, store: Store): unknown;
  /** True where `reverse` turns it round. */
  isReversible?: boolean;
  /** True where `before` and `after` filter it. */
  isFiltered?: boolean;
}

export const isTrue = (text: string | null) => /^(true|y|yes|1)$/i.test(text ?? '');

/** Empty values count as absent. */
const given = (filters: Filters, name: string) => filters.get(name) || undefined;

const groupRef = (store: Store) => (uuid: string) => {
  const group = store.named.groups.find(one => one.uuid === uuid);
  return { uuid, name: group?.name ?? '' };
};

export function writeContact(contact: Contact, store: Store): object {
  const { uuid, isDeleted, isBlocked, groups, fields } = contact;
  const status = isBlocked ? 'blocked' : 'active';
  return {
    uuid,
    name: isDeleted ? null : contact.name,
    status: isDeleted ? null : status,
    language: isDeleted ? null : contact.language,
    urns: contact.urns,
    groups: [...groups].map(groupRef(store)),
    ...(store.line === 'newer' ? { notes: [] } : {}),
    fields: isDeleted
      ? {}
      : Object.fromEntries(store.named.fields.map(({ key }) => [key, fields[key] ?? null])),
    flow: null,
    created_on: toText(contact.created),
    modified_on: toText(contact.modified),
    last_seen_on: null,
    blocked: isDeleted ? null : isBlocked,
    stopped: isDeleted ? null : false,
  };
}

export function writeMessage(message: Message, store: Store): object {
  const contact = store.contacts.get(message.contact);
  return {
    id: message.id,
    ...(store.line === 'newer' ? { uuid: message.uuid, quick_replies: [] } : {}),
    broadcast: null,
    contact: { uuid: message.contact, name: contact?.name ?? null },
    urn: contact?.urns[0] ?? null,
    channel: null,
    direction: message.direction,
    type: 'text',
    status: message.direction === 'in' ? 'handled' : 'queued',
    archived: message.isArchived,
    visibility: message.isArchived ? 'archived' : 'visible',
    text: message.text,
    labels: [...message.labels].map(uuid => ({
      uuid,
      name: store.named.labels.find(one => one.uuid === uuid)?.name ?? '',
    })),
    flow: null,
    attachments: [],
    created_on: toText(message.created),
    sent_on: null,
    modified_on: toText(message.modified),
    media: null,
  };
}

function writeRun(run: Run, store: Store): object {
  const contact = store.contacts.get(run.contact);
  const values = Object.entries(run.values).map(([key, { node, time }]) => [
    key,
    { name: key, value: '200', category: 'Success', node, time: toText(time) },
  ]);
  return {
    id: run.id,
    uuid: run.uuid,
    flow: { uuid: run.flow, name: store.flows.find(({ uuid }) => uuid === run.flow)?.name ?? '' },
    contact: { uuid: run.contact, name: contact?.name ?? null, urn: contact?.urns[0] ?? null },
    start: null,
    responded: run.path.length > 1,
    path: run.path.map(({ node, time }) => ({ node, time: toText(time) })),
    values: Object.fromEntries(values),
    created_on: toText(run.created),
    modified_on: toText(run.modified),
    exited_on: null,
    exit_type: null,
  };
}

function writeRecipients({ contacts, groups }: Send, store: Store): object {
  const names = contacts.map(uuid => ({ uuid, name: store.contacts.get(uuid)?.name ?? null }));
  return { contacts: names, groups: groups.map(groupRef(store)) };
}

export function writeBroadcast(send: Send, store: Store): object {
  const isNewer = store.line === 'newer';
  return {
    id: send.id,
    ...(isNewer ? { uuid: send.uuid, progress: { total: -1, started: 0 } } : {}),
    urns: send.urns,
    ...writeRecipients(send, store),
    text: { eng: send.text },
    attachments: { eng: [] },
    ...(isNewer ? { quick_replies: { eng: [] } } : {}),
    base_language: 'eng',
    status: isNewer ? 'pending' : 'queued',
    created_on: toText(send.created),
  };
}

export function writeStart(send: Send, store: Store): object {
  return {
    id: send.id,
    uuid: send.uuid,
    flow: { uuid: send.flow, name: 'Flow' },
    status: 'pending',
    ...(store.line === 'newer' ? { progress: { total: -1, started: 0 } } : {}),
    ...writeRecipients(send, store),
    params: {},
    created_on: toText(send.created),
    modified_on: toText(send.created),
    extra: {},
    restart_participants: true,
    exclude_active: false,
  };
}

/** Members of a group by its uuid or exact name; none of a group that is unknown. */
function isMember(store: Store, reference: string | undefined): (contact: Contact) => boolean {
  if (reference === undefined) return () => true;
  const group = store.named.groups.find(
    ({ uuid, name }) => uuid === reference || name === reference,
  );
  return ({ groups }) => group !== undefined && groups.has(group.uuid);
}

const contacts: List<Contact> = {
  rows(store, filters) {
    const uuid = given(filters, 'uuid');
    const urn = given(filters, 'urn');
    const isDeleted = isTrue(filters.get('deleted'));
    const isWanted = isMember(store, given(filters, 'group'));
    const one = uuid === undefined ? undefined : store.contacts.get(uuid);
    const all = uuid === undefined ? [...store.contacts.values()] : one ? [one] : [];
    return all.filter(
      contact =>
        contact.isDeleted === isDeleted &&
        isWanted(contact) &&
        (urn === undefined || contact.urns.includes(normalUrn(urn))),
    );
  },
  moment: ({ modified }) => modified,
  id: ({ id }) => id,
  write: writeContact,
  isReversible: true,
  isFiltered: true,
};

const messages: List<Message> = {
  rows(store, filters) {
    const contact = given(filters, 'contact');
    const label = given(filters, 'label');
    const folder = given(filters, 'folder')?.toLowerCase();
    const uuid = label && store.find('labels', label)?.uuid;
    return [...store.messages.values()].filter(
      message =>
        (contact === undefined || message.contact === contact) &&
        (label === undefined || message.labels.has(String(uuid))) &&
        (folder !== 'inbox' || (message.direction === 'in' && !message.isArchived)) &&
        (folder !== 'archived' || message.isArchived),
    );
  },
  moment: ({ created }) => created,
  id: ({ id }) => id,
  write: writeMessage,
  isFiltered: true,
};

const runs: List<Run> = {
  rows(store, filters) {
    const uuid = given(filters, 'uuid');
    const flow = given(filters, 'flow');
    const contact = given(filters, 'contact');
    return [...store.runs.values()].filter(
      run =>
        (uuid === undefined || run.uuid === uuid) &&
        (flow === undefined || run.flow === flow) &&
        (contact === undefined || run.contact === contact) &&
        (!isTrue(filters.get('responded')) || run.path.length > 1),
    );
  },
  moment: ({ modified }) => modified,
  id: ({ id }) => id,
  write: writeRun,
  isReversible: true,
  isFiltered: true,
};

const sends = (key: 'broadcasts' | 'starts', write: List<Send>['write']): List<Send> => ({
  rows: store => store[key],
  moment: ({ created }) => created,
  id: ({ id }) => id,
  write,
  isFiltered: true,
  isReversible: key === 'starts',
});

export function writeGroup(store: Store, { uuid, name }: { uuid: string; name: string }): object {
  const count = [...store.contacts.values()].filter(({ groups }) => groups.has(uuid)).length;
  return { uuid, name, query: null, status: 'ready', system: false, count };
}

export function writeField({ key, name, value }: { key: string; name: string; value: string }) {
  return {
    key,
    name,
    type: value,
    featured: false,
    priority: 0,
    usages: { flows: 0, groups: 0, campaign_events: 0 },
    agent_access: 'view',
    label: name,
    value_type: value === 'number' ? 'numeric' : value,
  };
}

export const writeLabel = ({ uuid, name }: Named) => ({ uuid, name, count: 0 });

export const writeGlobal = ({ key, name, value, modified }: Named) => ({
  key,
  name,
  value,
  modified_on: toText(modified),
});

export const writeTopic = ({ uuid, name, created }: Named) => ({
  uuid,
  name,
  counts: { open: 0, closed: 0 },
  system: false,
  created_on: toText(created),
});

function named(kind: NamedKind, write: List<Named>['write']): List<Named> {
  return {
    rows(store, filters) {
      const [uuid, key, name] = ['uuid', 'key', 'name'].map(one => given(filters, one));
      return store.named[kind].filter(
        one =>
          (uuid === undefined || one.uuid === uuid) &&
          (key === undefined || one.key === key) &&
          (name === undefined || one.name.toLowerCase() === name.toLowerCase()),
      );
    },
    moment: ({ created }) => created,
    id: ({ id }) => id,
    write,
  };
}

const flows: List<Store['flows'][number]> = {
  rows(store, filters) {
    const uuid = given(filters, 'uuid');
    return store.flows.filter(flow => uuid === undefined || flow.uuid === uuid);
  },
  moment: ({ created }) => created,
  id: () => 0,
  write: ({ uuid, name, isArchived, created }) => ({
    uuid,
    name,
    type: 'message',
    archived: isArchived,
    labels: [],
    expires: 720,
    runs: {},
    results: [],
    parent_refs: [],
    created_on: toText(created),
    modified_on: toText(created),
  }),
};

interface Listed extends Row {
  write(): unknown;
}

interface Source {
  isReversible: boolean;
  rows(store: Store, filters: Filters): Listed[];
}

/** The same whatever the items are. */
function source<Item>(list: List<Item>): Source {
  return {
    isReversible: list.isReversible === true,
    rows(store, filters) {
      const isInTime = list.isFiltered ? isBetween(filters) : () => true;
      return [...list.rows(store, filters)].flatMap(item => {
        const moment = list.moment(item);
        const write = () => list.write(item, store);
        return isInTime(moment) ? [{ moment, id: list.id(item), write }] : [];
      });
    },
  };
}

const sources: { [endpoint: string]: Source } = {
  contacts: source(contacts),
  messages: source(messages),
  runs: source(runs),
  broadcasts: source(sends('broadcasts', writeBroadcast)),
  flow_starts: source(sends('starts', writeStart)),
  groups: source(named('groups', (group, store) => writeGroup(store, group))),
  fields: source(named('fields', writeField)),
  labels: source(named('labels', writeLabel)),
  globals: source(named('globals', writeGlobal)),
  topics: source(named('topics', writeTopic)),
  flows: source(flows),
};

function isBetween(filters: Filters): (moment: number) => boolean {
  const [after, before] = ['after', 'before'].map(name => {
    const text = given(filters, name);
    // What cannot be read as a time is no error: nothing is listed.
    return text === undefined ? undefined : (fromText(text) ?? Number.NaN);
  });
  return moment =>
    (after === undefined || moment >= after) && (before === undefined || moment <= before);
}

/** Answers the GET of a list; undefined for an endpoint that is none. */
export function readList(
  store: Store,
  endpoint: string,
  address: URL,
  pageSize: number,
): Answer | undefined {
  const list = sources[endpoint];
  if (!list) return undefined;
  const filters = address.searchParams;
  const urn = filters.get('urn');
  const text = filters.get('cursor');
  const cursor = text ? decodeCursor(text) : undefined;
  if (text && !cursor) return { status: 404, body: { detail: 'Invalid cursor' } };
  if (urn && !/^\w+:./.test(urn)) return { status: 400, body: { detail: `Invalid URN: ${urn}` } };
  const isOldestFirst = list.isReversible && isTrue(filters.get('reverse'));
  const page = paginate(list.rows(store, filters), isOldestFirst, cursor, pageSize);
  const link = (place: string | null) => {
    if (place === null) return null;
    const to = new URL(address);
    to.searchParams.set('cursor', place);
    to.searchParams.sort();
    return to.href;
  };
  return {
    status: 200,
    body: {
      next: link(page.next),
      previous: link(page.previous),
      results: page.items.map(item => item.write()),
    },
  };
}
