import { startTrackerJob } from './jobs.mjs';
import { refusal } from './messages.mjs';
import { amissInEnrollment, amissInEvent, amissInPerson } from './tracker-checks.mjs';
import { isUid, newUid } from './uid.mjs';

const KINDS = ['EVENT', 'TRACKED_ENTITY', 'ENROLLMENT', 'RELATIONSHIP'];
/** What these parameters may be. */
const PARAMETERS = {
  importStrategy: ['CREATE', 'UPDATE', 'CREATE_AND_UPDATE', 'DELETE'],
  atomicMode: ['ALL', 'OBJECT'],
  importMode: ['COMMIT', 'VALIDATE'],
};
const NOTHING = { created: 0, updated: 0, deleted: 0, ignored: 0, total: 0 };

/**
 * `POST /api/tracker`: checks a payload as DHIS2 does, keeps what may be kept, and reports.
 *
 * @returns {{ status: number, body: object }}
 */
export function postTracker({ store, user, query, payload, baseUrl }) {
  const wrong = unreadable(store, payload);
  if (wrong) return refusal(400, `JSON parse error: ${wrong}`);
  for (const [name, values] of Object.entries(PARAMETERS)) {
    const value = query.get(name);
    if (value === null || values.includes(value.toUpperCase())) continue;
    const text = `Value '${value}' is not valid for parameter ${name}. Valid values are: [${values.join(', ')}]`;
    return refusal(400, text);
  }
  if (query.get('async') !== 'false') {
    return startTrackerJob(store, baseUrl, () => importTracker(store, user, query, payload));
  }
  const body = importTracker(store, user, query, payload);
  return { status: body.bundleReport ? 200 : 409, body };
}

/** What DHIS2 cannot read at all: an id that is none, a date that is none. */
function unreadable(store, payload) {
  if (payload === undefined) return 'Unexpected end-of-input';
  const { people, enrollments, events } = flatten(payload);
  const ids = [
    ...people.map(one => one.trackedEntity),
    ...enrollments.flatMap(one => [one.enrollment, one.trackedEntity]),
    ...events.flatMap(one => [one.event, one.enrollment]),
  ];
  const wrong = ids.find(id => id !== undefined && id !== null && !isUid(id));
  if (wrong !== undefined) {
    return `Cannot construct instance of \`org.hisp.dhis.common.UID\`, problem: UID must be an alphanumeric string of 11 characters starting with a letter, but was: ${wrong}`;
  }
  const dates = [...enrollments, ...events].flatMap(one => [
    one.enrolledAt,
    one.occurredAt,
    one.scheduledAt,
  ]);
  const date = dates.find(one => one && Number.isNaN(store.readTime(String(one))));
  return date === undefined
    ? undefined
    : `Invalid date format '${date}', only 'yyyy-MM-dd'T'HH:mm:ss.SSS' format end epoch milliseconds are supported.`;
}

/** Checks and keeps. A refusal has no `bundleReport`. */
export function importTracker(store, user, query, payload) {
  const isObject = (query.get('atomicMode') ?? 'ALL').toUpperCase() === 'OBJECT';
  const strategy = (query.get('importStrategy') ?? 'CREATE_AND_UPDATE').toUpperCase();
  const bundle = { ...flatten(payload), strategy, user, refused: new Set() };
  const errorReports = findErrors(store, bundle);
  const validationReport = { errorReports, warningReports: [] };
  const total = bundle.people.length + bundle.enrollments.length + bundle.events.length;
  if (errorReports.length > 0 && !isObject) {
    return { status: 'ERROR', validationReport, stats: { ...NOTHING, ignored: total, total } };
  }
  const isTrial = query.get('importMode')?.toUpperCase() === 'VALIDATE';
  const typeReportMap = isTrial ? {} : commit(store, bundle);
  const stats = { ...NOTHING, ignored: bundle.refused.size, total };
  for (const one of Object.values(typeReportMap)) {
    for (const name of ['created', 'updated', 'deleted']) stats[name] += one.stats[name];
  }
  return { status: 'OK', validationReport, stats, bundleReport: { typeReportMap } };
}

/** Enrollments may stand inside of their tracked entity or beside it, and so may events. */
function flatten({ trackedEntities = [], enrollments = [], events = [] }) {
  const people = trackedEntities.map(one => ({
    ...one,
    trackedEntity: one.trackedEntity ?? newUid(),
  }));
  const allEnrollments = [
    ...people.flatMap(({ trackedEntity, enrollments: inner = [] }) =>
      inner.map(one => ({ ...one, trackedEntity })),
    ),
    ...enrollments,
  ].map(one => ({ ...one, enrollment: one.enrollment ?? newUid() }));
  const allEvents = [
    ...allEnrollments.flatMap(({ enrollment, events: inner = [] }) =>
      inner.map(one => ({ ...one, enrollment })),
    ),
    ...events,
  ].map(one => ({ ...one, event: one.event ?? newUid() }));
  return { people, enrollments: allEnrollments, events: allEvents };
}

function findErrors(store, bundle) {
  const reports = [];
  const note = (trackerType, uid, found) => {
    if (found.length > 0) bundle.refused.add(uid);
    for (const [errorCode, message] of found) {
      const args = [...message.matchAll(/`([^`]*)`/g)].map(([, quoted]) => quoted);
      reports.push({ message, errorCode, trackerType, uid, args });
    }
  };
  /** What has nothing wrong of its own, but hangs on what is refused. */
  const hangs = (noun, id, parentNoun, parent) =>
    bundle.refused.has(parent)
      ? [
          [
            'E5000',
            `${noun} \`${id}\` cannot be created because ${parentNoun} \`${parent}\` referenced by it could not be created.`,
          ],
        ]
      : [];
  for (const one of bundle.people) {
    note('TRACKED_ENTITY', one.trackedEntity, amissInPerson(store, bundle, one));
  }
  for (const one of bundle.enrollments) {
    const { enrollment: id, trackedEntity: parent } = one;
    const own = amissInEnrollment(store, bundle, one);
    const found = own.length > 0 ? own : hangs('enrollment', id, 'trackedEntity', parent);
    note('ENROLLMENT', id, found);
  }
  for (const one of bundle.events) {
    const { event: id, enrollment: parent } = one;
    const own = amissInEvent(store, bundle, one);
    note('EVENT', id, own.length > 0 ? own : hangs('event', id, 'enrollment', parent));
  }
  // DHIS2 gives them in the order of a hash set, which is any.
  return reports.sort((a, b) => hash(a) - hash(b));
}

function hash({ errorCode, uid, message }) {
  let sum = 0;
  for (const sign of `${message}${uid}${errorCode}`) sum = (sum * 31 + sign.codePointAt(0)) % 65521;
  return sum;
}

function commit(store, { people, enrollments, events, refused, strategy }) {
  const reports = Object.fromEntries(
    KINDS.map(trackerType => [
      trackerType,
      { trackerType, stats: { ...NOTHING }, objectReports: [] },
    ]),
  );
  const note = (kind, uid, what) => {
    const { stats, objectReports } = reports[kind];
    stats[what] += 1;
    stats.total += 1;
    objectReports.push({ trackerType: kind, uid, errorReports: [] });
  };
  const work = strategy === 'DELETE' ? REMOVALS : SAVES;
  const lists = { TRACKED_ENTITY: people, ENROLLMENT: enrollments, EVENT: events };
  for (const [kind, list] of Object.entries(lists)) {
    const [idOf, act] = work[kind];
    for (const one of list) {
      if (!refused.has(one[idOf])) note(kind, one[idOf], act(store, one));
    }
  }
  return reports;
}

const SAVES = {
  TRACKED_ENTITY: ['trackedEntity', (...all) => (savePerson(...all) ? 'updated' : 'created')],
  ENROLLMENT: ['enrollment', (...all) => (saveEnrollment(...all) ? 'updated' : 'created')],
  EVENT: ['event', (...all) => (saveEvent(...all) ? 'updated' : 'created')],
};

const removeEvents = (store, enrollment) => {
  for (const one of [...store.events.values()]) {
    if (one.enrollment === enrollment) remove(store, store.events, one.id);
  }
};
const remove = (store, map, id) => {
  store.deleted.add(id);
  map.delete(id);
  return 'deleted';
};
const REMOVALS = {
  TRACKED_ENTITY: [
    'trackedEntity',
    (store, { trackedEntity: id }) => {
      for (const { id: enrollment, trackedEntity } of [...store.enrollments.values()]) {
        if (trackedEntity !== id) continue;
        removeEvents(store, enrollment);
        remove(store, store.enrollments, enrollment);
      }
      return remove(store, store.people, id);
    },
  ],
  ENROLLMENT: [
    'enrollment',
    (store, { enrollment }) => {
      removeEvents(store, enrollment);
      return remove(store, store.enrollments, enrollment);
    },
  ],
  EVENT: ['event', (store, { event }) => remove(store, store.events, event)],
};

/** Keeps a tracked entity. Attributes that are not named stay; null empties one. A geometry that is not named goes. */
export function savePerson(
  store,
  { trackedEntity: id, trackedEntityType: type, orgUnit, geometry, attributes = [] },
) {
  const existing = store.people.get(id);
  const now = store.clock();
  const values = new Map(existing?.values);
  for (const { attribute, value } of attributes) {
    if (value === null || value === undefined) values.set(attribute, undefined);
    else values.set(attribute, String(value));
  }
  store.people.set(id, {
    id,
    type,
    orgUnit,
    ...(geometry ? { geometry } : {}),
    createdAt: existing?.createdAt ?? now,
    updatedAt: now,
    values,
  });
  return existing !== undefined;
}

function saveEnrollment(store, { enrollment: id, attributes = [], events: _events, ...one }) {
  const existed = store.enrollments.has(id);
  const { trackedEntity, program, orgUnit, status = 'ACTIVE', enrolledAt, occurredAt } = one;
  const kept = { id, trackedEntity, program, orgUnit, status, enrolledAt, occurredAt };
  store.enrollments.set(id, kept);
  const person = store.people.get(trackedEntity);
  // A tracked entity counts as changed when one of its enrollments is.
  person.updatedAt = store.clock();
  for (const { attribute, value } of attributes) person.values.set(attribute, String(value));
  return existed;
}

function saveEvent(store, { event: id, dataValues = [], ...one }) {
  const existing = store.events.get(id);
  const now = store.clock();
  const values = new Map(existing?.values);
  for (const { dataElement, value } of dataValues) {
    const known = values.get(dataElement);
    if (value === null || value === undefined) values.delete(dataElement);
    else
      values.set(dataElement, {
        value: String(value),
        createdAt: known?.createdAt ?? now,
        updatedAt: now,
      });
  }
  const isCompleted = one.status === 'COMPLETED';
  const completedAt = isCompleted ? (existing?.completedAt ?? now) : undefined;
  const times = { createdAt: existing?.createdAt ?? now, updatedAt: now, completedAt };
  const trackedEntity = store.enrollments.get(one.enrollment)?.trackedEntity;
  store.events.set(id, { id, ...one, ...times, values, trackedEntity });
  return existing !== undefined;
}
