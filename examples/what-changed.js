// Only the contacts that are new or have changed since the last run; the first run reads all.
// The next run must begin with the state of this one, as a cron trigger of OpenFn does.
// Change: the group, and what you do with each part of the list.
eachChange(
  getContacts({ group: 'Mothers' }),
  fn(state => ({ ...state, changed: (state.changed ?? 0) + state.data.length })),
);
