// Looks in DHIS2 for everything that the settings name. Writes nothing.

const KNOWN_CALENDAR = 'iso8601';

// What DHIS2 has at a path; null if there is nothing, or if this user is not allowed to see it.
const read = (path, fields) => async state => {
  const { data, response } = await get(path, { query: { fields }, errors: { 404: false } })(state);
  if (response.statusCode === 404) return null;
  if (typeof data !== 'object') throw new Error(WITHOUT_LOGIN);
  return data;
};

const WITHOUT_LOGIN =
  'DHIS2 answered with a page instead of data: check its address and the credential.';

// The settings alone: mistakes that would go unnoticed.
fn(state => {
  const { night, phone, reports, visits, desk } = state.settings;
  const found = [];
  const note = (who, reason) => found.push({ who, reason });
  for (const name of ['from', 'to']) {
    if (!/^([01]\d|2[0-3]):[0-5]\d$/.test(night[name])) {
      note(`night.${name}`, `It is ${night[name]}. Write an hour like 08:00.`);
    }
  }
  if (!/^\+?[1-9]\d{0,2}$/.test(phone.countryCode)) {
    note(
      'phone.countryCode',
      `It is ${phone.countryCode}. Write the code of the country, like 250.`,
    );
  }
  if (!(phone.digits > 4 && phone.digits < 13)) {
    note('phone.digits', `It is ${phone.digits}. Write how many digits follow the code, like 9.`);
  }
  const days = ['daysBefore', 'daysAfter', 'missedAfterDays'];
  for (const visit of visits) {
    for (const name of days.filter(one => !Number.isInteger(visit[one]))) {
      note(visit.name, `${name} is ${visit[name]}. Write a number of days.`);
    }
  }
  for (const { name, offset = -1, remindAgainAfterDays: again = 0 } of reports) {
    if (!Number.isInteger(offset)) note(name, `offset is ${offset}. Write a number of periods.`);
    if (!Number.isInteger(again))
      note(name, `remindAgainAfterDays is ${again}. Write a number of days.`);
  }
  if (desk.resendDays >= desk.keepDays) {
    note(
      'desk',
      'keepDays must be more than resendDays, or finished registrations would be sent again.',
    );
  }
  return { ...state, problems: [...state.problems, ...found] };
});

// The server itself, and what this user is allowed to do.
fn(async state => {
  const found = [];
  const note = (who, reason) => found.push({ who, reason });
  const { data: server } = await get('/api/system/info')(state);
  if (!server?.version) note('DHIS2', WITHOUT_LOGIN);
  else {
    const { calendar, version } = server;
    if (calendar !== KNOWN_CALENDAR) {
      note('DHIS2', `Its calendar is ${calendar}. The workflows support only ISO 8601.`);
    }
    if (/^2\.[0-3]\d\b/.test(version)) note('DHIS2', `Version ${version} is older than 2.40.`);
    const me = await read('/api/me', 'authorities,organisationUnits[id]')(state);
    const may = right => me.authorities.includes('ALL') || me.authorities.includes(right);
    if (state.settings.reports.length > 0 && !may('F_DATAVALUE_ADD')) {
      note('DHIS2', 'The user may not enter data values: it lacks F_DATAVALUE_ADD.');
    }
    if (state.settings.users.units.length > 0 && !may('F_USER_VIEW')) {
      note('DHIS2', 'The user may not read users: it lacks F_USER_VIEW, which "users" needs.');
    }
    if (me.organisationUnits.length === 0) {
      note('DHIS2', 'The user has no organisation units for data entry.');
    }
  }
  return { ...state, problems: [...state.problems, ...found] };
});

// The program and the attributes of people.
fn(async state => {
  const { dhis2 } = state.settings;
  const found = [];
  const note = (who, reason) => found.push({ who, reason });
  const unit = await read(`/api/organisationUnits/${dhis2.orgUnit}`, 'id')(state);
  if (!unit) note(dhis2.orgUnit, 'DHIS2 has no such organisation unit.');
  // No program: only reports are used.
  if (!dhis2.program) return { ...state, problems: [...state.problems, ...found] };
  const fields =
    'onlyEnrollOnce,trackedEntityType[id],organisationUnits[id],access[data[write]],programTrackedEntityAttributes[mandatory,trackedEntityAttribute[id,unique,optionSet[options[code]]]]';
  const program = await read(`/api/programs/${dhis2.program}`, fields)(state);
  if (!program) note(dhis2.program, 'DHIS2 has no such program, or its user may not see it.');
  else {
    if (program.access?.data?.write === false) {
      note(dhis2.program, 'The user may not write data of this program.');
    }
    if (program.trackedEntityType.id !== dhis2.trackedEntityType) {
      note(dhis2.trackedEntityType, 'This is not the tracked entity type of the program.');
    }
    if (!program.onlyEnrollOnce) {
      note(dhis2.program, 'The program enrolls a person more than once.');
    }
    const attributes = program.programTrackedEntityAttributes;
    const attributeOf = id => attributes.find(one => one.trackedEntityAttribute.id === id);
    for (const name of ['name', 'phone'].filter(one => !dhis2.attributes[one])) {
      note(name, 'dhis2.attributes does not have this attribute.');
    }
    for (const [name, id] of Object.entries(dhis2.attributes)) {
      if (id && !attributeOf(id)) note(id, `The program has no such attribute (${name}).`);
    }
    const phone = attributeOf(dhis2.attributes.phone)?.trackedEntityAttribute;
    if (phone && !phone.unique)
      note(
        phone.id,
        'The phone number is not unique: make it unique in DHIS2, or two people can have the same one.',
      );
    const named = Object.values(dhis2.attributes);
    for (const { mandatory, trackedEntityAttribute } of attributes) {
      if (mandatory && !named.includes(trackedEntityAttribute.id)) {
        note(
          trackedEntityAttribute.id,
          'The attribute is mandatory, but the settings do not have it.',
        );
      }
    }
    const language = attributeOf(dhis2.attributes.language)?.trackedEntityAttribute;
    const options = language?.optionSet?.options.map(({ code }) => code);
    for (const code of Object.keys(dhis2.languages ?? {})) {
      if (options && !options.includes(code)) note(code, 'The language is not among the options.');
    }
    const units = program.organisationUnits.map(({ id }) => id);
    for (const id of [...Object.values(dhis2.clinics), dhis2.otherClinic]) {
      if (!units.includes(id)) note(id, 'The program is not assigned to this organisation unit.');
    }
  }
  return { ...state, problems: [...state.problems, ...found] };
});

// Visits and users.
fn(async state => {
  const { visits, users, dhis2 } = state.settings;
  const found = [];
  const note = (who, reason) => found.push({ who, reason });
  const isTwice = name => visits.filter(one => one.name === name).length > 1;
  for (const rules of visits) {
    const { name, stage: id, values, params = {}, program: wanted = dhis2.program } = rules;
    const program = await read(
      `/api/programs/${wanted}`,
      'programTrackedEntityAttributes[trackedEntityAttribute[id]]',
    )(state);
    if (!program) note(wanted, `DHIS2 has no such program, or its user may not see it (${name}).`);
    const attributes = (program?.programTrackedEntityAttributes ?? []).map(
      one => one.trackedEntityAttribute.id,
    );
    if (program && !attributes.includes(dhis2.attributes.phone)) {
      note(wanted, `The program has no attribute with the phone number, which "${name}" needs.`);
    }
    if (isTwice(name)) note(name, 'Two visits have the same name.');
    const fields = 'program[id],programStageDataElements[dataElement[id]]';
    const stage = await read(`/api/programStages/${id}`, fields)(state);
    if (!stage) note(id, 'DHIS2 has no such program stage, or its user may not see it.');
    else {
      if (stage.program.id !== wanted) {
        note(
          id,
          `The program stage is of another program: name it in visits, program: '${stage.program.id}'.`,
        );
      }
      const elements = stage.programStageDataElements.map(({ dataElement }) => dataElement.id);
      for (const element of Object.values(values)) {
        if (!elements.includes(element))
          note(element, `The program stage ${id} has no such data element.`);
      }
    }
    for (const [param, attribute] of Object.entries(params)) {
      if (!attributes.includes(attribute)) {
        note(attribute, `The program has no such attribute (params.${param}).`);
      }
    }
  }
  for (const id of users.units) {
    const unit = await read(`/api/organisationUnits/${id}`, 'id')(state);
    if (!unit) note(id, 'DHIS2 has no such organisation unit (users.units).');
  }
  for (const id of users.userGroups) {
    const group = await read(`/api/userGroups/${id}`, 'id')(state);
    if (!group) note(id, 'DHIS2 has no such user group.');
  }
  return { ...state, problems: [...state.problems, ...found] };
});

// The data sets that an earlier step read.
fn(state => {
  const found = [];
  const note = (who, reason) => found.push({ who, reason });
  const { reports } = state.settings;
  const isTwice = (field, value) => value && reports.filter(one => one[field] === value).length > 1;
  for (const report of reports) {
    const { name, dataSet: id, offset = -1, values, required = [] } = report;
    const dataSet = state.dataSets[id];
    for (const field of ['name', 'reminderField']) {
      if (isTwice(field, report[field])) note(name, `Two reports have the same ${field}.`);
    }
    if (report.reminder && !report.reminderField) note(name, 'The reminder has no reminderField.');
    if (report.reminder && required.length === 0) {
      note(name, 'Nothing is required, so no report is ever complete, and everyone is reminded.');
    }
    if (!dataSet) continue;
    const { periodType, isOpen, canWrite, places, clinics, hasOtherCombos } = dataSet;
    if (!state.due[name]) note(id, `Periods of the type ${periodType} are not supported.`);
    if (!canWrite) note(id, 'The user may not write data of this data set.');
    if (offset >= 0 && !isOpen) {
      note(
        id,
        'The report is for a period that is not over. DHIS2 accepts it when the period is over, or with 1 open future period.',
      );
    }
    if (clinics.length === 0) note(id, 'The data set is not assigned to any organisation unit.');
    const named = values ? Object.values(values) : [];
    for (const place of [...named, ...required]) {
      if (!places[place])
        note(place, `The data set ${id} has no such data element or category option combo.`);
    }
    const used = values ? named.map(place => places[place]) : Object.values(places);
    const keys = named.flatMap(place => places[place]?.key ?? []);
    for (const key of new Set(keys.filter((one, index) => keys.indexOf(one) < index))) {
      note(key, `Two results of the report "${name}" go there: only one would be kept.`);
    }
    if (hasOtherCombos) {
      note(
        id,
        'The data set has a category combination of its own (attribute option combos): values are not written there.',
      );
    }
    const dropping = used.filter(place => place && !place.keepsZero);
    for (const element of new Set(dropping.map(({ dataElement }) => dataElement))) {
      note(element, 'DHIS2 drops zeros here: set "Store zero data values" of the data element.');
    }
  }
  return { ...state, problems: [...state.problems, ...found] };
});
