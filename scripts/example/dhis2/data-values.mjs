import { shownTime } from './store.mjs';
import { isPeriod, misfit } from './values.mjs';

/**
 * `POST /api/dataValueSets`: keeps the values that are right. Those that are not are in `conflicts`, and the answer's status
 * is then 409 although the others have been kept: so does DHIS2.
 */
export function importDataValues(store, { dataValues = [], ...shared } = {}) {
  const importCount = { imported: 0, updated: 0, ignored: 0, deleted: 0 };
  const conflicts = new Map();
  const rejectedIndexes = [];
  for (const [index, one] of dataValues.entries()) {
    const value = { ...shared, ...one };
    const problem = amiss(store, value);
    if (problem) {
      importCount.ignored += 1;
      rejectedIndexes.push(index);
      note(conflicts, problem, index);
    } else importCount[save(store, value)] += 1;
  }
  return answer(importCount, [...conflicts.values()], rejectedIndexes);
}

function amiss(store, { dataElement: id, period, orgUnit, value }) {
  const problem = (errorCode, property, object, message) => ({
    errorCode,
    property,
    object,
    message,
  });
  const element = store.dataElements.get(id);
  if (!element) {
    return problem(
      'E7610',
      'dataElement',
      id,
      `Data element not found or not accessible: \`${id}\``,
    );
  }
  if (!isPeriod(period))
    return problem('E7611', 'period', period, `Period not valid: \`${period}\``);
  if (!store.orgUnits.has(orgUnit)) {
    return problem(
      'E7612',
      'orgUnit',
      orgUnit,
      `Organisation unit not found or not accessible: \`${orgUnit}\``,
    );
  }
  if (value === undefined || value === null || value === '') {
    return problem(
      'E7618',
      'value',
      id,
      `Data value or comment not specified for data element: \`${id}\``,
    );
  }
  const wrong = misfit(String(value), element.valueType);
  return wrong
    ? problem(
        'E7619',
        'value',
        id,
        `Value must match value type of data element \`${id}\`: \`${wrong}\``,
      )
    : undefined;
}

/** Conflicts of one kind with one object are reported once, with the places of all. */
function note(conflicts, { errorCode, property, object, message }, index) {
  const key = `${errorCode} ${object}`;
  const known = conflicts.get(key);
  if (known) known.indexes.push(index);
  else {
    conflicts.set(key, {
      object,
      objects: { [property]: object },
      value: message,
      errorCode,
      property,
      indexes: [index],
    });
  }
}

function save(store, { dataElement, period, orgUnit, value }) {
  // A week is the same with and without its leading zero.
  const week = String(period).replace(/W0/, 'W');
  const key = `${dataElement} ${week} ${orgUnit}`;
  const existed = store.dataValues.has(key);
  const lastUpdated = shownTime(store.clock());
  store.dataValues.set(key, {
    dataElement,
    period: week,
    orgUnit,
    value: String(value),
    lastUpdated,
  });
  return existed ? 'updated' : 'imported';
}

function answer(importCount, conflicts, rejectedIndexes) {
  const isClean = conflicts.length === 0;
  const response = {
    responseType: 'ImportSummary',
    status: isClean ? 'SUCCESS' : 'WARNING',
    description: 'Import process completed successfully',
    importCount,
    conflicts,
    rejectedIndexes,
    dataSetComplete: 'false',
  };
  const outside = isClean
    ? { httpStatus: 'OK', httpStatusCode: 200, status: 'OK', message: 'Import was successful.' }
    : {
        httpStatus: 'Conflict',
        httpStatusCode: 409,
        status: 'WARNING',
        message: 'One more conflicts encountered, please check import summary.',
      };
  return { status: outside.httpStatusCode, body: { ...outside, response } };
}
