// Reads the visits that are due in DHIS2, and visits that are still open on the desk.

const PER_PAGE = 100;
const DAY = 24 * 60 * 60 * 1000;
const FIELDS = 'event,status,trackedEntity,orgUnit,scheduledAt';
const OPEN = ['SCHEDULE', 'OVERDUE'];
const PAGE = 'DHIS2 answered with a page instead of data: check its address and the credential.';

// Only a 404 from DHIS2 itself counts. A server that is starting answers 404 with a page.
const isGone = ({ statusCode }, data) => statusCode === 404 && data?.httpStatusCode === 404;

const addDays = (day, count) => new Date(Date.parse(day) + count * DAY).toISOString().slice(0, 10);

get('/api/system/info');

// If DHIS2 does not know the credential, it answers with a login page.
fn(state => {
  if (state.data?.version) return state;
  throw new Error(PAGE);
});

fn(state => ({
  ...state,
  // The current day in the time zone of the program, such as 2026-11-26.
  today: new Intl.DateTimeFormat('sv-SE', { timeZone: state.settings.timeZone }).format(
    new Date(state.now),
  ),
  // Before 2.41, DHIS2 had other names for some things.
  isBefore41: /^2\.(3\d|40)\b/.test(state.data.version),
}));

// Visits in the window, and in the days before it until a visit is reported as missed.
async function dueOf(rules, state) {
  const { stage, daysBefore, daysAfter, missedAfterDays } = rules;
  const { today, isBefore41, settings } = state;
  const { orgUnit } = settings.dhis2;
  const program = rules.program ?? settings.dhis2.program;
  const found = new Map();
  for (const status of OPEN) {
    const query = {
      program,
      programStage: stage,
      orgUnit,
      [isBefore41 ? 'ouMode' : 'orgUnitMode']: 'DESCENDANTS',
      status,
      scheduledAfter: addDays(today, -daysAfter - missedAfterDays),
      scheduledBefore: addDays(today, daysBefore),
      order: 'scheduledAt:asc',
      fields: FIELDS,
      pageSize: PER_PAGE,
    };
    for (let page = 1; ; page++) {
      const { data } = await get('/api/tracker/events', { query: { ...query, page } })(state);
      const read = data?.events ?? data?.instances;
      if (!read) throw new Error(PAGE);
      for (const event of read) found.set(event.event, event);
      if (read.length < PER_PAGE) break;
    }
  }
  return found;
}

fn(async state => {
  const visits = [];
  const items = [];
  for (const rules of state.settings.visits) {
    const events = await dueOf(rules, state);
    const isOpen = ({ kind, of, status, id }) =>
      kind === 'visit' && of === rules.name && status !== 'done' && !events.has(id);
    for (const { kind, id, who, of } of state.desk.filter(isOpen)) {
      // Here, 404 is an answer: the visit was deleted.
      const { data, response } = await get(`/api/tracker/events/${id}`, {
        query: { fields: FIELDS },
        errors: { 403: false, 404: false },
      })(state);
      if (response.statusCode === 403) {
        const cause = 'DHIS2 does not show this visit to its user (403).';
        const mend = 'DHIS2: what the user may see; or visit this person';
        items.push({ kind, id, who, of, status: 'refused', cause, mend });
        continue;
      }
      const status = isGone(response, data) ? 'deleted' : data?.status;
      if (!status) throw new Error(PAGE);
      if (OPEN.includes(status)) events.set(id, data);
      else {
        items.push({ kind, id, who, of, status: 'done', cause: `In DHIS2 it is ${status}.` });
      }
    }
    for (const { event, trackedEntity, scheduledAt } of events.values()) {
      const visit = { event, of: rules.name, person: trackedEntity };
      visits.push({ ...visit, due: scheduledAt.slice(0, 10) });
    }
  }
  return { ...state, visits, items };
});

// The people: their phone numbers, and what the texts of the flow need. The request names the program, because otherwise
// DHIS2 shows only attributes of the type. So 404 is an answer: nobody with that id is in the program.
fn(async state => {
  const { dhis2, visits: rules } = state.settings;
  const programOf = name => rules.find(one => one.name === name).program ?? dhis2.program;
  const programs = {}; // by person: the programs of their visits
  for (const { person, of } of state.visits) {
    programs[person] = [...new Set([...(programs[person] ?? []), programOf(of)])];
  }
  const people = [];
  const paramsOf = {}; // by person: the attributes that flows need
  const hidden = []; // people whom DHIS2 does not show to this user
  for (const id of Object.keys(programs)) {
    const attributes = [];
    for (const program of programs[id]) {
      const { data, response } = await get(`/api/tracker/trackedEntities/${id}`, {
        query: { program, fields: 'attributes[attribute,value]' },
        errors: { 403: false, 404: false },
      })(state);
      if (response.statusCode === 403) hidden.push(id);
      if (response.statusCode === 403 || isGone(response, data)) continue;
      // A person without attributes comes as {}.
      if (typeof data !== 'object') throw new Error(PAGE);
      attributes.push(...(data.attributes ?? []));
    }
    const attributeOf = wanted => attributes.find(one => one.attribute === wanted)?.value;
    people.push({ id, phone: attributeOf(dhis2.attributes.phone) });
    const needed = new Set(rules.flatMap(({ params = {} }) => Object.values(params)));
    paramsOf[id] = Object.fromEntries([...needed].map(name => [name, attributeOf(name) ?? '']));
  }
  return { ...state, people, paramsOf, hidden };
});
