// Sends a message to mothers who are due within a week: each gets it once, however often the job runs.
// Change: the group, the field with the date, the number of days, and the text in each language.
const inAWeek = Date.now() + 7 * 24 * 60 * 60 * 1000;

ensureField({ name: 'Told of due date', type: 'text' });
getContacts({ group: 'Mothers' });

fn(state => {
  const isDue = day => Date.parse(day) >= Date.now() && Date.parse(day) < inAWeek;
  const isToNotify = ({ due_date: day, told_of_due_date: told }) => isDue(day) && day !== told;
  const isMeant = ({ urns, fields }) => urns.length > 0 && isToNotify(fields);
  const mark = ({ uuid, fields }) => ({ uuid, fields: { told_of_due_date: fields.due_date } });
  return { ...state, marks: state.data.filter(isMeant).map(mark) };
});

// The mark comes first: if the job stops here, somebody gets nothing, but nobody gets it twice.
upsertContacts($.marks);
// Anyone who could not be marked waits for the next run.
fn(state => ({ ...state, toNotify: state.data.updated.map(({ uuid }) => uuid) }));

fnIf(
  state => state.toNotify.length > 0,
  sendBroadcast({
    contacts: $.toNotify,
    text: { eng: 'You are due soon.', fra: 'C’est bientôt.' },
  }),
);

fn(({ toNotify }) => ({ data: { told: toNotify.length } }));
