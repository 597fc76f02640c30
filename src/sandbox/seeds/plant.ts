import { randomUUID } from 'node:crypto';
import { keyOf } from '../endpoints/fields.js';
import { deleteContact, setFields } from '../engine/contacts.js';
import { fillSmartGroup, join } from '../engine/membership.js';
import { type Micros, parseTime } from '../state/clock.js';
import type * as model from '../state/model.js';
import type { Server } from '../state/server.js';
import type { Workspace } from '../state/workspace.js';
import { normalizeUrn, rawFieldText } from '../values/index.js';
import { Calendar } from './calendar.js';
import { resultsOf } from './flow-results.js';
import type * as seed from './types.js';

/** Fills a workspace from a seed. A seed that names what it does not hold is an error. */
export function plant(server: Server, workspace: Workspace, given: seed.Seed): void {
  new Planter(server, workspace, given).plant();
}

class Planter {
  readonly #calendar: Calendar;

  constructor(
    readonly server: Server,
    readonly workspace: Workspace,
    readonly seed: seed.Seed,
  ) {
    const rows = Object.values(seed).reduce(
      (sum, list) => sum + (Array.isArray(list) ? list.length : 0),
      0,
    );
    this.#calendar = new Calendar(server.settings.clock, rows);
  }

  plant(): void {
    const { seed } = this;
    const each = <T>(rows: readonly T[] | undefined, add: (row: T) => unknown) => {
      for (const row of rows ?? []) add(row);
    };
    each(seed.users, row => this.#user(row));
    each(
      seed.boundaries?.toSorted((a, b) => a.level - b.level),
      row => this.#boundary(row),
    );
    this.workspace.settingsChanged();
    each(seed.channels, row => this.#channel(row));
    each(inOrder(seed.fields), row => this.#field(row));
    each(inOrder(seed.groups), row => this.#group(row));
    this.workspace.groupsChanged();
    each(inOrder(seed.labels), row => this.#label(row));
    each(inOrder(seed.flows), row => this.#flow(row));
    each(seed.contacts, row => this.#contact(row));
    for (const group of this.workspace.smartGroups()) fillSmartGroup(this.workspace, group);
    each(seed.runs, row => this.#run(row));
    each(seed.flow_starts, row => this.#start(row));
    each(seed.broadcasts, row => this.#broadcast(row));
    each(seed.media, row => this.#media(row));
    each(seed.messages, row => this.#message(row));
    each(inOrder(seed.topics), row => this.#topic(row));
    each(seed.tickets, row => this.#ticket(row));
    each(seed.globals, row => this.#global(row));
    each(inOrder(seed.campaigns), row => this.#campaign(row));
    each(inOrder(seed.campaign_events), row => this.#campaignEvent(row));
    each(seed.resthooks, row => this.#resthook(row));
    each(seed.resthook_subscribers, row => this.#subscriber(row));
    each(seed.resthook_events, row => this.#resthookEvent(row));
    each(seed.archives, row => this.#archive(row));
    each(seed.channel_events, row => this.#channelEvent(row));
    each(seed.classifiers, row => this.#plain(this.workspace.classifiers, row));
    each(seed.optins, row => this.#plain(this.workspace.optins, row));
    each(seed.templates, row => this.#plain(this.workspace.templates, row));
  }

  /** The time that a row gives, or the next one of the past. */
  #time(text: string | null | undefined): Micros {
    const time = text ? parseTime(text) : undefined;
    return time ?? this.#calendar.next();
  }

  #timeOrNull(text: string | null | undefined): Micros | null {
    return text ? this.#time(text) : null;
  }

  #user(row: seed.UserSeed): void {
    const { email, first_name, last_name, role } = row;
    const user = this.server.addUser(this.workspace, email, [first_name, last_name], role);
    user.uuid = row.uuid ?? user.uuid;
    user.team = row.team ?? null;
    user.createdOn = this.#time(row.created_on);
    this.workspace.users.remove(user);
    this.workspace.users.add(user);
  }

  #boundary(row: seed.BoundarySeed): void {
    const { workspace } = this;
    const parent = [...workspace.boundaries].find(one => one.osmId === row.parent?.osm_id);
    workspace.boundaries.add({
      id: workspace.nextId('boundary'),
      osmId: row.osm_id,
      name: row.name,
      parent: parent ?? null,
      level: row.level,
      aliases: row.aliases ?? [],
      geometry: row.geometry ?? null,
    });
  }

  #channel(row: seed.ChannelSeed): void {
    const { workspace } = this;
    workspace.channels.add({
      id: workspace.nextId('channel'),
      uuid: row.uuid ?? randomUUID(),
      name: row.name,
      type: row.type ?? 'external',
      address: row.address ?? null,
      country: row.country ?? null,
      schemes: row.schemes ?? ['tel'],
      device: row.device ?? null,
      lastSeen: this.#timeOrNull(row.last_seen),
      createdOn: this.#time(row.created_on),
    });
  }

  #field(row: seed.FieldSeed): void {
    const { workspace } = this;
    const key = row.key ?? keyOf(row.name);
    const field: model.Field = {
      id: workspace.nextId('field'),
      key,
      name: row.name,
      type: row.type ?? 'text',
      featured: row.featured ?? false,
      priority: row.priority ?? 0,
      agentAccess: 'view',
      createdOn: this.#time(row.created_on),
      madeOn: 0,
    };
    workspace.fields.add(field);
    workspace.fieldsByKey.set(key, field);
  }

  #group(row: seed.GroupSeed): void {
    const { workspace } = this;
    workspace.groups.add({
      id: workspace.nextId('group'),
      uuid: row.uuid ?? randomUUID(),
      name: row.name,
      query: row.query ?? null,
      status: row.status ?? 'ready',
      system: row.system ?? false,
      members: new Set(),
      createdOn: this.#time(row.created_on),
      madeOn: 0,
      deleted: false,
    });
  }

  #label(row: seed.NamedSeed): void {
    const { workspace } = this;
    workspace.labels.add({
      id: workspace.nextId('label'),
      uuid: row.uuid ?? randomUUID(),
      name: row.name,
      createdOn: this.#time(row.created_on),
      deleted: false,
    });
  }

  #flow(row: seed.FlowSeed): void {
    const { workspace } = this;
    const createdOn = this.#time(row.created_on);
    const definition = row.definition ?? {};
    const results = row.results?.map(result => ({
      key: result.key,
      name: result.name,
      categories: result.categories ?? [],
      nodes: result.node_uuids ?? [],
    }));
    workspace.flows.add({
      id: workspace.nextId('flow'),
      uuid: row.uuid ?? randomUUID(),
      name: row.name,
      type: row.type ?? 'message',
      archived: row.archived ?? false,
      labels: row.labels ?? [],
      expires: row.expires ?? 10_080,
      results: results ?? resultsOf(definition),
      parentRefs: row.parent_refs ?? [],
      definition,
      pastRuns: row.runs ?? {},
      createdOn,
      modifiedOn: row.modified_on ? this.#time(row.modified_on) : createdOn,
    });
  }

  #contact(row: seed.ContactSeed): void {
    const { workspace } = this;
    const createdOn = this.#time(row.created_on);
    const contact: model.Contact = {
      id: workspace.nextId('contact'),
      uuid: row.uuid ?? randomUUID(),
      name: row.name ?? null,
      status: row.status ?? 'active',
      language: row.language ?? null,
      urns: (row.urns ?? []).map(text => this.#urn(text)),
      groups: new Set(),
      notes: [],
      fields: new Map(),
      waiting: null,
      createdOn,
      modifiedOn: row.modified_on ? this.#time(row.modified_on) : createdOn,
      lastSeenOn: this.#timeOrNull(row.last_seen_on),
      deleted: false,
    };
    for (const { identity } of contact.urns) workspace.urns.set(identity, contact);
    setFields(workspace, contact, this.#fieldValues(row.fields));
    for (const given of row.groups ?? []) this.#joinManual(contact, given);
    workspace.contacts.add(contact);
    if (row.status === null) deleteContact(workspace, contact, contact.modifiedOn);
  }

  #urn(text: string): model.Urn {
    const found = normalizeUrn(text, this.workspace.locale, 'body');
    if (!('urn' in found)) throw new TypeError(`The seed has a URN that a server refuses: ${text}`);
    return { identity: found.urn, display: found.display };
  }

  #joinManual(contact: model.Contact, given: seed.RefSeed): void {
    const group = this.#find('groups', given);
    if (group.query === null && contact.status === 'active') join(contact, group);
  }

  #fieldValues(given: seed.ContactSeed['fields']): Map<model.Field, string | null> {
    const values = new Map<model.Field, string | null>();
    for (const [key, value] of Object.entries(given ?? {})) {
      if (value === null) continue;
      const field = this.workspace.fieldsByKey.get(key);
      if (!field)
        throw new TypeError(`The seed has a value for a field that it does not have: ${key}`);
      values.set(field, rawFieldText(String(value)));
    }
    return values;
  }

  #run(row: seed.RunSeed): void {
    const { workspace } = this;
    const createdOn = this.#time(row.created_on);
    const contact = this.#contactOf(row.contact);
    const run: model.Run = {
      id: this.#id('run', row.id),
      uuid: row.uuid ?? randomUUID(),
      flow: this.#find('flows', row.flow),
      contact,
      start: null,
      responded: row.responded ?? Object.keys(row.values ?? {}).length > 0,
      path: (row.path ?? []).map(({ node, time }) => ({
        uuid: randomUUID(),
        node,
        exit: null,
        time: this.#time(time),
      })),
      params: null,
      values: new Map(),
      state: row.exit_type ?? 'waiting',
      createdOn,
      modifiedOn: row.modified_on ? this.#time(row.modified_on) : createdOn,
      exitedOn: this.#timeOrNull(row.exited_on) ?? (row.exit_type ? createdOn : null),
    };
    for (const [key, one] of Object.entries(row.values ?? {})) {
      run.values.set(key, {
        name: one.name ?? key,
        value: one.value,
        category: one.category ?? null,
        node: one.node ?? randomUUID(),
        time: one.time ? this.#time(one.time) : run.modifiedOn,
        input: one.input ?? null,
      });
    }
    if (run.state === 'waiting') contact.waiting = run;
    workspace.runs.add(run);
  }

  #start(row: seed.FlowStartSeed): void {
    const { workspace } = this;
    const createdOn = this.#time(row.created_on);
    workspace.starts.add({
      id: this.#id('start', row.id),
      uuid: row.uuid ?? randomUUID(),
      flow: this.#find('flows', row.flow),
      groups: (row.groups ?? []).map(given => this.#find('groups', given)),
      contacts: (row.contacts ?? []).map(given => this.#contactOf(given)),
      urns: [],
      status: row.status === 'failed' ? 'failed' : 'completed',
      total: -1,
      started: 0,
      params: row.params ?? {},
      restartParticipants: row.restart_participants ?? true,
      excludeActive: row.exclude_active ?? false,
      createdOn,
      modifiedOn: row.modified_on ? this.#time(row.modified_on) : createdOn,
    });
  }

  #broadcast(row: seed.BroadcastSeed): void {
    const { workspace } = this;
    workspace.broadcasts.add({
      id: this.#id('broadcast', row.id),
      uuid: row.uuid ?? randomUUID(),
      status: row.status === 'failed' ? 'failed' : 'completed',
      total: -1,
      started: 0,
      urns: row.urns ?? [],
      contacts: (row.contacts ?? []).map(given => this.#contactOf(given)),
      groups: (row.groups ?? []).map(given => this.#find('groups', given)),
      text: row.text,
      attachments: row.attachments ?? {},
      quickReplies: {},
      baseLanguage: row.base_language ?? Object.keys(row.text)[0] ?? 'und',
      createdOn: this.#time(row.created_on),
    });
  }

  #media({ uuid, content_type: contentType, url, filename, size }: seed.MediaSeed): void {
    const { workspace } = this;
    const id = workspace.nextId('media');
    workspace.media.add({ id, uuid: uuid ?? randomUUID(), contentType, url, filename, size });
  }

  #message(row: seed.MessageSeed): void {
    const { workspace } = this;
    const contact = this.#contactOf(row.contact);
    const createdOn = this.#time(row.created_on);
    const status = row.status ?? (row.direction === 'in' ? 'handled' : 'sent');
    const channel = [...workspace.channels][0] ?? null;
    workspace.messages.add({
      id: this.#id('message', row.id),
      uuid: row.uuid ?? randomUUID(),
      contact,
      urn: contact.urns[0]?.identity ?? null,
      channel: contact.urns.length > 0 ? channel : null,
      direction: row.direction,
      type: row.type ?? 'text',
      status,
      visibility: row.visibility ?? 'visible',
      text: row.text,
      attachments: (row.attachments ?? []).map(one => `${one.content_type}:${one.url}`),
      quickReplies: [],
      labels: (row.labels ?? []).map(given => this.#find('labels', given)),
      flow: row.flow ? this.#find('flows', row.flow) : null,
      broadcast: null,
      createdOn,
      sentOn:
        row.sent_on === undefined && status === 'sent' ? createdOn : this.#timeOrNull(row.sent_on),
      modifiedOn: row.modified_on ? this.#time(row.modified_on) : createdOn,
    });
  }

  #topic(row: seed.TopicSeed): void {
    const { workspace } = this;
    if (row.system)
      for (const topic of [...workspace.topics]) if (topic.system) workspace.topics.remove(topic);
    workspace.topics.add({
      id: workspace.nextId('topic'),
      uuid: row.uuid ?? randomUUID(),
      name: row.name,
      system: row.system ?? false,
      createdOn: this.#time(row.created_on),
    });
  }

  #ticket(row: seed.TicketSeed): void {
    const { workspace } = this;
    const contact = this.#contactOf(row.contact);
    const openedOn = this.#time(row.opened_on);
    const status = row.status ?? 'open';
    const general = [...workspace.topics].find(topic => topic.system);
    const topic = row.topic ? this.#find('topics', row.topic) : general;
    if (!topic) throw new TypeError('The seed has a ticket and no topic');
    workspace.tickets.add({
      id: workspace.nextId('ticket'),
      uuid: row.uuid ?? randomUUID(),
      contact,
      status,
      topic,
      body: row.body ?? null,
      assignee: this.#userOf(row.assignee),
      openedOn,
      openedBy: this.#userOf(row.opened_by),
      openedIn: row.opened_in ? this.#find('flows', row.opened_in) : null,
      modifiedOn: row.modified_on ? this.#time(row.modified_on) : openedOn,
      closedOn: this.#timeOrNull(row.closed_on),
      notes: [],
    });
    if (status === 'open') {
      workspace.openTickets.set(contact, (workspace.openTickets.get(contact) ?? 0) + 1);
    }
  }

  #userOf(given: { email: string } | null | undefined): model.User | null {
    return [...this.workspace.users].find(user => user.email === given?.email) ?? null;
  }

  #global(row: seed.GlobalSeed): void {
    const { workspace } = this;
    workspace.globals.add({
      id: workspace.nextId('global'),
      uuid: randomUUID(),
      key: row.key ?? keyOf(row.name),
      name: row.name,
      value: row.value,
      modifiedOn: this.#time(row.modified_on),
    });
  }

  #campaign(row: seed.CampaignSeed): void {
    const { workspace } = this;
    workspace.campaigns.add({
      id: workspace.nextId('campaign'),
      uuid: row.uuid ?? randomUUID(),
      name: row.name,
      group: this.#find('groups', row.group),
      createdOn: this.#time(row.created_on),
    });
  }

  #campaignEvent(row: seed.CampaignEventSeed): void {
    const { workspace } = this;
    const key = typeof row.relative_to === 'string' ? row.relative_to : row.relative_to.key;
    const field = workspace.fieldsByKey.get(key);
    if (!field)
      throw new TypeError(`The seed has an event relative to a field it does not have: ${key}`);
    const createdOn = this.#time(row.created_on);
    workspace.campaignEvents.add({
      id: workspace.nextId('campaign event'),
      uuid: row.uuid ?? randomUUID(),
      campaign: this.#find('campaigns', row.campaign),
      relativeTo: field,
      offset: row.offset,
      unit: row.unit,
      deliveryHour: row.delivery_hour ?? -1,
      flow: row.flow ? this.#find('flows', row.flow) : null,
      message: row.message ?? null,
      createdOn,
      scheduledOn: createdOn,
    });
  }

  #resthook(row: seed.ResthookSeed): void {
    const { workspace } = this;
    const createdOn = this.#time(row.created_on);
    workspace.resthooks.add({
      id: workspace.nextId('resthook'),
      slug: row.resthook,
      createdOn,
      modifiedOn: row.modified_on ? this.#time(row.modified_on) : createdOn,
    });
  }

  #hook(slug: string): model.Resthook {
    for (const one of this.workspace.resthooks) if (one.slug === slug) return one;
    throw new TypeError(`The seed has no resthook ${slug}`);
  }

  #resthookEvent(row: seed.ResthookEventSeed): void {
    const { workspace } = this;
    workspace.resthookEvents.add({
      id: workspace.nextId('resthook event'),
      resthook: this.#hook(row.resthook),
      data: row.data,
      createdOn: this.#time(row.created_on),
    });
  }

  #subscriber(row: seed.SubscriberSeed): void {
    const { workspace } = this;
    const resthook = this.#hook(row.resthook);
    workspace.subscribers.add({
      id: this.#id('subscriber', row.id),
      resthook,
      targetUrl: row.target_url,
      createdOn: this.#time(row.created_on),
    });
  }

  #archive(row: seed.ArchiveSeed): void {
    const { workspace } = this;
    workspace.archives.add({
      id: workspace.nextId('archive'),
      type: row.archive_type ?? 'message',
      startDate: row.start_date,
      period: row.period,
      recordCount: row.record_count,
      size: row.size,
      hash: row.hash,
      downloadUrl: row.download_url || null,
    });
  }

  #channelEvent(row: seed.ChannelEventSeed): void {
    const { workspace } = this;
    const createdOn = this.#time(row.created_on);
    workspace.channelEvents.add({
      id: this.#id('channel event', row.id),
      uuid: randomUUID(),
      type: row.type,
      contact: this.#contactOf(row.contact),
      channel: this.#find('channels', row.channel),
      extra: row.extra ?? null,
      occurredOn: row.occurred_on ? this.#time(row.occurred_on) : createdOn,
      createdOn,
    });
  }

  #plain(
    table: Workspace['classifiers'] | Workspace['templates'],
    { uuid, name, created_on, modified_on, ...shown }: seed.PlainSeed,
  ): void {
    const createdOn = this.#time(created_on);
    table.add({
      id: this.workspace.nextId('plain'),
      uuid: uuid ?? randomUUID(),
      name,
      createdOn,
      modifiedOn: modified_on ? this.#time(modified_on) : createdOn,
      shown,
    });
  }

  /** A row's own number, after which the count goes on. */
  #id(kind: string, given: number | undefined): number {
    if (given === undefined) return this.workspace.nextId(kind);
    this.workspace.sequences.reach(kind, given);
    return given;
  }

  #find<K extends 'groups' | 'flows' | 'labels' | 'topics' | 'campaigns' | 'channels'>(
    kind: K,
    given: seed.RefSeed,
  ): Workspace[K] extends Iterable<infer T> ? T : never {
    const { uuid, name } = typeof given === 'string' ? { uuid: given, name: given } : given;
    for (const row of this.workspace[kind]) {
      if (row.uuid === uuid || row.name === name) {
        return row as Workspace[K] extends Iterable<infer T> ? T : never;
      }
    }
    throw new TypeError(`The seed names one of ${kind} that it does not have: ${name ?? uuid}`);
  }

  #contactOf(given: seed.RefSeed): model.Contact {
    const text = typeof given === 'string' ? given : (given.uuid ?? given.name ?? '');
    const found =
      this.workspace.contacts.find(text) ??
      this.workspace.urns.get(text) ??
      [...this.workspace.contacts].find(contact => contact.name === text);
    if (!found) throw new TypeError(`The seed names a contact that it does not have: ${text}`);
    return found;
  }
}

/** Lists come newest first from the API; rows are made oldest first. Rows without a time keep their order. */
function inOrder<T extends { created_on?: string }>(rows: readonly T[] | undefined): readonly T[] {
  return (rows ?? []).toSorted((a, b) =>
    a.created_on && b.created_on ? a.created_on.localeCompare(b.created_on) : 0,
  );
}
