import { may } from './access.mjs';
import { picked } from './fields.mjs';
import { refusal } from './messages.mjs';
import { paged } from './pager.mjs';
import { isWithin } from './store.mjs';
import { isUid } from './uid.mjs';

/** `GET /api/tracker/trackedEntities`. */
export function listPeople({ store, user, query, url, baseUrl }) {
  const problem = amiss(store, query) ?? unbound(query);
  if (problem) return problem;
  const found = [...store.people.values()]
    .filter(isWanted(store, user, query))
    .sort(byOrder(query.get('order') ?? 'createdAt:desc'))
    .map(one => shownPerson(store, one, query));
  return listed(store, 'trackedEntities', found, url, baseUrl);
}

/** A list of people needs one of these. By DHIS2's source; it was not recorded. */
function unbound(query) {
  const names = ['program', 'trackedEntityType', 'trackedEntities'];
  if (names.some(name => query.get(name))) return undefined;
  return bad('Either `program`, `trackedEntityType` or `trackedEntities` should be specified');
}

/** A list has its own name and a pager. Before 2.41 it was called `instances`. */
function listed({ isBefore41 }, name, found, url, baseUrl) {
  const key = isBefore41 ? 'instances' : name;
  if (url.searchParams.get('paging') === 'false') return { status: 200, body: { [key]: found } };
  const { pager, rows } = paged(found, url, baseUrl);
  return { status: 200, body: isBefore41 ? { ...pager, [key]: rows } : { pager, [key]: rows } };
}

/** `GET /api/tracker/trackedEntities/{uid}`: 404 also for somebody who is not in the program that the request names. */
export function onePerson({ store, query, params: [id] }) {
  if (!isUid(id)) return badUid(id);
  const person = store.people.get(id);
  const program = query.get('program');
  const isIn = [...store.enrollments.values()].some(
    one => one.trackedEntity === id && one.program === program,
  );
  if (!person || (program && !isIn && !isBefore42(store))) {
    return refusal(404, `TrackedEntity with id ${id} could not be found.`, 'E1005');
  }
  return { status: 200, body: shownPerson(store, person, query) };
}

const isBefore42 = ({ version }) => /^2\.(3\d|40|41)\b/.test(version);

const badUid = id =>
  refusal(
    400,
    `Value '${id}' is not valid for path parameter uid. UID must be an alphanumeric string of 11 characters starting with a letter.`,
  );

const bad = (message, code = 'E1003') => refusal(400, message, code);

const TIMES = ['updated', 'scheduled', 'occurred'].flatMap(one => [`${one}After`, `${one}Before`]);

/** What a list refuses: pages, an order and times that are none, units and programs that are not there. */
function amiss(store, query, one = 'org unit or tracked entity') {
  for (const name of ['page', 'pageSize']) {
    const value = query.get(name);
    if (value !== null && !/^[1-9]\d*$/.test(value)) {
      return bad(`${name} must be greater than or equal to 1 if specified`);
    }
  }
  for (const name of TIMES) {
    const time = query.get(name);
    if (time !== null && Number.isNaN(store.readTime(time))) {
      const why = `Invalid format: "${time}"`;
      return refusal(400, `Value '${time}' is not valid for parameter ${name}. ${why}`);
    }
  }
  const wrong = (query.get('order') ?? '')
    .split(',')
    .filter(Boolean)
    .map(part => part.split(':')[0])
    .find(name => !ORDERS.includes(name) && !store.attributes.has(name));
  if (wrong) {
    return bad(`order parameter is invalid. Cannot order by '${wrong}'.`);
  }
  const { units, mode } = unitsOf(store, query);
  const needsUnits = ['SELECTED', 'CHILDREN', 'DESCENDANTS'].includes(mode);
  if (needsUnits && units.length === 0 && !query.get('trackedEntities')) {
    const both = one.includes(' or ') ? 'one of the two' : `one ${one}`;
    return bad(
      `At least one ${one} is required for orgUnitMode: ${mode}. Please add ${both} or use a different orgUnitMode.`,
    );
  }
  const unknown = units.find(id => !store.orgUnits.has(id));
  if (unknown) return bad(`Organisation unit does not exist: ${unknown}`);
  const program = query.get('program');
  if (program && !store.programs.has(program)) {
    return bad(`Program is specified but does not exist: ${program}`);
  }
  const stage = query.get('programStage');
  if (stage && !store.stages.has(stage)) {
    return bad(`Program stage is specified but does not exist: ${stage}`);
  }
  return undefined;
}

const ORDERS = [
  'createdAt',
  'createdAtClient',
  'updatedAt',
  'updatedAtClient',
  'enrolledAt',
  'inactive',
  'trackedEntity',
  'event',
  'scheduledAt',
  'occurredAt',
  'completedAt',
  'status',
  'orgUnit',
];

/** The units of a request. Parameters that a version does not know are ignored. */
function unitsOf({ isBefore41 }, query) {
  const [name, modeName, between] = isBefore41
    ? ['orgUnit', 'ouMode', ';']
    : ['orgUnits', 'orgUnitMode', ','];
  const units = (query.get(name) ?? '').split(between).filter(Boolean);
  return { units, mode: query.get(modeName) ?? (units.length > 0 ? 'SELECTED' : 'ACCESSIBLE') };
}

function isInside(store, user, units, mode) {
  const own = may(user, 'ALL') ? [...store.orgUnits.keys()] : (user.organisationUnits ?? []);
  const isBelow = (unit, list) => list.some(one => isWithin(store, unit, one));
  return unit => {
    if (!isBelow(unit, own)) return false;
    if (units.length === 0) return true;
    return mode === 'DESCENDANTS' ? isBelow(unit, units) : units.includes(unit);
  };
}

const SPANS = { d: 86_400_000, h: 3_600_000, m: 60_000, s: 1000 };

/** Whether a record was changed in the time that a request wants. */
function isRecent(store, query) {
  const after = query.get('updatedAfter');
  const before = query.get('updatedBefore');
  const within = /^(\d+)([dhms])$/.exec(query.get('updatedWithin') ?? '');
  return ({ updatedAt }) =>
    (after === null || updatedAt >= store.readTime(after)) &&
    (before === null || updatedAt <= store.readTime(before)) &&
    (!within || updatedAt >= store.clock() - Number(within[1]) * SPANS[within[2]]);
}

/** How a filter compares, in small letters. */
const OPERATORS = {
  eq: (value, wanted) => value === wanted,
  ne: (value, wanted) => value !== wanted,
  like: (value, wanted) => value.includes(wanted),
  sw: (value, wanted) => value.startsWith(wanted),
  ew: (value, wanted) => value.endsWith(wanted),
  in: (value, wanted) => wanted.split(';').includes(value),
  null: value => value === '',
  '!null': value => value !== '',
};

function isWanted(store, user, query) {
  const { units, mode } = unitsOf(store, query);
  const program = query.get('program');
  const ids = query.get('trackedEntities')?.split(',');
  const type = query.get('trackedEntityType');
  const isHere = isInside(store, user, units, mode);
  const isNew = isRecent(store, query);
  // With a program, the unit that counts is the one that owns the enrollment.
  const ownerOf = new Map(
    [...store.enrollments.values()]
      .filter(one => one.program === program)
      .map(one => [one.trackedEntity, one.orgUnit]),
  );
  const filters = query.getAll('filter').map(text => text.split(':'));
  const hasValue = ({ values }, [attribute, operator, ...rest]) => {
    const value = (values.get(attribute) ?? '').toLowerCase();
    return OPERATORS[operator]?.(value, rest.join(':').toLowerCase()) ?? false;
  };
  return person =>
    (!program || ownerOf.has(person.id)) &&
    (!type || person.type === type) &&
    (!ids || ids.includes(person.id)) &&
    isHere(program ? ownerOf.get(person.id) : person.orgUnit) &&
    isNew(person) &&
    filters.every(filter => hasValue(person, filter));
}

function byOrder(order) {
  const [key, direction = 'asc'] = order.split(':');
  const sign = direction.toLowerCase() === 'desc' ? -1 : 1;
  const compare = (a = '', b = '') => (a < b ? -1 : a > b ? 1 : 0);
  return (a, b) => sign * (compare(a[key], b[key]) || compare(a.id, b.id));
}

const OPENFN = { uid: 'UserOpenFn1', username: 'openfn', firstName: 'Open', surname: 'Fn' };
const BY = { createdBy: OPENFN, updatedBy: OPENFN };

function shownPerson(store, person, query) {
  const fields = query.get('fields') ?? '*,!enrollments';
  const program = store.programs.get(query.get('program'));
  // Without a program only the attributes of the type are shown.
  const ofType = store.types.get(person.type)?.attributes ?? [];
  const isShown = id => program !== undefined || ofType.includes(id);
  const times = {
    createdAt: store.shown(person.createdAt),
    updatedAt: store.shown(person.updatedAt),
  };
  const attributes = [...person.values]
    .filter(([attribute]) => isShown(attribute))
    .map(([attribute, value]) => {
      const { name: displayName, valueType } = store.attributes.get(attribute);
      const shown = { attribute, displayName, ...times, valueType };
      // One that was emptied comes without a value.
      return value === undefined ? shown : { ...shown, value };
    });
  const enrollments = [...store.enrollments.values()]
    .filter(one => one.trackedEntity === person.id)
    .filter(one => !program || one.program === program.id)
    .map(({ id, enrolledAt, occurredAt, ...one }) => ({
      enrollment: id,
      ...one,
      enrolledAt: midnight(store, enrolledAt),
      occurredAt: midnight(store, occurredAt),
    }));
  const whole = {
    trackedEntity: person.id,
    trackedEntityType: person.type,
    ...times,
    orgUnit: person.orgUnit,
    inactive: false,
    deleted: false,
    potentialDuplicate: false,
    ...(person.geometry ? { geometry: person.geometry } : {}),
    ...BY,
    attributes,
    enrollments,
  };
  return picked(whole, fields);
}

const midnight = (store, date) => (date ? store.shown(store.readTime(String(date))) : undefined);

/** `GET /api/tracker/events`: the parameter for units is `orgUnit` here, where trackedEntities take `orgUnits`. */
export function listEvents({ store, user, query, url, baseUrl }) {
  const own = new URLSearchParams(query);
  own.delete('orgUnits');
  const name = store.isBefore41 ? 'orgUnit' : 'orgUnits';
  if (query.has('orgUnit')) own.set(name, query.get('orgUnit'));
  const problem = amiss(store, own, 'org unit');
  if (problem) return problem;
  const { units, mode } = unitsOf(store, own);
  const isHere = isInside(store, user, units, mode);
  const isNew = isRecent(store, query);
  const wants = value => wanted => !query.get(wanted) || query.get(wanted) === value;
  const day = time => time && midnight(store, time).slice(0, 10);
  const isBetween = (time, name) => {
    const [from, to] = ['After', 'Before'].map(one => query.get(`${name}${one}`)?.slice(0, 10));
    const at = day(time);
    return (!from || (at && at >= from)) && (!to || (at && at <= to));
  };
  const ids = ['events', 'enrollments'].map(one => query.get(one)?.split(','));
  const isListed = (list, id) => !list || list.includes(id);
  const isStatus = ({ status, scheduledAt }) => {
    const wanted = query.get('status');
    if (wanted !== 'OVERDUE') return !wanted || status === wanted;
    return status === 'SCHEDULE' && day(scheduledAt) < store.today();
  };
  const found = [...store.events.values()]
    .filter(
      one =>
        isHere(one.orgUnit) &&
        isNew(one) &&
        wants(one.program)('program') &&
        wants(one.programStage)('programStage') &&
        wants(one.enrollment)('enrollment') &&
        wants(one.trackedEntity)('trackedEntity') &&
        isStatus(one) &&
        isListed(ids[0], one.id) &&
        isListed(ids[1], one.enrollment) &&
        isBetween(one.scheduledAt, 'scheduled') &&
        isBetween(one.occurredAt, 'occurred'),
    )
    .sort(byOrder(query.get('order') ?? 'createdAt:desc'))
    .map(one => shownEvent(store, one, query));
  return listed(store, 'events', found, url, baseUrl);
}

/** `GET /api/tracker/events/{uid}`. */
export function oneEvent({ store, query, params: [id] }) {
  if (!isUid(id)) return badUid(id);
  const event = store.events.get(id);
  if (!event) return refusal(404, `Event with id ${id} could not be found.`, 'E1005');
  return { status: 200, body: shownEvent(store, event, query) };
}

function shownEvent(store, { id, values, createdAt, updatedAt, completedAt, ...one }, query) {
  const whole = {
    event: id,
    ...one,
    occurredAt: midnight(store, one.occurredAt),
    scheduledAt: midnight(store, one.scheduledAt),
    followUp: false,
    deleted: false,
    createdAt: store.shown(createdAt),
    updatedAt: store.shown(updatedAt),
    attributeOptionCombo: 'HllvX50cXC0',
    attributeCategoryOptions: 'xYerKDKCefk',
    ...(completedAt ? { completedBy: 'openfn', completedAt: store.shown(completedAt) } : {}),
    ...BY,
    dataValues: [...values].map(([dataElement, value]) => ({
      createdAt: store.shown(value.createdAt),
      updatedAt: store.shown(value.updatedAt),
      storedBy: 'openfn',
      providedElsewhere: false,
      dataElement,
      value: value.value,
      ...BY,
    })),
    notes: [],
  };
  const given = Object.entries(whole).filter(([, value]) => value !== undefined);
  return picked(Object.fromEntries(given), query.get('fields') ?? '*');
}
