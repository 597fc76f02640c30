// Starts the flow for each due visit, once, and reads what was answered.
// A field of the contact has the marks: "<event> asked 2026-11-26" before the flow is started, "<event> started 2026-11-26 <start>"
// afterwards. If it only says "asked", RapidPro's list of starts shows whether the flow was started.

const DAY = 24 * 60 * 60 * 1000;
const KEPT = 6; // marks of a contact: a field holds 640 characters, which is ten or eleven of them

const addDays = (day, count) => new Date(Date.parse(day) + count * DAY).toISOString().slice(0, 10);
const latest = days => [...days].sort().at(-1);

const readMarks = text =>
  (text ?? '')
    .split(';')
    .map(part => part.trim().split(' '))
    .filter(([event]) => event)
    .map(([event, mark, day, start]) => ({ event, mark, day, start }));
// Marks of open visits are never removed, because those visits would be started again.
const writeMarks = (marks, isOpen) =>
  marks
    .filter((one, place) => isOpen(one) || place >= marks.length - KEPT)
    .map(({ event, mark, day, start }) => [event, mark, day, start].filter(Boolean).join(' '))
    .join('; ');

// Whether it is night in the time zone of the program. A night can last past midnight.
const isNight = (time, { night, timeZone }) => {
  const clock = new Intl.DateTimeFormat('en-GB', { timeZone, hour: '2-digit', minute: '2-digit' });
  const hour = clock.format(new Date(time));
  const [from, to] = [night.from, night.to].map(one => one.padStart(5, '0'));
  return from <= to ? hour >= from && hour < to : hour >= from || hour < to;
};

const refused = (cause, mend) => ({ status: 'refused', cause, mend });

fn(state => ({ ...state, begun: Date.now(), members: [], answered: [], started: 0 }));

fnIf(
  state => state.visits.length > 0,
  ensureField({ name: $.settings.rapidpro.visitField, type: 'text' }).then(state => ({
    ...state,
    visitKey: state.data.key,
  })),
);

fnIf(
  state => state.visits.length > 0,
  ensureField({ name: $.settings.rapidpro.idField, type: 'text' }).then(state => ({
    ...state,
    idKey: state.data.key,
  })),
);

fnIf(
  state => state.visits.length > 0,
  getContacts({ group: $.settings.rapidpro.group }).then(state => ({
    ...state,
    members: state.data,
  })),
);

const isOther = (one, two) => one.person !== two.person;

// The contact of the person of a visit: by DHIS2 id, or by phone number if the contact has no id.
fn(async state => {
  const visits = [];
  for (const visit of state.visits) {
    const urn = state.urns[visit.person];
    const same = state.members.filter(({ fields }) => fields[state.idKey] === visit.person);
    let [contact] = same;
    if (!contact && urn) {
      const { data } = await getContact(urn)(state);
      const id = data?.fields[state.idKey];
      if (id && id !== visit.person) {
        const cause = `The phone number belongs to ${id} in RapidPro.`;
        visits.push({ ...visit, no: refused(cause, 'DHIS2: the phone number of one of them') });
        continue;
      }
      contact = data;
      // Without an id, it is not clear which of them the contact is.
      if (
        contact &&
        state.visits.some(other => isOther(other, visit) && state.urns[other.person] === urn)
      ) {
        const cause = 'Two people in DHIS2 have this phone number, and the contact has no id.';
        visits.push({ ...visit, no: refused(cause, 'DHIS2: the phone number of one of them') });
        continue;
      }
    }
    const marks = readMarks(contact?.fields[state.visitKey]);
    const no = state.hidden.includes(visit.person)
      ? refused(
          'DHIS2 does not show this person to its user (403).',
          'DHIS2: what the user may see',
        )
      : whyNot(contact, same, urn);
    visits.push({ ...visit, contact, marks, no });
  }
  return { ...state, visits };
});

// Why the person cannot get messages; undefined if they can.
function whyNot(contact, same, urn) {
  if (same.length > 1) {
    return refused('Two contacts have the id of this person.', 'RapidPro: one of these contacts');
  }
  if (!urn) {
    return refused(
      'The phone number is missing or wrong, or nobody in the program has this id.',
      'DHIS2: the phone number of this person',
    );
  }
  if (!contact) {
    return refused('RapidPro has no contact for this person.', 'Run the workflow "contacts"');
  }
  // If RapidPro hides numbers, they cannot be compared.
  if (!contact.urns.includes(urn) && !contact.urns.some(one => one.endsWith('*'))) {
    return refused('RapidPro has another number than DHIS2.', 'Run the workflow "contacts"');
  }
  if (contact.status !== 'active') {
    return refused(`The contact is ${contact.status}.`, 'RapidPro: this contact; or visit them');
  }
  return undefined;
}

// What RapidPro has: runs by their start, and starts that may or may not have happened.
fn(async state => {
  const all = state.visits.flatMap(({ marks = [] }) => marks);
  const runs = {};
  const starts = {};
  if (all.length === 0) return { ...state, runs, starts };
  const [oldest] = all.map(({ day }) => day).sort();
  const since = addDays(oldest, -1);
  for (const { flow } of state.settings.visits) {
    const { data } = await getFlowRuns({ flow, after: `${since}T00:00:00Z` })(state);
    for (const run of data) if (run.start) runs[run.start.uuid] = run;
  }
  if (all.some(({ mark }) => mark === 'asked')) {
    const { data } = await getFlowStarts({ after: `${since}T00:00:00Z` })(state);
    for (const { uuid, params, contacts } of data) {
      for (const contact of params?.event ? contacts : []) {
        starts[`${params.event} ${contact.uuid}`] = uuid;
      }
    }
  }
  return { ...state, runs, starts };
});

// If a flow continues without an answer, RapidPro puts the time of that into the result. Newer servers show no input.
const isAnswer = ({ value, category, input }) => {
  const isTimeout = input === undefined ? category === 'No Response' : category && !input;
  return !(isTimeout && /^\d{4}-\d\d-\d\dT/.test(value));
};

// The parts of a finished run that belong to a visit: values by data element.
function answersOf(run, { values }) {
  const results = Object.entries(run.values)
    .filter(([, result]) => isAnswer(result))
    .map(([key, { name, value }]) => [
      [key.toLowerCase(), String(name ?? key).toLowerCase()],
      String(value ?? '').trim(),
    ]);
  const answerOf = wanted => results.find(([names]) => names.includes(wanted.toLowerCase()))?.[1];
  return Object.entries(values)
    .map(([result, dataElement]) => ({ dataElement, value: answerOf(result) }))
    .filter(({ value }) => value);
}

// One after the other: the mark, the start, the mark. So the status of at most one is ever unclear.
fn(async state => {
  const { settings, visits, runs, starts, today, now, begun, visitKey, paramsOf } = state;
  const dayOf = time =>
    new Intl.DateTimeFormat('sv-SE', { timeZone: settings.timeZone }).format(new Date(time));
  const items = [...state.items];
  const answered = [];
  const isOpen = mark => mark.mark === 'asked' || visits.some(({ event }) => event === mark.event);
  const busy = {}; // by contact: how long another visit waits for an answer
  const marksOf = {}; // by contact: the current marks
  let started = 0;
  for (const visit of visits.sort((a, b) => a.due.localeCompare(b.due))) {
    const { event, of, person, due, contact, no } = visit;
    const rules = settings.visits.find(({ name }) => name === of);
    const { missedAfterDays, daysBefore, daysAfter, flow, params = {} } = rules;
    const who = contact?.uuid ?? person;
    const end = item => items.push({ kind: 'visit', id: event, who, of, ...item });
    marksOf[who] ??= visit.marks ?? [];
    const marks = marksOf[who];
    const isFinished = ({ start }) => runs[start]?.exit_type === 'completed';
    const mark = marks.find(one => one.event === event);
    const save = list => {
      marksOf[who] = list;
      const text = writeMarks(list, isOpen);
      return updateContact(contact.uuid, { fields: { [visitKey]: text || null } })(state);
    };

    const start = starts[`${event} ${who}`];
    if (mark?.mark === 'asked' && start) {
      Object.assign(mark, { mark: 'started', start });
      await save(marks);
    }
    if (mark?.mark === 'asked') {
      busy[who] = addDays(mark.day, missedAfterDays);
      end({
        status: 'unknown',
        cause: 'It is unclear whether the flow was started.',
        mend: `RapidPro: check the contact; if the flow was not started, remove ${event} from the field "${settings.rapidpro.visitField}"`,
      });
      continue;
    }
    if (mark && isFinished(mark)) {
      const run = runs[mark.start];
      // A run of another contact does not answer this visit.
      if (run.contact.uuid === contact.uuid) {
        const values = answersOf(run, rules);
        const asksNothing = Object.keys(rules.values).length === 0;
        if (values.length > 0 || asksNothing) {
          answered.push({ event, of, who, day: dayOf(run.exited_on), values });
        } else {
          const cause = 'The flow ended without an answer.';
          end(refused(cause, 'Visit or call this person, and enter the event in DHIS2'));
        }
        continue;
      }
    }
    if (mark) {
      const until = addDays(latest([due, mark.day]), missedAfterDays);
      if (today <= until) {
        busy[who] = until;
        end({
          status: 'waiting',
          until,
          cause: 'The flow was started, but no run is finished yet.',
        });
      } else {
        const cause = `Missed: no finished run ${missedAfterDays} days after.`;
        end(refused(cause, 'Visit or call this person, and enter the event in DHIS2'));
      }
      continue;
    }
    if (no) {
      end(no);
      continue;
    }
    if (today > addDays(due, daysAfter)) {
      const cause = `Nobody was started in time: it was due on ${due}.`;
      end(refused(cause, 'Visit or call this person, and enter the event in DHIS2'));
      continue;
    }
    if (today < addDays(due, -daysBefore)) {
      end({ status: 'waiting', until: addDays(due, -daysBefore) });
      continue;
    }
    const other = marks
      .filter(one => !isFinished(one))
      .map(({ day }) => addDays(day, missedAfterDays))
      .find(day => day >= today);
    if (busy[who] ?? other) {
      const cause = 'The flow for another visit of this person is running.';
      end({ status: 'waiting', until: busy[who] ?? other, cause });
      continue;
    }
    // Night may have begun meanwhile.
    if (isNight(now + Date.now() - begun, settings)) {
      end({ status: 'waiting', until: settings.night.to, cause: 'It is night.' });
      continue;
    }

    const asked = { event, mark: 'asked', day: today };
    const again = error => ({
      status: 'waiting',
      until: 'the next run',
      cause: `Not started: ${error.description}`,
    });
    try {
      const { data } = await save([...marks, asked]);
      // The person may have sent "stop" meanwhile.
      if (data.status !== 'active') {
        await save(marks);
        end(refused(`The contact is ${data.status}.`, 'RapidPro: this contact; or visit them'));
        continue;
      }
    } catch (error) {
      end(again(error));
      continue;
    }
    const needed = Object.entries(params).map(([name, id]) => [name, paramsOf[person][id]]);
    let uuid;
    try {
      const body = { flow, contacts: [contact.uuid], params: { event, due } };
      for (const [name, value] of needed) body.params[name] = value;
      uuid = (await startFlow(body)(state)).data.uuid;
    } catch (error) {
      // A refused start certainly did not happen, so the mark is removed.
      if (error.statusCode >= 400 && error.statusCode < 500) {
        await save(marks);
        const cause = `RapidPro refused the start: ${error.description}`;
        // 429: only the rate limit.
        end(error.statusCode === 429 ? again(error) : refused(cause, 'RapidPro: the flow'));
      } else {
        const cause = 'It is unclear whether the flow was started.';
        busy[who] = addDays(today, missedAfterDays);
        end({ status: 'unknown', cause, mend: 'The next run looks whether RapidPro has it' });
      }
      continue;
    }
    started += 1;
    const until = addDays(latest([due, today]), missedAfterDays);
    busy[who] = until;
    end({ status: 'waiting', until, cause: 'The flow was started, but no run is finished yet.' });
    // Without this mark, the next run finds the start in RapidPro's list, by the event.
    await save([...marks, { ...asked, mark: 'started', start: uuid }]);
  }
  return { ...state, items, answered, started };
});
