// Step 2, with the adaptor for PostgreSQL: a run that is there is written over, another one is added.
// If this step fails, the next run reads the same runs again: each is in the table once all the same.
upsertMany('rapidpro_runs', 'uuid', state => state.rows);

// The rows are in the table. What stays is the place at which the next run begins.
fn(state => ({ rapidpro: state.rapidpro, data: { written: state.rows.length } }));
