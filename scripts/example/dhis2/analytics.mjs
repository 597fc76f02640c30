import { startJob } from './jobs.mjs';
import { refusal } from './messages.mjs';
import { periodsAround, readPeriod } from './periods.mjs';
import { isWithin, levelOf } from './store.mjs';

const DAY = 24 * 60 * 60 * 1000;

/** `POST /api/resourceTables/analytics`: what is complete by now is what rates are made of. */
export function makeTables({ store, baseUrl }) {
  return startJob(store, 'ANALYTICS_TABLE', baseUrl, () => {
    store.analytics = new Map(store.registrations);
    return { status: 'OK' };
  });
}

const METRICS = {
  REPORTING_RATE: ({ actual, expected }) => (100 * actual) / expected,
  REPORTING_RATE_ON_TIME: ({ onTime, expected }) => (100 * onTime) / expected,
  ACTUAL_REPORTS: ({ actual }) => actual,
  ACTUAL_REPORTS_ON_TIME: ({ onTime }) => onTime,
  EXPECTED_REPORTS: ({ expected }) => expected,
};
const NAMES = {
  REPORTING_RATE: 'Reporting rate',
  REPORTING_RATE_ON_TIME: 'Reporting rate on time',
  ACTUAL_REPORTS: 'Actual reports',
  ACTUAL_REPORTS_ON_TIME: 'Actual reports on time',
  EXPECTED_REPORTS: 'Expected reports',
};

/** `GET /api/analytics` for reporting rates of data sets. */
export function analytics({ store, query }) {
  const read = (name, kind) =>
    query
      .getAll(kind)
      .find(one => one.startsWith(`${name}:`))
      ?.slice(name.length + 1)
      .split(';');
  const items = (read('dx', 'dimension') ?? []).filter(one => {
    const [dataSet, metric] = one.split('.');
    return store.dataSets.has(dataSet) && METRICS[metric];
  });
  if (items.length === 0) {
    const message = 'Dimension is present in query without any valid dimension options: `dx`';
    return refusal(409, message, 'E7124');
  }
  if (!store.analytics) {
    const message =
      'Query failed because a referenced table does not exist. Please ensure analytics job was run (SqlState: 42P01)';
    const answer = refusal(409, message, 'E7144');
    const devMessage =
      'ERROR: relation "analytics_completenesstarget" does not exist\n  Position: 57';
    return { ...answer, body: { ...answer.body, devMessage } };
  }
  const times = read('pe', 'dimension') ?? read('pe', 'filter') ?? [];
  const periods = periodsOf(store, times);
  const wanted = read('ou', 'dimension');
  const places = wanted ?? read('ou', 'filter') ?? [];
  const units = unitsOf(store, places);
  const named = [...times, ...places];
  const rows = items.flatMap(item => {
    const [dataSet, metric] = item.split('.');
    return periods.flatMap(period =>
      (wanted ? units.map(unit => [unit]) : [units]).flatMap(group => {
        const counts = count(store, dataSet, period, group);
        if (counts.expected === 0) return [];
        const value = String(Math.round(METRICS[metric](counts) * 100) / 100);
        return [[item, period, ...(wanted ? group : []), value]];
      }),
    );
  });
  const headers = [
    header('dx', 'Data'),
    header('pe', 'Period'),
    ...(wanted ? [header('ou', 'Organisation unit')] : []),
    { ...header('value', 'Value'), valueType: 'NUMBER', type: 'java.lang.Double', meta: false },
  ];
  const width = headers.length;
  const about =
    query.get('skipMeta') === 'true' ? {} : metaData(store, { items, periods, units, named });
  const size = { headerWidth: width, height: rows.length };
  return { status: 200, body: { headers, metaData: about, rowContext: {}, width, rows, ...size } };
}

const header = (name, column) => {
  const type = 'java.lang.String';
  return { name, column, valueType: 'TEXT', type, hidden: false, meta: true };
};

function metaData(store, { items, periods, units, named }) {
  const names = [
    ...['dx:Data', 'pe:Period', 'ou:Organisation unit'].map(one => one.split(':')),
    ...items.map(item => {
      const [dataSet, metric] = item.split('.');
      return [item, `${store.dataSets.get(dataSet).name} - ${NAMES[metric]}`];
    }),
    ...periods.map(period => {
      const { start, end } = readPeriod(period);
      return [period, `${period} ${start} - ${end}`];
    }),
    ...units.map(unit => [unit, store.orgUnits.get(unit).name]),
  ];
  return {
    items: {
      ...Object.fromEntries(names.map(([id, name]) => [id, { name }])),
      ...asked(store, named),
    },
    dimensions: { dx: items, pe: periods, ou: units, co: [] },
  };
}

/** What a request names beside units and periods themselves: a level, a unit above, a time that counts back from today. */
function asked(store, named) {
  const entries = named.map(one => {
    const level = [...store.levels.values()].find(({ level }) => one === `LEVEL-${level}`);
    const place = level ?? (named.some(isLevel) ? store.orgUnits.get(one) : undefined);
    if (place) return [place.id, { uid: place.id, name: place.name }];
    return RELATIVE.test(one) ? [one, { name: one.toLowerCase().replaceAll('_', ' ') }] : [];
  });
  return Object.fromEntries(entries.filter(([key]) => key));
}

const isLevel = name => name.startsWith('LEVEL-');
const RELATIVE = /^(LAST|THIS)_(?:(\d+)_)?(WEEK|MONTH|QUARTER|YEAR)S?$/;

/** Names of periods, and those that count back from today, such as `LAST_4_WEEKS`. */
function periodsOf(store, names) {
  const types = { WEEK: 'Weekly', MONTH: 'Monthly', QUARTER: 'Quarterly', YEAR: 'Yearly' };
  return names.flatMap(name => {
    const found = RELATIVE.exec(name);
    if (!found) return readPeriod(name) ? [name] : [];
    const today = store.today();
    const all = [-1, 0]
      .flatMap(years =>
        periodsAround(types[found[3]], `${Number(today.slice(0, 4)) + years}-06-15`),
      )
      .filter(({ start }) => start <= today)
      .map(one => one.name);
    const known = [...new Set(all)];
    return found[1] === 'THIS' ? known.slice(-1) : known.slice(-1 - Number(found[2] ?? 1), -1);
  });
}

/** Ids of units, and the units of a level: below those that are named beside it, or all. */
function unitsOf(store, names) {
  const ids = names.filter(name => store.orgUnits.has(name));
  const levels = names.flatMap(name => /^LEVEL-(\d+)$/.exec(name)?.[1] ?? []).map(Number);
  if (levels.length === 0) return ids;
  return [...store.orgUnits.keys()].filter(
    unit =>
      levels.includes(levelOf(store, unit)) &&
      (ids.length === 0 || ids.some(id => isWithin(store, unit, id))),
  );
}

function count(store, dataSet, period, units) {
  const { organisationUnits, timelyDays = 0 } = store.dataSets.get(dataSet);
  const { end } = readPeriod(period);
  const isBelow = unit => units.some(one => isWithin(store, unit, one));
  const complete = [...store.analytics.values()].filter(
    one =>
      one.completed &&
      one.dataSet === dataSet &&
      one.period === period &&
      isBelow(one.organisationUnit),
  );
  const onTime = ({ date }) => Date.parse(date) <= Date.parse(end) + timelyDays * DAY;
  return {
    expected: organisationUnits.filter(isBelow).length,
    actual: complete.length,
    onTime: complete.filter(onTime).length,
  };
}
