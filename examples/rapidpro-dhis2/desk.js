// The operator's desk: one entry for each report, registration, visit, reminder, user and person, in one place.
// At the start of a workflow, this step reads the desk. At the end, it writes the status of each item: done, waiting, refused
// or unknown. Entries have ids, a cause and where to fix it, but no names, phone numbers or message texts.

const DAY = 24 * 60 * 60 * 1000;
// The keys of an entry. "of" is the name of the report or visit in the settings. "place" and "time" say which report counts.
// For a registration, "time" says when DHIS2 got it.
const FIELDS = ['kind', 'id', 'status', 'who', 'of', 'until', 'cause', 'mend', 'place', 'time'];

const keyOf = ({ kind, id }) => `${kind}-${id}`;
const isSame = (a, b) => FIELDS.every(name => (a?.[name] ?? null) === (b[name] ?? null));

// An OpenFn collection, or a namespace in DHIS2's dataStore. The collection functions change the state that they are given.
async function read(state) {
  const { store, name } = state.settings.desk;
  if (store === 'collection') {
    const { data } = await collections.get(name, { key: '*' })({ ...state });
    return data.map(({ value }) => value);
  }
  // 404: nothing has been written there yet.
  const { data, response } = await get(`/api/dataStore/${name}`, {
    query: { fields: '.', paging: false },
    errors: { 404: false },
  })(state);
  if (response.statusCode === 404 && data?.httpStatusCode === 404) return [];
  if (!data?.entries) {
    throw new Error(
      'DHIS2 answered with a page instead of data: check its address and the credential.',
    );
  }
  return data.entries.map(({ value }) => value);
}

async function write(entries, state) {
  const { store, name } = state.settings.desk;
  if (entries.length === 0) return;
  if (store === 'collection') await collections.set(name, keyOf, entries)({ ...state });
  else {
    for (const entry of entries) {
      const path = `/api/dataStore/${name}/${keyOf(entry)}`;
      const { response } = await put(path, entry, { errors: { 409: false } })(state);
      // Another workflow has just created the key, so now it can be changed.
      if (response.statusCode === 409) await put(path, entry)(state);
    }
  }
}

async function remove(entries, state) {
  const { store, name } = state.settings.desk;
  for (const entry of entries) {
    if (store === 'collection') await collections.remove(name, keyOf(entry))({ ...state });
    else {
      // 404: another workflow has removed it.
      await del(`/api/dataStore/${name}/${keyOf(entry)}`, { errors: { 404: false } })(state);
    }
  }
}

fn(async state => {
  const { settings, now, items = [], settles = [] } = state;
  // Entries of others are left alone.
  const entries = (await read(state)).filter(entry => entry?.kind && entry.id && entry.status);
  const known = new Map(entries.map(entry => [keyOf(entry), entry]));
  const found = new Map(items.map(item => [keyOf(item), item]));
  // Entries that were open, and that this run no longer found.
  for (const [key, entry] of known) {
    const settled = settles.find(({ prefix }) => key.startsWith(prefix));
    if (settled && entry.status !== 'done' && !found.has(key)) {
      const { kind, id, who, of } = entry;
      found.set(key, { kind, id, who, of, status: 'done', cause: settled.cause });
    }
  }
  const changed = [];
  for (const [key, item] of found) {
    if (isSame(known.get(key), item)) continue;
    const given = FIELDS.filter(name => item[name] !== undefined && item[name] !== null);
    const entry = Object.fromEntries(given.map(name => [name, item[name]]));
    changed.push({ ...entry, since: new Date(now).toISOString() });
  }
  await write(changed, state);
  for (const entry of changed) known.set(keyOf(entry), entry);
  // Entries that were done long ago are removed.
  const oldest = new Date(now - settings.desk.keepDays * DAY).toISOString();
  const old = [...known.values()].filter(one => one.status === 'done' && one.since < oldest);
  await remove(old, state);
  for (const entry of old) known.delete(keyOf(entry));
  return { ...state, desk: [...known.values()], items: [], settles: [] };
});

// At the end, only what the next run needs and what people should see is stored.
fn(state => state.final ?? state);
