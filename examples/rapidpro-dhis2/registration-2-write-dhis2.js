// Enters each person in DHIS2, with an enrollment in the program. For a person who exists, it adds the answers.

const FIELDS =
  'orgUnit,geometry,inactive,potentialDuplicate,attributes[attribute,value],enrollments[program]';

const PAGE = 'DHIS2 answered with a page instead of data: check its address and the credential.';

// The person whom DHIS2 has under this id, enrolled or not; null if there is none.
async function lookUp({ person }, state) {
  const { program } = state.settings.dhis2;
  // Here, 404 is an answer: nobody has this id yet. The request does not name the program, because then DHIS2 also answers
  // 404 for a person who is not enrolled.
  const { data, response } = await get(person.path, {
    query: { fields: FIELDS },
    errors: { 404: false },
  })(state);
  // Only a 404 from DHIS2 itself counts. A server that is starting answers 404 with a page.
  const isGone = response.statusCode === 404 && data?.httpStatusCode === 404;
  if (isGone) return { known: null, isEnrolled: false };
  if (!data?.orgUnit) throw new Error(PAGE);
  if (!data.enrollments?.some(one => one.program === program)) {
    return { known: data, isEnrolled: false };
  }
  // Everything about an enrolled person: DHIS2 shows attributes of the program only if the request names it.
  const { data: whole } = await get(person.path, { query: { fields: FIELDS, program } })(state);
  return { known: whole, isEnrolled: true };
}

// What to write; null if the push contains nothing new.
async function entryOf(registration, state) {
  const { program, trackedEntityType } = state.settings.dhis2;
  const { id, enrollment, orgUnit, whoItIs, answers } = registration.person;
  const { known, isEnrolled } = await lookUp(registration, state);
  const { attributes = [], enrollments, ...rest } = known ?? {};
  const isThere = ({ attribute, value }) =>
    attributes.some(one => one.attribute === attribute && one.value === value);
  if (isEnrolled && answers.every(isThere)) return null;
  const person = {
    trackedEntity: id,
    trackedEntityType,
    orgUnit,
    // An update removes everything that it does not contain, except attributes and enrollments. So all of it is sent back.
    ...rest,
    // What the clinic entered about a person is not overwritten.
    attributes: known ? answers : [...whoItIs, ...answers],
  };
  if (isEnrolled) return person;
  // The day goes by DHIS2's clock, because it refuses days that have not begun there.
  const { data } = await get('/api/system/info')(state);
  if (!data?.serverDate) throw new Error(PAGE);
  const today = data.serverDate.slice(0, 10);
  const days = { enrolledAt: today, occurredAt: today };
  return { ...person, enrollments: [{ enrollment, program, orgUnit, status: 'ACTIVE', ...days }] };
}

// DHIS2 lists reasons in any order, and some only follow from others.
const IS_THE_CAUSE = ['E1064']; // another person has the phone number
const FOLLOWS = ['E1018', 'E5000']; // an attribute is missing; "could not be created because …"
const rank = ({ errorCode }) =>
  IS_THE_CAUSE.includes(errorCode) ? -1 : FOLLOWS.indexOf(errorCode) + 1;

// DHIS2 quotes what it refuses, which can be a name or a phone number, and a name can look like an id.
// So only its words before the first quote are kept, and ids that are in the settings.
const withoutValues = (message, { program, trackedEntityType, attributes }) => {
  const [words] = message.split(/[`'"(=[]/);
  const ids = [program, trackedEntityType, ...Object.values(attributes)];
  const named = ids.filter(id => message.includes(`\`${id}\``));
  return [words.trim().replace(/[:;]$/, ''), ...named].join(' ');
};

// Why DHIS2 refuses it, and where to fix it.
function refusalOf({ validationReport, message = 'DHIS2 gave no reason' }, { dhis2 }) {
  const reports = validationReport?.errorReports ?? [];
  const [cause = { message, errorCode: 409 }] = [...reports].sort((a, b) => rank(a) - rank(b));
  if (cause.errorCode === 'E1064') {
    return {
      reason: 'Another person in DHIS2 has this phone number (E1064).',
      mend: 'DHIS2: the phone number of the other person; or write the id of that person to the contact, if it is the same one',
    };
  }
  return {
    reason: `${withoutValues(cause.message, dhis2)} (${cause.errorCode})`,
    mend: 'DHIS2: what the cause says; then run "resend"',
  };
}

const noId = field => ({
  reason: `The field "${field}" of the contact does not contain a DHIS2 id.`,
  mend: `RapidPro: the field "${field}" of this contact; then run "resend"`,
});

fn(async state => {
  const problems = [...state.problems];
  const registrations = [];
  for (const registration of state.registrations) {
    let refusal;
    try {
      const isId = /^[A-Za-z][A-Za-z0-9]{10}$/.test(registration.person.id);
      if (!isId) refusal = noId(state.settings.rapidpro.idField);
      const isToWrite = isId && !registration.inDhis2;
      const person = isToWrite ? await entryOf(registration, state) : null;
      if (person) {
        // All or nothing. DHIS2 answers a refusal with 409 and a report with the reasons.
        const { data } = await post(
          '/api/tracker',
          { trackedEntities: [person] },
          {
            query: { async: false, importStrategy: 'CREATE_AND_UPDATE', atomicMode: 'ALL' },
            errors: { 409: false },
          },
        )(state);
        if (data?.status === 'ERROR') refusal = refusalOf(data, state.settings);
        else if (!data?.status) throw new Error(PAGE);
      }
    } catch (error) {
      // One that DHIS2 cannot process does not stop the others.
      if (!state.isResend) throw error;
      const { statusCode } = error;
      refusal =
        statusCode >= 400 && statusCode < 500
          ? {
              reason: `DHIS2 refused the request (${statusCode}).`,
              mend: 'DHIS2: this person, and what its user may do; then run "resend"',
            }
          : {
              reason: `DHIS2 failed (${statusCode ?? 'no answer'}).`,
              until: 'the next run of "resend"',
            };
    }
    if (refusal) problems.push({ who: registration.contact, reason: refusal.reason });
    registrations.push({ ...registration, isRegistered: !refusal, refusal });
  }
  return { ...state, registrations, problems };
});
