import { refusal } from './messages.mjs';
import { isWithin, readTime, shownTime } from './store.mjs';

/** `GET /api/tracker/trackedEntities`. */
export function listPeople(store, query) {
  const problem = amiss(store, query);
  if (problem) return refusal(400, problem);
  const pageSize = Number(query.get('pageSize') ?? 50);
  const page = Number(query.get('page') ?? 1);
  const found = [...store.people.values()]
    .filter(isWanted(store, query))
    .sort(byOrder(query.get('order')));
  const all = found.map(one => shown(store, one, query));
  if (query.get('paging') === 'false') return { status: 200, body: listed(store, all) };
  const totals =
    query.get('totalPages') === 'true'
      ? { total: all.length, pageCount: Math.max(1, Math.ceil(all.length / pageSize)) }
      : {};
  const trackedEntities = all.slice((page - 1) * pageSize, page * pageSize);
  const pager = { page, pageSize, ...totals };
  return { status: 200, body: listed(store, trackedEntities, pager) };
}

/** Since 2.41 a list has its own name and a pager; before, it was called `instances`. */
function listed({ isBefore41 }, rows, pager) {
  if (isBefore41) return { ...pager, instances: rows };
  return { ...(pager ? { pager } : {}), trackedEntities: rows };
}

/** `GET /api/tracker/trackedEntities/{uid}`. */
export function onePerson(store, id, query) {
  const person = store.people.get(id);
  if (!person) return refusal(404, `TrackedEntity with id ${id} could not be found.`, 'E1005');
  return { status: 200, body: shown(store, person, query) };
}

function amiss(store, query) {
  const { units, mode } = unitsOf(store, query);
  if (units.length === 0 && !/^(ALL|ACCESSIBLE|CAPTURE)$/.test(mode)) {
    return `At least one organisation unit must be specified for orgUnitMode: ${mode}`;
  }
  const unknown = units.find(id => !store.orgUnits.has(id));
  if (unknown) return `Organisation unit does not exist: ${unknown}`;
  const program = query.get('program');
  if (program && !store.programs.has(program)) {
    return `Program is specified but does not exist: ${program}`;
  }
  if (!program && !query.get('trackedEntityType') && !query.get('trackedEntities')) {
    return 'Either Program or Tracked entity type should be specified';
  }
  const after = query.get('updatedAfter');
  if (after !== null && Number.isNaN(readTime(after))) {
    return `Value '${after}' is not valid for parameter updatedAfter. It should be a date.`;
  }
  return undefined;
}

/** Parameters that a version does not know are ignored. */
function unitsOf({ isBefore41 }, query) {
  const [units, mode, between] = isBefore41
    ? ['orgUnit', 'ouMode', ';']
    : ['orgUnits', 'orgUnitMode', ','];
  return {
    units: (query.get(units) ?? '').split(between).filter(Boolean),
    mode: query.get(mode) ?? 'SELECTED',
  };
}

function isWanted(store, query) {
  const { units, mode } = unitsOf(store, query);
  const program = query.get('program');
  const after = query.get('updatedAfter');
  const enrolled = new Set(
    [...store.enrollments.values()]
      .filter(one => one.program === program)
      .map(one => one.trackedEntity),
  );
  const isInside = ({ orgUnit }) => {
    if (units.length === 0) return true;
    if (mode === 'DESCENDANTS') return units.some(unit => isWithin(store, orgUnit, unit));
    return units.includes(orgUnit);
  };
  return person =>
    isInside(person) &&
    (!program || enrolled.has(person.id)) &&
    (after === null || person.updatedAt >= readTime(after));
}

/** Newest first by default. */
function byOrder(order) {
  const [key = 'createdAt', direction = 'asc'] = (order ?? 'createdAt:desc').split(':');
  const sign = direction.toLowerCase() === 'desc' ? -1 : 1;
  return (a, b) => sign * (a[key] - b[key] || (a.id < b.id ? -1 : 1));
}

function shown(store, person, query) {
  const fields = query.get('fields');
  // Without a program only the attributes of the type are shown.
  const ofType = store.types.get(person.type).attributes;
  const isShown = attribute => query.has('program') || ofType.includes(attribute);
  const whole = {
    trackedEntity: person.id,
    trackedEntityType: person.type,
    createdAt: shownTime(person.createdAt),
    updatedAt: shownTime(person.updatedAt),
    orgUnit: person.orgUnit,
    inactive: false,
    deleted: false,
    potentialDuplicate: false,
    ...(person.geometry ? { geometry: person.geometry } : {}),
    attributes: [...person.values]
      .filter(([attribute]) => isShown(attribute))
      .map(([attribute, value]) => {
        const { name: displayName, valueType } = store.attributes.get(attribute);
        return { attribute, displayName, valueType, value };
      }),
  };
  const enrollments = [...store.enrollments.values()]
    .filter(one => one.trackedEntity === person.id)
    .map(({ id, ...one }) => ({ enrollment: id, ...one }));
  return fields ? picked({ ...whole, enrollments }, fields) : whole;
}

/** DHIS2's `fields`: names, and names with the wanted parts in brackets. */
function picked(value, fields) {
  if (fields.trim() === '*') return value;
  const wanted = [...fields.matchAll(/(\w+)(?:\[([^\]]*)\])?/g)];
  const entries = wanted
    .filter(([, name]) => name in value)
    .map(([, name, inner]) => {
      const found = value[name];
      return [name, inner ? found.map(one => picked(one, inner)) : found];
    });
  return Object.fromEntries(entries);
}
