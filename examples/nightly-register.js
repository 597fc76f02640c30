// A nightly register: makes contacts match the people of another system; writes only what differs.
// The step before leaves the people in state.data: [{ id, name, phone, village }].
// Change: the names of the group and the fields, and how your register calls what it has.
fn(state => ({ ...state, people: state.data }));

ensureGroup('Register');
ensureField({ name: 'Register id', type: 'text' });
ensureField({ name: 'Village', type: 'text' });

// Numbers as people write them, here of Rwanda. One that is none fails alone.
const contactOf = ({ id, name, phone, village }) => ({
  urns: [() => util.phoneUrn(phone, 'RW')],
  name,
  groups: ['Register'],
  fields: { register_id: id, village },
});

syncContacts(state => state.people.map(contactOf), {
  key: 'fields.register_id',
  group: 'Register',
  // Who is no longer in the list leaves the group; nobody, if that were more than a tenth of it.
  removeMissing: { groups: ['Register'], atMost: '10%' },
});

// Who failed, and why. The state that is stored has no names and no phone numbers.
fn(({ people, data, rapidpro }) => {
  const { created, updated, failed, left, notRemoved } = data;
  const problems = failed.map(({ index, description }) => [people[index].id, description]);
  const counts = { created: created.length, updated: updated.length, left: left.length };
  return { rapidpro, problems, stayed: notRemoved?.description, data: counts };
});
