import type { FieldType } from '../values/index.js';

/**
 * The initial contents of a sandbox. What each key means: docs/reference/sandbox-seed.md. Rows have the format of the API, so that a list from a real workspace can be used
 * unchanged; nearly everything is optional. Times are ISO texts; references are uuids, names or `{ uuid, name }`.
 */
export interface Seed {
  workspace?: WorkspaceSeed;
  users?: UserSeed[];
  channels?: ChannelSeed[];
  boundaries?: BoundarySeed[];
  fields?: FieldSeed[];
  groups?: GroupSeed[];
  labels?: NamedSeed[];
  flows?: FlowSeed[];
  contacts?: ContactSeed[];
  runs?: RunSeed[];
  flow_starts?: FlowStartSeed[];
  broadcasts?: BroadcastSeed[];
  media?: MediaSeed[];
  messages?: MessageSeed[];
  topics?: TopicSeed[];
  tickets?: TicketSeed[];
  globals?: GlobalSeed[];
  campaigns?: CampaignSeed[];
  campaign_events?: CampaignEventSeed[];
  resthooks?: ResthookSeed[];
  resthook_subscribers?: SubscriberSeed[];
  resthook_events?: ResthookEventSeed[];
  archives?: ArchiveSeed[];
  channel_events?: ChannelEventSeed[];
  classifiers?: PlainSeed[];
  optins?: PlainSeed[];
  templates?: PlainSeed[];
}

export type RefSeed = string | { uuid?: string; name?: string | null };

export interface WorkspaceSeed {
  uuid?: string;
  name?: string;
  country?: string;
  timezone?: string;
  languages?: string[];
  date_style?: 'day_first' | 'month_first' | 'year_first';
  anon?: boolean;
}

export interface NamedSeed {
  uuid?: string;
  name: string;
  created_on?: string;
}

export interface UserSeed {
  uuid?: string;
  email: string;
  first_name: string;
  last_name: string;
  role: 'administrator' | 'editor' | 'viewer' | 'agent' | 'surveyor';
  team?: { uuid: string; name: string } | null;
  created_on?: string;
}

export interface ChannelSeed extends NamedSeed {
  type?: string;
  address?: string | null;
  country?: string | null;
  /** The URN schemes that it sends to. Default: `['tel']`. */
  schemes?: string[];
  /** Whether it says that messages have arrived. Default: `false`. */
  reports_delivery?: boolean;
  device?: Record<string, unknown> | null;
  last_seen?: string | null;
}

export interface BoundarySeed {
  osm_id: string;
  name: string;
  parent?: { osm_id: string; name: string } | null;
  level: number;
  aliases?: string[];
  geometry?: unknown;
}

export interface FieldSeed {
  /** Default: derived from the name. */
  key?: string;
  name: string;
  /** Default: `text`. */
  type?: FieldType;
  featured?: boolean;
  priority?: number;
  /** Default: `view`. */
  agent_access?: 'none' | 'view' | 'edit';
  created_on?: string;
}

export interface GroupSeed extends NamedSeed {
  /** The query of a smart group; see `compileQuery` for the supported subset. Default: a manual group. */
  query?: string | null;
  status?: 'ready' | 'evaluating' | 'invalid';
  system?: boolean;
}

export interface ContactSeed {
  uuid?: string;
  name?: string | null;
  /** Null for a deleted contact. Default: `active`. */
  status?: 'active' | 'blocked' | 'stopped' | 'archived' | null;
  language?: string | null;
  urns?: string[];
  /** Manual groups; membership in smart groups follows from their queries. */
  groups?: RefSeed[];
  fields?: Record<string, string | number | null>;
  /** The flow that waits for the contact's answer. Its run may be missing from the runs. */
  flow?: RefSeed | null;
  notes?: { text: string; created_on?: string; created_by?: { email: string } | null }[];
  created_on?: string;
  modified_on?: string;
  last_seen_on?: string | null;
}

export interface FlowSeed extends NamedSeed {
  type?: 'message' | 'voice' | 'background' | 'survey';
  archived?: boolean;
  labels?: { uuid: string; name: string }[];
  /** In minutes. Default: `10080` (a week). */
  expires?: number;
  results?: { key: string; name: string; categories?: string[]; node_uuids?: string[] }[];
  parent_refs?: string[];
  /** The flow editor's export. Default: a flow that waits for one answer and ends. */
  definition?: Record<string, unknown>;
  /** The number of earlier runs by state. */
  runs?: Partial<
    Record<'active' | 'waiting' | 'completed' | 'expired' | 'interrupted' | 'failed', number>
  >;
  modified_on?: string;
}

export interface RunSeed {
  id?: number;
  uuid?: string;
  flow: RefSeed;
  contact: RefSeed;
  start?: { uuid: string } | null;
  responded?: boolean;
  path?: { node: string; time: string }[] | null;
  values?: Record<
    string,
    {
      name?: string;
      value: string;
      category?: string | null;
      node?: string;
      time?: string;
      input?: string | null;
    }
  >;
  created_on?: string;
  modified_on?: string;
  exited_on?: string | null;
  /** Null for a waiting run. Default: null. */
  exit_type?: 'completed' | 'interrupted' | 'expired' | 'failed' | null;
}

/** How many of the contacts a start or a broadcast has reached. -1: not counted yet. */
export interface ProgressSeed {
  total: number;
  started: number;
}

export interface QuickReplySeed {
  type?: string;
  text?: string;
  extra?: string;
}

export interface FlowStartSeed {
  id?: number;
  uuid?: string;
  flow: RefSeed;
  groups?: RefSeed[];
  contacts?: RefSeed[];
  status?: string;
  progress?: ProgressSeed;
  params?: unknown;
  restart_participants?: boolean;
  exclude_active?: boolean;
  created_on?: string;
  modified_on?: string;
}

export interface BroadcastSeed {
  id?: number;
  uuid?: string;
  status?: string;
  progress?: ProgressSeed;
  urns?: string[] | null;
  contacts?: RefSeed[];
  groups?: RefSeed[];
  text: Record<string, string>;
  attachments?: Record<string, string[]>;
  quick_replies?: Record<string, QuickReplySeed[]>;
  base_language?: string;
  created_on?: string;
}

export interface MediaSeed {
  uuid?: string;
  content_type: string;
  url: string;
  filename: string;
  size: number;
}

export interface MessageSeed {
  id?: number;
  uuid?: string;
  contact: RefSeed;
  /** Default: the contact's first URN. */
  urn?: string | null;
  /** Default: the workspace's first channel if the contact has a URN. */
  channel?: RefSeed | null;
  direction: 'in' | 'out';
  type?: 'text' | 'optin' | 'voice';
  status?: 'handled' | 'queued' | 'wired' | 'sent' | 'delivered' | 'read' | 'errored' | 'failed';
  visibility?: 'visible' | 'archived';
  text: string;
  labels?: RefSeed[];
  flow?: RefSeed | null;
  /** The id of the broadcast that it belongs to. */
  broadcast?: number | null;
  attachments?: { content_type: string; url: string }[];
  quick_replies?: QuickReplySeed[];
  created_on?: string;
  sent_on?: string | null;
  modified_on?: string;
}

export interface TopicSeed extends NamedSeed {
  system?: boolean;
}

export interface TicketSeed {
  uuid?: string;
  contact: RefSeed;
  status?: 'open' | 'closed';
  topic?: RefSeed | null;
  body?: string | null;
  assignee?: { email: string } | null;
  opened_on?: string;
  opened_by?: { email: string } | null;
  opened_in?: RefSeed | null;
  modified_on?: string;
  closed_on?: string | null;
}

export interface GlobalSeed {
  key?: string;
  name: string;
  value: string;
  modified_on?: string;
}

export interface CampaignSeed extends NamedSeed {
  group: RefSeed;
}

export interface CampaignEventSeed {
  uuid?: string;
  campaign: RefSeed;
  relative_to: string | { key: string };
  offset: number;
  unit: string;
  delivery_hour?: number;
  flow?: RefSeed | null;
  message?: Record<string, string> | null;
  created_on?: string;
}

export interface ResthookSeed {
  resthook: string;
  created_on?: string;
  modified_on?: string;
}

export interface SubscriberSeed {
  id?: number;
  resthook: string;
  target_url: string;
  created_on?: string;
}

export interface ResthookEventSeed {
  resthook: string;
  data: unknown;
  created_on?: string;
}

export interface ArchiveSeed {
  archive_type?: 'message' | 'run';
  start_date: string;
  period: 'daily' | 'monthly';
  record_count?: number;
  size?: number;
  hash?: string;
  download_url?: string | null;
  /** What the file holds: it is made and served, and its count, size and hash are known. */
  records?: readonly object[];
}

export interface ChannelEventSeed {
  id?: number;
  type: string;
  contact: RefSeed;
  channel: RefSeed;
  extra?: unknown;
  occurred_on?: string;
  created_on?: string;
}

/** A classifier, opt-in or template: shown as it is written. */
export interface PlainSeed {
  uuid?: string;
  name: string;
  created_on?: string;
  modified_on?: string;
  [shown: string]: unknown;
}
