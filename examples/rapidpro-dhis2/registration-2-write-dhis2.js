// Enters the person in DHIS2, with an enrollment in the program; or adds the answers to a person who is there.

// 404 is an answer here: nobody has this id yet.
get(state => `/api/tracker/trackedEntities/${state.person.id}`, {
  query: {
    program: $.settings.dhis2.program,
    fields:
      'orgUnit,geometry,inactive,potentialDuplicate,attributes[attribute,value],enrollments[program]',
  },
  errors: { 404: false },
});

fn(state => {
  const { program, trackedEntityType } = state.settings.dhis2;
  const { id, enrollment, orgUnit, whoItIs, answers } = state.person;
  const isKnown = state.response.statusCode === 200;
  const { attributes = [], enrollments = [], ...known } = isKnown ? state.data : {};
  const isEnrolled = enrollments.some(one => one.program === program);
  const isThere = ({ attribute, value }) =>
    attributes.some(one => one.attribute === attribute && one.value === value);
  const person = {
    trackedEntity: id,
    trackedEntityType,
    orgUnit,
    // An update takes away what it does not name, attributes and enrollments apart. So all of it goes back.
    ...known,
    // What the clinic has entered about a person it knows is not overwritten.
    attributes: isKnown ? answers : [...whoItIs, ...answers],
  };
  if (!isEnrolled) {
    person.enrollments = [{ enrollment, program, orgUnit, status: 'ACTIVE' }];
  }
  // The same push once more has nothing new to say.
  const toWrite = isEnrolled && answers.every(isThere) ? [] : [person];
  return { ...state, toWrite, isRegistered: true };
});

// The day is that of DHIS2's clock: it takes no day that has not begun there.
fnIf(
  state => state.toWrite.some(({ enrollments }) => enrollments),
  get('/api/system/info').then(state => {
    const today = state.data.serverDate.slice(0, 10);
    for (const { enrollments } of state.toWrite) {
      Object.assign(enrollments[0], { enrolledAt: today, occurredAt: today });
    }
    return state;
  }),
);

// All or nothing. DHIS2 answers a refusal with 409 and a report that says why.
fnIf(
  state => state.toWrite.length > 0,
  post(
    '/api/tracker',
    { trackedEntities: $.toWrite },
    {
      query: { async: false, importStrategy: 'CREATE_AND_UPDATE', atomicMode: 'ALL' },
      errors: { 409: false },
    },
  ),
);

// DHIS2 quotes the value that it refuses, perhaps a phone number. Only ids are kept of what it quotes.
const withoutValues = message =>
  message.replace(/`([^`]*)`/g, (all, quoted) =>
    /^[A-Za-z][A-Za-z0-9]{10}$/.test(quoted) ? all : '…',
  );

fn(state => {
  if (state.toWrite.length === 0 || state.data.status !== 'ERROR') return state;
  const { validationReport, message = 'DHIS2 gave no reason' } = state.data;
  const [first = { message, errorCode: 409 }] = validationReport?.errorReports ?? [];
  const reason =
    first.errorCode === 'E1064'
      ? 'Another person in DHIS2 has this phone number (E1064).'
      : `${withoutValues(first.message)} (${first.errorCode})`;
  const problems = [...state.problems, { who: state.contact, reason }];
  return { ...state, problems, isRegistered: false };
});
