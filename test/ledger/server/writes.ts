import {
  type Body,
  deleteContact,
  postContact,
  postContactActions,
  refuse,
  strings,
} from './contacts.js';
import {
  type Answer,
  writeBroadcast,
  writeField,
  writeGlobal,
  writeGroup,
  writeLabel,
  writeMessage,
  writeStart,
  writeTopic,
} from './lists.js';
import {
  Breakdown,
  type Named,
  type NamedKind,
  normalUrn,
  type Send,
  type Store,
} from './store.js';

/** Whom a broadcast or a flow start is for. A person that it reaches twice is in the ledger twice. */
function recipients(store: Store, body: Body) {
  const contacts = (strings(body, 'contacts') ?? []).map(
    one => store.findContact(one)?.uuid ?? refuse({ contacts: [`No such object: ${one}`] }),
  );
  const groups = (strings(body, 'groups') ?? []).map(
    one => store.find('groups', one)?.uuid ?? refuse({ groups: [`No such object: ${one}`] }),
  );
  const urns = (strings(body, 'urns') ?? []).map(normalUrn);
  if (contacts.length + groups.length + urns.length === 0) {
    refuse({ non_field_errors: ['Must provide either urns, contacts or groups.'] });
  }
  return { contacts, groups, urns };
}

function send(store: Store, kind: 'broadcasts' | 'starts', body: Body): Send {
  const to = recipients(store, body);
  // The newer line breaks down on a contact that is named twice.
  if (store.line === 'newer' && new Set(to.contacts).size < to.contacts.length) {
    throw new Breakdown();
  }
  const { text = '', flow = '' } = body as { text?: unknown; flow?: unknown };
  const first = typeof text === 'object' ? Object.values(text ?? {})[0] : text;
  const one: Send = {
    id: store.nextId(),
    uuid: store.random.uuid(),
    ...to,
    text: String(first),
    flow: String(flow),
    created: store.clock.tick(),
  };
  store[kind].push(one);
  const members = [...store.contacts.values()].filter(contact =>
    to.groups.some(group => contact.groups.has(group)),
  );
  const known = to.urns.map(urn => store.contactOfUrn(urn)?.uuid ?? urn);
  const people = new Set([...to.contacts, ...members.map(({ uuid }) => uuid), ...known]);
  for (const person of people)
    store.enter(kind === 'starts' ? 'flow started' : 'broadcast', person);
  return one;
}

function postBroadcast(store: Store, body: Body): Answer {
  if (!body.text) refuse({ non_field_errors: ['Must provide either text or attachments.'] });
  return { status: 201, body: writeBroadcast(send(store, 'broadcasts', body), store) };
}

function postStart(store: Store, body: Body): Answer {
  const { flow } = body;
  if (!store.flows.some(({ uuid }) => uuid === flow)) refuse({ flow: [`No such object: ${flow}`] });
  return { status: 201, body: writeStart(send(store, 'starts', body), store) };
}

function postMessage(store: Store, body: Body): Answer {
  const reference = String(body.contact ?? '');
  const contact =
    store.findContact(reference) ?? refuse({ contact: [`No such object: ${reference}`] });
  if (!body.text) refuse({ non_field_errors: ['Must provide either text or attachments.'] });
  const message = store.addMessage({
    contact: contact.uuid,
    text: String(body.text),
    direction: 'out',
  });
  store.enter('message', contact.uuid);
  return { status: 201, body: writeMessage(message, store) };
}

function postMessageActions(store: Store, body: Body): Answer {
  const ids = Array.isArray(body.messages) ? body.messages : refuse({ messages: ['Required.'] });
  const found = ids.flatMap(id => store.messages.get(id) ?? []);
  const failures = ids.filter(id => !store.messages.has(id));
  const action = String(body.action);
  const name = String(body.label ?? body.label_name ?? '');
  const known = name === '' ? undefined : store.find('labels', name);
  if (body.label !== undefined && !known) refuse({ label: [`No such object: ${name}`] });
  const isNew = body.label_name !== undefined && action === 'label' && !known;
  const label = isNew ? store.addNamed('labels', name, '', true) : known;
  for (const message of found) {
    if (action === 'label' && label) message.labels.add(label.uuid);
    if (action === 'unlabel' && label) message.labels.delete(label.uuid);
    if (action === 'archive' || action === 'restore') message.isArchived = action === 'archive';
    if (action === 'delete') store.messages.delete(message.id);
    store.enter(`message ${action}`, String(message.id));
  }
  return failures.length > 0 ? { status: 200, body: { failures } } : { status: 204 };
}

function postTicketActions(store: Store, body: Body): Answer {
  const tickets = (strings(body, 'tickets') ?? []).map(
    one => store.tickets.get(one) ?? refuse({ tickets: [`No such object: ${one}`] }),
  );
  const action = String(body.action);
  const failures: string[] = [];
  if (action === 'change_topic') {
    const name = String(body.topic);
    store.requireKnown(
      store.find('topics', name) ?? refuse({ topic: [`No such object: ${name}`] }),
    );
  }
  const now = store.clock.tick();
  for (const ticket of tickets) {
    const isSame = action === 'close' ? !ticket.isOpen : action === 'reopen' && ticket.isOpen;
    if (isSame) failures.push(ticket.uuid);
    if (action === 'add_note') ticket.notes.push(String(body.note));
    if (action === 'close' || action === 'reopen') ticket.isOpen = action === 'reopen';
    ticket.modified = now;
    store.enter(`ticket ${action}`, ticket.uuid);
  }
  const isTold = store.line === 'newer' && failures.length > 0;
  return isTold ? { status: 200, body: { failures } } : { status: 204 };
}

const writers: { [Kind in NamedKind]: (store: Store, one: Named) => unknown } = {
  groups: writeGroup,
  fields: (_, one) => writeField(one),
  labels: (_, one) => writeLabel(one),
  globals: (_, one) => writeGlobal(one),
  topics: (_, one) => writeTopic(one),
};

const isKeyed = (kind: NamedKind) => kind === 'fields' || kind === 'globals';

function lookUp(store: Store, kind: NamedKind, filters: URLSearchParams): Named | undefined {
  const wanted = filters.get(isKeyed(kind) ? 'key' : 'uuid');
  if (!wanted) return undefined;
  const found = store.named[kind].find(({ uuid, key }) => (isKeyed(kind) ? key : uuid) === wanted);
  return found ?? refuse({ detail: 'No object matches the given query.' }, 404);
}

function postNamed(store: Store, kind: NamedKind, filters: URLSearchParams, body: Body): Answer {
  const known = lookUp(store, kind, filters);
  const name = String(body.name ?? '').trim();
  if (name === '' && !(kind === 'globals' && known)) refuse({ name: ['This field is required.'] });
  const other = store.find(kind, name);
  if (other && other !== known && name !== '') refuse({ name: ['This field must be unique.'] });
  const value = String(body.type ?? body.value ?? '');
  const noun = kind.slice(0, -1);
  if (known) {
    if (kind !== 'globals') known.name = name;
    if (isKeyed(kind)) known.value = value;
    known.modified = store.clock.tick();
    store.enter(`${noun} updated`, known.name);
    return { status: 200, body: writers[kind](store, known) };
  }
  const made = store.addNamed(kind, name, value, true);
  store.enter(`${noun} created`, name);
  return { status: 201, body: writers[kind](store, made) };
}

function deleteNamed(store: Store, kind: NamedKind, filters: URLSearchParams): Answer {
  const known = lookUp(store, kind, filters);
  if (!known) return refuse({ detail: 'URL must contain one of the following parameters: uuid' });
  store.named[kind].splice(store.named[kind].indexOf(known), 1);
  const now = store.clock.tick();
  for (const contact of store.contacts.values()) {
    if (contact.groups.delete(known.uuid)) contact.modified = now;
  }
  store.enter(`${kind.slice(0, -1)} deleted`, known.name);
  return { status: 204 };
}

const posts: { [endpoint: string]: (store: Store, body: Body) => Answer } = {
  contact_actions: postContactActions,
  message_actions: postMessageActions,
  ticket_actions: postTicketActions,
  broadcasts: postBroadcast,
  flow_starts: postStart,
  messages: postMessage,
};

/**
 * Does what a POST or DELETE asks for.
 *
 * @returns undefined where the endpoint has no such method
 */
export function write(
  store: Store,
  method: string,
  endpoint: string,
  filters: URLSearchParams,
  body: Body,
): Answer | undefined {
  const isNamed = endpoint in store.named;
  const kind = endpoint as NamedKind;
  if (method === 'POST') {
    if (endpoint === 'contacts') return postContact(store, filters, body);
    return isNamed ? postNamed(store, kind, filters, body) : posts[endpoint]?.(store, body);
  }
  if (method !== 'DELETE') return undefined;
  if (endpoint === 'contacts') return deleteContact(store, filters);
  return endpoint === 'groups' || endpoint === 'labels'
    ? deleteNamed(store, kind, filters)
    : undefined;
}
