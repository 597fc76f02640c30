// A nightly register: makes contacts match the people of another system; writes only what differs.
// The step before leaves the people in state.data: [{ id, name, phone, village }].
// Change: the names of the group and the fields, and how your register calls what it has.
fn(state => ({ ...state, people: state.data }));

ensureGroup('Register');
ensureField({ name: 'Register id', type: 'text' });
ensureField({ name: 'Village', type: 'text' });

// A phone number with its country code, as +250788123123.
const contactOf = ({ id, name, phone, village }) => ({
  urns: [`tel:${phone}`],
  name,
  groups: ['Register'],
  fields: { register_id: id, village },
});

syncContacts(state => state.people.map(contactOf), {
  key: 'fields.register_id',
  group: 'Register',
});

// Who failed, and why. The state that is stored has no names and no phone numbers.
fn(({ people, data, rapidpro }) => {
  const { created, updated, failed } = data;
  const problems = failed.map(({ index, description }) => [people[index].id, description]);
  return { rapidpro, problems, data: { created: created.length, updated: updated.length } };
});
