// All settings of one program. Every workflow starts with this step.
// Change these settings for your program; the other files can stay as they are.
// Then run the workflow "check": it lists what does not match.

const settings = {
  // DHIS2. The ids are in the address bar of DHIS2's Maintenance app.
  dhis2: {
    // If you have no program, for example because you only need reports, write null.
    program: 'MatCareProg',
    trackedEntityType: 'PersonType1',
    // People of this organisation unit, and of all units below it, become contacts.
    orgUnit: 'CountryRW01',
    // The attributes of a person: name, phone, the language if you ask for it, and other results of the registration flow,
    // by the name of the result. Leave out what your program does not have.
    attributes: {
      name: 'AttrFullNam',
      phone: 'AttrPhoneNr',
      language: 'AttrLanguag',
      village: 'AttrVillage',
    },
    // Languages: the option in DHIS2, and the code in RapidPro.
    languages: { Kinyarwanda: 'kin', French: 'fra', English: 'eng' },
    // What people answer in the flow (capitals do not matter), and the clinic where they are enrolled.
    clinics: { kacyiru: 'ClinicKacy1', remera: 'ClinicReme1' },
    // The clinic where everyone else is enrolled.
    otherClinic: 'CountryRW01',
  },

  // RapidPro. The id of a flow is in the address bar of its editor.
  rapidpro: {
    // The group for everyone who is in DHIS2. The contacts workflow creates missing groups and fields.
    group: 'DHIS2 clients',
    // The flow for new people, the group of those who should be started, and the group of those who were. If you have no flow,
    // write null.
    registrationFlow: '6f1c7c52-3a0e-4a0c-9d5b-0b7f2f1f9a01',
    askedGroup: 'Registration asked',
    startedGroup: 'Registration started',
    // The field for the DHIS2 id of a person. A second program with another tracked entity type needs a different field.
    idField: 'DHIS2 id',
    // The field for the progress of the confirmation. A second program needs a different field.
    confirmationField: 'Confirmation',
    // The group of health workers who report, and the key of the field with the DHIS2 id or code of their clinic. The field
    // "Clinic code" has the key clinic_code.
    reporters: 'Health workers',
    clinicField: 'clinic',
    // The field that remembers for which visits a flow was started.
    visitField: 'Visits',
    // The message after a registration was saved in DHIS2.
    welcome: {
      eng: 'You are registered. We will write to you before each visit.',
      fra: 'Vous êtes inscrite. Nous vous écrirons avant chaque visite.',
      kin: 'Mwanditswe. Tuzajya tubandikira mbere yo kwisuzumisha.',
    },
  },

  // Reports: one entry for each flow. The data set determines the type of its periods, such as weeks or months.
  reports: [
    {
      name: 'weekly',
      flow: '6f1c7c52-3a0e-4a0c-9d5b-0b7f2f1f9a02',
      dataSet: 'WeeklyMalar',
      // -1: the period before the one in which somebody answers. 0: the period in which they answer.
      offset: -1,
      // Results of the flow, and the id or code of a data element for each. With category options: element__combo. Without this
      // list, a result goes to the data element with its name.
      values: { cases: 'DataElCases', deaths: 'DataElDeath' },
      // The result with the clinic, if the flow asks for it. Otherwise, the field of the contact counts.
      clinicResult: null,
      // The data set is marked as complete when these values are there. With an empty list, it never is.
      required: ['DataElCases', 'DataElDeath'],
      // The reminder, and the number of days until the second one (0: never). Without a text, nobody is reminded.
      reminder: {
        eng: 'Your report of last week is missing. Please send it today.',
        fra: 'Votre rapport de la semaine passée manque. Envoyez-le aujourd’hui.',
        kin: 'Raporo y’icyumweru gishize ntiraboneka. Mwayohereza uyu munsi.',
      },
      remindAgainAfterDays: 3,
      // The contact field that remembers the period and date of the reminder.
      reminderField: 'Weekly reminder',
    },
  ],
  // Visits: one entry for each program stage whose due events start a flow.
  visits: [
    {
      name: 'visit',
      // A stage of dhis2.program. For a stage of another program, add program: '…'.
      stage: 'VisitStage1',
      flow: '6f1c7c52-3a0e-4a0c-9d5b-0b7f2f1f9a05',
      // The flow starts from this many days before the due date to this many days after it.
      daysBefore: 2,
      daysAfter: 1,
      // If there is no finished run this many days after the due date, or after the start, the visit is reported as missed.
      missedAfterDays: 3,
      // Results of the flow, and the data element of the stage for each.
      values: { weight: 'VisitWeight' },
      // Values for the texts of the flow (@trigger.params), each from an attribute. The id and due date of the event are always
      // available.
      params: { village: 'AttrVillage' },
    },
  ],

  // DHIS2 users who become contacts: users of these units and all units below, who are in one of these user groups.
  // With an empty list of user groups, all of them.
  users: {
    units: ['CountryRW01'],
    userGroups: [],
    // Users who leave DHIS2 leave these groups. The first one is compared. Add "Health workers" if all of them come from DHIS2.
    groups: ['DHIS2 users'],
    idField: 'DHIS2 user',
    roleField: 'DHIS2 role',
    // If more would leave at once, nobody does, and the desk says so: a number, or a share of the members, such as '10%'.
    leaveAtMost: '10%',
  },

  // The desk: the list with the status of every item.
  desk: {
    // 'collection': an OpenFn collection with this name. 'dataStore': a namespace in DHIS2, which every DHIS2 user can read.
    store: 'collection',
    name: 'rapidpro-dhis2',
    // How long entries that are done are kept.
    keepDays: 60,
    // Registrations that were finished at least this many minutes and at most this many days ago are sent again.
    resendAfterMinutes: 15,
    resendDays: 7,
    // Who gets the daily list of open problems: a contact in RapidPro (its uuid), an address for mail, or both.
    tell: { contact: null, mail: null },
  },

  // How to find out who has reported: 'completeness' asks what DHIS2 has now; 'analytics' reads its tables from last night.
  missingBy: 'completeness',
  // Nobody gets a message in these hours, in the time zone below.
  night: { from: '19:00', to: '08:00' },

  // Phone numbers in DHIS2: the country code, and the number of digits after it.
  phone: { countryCode: '250', digits: 9 },
  // The time zone of the program. Days and periods begin in it.
  timeZone: 'Africa/Kigali',
};

// Each run lists its own problems, without those of earlier runs. If an earlier run could not write to the desk, "final" and
// "items" have its results.
fn(({ errors, problems, final, ...state }) => ({
  ...state,
  ...final,
  settings,
  problems: [],
  now: Date.now(),
}));
