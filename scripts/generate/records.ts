import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { type Recording, recordings, type ServerName, servers } from '../../recordings/read.js';
import type { Dialect } from '../../src/resources.js';

/** Writes docs/reference/records.md: what the records of both lines of servers hold, taken from the recordings. */

type Json = { [key: string]: unknown };

interface Noun {
  title: string;
  /** How a job gets one. */
  from: string;
  /** The endpoint, or what a flow pushes. */
  endpoint: string;
  /** What keys mean, in the order of the page; `*` stands for a key that the workspace itself chose. */
  keys: { [key: string]: string };
  /** Keys that the record on the page should have a value for. */
  shows?: readonly string[];
  /** Keys with whatever was put into them, whose own keys are nobody's. */
  free?: readonly string[];
  /** Keys whose own keys the workspace chose. */
  chosen?: readonly string[];
}

const UUID = 'its permanent id';
const CREATED = 'when it was created';
const MODIFIED = 'when it last changed; lists are sorted and filtered by it';
const OLD_ID = 'an internal number; if there is a `uuid`, use that instead';
const person = (key: string) => ({
  [key]: 'the contact',
  [`${key}.uuid`]: UUID,
  [`${key}.name`]: 'the name, or null',
});
const flow = (what: string) => ({ flow: what, 'flow.uuid': UUID, 'flow.name': 'its name' });
const user = (key: string, what: string) => ({
  [key]: what,
  [`${key}.email`]: 'identifies the user, for example in `assignTickets`',
  [`${key}.name`]: 'first and last name',
});
const PROGRESS = {
  progress: 'how far it is',
  'progress.total': 'the number of people; -1 while unknown',
  'progress.started': 'how many of them it has reached so far',
};
const RECIPIENTS = {
  contacts: 'the contacts that were given',
  'contacts[].uuid': UUID,
  'contacts[].name': 'the name',
  groups: 'the groups that were given',
  'groups[].uuid': UUID,
  'groups[].name': 'its name',
};

export const NOUNS: readonly Noun[] = [
  {
    title: 'A contact',
    from: 'getContacts(), getContact(), addContact(), updateContact(), upsertContact()',
    endpoint: 'contacts',
    shows: ['last_seen_on'],
    chosen: ['fields'],
    keys: {
      uuid: UUID,
      name: 'the name, or null',
      status:
        '`active`; `blocked`: a user blocked the contact, and nothing is sent to it; `stopped`: the contact opted out; `archived`: a user archived it. Null for deleted contacts',
      language: 'three letters, such as `eng`; null if unknown',
      urns: 'the addresses. Messages go to the first one. If the workspace hides them, all but the scheme is asterisks: `tel:********`. With `expand_urns`, they are objects',
      'urns[].scheme': 'only with `expand_urns`: `tel`',
      'urns[].path': 'only with `expand_urns`: the number itself',
      'urns[].display': 'only with `expand_urns`: how it is shown to people',
      'urns[].channel': 'only with `expand_urns`: the channel that the contact last used',
      'urns[].channel.uuid': UUID,
      'urns[].channel.name': 'its name',
      groups: 'the groups it is in, smart ones too',
      'groups[].uuid': UUID,
      'groups[].name': 'its name',
      notes: 'the last five notes of users, oldest first',
      'notes[].text': 'the note',
      'notes[].created_on': 'when it was written',
      ...user('notes[].created_by', 'who wrote it'),
      fields: 'every field of the workspace, by its key; null where it is not set',
      'fields.*':
        'text, whatever the type: `"34"`, `"2027-03-01T08:00:00.000000+02:00"`, a place as `Rwanda > Kigali City`',
      ...flow('the flow that the contact is in now, or null'),
      created_on: CREATED,
      modified_on: `${MODIFIED}. Of a deleted contact: when it was deleted`,
      last_seen_on:
        'when the contact last sent something or called; null if never. Messages to the contact do not change it',
      blocked: 'an older form of `status`',
      stopped: 'an older form of `status`',
      anon_display: 'in workspaces that hide numbers: the name shown instead of the number',
      ref: 'the newer name of `anon_display`',
    },
  },
  {
    title: 'A message',
    from: 'getMessages(), sendMessage()',
    endpoint: 'messages',
    keys: {
      id: `${OLD_ID}. RapidPro 9 identifies messages only by this`,
      uuid: UUID,
      broadcast: 'the `id` of its broadcast, or null',
      ...person('contact'),
      urn: 'the address of the contact; null if the workspace hides it',
      channel: 'the channel; null if there is none',
      'channel.uuid': UUID,
      'channel.name': 'its name',
      direction: '`in`: from the contact; `out`: to the contact',
      type: '`text`, `voice`, `optin`',
      status:
        'incoming: `handled`. Outgoing: `queued`; `wired`: the channel has it; `sent`; `delivered`; `read` (newer servers); `errored`: RapidPro tries again; `failed`: it will not arrive',
      visibility: '`visible` or `archived`',
      archived: 'an older form of `visibility`',
      text: 'the text',
      attachments: 'pictures, recordings, locations',
      'attachments[].content_type': 'such as `image/jpeg`; `geo` for a location',
      'attachments[].url': 'the address of the file; for a location, its coordinates',
      quick_replies: 'the answers that it suggests',
      'quick_replies[].type': '`text`, or `location`',
      'quick_replies[].text': 'what the button says',
      'quick_replies[].extra': 'more text, for channels that show it',
      labels: 'its labels; outgoing messages have none',
      'labels[].uuid': UUID,
      'labels[].name': 'its name',
      ...flow('the flow that sent it or received it; null if there is none'),
      created_on: `${CREATED}, or received`,
      sent_on: 'when it was sent; null before that',
      modified_on: 'when it last changed. Lists are sorted by `created_on`',
      media: 'an older key: the first of `attachments`, as `type:url`',
    },
  },
  {
    title: 'A run',
    from: 'getFlowRuns()',
    endpoint: 'runs',
    chosen: ['values'],
    keys: {
      id: OLD_ID,
      uuid: UUID,
      ...flow('the flow'),
      ...person('contact'),
      'contact.urn': 'its address; null if the workspace hides it',
      'contact.urn_display': 'the same, formatted for people',
      start: 'the flow start that caused it; null or missing if a trigger, campaign or message did',
      'start.uuid': UUID,
      responded: 'whether the contact answered',
      path: 'the nodes that it went through, oldest first; null with `paths: false`',
      'path[].node': 'the uuid of the node',
      'path[].time': 'when it arrived there',
      values: 'the results by key: the name in lowercase, with `_` for other characters',
      'values.*': 'a result',
      'values.*.name': 'its name in the flow',
      'values.*.value': 'the answer as the flow understood it, such as `"5"`. Always text',
      'values.*.category': 'the category the flow chose: `Yes`, `Other`',
      'values.*.node': 'the node that set it',
      'values.*.time': 'when it was set',
      'values.*.input': 'the full text that the contact wrote',
      created_on: 'when it started',
      modified_on: MODIFIED,
      exited_on: 'when it ended; null while it waits for an answer',
      exit_type:
        'how it ended: `completed`; `interrupted` by another flow or a user; `expired`: no answer came in time; `failed`. Null while it waits. Runs have no `status`',
    },
  },
  {
    title: 'A broadcast',
    from: 'getBroadcasts(), sendBroadcast()',
    endpoint: 'broadcasts',
    chosen: ['text', 'attachments', 'quick_replies'],
    keys: {
      id: `${OLD_ID}. \`getMessages({ broadcast })\` takes it`,
      uuid: UUID,
      status:
        'RapidPro 9: `queued`, `sent`, `failed`. Newer: `pending`, `queued`, `started`, `completed`, `failed`, `interrupted`. Each message has a `status` of its own, which says whether it arrived',
      ...PROGRESS,
      urns: 'the URNs that were given',
      ...RECIPIENTS,
      text: 'the text in each language',
      'text.*': 'the text in that language',
      attachments: 'files for each language',
      'attachments.*': 'each as `type:url`',
      quick_replies: 'the answers that it suggests, in each language',
      'quick_replies.*': 'the ones in that language',
      'quick_replies.*[].type': '`text`, or `location`',
      'quick_replies.*[].text': 'what the button says',
      base_language: 'the language for contacts without a text in their own',
      created_on: 'when it was requested',
    },
  },
  {
    title: 'A flow start',
    from: 'getFlowStarts(), startFlow()',
    endpoint: 'flow_starts',
    free: ['params', 'extra'],
    keys: {
      id: OLD_ID,
      uuid: UUID,
      ...flow('the flow'),
      status:
        'RapidPro 9: `pending`, `starting`, `complete`, `failed`. Newer: `pending`, `queued`, `started`, `completed`, `failed`, `interrupted`. The runs appear moments later',
      ...PROGRESS,
      ...RECIPIENTS,
      params:
        'what the job passed to the flow, which reads it as `@trigger.params`. RapidPro 9 turns lists into objects, and other characters in keys into `_`',
      extra: 'an older form of `params`',
      restart_participants: 'false: contacts who have been in the flow are left out',
      exclude_active: 'true: contacts who are in any flow are left out',
      created_on: 'when it was requested',
      modified_on: MODIFIED,
    },
  },
  {
    title: 'A ticket',
    from: 'getTickets()',
    endpoint: 'tickets',
    keys: {
      uuid: UUID,
      ...person('contact'),
      status: '`open` or `closed`',
      topic: 'the topic',
      'topic.uuid': UUID,
      'topic.name': 'its name',
      body: 'the text that it was opened with; always null on newer servers',
      ...user('assignee', 'the user it is assigned to, or null'),
      opened_on: 'when it was opened. Tickets have no `created_on`',
      ...user('opened_by', 'the user who opened it; null if a flow did'),
      opened_in: 'the flow that opened it, or null',
      modified_on: MODIFIED,
      closed_on: 'when it was closed; null while it is open',
    },
  },
  {
    title: 'A push',
    from: 'a Call Webhook or Call Resthook node of a flow, getResthookEvents() (there in `data`)',
    endpoint: 'push',
    chosen: ['results'],
    keys: {
      contact:
        'the contact in the flow, without fields and groups. To read those: `getContact($.data.contact.uuid)`',
      'contact.uuid': UUID,
      'contact.name': 'the name; empty if there is none',
      'contact.urn': 'the URN; stars if the workspace hides it',
      'contact.language': 'three letters; empty if unknown',
      flow: 'the flow',
      'flow.uuid': UUID,
      'flow.name': 'its name',
      'flow.revision': 'the version of the flow',
      run: 'the run: `getFlowRuns({ uuid })` reads it',
      'run.uuid': UUID,
      'run.created_on': 'when the run started',
      results: 'the results so far, by their key',
      'results.*': 'a result',
      'results.*.name': 'its name in the flow',
      'results.*.value': 'the answer as the flow understood it. Always text',
      'results.*.category': 'the category that the flow chose',
      'results.*.category_localized': 'the same in the language of the contact',
      'results.*.input': 'the full text that the contact wrote',
      'results.*.node_uuid': 'the node that set it',
      'results.*.created_on': 'when it was set',
      path: 'the nodes that the run went through so far, oldest first',
      'path[].uuid': 'the step; only RapidPro 9',
      'path[].node_uuid': 'the node',
      'path[].arrived_on': 'when the run arrived there',
      'path[].exit_uuid': 'the exit that the run took; empty for the last node; only RapidPro 9',
      input: 'the last message in the flow; null if there was none',
      'input.uuid': UUID,
      'input.type': '`msg`',
      'input.text': 'what it says',
      'input.attachments': 'pictures, recordings and so on, each with `content_type` and `url`',
      'input.created_on': 'when it was received',
      'input.urn': 'the address that it came from',
      'input.urn.scheme': '`tel`',
      'input.urn.path': 'the number',
      'input.urn.display': 'the same, formatted for people',
      'input.channel': 'the channel that received it',
      'input.channel.uuid': UUID,
      'input.channel.name': 'its name',
      'input.channel.address': 'its own number',
      channel: 'the same as `input.channel`',
      'channel.uuid': UUID,
      'channel.name': 'its name',
      'channel.address': 'its own number',
    },
  },
];

const LINES: Record<ServerName, { dialect: Dialect; title: string; short: string }> = {
  'rapidpro-9.0.0': { dialect: 'v9', title: 'RapidPro 9', short: '9' },
  'rapidpro-26.3.54': {
    dialect: 'textit',
    title: 'The newer servers, such as TextIt',
    short: 'newer',
  },
};

const isObject = (value: unknown): value is Json =>
  value !== null && typeof value === 'object' && !Array.isArray(value);

/** The bodies that RapidPro 9 was seen to push. Of the newer line those that it lists: they are the same texts. */
function pushed(server: ServerName): Json[] {
  const listed = exchanges(server)
    .filter(({ name }) => name === 'resthook_events/get_list')
    .flatMap(({ response }) => (response.body as { results: { data: Json }[] }).results)
    .map(({ data }) => data);
  if (server !== 'rapidpro-9.0.0') return listed;
  const folder = fileURLToPath(new URL(`../../recordings/${server}/webhook/`, import.meta.url));
  const caught = readdirSync(folder).flatMap(file => {
    const { body } = JSON.parse(readFileSync(`${folder}${file}`, 'utf8')) as { body?: string };
    return body ? [JSON.parse(body) as Json] : [];
  });
  return [...caught, ...listed];
}

const read = new Map<ServerName, Recording[]>();

/** There are a thousand files: they are read once. */
function exchanges(server: ServerName): Recording[] {
  const known = read.get(server) ?? recordings(server);
  read.set(server, known);
  return known;
}

/** All records of a noun that a server was seen to answer. */
export function recordsOf({ endpoint }: Noun, server: ServerName): Json[] {
  if (endpoint === 'push') return pushed(server);
  return exchanges(server)
    .filter(({ name, response }) => name.startsWith(`${endpoint}/`) && response.status < 300)
    .flatMap(({ response: { body } }) => (isObject(body) && body.results) || [body])
    .filter(isObject);
}

/** `groups[].uuid`, with `*` in place of a key that the workspace chose; each with the kinds of its values. */
export function keysOf(noun: Noun, record: Json): Map<string, string> {
  const { chosen = [], free = [] } = noun;
  const found = new Map<string, string>();
  const visit = (value: unknown, path: string): void => {
    if (free.includes(path)) return;
    if (Array.isArray(value)) for (const item of value) visit(item, `${path}[]`);
    if (!isObject(value)) return;
    for (const [key, item] of Object.entries(value)) {
      const own = chosen.includes(path) ? '*' : key;
      const place = path === '' ? own : `${path}.${own}`;
      const kind = Array.isArray(item) ? 'list' : item === null ? 'null' : typeof item;
      if (found.get(place) === undefined || kind !== 'null') found.set(place, kind);
      visit(item, place);
    }
  };
  visit(record, '');
  return found;
}

/** By key: in which lines it was seen, and with which kinds of values. */
export function seenKeys(noun: Noun): Map<string, { lines: Set<ServerName>; kinds: Set<string> }> {
  const seen = new Map<string, { lines: Set<ServerName>; kinds: Set<string> }>();
  for (const server of servers) {
    for (const record of recordsOf(noun, server)) {
      for (const [key, kind] of keysOf(noun, record)) {
        const entry = seen.get(key) ?? { lines: new Set(), kinds: new Set() };
        entry.lines.add(server);
        entry.kinds.add(kind);
        seen.set(key, entry);
      }
    }
  }
  return seen;
}

const KINDS: Record<string, string> = {
  string: 'text',
  number: 'number',
  boolean: 'true, false',
  object: 'object',
  list: 'list',
  null: 'null',
};

/** The keys that were seen and that nobody explains. */
export function unexplained(noun: Noun): string[] {
  return [...seenKeys(noun).keys()].filter(key => noun.keys[key] === undefined);
}

function rowsOf(noun: Noun): string[] {
  const missing = unexplained(noun);
  if (missing.length > 0) {
    throw new Error(
      `scripts/generate/records.ts does not explain ${missing.join(', ')} of ${noun.endpoint}.`,
    );
  }
  const seen = seenKeys(noun);
  return Object.entries(noun.keys).map(([key, meaning]) => {
    const { lines = new Set<ServerName>(), kinds = new Set<string>() } = seen.get(key) ?? {};
    const where = lines.size === 2 ? '' : [...lines].map(line => LINES[line].short).join();
    const types = Object.keys(KINDS).filter(kind => kinds.has(kind));
    const name = key.replace('*', '…');
    return `| \`${name}\` | ${types.map(kind => KINDS[kind]).join(', ')} | ${where} | ${meaning} |`;
  });
}

/** The record that shows most, and of those the shortest. */
function fullest(noun: Noun, server: ServerName): Json {
  const { shows = [] } = noun;
  const ranked = recordsOf(noun, server)
    .filter(record => !('anon_display' in record))
    .map(record => {
      const keys = keysOf(noun, record);
      const filled = [...keys].filter(([, kind]) => kind !== 'null').map(([key]) => key);
      const wanted = shows.filter(key => filled.includes(key)).length;
      return { record, wanted, keys: filled.length, length: JSON.stringify(record).length };
    })
    .sort((a, b) => b.wanted - a.wanted || b.keys - a.keys || a.length - b.length);
  return ranked[0]?.record ?? {};
}

function section(noun: Noun): string {
  const shown = servers.map(
    server =>
      `${LINES[server].title}:\n\n\`\`\`json\n${JSON.stringify(fullest(noun, server), null, 2)}\n\`\`\`\n`,
  );
  return `## ${noun.title}

From ${noun.from.replace(/\w+\(.*?\)/g, call => `\`${call}\``)}.

| Key | Type | Only | What it is |
| --- | --- | --- | --- |
${rowsOf(noun).join('\n')}

${shown.join('\n')}`;
}

export function describeRecords(): string {
  return `# Records

<!-- Made by \`npm run generate\` from recordings/ and scripts/generate/records.ts. -->

What is in \`state.data\` after an operation, key by key. All records come from running servers: RapidPro 9, and the newer servers that TextIt runs. The people are invented.

- Times are text, in UTC, with up to six digits after the second: \`2026-11-22T15:16:33.966012Z\`. The number of digits varies, so compare times with \`Date.parse\`, not as text.
- **Only** is \`9\` or \`newer\` if only one kind of server has the key. For a job that runs on both, check whether the key is there: \`message.uuid ?? message.id\`.
- New versions of RapidPro can add keys and \`status\` values. Let your job ignore what it does not know.

${NOUNS.map(({ title }) => `- [${title}](#${title.toLowerCase().replaceAll(' ', '-')})`).join('\n')}

${NOUNS.map(section).join('\n')}`;
}
