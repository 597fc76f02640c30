// All that belongs to one program, in one place. Every workflow begins with this step.
// Change what stands here for your own program; the other files can stay as they are.

const settings = {
  // DHIS2. The ids are in the address bar of DHIS2's Maintenance app.
  dhis2: {
    program: 'MatCareProg',
    trackedEntityType: 'PersonType1',
    // People of this organisation unit, and of all below it, become contacts.
    orgUnit: 'CountryRW01',
    attributes: {
      name: 'AttrFullNam',
      phone: 'AttrPhoneNr',
      language: 'AttrLanguag',
      village: 'AttrVillage',
    },
    // How DHIS2 calls a language, and how RapidPro does.
    languages: { Kinyarwanda: 'kin', French: 'fra', English: 'eng' },
    // Where somebody is enrolled who names this clinic in the flow. Write the names in small letters.
    clinics: { kacyiru: 'ClinicKacy1', remera: 'ClinicReme1' },
    // Where everybody else is enrolled.
    otherClinic: 'CountryRW01',
    // What a report gives: the result of the flow, and the data element that it goes to.
    dataElements: { cases: 'DataElCases', deaths: 'DataElDeath' },
  },

  // RapidPro. The id of a flow is in the address bar of its editor.
  rapidpro: {
    // Everybody who is in DHIS2 is in this group. The contacts workflow makes the groups and fields that are not there.
    group: 'DHIS2 clients',
    // The flow that new people are started in, and who was: asked for, and done.
    registrationFlow: '6f1c7c52-3a0e-4a0c-9d5b-0b7f2f1f9a01',
    askedGroup: 'Registration asked',
    startedGroup: 'Registration started',
    // The flow in which health workers report, their group, and the field with the id of their clinic in DHIS2.
    reportFlow: '6f1c7c52-3a0e-4a0c-9d5b-0b7f2f1f9a02',
    reporters: 'Health workers',
    clinicField: 'clinic',
    // What a person reads when DHIS2 has them.
    welcome: {
      eng: 'You are registered. We will write to you before each visit.',
      fra: 'Vous êtes inscrite. Nous vous écrirons avant chaque visite.',
      kin: 'Mwanditswe. Tuzajya tubandikira mbere yo kwisuzumisha.',
    },
  },

  // Phone numbers as they are written in DHIS2: the country code, and how many digits follow it.
  phone: { countryCode: '250', digits: 9 },
  // The program's clock: hours ahead of UTC. Weeks begin by it.
  hoursAheadOfUtc: 2,
};

// What an earlier run left as problems is not carried on: each run lists its own.
fn(({ errors, problems, ...state }) => ({ ...state, settings, problems: [] }));
