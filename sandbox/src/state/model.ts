import type { FieldType, FieldValue } from '../values/index.js';
import type { Micros } from './clock.js';
import type { Planned } from './schedule.js';

/** The objects of a workspace, as the sandbox stores them. Times are in microseconds. */

export type ContactStatus = 'active' | 'blocked' | 'stopped' | 'archived';

/** A URN: its identity `scheme:path`, and the display that its network provides. */
export interface Urn {
  identity: string;
  display: string | null;
}

export interface Note {
  text: string;
  createdOn: Micros;
  author: User;
}

export interface Contact {
  id: number;
  uuid: string;
  name: string | null;
  status: ContactStatus;
  language: string | null;
  /** In order of priority. */
  urns: Urn[];
  groups: Set<Group>;
  notes: Note[];
  fields: Map<Field, FieldValue>;
  /** The run that waits for the contact's next message. */
  waiting: Run | null;
  createdOn: Micros;
  modifiedOn: Micros;
  lastSeenOn: Micros | null;
  deleted: boolean;
}

export interface Group {
  id: number;
  uuid: string;
  name: string;
  /** A smart group's query; null for a manual one. */
  query: string | null;
  status: 'ready' | 'evaluating' | 'invalid';
  system: boolean;
  members: Set<Contact>;
  createdOn: Micros;
  /** When the group was created through the API: the flow engine may not know it yet. */
  madeOn: Micros;
  deleted: boolean;
}

export interface Field {
  id: number;
  key: string;
  name: string;
  type: FieldType;
  featured: boolean;
  priority: number;
  agentAccess: 'none' | 'view' | 'edit';
  createdOn: Micros;
  madeOn: Micros;
}

export interface Label {
  id: number;
  uuid: string;
  name: string;
  createdOn: Micros;
  deleted: boolean;
}

export interface FlowResult {
  key: string;
  name: string;
  categories: string[];
  nodes: string[];
}

type FlowType = 'message' | 'voice' | 'background' | 'survey';

export interface Flow {
  id: number;
  uuid: string;
  name: string;
  type: FlowType;
  archived: boolean;
  labels: { uuid: string; name: string }[];
  /** Minutes until a waiting run expires. */
  expires: number;
  results: FlowResult[];
  parentRefs: string[];
  /** The flow as the editor exports it, which the engine runs. */
  definition: Record<string, unknown>;
  /** The number of earlier runs by state, which have no rows of their own. */
  pastRuns: Partial<Record<RunState, number>>;
  createdOn: Micros;
  modifiedOn: Micros;
}

export type RunState = 'active' | 'waiting' | 'completed' | 'expired' | 'interrupted' | 'failed';

export interface RunValue {
  name: string;
  value: string;
  category: string | null;
  node: string;
  time: Micros;
  input: string | null;
}

export interface RunStep {
  uuid: string;
  node: string;
  /** Null for the current node. */
  exit: string | null;
  time: Micros;
}

export interface Run {
  id: number;
  uuid: string;
  flow: Flow;
  contact: Contact;
  start: FlowStart | null;
  /** The campaign whose event started it. */
  campaign: Campaign | null;
  responded: boolean;
  path: RunStep[];
  values: Map<string, RunValue>;
  /** The params of the start: `@trigger.params`. */
  params: unknown;
  state: RunState;
  createdOn: Micros;
  modifiedOn: Micros;
  exitedOn: Micros | null;
}

export interface FlowStart {
  id: number;
  uuid: string;
  flow: Flow;
  groups: Group[];
  contacts: Contact[];
  urns: string[];
  status: 'pending' | 'started' | 'completed' | 'failed';
  /** -1 until the engine has counted. */
  total: number;
  started: number;
  params: unknown;
  restartParticipants: boolean;
  excludeActive: boolean;
  createdOn: Micros;
  modifiedOn: Micros;
}

type Translated<T> = Record<string, T>;

export interface QuickReply {
  type?: string;
  text?: string | null;
  extra?: string | null;
}

export interface Broadcast {
  id: number;
  uuid: string;
  status: 'pending' | 'started' | 'completed' | 'failed';
  total: number;
  started: number;
  urns: string[];
  contacts: Contact[];
  groups: Group[];
  /** Null where a language of `v9` has attachments alone. */
  text: Translated<string | null>;
  attachments: Translated<string[]>;
  quickReplies: Translated<QuickReply[]>;
  baseLanguage: string;
  createdOn: Micros;
}

export type MessageStatus =
  | 'pending'
  | 'handled'
  | 'queued'
  | 'wired'
  | 'sent'
  | 'delivered'
  | 'read'
  | 'errored'
  | 'failed';

export interface Message {
  id: number;
  uuid: string;
  contact: Contact;
  urn: string | null;
  channel: Channel | null;
  direction: 'in' | 'out';
  type: 'text' | 'optin' | 'voice';
  status: MessageStatus;
  visibility: 'visible' | 'archived' | 'deleted';
  text: string;
  /** `content-type:url` */
  attachments: string[];
  quickReplies: QuickReply[];
  labels: Label[];
  flow: Flow | null;
  broadcast: Broadcast | null;
  createdOn: Micros;
  sentOn: Micros | null;
  modifiedOn: Micros;
  /** On its way: how often the channel failed to take it, and what follows. */
  delivery?: { errors: number; planned: Planned | undefined };
}

export interface Channel {
  id: number;
  uuid: string;
  name: string;
  type: string;
  address: string | null;
  country: string | null;
  schemes: string[];
  /** Whether it says that a message has arrived. */
  reportsDelivery: boolean;
  device: Record<string, unknown> | null;
  lastSeen: Micros | null;
  createdOn: Micros;
}

export type Role = 'administrator' | 'editor' | 'viewer' | 'agent' | 'surveyor';

export interface User {
  id: number;
  uuid: string;
  email: string;
  firstName: string;
  lastName: string;
  role: Role;
  team: { uuid: string; name: string } | null;
  createdOn: Micros;
}

export interface Campaign {
  id: number;
  uuid: string;
  name: string;
  group: Group;
  createdOn: Micros;
}

export interface CampaignEvent {
  id: number;
  uuid: string;
  campaign: Campaign;
  relativeTo: { key: string; name: string };
  offset: number;
  unit: string;
  deliveryHour: number;
  flow: Flow | null;
  message: Translated<string> | null;
  createdOn: Micros;
  /** When scheduling began: at creation or the last reschedule. */
  scheduledOn: Micros;
}

export interface Topic {
  id: number;
  uuid: string;
  name: string;
  system: boolean;
  createdOn: Micros;
}

export interface Ticket {
  id: number;
  uuid: string;
  contact: Contact;
  status: 'open' | 'closed';
  topic: Topic;
  body: string | null;
  assignee: User | null;
  openedOn: Micros;
  openedBy: User | null;
  openedIn: Flow | null;
  modifiedOn: Micros;
  closedOn: Micros | null;
  notes: { text: string; author: User }[];
}

export interface Global {
  id: number;
  uuid: string;
  key: string;
  name: string;
  value: string;
  modifiedOn: Micros;
}

export interface Resthook {
  id: number;
  slug: string;
  createdOn: Micros;
  modifiedOn: Micros;
}

export interface Subscriber {
  id: number;
  resthook: Resthook;
  targetUrl: string;
  createdOn: Micros;
}

export interface ResthookEvent {
  id: number;
  resthook: Resthook;
  data: unknown;
  createdOn: Micros;
}

export interface ChannelEvent {
  id: number;
  uuid: string;
  type: string;
  contact: Contact;
  channel: Channel;
  extra: unknown;
  occurredOn: Micros;
  createdOn: Micros;
}

export interface Archive {
  id: number;
  type: 'message' | 'run';
  startDate: string;
  period: 'daily' | 'monthly';
  recordCount: number;
  size: number;
  hash: string;
  downloadUrl: string | null;
  /** What the sandbox itself serves: gzip of JSON Lines. */
  file: Uint8Array | null;
}

export interface Boundary {
  id: number;
  osmId: string;
  name: string;
  parent: Boundary | null;
  level: number;
  aliases: string[];
  geometry: unknown;
}

export interface Media {
  id: number;
  uuid: string;
  contentType: string;
  url: string;
  filename: string;
  size: number;
  /** What was uploaded; of seeded media there is nothing. */
  file?: Uint8Array<ArrayBuffer>;
}

/** Objects that only `v9` has and that never change in the sandbox: shown as they were seeded. */
export interface Plain {
  id: number;
  uuid: string;
  name: string;
  createdOn: Micros;
  modifiedOn: Micros;
  shown: Record<string, unknown>;
}

/** A channel's counts of one day, as `statistics` shows them. */
export interface DayCount {
  id: number;
  date: string;
  channel: string;
  type: string;
  counts: Record<string, number>;
}
