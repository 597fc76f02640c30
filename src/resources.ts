/**
 * The RapidPro v2 API as data: what each endpoint is called, what it can do and what it accepts.
 * Operations, the sandbox, metadata and the docs read it. Only types/filters.ts repeats a part, for the editor: the
 * compiler compares the two.
 */

/** The two lines of servers: RapidPro 9 and the newer line that TextIt runs. */
export type Dialect = 'v9' | 'textit';

export type Method = 'GET' | 'POST' | 'DELETE';

/** What a query parameter holds, as far as it can be checked before it is sent. */
type FilterKind = 'uuid' | 'urn' | 'text' | 'integer' | 'boolean' | 'datetime' | 'date' | 'choice';

export interface Filter {
  kind: FilterKind;
  /** The values that RapidPro knows. It silently answers any other with an empty list. */
  choices?: readonly string[];
  /** The choices that only RapidPro 9 knows. */
  v9Choices?: readonly string[];
  /** Only this line of servers has the filter; the other one ignores it. */
  only?: Dialect;
  /** True if it only changes how records look: a server that ignores it returns the same records. */
  cosmetic?: boolean;
  /** True if the parameter may be given several times. */
  many?: boolean;
  /** True for a flag that means something else if it is left out than if it is false. */
  sendsFalse?: boolean;
}

export type Scope = 'v2' | 'v2.contacts' | 'v2.messages' | 'v2.broadcasts' | 'v2.runs';

export interface Resource {
  /** What messages to people call one record, and several. */
  nouns: readonly [one: string, many: string];
  methods: readonly Method[];
  /**
   * For endpoints that take bodies: the keys of a record in answers of either line of servers. An error may show their
   * values: a key with personal values is in `PERSONAL_KEYS` of `errors/redact.ts`, too.
   */
  answers?: readonly string[];
  /** The line of servers that has it, if only one does. */
  only?: Dialect;
  filters: Readonly<Record<string, Filter>>;
  /** A request may have only one of these filters. */
  exclusive?: readonly string[];
  /** Query parameters that identify the object of an update or a deletion. */
  lookups?: readonly string[];
  /** How its list is paged. Default: by a cursor. */
  paging?: 'offset' | 'none';
  /** What the list is sorted by (newest first unless said), and whether `reverse` is understood. */
  order?: { by: string; reverse: boolean; ascending?: boolean; filteredBy?: string };
  /** The rate limit scopes of its requests, if not the shared `v2`. */
  throttle?: Partial<Record<Dialect, Scope>>;
}

/** Items on a page of a cursor list; the server fixes it. */
export const PAGE_SIZE = 250;

/** The most contacts, URNs, groups, messages or tickets that one request may name. */
export const BATCH_LIMIT = 100;

/** Statuses of outgoing messages that RapidPro has not handed over yet. It tries `errored` ones again. */
export const WAITING: readonly string[] = ['initializing', 'pending', 'queued', 'errored'];

/** Statuses of messages that were handed over, by what is known about them. */
export const HANDED_OVER: readonly string[] = ['wired', 'sent', 'delivered', 'read'];

/** The one status of a message that will not arrive. */
export const NOT_REACHED = 'failed';

/** How RapidPro writes the id of a record, as a pattern. */
export const UUID = '[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}';

const uuid = { kind: 'uuid' } as const;
const text = { kind: 'text' } as const;
const id = { kind: 'integer' } as const;
const flag = { kind: 'boolean' } as const;
const time = { kind: 'datetime' } as const;
const span = { before: time, after: time };
const onV9 = <F extends Filter>(filter: F) => ({ ...filter, only: 'v9' }) as const;
const onTextit = <F extends Filter>(filter: F) => ({ ...filter, only: 'textit' }) as const;
/** Keys as one text, separated by spaces. */
const keys = (words: string): readonly string[] => words.split(' ');
const choice = <C extends string>(...choices: C[]) => ({ kind: 'choice', choices }) as const;
const by = (field: string, extra: Partial<Resource['order'] & object> = {}) => ({
  by: field,
  reverse: false,
  ...extra,
});

/** An endpoint without a list and filters. */
const single = <Way extends Method>(method: Way, one: string, many: string) =>
  ({ nouns: [one, many], methods: [method], filters: {}, paging: 'none' }) as const;

/** By the name of the endpoint in the address, without `.json`. */
export const resources = {
  archives: {
    nouns: ['archive', 'archives'],
    methods: ['GET'],
    filters: {
      archive_type: choice('message', 'run'),
      type: onTextit(choice('message', 'run')),
      period: choice('daily', 'monthly'),
      before: { kind: 'date' },
      after: { kind: 'date' },
    },
    paging: 'offset',
    order: by('start_date', { filteredBy: 'start_date' }),
  },
  boundaries: {
    nouns: ['boundary', 'boundaries'],
    methods: ['GET'],
    filters: { geometry: { ...onV9(flag), cosmetic: true } },
    order: by('osm_id', { ascending: true }),
  },
  broadcasts: {
    nouns: ['broadcast', 'broadcasts'],
    methods: ['GET', 'POST'],
    answers: keys(
      'attachments base_language contacts created_on groups id progress quick_replies status text urns uuid',
    ),
    filters: { id, uuid: onTextit(uuid), ...span },
    order: by('created_on', { filteredBy: 'created_on' }),
    throttle: { v9: 'v2.broadcasts' },
  },
  campaigns: {
    nouns: ['campaign', 'campaigns'],
    methods: ['GET', 'POST'],
    answers: keys('archived created_on group name uuid'),
    filters: { uuid },
    lookups: ['uuid'],
    order: by('created_on'),
  },
  campaign_events: {
    nouns: ['campaign event', 'campaign events'],
    methods: ['GET', 'POST', 'DELETE'],
    answers: keys('campaign created_on delivery_hour flow message offset relative_to unit uuid'),
    filters: { uuid, campaign: text },
    lookups: ['uuid'],
    order: by('created_on'),
  },
  channels: {
    nouns: ['channel', 'channels'],
    methods: ['GET'],
    filters: { uuid, address: text },
    order: by('created_on'),
  },
  channel_events: {
    nouns: ['channel event', 'channel events'],
    methods: ['GET'],
    filters: { id, contact: uuid, ...span },
    order: by('created_on', { filteredBy: 'created_on' }),
  },
  classifiers: {
    nouns: ['classifier', 'classifiers'],
    methods: ['GET'],
    only: 'v9',
    filters: { uuid, ...span },
    order: by('created_on', { filteredBy: 'created_on' }),
  },
  contacts: {
    nouns: ['contact', 'contacts'],
    methods: ['GET', 'POST', 'DELETE'],
    answers: keys(
      'anon_display blocked created_on fields flow groups language last_seen_on modified_on name notes ref status stopped urns uuid',
    ),
    filters: {
      uuid,
      urn: { kind: 'urn' },
      group: text,
      deleted: flag,
      ...span,
      reverse: flag,
      expand_urns: flag,
      urn_order: { ...onTextit(choice('priority')), cosmetic: true },
    },
    lookups: ['urn', 'uuid'],
    order: by('modified_on', { reverse: true, filteredBy: 'modified_on' }),
    throttle: { v9: 'v2.contacts', textit: 'v2.contacts' },
  },
  contact_actions: single('POST', 'contact action', 'contact actions'),
  definitions: {
    nouns: ['definition', 'definitions'],
    methods: ['GET'],
    filters: {
      flow: { kind: 'uuid', many: true },
      campaign: { kind: 'uuid', many: true },
      dependencies: choice('all', 'flows', 'none'),
    },
    paging: 'none',
  },
  fields: {
    nouns: ['field', 'fields'],
    methods: ['GET', 'POST'],
    answers: keys('agent_access featured key label name priority type usages value_type'),
    filters: { key: text },
    lookups: ['key'],
    order: by('created_on'),
  },
  flow_starts: {
    nouns: ['flow start', 'flow starts'],
    methods: ['GET', 'POST'],
    answers: keys(
      'contacts created_on exclude_active extra flow groups id modified_on params progress restart_participants status uuid',
    ),
    filters: { uuid, id: onV9(id), ...span, reverse: flag },
    order: by('modified_on', { reverse: true, filteredBy: 'modified_on' }),
  },
  flows: {
    nouns: ['flow', 'flows'],
    methods: ['GET'],
    filters: {
      uuid,
      type: choice('message', 'voice', 'background', 'survey'),
      archived: { ...flag, sendsFalse: true },
      ...span,
    },
    order: by('created_on', { filteredBy: 'modified_on' }),
  },
  globals: {
    nouns: ['global', 'globals'],
    methods: ['GET', 'POST'],
    answers: keys('key modified_on name value'),
    filters: { key: text, ...span, reverse: flag },
    lookups: ['key'],
    order: by('modified_on', { reverse: true, filteredBy: 'modified_on' }),
  },
  groups: {
    nouns: ['group', 'groups'],
    methods: ['GET', 'POST', 'DELETE'],
    answers: keys('count name query status system uuid'),
    filters: { uuid, name: text, manual_only: onTextit(flag) },
    exclusive: ['uuid', 'name'],
    lookups: ['uuid'],
    order: by('created_on'),
  },
  labels: {
    nouns: ['label', 'labels'],
    methods: ['GET', 'POST', 'DELETE'],
    answers: keys('count name uuid'),
    filters: { uuid, name: text },
    exclusive: ['uuid', 'name'],
    lookups: ['uuid'],
    order: by('created_on'),
  },
  media: single('POST', 'media file', 'media files'),
  messages: {
    nouns: ['message', 'messages'],
    methods: ['GET', 'POST'],
    answers: keys(
      'archived attachments broadcast channel contact created_on direction flow id labels media modified_on quick_replies sent_on status text type urn uuid visibility',
    ),
    filters: {
      id,
      uuid: onTextit(uuid),
      contact: uuid,
      folder: {
        ...choice('inbox', 'flows', 'archived', 'outbox', 'sent', 'failed', 'incoming'),
        v9Choices: ['incoming'],
      },
      label: text,
      broadcast: id,
      ...span,
    },
    exclusive: ['contact', 'folder', 'label', 'broadcast'],
    order: by('created_on', { filteredBy: 'created_on' }),
    throttle: { v9: 'v2.messages', textit: 'v2.messages' },
  },
  message_actions: single('POST', 'message action', 'message actions'),
  optins: {
    nouns: ['opt-in', 'opt-ins'],
    methods: ['GET', 'POST'],
    answers: keys('created_on name uuid'),
    only: 'v9',
    filters: {},
    order: by('created_on'),
  },
  org: single('GET', 'workspace', 'workspaces'),
  resthooks: {
    nouns: ['resthook', 'resthooks'],
    methods: ['GET'],
    filters: { reverse: flag },
    order: by('modified_on', { reverse: true }),
  },
  resthook_events: {
    nouns: ['resthook event', 'resthook events'],
    methods: ['GET'],
    filters: { resthook: text },
    order: by('created_on'),
  },
  resthook_subscribers: {
    nouns: ['resthook subscriber', 'resthook subscribers'],
    methods: ['GET', 'POST', 'DELETE'],
    answers: keys('created_on id resthook target_url'),
    filters: { id, resthook: text },
    lookups: ['id'],
    order: by('created_on'),
  },
  runs: {
    nouns: ['run', 'runs'],
    methods: ['GET'],
    filters: {
      uuid,
      id,
      flow: uuid,
      contact: uuid,
      responded: flag,
      ...span,
      reverse: flag,
      paths: { ...flag, sendsFalse: true },
    },
    exclusive: ['contact', 'flow'],
    order: by('modified_on', { reverse: true, filteredBy: 'modified_on' }),
    throttle: { v9: 'v2.runs', textit: 'v2.runs' },
  },
  statistics: {
    nouns: ['day of statistics', 'days of statistics'],
    methods: ['GET'],
    only: 'textit',
    filters: { since: { kind: 'date' }, until: { kind: 'date' } },
    paging: 'none',
    order: by('date', { ascending: true }),
  },
  templates: {
    nouns: ['template', 'templates'],
    methods: ['GET'],
    only: 'v9',
    filters: { ...span, reverse: flag },
    order: by('modified_on', { reverse: true, filteredBy: 'modified_on' }),
  },
  tickets: {
    nouns: ['ticket', 'tickets'],
    methods: ['GET'],
    filters: { uuid, contact: uuid, ticket: onV9(uuid), reverse: flag },
    order: by('modified_on', { reverse: true }),
  },
  ticket_actions: single('POST', 'ticket action', 'ticket actions'),
  topics: {
    nouns: ['topic', 'topics'],
    methods: ['GET', 'POST'],
    answers: keys('counts created_on name system uuid'),
    filters: {},
    lookups: ['uuid'],
    order: by('created_on'),
  },
  users: {
    nouns: ['user', 'users'],
    methods: ['GET'],
    filters: {
      role: {
        kind: 'choice',
        choices: ['administrator', 'editor', 'viewer', 'agent', 'surveyor'],
        v9Choices: ['viewer', 'surveyor'],
        many: true,
      },
      uuid: { kind: 'uuid', only: 'textit', many: true },
      email: { kind: 'text', only: 'textit', many: true },
    },
    order: by('created_on'),
  },
  workspace: single('GET', 'workspace', 'workspaces'),
} as const satisfies Record<string, Resource>;

export type ResourceName = keyof typeof resources;

/** The resource of an endpoint; undefined for one that is not described here. */
export function resourceAt(path: string): Resource | undefined {
  return Object.hasOwn(resources, path) ? resources[path as ResourceName] : undefined;
}
