// A week of a maternal health program. Each operation leaves its result in state.data.

const lastMonth = new Date(Date.now() - 30 * 24 * 60 * 60 * 1000).toISOString();

// Everyone in the group, however many pages it takes.
getContacts({ group: 'Mothers' });

// Whom to remind: pregnant and at high risk, at most five for a start.
fn(state => {
  const isAtRisk = ({ fields }) => fields.stage === 'pregnant' && fields.risk === 'high';
  const toRemind = state.data.filter(isAtRisk).slice(0, 5);
  return { ...state, mothers: state.data.length, toRemind };
});

sendBroadcast({
  contacts: state => state.toRemind.map(mother => mother.uuid),
  text: { eng: 'Will you come to your visit this week?', fra: 'Viendrez-vous cette semaine ?' },
});

// The clinic reported one more visit of the first of them.
updateContact($.toRemind[0].uuid, {
  fields: { visits: state => Number(state.toRemind[0].fields.visits) + 1 },
});

// The mothers' answers in the flows of the last month.
getFlowRuns({ after: lastMonth, responded: true });

// Keep only counts: the final state is saved, and does not need names or phone numbers.
fn(({ mothers, toRemind, data: answers }) => {
  const coming = answers.filter(({ values }) => values.attending?.category === 'Yes').length;
  return { data: { mothers, reminded: toRemind.length, answers: answers.length, coming } };
});
