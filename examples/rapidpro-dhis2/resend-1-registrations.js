// Finds registrations that were finished in RapidPro but are not done on the desk: refused ones that someone has corrected,
// and ones whose push never arrived.

const DAY = 24 * 60 * 60 * 1000;

fn(state => ({ ...state, isResend: true, pushes: [], data: [] }));

const isOpen = ({ kind, status }) => kind === 'registration' && status !== 'done';

// Registrations of the last days, and as far back as the oldest one that is open on the desk.
fnIf(
  $.settings.rapidpro.registrationFlow,
  getFlowRuns({
    flow: $.settings.rapidpro.registrationFlow,
    after: ({ desk, settings, now }) => {
      const since = desk.filter(isOpen).map(one => Date.parse(one.since));
      const oldest = Math.min(now, ...since) - settings.desk.resendDays * DAY;
      return new Date(oldest).toISOString();
    },
  }),
);

fn(state => {
  const { desk, settings, now } = state;
  // A push that may be in progress right now is left alone.
  const latest = now - settings.desk.resendAfterMinutes * 60 * 1000;
  const newest = new Map(); // by contact: the last run
  for (const run of state.data) {
    const time = Date.parse(run.exited_on);
    const known = newest.get(run.contact.uuid);
    if (run.exit_type !== 'completed' || time > latest || known?.time > time) continue;
    newest.set(run.contact.uuid, { ...run, time });
  }
  const entryOf = run =>
    desk.find(({ kind, id }) => kind === 'registration' && id === run.contact.uuid);
  // When DHIS2 got this registration: later corrections by a clinic are not undone. The push came during the run.
  const inDhis2 = run => {
    const { time, status, since } = entryOf(run) ?? {};
    const at = time ?? (status === 'done' ? since : undefined);
    return Date.parse(at) >= Date.parse(run.created_on) ? at : undefined;
  };
  const isToSend = run => {
    const entry = entryOf(run);
    if (entry && isOpen(entry)) return true;
    const isRecent = run.time >= now - settings.desk.resendDays * DAY;
    return isRecent && !inDhis2(run);
  };
  const runs = [...newest.values()].filter(isToSend);
  const pushes = runs.map(run => ({
    contact: { uuid: run.contact.uuid },
    results: run.values,
    inDhis2: inDhis2(run),
  }));
  return { ...state, pushes };
});
