// Checks that the operator's desk can be read. Writes nothing.

fn(async state => {
  const { store, name } = state.settings.desk;
  const found = [];
  if (!['collection', 'dataStore'].includes(store)) {
    found.push({
      who: 'desk',
      reason: `The desk is in a "collection" or "dataStore", not in ${store}.`,
    });
  }
  if (store === 'collection') {
    try {
      await collections.get(name, { key: '*', limit: 1 })({ ...state });
    } catch (error) {
      const reason =
        error.code === 'COLLECTION_NOT_FOUND'
          ? 'OpenFn has no collection with this name: create it in the settings of the project.'
          : 'The collection cannot be read: on your computer the credential needs collections_endpoint and collections_token.';
      found.push({ who: name, reason });
    }
  }
  if (store === 'dataStore') {
    // 404: nothing has been written there yet.
    const { response } = await get(`/api/dataStore/${name}`, {
      errors: { 403: false, 404: false },
    })(state);
    if (response.statusCode === 403) {
      const reason = 'The user may not read this namespace of the dataStore (desk.name).';
      found.push({ who: name, reason });
    }
  }
  return { ...state, problems: [...state.problems, ...found] };
});

fn(({ problems }) => ({ problems, data: { problems: problems.length } }));
