// Looks in RapidPro for everything that the settings name. Writes nothing.

getGroups();
fn(state => ({ ...state, groups: state.data.map(({ name }) => name) }));

getFields();
fn(state => ({ ...state, fields: state.data.map(({ key }) => key) }));

getFlows();
fn(state => ({ ...state, flows: state.data }));

getWorkspace();
fn(state => ({ ...state, workspace: state.data }));

const same = (a, b) => a.toLowerCase() === b.toLowerCase();
// By its exact name; if nothing has that, in any letter case.
const find = (names, name) => names[name] ?? names[`~${name.toLowerCase()}`];
const hasResult = (flow, name) =>
  flow.results.some(result => same(result.key, name) || same(result.name, name));

fn(state => {
  const { settings, dataSets, groups, fields, flows, workspace } = state;
  const { rapidpro, dhis2 } = settings;
  const found = [];
  const note = (who, reason) => found.push({ who, reason });

  if (!groups.some(name => same(name, rapidpro.reporters))) {
    note(rapidpro.reporters, 'RapidPro has no such group.');
  }
  if (!fields.includes(rapidpro.clinicField)) {
    const key = rapidpro.clinicField.toLowerCase().replace(/[^a-z0-9]+/g, '_');
    note(
      rapidpro.clinicField,
      fields.includes(key)
        ? `rapidpro.clinicField: write the key of the field, ${key}.`
        : 'RapidPro has no field with this key.',
    );
  }
  if (workspace.timezone && workspace.timezone !== settings.timeZone) {
    note('timeZone', `The settings say ${settings.timeZone}, the workspace ${workspace.timezone}.`);
  }

  if (rapidpro.registrationFlow && !state.configuration.webhookSecret) {
    note('webhookSecret', 'The RapidPro credential has none, so registrations are refused.');
  }

  const { name, phone, language, ...others } = dhis2.attributes ?? {};
  const clinic = Object.keys(dhis2.clinics ?? {}).length > 0 ? ['clinic'] : [];
  const asked = ['name', ...clinic, ...Object.keys(others).filter(one => others[one])];
  const wanted = [
    ...(rapidpro.registrationFlow ? [{ uuid: rapidpro.registrationFlow, results: asked }] : []),
    ...settings.visits.map(({ flow, values }) => ({ uuid: flow, results: Object.keys(values) })),
    ...settings.reports.map(({ flow, values, clinicResult }) => ({
      uuid: flow,
      results: [...Object.keys(values ?? {}), ...(clinicResult ? [clinicResult] : [])],
    })),
  ];
  for (const { uuid, results } of wanted) {
    const flow = flows.find(one => one.uuid === uuid);
    if (!flow) note(uuid, 'RapidPro has no such flow.');
    else {
      if (flow.archived) note(uuid, 'The flow is archived.');
      for (const name of results) {
        if (!hasResult(flow, name)) {
          const names = flow.results.map(one => one.name).join(', ') || 'none';
          note(name, `The flow "${flow.name}" has no such result. It has: ${names}.`);
        }
      }
    }
  }

  // If results go to the data element with their name, results without one are left out.
  for (const { flow: uuid, dataSet, values, clinicResult } of settings.reports) {
    const { places = {} } = dataSets[dataSet] ?? {};
    const results = flows.find(one => one.uuid === uuid)?.results ?? [];
    for (const { name } of values ? [] : results) {
      const isClinic = clinicResult && same(name, clinicResult);
      if (!find(places, name) && !isClinic) {
        note(name, `The data set ${dataSet} has no such data element: the result is left out.`);
      }
    }
  }
  return { ...state, problems: [...state.problems, ...found] };
});

// Whether each health worker has a clinic that reports. A missing group was reported above.
fnIf(
  state => state.groups.some(name => same(name, state.settings.rapidpro.reporters)),
  getContacts({ group: $.settings.rapidpro.reporters }).then(state => {
    const { reports, rapidpro } = state.settings;
    const found = [];
    for (const { dataSet: id, clinicResult } of reports) {
      const dataSet = state.dataSets[id];
      if (!dataSet || clinicResult) continue;
      for (const { uuid, fields } of state.data) {
        const clinic = (fields[rapidpro.clinicField] ?? '').trim();
        const isThere = find(dataSet.clinicIds, clinic);
        const reason = clinic
          ? `The data set ${id} has no clinic ${clinic}.`
          : `The field "${rapidpro.clinicField}" of the contact is empty.`;
        const isTold = found.some(one => one.who === uuid && one.reason === reason);
        if (!isThere && !isTold) found.push({ who: uuid, reason });
      }
    }
    return { ...state, problems: [...state.problems, ...found] };
  }),
);

// Who gets the list of the desk.
fnIf(
  $.settings.desk.tell.contact,
  getContact($.settings.desk.tell.contact).then(state => {
    const who = state.settings.desk.tell.contact;
    const status = state.data?.status;
    const reason = status
      ? `The contact of desk.tell is ${status}.`
      : 'RapidPro has no contact with the uuid of desk.tell.';
    const problems = status === 'active' ? [] : [{ who, reason }];
    return { ...state, problems: [...state.problems, ...problems] };
  }),
);

// The next steps need no more of it.
fn(({ settings, problems }) => ({ settings, problems }));
