// Reads the reports that were completed since the last run, and adds them to the list of reports to send.
// The list is part of the state. A report stays in it until DHIS2 has it.
// In the workflow "resend", the list contains the refused reports on the desk.

const DAY = 24 * 60 * 60 * 1000;

// Another workflow may have sent what is done on the desk.
fn(state => {
  const { desk, isResend, toSend = [], lastSent = {} } = state;
  const done = desk.filter(({ kind, status }) => kind === 'report' && status === 'done');
  const isDone = ({ run }) => done.some(({ id }) => id === run);
  const sentAt = { ...lastSent };
  for (const { place, time } of done) {
    if (place && !(sentAt[place] > time)) sentAt[place] = time;
  }
  return {
    ...state,
    toSend: isResend ? [] : toSend.filter(report => !isDone(report)),
    lastSent: sentAt,
  };
});

// If a flow continues without an answer, RapidPro puts the time of that into the result. Newer servers show no input.
const isAnswer = ({ value, category, input }) => {
  const isTimeout = input === undefined ? category === 'No Response' : category && !input;
  return !(isTimeout && /^\d{4}-\d\d-\d\dT/.test(value));
};

const same = (a, b) => a.toLowerCase() === b.toLowerCase();

// By its exact name; if nothing has that, in any letter case.
const find = (names, name) => names[name] ?? names[`~${name.toLowerCase()}`];

// The parts of a run that belong to a report: numbers by their place in DHIS2, and the clinic if the flow asks for it.
function reportOf(run, { name, values, clinicResult }, { places }) {
  const results = Object.entries(run.values).map(([key, result]) => ({
    key,
    name: result.name ?? key,
    value: isAnswer(result) ? String(result.value ?? '').trim() : '',
  }));
  const answerOf = wanted =>
    results.find(({ key, name }) => same(key, wanted) || same(name, wanted));
  const answers = values
    ? Object.entries(values).map(([result, place]) => [place, answerOf(result)?.value])
    : results.map(({ name, value }) => [find(places, name)?.key, value]);
  return {
    name,
    run: run.uuid,
    contact: run.contact.uuid,
    began: run.created_on,
    time: new Date(run.exited_on).toISOString(),
    clinic: clinicResult ? (answerOf(clinicResult)?.value ?? '') : null,
    values: Object.fromEntries(answers.filter(([place, value]) => place && value)),
  };
}

// Refused reports, by run.
async function openOf(report, dataSet, state) {
  const items = [];
  const toSend = [];
  const isOpen = ({ kind, of, status }) =>
    kind === 'report' && of === report.name && status === 'refused';
  const { settings, now } = state;
  // The desk no longer knows whether a later one came.
  const isTooOld = run => Date.parse(run.exited_on) < now - settings.desk.keepDays * DAY;
  for (const { kind, id, who, of } of state.desk.filter(isOpen)) {
    const { data } = await getFlowRuns({ uuid: id })(state);
    const [run] = data;
    if (run && !isTooOld(run)) toSend.push(reportOf(run, report, dataSet));
    else {
      const cause = run
        ? `It is older than ${settings.desk.keepDays} days: a later one may have come.`
        : 'RapidPro no longer has this report.';
      const mend = 'DHIS2: enter the numbers there';
      items.push({ kind, id, who, of, status: 'refused', cause, mend });
    }
  }
  return {
    ...state,
    toSend: [...state.toSend, ...toSend],
    items: [...(state.items ?? []), ...items],
  };
}

// One flow after the other. Each read continues where the last one ended.
fn(async state => {
  let next = state;
  for (const report of state.settings.reports) {
    const dataSet = state.dataSets[report.dataSet];
    if (!dataSet) continue;
    if (state.isResend) {
      next = await openOf(report, dataSet, next);
      continue;
    }
    const read = eachChange(
      getFlowRuns({ flow: report.flow }),
      fn(state => {
        const completed = state.data.filter(run => run.exit_type === 'completed');
        const reports = completed.map(run => reportOf(run, report, dataSet));
        // A run that is read again replaces its earlier version in the list.
        const isRead = run => reports.some(one => one.run === run);
        const others = state.toSend.filter(({ run }) => !isRead(run));
        return { ...state, toSend: [...others, ...reports] };
      }),
    );
    next = await read(next);
  }
  return next;
});

// A field of the contact says for which clinic a person reports. Each run reads it again, so that corrections count.
fn(state => ({ ...state, clinicOf: {} }));

fnIf(
  state => state.toSend.length > 0,
  getContacts({ group: $.settings.rapidpro.reporters }).then(state => {
    const { clinicField } = state.settings.rapidpro;
    const pairs = state.data.map(({ uuid, fields }) => [uuid, fields[clinicField]]);
    return { ...state, clinicOf: Object.fromEntries(pairs) };
  }),
);
