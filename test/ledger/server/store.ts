import { Random } from './random.js';
import { Clock, SECOND } from './time.js';

/** The two lines of servers: RapidPro 9, and the newer one that TextIt runs. */
export type Line = 'v9' | 'newer';

export interface Contact {
  id: number;
  uuid: string;
  name: string | null;
  language: string | null;
  urns: string[];
  /** Uuids. */
  groups: Set<string>;
  fields: { [key: string]: string };
  isBlocked: boolean;
  isDeleted: boolean;
  created: number;
  modified: number;
}

export interface Message {
  id: number;
  uuid: string;
  contact: string;
  text: string;
  direction: 'in' | 'out';
  labels: Set<string>;
  isArchived: boolean;
  created: number;
  modified: number;
}

export interface Run {
  id: number;
  uuid: string;
  contact: string;
  flow: string;
  path: { node: string; time: number }[];
  values: { [key: string]: { node: string; time: number } };
  created: number;
  modified: number;
}

/** A group, label, field, global or topic: what has a name that nothing else of its kind has. */
export interface Named {
  id: number;
  uuid: string;
  key: string;
  name: string;
  /** Of a field its type, of a global its value. */
  value: string;
  created: number;
  modified: number;
  /** When it was made through the API: the engine knows it seconds later. */
  madeOn: number;
}

export interface Ticket {
  id: number;
  uuid: string;
  contact: string;
  notes: string[];
  isOpen: boolean;
  modified: number;
}

/** A broadcast or a flow start, as it was accepted. */
export interface Send {
  id: number;
  uuid: string;
  contacts: string[];
  urns: string[];
  groups: string[];
  text: string;
  flow: string;
  created: number;
}

/** One piece of work that the server really did. */
export interface Entry {
  work: string;
  /** Whom or what it was done to: a uuid, a URN or a name. */
  to: string;
  /** Which request did it, from 0; −1 for others who work in the same workspace. */
  request: number;
}

export type NamedKind = 'groups' | 'labels' | 'fields' | 'globals' | 'topics';

/** Seconds until the flow engine knows a group or field that was made through the API. */
const ENGINE_DELAY = 5;

/** Raised by a request that RapidPro breaks down on: nothing of it is kept. */
export class Breakdown extends Error {}

/** All that is in the workspace, and the ledger of what was done to it. */
export class Store {
  readonly contacts = new Map<string, Contact>();
  readonly messages = new Map<number, Message>();
  readonly runs = new Map<string, Run>();
  readonly tickets = new Map<string, Ticket>();
  readonly broadcasts: Send[] = [];
  readonly starts: Send[] = [];
  readonly flows: { uuid: string; name: string; isArchived: boolean; created: number }[] = [];
  readonly named: { [Kind in NamedKind]: Named[] } = {
    groups: [],
    labels: [],
    fields: [],
    globals: [],
    topics: [],
  };
  readonly ledger: Entry[] = [];
  /** The request that is being worked on. */
  request = -1;
  readonly random: Random;
  #ids = 1000;

  constructor(
    readonly line: Line,
    readonly clock: Clock = new Clock(),
    seed = '',
  ) {
    this.random = new Random(`store ${seed}`);
  }

  /** Writes down a piece of work. */
  enter(work: string, to: string): void {
    this.ledger.push({ work, to, request: this.request });
  }

  nextId(): number {
    this.#ids++;
    return this.#ids;
  }

  addContact(given: Partial<Contact>): Contact {
    const created = given.created ?? this.clock.tick();
    const contact: Contact = {
      id: this.nextId(),
      uuid: this.random.uuid(),
      name: null,
      language: null,
      urns: [],
      groups: new Set(),
      fields: {},
      isBlocked: false,
      isDeleted: false,
      modified: created,
      ...given,
      created,
    };
    this.contacts.set(contact.uuid, contact);
    return contact;
  }

  addMessage(given: Partial<Message> & { contact: string }): Message {
    const created = given.created ?? this.clock.tick();
    const message: Message = {
      id: this.nextId(),
      uuid: this.random.uuid(),
      text: 'Hello',
      direction: 'in',
      labels: new Set(),
      isArchived: false,
      modified: created,
      ...given,
      created,
    };
    this.messages.set(message.id, message);
    return message;
  }

  addRun(given: Partial<Run> & { contact: string; flow: string }): Run {
    const created = given.created ?? this.clock.tick();
    const run: Run = {
      id: this.nextId(),
      uuid: this.random.uuid(),
      path: [],
      values: {},
      modified: created,
      ...given,
      created,
    };
    this.runs.set(run.uuid, run);
    return run;
  }

  addTicket(contact: string): Ticket {
    const modified = this.clock.tick();
    const ticket: Ticket = {
      id: this.nextId(),
      uuid: this.random.uuid(),
      contact,
      notes: [],
      isOpen: true,
      modified,
    };
    this.tickets.set(ticket.uuid, ticket);
    return ticket;
  }

  addNamed(kind: NamedKind, name: string, value: string, isThroughApi: boolean): Named {
    const created = this.clock.tick();
    const one: Named = {
      id: this.nextId(),
      uuid: this.random.uuid(),
      key: name.toLowerCase().replace(/[^a-z0-9]+/g, '_'),
      name,
      value,
      created,
      modified: created,
      madeOn: isThroughApi ? created : Number.NEGATIVE_INFINITY,
    };
    this.named[kind].push(one);
    return one;
  }

  /** A group, label or topic by uuid, or by its name in any letter case. */
  find(kind: NamedKind, reference: string): Named | undefined {
    const wanted = reference.trim().toLowerCase();
    return this.named[kind].find(
      ({ uuid, name }) => uuid === wanted || name.toLowerCase() === wanted,
    );
  }

  /** @throws Breakdown where the flow engine does not know it yet */
  requireKnown({ madeOn }: Named): void {
    if (this.clock.micros < madeOn + ENGINE_DELAY * SECOND) throw new Breakdown();
  }

  contactOfUrn(urn: string): Contact | undefined {
    for (const contact of this.contacts.values()) {
      if (!contact.isDeleted && contact.urns.includes(urn)) return contact;
    }
    return undefined;
  }

  /** By uuid or URN; deleted ones are not found. */
  findContact(reference: string): Contact | undefined {
    const contact = this.contacts.get(reference) ?? this.contactOfUrn(normalUrn(reference));
    return contact?.isDeleted ? undefined : contact;
  }

  deleteContact(contact: Contact, modified: number): void {
    contact.isDeleted = true;
    contact.modified = modified;
    contact.urns = [];
    contact.groups.clear();
    this.enter('contact deleted', contact.uuid);
  }
}

/** A URN as it is stored; enough for the numbers that the schedules make. */
export function normalUrn(urn: string): string {
  const [bare = ''] = urn.trim().split(/[?#]/);
  const colon = bare.indexOf(':');
  const scheme = bare.slice(0, colon);
  const path = bare.slice(colon + 1).trim();
  return `${scheme}:${scheme === 'tel' ? path.replace(/[^\d+]/g, '') : path}`;
}

export function isUrn(text: string): boolean {
  return /^(tel:\+?\d{4,15}|(ext|whatsapp|telegram|mailto):.+)$/.test(normalUrn(text));
}
