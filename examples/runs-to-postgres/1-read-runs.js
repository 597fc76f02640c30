// Step 1, with the RapidPro adaptor: what people answered since the last run, as rows for a table.
// The next run must begin with the state of the last one that succeeded, as a cron trigger of OpenFn does.
// Change: the day at which the very first run begins.
fn(state => ({ ...state, rows: [] }));

eachChange(
  // The rest is left to the next run: the rows of one must fit into 10 MB of state.
  getFlowRuns({ after: '2026-01-01', paths: false }, { limit: 5000 }),
  fn(state => ({
    ...state,
    rows: [
      ...state.rows,
      ...state.data.map(run => ({
        uuid: run.uuid,
        flow: run.flow.name,
        contact: run.contact.uuid,
        responded: run.responded,
        answers: JSON.stringify(run.values),
        created_on: run.created_on,
        modified_on: run.modified_on,
        exited_on: run.exited_on,
        exit_type: run.exit_type,
      })),
    ],
  })),
);
