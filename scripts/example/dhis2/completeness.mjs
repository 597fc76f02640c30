import { done, refusal } from './messages.mjs';
import { plainPeriod, readPeriod } from './periods.mjs';
import { isWithin } from './store.mjs';

const keyOf = ({ dataSet, period, organisationUnit }) =>
  `${dataSet} ${plainPeriod(period)} ${organisationUnit}`;

/** Marks a data set as complete. It does not look at the kind of the period, nor whether the unit has the data set. */
export function register(store, user, entry, isDryRun = false) {
  const { completed = true, date, storedBy, ...place } = entry;
  const key = keyOf(place);
  const existed = store.registrations.has(key);
  if (isDryRun) return existed ? 'updated' : 'imported';
  store.registrations.set(key, {
    period: plainPeriod(place.period),
    dataSet: place.dataSet,
    organisationUnit: place.organisationUnit,
    attributeOptionCombo: 'HllvX50cXC0',
    date: String(date ?? store.today()).slice(0, 10),
    storedBy: storedBy ?? user.username,
    completed,
  });
  return existed ? 'updated' : 'imported';
}

/** `POST /api/completeDataSetRegistrations`: with one good entry at least the answer is 200. */
export function postRegistrations({ store, user, query, payload }) {
  const isDryRun = query.get('dryRun') === 'true';
  const importCount = { imported: 0, updated: 0, ignored: 0, deleted: 0 };
  const conflicts = [];
  for (const one of payload?.completeDataSetRegistrations ?? []) {
    const problem = amiss(store, one);
    if (problem) {
      importCount.ignored += 1;
      conflicts.push(problem);
    } else importCount[register(store, user, one, isDryRun)] += 1;
  }
  const isRefused = importCount.ignored > 0 && importCount.imported + importCount.updated === 0;
  const response = {
    status: isRefused ? 'ERROR' : 'SUCCESS',
    description: 'Import process complete.',
    importCount,
    conflicts,
    rejectedIndexes: [],
    responseType: 'ImportSummary',
  };
  if (!isRefused) return done('Import was successful.', { response });
  const { status, body } = refusal(409, 'An error occurred, please check import summary.');
  return { status, body: { ...body, response } };
}

function amiss(store, { dataSet, period, organisationUnit }) {
  if (!store.dataSets.has(dataSet)) {
    return { object: dataSet, value: 'Data set not found or not accessible' };
  }
  if (!readPeriod(period)) return { object: period, value: 'Period not valid' };
  if (!store.orgUnits.has(organisationUnit)) {
    return { object: organisationUnit, value: 'Organisation unit not found or not accessible' };
  }
  return undefined;
}

/** `GET /api/completeDataSetRegistrations`. */
export function listRegistrations({ store, query }) {
  // What is not there counts as not named.
  const dataSets = query.getAll('dataSet').filter(id => store.dataSets.has(id));
  const periods = query.getAll('period').filter(readPeriod).map(plainPeriod);
  const units = query.getAll('orgUnit').filter(id => store.orgUnits.has(id));
  if (dataSets.length === 0)
    return refusal(409, 'At least one data set must be specified', 'E2013');
  const [from, to] = [query.get('startDate'), query.get('endDate')];
  if (periods.length === 0 && !(from && to)) {
    return refusal(409, 'At least one valid period or start/end dates must be specified', 'E2014');
  }
  if (units.length === 0) {
    return refusal(409, 'At least one valid organisation unit must be specified', 'E2015');
  }
  const children = query.get('children') === 'true';
  const isWanted = ({ dataSet, period, organisationUnit: unit }) => {
    const { start, end } = readPeriod(period);
    return (
      dataSets.includes(dataSet) &&
      (periods.length > 0 ? periods.includes(period) : start <= to && end >= from) &&
      units.some(one => (children ? isWithin(store, unit, one) : unit === one))
    );
  };
  const found = [...store.registrations.values()].filter(isWanted);
  return { status: 200, body: { completeDataSetRegistrations: found } };
}

/** `DELETE /api/completeDataSetRegistrations?ds=…&pe=…&ou=…`. */
export function removeRegistration({ store, query }) {
  const [dataSet, period, organisationUnit] = ['ds', 'pe', 'ou'].map(name => query.get(name));
  store.registrations.delete(keyOf({ dataSet, period, organisationUnit }));
  return { status: 204, body: '' };
}
