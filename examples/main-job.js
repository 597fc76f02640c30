// Remind mothers of their clinic visit, note it in RapidPro, and read what a flow collected.
// A job as you would write it on OpenFn: a list of operations, run from top to bottom.

// Everyone in the group, however many pages that takes.
getContacts({ group: 'Mothers' });

// Choose whom to remind: here, the first five.
fn(state => {
  const mothers = state.data;
  return { ...state, mothers: mothers.length, reminded: mothers.slice(0, 5) };
});

sendBroadcast({
  contacts: state => state.reminded.map(mother => mother.uuid),
  text: 'Your clinic visit is this week. Reply 1 to confirm, 2 to choose another day.',
});

// Note it on the first of them.
updateContact($.reminded[0].uuid, { fields: { last_reminder: '2026-01-05' } });

// What the mothers answered in flows since the beginning of the year.
getFlowRuns({ after: '2026-01-01' });

// Leave only numbers behind: the final state is stored, and names and phone numbers need not be.
fn(({ mothers, reminded, data: runs }) => ({
  data: { mothers, reminded: reminded.length, answered: runs.filter(run => run.responded).length },
}));
