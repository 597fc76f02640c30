import type { Client } from '../../../src/client/client.js';
import { Limiter } from '../../../src/client/limiter.js';
import { fail, type RapidProError } from '../../../src/errors/errors.js';
import { PAGE_SIZE } from '../../../src/resources.js';
import type { Dictionary } from '../../../src/types/json.js';
import type { ApiRequest, Query } from '../../../src/types/request.js';
import { fakeClock } from '../../support/fakeClock.js';
import { uuidOf } from './change.js';

/** A RapidPro in memory, for parts of a sync. It says in one short line each what was requested of it. */

/** A number in full, and as it is dialed in the country. RapidPro finds its contact by both, and shows the first. */
export const tel = (n: number) => `tel:+25078801${String(n).padStart(4, '0')}`;
export const home = (n: number) => `tel:078801${String(n).padStart(4, '0')}`;
const inFull = (urn: string) => urn.replace(/^tel:0/, 'tel:+250');

export interface Person {
  uuid: string;
  name: string | null;
  language: string | null;
  urns: string[];
  groups: { uuid: string; name: string }[];
  fields: Dictionary;
  status: string;
  modified_on: string;
}

/** The contact with this number in its uuid and phone number. */
export function person(n: number, more: Partial<Person> = {}): Person {
  return {
    uuid: uuidOf(n),
    name: `Person ${n}`,
    language: null,
    urns: [tel(n)],
    groups: [],
    fields: {},
    status: 'active',
    modified_on: '',
    ...more,
  };
}

export const members = (...groups: string[]) => groups.map(uuid => ({ uuid, name: uuid }));

let time = Date.parse('2026-01-01T00:00:00Z');

/** A moment after all others, as RapidPro writes it. */
export const moment = () => new Date(time++).toISOString().replace('Z', '000Z');

/** Such as `page g1 oldest first`. */
const pageLine = ({ group, reverse }: Query) =>
  ['page', ...(group ? [group] : []), ...(reverse ? ['oldest first'] : [])].join(' ');

/** `#7` for the contact with the uuid of 7. */
const short = (uuid: unknown) => `#${Number(String(uuid).slice(-12))}`;

export interface FakeOptions {
  /** Groups and fields of the workspace. */
  groups?: Dictionary[];
  fields?: Dictionary[];
  country?: string;
  /** Host, port and path. */
  at?: string;
  limiter?: Limiter;
  /** Called before each request is answered, with its line. An error that it returns is the answer. */
  before?: (line: string, server: FakeRapidPro) => Error | undefined;
  /** The same after the work was done. */
  after?: (line: string, server: FakeRapidPro) => Error | undefined;
}

export interface FakeRapidPro {
  client: Client;
  limiter: Limiter;
  /** Sorted as the list is: the last change first. */
  people: Person[];
  /** What was requested, in order. */
  lines: string[];
  /** The bodies of writes, in order. */
  bodies: Dictionary[];
  /** Those of the lines that begin with one of the words. */
  only(...words: string[]): string[];
  /** The contact with this number. */
  of(n: number): Person | undefined;
}

export function refused(code: RapidProError['code'], statusCode = 400): RapidProError {
  return fail(code, 'RapidPro refused it.', 'Do something else.', {
    statusCode,
    outcome: 'refused',
  });
}

export const LIMIT = fail('RATE_LIMITED', 'Too many requests.', 'Wait.', {
  statusCode: 429,
  retryAfter: 3000,
});

/** A RapidPro with these contacts, the newest change first. */
export function fakeRapidPro(contacts: Person[], options: FakeOptions = {}): FakeRapidPro {
  const limiter = options.limiter ?? new Limiter({ clock: fakeClock(), isBulk: true });
  let nextNew = Math.max(90_000, ...contacts.map(({ uuid }) => Number(uuid.slice(-12)) + 1));
  for (const one of contacts.toReversed()) one.modified_on ||= moment();
  const { country = 'RW' } = options;
  const workspace = {
    uuid: uuidOf(0),
    country,
    timezone: 'Africa/Kigali',
    date_style: 'day_first',
  };
  const server: FakeRapidPro = {
    client: undefined as never,
    limiter,
    people: [...contacts],
    lines: [],
    bodies: [],
    only: (...words) => server.lines.filter(line => words.some(word => line.startsWith(word))),
    of: n => server.people.find(({ urns, uuid }) => urns.includes(tel(n)) || uuid === uuidOf(n)),
  };
  const holderOf = (urn: unknown) =>
    server.people.find(({ urns }) => urns.includes(inFull(String(urn))));
  const named = ({ uuid, urn }: Dictionary) =>
    uuid === undefined ? holderOf(urn) : server.people.find(one => one.uuid === uuid);

  const write = (one: Person, body: Dictionary) => {
    const { fields = {}, urns = one.urns, groups, ...others } = body as Partial<Person>;
    const joined = groups as unknown as string[] | undefined;
    Object.assign(one, others, {
      fields: { ...one.fields, ...fields },
      urns: urns.map(inFull),
      groups: joined ? members(...joined) : one.groups,
      modified_on: moment(),
    });
    server.people = [one, ...server.people.filter(other => other !== one)];
    return { ...one };
  };
  const make = (body: Dictionary) => {
    const urns = (body.urns ?? []) as string[];
    if (urns.some(holderOf)) throw refused('URN_TAKEN');
    return write(person(nextNew++, { name: null, urns: [] }), body);
  };
  const page = ({ group, reverse, cursor, before, after }: Dictionary) => {
    const all = server.people.filter(
      ({ groups }) => group === undefined || groups.some(({ uuid }) => uuid === group),
    );
    const order = reverse ? all.toReversed() : all;
    const from = new URLSearchParams(Buffer.from(String(cursor ?? ''), 'base64').toString());
    const at = from.get('p') ?? '';
    const rest = order.filter(({ modified_on }) =>
      at === '' ? true : reverse ? modified_on > at : modified_on < at,
    );
    if (before !== undefined || after !== undefined) throw new Error('No filters by time here');
    const results = rest.slice(0, PAGE_SIZE).map(one => ({ ...one }));
    const position = `p=${encodeURIComponent(results.at(-1)?.modified_on ?? '')}`;
    const next = `https://example.org/?cursor=${encodeURIComponent(Buffer.from(position).toString('base64'))}`;
    return { next: rest.length > PAGE_SIZE ? next : null, results };
  };
  const act = ({ contacts: names, action, group }: Dictionary) => {
    const acted = (names as string[]).map(name =>
      named(name.includes(':') ? { urn: name } : { uuid: name }),
    );
    for (const one of server.people.filter(each => acted.includes(each))) {
      const others = one.groups.filter(({ uuid }) => uuid !== group);
      one.groups = action === 'add' ? [...others, ...members(String(group))] : others;
      one.modified_on = moment();
    }
    server.people.sort((a, b) => (a.modified_on < b.modified_on ? 1 : -1));
  };

  const lineOf = ({ method, path, query = {}, body }: ApiRequest): string => {
    const { contacts: some, action, group, urns, name } = (body ?? {}) as Dictionary;
    const key = query.uuid === undefined ? query.urn : short(query.uuid);
    if (path === 'contact_actions') return `${action} ${(some as string[]).length} ${group}`;
    if (path !== 'contacts') return path;
    if (method === 'GET') return key === undefined ? pageLine(query) : `find ${key}`;
    if (query.urn !== undefined) return `upsert ${query.urn}`;
    return key === undefined ? `make ${(urns as string[])?.[0] ?? name}` : `write ${key}`;
  };
  const answer = ({ method, path, query = {}, body = {} }: ApiRequest) => {
    const list = (results: Dictionary[]) => ({ statusCode: 200, body: { next: null, results } });
    if (path === 'contact_actions') act(body as Dictionary);
    if (path === 'contact_actions') return { statusCode: 204, body: null };
    if (path === 'groups') return list(options.groups ?? []);
    if (path === 'fields') return list(options.fields ?? []);
    if (path === 'workspace') return { statusCode: 200, body: workspace };
    const one = named(query as Dictionary);
    const hasKey = query.uuid !== undefined || query.urn !== undefined;
    if (method === 'GET' && hasKey) return list(one ? [{ ...one }] : []);
    if (method === 'GET') return { statusCode: 200, body: page(query as Dictionary) };
    if (one) return { statusCode: 200, body: write(one, body as Dictionary) };
    if (query.uuid !== undefined) throw refused('NOT_FOUND', 404);
    const urns = hasKey ? { urns: [query.urn] } : {};
    return { statusCode: 201, body: make({ ...urns, ...(body as Dictionary) }) };
  };

  const client = {
    limiter,
    clock: limiter.clock,
    server: options.at ?? '//rapidpro.example.org/api/v2/',
    requests: 0,
    writes: 0,
    request: async (request: ApiRequest) => {
      await limiter.enter('v2');
      client.requests++;
      if (request.method !== 'GET') client.writes++;
      const line = lineOf(request);
      server.lines.push(line);
      if (request.method !== 'GET') server.bodies.push(request.body as Dictionary);
      const error = options.before?.(line, server);
      if (error) throw error;
      const given = answer(request);
      const later = options.after?.(line, server);
      if (later) throw later;
      await new Promise(resolve => setImmediate(resolve));
      return { ...given, repeated: false };
    },
    after: (_: unknown, work: () => Promise<unknown>) => work(),
    reasonOf: (error: unknown) => error,
  };
  server.client = client as unknown as Client;
  return server;
}
