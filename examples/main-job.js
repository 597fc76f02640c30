// The week of a maternal health program. Each operation leaves its result in state.data.

const lastMonth = new Date(Date.now() - 30 * 24 * 60 * 60 * 1000).toISOString();

// Everyone in the group, however many pages that takes.
getContacts({ group: 'Mothers' });

// Whom to remind: pregnant, at high risk, and no more than five for a start.
fn(state => {
  const isAtRisk = ({ fields }) => fields.stage === 'pregnant' && fields.risk === 'high';
  const toRemind = state.data.filter(isAtRisk).slice(0, 5);
  return { ...state, mothers: state.data.length, toRemind };
});

sendBroadcast({
  contacts: state => state.toRemind.map(mother => mother.uuid),
  text: { eng: 'Will you come to your visit this week?', fra: 'Viendrez-vous cette semaine ?' },
});

// The clinic has told us of one more visit of the first of them.
updateContact($.toRemind[0].uuid, {
  fields: { visits: state => Number(state.toRemind[0].fields.visits) + 1 },
});

// What mothers have answered to the flows of the last month.
getFlowRuns({ after: lastMonth, responded: true });

// Keep only numbers: the final state is stored, and needs no names or telephone numbers.
fn(({ mothers, toRemind, data: answers }) => {
  const coming = answers.filter(({ values }) => values.attending?.category === 'Yes').length;
  return { data: { mothers, reminded: toRemind.length, answers: answers.length, coming } };
});
