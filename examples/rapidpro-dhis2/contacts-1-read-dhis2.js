// Reads the people of the program who are new or changed in DHIS2 since the last run.

const PER_PAGE = 100;

// DHIS2 tells its times without a zone, by its own clock. So reckon with its clock alone.
// Ten minutes are read twice: something may still be being saved while this reads.
const tenMinutesBefore = time => {
  const milliseconds = Date.parse(`${time.slice(0, 19)}Z`) - 10 * 60 * 1000;
  return new Date(milliseconds).toISOString().slice(0, 19);
};

// The clock before reading: the next run reads on from here.
get('/api/system/info');

fn(state => ({ ...state, readingSince: state.data.serverDate }));

// One page after the other. Sorted by when people were entered, nobody changes place while this reads.
fn(async state => {
  const { program, orgUnit } = state.programme.dhis2;
  const query = {
    program,
    orgUnits: orgUnit,
    orgUnitMode: 'DESCENDANTS',
    fields: 'trackedEntity,attributes[attribute,value]',
    order: 'createdAt:asc',
    pageSize: PER_PAGE,
  };
  if (state.readUntil) query.updatedAfter = tenMinutesBefore(state.readUntil);
  const people = [];
  for (let page = 1; ; page++) {
    const { data } = await get('/api/tracker/trackedEntities', { query: { ...query, page } })(
      state,
    );
    people.push(...data.trackedEntities);
    if (data.trackedEntities.length < PER_PAGE) break;
  }
  return { ...state, people };
});
