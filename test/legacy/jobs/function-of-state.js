// Gives a function of state in place of the contact, and passes through.
fn(state => ({ ...state, person: { name: 'Keza', phone: '+250788123198' } }));
upsertContact(state => ({ name: state.person.name, urns: [`tel:${state.person.phone}`] }));
