import type { LoggedRequest, SandboxOptions } from '@openfn/rapidpro-sandbox';
import * as rapidpro from '../../../src/Adaptor.js';
import type { Operation, State } from '../../../src/types/state.js';

/** How an operation ends when one of its requests fails for good. */
export type Kind = 'single' | 'list' | 'send' | 'action' | 'bulk';

export interface Case {
  /** As it stands in the table. */
  name: string;
  kind: Kind;
  seed: SandboxOptions;
  /** `options` are for a list or bulk operation that goes on. */
  operation(options: { timeout?: number; resume?: true }): Operation;
  /** For sends: the same to these positions of the list alone. */
  sendTo?(places: number[], options: { timeout?: number }): Operation;
  /** How many recipients, contacts or tickets it is about, where they are more than one. */
  items?: number;
  /** What the world's line on one contact of a bulk list begins with. */
  lineOf?(place: number): string;
  /** True where one contact takes more than one request, so that it can be half done. */
  isWrittenInParts?: boolean;
  /** True where a second time leaves a spare copy. */
  leavesCopy?: boolean;
  /** What a list has read so far, over all runs. */
  seen?(state: State): string[];
}

/**
 * Whether a request can be made twice without harm. What is known of each endpoint, in
 * terms of what is on the wire.
 */
export function isRepeatable({ method, path, query, body }: LoggedRequest): boolean {
  if (method !== 'POST') return true;
  const endpoint = path.replace(/^.*\/|\.json$/g, '');
  const { urns, action } = (body ?? {}) as { urns?: unknown[]; action?: string };
  if (endpoint === 'contacts') return query !== '' || (urns?.length ?? 0) > 0;
  if (endpoint === 'ticket_actions') return action !== 'add_note';
  // A file that is stored twice reaches nobody.
  return ['contact_actions', 'media'].includes(endpoint);
}

/** A contact made by its URNs: RapidPro refuses a second one, and it is looked up. */
export function isCreation({ method, path, query, body }: LoggedRequest): boolean {
  const { urns } = (body ?? {}) as { urns?: unknown[] };
  return method === 'POST' && /\/contacts\./.test(path) && query === '' && urns !== undefined;
}

const uuid = (place: number) => `00000000-0000-4000-8000-${String(place).padStart(12, '0')}`;
const urn = (place: number) => `tel:+25078${String(place).padStart(7, '0')}`;
const name = (place: number) => `Person ${String(place).padStart(4, '0')}`;
const time = (place: number) => new Date(Date.UTC(2026, 0, 1, 0, 0, place)).toISOString();
const places = (count: number) => Array.from({ length: count }, (_, place) => place);

const contact = (place: number) => ({
  uuid: uuid(place),
  name: name(place),
  urns: [urn(place)],
  modified_on: time(place),
});
const people = (count: number) => ({ contacts: places(count).map(contact) });

const FLOW = uuid(900_001);
const flows = [{ uuid: FLOW, name: 'Reminder' }];
const groups = [{ name: 'Mothers' }];
const ticketed = (count: number): SandboxOptions => ({
  ...people(count),
  seed: {
    tickets: places(count).map(place => ({
      uuid: uuid(500_000 + place),
      contact: uuid(place),
      opened_on: time(place),
      modified_on: time(place),
    })),
  },
});
const ticketsOf = (list: number[]) => list.map(place => uuid(500_000 + place));

type Named = { name: string }[];

/** Three pages, in every way to read them. */
const LISTED = 501;

const lists: Case[] = [
  {
    name: 'getContacts, 3 pages',
    kind: 'list',
    seed: people(LISTED),
    operation: options => async state => {
      const next = await rapidpro.getContacts({}, options)(state);
      const before = (state.seen ?? []) as string[];
      return { ...next, seen: [...before, ...(next.data as Named).map(one => one.name)] };
    },
  },
  {
    name: 'eachPage(getContacts()), 3 pages',
    kind: 'list',
    seed: people(LISTED),
    operation: options => rapidpro.eachPage(rapidpro.getContacts({}, options), note),
  },
  {
    name: 'eachChange(getContacts()), 3 pages',
    kind: 'list',
    seed: people(LISTED),
    operation: ({ resume: _, ...options }) =>
      rapidpro.eachChange(rapidpro.getContacts({}, options), note),
  },
];

function note(state: State): State {
  const names = (state.data as Named).map(one => one.name);
  return { ...state, seen: [...((state.seen ?? []) as string[]), ...names] };
}

const allOf = (kind: Kind, list: Omit<Case, 'kind'>[]): Case[] =>
  list.map(one => ({ ...one, kind }));

const singles: Case[] = allOf('single', [
  {
    name: 'getContact',
    seed: people(3),
    operation: options => rapidpro.getContact(urn(1), options),
  },
  {
    name: 'updateContact by uuid',
    seed: people(3),
    operation: options => rapidpro.updateContact(uuid(1), { name: 'Another' }, options),
  },
  {
    name: 'updateContact by URN',
    seed: people(3),
    operation: options => rapidpro.updateContact(urn(1), { name: 'Another' }, options),
  },
  {
    name: 'upsertContact, one URN',
    seed: people(3),
    operation: options => rapidpro.upsertContact({ urns: [urn(7)], name: 'New' }, options),
  },
  {
    name: 'upsertContact, two URNs',
    seed: people(3),
    operation: options => rapidpro.upsertContact({ urns: [urn(7), urn(8)], name: 'New' }, options),
  },
  {
    name: 'addContact with a URN',
    seed: people(3),
    operation: options => rapidpro.addContact({ urns: [urn(7)], name: 'New' }, options),
  },
  {
    name: 'addContact without a URN',
    seed: people(3),
    operation: options => rapidpro.addContact({ name: 'New' }, options),
  },
  {
    name: 'deleteContact',
    seed: people(3),
    operation: options => rapidpro.deleteContact(uuid(1), options),
  },
  {
    name: 'sendMessage',
    seed: people(3),
    operation: options => rapidpro.sendMessage({ contact: uuid(1), text: 'Hello' }, options),
  },
  {
    name: 'uploadMedia',
    seed: {},
    leavesCopy: true,
    operation: options =>
      rapidpro.uploadMedia(Buffer.from('%PDF-1.4 a leaflet'), {
        contentType: 'application/pdf',
        ...options,
      }),
  },
]);

function broadcast(items: number): Case {
  const sendTo: NonNullable<Case['sendTo']> = (list, options) =>
    rapidpro.sendBroadcast({ contacts: list.map(uuid), text: 'Hello' }, options);
  return sending(`sendBroadcast to ${items}`, items, sendTo);
}

function start(items: number): Case {
  const sendTo: NonNullable<Case['sendTo']> = (list, options) =>
    rapidpro.startFlow({ flow: FLOW, contacts: list.map(uuid) }, options);
  return sending(`startFlow for ${items}`, items, sendTo);
}

function sending(title: string, items: number, sendTo: NonNullable<Case['sendTo']>): Case {
  return {
    name: title,
    kind: 'send',
    items,
    seed: { ...people(items), seed: { flows } },
    sendTo,
    operation: options => sendTo(places(items), options),
  };
}

function joining(items: number): Case {
  return {
    name: `addToGroup of ${items}`,
    kind: 'action',
    items,
    seed: { ...people(items), seed: { groups } },
    operation: options => rapidpro.addToGroup(places(items).map(uuid), 'Mothers', options),
  };
}

function noting(items: number): Case {
  const sendTo: NonNullable<Case['sendTo']> = (list, options) =>
    rapidpro.addTicketNote(ticketsOf(list), 'Called back', options);
  return {
    name: `addTicketNote on ${items}`,
    kind: 'action',
    items,
    seed: ticketed(items),
    sendTo,
    operation: options => sendTo(places(items), options),
  };
}

/** Of 15, the first five differ, five are as they should be, and five are new. */
const LISTED_IN_BULK = 15;
const register = places(LISTED_IN_BULK).map(place => ({
  urns: [urn(place)],
  name: name(place),
  ...(place < 5 ? { language: 'fra' } : {}),
}));

const bulks: Case[] = allOf('bulk', [
  {
    name: 'syncContacts by URN',
    seed: people(10),
    operation: options => rapidpro.syncContacts(register, options),
  },
  {
    name: 'syncContacts with a group',
    isWrittenInParts: true,
    seed: { ...people(10), seed: { groups } },
    operation: options =>
      rapidpro.syncContacts(
        register.map(one => ({ ...one, groups: ['Mothers'] })),
        { ...options, concurrency: 1 },
      ),
  },
  {
    name: 'syncContacts by a field, without URNs',
    seed: { ...people(2), seed: { fields: [{ name: 'Case' }] } },
    operation: options =>
      rapidpro.syncContacts(
        places(LISTED_IN_BULK).map(place => ({
          name: `New ${place}`,
          fields: { case: `${place}` },
        })),
        { ...options, key: 'fields.case' },
      ),
    lineOf: (place: number) => `contact New ${place} |`,
  },
  {
    name: 'upsertContacts',
    seed: people(10),
    operation: options => rapidpro.upsertContacts(register, options),
  },
]).map(one => ({
  lineOf: place => `contact ${name(place)} |`,
  ...one,
  items: LISTED_IN_BULK,
}));

export const CASES: Case[] = [
  ...lists.map(one => ({ ...one, seen: (state: State) => (state.seen ?? []) as string[] })),
  ...singles,
  joining(100),
  joining(250),
  broadcast(100),
  broadcast(250),
  start(100),
  start(250),
  noting(100),
  noting(250),
  ...bulks,
];
