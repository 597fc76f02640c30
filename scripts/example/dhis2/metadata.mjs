const DEFAULT_COMBO = {
  id: 'bjDvmb4bfuf',
  name: 'default',
  code: 'default',
  categoryOptionCombos: [{ id: 'HllvX50cXC0', name: 'default', code: 'default' }],
};
const SEX = {
  id: 'CatComboSex',
  name: 'Sex',
  categoryOptionCombos: [
    { id: 'taxpiAgqZcI', name: 'Male' },
    { id: 'EpYiJbnYbJ4', name: 'Female' },
  ],
};

const count = (id, name, more = {}) => ({
  id,
  name,
  valueType: 'INTEGER_ZERO_OR_POSITIVE',
  zeroIsSignificant: false,
  categoryCombo: DEFAULT_COMBO.id,
  ...more,
});

/**
 * What somebody set up in the stand-in before any data: a small program in one country with two clinics, as in the DHIS2 that was
 * recorded. The example's `settings.js` names these ids, as one's own would name those of one's own server.
 */
export const METADATA = {
  organisationUnits: [
    { id: 'CountryRW01', name: 'Rwanda', openingDate: '2000-01-01' },
    {
      id: 'ClinicKacy1',
      name: 'Kacyiru Clinic',
      parent: 'CountryRW01',
      openingDate: '2000-01-01',
    },
    { id: 'ClinicReme1', name: 'Remera Clinic', parent: 'CountryRW01', openingDate: '2000-01-01' },
    {
      id: 'ClinicShut1',
      name: 'Closed Clinic',
      parent: 'CountryRW01',
      openingDate: '2000-01-01',
      closedDate: '2026-01-31',
    },
  ],
  organisationUnitLevels: [
    { id: 'LevelOfAll1', name: 'Country', level: 1 },
    { id: 'RtfyMzJj7lm', name: 'Clinic', level: 2 },
  ],
  trackedEntityTypes: [
    {
      id: 'PersonType1',
      name: 'Person',
      attributes: ['AttrFullNam', 'AttrPhoneNr', 'AttrLanguag'],
    },
  ],
  trackedEntityAttributes: [
    { id: 'AttrFullNam', name: 'Full name', valueType: 'TEXT', unique: false },
    { id: 'AttrPhoneNr', name: 'Phone', valueType: 'TEXT', unique: true },
    {
      id: 'AttrLanguag',
      name: 'Language',
      valueType: 'TEXT',
      unique: false,
      optionSet: { id: 'OptLanguage', options: ['Kinyarwanda', 'French', 'English'] },
    },
    { id: 'AttrVillage', name: 'Village', valueType: 'TEXT', unique: false },
    { id: 'AttrMobile1', name: 'Mobile', valueType: 'PHONE_NUMBER', unique: false },
    { id: 'AttrAgeYear', name: 'Age', valueType: 'INTEGER_ZERO_OR_POSITIVE', unique: false },
  ],
  programs: [
    {
      id: 'MatCareProg',
      name: 'Maternal care',
      trackedEntityType: 'PersonType1',
      organisationUnits: ['CountryRW01', 'ClinicKacy1', 'ClinicReme1'],
      onlyEnrollOnce: true,
      displayIncidentDate: true,
      accessLevel: 'OPEN',
      attributes: [
        'AttrFullNam',
        'AttrPhoneNr',
        'AttrLanguag',
        'AttrVillage',
        'AttrMobile1',
        'AttrAgeYear',
      ],
      mandatoryAttributes: ['AttrFullNam'],
      programStages: ['VisitStage1'],
    },
  ],
  programStages: [
    {
      id: 'VisitStage1',
      name: 'Visit',
      repeatable: true,
      program: 'MatCareProg',
      dataElements: ['VisitWeight', 'VisitRemind'],
    },
  ],
  categoryCombos: [DEFAULT_COMBO, SEX],
  dataElements: [
    count('DataElCases', 'Malaria cases'),
    count('DataElDeath', 'Malaria deaths'),
    count('DataElBySex', 'Malaria cases by sex', { categoryCombo: SEX.id }),
    count('DataElMonth', 'Malaria cases of a month'),
    count('DataElAlone', 'In no data set'),
    count('VisitWeight', 'Weight', { valueType: 'NUMBER' }),
    count('VisitRemind', 'Reminded', { valueType: 'TRUE_ONLY' }),
  ],
  dataSets: [
    {
      id: 'WeeklyMalar',
      name: 'Weekly malaria',
      periodType: 'Weekly',
      openFuturePeriods: 1,
      expiryDays: 0,
      timelyDays: 3,
      dataElements: ['DataElBySex', 'DataElCases', 'DataElDeath'],
      organisationUnits: ['ClinicReme1', 'ClinicKacy1'],
    },
    {
      id: 'MonthlyMala',
      name: 'Monthly malaria',
      periodType: 'Monthly',
      openFuturePeriods: 0,
      expiryDays: 0,
      timelyDays: 15,
      dataElements: ['DataElMonth'],
      organisationUnits: ['ClinicReme1', 'ClinicKacy1'],
    },
  ],
  /** Who may log in. The password of the first is in the stand-in's credential; that of the others is their name. */
  users: [
    {
      id: 'UserOpenFn1',
      username: 'openfn',
      name: 'Open Fn',
      authorities: ['F_DATAVALUE_ADD'],
      organisationUnits: ['CountryRW01'],
    },
    {
      id: 'M5zQapPyTZI',
      username: 'admin',
      name: 'Admin Admin',
      authorities: ['ALL'],
      organisationUnits: ['CountryRW01'],
    },
    {
      id: 'UserNobody1',
      username: 'nobody1',
      name: 'No Body',
      authorities: [],
      organisationUnits: [],
    },
  ],
};
