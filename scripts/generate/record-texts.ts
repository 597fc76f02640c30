import type { ResourceName } from '../../src/resources.js';

/** What a key means in every kind of record, unless RECORDS says otherwise. */
export const KEYS: Readonly<Record<string, string>> = {
  uuid: 'The id to use in jobs.',
  id: 'A number that identifies it.',
  name: 'Its name.',
  key: 'The word to use in jobs and expressions.',
  created_on: 'When it was created.',
  modified_on: 'When it last changed.',
  contact: 'The contact.',
  flow: 'The flow.',
  groups: 'The groups.',
  contacts: 'The contacts.',
  urns: 'The URNs.',
  channel: 'The channel that it came through.',
  labels: 'Its labels.',
  archived: 'Whether it is archived.',
  count: 'How many it has.',
  text: 'The text, by language.',
  attachments: 'Pictures, recordings and other files.',
  quick_replies: 'The suggested replies.',
  progress: 'How far the sending or starting has come: `total` and `started`.',
  resthook: 'The name of the resthook.',
  status: 'Its status.',
  type: 'Its type.',
};

interface RecordText {
  title: string;
  /** Keys with a meaning of their own here. */
  keys: Readonly<Record<string, string>>;
}

/** The kinds of records in the order of the page. */
export const RECORDS: Partial<Record<ResourceName, RecordText>> = {
  contacts: {
    title: 'Contact',
    keys: {
      name: 'The name, if there is one.',
      status: '`active`, `blocked`, `stopped` or `archived`.',
      language: 'A three-letter code, such as `eng`.',
      urns: 'Phone numbers and other addresses, the preferred one first. Objects with `expand_urns: true`.',
      groups: 'The groups of the contact, smart groups included.',
      fields: 'The values of the contact fields, by key. Always text.',
      flow: 'The flow that the contact is in now.',
      last_seen_on: 'When the contact last got in touch.',
      blocked: 'Older form of `status`.',
      stopped: 'Older form of `status`.',
      anon_display: 'A short id to show in place of URNs, in a workspace that hides them.',
      ref: 'The same as `anon_display`.',
      notes: 'Notes of the team about the contact.',
    },
  },
  messages: {
    title: 'Message',
    keys: {
      id: 'The id to use in jobs, a number.',
      uuid: 'Another id. Use `id`: it works on both servers.',
      broadcast: 'The id of the broadcast that it belongs to.',
      urn: 'The URN that it came from or went to.',
      direction: '`in` or `out`.',
      type: 'The type, such as `text`.',
      status:
        '`handled` when it came in. When it goes out, for example `queued`, `wired`, `sent`, `delivered`, `read` or `failed`.',
      visibility: '`visible`, `archived` or `deleted`.',
      text: 'The text.',
      flow: 'The flow that sent or received it.',
      sent_on: 'When it was sent.',
      media: 'Older form of `attachments`.',
    },
  },
  broadcasts: {
    title: 'Broadcast',
    keys: { base_language: 'The language of the text for everyone else.' },
  },
  runs: {
    title: 'Run',
    keys: {
      uuid: 'The id of the run.',
      start: 'The flow start that it came from.',
      responded: 'Whether the contact answered at least once.',
      path: 'The nodes that the contact passed, with times. Empty with `paths: false`.',
      values:
        'The answers, by the key of the result: `value`, `category`, `input`, `name`, `node`, `time`.',
      exited_on: 'When it ended.',
      exit_type: '`completed`, `interrupted`, `expired` or `failed`.',
    },
  },
  flows: {
    title: 'Flow',
    keys: {
      type: 'For example `message` or `voice`.',
      expires: 'Minutes after which a run without an answer ends.',
      runs: 'How many runs are active, waiting, completed, expired, interrupted or failed.',
      results: 'The results that the flow saves, with `key`, `name` and `categories`.',
      parent_refs: 'Results of a parent flow that it uses.',
    },
  },
  flow_starts: {
    title: 'Flow start',
    keys: {
      status: 'For example `pending`, `completed` or `failed`.',
      params: 'The parameters that the flow reads as `@trigger.params`.',
      extra: 'Older form of `params`.',
      restart_participants: 'Whether it includes people who were in the flow before.',
      exclude_active: 'Whether it leaves out people who are in another flow.',
    },
  },
  groups: {
    title: 'Group',
    keys: {
      query: 'The query of a smart group.',
      status: '`ready` as soon as it is filled.',
      system: 'Whether RapidPro created it.',
      count: 'How many contacts it has.',
    },
  },
  fields: {
    title: 'Contact field',
    keys: {
      type: '`text`, `number`, `datetime`, `state`, `district` or `ward`.',
      featured: 'Whether RapidPro shows it first.',
      priority: 'Its position among the featured fields.',
      usages: 'How many flows, groups and campaigns use it.',
      agent_access: 'What agents can do with it.',
      label: 'Older form of `name`.',
      value_type: 'Older form of `type`.',
    },
  },
  labels: { title: 'Label', keys: { count: 'How many messages have it.' } },
  globals: { title: 'Global', keys: { value: 'The value, always text.' } },
  campaigns: { title: 'Campaign', keys: { group: 'The group that it works on.' } },
  campaign_events: {
    title: 'Campaign event',
    keys: {
      campaign: 'The campaign.',
      relative_to: 'The contact field with the date.',
      offset: 'How many units before (negative) or after that date.',
      unit: '`minutes`, `hours`, `days` or `weeks`.',
      delivery_hour: 'The hour of the day, or -1 for the exact time.',
      flow: 'The flow that it starts.',
      message: 'The message that it sends, by language.',
    },
  },
  tickets: {
    title: 'Ticket',
    keys: {
      status: '`open` or `closed`.',
      topic: 'The topic.',
      body: 'What the ticket is about.',
      assignee: 'The user who takes care of it.',
      opened_on: 'When it was opened.',
      opened_by: 'The user who opened it.',
      opened_in: 'The flow that opened it.',
      closed_on: 'When it was closed.',
    },
  },
  topics: {
    title: 'Topic',
    keys: {
      counts: 'How many open and closed tickets it has.',
      system: 'Whether RapidPro created it.',
    },
  },
  channels: {
    title: 'Channel',
    keys: {
      address: 'Its phone number or name.',
      country: 'Its country, two letters.',
      device: 'The phone of an Android channel.',
      last_seen: 'When that phone was last online.',
    },
  },
  channel_events: {
    title: 'Channel event',
    keys: {
      type: 'For example `call-in-missed`.',
      extra: 'Details of the event.',
      occurred_on: 'When it happened.',
    },
  },
  users: {
    title: 'User',
    keys: {
      email: 'The e-mail address, used to assign tickets.',
      first_name: 'The first name.',
      last_name: 'The last name.',
      role: '`administrator`, `editor`, `viewer`, `agent` or `surveyor`.',
      team: 'The team of an agent.',
      avatar: 'The address of a picture.',
    },
  },
  archives: {
    title: 'Archive',
    keys: {
      archive_type: '`message` or `run`.',
      type: 'The same as `archive_type`.',
      start_date: 'The first day of its records.',
      period: '`daily` or `monthly`.',
      record_count: 'How many records it has.',
      size: 'Its size in bytes.',
      hash: 'The MD5 hash of the file.',
      download_url: 'A temporary link to the file.',
    },
  },
  boundaries: {
    title: 'Boundary',
    keys: {
      osm_id: 'The OpenStreetMap id.',
      parent: 'The boundary around it.',
      level: '0 for a country, 1 for a state, and so on.',
      aliases: 'Other names.',
      geometry: 'Its shape, if you ask for it.',
    },
  },
  resthooks: { title: 'Resthook', keys: {} },
  resthook_events: { title: 'Resthook event', keys: { data: 'The push that was sent.' } },
  resthook_subscribers: {
    title: 'Resthook subscriber',
    keys: { target_url: 'The address that gets the pushes.' },
  },
  classifiers: {
    title: 'Classifier',
    keys: { intents: 'The intents that it knows.' },
  },
};
