import type * as Adaptor from '../../src/Adaptor.js';
import type { Method, ResourceName } from '../../src/resources.js';

export type OperationName = Exclude<keyof typeof Adaptor, 'http' | 'webhook'>;

/** The operations of an endpoint, by what they do there. */
export interface Roles {
  /** Reads the list, or the one thing that the endpoint has. */
  read?: OperationName;
  add?: OperationName;
  update?: OperationName;
  /** Updates or makes. */
  upsert?: OperationName;
  remove?: OperationName;
  /** By the word that RapidPro has for it. */
  actions?: Readonly<Record<string, OperationName>>;
  /** Those that make several requests, by the methods that they use here. */
  others?: Partial<Record<Method, readonly OperationName[]>>;
}

const ROLES = {
  archives: { read: 'getArchives', others: { GET: ['eachArchivedMessages', 'eachArchivedRuns'] } },
  boundaries: { read: 'getBoundaries' },
  broadcasts: {
    read: 'getBroadcasts',
    add: 'sendBroadcast',
    others: { GET: ['getDeliveries'] },
  },
  campaigns: { read: 'getCampaigns', add: 'addCampaign', update: 'updateCampaign' },
  campaign_events: {
    read: 'getCampaignEvents',
    add: 'addCampaignEvent',
    update: 'updateCampaignEvent',
    remove: 'deleteCampaignEvent',
  },
  channels: { read: 'getChannels' },
  channel_events: { read: 'getChannelEvents' },
  classifiers: { read: 'getClassifiers' },
  contacts: {
    read: 'getContacts',
    add: 'addContact',
    update: 'updateContact',
    upsert: 'upsertContact',
    remove: 'deleteContact',
    others: {
      GET: ['getContact', 'upsertContacts', 'syncContacts'],
      POST: ['upsertContacts', 'syncContacts'],
    },
  },
  contact_actions: {
    actions: {
      add: 'addToGroup',
      remove: 'removeFromGroup',
      block: 'blockContacts',
      unblock: 'unblockContacts',
      interrupt: 'interruptContacts',
      archive_messages: 'archiveContactMessages',
      delete: 'deleteContacts',
    },
  },
  definitions: { read: 'getFlowDefinitions' },
  fields: {
    read: 'getFields',
    add: 'addField',
    update: 'updateField',
    others: { GET: ['ensureField'], POST: ['ensureField'] },
  },
  flow_starts: { read: 'getFlowStarts', add: 'startFlow' },
  flows: { read: 'getFlows' },
  globals: {
    read: 'getGlobals',
    add: 'addGlobal',
    update: 'updateGlobal',
    others: { GET: ['setGlobal'], POST: ['setGlobal'] },
  },
  groups: {
    read: 'getGroups',
    add: 'addGroup',
    update: 'updateGroup',
    remove: 'deleteGroup',
    others: { GET: ['ensureGroup'], POST: ['ensureGroup'] },
  },
  labels: {
    read: 'getLabels',
    add: 'addLabel',
    update: 'updateLabel',
    remove: 'deleteLabel',
    others: { GET: ['ensureLabel'], POST: ['ensureLabel'] },
  },
  media: { add: 'uploadMedia' },
  messages: { read: 'getMessages', add: 'sendMessage', others: { GET: ['getDeliveries'] } },
  message_actions: {
    actions: {
      label: 'labelMessages',
      unlabel: 'unlabelMessages',
      archive: 'archiveMessages',
      restore: 'restoreMessages',
      delete: 'deleteMessages',
    },
  },
  optins: { read: 'getOptIns', add: 'addOptIn' },
  // The old name of workspace.
  org: {},
  resthooks: { read: 'getResthooks', others: { GET: ['subscribe', 'eachMissedPush'] } },
  resthook_events: { read: 'getResthookEvents', others: { GET: ['eachMissedPush'] } },
  resthook_subscribers: {
    read: 'getResthookSubscribers',
    add: 'addResthookSubscriber',
    remove: 'deleteResthookSubscriber',
    others: {
      GET: ['subscribe', 'unsubscribe'],
      POST: ['subscribe'],
      DELETE: ['unsubscribe'],
    },
  },
  runs: { read: 'getFlowRuns' },
  statistics: { read: 'getStatistics' },
  templates: { read: 'getTemplates' },
  tickets: { read: 'getTickets' },
  ticket_actions: {
    actions: {
      assign: 'assignTickets',
      add_note: 'addTicketNote',
      change_topic: 'changeTicketTopic',
      close: 'closeTickets',
      reopen: 'reopenTickets',
    },
  },
  topics: { read: 'getTopics', add: 'addTopic', update: 'updateTopic' },
  users: { read: 'getUsers' },
  workspace: { read: 'getWorkspace' },
} satisfies Record<ResourceName, Roles>;

/** What a job calls for each endpoint. Docs are made from it, and tests hold every operation to it. */
export const roles: Record<ResourceName, Roles> = ROLES;

/** The operation that reads an endpoint, for the compiler. */
export type ReaderOf<Name extends ResourceName> = (typeof ROLES)[Name] extends { read: infer Read }
  ? Read
  : never;

/** Those that work on the lists of several endpoints, or on the links in them. */
export const onLists: readonly OperationName[] = ['eachPage', 'eachChange', 'downloadAttachment'];

/** The operations that make requests of this method there. */
export function operationsOf(endpoint: ResourceName, method: Method): OperationName[] {
  const { read, add, update, upsert, remove, actions = {}, others = {} } = roles[endpoint];
  const direct = {
    GET: [read],
    POST: [add, update, upsert, ...Object.values(actions)],
    DELETE: [remove],
  };
  return [...direct[method], ...(others[method] ?? [])].filter(name => name !== undefined);
}
