// A nightly register: makes contacts match the people of another system; writes only what differs.
// The step before leaves the people in state.data: [{ id, name, phone, village }].
// Change: the names of the group and the fields, and how your register calls what it has.
fn(state => ({ ...state, people: state.data }));
ensureGroup('Register');
ensureField({ name: 'Register id', type: 'text' });
ensureField({ name: 'Village', type: 'text' });

// Phone numbers as people write them, here of Rwanda.
const contactOf = ({ id, name, phone, village }) => ({
  urns: [() => util.phoneUrn(phone, 'RW')],
  name,
  groups: ['Register'],
  fields: { register_id: id, village },
});

// Who is no longer in the list leaves the group: at most a tenth of it, else nobody.
syncContacts(state => state.people.map(contactOf), {
  key: 'fields.register_id',
  group: 'Register',
  removeMissing: { groups: ['Register'] },
});

// Who failed, and why. The state that is stored has no names and no phone numbers.
fn(({ people, data, rapidpro }) => {
  const problems = data.failed.map(({ index, description }) => [people[index].id, description]);
  const [created, updated, left] = [data.created, data.updated, data.left].map(one => one.length);
  return { rapidpro, problems, data: { created, updated, left } };
});
