// Reminds people whose clinic has not reported, in their language.
// A field of the contact has the mark: "2026W47 asked 2026-11-25" before the message is sent, "sent" afterwards.

const DAY = 24 * 60 * 60 * 1000;

// Whether it is night in the time zone of the program. A night can last past midnight.
const isNight = (time, { night, timeZone }) => {
  const clock = new Intl.DateTimeFormat('en-GB', { timeZone, hour: '2-digit', minute: '2-digit' });
  const hour = clock.format(new Date(time));
  const [from, to] = [night.from, night.to].map(one => one.padStart(5, '0'));
  return from <= to ? hour >= from && hour < to : hour >= from || hour < to;
};

// The name of a report, as part of an id.
const plain = name => name.replace(/[^A-Za-z0-9]+/g, '_');

fn(state => ({
  ...state,
  begun: Date.now(),
  reminded: 0,
  toRemind: [],
  items: state.items ?? [],
  // Clinics that have reported, and reminders for older periods.
  settles: Object.keys(state.missing).map(name => ({
    prefix: `reminder-${plain(name)}-`,
    cause: 'The report is there, or its period is over.',
  })),
}));

fn(async state => {
  const { settings, dataSets, due, missing } = state;
  const { reporters, clinicField } = settings.rapidpro;
  const problems = [...state.problems];
  const toRemind = [];
  const items = [...state.items];
  const names = Object.keys(missing).filter(name => missing[name].length > 0);

  for (const name of names) {
    const rules = settings.reports.find(report => report.name === name);
    const { id: period } = due[name];
    const { clinicIds } = dataSets[rules.dataSet];
    const clinicOf = text => {
      const written = String(text ?? '').trim();
      return clinicIds[written] ?? clinicIds[`~${written.toLowerCase()}`];
    };
    const field = await ensureField({ name: rules.reminderField, type: 'text' })(state);
    const { key } = field.data;

    const { data: contacts } = await getContacts({ group: reporters })(state);
    const clinicOfContact = uuid =>
      clinicOf(contacts.find(contact => contact.uuid === uuid)?.fields[clinicField]);
    const clinicOfRun = ({ contact, values }, clinicResult) => {
      if (!clinicResult) return clinicOfContact(contact.uuid);
      const answer = Object.entries(values).find(([result, one]) =>
        [result, one.name ?? result].some(own => own.toLowerCase() === clinicResult.toLowerCase()),
      );
      return clinicOf(answer?.[1].value);
    };

    // Reports that came in meanwhile, in any flow, and wait for the reports workflow: nobody of that clinic gets a message.
    const dayOf = time =>
      new Intl.DateTimeFormat('sv-SE', { timeZone: settings.timeZone }).format(new Date(time));
    const reports = [];
    for (const one of settings.reports.filter(({ dataSet }) => dataSet === rules.dataSet)) {
      const { reportedFrom, reportedTo } = due[one.name];
      const before = new Date(Date.parse(reportedFrom) - DAY).toISOString();
      const { data: runs } = await getFlowRuns({ flow: one.flow, after: before })(state);
      for (const run of runs) {
        const day = dayOf(run.created_on);
        const isOfPeriod = day >= reportedFrom && day <= reportedTo;
        if (run.exit_type !== 'completed' || !isOfPeriod) continue;
        reports.push({ contact: run.contact.uuid, clinic: clinicOfRun(run, one.clinicResult) });
      }
    }
    const hasReported = reports.map(({ clinic }) => clinic);
    const isMissing = clinic => missing[name].includes(clinic) && !hasReported.includes(clinic);
    const end = (who, item) => {
      const id = `${plain(name)}-${period}-${who}`;
      items.push({ kind: 'reminder', id, who, of: name, ...item });
    };

    for (const contact of contacts) {
      const clinic = clinicOf(contact.fields[clinicField]);
      const reported = reports.some(one => one.contact === contact.uuid);
      if (!isMissing(clinic) || reported) continue;
      const [markedPeriod, mark, day] = (contact.fields[key] ?? '').split(' ');
      const who = contact.uuid;
      if (contact.status !== 'active') {
        const mend = 'RapidPro: this contact; or ask for the report yourself';
        end(who, { status: 'refused', cause: `The contact is ${contact.status}.`, mend });
        continue;
      }
      if (markedPeriod === period && mark === 'asked') {
        const reason = `It is unclear whether the reminder was sent. Check, and then set the field "${rules.reminderField}" to "${period} sent ${day}", or empty it.`;
        problems.push({ who, reason });
        const mend = `RapidPro: the field "${rules.reminderField}" of this contact`;
        const cause = 'It is unclear whether the reminder was sent.';
        end(who, { status: 'unknown', cause, mend });
        continue;
      }
      const days = Math.round((Date.parse(state.today) - Date.parse(day)) / DAY);
      const again = rules.remindAgainAfterDays;
      const isTime = markedPeriod !== period || (again > 0 && days >= again);
      const { language, fields } = contact;
      if (isTime) toRemind.push({ who, name, key, period, language, old: fields[key] ?? null });
      else end(who, { status: 'done' });
    }
    const isTold = clinic =>
      contacts.some(({ fields }) => clinicOf(fields[clinicField]) === clinic);
    for (const who of missing[name].filter(clinic => isMissing(clinic) && !isTold(clinic))) {
      const reason = `Nobody in "${reporters}" reports for this clinic; its report of ${period} is missing.`;
      problems.push({ who, reason });
      end(who, {
        status: 'refused',
        cause: `Nobody in "${reporters}" reports for this clinic.`,
        mend: `RapidPro: the field "${clinicField}" of the person who should report for it`,
      });
    }
  }
  return { ...state, problems, toRemind, items };
});

// One after the other: the mark, the message, the mark. So the status of at most one is ever unclear.
fn(async state => {
  const { settings, toRemind, today, now, begun } = state;
  const problems = [...state.problems];
  const items = [...state.items];
  let reminded = 0;
  for (const { who, name, key, period, language, old } of toRemind) {
    const end = item => {
      const id = `${plain(name)}-${period}-${who}`;
      items.push({ kind: 'reminder', id, who, of: name, ...item });
    };
    // Night may have begun meanwhile.
    if (isNight(now + Date.now() - begun, settings)) {
      end({ status: 'waiting', until: settings.night.to, cause: 'It is night.' });
      continue;
    }
    const { reminder } = settings.reports.find(report => report.name === name);
    const text = reminder[language] ?? Object.values(reminder)[0];
    const mark = value => updateContact(who, { fields: { [key]: value } })(state);
    try {
      const { data: contact } = await mark(`${period} asked ${today}`);
      // The person may have sent "stop" meanwhile.
      if (contact.status !== 'active') {
        await mark(old);
        const mend = 'RapidPro: this contact; or ask for the report yourself';
        end({ status: 'refused', cause: `The contact is ${contact.status}.`, mend });
        continue;
      }
    } catch (error) {
      end({
        status: 'waiting',
        until: 'the next run',
        cause: `Not reminded: ${error.description}`,
      });
      problems.push({
        who,
        reason: `Not reminded: ${error.description} The next run tries again.`,
      });
      continue;
    }
    try {
      await sendMessage({ contact: who, text })(state);
    } catch (error) {
      const refused = error.statusCode >= 400 && error.statusCode < 500;
      const reason = refused
        ? `The reminder was refused: ${error.description} The next run tries again.`
        : `It is unclear whether the reminder was sent: the field "${key}" says "asked".`;
      problems.push({ who, reason });
      const mend = `RapidPro: the field "${key}" of this contact`;
      const cause = 'It is unclear whether the reminder was sent.';
      // 429: only the rate limit.
      if (error.statusCode === 429) {
        end({ status: 'waiting', until: 'the next run', cause: error.description });
      } else if (refused) {
        const words = `The reminder was refused: ${error.description}`;
        end({ status: 'refused', cause: words, mend: 'RapidPro: this contact or its channel' });
      } else end({ status: 'unknown', cause, mend });
      // A refused message was certainly not sent, so the mark is removed.
      if (refused) await mark(old);
      continue;
    }
    reminded += 1;
    end({ status: 'done' });
    await mark(`${period} sent ${today}`);
  }
  return { ...state, problems, reminded, items };
});

// The stored state. The marks are in RapidPro, so the next run needs nothing from this one.
fn(({ rapidpro, settings, now, problems, missing, reminded, items, settles }) => {
  const data = {
    missing: Object.values(missing).flat().length,
    reminded,
    night: isNight(now, settings),
    problems: problems.length,
  };
  const final = { ...(rapidpro ? { rapidpro } : {}), problems, data };
  return { settings, now, items, settles, final };
});
