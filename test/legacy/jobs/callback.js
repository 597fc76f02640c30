// Keeps the uuid in a callback, and passes through.
addContact({ name: 'Keza', urns: ['tel:+250788123199'] }, state => ({
  ...state,
  kept: state.data.uuid,
}));
fn(state => ({ ...state, known: typeof state.kept === 'string' }));
