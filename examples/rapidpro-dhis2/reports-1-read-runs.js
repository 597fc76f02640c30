// Reads the reports that were completed since the last run, and puts them into the list of what is to be sent.
// The list is part of the state. A report leaves it only when DHIS2 has it.

fn(state => ({ ...state, toSend: state.toSend ?? [], lastSent: state.lastSent ?? {} }));

// The weeks of DHIS2, as 2026W47. A week begins on Monday and belongs to the year of its Thursday.
function weekOf(time, hoursAheadOfUtc) {
  const day = 24 * 60 * 60 * 1000;
  const local = Date.parse(time) + hoursAheadOfUtc * 60 * 60 * 1000;
  const weekday = (new Date(local).getUTCDay() + 6) % 7;
  const thursday = new Date(local + (3 - weekday) * day);
  const newYear = Date.UTC(thursday.getUTCFullYear(), 0, 1);
  return `${thursday.getUTCFullYear()}W${1 + Math.floor((thursday - newYear) / day / 7)}`;
}

eachChange(
  getFlowRuns({ flow: $.settings.rapidpro.reportFlow }),
  fn(state => {
    const { dhis2, hoursAheadOfUtc } = state.settings;
    const reports = state.data
      .filter(run => run.exit_type === 'completed')
      .map(run => ({
        run: run.uuid,
        contact: run.contact.uuid,
        time: new Date(run.exited_on).toISOString(),
        period: weekOf(run.created_on, hoursAheadOfUtc),
        // The data elements with what was answered.
        values: Object.entries(dhis2.dataElements)
          .filter(([result]) => run.values[result])
          .map(([result, dataElement]) => ({
            dataElement,
            value: String(run.values[result].value).trim(),
          })),
      }));
    // A run that is read again takes the place of what the list has of it.
    const isRead = run => reports.some(report => report.run === run);
    const others = state.toSend.filter(({ run }) => !isRead(run));
    return { ...state, toSend: [...others, ...reports] };
  }),
);

// For which clinic somebody reports is in a field of the contact. It is read at each run, so that a correction counts.
fn(state => ({ ...state, clinicOf: {} }));

fnIf(
  state => state.toSend.length > 0,
  getContacts({ group: $.settings.rapidpro.reporters }).then(state => {
    const { clinicField } = state.settings.rapidpro;
    const pairs = state.data.map(({ uuid, fields }) => [uuid, fields[clinicField]]);
    return { ...state, clinicOf: Object.fromEntries(pairs) };
  }),
);
