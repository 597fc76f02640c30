// Reads the people of the program who are new or changed in DHIS2 since the last run.

const PER_PAGE = 100;

// DHIS2 writes times by its own clock, without a zone. So only its clock is used here.
// The last ten minutes are read twice, because something may still be saving during this read.
const tenMinutesBefore = time => {
  const milliseconds = Date.parse(`${time.slice(0, 19)}Z`) - 10 * 60 * 1000;
  return new Date(milliseconds).toISOString().slice(0, 19);
};

// The time before reading: the next run starts from here.
get('/api/system/info');

const PAGE = 'DHIS2 answered with a page instead of data: check its address and the credential.';

fn(state => {
  const { serverDate: readingSince, version } = state.data ?? {};
  if (!version) throw new Error(PAGE);
  // Before 2.41, DHIS2 had other names for some things.
  return { ...state, readingSince, isBefore41: /^2\.(3\d|40)\b/.test(version) };
});

// One page after the other, in the order in which people were entered, so nobody changes place during the read. Only if
// someone is deleted, another person slips onto an earlier page. Then everything is read again.
async function readAll(query, state) {
  const path = '/api/tracker/trackedEntities';
  const found = new Map(); // by id: someone who moves to another page during the read comes twice
  let total; // counted with the first page, and with what should be the last one
  const lastPage = () => Math.floor((total ?? 0) / PER_PAGE) + 1;
  for (let page = 1; ; page++) {
    const counting = page === lastPage() ? { totalPages: true } : {};
    const { data } = await get(path, { query: { ...query, ...counting, page } })(state);
    const read = data?.trackedEntities ?? data?.instances;
    if (!read) throw new Error(PAGE);
    total ??= totalOf(data);
    for (const one of read) found.set(one.trackedEntity, one);
    if (read.length === PER_PAGE) continue;
    const isWhole = page > lastPage() || (page === lastPage() && !(totalOf(data) < total));
    return isWhole ? found : undefined;
  }
}
const totalOf = data => data?.pager?.total ?? data?.total;

fn(async state => {
  const { program, orgUnit } = state.settings.dhis2;
  const where = state.isBefore41
    ? { orgUnit, ouMode: 'DESCENDANTS' }
    : { orgUnits: orgUnit, orgUnitMode: 'DESCENDANTS' };
  const what = { program, fields: 'trackedEntity,attributes[attribute,value]' };
  const query = { ...what, ...where, order: 'createdAt:asc', pageSize: PER_PAGE };
  if (state.readUntil) query.updatedAfter = tenMinutesBefore(state.readUntil);
  let found;
  for (let attempt = 1; attempt <= 3 && !found; attempt++) found = await readAll(query, state);
  if (!found) {
    throw new Error('People were deleted in DHIS2 while they were read. The next run tries again.');
  }
  // People who could not become contacts last time, whether or not they changed in DHIS2. 404: no longer there.
  for (const id of (state.again ?? []).filter(id => !found.has(id))) {
    const { data, response } = await get(`/api/tracker/trackedEntities/${id}`, {
      query: what,
      errors: { 403: false, 404: false },
    })(state);
    // 403: moved to a place that this user is not allowed to see.
    if ([403, 404].includes(response.statusCode) && data?.httpStatusCode) continue;
    if (!data?.trackedEntity) throw new Error(PAGE);
    found.set(id, data);
  }
  return { ...state, people: [...found.values()] };
});

// The fields of a contact, and the group that is compared.
fn(state => {
  const { dhis2, rapidpro } = state.settings;
  const { name, phone, language } = dhis2.attributes;
  const people = state.people.map(({ trackedEntity: id, attributes = [] }) => {
    const attributeOf = wanted => attributes.find(({ attribute }) => attribute === wanted)?.value;
    return {
      id,
      name: attributeOf(name)?.trim(),
      phone: attributeOf(phone),
      language: dhis2.languages?.[attributeOf(language)],
    };
  });
  const { idField } = rapidpro;
  return {
    ...state,
    people,
    register: { groups: [rapidpro.group], idField, fields: [idField, rapidpro.confirmationField] },
  };
});
