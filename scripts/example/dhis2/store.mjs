import { METADATA } from './metadata.mjs';

/**
 * What the stand-in remembers. Times are kept in milliseconds and shown as DHIS2 shows them: without a zone.
 *
 * @param {object} [options]
 * @param {object} [options.metadata] - as in metadata.mjs
 * @param {() => number} [options.clock]
 * @param {string} [options.version]
 */
export function createStore({ metadata = METADATA, clock = Date.now, version = '2.41.3' } = {}) {
  const byId = rows => new Map(rows.map(row => [row.id, row]));
  return {
    clock,
    version,
    /** Before 2.41 some parameters and lists have other names. */
    isBefore41: /^2\.(3\d|40)\b/.test(version),
    orgUnits: byId(metadata.organisationUnits),
    types: byId(metadata.trackedEntityTypes),
    attributes: byId(metadata.trackedEntityAttributes),
    programs: byId(metadata.programs),
    dataElements: byId(metadata.dataElements),
    /** Tracked entities by id: `{ id, type, orgUnit, geometry?, createdAt, updatedAt, values: Map }`. */
    people: new Map(),
    /** Enrollments by id. */
    enrollments: new Map(),
    /** Data values by `dataElement period orgUnit`. */
    dataValues: new Map(),
  };
}

/** `2026-11-24T07:00:00.123`, as DHIS2 writes times. */
export const shownTime = milliseconds => new Date(milliseconds).toISOString().slice(0, -1);

/** Reads a time in one of the ways in which DHIS2 takes them; NaN for others. */
export function readTime(text) {
  if (!/^\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}(:\d{2}(\.\d{1,3})?)?)?(Z|[+-]\d{2}:?\d{2})?$/.test(text)) {
    return Number.NaN;
  }
  return Date.parse(
    /(Z|[+-]\d{2}:?\d{2})$/.test(text.slice(10)) || text.length === 10 ? text : `${text}Z`,
  );
}

/** Whether an organisation unit is another one or lies below it. */
export function isWithin(store, unit, ancestor) {
  for (let id = unit; id !== undefined; id = store.orgUnits.get(id)?.parent) {
    if (id === ancestor) return true;
  }
  return false;
}
