import type { ServerName } from '../../../recordings/read.js';
import { createSandbox, type Sandbox } from '../../src/index.js';
import { type Answer, asker } from './ask.js';
import { isObject } from './match.js';
import { dialectOf, RecordedWorkspace } from './recorded-workspace.js';

/** Performs what the rows on `modified_on` describe in words, and reports what changed. */

export interface TouchRow {
  what: string;
  status: number | null;
  bumped: boolean;
  changed_keys: string[];
  answer_has_final_modified_on?: boolean;
  error?: unknown;
  stored?: Record<string, unknown>;
  asker_urns?: number;
  order?: string;
}

type Contact = Record<string, unknown>;

const TEL = 'tel:+250731200001';
const EXT = 'ext:touch-1';
const GROUPS = ['Touch A', 'Touch B'];
const LONG = 'y'.repeat(700);

/** The body that the contact is created with. Rows on unchanged keys send it again. */
const START = {
  name: 'Touch',
  language: 'eng',
  urns: [TEL, EXT],
  groups: GROUPS,
  fields: {
    touch_text: 'plain',
    touch_number: '12.5',
    touch_datetime: '2026-01-05T10:00:00+02:00',
    touch_state: 'Kigali City',
  },
};

/** The body of the update that a row describes. `shown` is the contact as last read. */
const UPDATES: Record<string, (shown: Contact) => object> = {
  '{} (empty body)': () => ({}),
  'only an unknown key': () => ({ favourite: 'x' }),
  'name: same': () => ({ name: START.name }),
  'name: same with spaces around': () => ({ name: `  ${START.name} ` }),
  'language: same': () => ({ language: 'eng' }),
  'urns: same list, same order': () => ({ urns: START.urns }),
  'urns: same number in local form': () => ({ urns: ['tel:0731200001', EXT] }),
  'urns: same set, other order': () => ({ urns: [EXT, TEL] }),
  'urns: repeat of that order': () => ({ urns: [EXT, TEL] }),
  'groups: same': ({ groups }) => ({ groups: (groups as Contact[]).map(({ uuid }) => uuid) }),
  'groups: same by name, other order': () => ({ groups: [...GROUPS].reverse() }),
  'fields: {}': () => ({ fields: {} }),
  'fields: text same': () => ({ fields: { touch_text: 'plain' } }),
  'fields: text same with spaces around': () => ({ fields: { touch_text: ' plain ' } }),
  'fields: text other case': () => ({ fields: { touch_text: 'PLAIN' } }),
  'fields: number same string': () => ({ fields: { touch_number: '12.5' } }),
  'fields: number 12.50 over 12.5': () => ({ fields: { touch_number: '12.50' } }),
  'fields: number 12.50 again': () => ({ fields: { touch_number: '12.50' } }),
  "fields: number 12.5 as JSON number over '12.50'": () => ({ fields: { touch_number: 12.5 } }),
  'fields: number 12.5 as JSON number again': () => ({ fields: { touch_number: 12.5 } }),
  'fields: datetime same string as first written': () => ({
    fields: { touch_datetime: START.fields.touch_datetime },
  }),
  'fields: datetime as read back': shown => ({
    fields: { touch_datetime: field(shown, 'datetime') },
  }),
  'fields: datetime as read back, again': shown => ({
    fields: { touch_datetime: field(shown, 'datetime') },
  }),
  'fields: datetime same instant in Z': () => ({
    fields: { touch_datetime: '2026-01-05T08:00:00Z' },
  }),
  'fields: datetime same instant in Z, again': () => ({
    fields: { touch_datetime: '2026-01-05T08:00:00Z' },
  }),
  'fields: state same': () => ({ fields: { touch_state: 'Kigali City' } }),
  'fields: state as read back': shown => ({ fields: { touch_state: field(shown, 'state') } }),
  'fields: state as read back, again': shown => ({
    fields: { touch_state: field(shown, 'state') },
  }),
  'fields: state other case': () => ({ fields: { touch_state: 'rwanda > kigali city' } }),
  'fields: invalid number text (was 12.5)': () => ({ fields: { touch_number: 'twelve' } }),
  'fields: the same invalid number text again': () => ({ fields: { touch_number: 'twelve' } }),
  'fields: null on a number that reads null but holds text': () => ({
    fields: { touch_number: null },
  }),
  'fields: null again': () => ({ fields: { touch_number: null } }),
  "fields: '' when already unset": () => ({ fields: { touch_number: '' } }),
  "fields: '   ' (spaces) when already unset": () => ({ fields: { touch_number: '   ' } }),
  "fields: '   ' (spaces) when already unset, again": () => ({ fields: { touch_number: '   ' } }),
  'fields: invalid datetime when unset': () => ({ fields: { touch_datetime: 'soon' } }),
  'fields: the same invalid datetime again': () => ({ fields: { touch_datetime: 'soon' } }),
  'fields: 700-char text': () => ({ fields: { touch_text: LONG } }),
  'fields: the same 700-char text again': () => ({ fields: { touch_text: LONG } }),
  'fields: its first 640 characters': () => ({ fields: { touch_text: LONG.slice(0, 640) } }),
  'fields: its first 640 characters, again': () => ({ fields: { touch_text: LONG.slice(0, 640) } }),
  'all keys same, one request': shown => ({
    name: shown.name,
    language: shown.language,
    urns: shown.urns,
    groups: (shown.groups as Contact[]).map(({ uuid }) => uuid),
    fields: { touch_text: LONG.slice(0, 640) },
  }),
  'name: changed': () => ({ name: 'Touched' }),
  'name: null': () => ({ name: null }),
  'name: null again': () => ({ name: null }),
  'language: null': () => ({ language: null }),
  'language: null again': () => ({ language: null }),
  'groups: []': () => ({ groups: [] }),
  'groups: [] again': () => ({ groups: [] }),
  'urns: []': () => ({ urns: [] }),
  'urns: [] again': () => ({ urns: [] }),
  'fields: new value': () => ({ fields: { touch_text: 'new' } }),
  'failed update (400)': () => ({ name: 'lost', fields: { nope: '1' } }),
  'contacts update groups:[] while not a member of any': () => ({ groups: [] }),
  "note: 'x'": () => ({ note: 'x' }),
  'note: same text again': () => ({ note: 'x' }),
};

const field = ({ fields }: Contact, type: string): unknown => (fields as Contact)[`touch_${type}`];

export interface Touched {
  status: number | null;
  bumped: boolean;
  changed_keys: string[];
  answerIsFinal?: boolean;
  after: Contact;
  body: unknown;
}

export class TouchPlayer {
  #asker!: ReturnType<typeof asker>;
  #sandbox!: Sandbox;
  #uuid = '';
  #eq = '';

  constructor(readonly server: ServerName) {}

  async open(): Promise<void> {
    const seed = new RecordedWorkspace(this.server, 'lists').seed();
    this.#sandbox = await createSandbox({
      dialect: dialectOf(this.server),
      throttle: false,
      seed: {
        ...seed,
        fields: [
          ...(seed.fields ?? []),
          ...(['text', 'number', 'datetime', 'state'] as const).map(type => ({
            key: `touch_${type}`,
            name: `Touch ${type}`,
            type,
          })),
          { key: 'touch_retyped', name: 'Touch retyped', type: 'text' },
        ],
        groups: [...(seed.groups ?? []), ...GROUPS.map(name => ({ name }))],
      },
    });
    this.#asker = asker(this.#sandbox);
    this.#uuid = await this.#make(START);
    this.#eq = await this.#make({ name: 'Norm eq', language: 'eng' });
  }

  async close(): Promise<void> {
    await this.#asker.close();
    await this.#sandbox.close();
  }

  #ask(method: string, target: string, body?: object): Promise<Answer> {
    return this.#asker.askApi(method, target, body && JSON.stringify(body));
  }

  async #make(body: object): Promise<string> {
    const made = await this.#ask('POST', 'contacts.json', body);
    return isObject(made.body) ? String(made.body.uuid) : '';
  }

  async #get(uuid: string): Promise<Contact> {
    for (const deleted of ['', '&deleted=true']) {
      const { body } = await this.#ask('GET', `contacts.json?uuid=${uuid}${deleted}`);
      const [row] = isObject(body) && Array.isArray(body.results) ? body.results : [];
      if (isObject(row)) return row;
    }
    return {};
  }

  /** Replays a row: a GET, the operation, a GET. */
  async play(row: TouchRow): Promise<Touched> {
    const deed = await this.#deed(row);
    const uuid = deed.contact ?? this.#uuid;
    const before = await this.#get(uuid);
    const answer = await deed.act(before);
    await this.#sandbox.settled();
    const after = await this.#get(uuid);
    const changed = Object.keys(after).filter(
      key => key !== 'modified_on' && JSON.stringify(after[key]) !== JSON.stringify(before[key]),
    );
    const shown = answer && isObject(answer.body) ? answer.body.modified_on : undefined;
    return {
      status: answer?.status ?? null,
      bumped: after.modified_on !== before.modified_on,
      changed_keys: changed.sort(),
      ...(shown === undefined ? {} : { answerIsFinal: shown === after.modified_on }),
      after,
      body: answer?.body,
    };
  }

  async #deed({ what }: TouchRow): Promise<{
    contact?: string;
    act: (before: Contact) => Promise<Answer | undefined>;
  }> {
    const update = UPDATES[what];
    if (update) return { act: before => this.#update(this.#uuid, update(before)) };
    const json = /^update (\{.*\}) over name 'Norm eq', language 'eng'$/.exec(what)?.[1];
    if (json) {
      return { contact: this.#eq, act: () => this.#update(this.#eq, JSON.parse(json)) };
    }
    const action = /^contact_actions (\w+)/.exec(what)?.[1];
    if (action) return this.#action(action, what);
    const deed = this.#deeds[what];
    if (!deed) throw new TypeError(`a row that the test does not know: ${what}`);
    return deed();
  }

  #update(uuid: string, body: object): Promise<Answer> {
    return this.#ask('POST', `contacts.json?uuid=${uuid}`, body);
  }

  async #action(action: string, what: string) {
    if (what.includes('(waiting in a flow)') && !(await this.#get(this.#uuid)).flow) {
      await this.#startFlow();
    }
    const group = ['add', 'remove'].includes(action) ? { group: GROUPS[0] } : {};
    const body = { contacts: [this.#uuid], action, ...group };
    return { act: () => this.#ask('POST', 'contact_actions.json', body) };
  }

  async #startFlow(): Promise<Answer> {
    const { body } = await this.#ask('GET', 'flows.json');
    const [flow] = (isObject(body) ? body.results : []) as Contact[];
    return this.#ask('POST', 'flow_starts.json', { flow: flow?.uuid, contacts: [this.#uuid] });
  }

  async #messageId(): Promise<number> {
    const { body } = await this.#ask('GET', `messages.json?contact=${this.#uuid}`);
    const rows = (isObject(body) ? body.results : []) as Contact[];
    return Number(rows.find(({ direction }) => direction === 'in')?.id);
  }

  async #group(name: string): Promise<string> {
    const { body } = await this.#ask('GET', `groups.json?name=${encodeURIComponent(name)}`);
    return String(((isObject(body) ? body.results : []) as Contact[])[0]?.uuid);
  }

  /** Gives the contact its number, which is needed to look it up or send to it. */
  async #withNumber(): Promise<void> {
    const { urns } = await this.#get(this.#uuid);
    if (!(urns as string[]).includes(TEL)) await this.#update(this.#uuid, { urns: [TEL, EXT] });
  }

  readonly #deeds: Record<
    string,
    () => Promise<{ contact?: string; act: (before: Contact) => Promise<Answer | undefined> }>
  > = {
    'POST ?urn= with {}': () => this.#byUrn(() => ({})),
    'POST ?urn= same name': () => this.#byUrn(({ name }) => ({ name })),
    'POST ?urn= new name': () => this.#byUrn(() => ({ name: 'By URN' })),
    "owner of a URN that another contact's update asks for": async () => {
      await this.#withNumber();
      const asker = await this.#make({ name: 'Asker', urns: ['ext:asker'] });
      const urns = ['ext:asker', EXT];
      return { act: () => this.#update(asker, { urns }) };
    },
    'group renamed': async () => {
      await this.#update(this.#uuid, { groups: GROUPS });
      const uuid = await this.#group('Touch A');
      return {
        act: () => this.#ask('POST', `groups.json?uuid=${uuid}`, { name: 'Touch Renamed' }),
      };
    },
    'group deleted (contact was a member)': async () => {
      const uuid = await this.#group('Touch Renamed');
      return { act: () => this.#ask('DELETE', `groups.json?uuid=${uuid}`) };
    },
    'field renamed': async () => ({
      act: () =>
        this.#ask('POST', 'fields.json?key=touch_text', { name: 'Touch Words', type: 'text' }),
    }),
    'field type changed text to number (value 12)': async () => {
      await this.#update(this.#uuid, { fields: { touch_retyped: '12' } });
      const body = { name: 'Touch retyped', type: 'number' };
      return { act: () => this.#ask('POST', 'fields.json?key=touch_retyped', body) };
    },
    'same field value written after the type change': async () => ({
      act: () => this.#update(this.#uuid, { fields: { touch_retyped: '12' } }),
    }),
    'new workspace field created': async () => ({
      act: () => this.#ask('POST', 'fields.json', { name: 'Touch New', type: 'text' }),
    }),
    'field change that moves it into a smart group': async () => ({
      act: () => this.#update(this.#uuid, { fields: { age: 20 } }),
    }),
    'field change within the same smart group': async () => ({
      act: () => this.#update(this.#uuid, { fields: { age: 21 } }),
    }),
    'messages POST to it': async () => {
      await this.#withNumber();
      const body = { contact: this.#uuid, text: 'hello' };
      return { act: () => this.#ask('POST', 'messages.json', body) };
    },
    'broadcast to it': async () => {
      const body = { contacts: [this.#uuid], text: 'hello' };
      return { act: () => this.#ask('POST', 'broadcasts.json', body) };
    },
    'incoming message': async () => ({
      act: async () => {
        await this.#sandbox.reply(this.#uuid, 'hi');
        return undefined;
      },
    }),
    'label put on its message': async () => {
      const body = { messages: [await this.#messageId()], action: 'label', label_name: 'Touch' };
      return { act: () => this.#ask('POST', 'message_actions.json', body) };
    },
    'its message archived': async () => {
      const body = { messages: [await this.#messageId()], action: 'archive' };
      return { act: () => this.#ask('POST', 'message_actions.json', body) };
    },
    'flow start (contact waits in a flow)': async () => ({ act: () => this.#startFlow() }),
    'ticket opened': async () => ({
      act: async () => {
        this.#sandbox.openTicket(this.#uuid);
        return undefined;
      },
    }),
    'ticket closed': async () => {
      const { body } = await this.#ask('GET', `tickets.json?contact=${this.#uuid}`);
      const [ticket] = (isObject(body) ? body.results : []) as Contact[];
      const close = { tickets: [ticket?.uuid], action: 'close' };
      return { act: () => this.#ask('POST', 'ticket_actions.json', close) };
    },
    'GET with expand_urns': async () => ({
      act: () => this.#ask('GET', `contacts.json?uuid=${this.#uuid}&expand_urns=true`),
    }),
    'DELETE ?uuid= a second time': async () => {
      const uuid = await this.#make({ name: 'Gone' });
      await this.#ask('DELETE', `contacts.json?uuid=${uuid}`);
      return { contact: uuid, act: () => this.#ask('DELETE', `contacts.json?uuid=${uuid}`) };
    },
  };

  async #byUrn(body: (before: Contact) => object) {
    await this.#withNumber();
    const target = `contacts.json?urn=${encodeURIComponent(TEL)}`;
    return { act: (before: Contact) => this.#ask('POST', target, body(before)) };
  }

  /** The row about creation alone: whether the two times are equal. */
  async created(): Promise<{ status: number; bumped: boolean }> {
    const { status, body } = await this.#ask('POST', 'contacts.json', { name: 'New' });
    const made = isObject(body) ? body : {};
    return { status, bumped: made.created_on !== made.modified_on };
  }
}
