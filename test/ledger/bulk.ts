import * as rapidpro from '../../src/Adaptor.js';
import type { BulkResult, SyncContact } from '../../src/types/bulk.js';
import type { Operation } from '../../src/types/state.js';
import type { Case } from './cases.js';
import { type Claim, claimOf, claimOfError, few } from './judge.js';
import { type Scene, urnOf } from './scene.js';
import type { Contact } from './server/store.js';

/** Lists of contacts: every one ends in exactly one list of the result, which says what happened. */

const LISTS = ['created', 'updated', 'unchanged', 'failed', 'notAttempted'] as const;
type ListName = (typeof LISTS)[number];

interface Bulk {
  isSafe: boolean;
  /** What the job gives. */
  list: SyncContact[];
  /** Who is there before. */
  furnish(scene: Scene): void;
  operation(list: SyncContact[]): Operation;
  /** Those who answer to one of the list. */
  matching(scene: Scene, wanted: SyncContact): Contact[];
}

/** Tells whether a contact is as the job wants it. */
function isAs(contact: Contact, { name, language, fields = {} }: SyncContact, isInGroup: boolean) {
  return (
    contact.name === name &&
    (language === undefined || contact.language === language) &&
    Object.entries(fields).every(([key, value]) => contact.fields[key] === value) &&
    (!isInGroup || contact.groups.size > 0)
  );
}

interface Told {
  code?: unknown;
  description?: unknown;
}

function claimIn(name: ListName, item: Told, stopped: string): Claim {
  // A reason for all, such as the rate limit, says of those whom it met in the middle what it cannot know.
  if (name === 'failed' && String(item.description).includes('may have been written'))
    return 'unknown';
  if (name === 'failed') return claimOfError(item);
  if (name !== 'notAttempted') return 'done';
  return stopped.includes('may have been written') ? 'unknown' : 'not done';
}

function bulk(name: string, { isSafe, list, furnish, operation, matching }: Bulk): Case {
  return {
    name,
    isSafe,
    prepare(scene) {
      furnish(scene);
      const before = list.map(one => matching(scene, one).length);
      const good = (wanted: SyncContact) =>
        matching(scene, wanted).filter(one => isAs(one, wanted, wanted.groups !== undefined));
      const wereGood = list.map(one => good(one).length);
      const wrongAt = (
        place: number,
        from: ListName,
        item: { code?: unknown },
        stopped: string,
      ) => {
        const wanted = list[place];
        if (!wanted) return [`there is no place ${place}`];
        const there = matching(scene, wanted).length;
        const isDone = good(wanted).length > 0;
        const claim = claimIn(from, item, stopped);
        const what = `place ${place} (${from}${item.code ? `, ${item.code}` : ''})`;
        return [
          ...(there > 1 ? [`${what}: there ${there} times`] : []),
          ...(claim === 'done' && !isDone ? [`${what}: not as reported`] : []),
          ...(claim === 'not done' && isDone && wereGood[place] === 0
            ? [`${what}: done anyway`]
            : []),
          ...(from === 'created' && (before[place] ?? 0) > 0 ? [`${what}: was there before`] : []),
          ...(from === 'updated' && before[place] === 0 ? [`${what}: was not there before`] : []),
          ...(scene.plan.isPassing && mustBeDone(scene, isSafe, claim)
            ? [`${what}: not survived`]
            : []),
        ];
      };
      return {
        operate: () => scene.step(operation(list)),
        judge(end) {
          if (end.error !== undefined)
            return few(thrown(scene, list, claimOf(end), good, wereGood));
          const result = end.state?.data as BulkResult;
          const stopped = result.stopped?.description ?? '';
          const items = LISTS.flatMap(from =>
            result[from].map(item => ({
              place: item.index,
              from,
              item: item as { code?: unknown },
            })),
          );
          const places = items.map(({ place }) => place).sort((a, b) => a - b);
          const isWhole = places.length === list.length && places.every((one, at) => one === at);
          return few([
            ...(isWhole ? [] : ['not every place is in exactly one list']),
            ...items.flatMap(({ place, from, item }) => wrongAt(place, from, item, stopped)),
          ]);
        },
      };
    },
  };
}

/** A fault that passes leaves nothing undone, but where the work may not be repeated. */
function mustBeDone({ plan }: Scene, isSafe: boolean, claim: Claim): boolean {
  if (claim === 'done') return false;
  return isSafe || plan.isThrottled || claim === 'not done';
}

/** An error in the place of a result says the same of all. */
function thrown(
  scene: Scene,
  list: readonly SyncContact[],
  claim: Claim,
  good: (wanted: SyncContact) => Contact[],
  wereGood: readonly number[],
): string[] {
  const made = list.filter((one, place) => good(one).length > 0 && wereGood[place] === 0).length;
  const twice = list.filter(one => good(one).length > 1).length;
  return [
    ...(claim === 'not done' && made > 0 ? [`${made} done before an error that denies it`] : []),
    ...(twice > 0 ? [`${twice} are there twice`] : []),
    ...(scene.plan.isPassing && scene.plan.faults.size === 0 ? ['an error without a fault'] : []),
  ];
}

/** Of eight, the first three differ, three are as they should be, and two are new. */
const LISTED = 8;
const THERE = 6;
const DIFFER = 3;
const register: SyncContact[] = Array.from({ length: LISTED }, (_, place) => ({
  urns: [urnOf(place)],
  name: `Person ${place}`,
  ...(place < DIFFER ? { language: 'fra' } : {}),
}));

const byUrn: Bulk['matching'] = (scene, { urns = [] }) =>
  scene.living().filter(contact => urns.some(urn => contact.urns.includes(urn)));
const byField: Bulk['matching'] = (scene, { fields }) =>
  scene.living().filter(contact => contact.fields.case === fields?.case);

const cases = Array.from({ length: LISTED }, (_, place) => ({
  name: `Case ${place}`,
  fields: { case: `c${place}` },
}));

function withCases(scene: Scene): void {
  scene.field('Case');
  scene.people(THERE, place => ({ fields: { case: `c${place}` } }));
}

const plain: Case[] = [
  bulk('syncContacts by URN', {
    isSafe: true,
    list: register,
    furnish: scene => scene.people(THERE),
    operation: list => rapidpro.syncContacts(list),
    matching: byUrn,
  }),
  bulk('syncContacts with a group', {
    isSafe: true,
    list: register.map(one => ({ ...one, groups: ['Mothers'] })),
    furnish(scene) {
      scene.group();
      scene.people(THERE);
    },
    operation: list => rapidpro.syncContacts(list),
    matching: byUrn,
  }),
  bulk('syncContacts by a field', {
    isSafe: true,
    list: cases.map((one, place) => ({ ...one, urns: [urnOf(place)] })),
    furnish: withCases,
    operation: list => rapidpro.syncContacts(list, { key: 'fields.case' }),
    matching: byField,
  }),
  bulk('syncContacts by a field, without URNs', {
    isSafe: false,
    list: cases,
    furnish: withCases,
    operation: list => rapidpro.syncContacts(list, { key: 'fields.case' }),
    matching: byField,
  }),
  bulk('upsertContacts', {
    isSafe: true,
    list: register,
    furnish: scene => scene.people(THERE),
    operation: list => rapidpro.upsertContacts(list),
    matching: byUrn,
  }),
];

/** People who are all there: several pages. */
const COUNTS = { 1: 60, 100: 200, 1000: 400 } as const;

/** A list of people who are all there, while others change them. */
const whileOthersWork: Case = {
  name: 'syncContacts by a field, nothing new',
  isSafe: true,
  changes: ['touch', 'touch many'],
  prepare(scene) {
    const count = COUNTS[scene.plan.instant];
    scene.field('Case');
    scene.people(count, place => ({ fields: { case: `c${place}` } }));
    scene.listen('contacts');
    const list = Array.from({ length: count }, (_, place) => ({
      name: `Person ${place}`,
      fields: { case: `c${place}` },
    }));
    return {
      operate: () => scene.step(rapidpro.syncContacts(list, { key: 'fields.case' })),
      judge(end) {
        const { created = [], unchanged = [] } = (end.state?.data ?? {}) as Partial<BulkResult>;
        const made = scene.done('contact created');
        return [
          ...(made > 0 ? [`${made} made a second time`] : []),
          ...(created.length !== made ? [`${created.length} reported as created`] : []),
          ...(scene.plan.isPassing &&
          end.error === undefined &&
          unchanged.length < count &&
          made === 0
            ? [`${count - unchanged.length} reported otherwise than unchanged`]
            : []),
        ];
      },
    };
  },
};

/** Members whom the list names, members whom it does not, and somebody of the other group alone. */
const NAMED = 16;
const MISSING = 5;
const MOST_LEAVING = 10;

/** What would show that somebody left for nothing, or that it is not told. */
function wrongLeaving(
  scene: Scene,
  result: BulkResult | undefined,
  { isNamed, before, mothers }: { isNamed(one: Contact): boolean; before: Before; mothers: string },
): string[] {
  const { store, workspace } = scene;
  const removals = store.ledger.filter(({ work }) => work === 'contact remove');
  const contactOf = (uuid: string) => store.contacts.get(uuid);
  const named = removals.filter(({ to }) => isNamed(contactOf(to) as Contact)).length;
  const others = [...before].filter(([uuid, groups]) => {
    const now = contactOf(uuid);
    return now && [...groups].some(group => group !== mothers && !now.groups.has(group));
  }).length;
  const [{ request } = { request: -1 }] = removals;
  const readings = workspace.requests
    .slice(0, Math.max(request, 0))
    .filter(({ endpoint, query }) => endpoint === 'contacts' && query.includes('reverse='));
  const isRead = readings.length > 0 && !spoils(readings.at(-1)?.fault);
  const { left = [], notRemoved, notAttempted = [], stopped } = result ?? {};
  const mayHaveLeft = new Set([...left, ...(notRemoved?.uuids ?? [])]);
  const stayed = left.filter(uuid => contactOf(uuid)?.groups.has(mothers)).length;
  const untold = removals.filter(({ to }) => !mayHaveLeft.has(to)).length;
  const isWhole = notAttempted.length === 0;
  return [
    ...(named > 0 ? [`${named} left whom the list names`] : []),
    ...(others > 0 ? [`${others} left another group`] : []),
    ...(removals.length > 0 && !isRead ? ['they left though the members were not all read'] : []),
    ...(left.length > 0 && !isWhole ? ['they left though the list was not worked through'] : []),
    ...(left.length > 0 && new Set(left).size < left.length ? ['left twice in data.left'] : []),
    ...(stayed > 0 ? [`${stayed} reported as left are still there`] : []),
    ...(result && untold > 0 ? [`${untold} left and are not reported`] : []),
    ...(stopped && left.length === 0 && !notRemoved
      ? ['stopped, and notRemoved says nothing']
      : []),
  ];
}

/** Groups of everybody before. */
type Before = ReadonlyMap<string, ReadonlySet<string>>;

/** Whether an answer that a fault struck was of no use. What is slow may still come. */
const spoils = (fault: string | undefined) => fault !== undefined && !fault.startsWith('slow');

/** Who is no longer in the list leaves one group. */
const removing: Case = {
  name: 'syncContacts, and the missing leave',
  isSafe: true,
  changes: ['touch', 'add', 'leave'],
  columns: [
    'none',
    '429 seconds',
    '429 huge',
    '500 before',
    '500 after',
    '502-504 after',
    'reset before',
    'reset after',
    'cut after',
    'web page after',
    'reset after, then 429 huge',
    'mixed',
    'odd time',
    'touch, unique times',
    'add, unique times',
    'leave, unique times',
  ],
  prepare(scene) {
    const [mothers, clinic] = [scene.group('Mothers'), scene.group('Clinic')];
    const people = scene.people(NAMED + MISSING + 1, place => ({
      groups: new Set([
        ...(place < NAMED + MISSING ? [mothers.uuid] : []),
        ...(place % 2 === 1 ? [clinic.uuid] : []),
      ]),
    }));
    const reading = scene.listen('contacts', mothers);
    const listed = [...Array.from({ length: NAMED }, (_, place) => place), 900, 901];
    const list = listed.map((place): SyncContact => {
      const differs = place % 5 === 0 ? { language: 'fra' } : {};
      return { urns: [urnOf(place)], name: `Person ${place}`, groups: ['Mothers'], ...differs };
    });
    const urns = new Set(list.flatMap(one => one.urns ?? []));
    const before: Before = new Map(people.map(({ uuid, groups }) => [uuid, new Set(groups)]));
    const options = { removeMissing: { groups: ['Mothers'], atMost: MOST_LEAVING } };
    return {
      operate: () => scene.step(rapidpro.syncContacts(list, options)),
      judge(end) {
        const result = end.error === undefined ? (end.state?.data as BulkResult) : undefined;
        const isNamed = (one: Contact) => one.urns.some(urn => urns.has(urn));
        const still = people.filter(
          one => !isNamed(one) && one.groups.has(mothers.uuid) && reading.throughout.has(one.uuid),
        ).length;
        return [
          ...wrongLeaving(scene, result, { isNamed, before, mothers: mothers.uuid }),
          ...(scene.plan.isPassing && still > 0 ? [`not survived: ${still} stayed`] : []),
        ];
      },
    };
  },
};

export const BULKS: Case[] = [...plain, whileOthersWork, removing];
