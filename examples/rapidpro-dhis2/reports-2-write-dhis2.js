// Sends the reports to DHIS2: one value for each data element, week and clinic. A later report replaces an earlier one.

const PER_REQUEST = 100;
const placeOf = ({ clinic, period }) => `${clinic} ${period}`;

// Who reports for which clinic, the oldest report first.
fn(state => {
  const reports = state.toSend
    .map(report => ({ ...report, clinic: state.clinicOf[report.contact] }))
    .sort((a, b) => Date.parse(a.time) - Date.parse(b.time));
  const newest = { ...state.lastSent };
  for (const report of reports) {
    if (report.clinic && !(newest[placeOf(report)] > report.time)) {
      newest[placeOf(report)] = report.time;
    }
  }
  // Of several reports of a clinic for a week only the newest counts, also against what was sent before.
  const isReplaced = report => report.clinic && newest[placeOf(report)] > report.time;
  return { ...state, reports: reports.filter(report => !isReplaced(report)) };
});

fn(async state => {
  const ready = state.reports.filter(({ clinic }) => clinic);
  const refused = new Map(); // from the run to DHIS2's reason
  for (let start = 0; start < ready.length; start += PER_REQUEST) {
    const part = ready.slice(start, start + PER_REQUEST);
    const rows = part.flatMap(({ run, clinic, period, values }) =>
      values.map(value => ({ run, dataValue: { ...value, period, orgUnit: clinic } })),
    );
    if (rows.length === 0) continue;
    // With 409 DHIS2 says: not all. What is right has been kept, and "conflicts" lists what is not.
    const { data } = await post(
      '/api/dataValueSets',
      { dataValues: rows.map(({ dataValue }) => dataValue) },
      { errors: { 409: false } },
    )(state);
    const summary = data.response ?? data;
    const conflicts = summary.conflicts ?? [];
    for (const { value, errorCode, indexes = [] } of conflicts) {
      for (const index of indexes) refused.set(rows[index].run, `${value} (${errorCode})`);
    }
    const isUnclear = summary.status !== 'SUCCESS' && !conflicts.some(one => one.indexes?.length);
    if (isUnclear)
      for (const { run } of rows) refused.set(run, summary.description ?? data.message);
  }

  const sent = ready.filter(({ run }) => !refused.has(run));
  const waiting = state.reports.filter(({ run, clinic }) => !clinic || refused.has(run));
  const lastSent = { ...state.lastSent };
  for (const report of sent) lastSent[placeOf(report)] = report.time;
  return { ...state, sent, waiting, refused: Object.fromEntries(refused), lastSent };
});

// The final state is stored. What waits is tried again by every run, until somebody corrects the contact or DHIS2.
fn(({ rapidpro, settings, problems, sent, waiting, refused, lastSent }) => {
  const noClinic = `The field "${settings.rapidpro.clinicField}" of the contact is empty, or the contact is not in "${settings.rapidpro.reporters}".`;
  const all = [
    ...problems,
    ...waiting.map(({ run, contact, clinic }) => ({
      who: contact,
      reason: clinic ? refused[run] : noClinic,
    })),
  ];
  const twoMonthsAgo = new Date(Date.now() - 60 * 24 * 60 * 60 * 1000).toISOString();
  const recent = Object.entries(lastSent).filter(([, time]) => time > twoMonthsAgo);
  return {
    rapidpro,
    toSend: waiting.map(({ clinic, ...report }) => report),
    lastSent: Object.fromEntries(recent),
    problems: all,
    data: { sent: sent.length, waiting: waiting.length, problems: all.length },
  };
});
