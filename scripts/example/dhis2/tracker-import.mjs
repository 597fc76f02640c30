import { amissInEnrollment, amissInPerson } from './tracker-checks.mjs';
import { newUid } from './uid.mjs';

const KINDS = ['TRACKED_ENTITY', 'ENROLLMENT', 'EVENT', 'RELATIONSHIP'];
const NOTHING = { created: 0, updated: 0, deleted: 0, ignored: 0, total: 0 };

/**
 * `POST /api/tracker?async=false`: checks a payload as DHIS2 does, keeps what may be kept, and reports.
 *
 * @returns {{ status: number, body: object }}
 */
export function importTracker(store, query, payload) {
  const atomic = (query.get('atomicMode') ?? 'ALL').toUpperCase();
  const bundle = flatten(
    payload,
    (query.get('importStrategy') ?? 'CREATE_AND_UPDATE').toUpperCase(),
  );
  const errors = findErrors(store, bundle);
  const isRefused = errors.length > 0 && atomic === 'ALL';
  const report = {
    status: errors.length > 0 ? 'ERROR' : 'OK',
    validationReport: { errorReports: errors, warningReports: [] },
  };
  const total = bundle.people.length + bundle.enrollments.length;
  if (isRefused) {
    const stats = { ...NOTHING, ignored: total, total };
    return { status: 409, body: { ...report, stats, bundleReport: { typeReportMap: {} } } };
  }
  const typeReportMap = commit(store, bundle);
  const stats = { ...NOTHING, ignored: bundle.refused.size, total };
  for (const one of Object.values(typeReportMap)) {
    stats.created += one.stats.created;
    stats.updated += one.stats.updated;
  }
  const status = errors.length > 0 ? 409 : 200;
  return { status, body: { ...report, stats, bundleReport: { typeReportMap } } };
}

/** Enrollments may stand inside of their tracked entity or beside it. */
function flatten({ trackedEntities = [], enrollments = [] } = {}, strategy) {
  const people = trackedEntities.map(({ enrollments: inner = [], ...one }) => {
    const trackedEntity = one.trackedEntity ?? newUid();
    return { person: { ...one, trackedEntity }, inner };
  });
  const nested = people.flatMap(({ person, inner }) =>
    inner.map(one => ({ ...one, trackedEntity: person.trackedEntity })),
  );
  return {
    strategy,
    people: people.map(({ person }) => person),
    enrollments: [...nested, ...enrollments].map(one => ({
      ...one,
      enrollment: one.enrollment ?? newUid(),
    })),
    refused: new Set(),
  };
}

function findErrors(store, bundle) {
  const reports = [];
  const note = (trackerType, uid, found) => {
    if (found.length > 0) bundle.refused.add(uid);
    reports.push(
      ...found.map(([errorCode, message]) => ({ message, errorCode, trackerType, uid })),
    );
  };
  for (const one of bundle.people) {
    note('TRACKED_ENTITY', one.trackedEntity, amissInPerson(store, bundle, one));
  }
  for (const one of bundle.enrollments) {
    note('ENROLLMENT', one.enrollment, amissInEnrollment(store, bundle, one));
  }
  return reports;
}

function commit(store, { people, enrollments, refused }) {
  const reports = Object.fromEntries(
    KINDS.map(trackerType => [
      trackerType,
      { trackerType, stats: { ...NOTHING }, objectReports: [] },
    ]),
  );
  const note = (kind, uid, existed) => {
    const { stats, objectReports } = reports[kind];
    stats[existed ? 'updated' : 'created'] += 1;
    stats.total += 1;
    objectReports.push({ trackerType: kind, uid, errorReports: [] });
  };
  for (const one of people.filter(({ trackedEntity }) => !refused.has(trackedEntity))) {
    note('TRACKED_ENTITY', one.trackedEntity, savePerson(store, one));
  }
  for (const one of enrollments.filter(({ enrollment }) => !refused.has(enrollment))) {
    note('ENROLLMENT', one.enrollment, saveEnrollment(store, one));
  }
  return reports;
}

/** Keeps a tracked entity. Attributes that are not named stay; null takes one away. A geometry that is not named goes. */
export function savePerson(
  store,
  { trackedEntity: id, trackedEntityType: type, orgUnit, geometry, attributes = [] },
) {
  const existing = store.people.get(id);
  const now = store.clock();
  const values = new Map(existing?.values);
  for (const { attribute, value } of attributes) {
    if (value === null || value === undefined) values.delete(attribute);
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

function saveEnrollment(
  store,
  {
    enrollment: id,
    trackedEntity,
    program,
    orgUnit,
    status = 'ACTIVE',
    enrolledAt,
    occurredAt,
    attributes = [],
  },
) {
  const existed = store.enrollments.has(id);
  store.enrollments.set(id, {
    id,
    trackedEntity,
    program,
    orgUnit,
    status,
    enrolledAt,
    occurredAt,
  });
  const person = store.people.get(trackedEntity);
  // A tracked entity counts as changed when one of its enrollments is.
  person.updatedAt = store.clock();
  for (const { attribute, value } of attributes) person.values.set(attribute, String(value));
  return existed;
}
