import type { Recording } from '../../../recordings/read.js';
import type { Seed } from '../../src/index.js';
import { isObject } from './match.js';
import { nameOf, RecordedWorkspace, type Row } from './recorded-workspace.js';

/**
 * The workspace just before a recorded exchange. The lists show what it contained, and the response implies the rest:
 * what it does not find did not exist, what it created was new, what it refuses was unusable, and what it used existed.
 * These rules apply to every exchange; there are no special cases.
 */

const workspaces = new Map<string, RecordedWorkspace>();

function workspaceOf({ server }: Recording): RecordedWorkspace {
  const known = workspaces.get(server) ?? new RecordedWorkspace(server);
  workspaces.set(server, known);
  return known;
}

export const isOther = ({ request }: Recording): boolean =>
  request.role === 'other_workspace_administrator';

/** The number of objects of a kind in a full workspace. `textit` does not report it. */
export function limitOf({ response }: Recording): number {
  return Number(/reached limit of (\d+)/.exec(JSON.stringify(response.body))?.[1] ?? 0);
}

const endpointOf = ({ request }: Recording): string =>
  /\/api\/v2\/([a-z_]+)/.exec(request.path)?.[1] ?? '';

const textOf = (value: unknown): string => JSON.stringify(value ?? null);

const UUID = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g;

/** The parameters that identify the object in an exchange's query. */
function lookupOf({ request }: Recording): Record<string, string> {
  return Object.fromEntries(new URLSearchParams(request.query ?? ''));
}

/** The facts of an exchange, read once for all rows. */
interface Facts {
  exchange: Recording;
  endpoint: string;
  answer: string;
  asked: string;
  lookup: Record<string, string>;
  /** The names of the objects that it created. */
  made: unknown[];
  foundNothing: boolean;
  failures: unknown[];
}

function factsOf(exchange: Recording): Facts {
  const { request, response } = exchange;
  const body = isObject(response.body) ? response.body : {};
  return {
    exchange,
    endpoint: endpointOf(exchange),
    answer: textOf(response.body),
    asked: `${request.query} ${textOf(request.body)}`,
    lookup: lookupOf(exchange),
    made: response.status === 201 ? [body.uuid, body.key, body.id] : [],
    foundNothing: foundNothing(exchange),
    failures: Array.isArray(body.failures) ? body.failures : [],
  };
}

/** What only the answers of some endpoints show. Most of the time goes into making the rows, and these are most of them. */
const SHOWN_BY: Record<string, readonly string[]> = {
  messages: ['messages', 'message_actions', 'labels', 'broadcasts', 'archives', 'statistics'],
  runs: ['runs', 'flows', 'flow_starts'],
};

export function seedBefore(exchange: Recording): Seed {
  const recorded = workspaceOf(exchange);
  const facts = factsOf(exchange);
  const rows = new Map<string, Row[]>();
  for (const endpoint of recorded.endpoints()) {
    if (SHOWN_BY[endpoint]?.includes(facts.endpoint) === false) continue;
    const kept = recorded.of(endpoint).filter(row => wasThere(facts, endpoint, row));
    rows.set(
      endpoint,
      kept.map(row => asItWas(facts, endpoint, row)),
    );
  }
  for (const [endpoint, row] of others(exchange, recorded)) {
    rows.set(endpoint, withRow(rows.get(endpoint) ?? [], endpoint, row));
  }
  return recorded.seedOf(endpoint => rows.get(endpoint) ?? []);
}

/** Adds a row, or replaces the one with the same name or number. */
function withRow(rows: Row[], endpoint: string, row: Row): Row[] {
  const name = nameOf(endpoint, row);
  const at = rows.findIndex(one => nameOf(endpoint, one) === name);
  const others = rows.filter((one, i) => i === at || row.id === undefined || one.id !== row.id);
  return at < 0 ? [...others, row] : others.map(one => (one === rows[at] ? row : one));
}

function wasThere(facts: Facts, endpoint: string, row: Row): boolean {
  const { answer, lookup, made, failures } = facts;
  const names = [row.uuid, row.key, row.id].filter(one => one !== undefined && one !== null);
  if (names.some(one => answer.includes(`No such object: ${one}`))) return false;
  if (endpoint === facts.endpoint) {
    if (names.some(one => made.includes(one))) return false;
    const asked = Object.values(lookup);
    if (facts.foundNothing && names.some(one => asked.includes(String(one)))) return false;
  }
  return !(endpoint === 'messages' && failures.includes(row.id));
}

function foundNothing({ response }: Recording): boolean {
  const { body, status } = response;
  if (status === 404) return true;
  return isObject(body) && Array.isArray(body.results) && body.results.length === 0;
}

/** A row in the state that the response to a write implies. */
function asItWas({ exchange, answer, asked }: Facts, endpoint: string, row: Row): Row {
  if (endpoint !== 'contacts' && endpoint !== 'tickets') return row;
  if (typeof row.uuid !== 'string' || !asked.includes(row.uuid)) return row;
  if (endpoint === 'tickets') return ticketBefore(exchange, row);
  const deleted = workspaceOf(exchange).deleted.get(`contacts ${row.uuid}`);
  if (deleted && /Deleted contacts/.test(answer)) return deleted;
  return /Non-active contacts/.test(answer) ? { ...row, status: 'blocked', groups: [] } : row;
}

/** An action fails on a ticket that is already in the requested state; otherwise it was in the other state. */
function ticketBefore({ request, response }: Recording, row: Row): Row {
  if (!isObject(request.body) || request.method !== 'POST') return row;
  const { action, assignee, topic } = request.body;
  const failures = isObject(response.body) ? response.body.failures : undefined;
  const failed = Array.isArray(failures) && failures.includes(row.uuid);
  switch (action) {
    case 'assign':
      return { ...row, assignee: failed && assignee !== null ? { email: assignee } : null };
    case 'change_topic':
      return { ...row, topic: failed ? { uuid: topic } : { name: 'General' } };
    case 'close':
    case 'reopen':
      return { ...row, status: (action === 'close') === failed ? 'closed' : 'open' };
    default:
      return row;
  }
}

/** Objects that no list showed, but that the response requires. */
function* others(exchange: Recording, recorded: RecordedWorkspace): Generator<[string, Row]> {
  const { request, response } = exchange;
  const endpoint = endpointOf(exchange);
  const answer = textOf(response.body);
  const body = isObject(request.body) ? request.body : {};
  if (response.status < 300) {
    yield* named(exchange, endpoint, recorded);
    for (const uuid of contactsIn(body)) {
      if (!recorded.rows.get('contacts')?.has(`contacts ${uuid}`)) {
        yield ['contacts', { uuid, name: 'not in a list', urns: [], groups: [], fields: {} }];
      }
    }
  }
  if (answer.includes('must be unique'))
    yield [endpoint, { uuid: undefined, name: String(body.name) }];
  yield* shown(exchange, endpoint, recorded);
}

/** A list shows the state at that time, whatever happened later. */
function* shown(
  { request, response }: Recording,
  endpoint: string,
  recorded: RecordedWorkspace,
): Generator<[string, Row]> {
  const { body } = response;
  if (request.method !== 'GET' || !isObject(body) || !Array.isArray(body.results)) return;
  for (const row of body.results) {
    if (!isObject(row)) continue;
    yield [endpoint, row];
    if (
      isObject(row.contact) &&
      !recorded.rows.get('contacts')?.has(`contacts ${row.contact.uuid}`)
    ) {
      yield ['contacts', { ...row.contact, urns: [], groups: [], fields: {} }];
    }
  }
}

/** The object of a successful update or deletion. */
function* named(
  exchange: Recording,
  endpoint: string,
  recorded: RecordedWorkspace,
): Generator<[string, Row]> {
  const { request, response } = exchange;
  if (request.method === 'GET' || response.status === 201) return;
  const { uuid, id } = lookupOf(exchange);
  if (uuid === undefined && id === undefined) return;
  const shown = isObject(response.body) ? response.body : recorded.of(endpoint)[0];
  if (!shown) return;
  if (uuid !== undefined && !recorded.rows.get(endpoint)?.has(`${endpoint} ${uuid}`)) {
    yield [endpoint, { ...shown, uuid, id: undefined }];
  }
  if (id !== undefined && !recorded.of(endpoint).some(row => row.id === Number(id))) {
    yield [endpoint, { ...shown, id: Number(id) }];
  }
}

function contactsIn({ contact, contacts }: Row): string[] {
  const listed = Array.isArray(contacts) ? contacts : [contact];
  return listed.filter((one): one is string => typeof one === 'string' && one.search(UUID) === 0);
}

/** The second workspace, as far as its responses show it. */
export function otherSeedBefore(exchange: Recording): Seed {
  const { request, response } = exchange;
  const body = isObject(request.body) ? request.body : {};
  const answer = textOf(response.body);
  const asked = [lookupOf(exchange).uuid, ...contactsIn(body)];
  const uuid = asked.find(one => one && response.status !== 404 && !answer.includes(`: ${one}`));
  const taken = /in use/.test(answer) ? [{ name: 'Anon 2', urns: body.urns as string[] }] : [];
  const full = Array.from({ length: limitOf(exchange) }, (_, i) => ({ name: `G${i}` }));
  return {
    fields: [{ key: 'f1', name: 'F1', type: 'text' }],
    groups: endpointOf(exchange) === 'groups' ? full : [],
    contacts: [{ name: 'Anon', urns: ['tel:+250788400001'], ...(uuid ? { uuid } : {}) }, ...taken],
  };
}
