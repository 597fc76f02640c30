// Reads only contacts that are new or changed since the last run. The first run reads all.
// The next run must start with the state of this one. A cron trigger of OpenFn does this.
// Change: the group, and what you do with each page.
eachChange(
  getContacts({ group: 'Mothers' }),
  fn(state => ({ ...state, changed: (state.changed ?? 0) + state.data.length })),
);
