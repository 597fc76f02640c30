// Reads the data sets of the settings from DHIS2: the kind of their periods, their data elements and their clinics.

const FIELDS = [
  'id,periodType,openFuturePeriods,access[data[write]]',
  'organisationUnits[id,code,openingDate,closedDate]',
  'dataSetElements[dataElement[id,code,name,zeroIsSignificant,categoryCombo[categoryOptionCombos[id,code,name]]]]',
].join();

// An object is found by its id and by its code, in any letters: RapidPro writes results in its own.
const namesOf = ({ id, code }) =>
  [id, code].filter(Boolean).flatMap(name => [name, name.toLowerCase()]);

// Where values can go, by name: a data element, and where it has category option combos, element__combo.
function placesOf(dataSet) {
  const places = {};
  for (const { dataElement } of dataSet.dataSetElements) {
    const { id, name, zeroIsSignificant, categoryCombo } = dataElement;
    const combos = categoryCombo.categoryOptionCombos;
    const isPlain = combos.length === 1 && combos[0].name === 'default';
    for (const element of namesOf(dataElement)) {
      const place = { dataElement: id, name, keepsZero: zeroIsSignificant };
      if (isPlain) places[element] = place;
      else {
        for (const combo of combos) {
          for (const option of namesOf(combo)) {
            places[`${element}__${option}`] = { ...place, categoryOptionCombo: combo.id };
          }
        }
      }
    }
  }
  return places;
}

fn(async state => {
  const dataSets = {};
  const problems = [...state.problems];
  for (const id of new Set(state.settings.reports.map(({ dataSet }) => dataSet))) {
    // 404 is an answer here: there is no such data set, or this user may not see it.
    const { data, response } = await get(`/api/dataSets/${id}`, {
      query: { fields: FIELDS },
      errors: { 404: false },
    })(state);
    if (response.statusCode === 404) {
      problems.push({ who: id, reason: 'DHIS2 has no such data set, or its user may not see it.' });
      continue;
    }
    // Without a credential that it knows DHIS2 answers with a page.
    if (!data?.id) throw new Error('DHIS2 shows its page to log in: look at the credential.');
    const clinics = data.organisationUnits;
    dataSets[id] = {
      id,
      periodType: data.periodType,
      isOpen: data.openFuturePeriods > 0,
      canWrite: data.access?.data?.write !== false,
      places: placesOf(data),
      clinics,
      clinicIds: Object.fromEntries(
        clinics.flatMap(one => namesOf(one).map(name => [name, one.id])),
      ),
    };
  }
  return { ...state, dataSets, problems };
});
