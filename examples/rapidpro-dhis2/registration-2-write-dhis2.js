// Enters the person in DHIS2, with an enrollment in the program; or adds the answers to a person who is there.

const FIELDS =
  'orgUnit,geometry,inactive,potentialDuplicate,attributes[attribute,value],enrollments[program]';

// 404 is an answer here: nobody has this id yet. The program is not named: with it, DHIS2 answers 404 for somebody
// who is there and not enrolled, too.
get($.person.path, { query: { fields: FIELDS }, errors: { 404: false } });

fn(state => {
  const { program } = state.settings.dhis2;
  const isKnown = state.response.statusCode === 200;
  const isEnrolled = isKnown && state.data.enrollments?.some(one => one.program === program);
  return { ...state, known: isKnown ? state.data : null, isEnrolled };
});

// All that is known of somebody who is enrolled: attributes of the program are shown only where it is named.
fnIf(
  $.isEnrolled,
  get($.person.path, { query: { fields: FIELDS, program: $.settings.dhis2.program } }).then(
    state => ({ ...state, known: state.data }),
  ),
);

fn(state => {
  const { program, trackedEntityType } = state.settings.dhis2;
  const { id, enrollment, orgUnit, whoItIs, answers } = state.person;
  const { attributes = [], enrollments, ...known } = state.known ?? {};
  const isThere = ({ attribute, value }) =>
    attributes.some(one => one.attribute === attribute && one.value === value);
  const person = {
    trackedEntity: id,
    trackedEntityType,
    orgUnit,
    // An update takes away what it does not name, attributes and enrollments apart. So all of it goes back.
    ...known,
    // What the clinic has entered about a person it knows is not overwritten.
    attributes: state.known ? answers : [...whoItIs, ...answers],
  };
  if (!state.isEnrolled) {
    person.enrollments = [{ enrollment, program, orgUnit, status: 'ACTIVE' }];
  }
  // The same push once more has nothing new to say.
  const toWrite = state.isEnrolled && answers.every(isThere) ? [] : [person];
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

// DHIS2 lists its reasons in any order, and some are only what follows from another.
const IS_THE_CAUSE = ['E1064']; // another person has the phone number
const FOLLOWS = ['E1018', 'E5000']; // an attribute is missing; "could not be created because …"
const rank = ({ errorCode }) =>
  IS_THE_CAUSE.includes(errorCode) ? -1 : FOLLOWS.indexOf(errorCode) + 1;

// DHIS2 quotes what it refuses, perhaps a name or a phone number, and a name can look like an id.
// So only its words before the first quotation are kept, and those ids that are in the settings.
const withoutValues = (message, { program, trackedEntityType, attributes }) => {
  const [words] = message.split(/[`'"(=[]/);
  const ids = [program, trackedEntityType, ...Object.values(attributes)];
  const named = ids.filter(id => message.includes(`\`${id}\``));
  return [words.trim().replace(/[:;]$/, ''), ...named].join(' ');
};

fn(state => {
  if (state.toWrite.length === 0 || state.data.status !== 'ERROR') return state;
  const { validationReport, message = 'DHIS2 gave no reason' } = state.data;
  const reports = validationReport?.errorReports ?? [];
  const [cause = { message, errorCode: 409 }] = [...reports].sort((a, b) => rank(a) - rank(b));
  const reason =
    cause.errorCode === 'E1064'
      ? 'Another person in DHIS2 has this phone number (E1064).'
      : `${withoutValues(cause.message, state.settings.dhis2)} (${cause.errorCode})`;
  const problems = [...state.problems, { who: state.contact, reason }];
  return { ...state, problems, isRegistered: false };
});
