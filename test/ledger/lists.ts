import * as rapidpro from '../../src/Adaptor.js';
import type { Operation, State } from '../../src/types/state.js';
import type { Case, Prepared } from './cases.js';
import { wrongList } from './judge.js';
import type { Scene } from './scene.js';
import { changeColumns, NONE, SMALL_PAGE } from './schedule.js';
import { CHANGES, type Listed } from './server/changes.js';
import type { Named } from './server/store.js';

/** Records of lists that are only met by faults: some small pages. */
const FEW = 40;
/** Records of lists that change: several pages, and among them whole instants. */
const MANY = { 1: 240, 100: 300, 1000: 1050 } as const;

const size = ({ plan }: Scene) => (plan.pageSize > SMALL_PAGE ? MANY[plan.instant] : FEW);

/** Only a group can be left. */
const UNGROUPED = CHANGES.filter(change => change !== 'leave');

type Records = { [key: string]: unknown }[];
const nameOf = (listed: Listed, { uuid, id }: Records[number]) =>
  String(listed === 'messages' ? id : uuid);

/** Runs of a step that goes on where the last one stopped, at most. */
const MOST_STEPS = 12;

interface Reader {
  /** The records are those of this list; default: contacts. */
  listed?: Listed;
  isOfGroup?: boolean;
  /** True where it stops at a deadline: a fault can leave it no time to begin. */
  isCutShort?: boolean;
  /** Seconds that each answer takes. */
  latency?: number;
  /** Makes the operation, once the workspace is there. */
  operation(scene: Scene, group: Named | undefined, note: Note): Operation;
  /** More that must hold in the end. */
  judge?(scene: Scene, handed: readonly string[], group: Named | undefined): string[];
  /** Records that are to be handed on, where it is not all that were there throughout. */
  wanted?(scene: Scene): number;
}

/** An operation for the pages of a list, which writes down whom it got. */
type Note = (state: State) => State;

function furnish(scene: Scene, { listed = 'contacts', isOfGroup }: Reader): Named | undefined {
  const group = isOfGroup ? scene.group() : undefined;
  if (listed === 'messages') scene.messages(size(scene));
  else if (listed === 'runs') scene.runs(size(scene));
  else scene.people(size(scene), () => (group ? { groups: new Set([group.uuid]) } : {}));
  return group;
}

/** Reads a list, again and again while state says that there is more, as a job in many runs would. */
function read(name: string, reader: Reader): Case {
  const changes = reader.isOfGroup ? CHANGES : UNGROUPED;
  return {
    name,
    isSafe: true,
    changes,
    ...(reader.isCutShort ? { columns: [NONE, ...changeColumns(changes)] } : {}),
    prepare(scene): Prepared {
      const { listed = 'contacts' } = reader;
      const group = furnish(scene, reader);
      const handed: string[] = [];
      const note: Note = state => {
        handed.push(...(state.data as Records).map(record => nameOf(listed, record)));
        return state;
      };
      const reading = scene.listen(listed, group);
      scene.latency = reader.latency ?? 0;
      let steps = 0;
      return {
        async operate() {
          let state: State = {};
          for (; steps < MOST_STEPS; steps++) {
            state = await scene.step(reader.operation(scene, group, note), state);
            const { resume } = (state.rapidpro ?? {}) as { resume?: unknown };
            if (resume === undefined || reader.wanted) break;
          }
          return state;
        },
        judge({ state, error }) {
          const wanted = reader.wanted?.(scene);
          const isPart = state?.rapidpro !== undefined;
          if (error !== undefined) return wrongList(handed, []);
          if (steps >= MOST_STEPS) return [`no end after ${MOST_STEPS} runs`];
          if (wanted === undefined) {
            return [
              ...wrongList(handed, reading.throughout),
              ...(reader.judge?.(scene, handed, group) ?? []),
            ];
          }
          return [
            ...wrongList(handed, []),
            ...(handed.length === wanted || isPart
              ? []
              : [`${handed.length} in place of ${wanted}`]),
          ];
        },
      };
    },
  };
}

const arrayOf = (operation: Operation, note: Note): Operation =>
  (async (state: State) => note(await operation(state))) as Operation;

const resume = true;

/** How many of a group are left in it, where a job has taken all out whom it was given. */
function left({ living }: { living: readonly { groups: Set<string> }[] }, group?: Named): string[] {
  const count = living.filter(({ groups }) => groups.has(group?.uuid ?? '')).length;
  return count > 0 ? [`${count} are still in the group`] : [];
}

const uuidsOf = (state: State) => (state.data as Records).map(({ uuid }) => String(uuid));

const plain: Case[] = [
  read('getContacts', {
    operation: (_, __, note) => arrayOf(rapidpro.getContacts({}, { resume }), note),
  }),
  read('getMessages', {
    listed: 'messages',
    operation: (_, __, note) => arrayOf(rapidpro.getMessages({}, { resume }), note),
  }),
  read('getFlowRuns', {
    listed: 'runs',
    operation: (_, __, note) => arrayOf(rapidpro.getFlowRuns({}, { resume }), note),
  }),
  read('getContacts, limit', {
    operation: (scene, _, note) =>
      arrayOf(rapidpro.getContacts({}, { limit: limitOf(scene) }), note),
    wanted: limitOf,
  }),
  read('getContacts, concurrency', {
    operation: (_, __, note) => arrayOf(rapidpro.getContacts({}, { resume, concurrency: 4 }), note),
  }),
  read('getContacts, deadline and resume', {
    isCutShort: true,
    latency: 0.4,
    operation: (_, __, note) => arrayOf(rapidpro.getContacts({}, { resume, deadline: 2 }), note),
  }),
  read('getContacts, deadline, resume, concurrency', {
    isCutShort: true,
    latency: 0.4,
    operation: (_, __, note) =>
      arrayOf(rapidpro.getContacts({}, { resume, deadline: 1, concurrency: 4 }), note),
  }),
];

function limitOf(scene: Scene): number {
  return Math.floor(size(scene) / 2);
}

const byPage: Case[] = [
  read('eachPage', {
    operation: (_, __, note) => rapidpro.eachPage(rapidpro.getContacts({}, { resume }), note),
  }),
  read('eachPage that takes out of the group', {
    isOfGroup: true,
    operation: (_, group, note) =>
      rapidpro.eachPage(
        rapidpro.getContacts({ group: group?.uuid ?? '' }, { resume }),
        note,
        rapidpro.removeFromGroup(uuidsOf, group?.uuid ?? ''),
      ),
    judge: (scene, _, group) => {
      const added = new Set(scene.reading?.throughout);
      return left({ living: scene.living().filter(({ uuid }) => added.has(uuid)) }, group);
    },
  }),
  read('eachPage that deletes', {
    operation: (_, __, note) =>
      rapidpro.eachPage(
        rapidpro.getContacts({}, { resume }),
        note,
        rapidpro.deleteContacts(uuidsOf),
      ),
  }),
  read('eachPage that changes', {
    operation: (scene, __, note) =>
      rapidpro.eachPage(
        rapidpro.getContacts({}, { resume }),
        note,
        rapidpro.addToGroup(uuidsOf, scene.store.named.groups[0]?.uuid ?? scene.group('Seen').uuid),
      ),
  }),
];

/** Reads what is new in several runs, while others go on, until a run in which all is quiet. */
function follow(name: string, listed: Listed): Case {
  return {
    name,
    isSafe: true,
    changes: UNGROUPED,
    prepare(scene): Prepared {
      furnish(scene, { listed, operation: () => (async (state: State) => state) as Operation });
      const versions: string[] = [];
      const note: Note = state => {
        for (const record of state.data as Records) {
          versions.push(`${nameOf(listed, record)} ${record.modified_on}`);
        }
        return state;
      };
      const reading = scene.listen(listed);
      const list = () => (listed === 'runs' ? rapidpro.getFlowRuns({}) : rapidpro.getContacts({}));
      return {
        async operate() {
          let state: State = {};
          for (let runs = 0; runs < 3; runs++) {
            state = await scene.step(rapidpro.eachChange(list(), note), state);
            scene.disturb();
            // Where clocks differ, the runs follow one another before that is made up for.
            scene.store.clock.tick(scene.plan.isAhead ? 1_000_000 : 3_600_000_000);
          }
          scene.reading = undefined;
          return scene.step(rapidpro.eachChange(list(), note), state);
        },
        judge({ error }) {
          if (error !== undefined) return [];
          const latest = reading.present().map(uuid => {
            const { contacts, runs } = scene.store;
            const modified = (listed === 'runs' ? runs : contacts).get(uuid)?.modified ?? 0;
            return { uuid, milliseconds: Math.floor(modified / 1000) };
          });
          const seen = new Set(
            versions.map(version => {
              const [uuid = '', time = ''] = version.split(' ');
              return `${uuid} ${Date.parse(time)}`;
            }),
          );
          const lost = latest.filter(one => !seen.has(`${one.uuid} ${one.milliseconds}`)).length;
          const twice = versions.length - new Set(versions).size;
          return [
            ...(lost > 0 ? [`${lost} as they are now were never handed on`] : []),
            ...(twice > 0 ? [`${twice} handed on twice without a change`] : []),
          ];
        },
      };
    },
  };
}

/** Calls of a webhook that nobody heard, from the runs of a flow; each is handed on once. */
const missedPushes: Case = {
  name: 'eachMissedPush',
  isSafe: true,
  changes: UNGROUPED,
  prepare(scene): Prepared {
    const flow = scene.runs(size(scene));
    const handed: string[] = [];
    const note: Note = state => {
      const { run } = state.data as unknown as { run?: { uuid?: string } };
      handed.push(String(run?.uuid));
      return state;
    };
    const reading = scene.listen('runs');
    const where = { flow, result: 'webhook', after: '2020-01-01' };
    const look = (state: State) => scene.step(rapidpro.eachMissedPush(where, note), state);
    return {
      async operate() {
        let state: State = {};
        for (let runs = 0; runs < 2; runs++) {
          state = await look(state);
          scene.disturb();
          scene.store.clock.tick(3_600_000_000);
        }
        scene.reading = undefined;
        return look(state);
      },
      judge: ({ error }) =>
        error === undefined ? wrongList(handed, withCall(scene, reading.throughout)) : [],
    };
  },
};

/** Runs that others have begun meanwhile have not called. */
function withCall({ store }: Scene, uuids: Iterable<string>): string[] {
  return [...uuids].filter(uuid => store.runs.get(uuid)?.values.webhook !== undefined);
}

export const PLAIN_LISTS: Case[] = plain;
export const PAGED_LISTS: Case[] = [
  ...byPage,
  follow('eachChange of contacts', 'contacts'),
  follow('eachChange of runs', 'runs'),
  missedPushes,
];
