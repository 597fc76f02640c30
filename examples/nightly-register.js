// A nightly register: makes contacts match the people of another system, and writes only the differences.
// The step before leaves the people in state.data: [{ id, name, phone, village }].
// Change: the names of the group and the fields, the keys of your register, and the country of its phone numbers.
fn(state => ({ ...state, people: state.data }));
ensureGroup('Register');
ensureField({ name: 'Register id', type: 'text' });
ensureField({ name: 'Village', type: 'text' });

const contactOf = ({ id, name, phone, village }) => ({
  urns: [() => util.phoneUrn(phone, 'RW')],
  name,
  groups: ['Register'],
  fields: { register_id: id, village },
});

// People who left the list leave the group. If they are over 10% of it, or a failed entry may be one, all stay.
syncContacts(state => state.people.map(contactOf), {
  key: 'fields.register_id',
  group: 'Register',
  removeMissing: { groups: ['Register'] },
});

// Lists who failed or why nobody left, and what to do. The saved state has no names and no phone numbers.
fn(({ people, data, rapidpro }) => {
  const all = [data.failed, data.notRemoved ?? []].flat();
  const problems = all.map(({ index, description, fix }) => [people[index]?.id, description, fix]);
  const [created, updated, left] = [data.created, data.updated, data.left].map(one => one.length);
  return { rapidpro, problems, data: { created, updated, left } };
});
