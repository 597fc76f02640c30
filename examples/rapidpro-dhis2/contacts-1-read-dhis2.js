// Reads the people of the program who are new or changed in DHIS2 since the last run.

const PER_PAGE = 100;

// DHIS2 writes its times without a zone, by its own clock. So reckon with its clock alone.
// Ten minutes are read twice: something may still be being saved while this reads.
const tenMinutesBefore = time => {
  const milliseconds = Date.parse(`${time.slice(0, 19)}Z`) - 10 * 60 * 1000;
  return new Date(milliseconds).toISOString().slice(0, 19);
};

// The clock before reading: the next run reads on from here.
get('/api/system/info');

const PAGE = 'DHIS2 answered with a page instead of data: check its address and the credential.';

fn(state => {
  const { serverDate: readingSince, version } = state.data ?? {};
  if (!version) throw new Error(PAGE);
  // Before 2.41 DHIS2 had other names for some things.
  return { ...state, readingSince, isBefore41: /^2\.(3\d|40)\b/.test(version) };
});

// One page after the other. Sorted by when people were entered, nobody changes place while this reads, unless somebody is
// deleted: then another slips onto a page that was read before, so it is read again.
async function readAll(query, state) {
  const path = '/api/tracker/trackedEntities';
  const found = new Map(); // by id: who moves to another page while this reads comes twice
  let total; // counted with the first page, and with that which should be the last
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
  // Who could not become a contact the last time, changed in DHIS2 or not. 404: no longer there.
  for (const id of (state.again ?? []).filter(id => !found.has(id))) {
    const { data, response } = await get(`/api/tracker/trackedEntities/${id}`, {
      query: what,
      errors: { 403: false, 404: false },
    })(state);
    // 403: moved to where this user may not look.
    if ([403, 404].includes(response.statusCode) && data?.httpStatusCode) continue;
    if (!data?.trackedEntity) throw new Error(PAGE);
    found.set(id, data);
  }
  return { ...state, people: [...found.values()] };
});

// What a contact is made of, and the group that is compared.
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
