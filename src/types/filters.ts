/**
 * Filters of lists. Dates are ISO 8601 text: a day (`2026-01-31`, midnight UTC) or a
 * time with its zone (`2026-01-31T08:00:00Z`). Both ends are included.
 */

interface Span {
  /** Only records of this time or later. */
  after?: string;
  /** Only records of this time or earlier. */
  before?: string;
}

interface Reversible {
  /** True: oldest change first. */
  reverse?: boolean;
}

/** Filters of `getContacts`. You can combine all of them. `after` and `before` compare `modified_on`. */
export interface ContactFilters extends Span, Reversible {
  /** One contact by its uuid. */
  uuid?: string;
  /** One contact by a URN: `tel:+250788123123`. */
  urn?: string;
  /**
   * Members of a group: its uuid, or its exact name, including capitals.
   * @magic $.children[?(@.name=='groups')].children[*]
   */
  group?: string;
  /** True: only deleted contacts. */
  deleted?: boolean;
  /** True: each URN as an object with its channel, scheme, path and display. */
  expand_urns?: boolean;
  /** With `expand_urns` on TextIt: keep the order of priority. */
  urn_order?: 'priority';
}

/** Filters of `getGroups`: `uuid` or `name`, not both. */
export interface GroupFilters {
  uuid?: string;
  /** Capitals do not matter. */
  name?: string;
  /** True, on TextIt: leave smart groups out. */
  manual_only?: boolean;
}

/** Filters of `getFields`. */
export interface FieldFilters {
  /**
   * One field by its key.
   * @magic $.children[?(@.name=='fields')].children[*]
   */
  key?: string;
}

/** Filters of `getFlows`. `after` and `before` compare `modified_on`. */
export interface FlowFilters extends Span {
  uuid?: string;
  type?: 'message' | 'voice' | 'background' | 'survey';
  /** True: only archived flows; false: only live ones. Default: both. */
  archived?: boolean;
}

/** Filters of `getFlowRuns`. `after` and `before` compare `modified_on`. */
export interface FlowRunFilters extends Span, Reversible {
  uuid?: string;
  /** One run by its number. */
  id?: number;
  /**
   * The flow's uuid, or its exact name. Not together with `contact`.
   * @magic $.children[?(@.name=='flows')].children[*]
   */
  flow?: string;
  /** The contact's uuid. Not together with `flow`. */
  contact?: string;
  /** True: only runs in which the contact answered. */
  responded?: boolean;
  /** False: leave out the path through the flow. Smaller and faster. */
  paths?: boolean;
}

/**
 * Filters of `getMessages`: at most one of `contact`, `folder`, `label` and `broadcast`. `after` and
 * `before` compare `created_on`.
 */
export interface MessageFilters extends Span {
  /** One message by its number. */
  id?: number;
  /** One message by its uuid, on TextIt. */
  uuid?: string;
  /** The contact's uuid. */
  contact?: string;
  /** `inbox` has no answers to a flow: those are in `flows`. `incoming` is only on RapidPro 9. */
  folder?: 'inbox' | 'flows' | 'archived' | 'outbox' | 'sent' | 'failed' | 'incoming';
  /**
   * A label's uuid or exact name.
   * @magic $.children[?(@.name=='labels')].children[*]
   */
  label?: string;
  /** A broadcast's number. */
  broadcast?: number;
}

/** Filters of `getLabels`: `uuid` or `name`, not both. */
export interface LabelFilters {
  uuid?: string;
  /** Capitals do not matter. */
  name?: string;
}

/** Filters of `getCampaigns`. */
export interface CampaignFilters {
  uuid?: string;
}

/** Filters of `getCampaignEvents`. */
export interface CampaignEventFilters {
  uuid?: string;
  /**
   * The campaign's uuid or exact name.
   * @magic $.children[?(@.name=='campaigns')].children[*]
   */
  campaign?: string;
}

/** Filters of `getChannels`. */
export interface ChannelFilters {
  uuid?: string;
  /** The number or account of the channel. */
  address?: string;
}

/** Filters of `getChannelEvents`. `after` and `before` compare `created_on`. */
export interface ChannelEventFilters extends Span {
  id?: number;
  /** The contact's uuid. */
  contact?: string;
}

/** Filters of `getUsers`. Each can be a list. */
export interface UserFilters {
  /** `viewer` and `surveyor` are only on RapidPro 9. */
  role?: UserRole | UserRole[];
  /** On TextIt. */
  uuid?: string | string[];
  /** On TextIt. */
  email?: string | string[];
}

type UserRole = 'administrator' | 'editor' | 'viewer' | 'agent' | 'surveyor';

/** Filters of `getBoundaries`. */
export interface BoundaryFilters {
  /** True, on RapidPro 9: with their outlines. */
  geometry?: boolean;
}

/** Filters of `getClassifiers`. `after` and `before` compare `created_on`. */
export interface ClassifierFilters extends Span {
  uuid?: string;
}

/** Filters of `getTemplates`. `after` and `before` compare `modified_on`. */
export interface TemplateFilters extends Span, Reversible {}

/** Filters of `getResthooks`. */
export interface ResthookFilters extends Reversible {}

/** Filters of `getResthookEvents`. */
export interface ResthookEventFilters {
  /** The name of the resthook. */
  resthook?: string;
}

/** Filters of `getResthookSubscribers`. */
export interface ResthookSubscriberFilters {
  id?: number;
  /** The name of the resthook. */
  resthook?: string;
}

/** Filters of `getFlowStarts`. `after` and `before` compare `modified_on`. */
export interface FlowStartFilters extends Span, Reversible {
  uuid?: string;
  /** On RapidPro 9. */
  id?: number;
}

/** Filters of `getBroadcasts`. `after` and `before` compare `created_on`. */
export interface BroadcastFilters extends Span {
  id?: number;
  /** On TextIt. */
  uuid?: string;
}

/** Filters of `getGlobals`. `after` and `before` compare `modified_on`. */
export interface GlobalFilters extends Span, Reversible {
  /** @magic $.children[?(@.name=='globals')].children[*] */
  key?: string;
}

/** Filters of `getTickets`. */
export interface TicketFilters extends Reversible {
  uuid?: string;
  /** The contact's uuid. */
  contact?: string;
  /** The same as `uuid`, on RapidPro 9. */
  ticket?: string;
}

/** Filters of `getArchives`. `after` and `before` are days, and compare the first day of the archive. */
export interface ArchiveFilters extends Span {
  archive_type?: 'message' | 'run';
  /** The same as `archive_type`, on TextIt. */
  type?: 'message' | 'run';
  period?: 'daily' | 'monthly';
}

/** The days that `getStatistics` covers, at most 366. */
export interface StatisticsFilters {
  /** The first day, as `2026-01-31`. Default: 90 days ago. */
  since?: string;
  /** The day after the last one. Default: tomorrow. */
  until?: string;
}

/** What `getFlowDefinitions` exports: flows, campaigns, or both. */
export interface DefinitionFilters {
  /**
   * Uuids or exact names of flows.
   * @magic $.children[?(@.name=='flows')].children[*]
   */
  flow?: string | string[];
  /**
   * Uuids or exact names of campaigns.
   * @magic $.children[?(@.name=='campaigns')].children[*]
   */
  campaign?: string | string[];
  /** Which of their dependencies to export, too. Default: `all`. */
  dependencies?: 'all' | 'flows' | 'none';
}

/** Filters of `eachArchivedMessages` and `eachArchivedRuns`. At least one is required. */
export type ArchivedFilters = Span;

/** Which messages `getDeliveries` counts: those of broadcasts, or all of a period. `after` and `before` compare `created_on`. */
export interface DeliveryFilters extends Span {
  /** The `id` of a broadcast, or its `uuid` on TextIt. After a send to more than 100 people, a list of them. */
  broadcast?: number | string | (number | string)[];
}
