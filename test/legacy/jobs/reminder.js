// Reminds who is in a list, and passes through.
fn(state => ({ ...state, people: [{ phone: '+250788123123', name: 'Amina' }] }));
each(
  '$.people[*]',
  upsertContact({
    name: dataValue('name'),
    urns: [state => `tel:${state.data.phone}`],
  }),
);
sendBroadcast({ text: 'The clinic is open on Saturday.', urns: ['tel:+250788123123'] });
