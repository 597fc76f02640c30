import type { ResourceName } from '../../../src/resources.js';
import type { Endpoint } from '../core/endpoint.js';
import { archives } from './archives.js';
import { boundaries } from './boundaries.js';
import { broadcasts } from './broadcasts.js';
import { campaignEvents } from './campaign-events.js';
import { campaigns } from './campaigns.js';
import { channelEvents } from './channel-events.js';
import { channels } from './channels.js';
import { contactActions } from './contact-actions.js';
import { contacts } from './contacts.js';
import { definitions } from './definitions.js';
import { fields } from './fields.js';
import { flowStarts } from './flow-starts.js';
import { flows } from './flows.js';
import { globals } from './globals.js';
import { groups } from './groups.js';
import { labels } from './labels.js';
import { media } from './media.js';
import { messageActions } from './message-actions.js';
import { messages } from './messages.js';
import { classifiers, optins, templates } from './plain.js';
import { resthookEvents, resthookSubscribers, resthooks } from './resthooks.js';
import { runs } from './runs.js';
import { statistics } from './statistics.js';
import { ticketActions } from './ticket-actions.js';
import { tickets } from './tickets.js';
import { topics } from './topics.js';
import { users } from './users.js';
import { workspace } from './workspace.js';

/** The endpoint at each path of the API. */
export const endpoints: Record<ResourceName, Endpoint> = {
  archives,
  boundaries,
  broadcasts,
  campaigns,
  campaign_events: campaignEvents,
  channels,
  channel_events: channelEvents,
  classifiers,
  contacts,
  contact_actions: contactActions,
  definitions,
  fields,
  flow_starts: flowStarts,
  flows,
  globals,
  groups,
  labels,
  media,
  messages,
  message_actions: messageActions,
  optins,
  org: workspace,
  resthooks,
  resthook_events: resthookEvents,
  resthook_subscribers: resthookSubscribers,
  runs,
  statistics,
  templates,
  tickets,
  ticket_actions: ticketActions,
  topics,
  users,
  workspace,
};
