import { type Recording, recordings, type ServerName } from '../../../recordings/read.js';
import type { Dialect } from '../../../src/resources.js';
import type { ContactSeed, MessageSeed, Seed } from '../../src/index.js';
import { isObject } from './match.js';

/** The workspace of the recordings, reconstructed from its lists. */

export const dialectOf = (server: ServerName): Dialect =>
  server === 'rapidpro-9.0.0' ? 'v9' : 'textit';

export type Row = Record<string, unknown>;

const endpointOf = ({ request }: Recording): string =>
  /\/api\/v2\/([a-z_]+)/.exec(request.path)?.[1] ?? '';

const MAIN_ROLES = [undefined, null, 'administrator', 'editor', 'surveyor'];

/** The keys that identify a row of an endpoint. */
export function nameOf(endpoint: string, row: Row): string {
  // Events of one resthook have no other key.
  if (endpoint === 'resthook_events') return `${row.resthook} ${row.created_on}`;
  const keys = ['uuid', 'key', 'id', 'osm_id', 'email', 'resthook', 'hash', 'name'];
  const key = keys.find(one => row[one] !== undefined && row[one] !== null) ?? '';
  return `${endpoint} ${String(row[key])}`;
}

function rowsOf({ request, response }: Recording): Row[] {
  const { body } = response;
  if (response.status >= 300 || !isObject(body)) return [];
  if (Array.isArray(body.results)) return body.results.filter(isObject);
  return request.method === 'POST' && !('failures' in body) ? [body] : [];
}

const isLive = (row: Row): boolean => row.status !== null;

/** Every row that a response to the workspace's own users showed, in its last state before deletion. */
export class RecordedWorkspace {
  readonly rows = new Map<string, Map<string, Row>>();
  readonly deleted = new Map<string, Row>();
  /** The topics of tickets. */
  readonly topics = new Map<string, Row>();
  readonly definitions = new Map<string, Row>();
  readonly workspace: Row;
  /** The names in the longest list of an endpoint, in order. */
  readonly #longest = new Map<string, string[]>();

  constructor(
    readonly server: ServerName,
    /** Whether to include objects that recorded writes created. */
    from: 'lists' | 'all' = 'all',
  ) {
    const all = recordings(server).filter(({ request }) => MAIN_ROLES.includes(request.role));
    for (const one of all) {
      const endpoint = endpointOf(one);
      const counts = from === 'all' || one.request.method === 'GET';
      const rows = counts ? rowsOf(one) : [];
      for (const row of rows) this.#keep(endpoint, row);
      if (rows.length > (this.#longest.get(endpoint)?.length ?? 0)) {
        this.#longest.set(
          endpoint,
          rows.map(row => nameOf(endpoint, row)),
        );
      }
      if (endpoint === 'definitions') this.#keepDefinitions(one.response.body);
    }
    const own = all.find(one => endpointOf(one) === 'workspace' && isObject(one.response.body));
    this.workspace = own?.response.body as Row;
  }

  #keep(endpoint: string, row: Row): void {
    const name = nameOf(endpoint, row);
    if (isObject(row.topic)) this.topics.set(String(row.topic.uuid), row.topic);
    if (endpoint === 'contacts' && !isLive(row)) {
      this.deleted.set(name, row);
      return;
    }
    const kind = this.rows.get(endpoint) ?? new Map<string, Row>();
    this.rows.set(endpoint, kind);
    const before = kind.get(name);
    if (!before || String(before.modified_on ?? '') <= String(row.modified_on ?? '')) {
      kind.set(name, row);
    }
  }

  #keepDefinitions(body: unknown): void {
    if (!isObject(body) || !Array.isArray(body.flows)) return;
    for (const flow of body.flows)
      if (isObject(flow)) this.definitions.set(String(flow.uuid), flow);
  }

  endpoints(): string[] {
    return [...this.rows.keys()];
  }

  /** Rows without a time, in the order of the longest list; the others were created later. */
  #asListed(endpoint: string, rows: Row[]): Row[] {
    const names = this.#longest.get(endpoint) ?? [];
    const position = (row: Row) => names.indexOf(nameOf(endpoint, row));
    return rows.toSorted((a, b) => position(a) - position(b));
  }

  of(endpoint: string): Row[] {
    return [...(this.rows.get(endpoint)?.values() ?? [])];
  }

  #ids(endpoint: string): Set<unknown> {
    return new Set(this.of(endpoint).map(({ id }) => id));
  }

  /** A seed of the whole workspace. */
  seed(): Seed {
    return this.seedOf(endpoint => this.of(endpoint));
  }

  /** A seed of the given rows of each endpoint. */
  seedOf(take: (endpoint: string) => Row[]): Seed {
    const list = <K extends keyof Seed>(endpoint: string): Seed[K] =>
      take(endpoint) as unknown as Seed[K];
    const groups = take('groups');
    const contacts = this.#contacts(take('contacts'), groups);
    const known = new Set(contacts.map(({ uuid }) => uuid));
    const ofKnown = (rows: Row[]) =>
      rows.filter(({ contact }) => isObject(contact) && known.has(String(contact.uuid)));
    return {
      workspace: { uuid: String(this.workspace.uuid), name: String(this.workspace.name) },
      users: list<'users'>('users'),
      channels: take('channels').map(withSchemes) as unknown as Seed['channels'],
      boundaries: list<'boundaries'>('boundaries'),
      fields: this.#asListed('fields', take('fields')) as unknown as Seed['fields'],
      groups: this.#asListed('groups', groups) as unknown as Seed['groups'],
      labels: this.#asListed('labels', take('labels')) as unknown as Seed['labels'],
      flows: take('flows').map(flow => this.#withDefinition(flow)) as unknown as Seed['flows'],
      contacts,
      runs: ofKnown(take('runs')) as unknown as Seed['runs'],
      flow_starts: toKnown(take('flow_starts'), groups, known) as unknown as Seed['flow_starts'],
      broadcasts: toKnown(take('broadcasts'), groups, known) as unknown as Seed['broadcasts'],
      media: list<'media'>('media'),
      messages: fillMessages(ofKnown(take('messages')), this.#ids('messages'), contacts[0]),
      topics: withTopics(take('topics'), this.topics),
      tickets: ofKnown(take('tickets')) as unknown as Seed['tickets'],
      globals: list<'globals'>('globals'),
      campaigns: list<'campaigns'>('campaigns'),
      campaign_events: take('campaign_events').filter(({ campaign }) =>
        take('campaigns').some(one => isObject(campaign) && one.uuid === campaign.uuid),
      ) as unknown as Seed['campaign_events'],
      resthooks: list<'resthooks'>('resthooks'),
      resthook_subscribers: list<'resthook_subscribers'>('resthook_subscribers'),
      resthook_events: list<'resthook_events'>('resthook_events'),
      archives: this.#asListed('archives', take('archives')) as unknown as Seed['archives'],
      channel_events: ofKnown(take('channel_events')) as unknown as Seed['channel_events'],
      classifiers: list<'classifiers'>('classifiers'),
      optins: list<'optins'>('optins'),
      templates: list<'templates'>('templates'),
    };
  }

  #withDefinition(flow: Row): Row {
    const definition = this.definitions.get(String(flow.uuid));
    // Runs with rows of their own are counted from these.
    const { runs: _, ...rest } = flow;
    return definition ? { ...rest, definition } : rest;
  }

  /** Contacts with existing groups and fields, and each URN only once. */
  #contacts(rows: Row[], groups: Row[]): ContactSeed[] {
    const taken = new Set<string>();
    const groupNames = new Set(groups.map(({ uuid }) => uuid));
    const keys = new Set(this.of('fields').map(({ key }) => key));
    return rows.map(row => {
      const urns = (row.urns as unknown[]).filter(
        (urn): urn is string => typeof urn === 'string' && !urn.includes('*') && !taken.has(urn),
      );
      for (const urn of urns) taken.add(urn);
      const fields = Object.entries(row.fields as Row).filter(([key]) => keys.has(key));
      return {
        ...(row as ContactSeed),
        urns,
        groups: (row.groups as Row[]).filter(({ uuid }) =>
          groupNames.has(uuid),
        ) as ContactSeed['groups'],
        fields: Object.fromEntries(fields) as ContactSeed['fields'],
      };
    });
  }
}

/** Starts and broadcasts without recipients that do not exist. */
function toKnown(rows: Row[], groups: Row[], contacts: Set<string | undefined>): Row[] {
  const ofGroups = new Set(groups.map(({ uuid }) => uuid));
  return rows.map(row => ({
    ...row,
    groups: (row.groups as Row[]).filter(({ uuid }) => ofGroups.has(uuid)),
    contacts: (row.contacts as Row[]).filter(({ uuid }) => contacts.has(String(uuid))),
  }));
}

const SCHEMES: Record<string, string[]> = { WhatsApp: ['whatsapp'], 'Android Phone': [] };

/** The API does not show which URNs a channel sends to. */
const withSchemes = (channel: Row): Row => ({
  ...channel,
  schemes: SCHEMES[String(channel.name)] ?? ['tel'],
});

/** Topics are only shown one by one and by tickets. */
function withTopics(rows: Row[], seen: Map<string, Row>): Seed['topics'] {
  const all = new Map([...seen, ...rows.map((row): [string, Row] => [String(row.uuid), row])]);
  return [...all.values()].map(topic => ({
    ...topic,
    system: topic.name === 'General',
  })) as unknown as Seed['topics'];
}

const FILLER = { direction: 'out', text: 'left out of the list', status: 'queued' } as const;

/** The messages that shortened lists omit, so that the counts match. */
function fillMessages(
  rows: Row[],
  ids: ReadonlySet<unknown>,
  contact: ContactSeed | undefined,
): MessageSeed[] {
  const known = rows as unknown as MessageSeed[];
  const most = Math.max(0, ...known.map(({ id = 0 }) => id));
  const created_on = '2020-01-01T00:00:00Z';
  const fillers: MessageSeed[] = [];
  for (let id = 1; contact?.uuid && id <= most; id++) {
    if (ids.has(id)) continue;
    fillers.push({ ...FILLER, id, contact: contact.uuid, created_on });
  }
  return [...fillers, ...known].sort((a, b) => (a.id ?? 0) - (b.id ?? 0));
}
