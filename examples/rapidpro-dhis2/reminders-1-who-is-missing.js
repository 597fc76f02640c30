// Finds clinics that have not completed the last period.

const PER_REQUEST = 100;
const PAGE = 'DHIS2 answered with a page instead of data: check its address and the credential.';

// What is complete in DHIS2 right now.
async function completeByNow({ id }, period, state) {
  const query = {
    dataSet: id,
    orgUnit: state.settings.dhis2.orgUnit,
    children: true,
    startDate: period.start,
    endDate: period.end,
  };
  const { data } = await get('/api/completeDataSetRegistrations', { query })(state);
  // If this counted as an empty list, everyone would be reminded.
  if (typeof data !== 'object') throw new Error(PAGE);
  return (data.completeDataSetRegistrations ?? [])
    .filter(one => one.period === period.id && one.completed !== false)
    .map(one => one.organisationUnit);
}

// What was complete when DHIS2 last built its analytics tables. Its reports and dashboards show the same.
async function completeInTables({ id, clinics }, period, state) {
  const complete = [];
  for (let start = 0; start < clinics.length; start += PER_REQUEST) {
    const part = clinics.slice(start, start + PER_REQUEST).map(clinic => clinic.id);
    const dimensions = [`dx:${id}.REPORTING_RATE`, `pe:${period.id}`, `ou:${part.join(';')}`];
    const search = dimensions.map(one => `dimension=${encodeURIComponent(one)}`).join('&');
    const { data } = await get(`/api/analytics?${search}&skipMeta=true`)(state);
    if (!data?.rows) throw new Error(PAGE);
    // Rows have the rate, the period, the clinic and a number as text.
    const isLow = clinic => data.rows.some(row => row[2] === clinic && Number(row[3]) < 100);
    complete.push(...part.filter(clinic => !isLow(clinic)));
  }
  return complete;
}

// Clinics that closed before the period, or opened after it, have nothing to report.
const isAtWork = (clinic, { start, end }) =>
  !(clinic.closedDate?.slice(0, 10) < start) && !(clinic.openingDate?.slice(0, 10) > end);

fn(async state => {
  const missing = {}; // by report: ids of clinics
  for (const { name, dataSet: id, reminder } of state.settings.reports) {
    const dataSet = state.dataSets[id];
    const period = state.due[name];
    if (!dataSet || !period || !reminder) continue;
    const isByTables = state.settings.missingBy === 'analytics';
    const read = isByTables ? completeInTables : completeByNow;
    const complete = await read(dataSet, period, state);
    missing[name] = dataSet.clinics
      .filter(clinic => isAtWork(clinic, period) && !complete.includes(clinic.id))
      .map(clinic => clinic.id);
  }
  return { ...state, missing };
});
