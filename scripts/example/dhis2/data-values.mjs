import { may } from './access.mjs';
import { register } from './completeness.mjs';
import { startJob } from './jobs.mjs';
import { done, refusal } from './messages.mjs';
import { latestOpen, plainPeriod, readPeriod } from './periods.mjs';
import { isWithin } from './store.mjs';
import { isLostZero, misfit } from './values.mjs';

const DEFAULT = 'HllvX50cXC0';
const DAY = 24 * 60 * 60 * 1000;

/**
 * `POST /api/dataValueSets`: keeps the values that are right. Those that are not are in `conflicts`, and the answer's status
 * is then 409 although the others have been kept: so does DHIS2.
 */
export function postDataValues(request) {
  const { store, user, query, payload, baseUrl } = request;
  if (!may(user, 'F_DATAVALUE_ADD')) {
    return refusal(403, 'Access is denied, requires one Authority from [F_DATAVALUE_ADD]');
  }
  if (payload === undefined) {
    return around(
      summary({}, [], [], 'ERROR', 'The import process failed: Post-condition was null'),
    );
  }
  if (query.get('async') !== 'true') return around(importValues(request));
  return startJob(store, 'DATAVALUE_IMPORT', baseUrl, () => importValues(request));
}

function importValues({ store, user, query, payload }) {
  const { dataValues = [], completeDate, ...shared } = payload;
  const ids = resolver(store, query);
  if (shared.dataSet && !store.dataSets.has(shared.dataSet)) return noDataSet(shared.dataSet);
  const importCount = { imported: 0, updated: 0, ignored: 0, deleted: 0 };
  const conflicts = new Map();
  const rejectedIndexes = [];
  const written = new Set();
  for (const [index, one] of dataValues.entries()) {
    const value = ids({ ...shared, ...one });
    const problem = amiss(store, user, value, shared.dataSet, query);
    if (problem) {
      importCount.ignored += 1;
      rejectedIndexes.push(index);
      note(conflicts, problem, index);
      continue;
    }
    const place = keyOf(value);
    const what = save(store, user, value, query);
    // Several values of one request for the same place count once.
    if (what && !written.has(place)) importCount[what] += 1;
    written.add(place);
  }
  if (completeDate && shared.dataSet && query.get('dryRun') !== 'true') {
    register(store, user, {
      dataSet: shared.dataSet,
      period: shared.period,
      organisationUnit: shared.orgUnit,
      date: completeDate,
    });
  }
  const all = [...conflicts.values()];
  return {
    ...summary(importCount, all, rejectedIndexes, all.length === 0 ? 'SUCCESS' : 'WARNING'),
    dataSetComplete: completeDate ?? 'false',
  };
}

function noDataSet(id) {
  const value = `Data set not found or not accessible: \`${id}\``;
  const conflict = { object: id, objects: { dataSet: id }, value, errorCode: 'E7600' };
  return summary({}, [{ ...conflict, property: 'dataSet' }], [], 'WARNING');
}

/** Puts ids in place of codes, where the request says that it has codes. A code that is unknown stays. */
function resolver(store, query) {
  const byCode = (map, scheme) => id => {
    if ((query.get(scheme) ?? query.get('idScheme'))?.toUpperCase() !== 'CODE') return id;
    return [...map.values()].find(one => one.code === id)?.id ?? id;
  };
  const element = byCode(store.dataElements, 'dataElementIdScheme');
  const unit = byCode(store.orgUnits, 'orgUnitIdScheme');
  return value => ({
    ...value,
    dataElement: element(value.dataElement),
    orgUnit: unit(value.orgUnit),
  });
}

/** The first thing that is wrong with a value, as DHIS2 reports it. */
function amiss(
  store,
  user,
  { dataElement: id, period, orgUnit, value, categoryOptionCombo: combo },
  dataSet,
  query,
) {
  const found = (errorCode, property, objects, text, object = Object.values(objects)[0]) => ({
    ...(object ? { object } : {}),
    objects,
    value: text,
    errorCode,
    ...(property ? { property } : {}),
  });
  const isStrict = name => query.get(`strict${name}`) === 'true';
  const element = store.dataElements.get(id);
  if (!element) {
    const text = `Data element not found or not accessible: \`${id}\``;
    return found('E7610', 'dataElement', { dataElement: id }, text);
  }
  const time = readPeriod(period);
  if (!time) return found('E7611', 'period', { period }, `Period not valid: \`${period}\``);
  if (!store.orgUnits.has(orgUnit)) {
    const text = `Organisation unit not found or not accessible: \`${orgUnit}\``;
    return found('E7612', 'orgUnit', { organisationUnit: orgUnit }, text);
  }
  const own = user.organisationUnits ?? [];
  if (!may(user, 'ALL') && !own.some(unit => isWithin(store, orgUnit, unit))) {
    const text = `Organisation unit: \`${orgUnit}\` not in hierarchy of current user: \`${user.id}\``;
    return found('E7617', 'orgUnit', { organisationUnit: orgUnit, user: user.id }, text);
  }
  const combos = store.combos.get(element.categoryCombo).categoryOptionCombos.map(one => one.id);
  const known = [...store.combos.values()].flatMap(one => one.categoryOptionCombos);
  if (combo && !known.some(one => one.id === combo)) {
    const text = `Category option combo not found or not accessible for writing data: \`${combo}\``;
    return found('E7613', 'categoryOptionCombo', { categoryOptionCombo: combo }, text);
  }
  if (value === undefined || value === null || value === '') {
    const text = `Data value or comment not specified for data element: \`${id}\``;
    return found('E7618', 'value', { dataElement: id }, text);
  }
  const wrong = misfit(String(value), element.valueType);
  if (wrong) {
    const text = `Value must match value type of data element \`${id}\`: \`${wrong}\``;
    return found('E7619', 'value', { dataElement: id, value: wrong }, text);
  }
  const dataSets = [...store.dataSets.values()].filter(one => one.dataElements.includes(id));
  if (isStrict('Periods') && !dataSets.some(({ periodType }) => periodType === time.type)) {
    const text = `Period type of period: \`${period}\` not valid for data element: \`${id}\``;
    return found('E7632', undefined, { period, dataElement: id }, text);
  }
  if (isStrict('DataElements') && dataSet && !dataSets.some(one => one.id === dataSet)) {
    const text = `Data element: \`${id}\` is not part of dataset: \`${dataSet}\``;
    return found('E7633', 'dataElement', { dataElement: id, dataSet }, text);
  }
  if (isStrict('CategoryOptionCombos') && !combos.includes(combo ?? DEFAULT)) {
    const text = `Category option combo: \`${combo ?? null}\` must be part of category combo of data element: \`${id}\``;
    const objects = { ...(combo ? { categoryOptionCombo: combo } : {}), dataElement: id };
    return found('E7634', 'categoryOptionCombo', objects, text, combo ?? null);
  }
  if (
    isStrict('OrganisationUnits') &&
    !dataSets.some(one => one.organisationUnits.includes(orgUnit))
  ) {
    const text = `Data element: \`${id}\` must be assigned through data sets to organisation unit: \`${orgUnit}\``;
    return found('E7636', 'orgUnit', { organisationUnit: orgUnit, dataElement: id }, text);
  }
  return closed(store, dataSets, { id, period, time }, found);
}

/** Periods that a data set does not take yet, or no longer. */
function closed(store, dataSets, { id, period, time }, found) {
  const today = store.today();
  for (const { id: dataSet, periodType, openFuturePeriods = 0, expiryDays = 0 } of dataSets) {
    const latest = latestOpen(periodType, today, openFuturePeriods);
    if (time.start > latest.start) {
      const text = `Period: \`${period}\` is after latest open future period: \`${latest.name}\` for data element: \`${id}\` and data set: \`${dataSet}\``;
      return found('E7641', 'period', { period, dataElement: id, dataSet }, text);
    }
    const last = Date.parse(time.end) + expiryDays * DAY;
    if (expiryDays > 0 && last < Date.parse(today)) {
      const text = `Current date is past expiry days for period: \`${period}\`  and data set: \`${dataSet}\``;
      return found('E7640', 'period', { period, dataSet }, text);
    }
  }
  return undefined;
}

/** Conflicts of one kind with one object are reported once, with the places of all. */
function note(conflicts, problem, index) {
  const key = `${problem.errorCode} ${JSON.stringify(problem.objects)}`;
  const known = conflicts.get(key);
  if (known) known.indexes.push(index);
  else conflicts.set(key, { ...problem, indexes: [index] });
}

const keyOf = ({ dataElement, period, orgUnit, categoryOptionCombo: combo = DEFAULT }) =>
  `${dataElement} ${plainPeriod(period)} ${orgUnit} ${combo}`;

/** What a strategy leaves alone: what is there, or what is not. */
const ONLY = {
  CREATE: known => !known,
  NEW: known => !known,
  UPDATE: known => known,
  UPDATES: known => known,
};

/** Keeps a value, as far as the request's strategy wants it; with `dryRun=true` it only says what it would do. */
function save(store, user, value, query) {
  const { dataElement, period, orgUnit, categoryOptionCombo = DEFAULT } = value;
  const key = keyOf(value);
  const known = store.dataValues.get(key);
  const text = String(value.value);
  const isDryRun = query.get('dryRun') === 'true';
  const strategy = (query.get('importStrategy') ?? '').toUpperCase();
  const remove = () => isDryRun || store.dataValues.delete(key);
  if (strategy === 'DELETE') return known && remove() ? 'deleted' : 'ignored';
  if (ONLY[strategy] && !ONLY[strategy](known)) return 'ignored';
  if (isLostZero(text, store.dataElements.get(dataElement))) {
    return known && remove() ? 'deleted' : undefined;
  }
  if (known?.value === text) return 'ignored';
  const now = store.clock();
  if (!isDryRun) {
    store.dataValues.set(key, {
      dataElement,
      period: plainPeriod(period),
      orgUnit,
      categoryOptionCombo,
      attributeOptionCombo: DEFAULT,
      value: text,
      storedBy: user.username,
      created: known?.created ?? now,
      lastUpdated: now,
    });
  }
  return known ? 'updated' : 'imported';
}

function summary(counts, conflicts, rejectedIndexes, status, description) {
  return {
    status,
    description: description ?? 'Import process completed successfully',
    importCount: { imported: 0, updated: 0, ignored: 0, deleted: 0, ...counts },
    conflicts,
    rejectedIndexes,
    responseType: 'ImportSummary',
  };
}

function around(response) {
  if (response.status === 'SUCCESS') return done('Import was successful.', { response });
  const message =
    response.status === 'ERROR'
      ? 'An error occurred, please check import summary.'
      : 'One more conflicts encountered, please check import summary.';
  const { status, body } = refusal(409, message);
  return { status, body: { ...body, status: response.status, response } };
}

/** `GET /api/dataValueSets`. */
export function getDataValues({ store, query }) {
  // What is not there counts as not named.
  const dataSets = query.getAll('dataSet').filter(id => store.dataSets.has(id));
  const periods = query.getAll('period').filter(readPeriod).map(plainPeriod);
  const units = query.getAll('orgUnit').filter(id => store.orgUnits.has(id));
  const [from, to] = [query.get('startDate'), query.get('endDate')];
  const missing = [
    [
      dataSets.length > 0,
      'E2001',
      'At least one data element, data set or data element group must be specified',
    ],
    [
      periods.length > 0 || (from && to),
      'E2002',
      'At least one valid period, start/end dates, last updated or last updated duration must be specified',
    ],
    [
      units.length > 0,
      'E2006',
      'At least one valid organisation unit or organisation unit group must be specified',
    ],
  ].find(([isThere]) => !isThere);
  if (missing) return refusal(409, missing[2], missing[1]);
  const elements = dataSets.flatMap(id => store.dataSets.get(id).dataElements);
  const children = query.get('children') === 'true';
  const isWhen = period => {
    if (periods.length > 0) return periods.includes(period);
    const { start, end } = readPeriod(period);
    return start >= from && end <= to;
  };
  const isWhere = unit => units.some(one => (children ? isWithin(store, unit, one) : one === unit));
  const at = time => `${new Date(time).toISOString().slice(0, 19)}.000+0000`;
  const dataValues = [...store.dataValues.values()]
    .filter(one => elements.includes(one.dataElement) && isWhen(one.period) && isWhere(one.orgUnit))
    .map(({ created, lastUpdated, ...one }) => ({
      ...one,
      created: at(created),
      lastUpdated: at(lastUpdated),
      comment: null,
      followup: false,
    }));
  // Of one data set, period and unit it says which at the top.
  const isOne = [dataSets, periods, units].every(list => list.length === 1) && !children;
  const [dataSet, period, orgUnit] = [dataSets[0], periods[0], units[0]];
  const top = isOne ? { dataSet, completeDate: null, period, orgUnit } : {};
  return { status: 200, body: { ...top, dataValues } };
}
