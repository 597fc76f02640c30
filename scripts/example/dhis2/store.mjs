import { DateTime } from 'luxon';
import { METADATA } from './metadata.mjs';

/** What an object has that was set up with less. */
const WITHOUT = {
  orgUnits: {},
  levels: {},
  attributes: { unique: false },
  combos: {},
  types: { attributes: [] },
  programs: { organisationUnits: [], programStages: [] },
  stages: { dataElements: [] },
  dataElements: { zeroIsSignificant: false, categoryCombo: 'bjDvmb4bfuf' },
  dataSets: { openFuturePeriods: 0, expiryDays: 0, dataElements: [], organisationUnits: [] },
  users: { authorities: [], organisationUnits: [] },
  userGroups: {},
};

/** Sets an object up, or changes one that is there. */
export function setUp(store, kind, row) {
  store[kind].set(row.id, { ...WITHOUT[kind], ...store[kind].get(row.id), ...row });
}

/**
 * What the stand-in remembers. Times are kept in milliseconds and shown as DHIS2 shows them: by the server's clock, without a zone.
 *
 * @param {object} [options]
 * @param {object} [options.metadata] - lists as in metadata.mjs; those that are not named are as there
 * @param {() => number} [options.clock]
 * @param {string} [options.version]
 * @param {string} [options.zone] - the server's time zone
 * @param {string} [options.calendar]
 */
export function createStore(options = {}) {
  const { clock = Date.now, version = '2.42.5.2', zone = 'Africa/Kigali' } = options;
  const metadata = { ...METADATA, ...options.metadata };
  const store = {
    clock,
    version,
    zone,
    calendar: options.calendar ?? 'iso8601',
    /** Before 2.41 some parameters and lists have other names. */
    isBefore41: /^2\.(3\d|40)\b/.test(version),
    orgUnits: new Map(),
    levels: new Map(),
    types: new Map(),
    attributes: new Map(),
    programs: new Map(),
    stages: new Map(),
    combos: new Map(),
    dataElements: new Map(),
    dataSets: new Map(),
    users: new Map(),
    userGroups: new Map(),
    /** Tracked entities by id: `{ id, type, orgUnit, geometry?, createdAt, updatedAt, values: Map }`. */
    people: new Map(),
    /** Ids of what was deleted; they never come back. */
    deleted: new Set(),
    enrollments: new Map(),
    events: new Map(),
    /** Data values by `dataElement period orgUnit combo`. */
    dataValues: new Map(),
    /** Complete data sets by `dataSet period orgUnit`. */
    registrations: new Map(),
    /** The dataStore: namespaces, in each the keys. */
    namespaces: new Map(),
    /** Jobs in the background, by id. */
    jobs: new Map(),
    /** The registrations as they were when the tables for analytics were made. */
    analytics: undefined,
    tokens: new Map(),
  };
  const lists = {
    orgUnits: metadata.organisationUnits,
    levels: metadata.organisationUnitLevels,
    types: metadata.trackedEntityTypes,
    attributes: metadata.trackedEntityAttributes,
    programs: metadata.programs,
    stages: metadata.programStages,
    combos: metadata.categoryCombos,
    dataElements: metadata.dataElements,
    dataSets: metadata.dataSets,
    users: metadata.users,
  };
  for (const [kind, rows] of Object.entries(lists)) {
    for (const row of rows) setUp(store, kind, row);
  }
  store.shown = milliseconds =>
    DateTime.fromMillis(milliseconds, { zone }).toFormat("yyyy-MM-dd'T'HH:mm:ss.SSS");
  store.today = () => store.shown(clock()).slice(0, 10);
  /** Reads a time in one of the ways in which DHIS2 takes them; NaN for others. */
  store.readTime = text => {
    const isTime =
      /^\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}(:\d{2}(\.\d{1,3})?)?)?(Z|[+-]\d{2}:?\d{2})?$/.test(text);
    return isTime ? DateTime.fromISO(text, { zone }).toMillis() : Number.NaN;
  };
  return store;
}

/** Whether an organisation unit is another one or lies below it. */
export function isWithin(store, unit, ancestor) {
  for (let id = unit; id !== undefined; id = store.orgUnits.get(id)?.parent) {
    if (id === ancestor) return true;
  }
  return false;
}

/** How deep an organisation unit lies; 1 is the root. */
export function levelOf(store, unit) {
  const parent = store.orgUnits.get(unit)?.parent;
  return parent === undefined ? 1 : levelOf(store, parent) + 1;
}

/** The ids of an organisation unit and of those above it, from the root on: `/CountryRW01/ClinicKacy1`. */
export function pathOf(store, unit) {
  const parent = store.orgUnits.get(unit)?.parent;
  return `${parent === undefined ? '' : pathOf(store, parent)}/${unit}`;
}
