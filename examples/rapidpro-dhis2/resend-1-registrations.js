// Finds the registrations that were finished in RapidPro and are not done on the desk: refused ones that somebody has corrected,
// and those whose push never arrived.

const DAY = 24 * 60 * 60 * 1000;

fn(state => ({ ...state, isResend: true, pushes: [] }));

getFlowRuns({
  flow: $.settings.rapidpro.registrationFlow,
  after: state => new Date(state.now - state.settings.desk.resendDays * DAY).toISOString(),
});

fn(state => {
  const { desk, settings, now } = state;
  // A push that is being worked on at this moment is left alone.
  const latest = now - settings.desk.resendAfterMinutes * 60 * 1000;
  const newest = new Map(); // by contact: the last run
  for (const run of state.data) {
    const time = Date.parse(run.exited_on);
    const known = newest.get(run.contact.uuid);
    if (run.exit_type !== 'completed' || time > latest || known?.time > time) continue;
    newest.set(run.contact.uuid, { ...run, time });
  }
  const isDone = run =>
    desk.some(
      ({ kind, id, status, since }) =>
        kind === 'registration' &&
        id === run.contact.uuid &&
        status === 'done' &&
        Date.parse(since) >= run.time,
    );
  const runs = [...newest.values()].filter(run => !isDone(run));
  const pushes = runs.map(({ contact, values }) => ({
    contact: { uuid: contact.uuid },
    results: values,
  }));
  return { ...state, pushes };
});
