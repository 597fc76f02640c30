// Sends the reports to DHIS2: one value for each data element, period and clinic. Then marks complete data sets.

const PER_REQUEST = 100;
// Without these, DHIS2 silently keeps values for clinics and period types that the data set does not have.
const STRICT = {
  strictPeriods: true,
  strictDataElements: true,
  strictCategoryOptionCombos: true,
  strictOrganisationUnits: true,
};

const partsOf = list =>
  Array.from({ length: Math.ceil(list.length / PER_REQUEST) }, (_, part) =>
    list.slice(part * PER_REQUEST, (part + 1) * PER_REQUEST),
  );

const PAGE = 'DHIS2 answered with a page instead of data: check its address and the credential.';

// DHIS2's report on an import. A page, such as a login page or one from a proxy, is not a report: nobody knows what was kept.
function summaryOf(data) {
  const summary = data?.response ?? data;
  if (typeof summary?.status === 'string') return summary;
  throw new Error(PAGE);
}

// One report can have several errors.
function note(reasons, place, reason) {
  reasons[place] = [...new Set([...(reasons[place] ?? []), reason])];
}

// 409 means: not all. DHIS2 kept what is right, and "conflicts" lists the rest, by position in the request.
fn(async state => {
  const refused = {}; // by position: the reasons
  const tooEarly = {}; // by position: not yet, by DHIS2's clock
  for (const id of new Set(state.ready.map(({ dataSet }) => dataSet.id))) {
    for (const part of partsOf(state.ready.filter(({ dataSet }) => dataSet.id === id))) {
      const rows = part.flatMap(({ place, clinic, period, values, dataSet }) =>
        Object.entries(values).map(([name, value]) => {
          const { dataElement, categoryOptionCombo } = dataSet.places[name];
          const where = { dataElement, categoryOptionCombo, period: period.id, orgUnit: clinic };
          return { place, dataValue: { ...where, value } };
        }),
      );
      const dataValues = rows.map(({ dataValue }) => dataValue);
      const { data } = await post(
        '/api/dataValueSets',
        { dataSet: id, dataValues },
        { query: STRICT, errors: { 409: false } },
      )(state);
      const summary = summaryOf(data);
      const conflicts = summary.conflicts ?? [];
      for (const { value, errorCode, indexes } of conflicts) {
        const list = errorCode === 'E7641' ? tooEarly : refused;
        // A conflict without a position concerns the whole request.
        const concerned = indexes?.length ? indexes.map(index => rows[index]) : rows;
        for (const { place } of concerned) note(list, place, `${value} (${errorCode})`);
      }
      const isUnclear = summary.status !== 'SUCCESS' && conflicts.length === 0;
      const reason = summary.description ?? data.message ?? 'DHIS2 gave no reason.';
      if (isUnclear) for (const { place } of rows) note(refused, place, reason);
    }
  }
  const isTaken = ({ place }) => !refused[place] && !tooEarly[place];
  const isEarly = ({ place }) => !refused[place] && tooEarly[place];
  return {
    ...state,
    refused,
    sent: state.ready.filter(isTaken),
    later: [...state.later, ...state.ready.filter(isEarly)],
  };
});

// The data set of a clinic is complete if all required values are there: in the report, or already in DHIS2.
fn(async state => {
  const toComplete = [];
  for (const { place, required: names, dataSet, clinic, period, values } of state.sent) {
    const required = names.map(name => dataSet.places[name] ?? { dataElement: name });
    if (required.length === 0) continue;
    const isOf = wanted => one =>
      one.dataElement === wanted.dataElement &&
      (!wanted.categoryOptionCombo || one.categoryOptionCombo === wanted.categoryOptionCombo);
    const here = Object.keys(values).map(name => dataSet.places[name]);
    let missing = required.filter(wanted => !here.some(isOf(wanted)));
    if (missing.length > 0) {
      const query = { dataSet: dataSet.id, period: period.id, orgUnit: clinic };
      const { data } = await get('/api/dataValueSets', { query })(state);
      if (typeof data !== 'object') throw new Error(PAGE);
      missing = missing.filter(wanted => !(data.dataValues ?? []).some(isOf(wanted)));
    }
    if (missing.length > 0) continue;
    const entry = { dataSet: dataSet.id, period: period.id, organisationUnit: clinic };
    toComplete.push({ place, entry: { ...entry, completed: true } });
  }
  const incomplete = {}; // by position: why DHIS2 did not mark it
  for (const part of partsOf(toComplete)) {
    const { data } = await post(
      '/api/completeDataSetRegistrations',
      { completeDataSetRegistrations: part.map(({ entry }) => entry) },
      { errors: { 409: false } },
    )(state);
    // Here, a conflict names what is wrong, but not its position.
    const { status, conflicts = [], description } = summaryOf(data);
    const isUnclear = status !== 'SUCCESS' && conflicts.length === 0;
    for (const { place, entry } of part) {
      const conflict = conflicts.find(({ object }) => Object.values(entry).includes(object));
      const reason =
        conflict?.value ?? (isUnclear && (description ?? data.message ?? 'DHIS2 gave no reason.'));
      if (reason) incomplete[place] = [`Not marked as complete: ${reason}`];
    }
  }
  // Reports that could not be marked wait, and the next run sends them again.
  return {
    ...state,
    completed: toComplete.length - Object.keys(incomplete).length,
    refused: { ...state.refused, ...incomplete },
    sent: state.sent.filter(({ place }) => !incomplete[place]),
  };
});

// DHIS2 reports success when it drops a zero. So it is reported here, once for each data element.
fn(state => {
  const zeros = {};
  for (const { values, dataSet } of state.sent) {
    for (const [name, value] of Object.entries(values)) {
      const { dataElement, keepsZero } = dataSet.places[name];
      if (Number(value) === 0 && !keepsZero) zeros[dataElement] = (zeros[dataElement] ?? 0) + 1;
    }
  }
  const problems = Object.entries(zeros).map(([who, count]) => ({
    who,
    reason: `DHIS2 drops zeros here: ${count} in this run. Set "Store zero data values" of the data element.`,
  }));
  return { ...state, problems: [...state.problems, ...problems] };
});

// The desk gets the words of DHIS2 before the first quote, the data elements that it names, and the code.
const withoutValues = ({ places }) => {
  const elements = [...new Set(Object.values(places).map(({ dataElement }) => dataElement))];
  return message => {
    const [words] = message.split(/[`'"(=[]/);
    const named = elements.filter(id => message.includes(`\`${id}\``));
    const [code] = /\(E\d+\)$/.exec(message) ?? [];
    return [words.trim().replace(/[:;]$/, ''), ...named, code].filter(Boolean).join(' ');
  };
};

// Where to fix it, judging by the words of DHIS2.
const IS_VALUE = /\(E76(18|19|20|21)\)$/;
function mendOf(reasons, { id }) {
  if (reasons.some(one => IS_VALUE.test(one)))
    return 'Let them report again; the newer report counts';
  const what = reasons.some(one => one.endsWith('(E7640)')) ? 'expiry days of the' : 'the';
  return `DHIS2: ${what} data set ${id}; then run "resend", or wait for the next run`;
}

// The status of each report. A run that was merged into a later one has the same status.
fn(state => {
  const { sent, later, unready, overtaken, ready, refused } = state;
  const itemsOf = (report, item) =>
    (report.parts ?? [report]).map(({ run: id, contact: who, name: of }) => {
      return { kind: 'report', id, who, of, ...item };
    });
  const failed = ready.filter(({ place }) => refused[place]);
  const items = [
    ...sent.flatMap(one => itemsOf(one, { status: 'done', place: one.place, time: one.time })),
    ...overtaken.flatMap(one =>
      itemsOf(one, { status: 'done', cause: 'A later report of this clinic and period counts.' }),
    ),
    ...later.flatMap(one => itemsOf(one, { status: 'waiting', until: one.period.end })),
    ...unready.flatMap(one =>
      itemsOf(one, { status: 'refused', cause: one.cause, mend: one.mend }),
    ),
    ...failed.flatMap(one =>
      itemsOf(one, {
        status: 'refused',
        cause: refused[one.place].map(withoutValues(one.dataSet)).join('; '),
        mend: mendOf(refused[one.place], one.dataSet),
      }),
    ),
  ];
  return { ...state, items: [...(state.items ?? []), ...items] };
});

// The stored state. Every run tries waiting reports again, until someone corrects the contact or DHIS2.
fn(state => {
  const { rapidpro, now, problems, sent, later, unready, refused, ready, completed } = state;
  const { settings, items } = state;
  const lastSent = { ...state.lastSent };
  for (const { place, time } of sent) lastSent[place] = time;
  const failed = ready.filter(({ place }) => refused[place]);
  const waitingRuns = [...later, ...failed].flatMap(({ parts }) => parts.map(({ run }) => run));
  const all = [
    ...problems,
    ...unready.map(({ contact, reason }) => ({ who: contact, reason })),
    ...failed.map(({ contact, place }) => ({ who: contact, reason: refused[place].join(' ') })),
  ];
  const counts = {
    sent: sent.length,
    complete: completed,
    later: later.length,
    waiting: unready.length + failed.length,
    problems: all.length,
  };
  if (state.isResend) {
    const data = { ...counts, registered: state.registered };
    return { settings, now, items, final: { problems: all, data } };
  }
  const isWaiting = ({ run }) =>
    waitingRuns.includes(run) || unready.some(report => report.run === run);
  const toSend = state.toSend.filter(isWaiting).map(({ period, ...report }) => report);
  // A waiting report must not undo one that was sent later.
  const twoMonthsAgo = new Date(now - 60 * 24 * 60 * 60 * 1000).toISOString();
  const [oldest = twoMonthsAgo] = [twoMonthsAgo, ...toSend.map(({ time }) => time)].sort();
  const recent = Object.entries(lastSent).filter(([, time]) => time > oldest);
  const kept = { rapidpro, toSend, lastSent: Object.fromEntries(recent) };
  return { settings, now, items, final: { ...kept, problems: all, data: counts } };
});
