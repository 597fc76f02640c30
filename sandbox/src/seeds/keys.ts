import type * as seed from './types.js';

/** The keys of the rows of a list: a sentence on each, and those of the API that follow from the others. */
interface RowKeys {
  /** What the list holds. */
  about: string;
  keys: Record<string, string>;
  /** Keys of the API's rows that are read from nothing here. They may stand there, and do nothing. */
  derived?: readonly string[];
}

/** A row's keys, each with a sentence. The type holds them to the row's own. */
function rows<T>(
  about: string,
  keys: Record<keyof Required<T> & string, string>,
  ...derived: string[]
): RowKeys {
  return { about, keys, derived };
}

const UUID = 'Default: a new one.';
const CREATED = 'Default: a time of the last month, in the order of the rows.';
const MODIFIED = 'Default: `created_on`.';
const REF = 'A uuid, a name, or both in an object.';

/** What each key of a seed means. docs/reference/sandbox-seed.md is made of it. */
export const SEED_KEYS: Record<keyof seed.Seed, RowKeys> = {
  workspace: rows<seed.WorkspaceSeed>(
    'The workspace itself: one object, not a list. Options of `createSandbox` come first.',
    {
      uuid: UUID,
      name: 'Default: `Sandbox`.',
      country: 'Two letters. Default: `RW`.',
      timezone: 'Its IANA name. Default: `Africa/Kigali`.',
      languages: 'Three-letter codes, the primary one first. Default: `["eng", "fra"]`.',
      date_style: '`day_first`, `month_first` or `year_first`. Default: `day_first`.',
      anon: 'Whether it hides URNs. Default: `false`.',
    },
    'credits',
    'primary_language',
  ),
  users: rows<seed.UserSeed>(
    'Its users. Without this list there is one of each role. A token of a role opens the first user who has it.',
    {
      uuid: UUID,
      email: 'Required.',
      first_name: 'Required.',
      last_name: 'Required.',
      role: '`administrator`, `editor`, `agent`; for `v9` also `viewer` and `surveyor`. Required.',
      team: 'The team of an agent, `{ uuid, name }`. Default: All Topics.',
      created_on: CREATED,
    },
    'name',
    'avatar',
  ),
  channels: rows<seed.ChannelSeed>('Its channels. Without this list there is one for SMS.', {
    uuid: UUID,
    name: 'Required.',
    type: 'Default: `external`.',
    address: 'Its number or account.',
    country: 'Two letters.',
    schemes: 'The URN schemes that it sends to. Default: `["tel"]`.',
    reports_delivery:
      'Whether it says that messages have arrived: then they become `delivered`. Default: `false`.',
    device: 'Of an Android phone, as the API shows it.',
    last_seen: 'When that phone was last seen.',
    created_on: CREATED,
  }),
  boundaries: rows<seed.BoundarySeed>('The country, its states, districts and wards.', {
    osm_id: 'Required.',
    name: 'Required.',
    parent: '`{ osm_id, name }`; null for the country.',
    level: '0 for the country to 3 for wards. Required.',
    aliases: 'Other names.',
    geometry: 'GeoJSON.',
  }),
  fields: rows<seed.FieldSeed>(
    'Contact fields, newest first as the API lists them.',
    {
      key: 'Default: made from the name.',
      name: 'Required.',
      type: '`text`, `number`, `datetime`, `state`, `district` or `ward`. Default: `text`.',
      featured: 'Default: `false`.',
      priority: 'Default: `0`.',
      agent_access: '`none`, `view` or `edit`. Default: `view`.',
      created_on: 'Default: in the order of the rows.',
    },
    'usages',
    'label',
    'value_type',
  ),
  groups: rows<seed.GroupSeed>(
    'Groups, newest first as the API lists them.',
    {
      uuid: UUID,
      name: 'Required.',
      query:
        'Makes it a smart group: `age >= 18`, `stage = pregnant`, `tickets > 0`, joined by AND and OR.',
      status: '`ready`, `evaluating` or `invalid`. Default: `ready`.',
      system: 'Whether it is the server’s own. Default: `false`.',
      created_on: 'Default: in the order of the rows.',
    },
    'count',
  ),
  labels: rows<seed.NamedSeed>(
    'Labels of messages, newest first as the API lists them.',
    { uuid: UUID, name: 'Required.', created_on: 'Default: in the order of the rows.' },
    'count',
  ),
  flows: rows<seed.FlowSeed>('Flows.', {
    uuid: UUID,
    name: 'Required.',
    type: '`message`, `voice`, `background` or `survey`. Default: `message`.',
    archived: 'Default: `false`.',
    labels: '`{ uuid, name }` each.',
    expires: 'Minutes. Default: `10080`, a week.',
    results: 'Default: those of the definition.',
    parent_refs: 'Default: none.',
    definition: 'The flow editor’s export. Default: a flow that does nothing.',
    runs: 'How many earlier runs there are of each state.',
    created_on: CREATED,
    modified_on: MODIFIED,
  }),
  contacts: rows<seed.ContactSeed>(
    'Contacts.',
    {
      uuid: UUID,
      name: 'Default: none.',
      status:
        '`active`, `blocked`, `stopped`, `archived`; null for a deleted one. Default: `active`.',
      language: 'A three-letter code.',
      urns: 'The first is the preferred one.',
      groups: `Manual groups; who is in a smart one follows from its query. ${REF}`,
      fields: 'Values by key.',
      flow: `The flow that waits for an answer. Its run may be missing from \`runs\`. ${REF}`,
      notes: '`{ text, created_on, created_by: { email } }` each (`textit`).',
      created_on: CREATED,
      modified_on: MODIFIED,
      last_seen_on: 'When they last wrote.',
    },
    'blocked',
    'stopped',
    'ref',
    'anon_display',
  ),
  runs: rows<seed.RunSeed>('Runs of flows.', {
    id: 'Default: the next one.',
    uuid: UUID,
    flow: REF,
    contact: 'A uuid, a URN or a name.',
    start: 'The start that it belongs to, `{ uuid }`.',
    responded: 'Default: whether it has values.',
    path: '`{ node, time }` each.',
    values: 'Results by key, as the API shows them.',
    created_on: CREATED,
    modified_on: MODIFIED,
    exited_on: 'Default: `created_on`, if it has an `exit_type`.',
    exit_type:
      '`completed`, `interrupted`, `expired` or `failed`; null while it waits. Default: null.',
  }),
  flow_starts: rows<seed.FlowStartSeed>(
    'Starts of flows that were made.',
    {
      id: 'Default: the next one.',
      uuid: UUID,
      flow: REF,
      groups: REF,
      contacts: 'A uuid, a URN or a name each.',
      status: 'As either line of servers calls it. Default: completed.',
      progress: '`{ total, started }`.',
      params: 'What the flow sees as `@trigger.params`.',
      restart_participants: 'Default: `true`.',
      exclude_active: 'Default: `false`.',
      created_on: CREATED,
      modified_on: MODIFIED,
    },
    'extra',
  ),
  broadcasts: rows<seed.BroadcastSeed>('Broadcasts that were sent.', {
    id: 'Default: the next one.',
    uuid: UUID,
    status: 'As either line of servers calls it. Default: completed.',
    progress: '`{ total, started }`.',
    urns: 'URNs it was sent to.',
    contacts: 'A uuid, a URN or a name each.',
    groups: REF,
    text: 'By language. Required.',
    attachments: 'By language, `type:url` each.',
    quick_replies: 'By language (`textit`).',
    base_language: 'Default: the first of the text.',
    created_on: CREATED,
  }),
  media: rows<seed.MediaSeed>('Files that were uploaded.', {
    uuid: UUID,
    content_type: 'Required.',
    url: 'Required.',
    filename: 'Required.',
    size: 'Bytes. Required.',
  }),
  messages: rows<seed.MessageSeed>(
    'Messages, both ways.',
    {
      id: 'Default: the next one.',
      uuid: UUID,
      contact: 'A uuid, a URN or a name.',
      urn: 'Default: the contact’s first.',
      channel: `Default: the first one, if the contact has a URN. ${REF}`,
      direction: '`in` or `out`. Required.',
      type: '`text`, `optin` or `voice`. Default: `text`.',
      status: 'Default: `handled` or `sent`.',
      visibility: '`visible` or `archived`. Default: `visible`.',
      text: 'Required.',
      labels: REF,
      flow: `The flow that asked or was answered. ${REF}`,
      broadcast: 'The id of its broadcast.',
      attachments: '`{ content_type, url }` each.',
      quick_replies: '`{ type, text, extra }` each (`textit`).',
      created_on: CREATED,
      sent_on: 'Default: `created_on`, if it was sent.',
      modified_on: MODIFIED,
    },
    'archived',
    'media',
  ),
  topics: rows<seed.TopicSeed>(
    'Topics of tickets. General is there anyway.',
    {
      uuid: UUID,
      name: 'Required.',
      system: 'Takes the place of General. Default: `false`.',
      created_on: CREATED,
    },
    'counts',
  ),
  tickets: rows<seed.TicketSeed>('Tickets.', {
    uuid: UUID,
    contact: 'A uuid, a URN or a name.',
    status: '`open` or `closed`. Default: `open`.',
    topic: `Default: General. ${REF}`,
    body: 'What it is about (`v9`).',
    assignee: '`{ email }` of a user.',
    opened_on: CREATED,
    opened_by: '`{ email }` of a user.',
    opened_in: `The flow that opened it. ${REF}`,
    modified_on: 'Default: `opened_on`.',
    closed_on: 'When it was closed.',
  }),
  globals: rows<seed.GlobalSeed>('Values that flows use as `@globals.key`.', {
    key: 'Default: made from the name.',
    name: 'Required.',
    value: 'Required.',
    modified_on: CREATED,
  }),
  campaigns: rows<seed.CampaignSeed>(
    'Campaigns.',
    { uuid: UUID, name: 'Required.', group: `Who is in it. ${REF}`, created_on: CREATED },
    'archived',
  ),
  campaign_events: rows<seed.CampaignEventSeed>('What campaigns do, and when.', {
    uuid: UUID,
    campaign: REF,
    relative_to: 'The key of a date field, or `{ key }`. Required.',
    offset: 'How many units after that date; negative for before. Required.',
    unit: '`minutes`, `hours`, `days` or `weeks`. Required.',
    delivery_hour: '0 to 23; -1 for the hour of the date. Default: `-1`.',
    flow: `The flow that it starts. ${REF}`,
    message: 'The text that it sends, by language.',
    created_on: CREATED,
  }),
  resthooks: rows<seed.ResthookSeed>('Resthooks that flows call.', {
    resthook: 'Its slug. Required.',
    created_on: CREATED,
    modified_on: MODIFIED,
  }),
  resthook_subscribers: rows<seed.SubscriberSeed>('Who is called.', {
    id: 'Default: the next one.',
    resthook: 'Its slug. Required.',
    target_url: 'Required.',
    created_on: CREATED,
  }),
  resthook_events: rows<seed.ResthookEventSeed>('Calls of the last 48 hours.', {
    resthook: 'Its slug. Required.',
    data: 'What was posted.',
    created_on: CREATED,
  }),
  archives: rows<seed.ArchiveSeed>(
    'Archives of old messages and runs.',
    {
      archive_type: '`message` or `run`. Default: `message`.',
      start_date: 'A date. Required.',
      period: '`daily` or `monthly`. Required.',
      record_count: 'Required without `records`.',
      size: 'Bytes. Required without `records`.',
      hash: 'MD5 of the file. Required without `records`.',
      download_url: 'Where the file is. Default: the sandbox’s own, if there are `records`.',
      records: 'What the file holds. The sandbox makes it, with size and hash, and serves it.',
    },
    'type',
  ),
  channel_events: rows<seed.ChannelEventSeed>('Calls, new conversations and the like.', {
    id: 'Default: the next one.',
    type: 'As the API names it: `call-in`, `new-conversation`, … Required.',
    contact: 'A uuid, a URN or a name.',
    channel: REF,
    extra: 'An object.',
    occurred_on: 'Default: `created_on`.',
    created_on: CREATED,
  }),
  classifiers: { about: 'Only `v9` has them. Shown as written; `name` is required.', keys: {} },
  optins: { about: 'Only `v9` has them. Shown as written; `name` is required.', keys: {} },
  templates: { about: 'Only `v9` has them. Shown as written; `name` is required.', keys: {} },
};
