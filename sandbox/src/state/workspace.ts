import type { Dialect, Scope } from '../../../src/resources.js';
import type { FireTable } from '../engine/campaigns.js';
import type { DeliveryOptions } from '../engine/deliver.js';
import { Outbox } from '../engine/outbox.js';
import { type FieldType, type Locale, placesOf } from '../values/index.js';
import type { Micros, Ticker } from './clock.js';
import { newUuid, type Sequences } from './ids.js';
import type * as model from './model.js';
import type { Schedule } from './schedule.js';
import { Table } from './table.js';
import { UnknownConstructs } from './unknown.js';

/** Kinds of objects whose number is limited per workspace. */
export type Limited = 'fields' | 'globals' | 'groups' | 'labels' | 'topics';

export interface WorkspaceSettings {
  uuid: string;
  name: string;
  country: string;
  timezone: string;
  languages: string[];
  dateStyle: Locale['dateStyle'];
  anonymous: boolean;
  flagged: boolean;
  suspended: boolean;
  limits: Record<Limited, number>;
  /** Requests per number of seconds, by scope. A scope without a rate is unlimited. */
  rates: Partial<Record<Scope, { requests: number; seconds: number }>>;
  /** The site's host and port. */
  site: string;
  /** Seconds for which a campaign event is being scheduled. */
  scheduling: number;
  /** How the flow engine calls listeners. Default: as on a real server. */
  deliveries?: DeliveryOptions | undefined;
}

const created = { created: (row: { createdOn: Micros }) => row.createdOn };
const modified = { modified: (row: { modifiedOn: Micros }) => row.modifiedOn };

/** The state of one workspace. The rules are elsewhere. */
export class Workspace {
  readonly contacts = new Table<model.Contact, 'modified'>(modified);
  /** The contact of each URN. Deleted contacts have none. */
  readonly urns = new Map<string, model.Contact>();
  readonly groups = new Table<model.Group, 'created'>(created);
  readonly fields = new Table<model.Field, 'created'>(created);
  readonly fieldsByKey = new Map<string, model.Field>();
  readonly labels = new Table<model.Label, 'created'>(created);
  readonly flows = new Table<model.Flow, 'created'>(created);
  readonly runs = new Table<model.Run, 'modified'>(modified);
  readonly starts = new Table<model.FlowStart, 'modified'>(modified);
  readonly broadcasts = new Table<model.Broadcast, 'created'>(created);
  readonly messages = new Table<model.Message, 'created' | 'modified' | 'sent'>({
    ...created,
    ...modified,
    sent: message => message.sentOn,
  });
  readonly channels = new Table<model.Channel, 'created'>(created);
  readonly channelEvents = new Table<model.ChannelEvent, 'created'>(created);
  readonly users = new Table<model.User, 'created'>(created);
  readonly campaigns = new Table<model.Campaign, 'created'>(created);
  readonly campaignEvents = new Table<model.CampaignEvent, 'created'>(created);
  readonly topics = new Table<model.Topic, 'created'>(created);
  readonly tickets = new Table<model.Ticket, 'modified'>(modified);
  readonly globals = new Table<model.Global, 'modified'>(modified);
  readonly resthooks = new Table<model.Resthook, 'modified'>(modified);
  readonly resthookEvents = new Table<model.ResthookEvent, 'created'>(created);
  readonly subscribers = new Table<model.Subscriber, 'created'>(created);
  readonly archives = new Table<model.Archive, 'started'>({ started: one => one.startDate });
  readonly boundaries = new Table<model.Boundary, 'osm'>({ osm: one => one.osmId });
  readonly media = new Table<model.Media>({});
  readonly classifiers = new Table<model.Plain, 'created'>(created);
  readonly optins = new Table<model.Plain, 'created'>(created);
  readonly templates = new Table<model.Plain, 'modified'>(modified);
  readonly dayCounts: model.DayCount[] = [];

  readonly outbox = new Outbox();
  /** The team of an agent who is in no other. */
  readonly allTopics = { uuid: newUuid(), name: 'All Topics' };
  /** The number of open tickets of each contact that has any. */
  readonly openTickets = new Map<model.Contact, number>();

  readonly unknown = new UnknownConstructs();
  /** When campaign events are due for contacts. */
  readonly fires: FireTable = new Map();
  /** Called when a campaign event is due for a contact. May return a promise. */
  onDue: ((event: model.CampaignEvent, contact: model.Contact) => unknown) | undefined;

  readonly ticker: Ticker;
  readonly sequences: Sequences;
  readonly schedule: Schedule;

  /** When the flow engine last read this workspace's groups and fields. */
  engineReadOn: Micros | null = null;

  #locale: Locale | undefined;
  #smart: model.Group[] | undefined;

  constructor(
    readonly id: number,
    readonly dialect: Dialect,
    readonly settings: WorkspaceSettings,
    { ticker, sequences, schedule }: Pick<Workspace, 'ticker' | 'sequences' | 'schedule'>,
  ) {
    this.ticker = ticker;
    this.sequences = sequences;
    this.schedule = schedule;
  }

  get anonymous(): boolean {
    return this.settings.anonymous;
  }

  /** The settings that determine how values are stored. Cached, since every value needs them. */
  get locale(): Locale {
    this.#locale ??= {
      country: this.settings.country,
      timezone: this.settings.timezone,
      dateStyle: this.settings.dateStyle,
      dialect: this.dialect,
      now: () => this.ticker.clock.now(),
      places: placesOf(
        [...this.boundaries].map(({ osmId, name, parent, aliases }) => ({
          osm_id: osmId,
          name,
          parent: parent && { osm_id: parent.osmId, name: parent.name },
          aliases,
        })),
      ),
    };
    return this.#locale;
  }

  /** Call this after changing settings or boundaries. */
  settingsChanged(): void {
    this.#locale = undefined;
  }

  firstOfType(type: FieldType): model.Field | undefined {
    const keys = [...this.fieldsByKey.keys()].sort();
    for (const key of keys) {
      const field = this.fieldsByKey.get(key);
      if (field?.type === type) return field;
    }
    return undefined;
  }

  /** The smart groups. Cached, since every change of a contact needs them. */
  smartGroups(): readonly model.Group[] {
    this.#smart ??= [...this.groups].filter(group => group.query !== null && !group.deleted);
    return this.#smart;
  }

  /** Call this after adding or deleting a group. */
  groupsChanged(): void {
    this.#smart = undefined;
  }

  tick(): Micros {
    return this.ticker.tick();
  }

  nextId(kind: string): number {
    return this.sequences.next(kind);
  }
}
