import * as rapidpro from '../../src/Adaptor.js';
import type { Operation } from '../../src/types/state.js';
import type { Case } from './cases.js';
import { claimOf, wrongCount } from './judge.js';
import { type Scene, urnOf } from './scene.js';
import { NONE } from './schedule.js';
import type { NamedKind } from './server/store.js';

/** Operations on one contact, one message, one group. */

interface Single {
  isSafe: boolean;
  mayBeUnsure?: boolean;
  operation(scene: Scene): Operation;
  /** How often the work was done: 0 or 1 for writes with the same end however often. Reads do none. */
  count?(scene: Scene): number;
  /** What is wrong with what a success left in `state.data`. */
  result?(scene: Scene, data: { [key: string]: unknown }): string[];
}

const PEOPLE = 3;

function single(name: string, one: Single): Case {
  return {
    name,
    isSafe: one.isSafe,
    mayBeUnsure: one.mayBeUnsure === true,
    prepare(scene) {
      scene.people(PEOPLE);
      scene.group();
      const operation = one.operation(scene);
      return {
        operate: () => scene.step(operation),
        judge(end) {
          const data = (end.state?.data ?? {}) as { [key: string]: unknown };
          return [
            ...(one.count ? wrongCount(claimOf(end), one.count(scene), name) : []),
            ...(end.error === undefined ? (one.result?.(scene, data) ?? []) : []),
          ];
        },
      };
    },
  };
}

const person = (scene: Scene, place: number) => scene.holders(urnOf(place))[0]?.uuid ?? '';
const called = (scene: Scene, name: string) =>
  scene.living().filter(contact => contact.name === name).length;

/** The answer must be about the contact that is there. */
function isThere(scene: Scene, { uuid }: { [key: string]: unknown }): string[] {
  const contact = scene.store.contacts.get(String(uuid));
  return contact && !contact.isDeleted ? [] : ['the contact in data is not there'];
}

/** One contact holds all of these URNs, and has this name. */
function holdsAll(scene: Scene, places: readonly number[], name: string): number {
  const holders = new Set(places.flatMap(place => scene.holders(urnOf(place))));
  const whole = [...holders].filter(
    contact => contact.name === name && places.every(place => contact.urns.includes(urnOf(place))),
  );
  return holders.size > 1 ? holders.size : whole.length;
}

const contacts: Case[] = [
  single('getContact', {
    isSafe: true,
    operation: () => rapidpro.getContact(urnOf(1)),
    result: (scene, data) =>
      data.uuid === person(scene, 1) ? [] : ['another contact than the one asked for'],
  }),
  single('addContact without a URN', {
    isSafe: false,
    operation: () => rapidpro.addContact({ name: 'New' }),
    count: scene => called(scene, 'New'),
    result: isThere,
  }),
  single('addContact with a URN', {
    isSafe: true,
    operation: () => rapidpro.addContact({ name: 'New', urns: [urnOf(7)] }),
    count: scene => called(scene, 'New'),
    result: isThere,
  }),
  single('addContact with a URN and a group', {
    isSafe: true,
    operation: () => rapidpro.addContact({ name: 'New', urns: [urnOf(7)], groups: ['Mothers'] }),
    count: scene => called(scene, 'New'),
    result: isThere,
  }),
  single('updateContact by uuid', {
    isSafe: true,
    operation: scene => rapidpro.updateContact(person(scene, 1), { name: 'Another' }),
    count: scene => called(scene, 'Another'),
    result: isThere,
  }),
  single('updateContact by URN', {
    isSafe: true,
    operation: () => rapidpro.updateContact(urnOf(1), { name: 'Another' }),
    count: scene => called(scene, 'Another'),
    result: isThere,
  }),
  single('upsertContact, one URN', {
    isSafe: true,
    operation: () => rapidpro.upsertContact({ urns: [urnOf(7)], name: 'New' }),
    count: scene => holdsAll(scene, [7], 'New'),
    result: isThere,
  }),
  single('upsertContact, two URNs', {
    isSafe: true,
    operation: () => rapidpro.upsertContact({ urns: [urnOf(7), urnOf(8)], name: 'New' }),
    count: scene => holdsAll(scene, [7, 8], 'New'),
    result: isThere,
  }),
  single('upsertContact with a group', {
    isSafe: true,
    operation: () =>
      rapidpro.upsertContact({
        urns: [urnOf(7), urnOf(8)],
        name: 'New',
        groups: ['Mothers'],
      }),
    count: scene => holdsAll(scene, [7, 8], 'New'),
    result: isThere,
  }),
  single('deleteContact', {
    isSafe: true,
    operation: scene => rapidpro.deleteContact(person(scene, 1)),
    count: scene => PEOPLE - scene.living().length,
  }),
  single('sendMessage', {
    isSafe: false,
    operation: scene => rapidpro.sendMessage({ contact: person(scene, 1), text: 'Hello' }),
    count: scene => scene.done('message'),
  }),
];

const found = (scene: Scene, kind: NamedKind, name: string, value?: string) =>
  scene.store.named[kind].filter(
    one => one.name === name && (value === undefined || one.value === value),
  ).length;

const GLOBAL = 'Season';

const objects: Case[] = [
  single('addGroup', {
    isSafe: true,
    mayBeUnsure: true,
    operation: () => rapidpro.addGroup({ name: 'New' }),
    count: scene => found(scene, 'groups', 'New'),
  }),
  single('ensureGroup', {
    isSafe: true,
    operation: () => rapidpro.ensureGroup('New'),
    count: scene => found(scene, 'groups', 'New'),
  }),
  single('deleteGroup', {
    isSafe: true,
    operation: scene => rapidpro.deleteGroup(scene.store.named.groups[0]?.uuid ?? ''),
    count: scene => 1 - found(scene, 'groups', 'Mothers'),
  }),
  single('addField', {
    isSafe: true,
    mayBeUnsure: true,
    operation: () => rapidpro.addField({ name: 'Weight', type: 'number' }),
    count: scene => found(scene, 'fields', 'Weight'),
  }),
  single('ensureField', {
    isSafe: true,
    operation: () => rapidpro.ensureField({ name: 'Weight', type: 'number' }),
    count: scene => found(scene, 'fields', 'Weight'),
  }),
  single('setGlobal', {
    isSafe: true,
    operation(scene) {
      scene.store.addNamed('globals', GLOBAL, 'dry', false);
      return rapidpro.setGlobal(GLOBAL, 'wet');
    },
    count: scene => found(scene, 'globals', GLOBAL, 'wet'),
  }),
  single('http.get', {
    isSafe: true,
    operation: () => rapidpro.http.get('contacts'),
    result: (_, data) => {
      const { results } = data as { results?: unknown[] };
      return results?.length === PEOPLE ? [] : ['not the page that was asked for'];
    },
  }),
  single('http.post', {
    isSafe: false,
    operation: () => rapidpro.http.post('groups', { name: 'New' }),
    count: scene => found(scene, 'groups', 'New'),
  }),
];

/** What the flow engine knows only seconds after it was made: no fault is needed to meet that. */
const fresh: Case[] = [
  {
    name: 'ensureField, then syncContacts by it',
    isSafe: false,
    columns: [NONE],
    prepare(scene) {
      scene.people(PEOPLE);
      const list = [0, 1].map(place => ({
        name: `New ${place}`,
        fields: { register: `r${place}` },
      }));
      return {
        async operate() {
          const state = await scene.step(rapidpro.ensureField({ name: 'Register', type: 'text' }));
          return scene.step(rapidpro.syncContacts(list, { key: 'fields.register' }), state);
        },
        judge({ state }) {
          const { failed = [] } = (state?.data ?? {}) as { failed?: { code: string }[] };
          return [
            ...failed.map(({ code }) => `failed: ${code}`),
            ...list.flatMap(({ name }) => wrongCount('done', called(scene, name), name)),
          ];
        },
      };
    },
  },
  {
    name: 'addTopic, then changeTicketTopic',
    isSafe: true,
    columns: [NONE],
    prepare(scene) {
      const [contact] = scene.people(PEOPLE);
      const ticket = scene.store.addTicket(contact?.uuid ?? '');
      return {
        async operate() {
          const state = await scene.step(rapidpro.addTopic({ name: 'Nutrition' }));
          const { uuid } = state.data as { uuid: string };
          return scene.step(rapidpro.changeTicketTopic([ticket.uuid], uuid), state);
        },
        judge: end =>
          wrongCount(
            claimOf(end),
            Number(scene.done('ticket change_topic') > 0),
            'the topic of the ticket',
          ),
      };
    },
  },
];

export const SINGLES: Case[] = [...contacts, ...objects, ...fresh];
