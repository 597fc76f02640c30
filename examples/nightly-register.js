// A nightly register: makes contacts match the people of another system, and writes only the differences.
// The step before leaves the people in state.data: [{ id, name, phone, village }].
// Change: the names of the group and the fields, and the keys of your register.
fn(state => ({ ...state, people: state.data }));
ensureGroup('Register');
ensureField({ name: 'Register id', type: 'text' });
ensureField({ name: 'Village', type: 'text' });

// Phone numbers in any common form, here from Rwanda.
const contactOf = ({ id, name, phone, village }) => ({
  urns: [() => util.phoneUrn(phone, 'RW')],
  name,
  groups: ['Register'],
  fields: { register_id: id, village },
});

// People who are no longer in the list leave the group. If that is more than 10% of the group, nobody leaves.
syncContacts(state => state.people.map(contactOf), {
  key: 'fields.register_id',
  group: 'Register',
  removeMissing: { groups: ['Register'] },
});

// Lists who failed, why, and what to do. The saved state has no names and no phone numbers.
fn(({ people, data, rapidpro }) => {
  const problems = data.failed.map(one => [people[one.index].id, one.description, one.fix]);
  const [created, updated, left] = [data.created, data.updated, data.left].map(one => one.length);
  return { rapidpro, problems, data: { created, updated, left } };
});
