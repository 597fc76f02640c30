// Reads the data sets of the settings from DHIS2: their period types, data elements and clinics.

const COMBOS = 'categoryCombo[name,categoryOptionCombos[id,code,name]]';
const FIELDS = [
  'id,periodType,openFuturePeriods,access[data[write]],categoryCombo[name]',
  'organisationUnits[id,code,openingDate,closedDate]',
  `dataSetElements[${COMBOS},dataElement[id,code,name,valueType,zeroIsSignificant,${COMBOS}]]`,
].join();

// DHIS2 drops zeros only for these.
const NUMERIC = /^(INTEGER|NUMBER|PERCENTAGE|UNIT_INTERVAL)/;

// Finds things by id and by code; ids come first. RapidPro and people may use other letter cases. So each is also found in
// small letters, after a ~, unless two would be the same.
function byName(pairs) {
  const found = {};
  for (const [name, value] of pairs) found[name] ??= value;
  const small = new Map();
  for (const [name, value] of Object.entries(found)) {
    const key = `~${name.toLowerCase()}`;
    small.set(key, small.has(key) && small.get(key) !== value ? null : value);
  }
  for (const [key, value] of small) if (value !== null) found[key] = value;
  return found;
}
const namesOf = ({ id, code }) => [id, code].filter(Boolean);

// Where values can go, by name: a data element, or element__combo if it has category option combos.
function placesOf(dataSet) {
  const places = []; // names, the ids first, and the place
  for (const { dataElement, categoryCombo } of dataSet.dataSetElements) {
    const { id, name, valueType, zeroIsSignificant } = dataElement;
    // A data set may give an element other combos than its own.
    const combos = (categoryCombo ?? dataElement.categoryCombo).categoryOptionCombos;
    const keepsZero = zeroIsSignificant || !NUMERIC.test(valueType);
    const place = { key: id, dataElement: id, name, keepsZero };
    const isPlain = combos.length === 1 && combos[0].name === 'default';
    if (isPlain) places.push([namesOf(dataElement), place]);
    for (const combo of isPlain ? [] : combos) {
      const names = namesOf(dataElement).flatMap(element =>
        namesOf(combo).map(option => `${element}__${option}`),
      );
      places.push([names, { ...place, key: names[0], categoryOptionCombo: combo.id }]);
    }
  }
  return byName([
    ...places.map(([[id], place]) => [id, place]),
    ...places.flatMap(([names, place]) => names.map(name => [name, place])),
  ]);
}

fn(async state => {
  const dataSets = {};
  const problems = [...state.problems];
  for (const id of new Set(state.settings.reports.map(({ dataSet }) => dataSet))) {
    // Here, 404 is an answer: the data set does not exist, or this user is not allowed to see it.
    const { data, response } = await get(`/api/dataSets/${id}`, {
      query: { fields: FIELDS },
      errors: { 404: false },
    })(state);
    if (response.statusCode === 404) {
      problems.push({ who: id, reason: 'DHIS2 has no such data set, or its user may not see it.' });
      continue;
    }
    // If DHIS2 does not know the credential, it answers with a login page.
    if (!data?.id)
      throw new Error(
        'DHIS2 answered with a page instead of data: check its address and the credential.',
      );
    const clinics = data.organisationUnits;
    dataSets[id] = {
      id,
      periodType: data.periodType,
      isOpen: data.openFuturePeriods > 0,
      canWrite: data.access?.data?.write !== false,
      places: placesOf(data),
      clinics,
      hasOtherCombos: (data.categoryCombo?.name ?? 'default') !== 'default',
      clinicIds: byName([
        ...clinics.map(({ id }) => [id, id]),
        ...clinics.filter(({ code }) => code).map(({ id, code }) => [code, id]),
      ]),
    };
  }
  return { ...state, dataSets, problems };
});
