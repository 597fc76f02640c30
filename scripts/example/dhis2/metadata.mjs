/**
 * What somebody set up in the stand-in before any data: a small maternal health program in one country with two clinics.
 * The example's `settings.js` names these ids, as one's own would name those of one's own server.
 */
export const METADATA = {
  organisationUnits: [
    { id: 'CountryRW01', name: 'Rwanda' },
    { id: 'ClinicKacy1', name: 'Kacyiru Clinic', parent: 'CountryRW01' },
    { id: 'ClinicReme1', name: 'Remera Clinic', parent: 'CountryRW01' },
  ],
  trackedEntityTypes: [
    {
      id: 'PersonType1',
      name: 'Person',
      attributes: ['AttrFullNam', 'AttrPhoneNr', 'AttrLanguag'],
    },
  ],
  trackedEntityAttributes: [
    { id: 'AttrFullNam', name: 'Full name', valueType: 'TEXT' },
    { id: 'AttrPhoneNr', name: 'Phone', valueType: 'TEXT', unique: true },
    {
      id: 'AttrLanguag',
      name: 'Language',
      valueType: 'TEXT',
      optionSet: { id: 'OptLanguage', options: ['Kinyarwanda', 'French', 'English'] },
    },
    { id: 'AttrVillage', name: 'Village', valueType: 'TEXT' },
  ],
  programs: [
    {
      id: 'MatCareProg',
      name: 'Maternal care',
      trackedEntityType: 'PersonType1',
      organisationUnits: ['CountryRW01', 'ClinicKacy1', 'ClinicReme1'],
      onlyEnrollOnce: true,
      mandatoryAttributes: ['AttrFullNam'],
    },
  ],
  dataElements: [
    { id: 'DataElCases', name: 'Malaria cases', valueType: 'INTEGER_ZERO_OR_POSITIVE' },
    { id: 'DataElDeath', name: 'Malaria deaths', valueType: 'INTEGER_ZERO_OR_POSITIVE' },
  ],
};
