import type { ServerName } from '../../../recordings/read.js';
import { createSandbox, type Sandbox } from '../../src/index.js';
import { type Row, sentJson, unfold } from '../values/recorded-rows.js';
import { type Answer, asker } from './ask.js';
import { isObject } from './match.js';
import { dialectOf, RecordedWorkspace } from './recorded-workspace.js';

/** Replays the rows of sent and stored values in order, over POST and GET. */

/** URNs of other contacts in the recorded workspaces. */
const TAKEN = {
  v9: ['tel:+2207123456'],
  textit: ['tel:+2207123456', 'whatsapp:US.abc124', 'bsuid:US.abc123', 'viber:abc=='],
};

const GROUP = 'Norm Group 8';

const FIELD_TYPES = ['text', 'number', 'datetime', 'state', 'district', 'ward'] as const;

export class RowPlayer {
  #now = Date.parse('2026-11-22T16:30:35Z');
  #asker!: ReturnType<typeof asker>;
  #sandbox!: Sandbox;
  #contact = '';
  #lookedUp = '';
  #group = '';
  #adults = '';

  constructor(readonly server: ServerName) {}

  async open(): Promise<void> {
    const dialect = dialectOf(this.server);
    const seed = new RecordedWorkspace(this.server, 'lists').seed();
    this.#sandbox = await createSandbox({
      dialect,
      throttle: false,
      clock: { now: () => this.#now },
      seed: {
        ...seed,
        groups: [...(seed.groups ?? []), { name: GROUP }],
        fields: [
          ...(seed.fields ?? []),
          ...FIELD_TYPES.map(type => ({ key: `norm_${type}`, name: `Norm ${type}`, type })),
        ],
        contacts: [
          ...(seed.contacts ?? []),
          ...TAKEN[dialect].map(urn => ({ urns: [urn] })),
          ...['a', 'b', 'c'].map(name => ({ name, groups: [GROUP] })),
        ],
      },
    });
    this.#asker = asker(this.#sandbox);
    this.#contact = await this.#make({ name: 'Norm' });
    this.#group = await this.#uuidOfGroup(GROUP);
    this.#adults = await this.#uuidOfGroup('Adults');
  }

  async close(): Promise<void> {
    await this.#asker.close();
    await this.#sandbox.close();
  }

  #ask(method: string, target: string, json?: string): Promise<Answer> {
    return this.#asker.askApi(method, target, json);
  }

  async #make(body: object): Promise<string> {
    const { body: made } = await this.#ask('POST', 'contacts.json', JSON.stringify(body));
    return isObject(made) ? String(made.uuid) : '';
  }

  async #uuidOfGroup(name: string): Promise<string> {
    const { body } = await this.#ask('GET', `groups.json?name=${encodeURIComponent(name)}`);
    return String(rowsOf(body)[0]?.uuid);
  }

  async #get(uuid: string, more = ''): Promise<Record<string, unknown>> {
    const { body } = await this.#ask('GET', `contacts.json?uuid=${uuid}${more}`);
    return rowsOf(body)[0] ?? {};
  }

  /** The status and the stored value in the row's format. */
  async play(row: Row): Promise<{ status: number; stored: unknown }> {
    this.#now += 20;
    if (row.server_utc_time_of_write) {
      this.#now = Date.parse(`2026-11-22T${row.server_utc_time_of_write}Z`);
    }
    await this.#setContext(row);
    const kind = row.what.split(/[: ]/)[0] ?? '';
    if (row.what.startsWith('field:')) return this.#field(row);
    switch (kind === 'urn' ? row.what : kind) {
      case 'field':
        return this.#fieldKey(row);
      case 'fields':
        return row.what === 'fields object' ? this.#fieldsObject(row) : this.#fieldsOnCreate(row);
      case 'name':
      case 'language':
        return this.#plainKey(kind as 'name' | 'language', row);
      case 'group':
        return row.what === 'group name (create)' ? this.#groupName(row) : this.#groupRef(row);
      case 'groups':
        return row.what === 'groups value'
          ? this.#groupsValue(row)
          : this.#count(row, 'groups', 'name');
      case 'contacts?group=':
        return this.#count(row, 'contacts', 'group');
      case 'groups?name=':
        return this.#count(row, 'groups', 'name');
      case 'urn:create':
      case 'urns':
        return this.#urns(row);
      case 'urn:lookup contact':
        return this.#contactToLookUp(row);
      case 'urn:lookup':
        return this.#urnLookup(row);
      case 'uuid':
        return this.#uuidLookup(row);
      default:
        throw new TypeError(`a row that the test does not know: ${row.what}`);
    }
  }

  async #setContext({ context = '' }: Row): Promise<void> {
    const [, dateStyle, timezone] = /date_style (\w+), timezone (\S+)/.exec(context) ?? [];
    if (dateStyle && timezone) {
      this.#sandbox.configure({ dateStyle: dateStyle as 'day_first', timezone });
    }
    const [, field, value] = /^(state|district) field = (.+)$/.exec(context) ?? [];
    if (field) await this.#setFields({ [`norm_${field}`]: value });
    if (context.startsWith('no state')) {
      await this.#setFields({ norm_state: null, norm_district: null });
    }
  }

  #setFields(fields: object): Promise<Answer> {
    return this.#ask('POST', `contacts.json?uuid=${this.#contact}`, JSON.stringify({ fields }));
  }

  async #field(row: Row): Promise<{ status: number; stored: unknown }> {
    const type = /^field:(\w+)/.exec(row.what)?.[1];
    if (row.what === 'field:state+district in one request') {
      const { state, district } = row.input as { state: string; district: string };
      const { status } = await this.#setFields({ norm_state: state, norm_district: district });
      const { fields } = await this.#get(this.#contact);
      const { norm_state, norm_district } = fields as Record<string, unknown>;
      return { status, stored: { norm_state, norm_district } };
    }
    const key = `norm_${type}`;
    if (row.what.includes(' after '))
      return this.#stored({ status: 200, body: {}, headers: {} }, key);
    const json = `{"fields": {"${key}": ${sentJson(row.input)}}}`;
    return this.#stored(await this.#ask('POST', `contacts.json?uuid=${this.#contact}`, json), key);
  }

  async #stored(answer: Answer, key: string): Promise<{ status: number; stored: unknown }> {
    if (answer.status >= 400) return { status: answer.status, stored: answer.body };
    const { fields } = await this.#get(this.#contact);
    return { status: answer.status, stored: (fields as Record<string, unknown>)[key] };
  }

  async #fieldKey(row: Row) {
    const key = String(row.input);
    return this.#stored(await this.#setFields({ [key]: `key ${key}` }), key);
  }

  async #fieldsObject(row: Row) {
    const body = fieldsObject(String(row.input));
    const answer = await this.#ask('POST', `contacts.json?uuid=${this.#contact}`, body);
    return this.#stored(answer, 'norm_text');
  }

  async #fieldsOnCreate(row: Row) {
    const { status, body } = await this.#ask(
      'POST',
      'contacts.json',
      JSON.stringify({ fields: { norm_text: row.input, norm_number: row.input } }),
    );
    const { fields } = await this.#get(isObject(body) ? String(body.uuid) : '');
    const { norm_text, norm_number } = fields as Record<string, unknown>;
    return { status, stored: [norm_text, norm_number] };
  }

  async #plainKey(key: 'name' | 'language', row: Row) {
    const isUpdate = row.what.endsWith(':update');
    const json = `{"${key}": ${sentJson(row.input)}}`;
    const lookup = isUpdate ? `?uuid=${this.#contact}` : '';
    const { status, body } = await this.#ask('POST', `contacts.json${lookup}`, json);
    if (status >= 400 || !isObject(body)) return { status, stored: body };
    const contact = await this.#get(String(body.uuid));
    return { status, stored: contact[key] };
  }

  #withGroup(input: unknown): unknown {
    if (isObject(input))
      return Object.fromEntries(Object.entries(input).map(([k, v]) => [k, this.#withGroup(v)]));
    if (typeof input !== 'string') return input;
    return input
      .replace('{{group uuid upper-case}}', this.#group.toUpperCase())
      .replace('{{group uuid without dashes}}', this.#group.replaceAll('-', ''))
      .replace('{{uuid of smart group Adults}}', this.#adults)
      .replace('{{group uuid}}', this.#group);
  }

  async #groupRef(row: Row) {
    const three = row.input === 'same group three times';
    const groups = three ? [GROUP, GROUP, GROUP] : [this.#withGroup(row.input)];
    return this.#groupsOf(await this.#ask('POST', 'contacts.json', JSON.stringify({ groups })));
  }

  async #groupsValue(row: Row) {
    const json = `{"groups": ${sentJson(row.input)}}`;
    return this.#groupsOf(await this.#ask('POST', 'contacts.json', json));
  }

  async #groupsOf({ status, body }: Answer) {
    if (status >= 400 || !isObject(body)) return { status, stored: this.#anonymous(body) };
    const contact = await this.#get(String(body.uuid));
    return { status, stored: (contact.groups as { name: string }[]).map(({ name }) => name) };
  }

  /** Recorded uuids are replaced by the sandbox's. */
  #anonymous(body: unknown): unknown {
    return JSON.parse(
      JSON.stringify(body).replace(
        /\{?[0-9a-fA-F]{8}-?(?:[0-9a-fA-F]{4}-?){3}[0-9a-fA-F]{12}\}?/g,
        'UUID',
      ),
    );
  }

  async #groupName(row: Row) {
    const json = `{"name": ${sentJson(row.input)}}`;
    const { status, body } = await this.#ask('POST', 'groups.json', json);
    return { status, stored: status < 400 && isObject(body) ? body.name : body };
  }

  async #count(row: Row, endpoint: string, param: string) {
    const value = encodeURIComponent(String(this.#withGroup(row.input)));
    const { status, body } = await this.#ask('GET', `${endpoint}.json?${param}=${value}`);
    const all = row.input === '' ? rowsOf((await this.#ask('GET', `${endpoint}.json`)).body) : [];
    const found = rowsOf(body).length;
    // A parameter without a value is not a filter.
    if (row.input === '') return { status, stored: found === all.length ? row.stored : found };
    return { status, stored: `${found} results` };
  }

  async #urns(row: Row) {
    const many = /^(\d+) URNs$/.exec(String(row.input))?.[1];
    const list = many
      ? Array.from({ length: Number(many) }, (_, i) => `tel:+2507390${String(i).padStart(5, '0')}`)
      : row.what === 'urn:create'
        ? undefined
        : row.input;
    const json = list === undefined ? `[${sentJson(row.input)}]` : sentJson(list);
    const lookup = row.what === 'urns list (update)' ? `?uuid=${this.#contact}` : '';
    const answer = await this.#ask('POST', `contacts.json${lookup}`, `{"urns": ${json}}`);
    if (answer.status >= 400 || !isObject(answer.body)) {
      return { status: answer.status, stored: answer.body };
    }
    const uuid = String(answer.body.uuid);
    const urns = (await this.#get(uuid)).urns as string[];
    const expanded = (await this.#get(uuid, '&expand_urns=true')).urns as { display: unknown }[];
    await this.#ask('DELETE', `contacts.json?uuid=${uuid}`);
    if (many) {
      const kept = JSON.stringify(urns) === JSON.stringify(list);
      return {
        status: answer.status,
        stored: `${urns.length} urns, order kept: ${kept ? 'True' : 'False'}`,
      };
    }
    const display = row.expanded ? { display: expanded[0]?.display ?? null } : {};
    return { status: answer.status, stored: row.expanded ? { urns, ...display } : urns };
  }

  async #contactToLookUp(row: Row) {
    const urns = row.stored as string[];
    const { status, body } = await this.#ask(
      'POST',
      'contacts.json',
      JSON.stringify({ name: 'Look', urns }),
    );
    this.#lookedUp = isObject(body) ? String(body.uuid) : '';
    return { status, stored: (await this.#get(this.#lookedUp)).urns };
  }

  async #urnLookup(row: Row) {
    const text = String(unfold(row.input));
    const target = `contacts.json?urn=${encodeURIComponent(text)}`;
    if (row.how?.startsWith('GET')) {
      const { status, body } = await this.#ask('GET', target);
      if (status >= 400) return { status, stored: body };
      const rows = rowsOf(body);
      const found = rows.some(one => one.uuid === this.#lookedUp);
      return { status, stored: found ? 'found' : `${rows.length} results, not it` };
    }
    if (row.how?.startsWith('POST')) return this.#upsert(target);
    const actions = JSON.stringify({ contacts: [text], action: 'unblock' });
    const { status, body } = await this.#ask('POST', 'contact_actions.json', actions);
    return { status, stored: body };
  }

  async #upsert(target: string) {
    const { status, body } = await this.#ask('POST', target, '{"name": "Look"}');
    if (status >= 400 || !isObject(body)) return { status, stored: body };
    if (body.uuid === this.#lookedUp) return { status, stored: 'same contact' };
    const { urns } = await this.#get(String(body.uuid));
    await this.#ask('DELETE', `contacts.json?uuid=${String(body.uuid)}`);
    return { status, stored: { 'other contact with': urns } };
  }

  async #uuidLookup(row: Row) {
    const text = spelled(this.#lookedUp, String(row.input));
    const target = `contacts.json?uuid=${encodeURIComponent(text)}`;
    if (row.how?.startsWith('GET')) {
      const { status, body } = await this.#ask('GET', target);
      return {
        status,
        stored: status >= 400 ? this.#anonymous(body) : `${rowsOf(body).length} results`,
      };
    }
    if (row.how?.startsWith('POST')) {
      const { status, body } = await this.#ask('POST', target, '{"name": "Look"}');
      const same = isObject(body) && body.uuid === this.#lookedUp;
      return { status, stored: same ? 'same contact' : this.#anonymous(body) };
    }
    const actions = JSON.stringify({ contacts: [text], action: 'unblock' });
    const { status, body } = await this.#ask('POST', 'contact_actions.json', actions);
    return { status, stored: this.#anonymous(body) };
  }

  /** Whether a stored time has the clock's time of day, as on the server. */
  followsClock(stored: string): boolean {
    // By the hour, since daylight saving time shifts the instant.
    const hour = 3_600_000;
    return Math.abs((Date.parse(stored) - this.#now) % hour) < 1000;
  }

  /** The stored value of a row in the format that `play` returns. */
  expected(row: Row): { status: number; stored: unknown } {
    const uuids = /^(uuid|group ref)/.test(row.what);
    const stored = uuids ? this.#anonymous(row.stored) : unfold(row.stored);
    const withDisplay = row.expanded
      ? { urns: stored, display: row.expanded[0]?.display ?? null }
      : stored;
    return { status: row.status, stored: withDisplay };
  }
}

function rowsOf(body: unknown): Record<string, unknown>[] {
  return isObject(body) && Array.isArray(body.results) ? body.results.filter(isObject) : [];
}

function spelled(uuid: string, how: string): string {
  switch (how) {
    case 'uuid upper-case':
      return uuid.toUpperCase();
    case 'uuid without dashes':
      return uuid.replaceAll('-', '');
    case 'uuid with leading space':
      return ` ${uuid}`;
    default:
      return uuid;
  }
}

/** The bodies that rows describe in words. */
function fieldsObject(words: string): string {
  switch (words) {
    case 'fields: null':
      return '{"fields": null}';
    case 'fields: []':
      return '{"fields": []}';
    case 'fields: string':
      return '{"fields": "norm_text"}';
    case 'fields: {}':
      return '{"fields": {}}';
    case 'one bad key among good':
      return '{"fields": {"norm_text": "lost", "nope": "x"}}';
    case 'same key twice in JSON':
      return '{"fields": {"norm_text": "first", "norm_text": "second"}}';
    case '101 unknown keys':
      return JSON.stringify({
        fields: Object.fromEntries(Array.from({ length: 101 }, (_, i) => [`k${i}`, 'x'])),
      });
    default:
      throw new TypeError(`a body that the test does not know: ${words}`);
  }
}
