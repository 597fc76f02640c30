// Determines where each report goes, and which ones count: for the same clinic and period, the newest.

// By its exact name; if nothing has that, in any letter case.
const find = (names, name) =>
  [name, `~${name.toLowerCase()}`]
    .filter(one => Object.hasOwn(names, one))
    .map(one => names[one])[0];

// A report with everything that DHIS2 needs, or with the reason why something is missing.
function complete(report, state) {
  const { settings, dataSets, clinicOf } = state;
  const { clinicField, reporters } = settings.rapidpro;
  const rules = settings.reports.find(({ name }) => name === report.name);
  const dataSet = dataSets[rules?.dataSet];
  const named = String(report.clinic ?? clinicOf[report.contact] ?? '').trim();
  const clinic = dataSet && find(dataSet.clinicIds, named);
  const names = Object.keys(report.values);
  const placeOf = name => dataSet && find(dataSet.places, name);
  const unknown = names.filter(name => !placeOf(name));
  // Where to fix it, and what the desk shows as the cause.
  const because = (reason, mend, cause = reason) => ({ ...report, reason, mend, cause });
  const ofContact = `RapidPro: the field "${clinicField}" of this contact`;
  if (!rules) return because(`The settings have no report "${report.name}".`, 'settings.js');
  if (!dataSet) {
    return because(
      `DHIS2 has no data set ${rules.dataSet}, or its user may not see it.`,
      'DHIS2: the data set and its sharing; or settings.js',
    );
  }
  const ofDataSet = `DHIS2: the data set ${dataSet.id} and its organisation units`;
  if (!report.period) {
    return because(
      `Periods of the type ${dataSet.periodType} are not supported.`,
      'DHIS2: the data set',
    );
  }
  if (!named && report.clinic !== null) {
    return because('The report names no clinic.', 'Let them report again');
  }
  if (!named) {
    return because(
      `The field "${clinicField}" of the contact is empty, or the contact is not in "${reporters}".`,
      ofContact,
    );
  }
  // Answers are not shown, because they can contain anything.
  if (!clinic && report.clinic !== null) {
    return because(
      `The data set ${dataSet.id} has no clinic with the name in the report.`,
      `${ofDataSet}; or let them report again`,
    );
  }
  if (!clinic) {
    return because(
      `The data set ${dataSet.id} has no clinic ${named}.`,
      `${ofContact}; ${ofDataSet}`,
      `The data set ${dataSet.id} has no clinic with the name in the field of the contact.`,
    );
  }
  if (unknown.length > 0) {
    return because(
      `The data set ${dataSet.id} has no ${unknown.join(', ')}.`,
      'settings.js, or the names of results in the flow',
      `The data set ${dataSet.id} has no data element with a name from the report.`,
    );
  }
  if (names.length === 0) {
    return because(
      'No result of the report belongs to a data element.',
      'settings.js, or the names of results in the flow',
    );
  }
  // Another flow may fill the same data set, and use the code of a data element.
  const values = Object.fromEntries(
    Object.entries(report.values).map(([name, value]) => [placeOf(name).key, value]),
  );
  const place = `${dataSet.id} ${clinic} ${report.period.id}`;
  return { ...report, values, required: rules.required ?? [], dataSet, clinic, place };
}

// If a clinic has several reports for a period, the newest counts, from any flow, even if another one was sent before.
// Values that only an older one has are kept.
fn(state => {
  const all = state.toSend.map(report => complete(report, state));
  const toSend = {};
  const overtaken = [];
  for (const report of all.sort((a, b) => Date.parse(a.time) - Date.parse(b.time))) {
    const { place, reason, values, time } = report;
    if (reason) continue;
    if (state.lastSent[place] > time) {
      overtaken.push(report);
      continue;
    }
    const { run, contact, name } = report;
    const older = toSend[place] ?? { values: {}, required: [], parts: [] };
    toSend[place] = {
      ...report,
      values: { ...older.values, ...values },
      required: [...new Set([...older.required, ...report.required])],
      parts: [...older.parts, { run, contact, name }],
    };
  }
  const isRunning = ({ period, dataSet }) => period.end >= state.today && !dataSet.isOpen;
  const reports = Object.values(toSend);
  return {
    ...state,
    unready: all.filter(({ reason }) => reason),
    overtaken,
    // A period that is not over waits, without a message, until DHIS2 accepts it.
    later: reports.filter(isRunning),
    ready: reports.filter(report => !isRunning(report)),
  };
});
