import * as rapidpro from '../../src/Adaptor.js';
import type { Operation } from '../../src/types/state.js';
import type { Case } from './cases.js';
import { claimsOfMany, few, wrongCount } from './judge.js';
import { type Scene, urnOf } from './scene.js';
import type { Contact } from './server/store.js';

/** Actions on many and sends to many: two or three requests of up to 100. */

const MANY = 250;
/** Where every one can cost a request. */
const SOME = 110;

interface Many {
  isSafe: boolean;
  count?: number;
  /** Puts up more than the people, and gives the operation. */
  operation(scene: Scene, people: readonly Contact[]): Operation;
  /** How often it was done to the one at a place. */
  times(scene: Scene, people: readonly Contact[]): (place: number) => number;
}

function many(name: string, { isSafe, count = MANY, operation, times }: Many): Case {
  return {
    name,
    isSafe,
    prepare(scene) {
      const people = scene.people(count);
      const run = operation(scene, people);
      return {
        operate: () => scene.step(run),
        judge(end) {
          const claims = claimsOfMany(end, count);
          if (typeof claims === 'string') return [claims];
          const done = times(scene, people);
          return few(
            claims.flatMap((claim, place) => wrongCount(claim, done(place), `place ${place}`)),
          );
        },
      };
    },
  };
}

const uuids = (people: readonly Contact[]) => people.map(({ uuid }) => uuid);

/** How often a send reached each. */
function reached(scene: Scene, work: string): Map<string, number> {
  const counts = new Map<string, number>();
  for (const entry of scene.store.ledger) {
    if (entry.work === work) counts.set(entry.to, (counts.get(entry.to) ?? 0) + 1);
  }
  return counts;
}

const times =
  (work: string): Many['times'] =>
  (scene, people) => {
    const counts = reached(scene, work);
    return place => counts.get(people[place]?.uuid ?? '') ?? 0;
  };

const actions: Case[] = [
  many('addToGroup of 250', {
    isSafe: true,
    operation(scene, people) {
      return rapidpro.addToGroup(uuids(people), scene.group().uuid);
    },
    times: (scene, people) => place =>
      Number(people[place]?.groups.has(scene.store.named.groups[0]?.uuid ?? '')),
  }),
  many('deleteContacts of 110', {
    isSafe: true,
    count: SOME,
    operation: (_, people) => rapidpro.deleteContacts(uuids(people)),
    times: (_, people) => place => Number(people[place]?.isDeleted),
  }),
  many('labelMessages of 250', {
    isSafe: true,
    operation(scene) {
      scene.messages(MANY);
      scene.store.addNamed('labels', 'Urgent', '', false);
      return rapidpro.labelMessages([...scene.store.messages.keys()], 'Urgent');
    },
    times: scene => {
      const all = [...scene.store.messages.values()];
      return place => Number((all[place]?.labels.size ?? 0) > 0);
    },
  }),
  many('addTicketNote on 250', {
    isSafe: false,
    operation(scene, people) {
      const tickets = people.map(({ uuid }) => scene.store.addTicket(uuid).uuid);
      return rapidpro.addTicketNote(tickets, 'Called back');
    },
    times: scene => {
      const all = [...scene.store.tickets.values()];
      return place => all[place]?.notes.length ?? 0;
    },
  }),
];

const sends: Case[] = [
  many('sendBroadcast to 250', {
    isSafe: false,
    operation: (_, people) => rapidpro.sendBroadcast({ contacts: uuids(people), text: 'Hello' }),
    times: times('broadcast'),
  }),
  many('startFlow for 250', {
    isSafe: false,
    operation: (scene, people) =>
      rapidpro.startFlow({ flow: scene.flow(), contacts: uuids(people) }),
    times: times('flow started'),
  }),
  many('sendBroadcast to 110 strangers', {
    isSafe: false,
    count: SOME,
    operation: () =>
      rapidpro.sendBroadcast({
        urns: Array.from({ length: SOME }, (_, place) => urnOf(place + 5000)),
        text: 'Hello',
      }),
    times: scene => {
      const counts = reached(scene, 'broadcast');
      return place => counts.get(urnOf(place + 5000)) ?? 0;
    },
  }),
];

export const MANIES: Case[] = [...actions, ...sends];
