// All that belongs to one program, in one place. Every workflow begins with this step.
// Change what stands here for your own program; the other files can stay as they are.
// Then run the workflow "check": it names what does not fit.

const settings = {
  // DHIS2. The ids are in the address bar of DHIS2's Maintenance app.
  dhis2: {
    // Without a program, as where only reports are wanted, write null.
    program: 'MatCareProg',
    trackedEntityType: 'PersonType1',
    // People of this organisation unit, and of all below it, become contacts.
    orgUnit: 'CountryRW01',
    // What is there of a person: name and phone, the language if it is asked for, and each other result of the registration
    // flow by its name, with the attribute that it fills. Leave out what your program does not have.
    attributes: {
      name: 'AttrFullNam',
      phone: 'AttrPhoneNr',
      language: 'AttrLanguag',
      village: 'AttrVillage',
    },
    // How DHIS2 calls a language, and how RapidPro does.
    languages: { Kinyarwanda: 'kin', French: 'fra', English: 'eng' },
    // Where somebody is enrolled who names this clinic in the flow, in any letters.
    clinics: { kacyiru: 'ClinicKacy1', remera: 'ClinicReme1' },
    // Where everybody else is enrolled.
    otherClinic: 'CountryRW01',
  },

  // RapidPro. The id of a flow is in the address bar of its editor.
  rapidpro: {
    // Everybody who is in DHIS2 is in this group. The contacts workflow makes the groups and fields that are not there.
    group: 'DHIS2 clients',
    // The flow that new people are started in, and who was: asked for, and done. Without a flow nobody is; write null.
    registrationFlow: '6f1c7c52-3a0e-4a0c-9d5b-0b7f2f1f9a01',
    askedGroup: 'Registration asked',
    startedGroup: 'Registration started',
    // The field with the id of a person in DHIS2. A second program with another tracked entity type needs another one.
    idField: 'DHIS2 id',
    // The field that says how far the confirmation of a registration has come. A second program needs another one.
    confirmationField: 'Confirmation',
    // Health workers who report, and the key of the field with the id or code of their clinic in DHIS2. The field "Clinic code" has
    // the key clinic_code.
    reporters: 'Health workers',
    clinicField: 'clinic',
    // The field that says which visits a contact was started for.
    visitField: 'Visits',
    // What a person reads when DHIS2 has them.
    welcome: {
      eng: 'You are registered. We will write to you before each visit.',
      fra: 'Vous êtes inscrite. Nous vous écrirons avant chaque visite.',
      kin: 'Mwanditswe. Tuzajya tubandikira mbere yo kwisuzumisha.',
    },
  },

  // Reports: one entry for each flow. The kind of its periods, as weeks or months, is that of the data set.
  reports: [
    {
      name: 'weekly',
      flow: '6f1c7c52-3a0e-4a0c-9d5b-0b7f2f1f9a02',
      dataSet: 'WeeklyMalar',
      // -1: the period before that in which somebody answers, which is over. 0: that in which they answer.
      offset: -1,
      // Results of the flow, and where they go: a data element by id or code, with __ and a category option combo where it has
      // some. Without this list a result goes to the data element that it is named after.
      values: { cases: 'DataElCases', deaths: 'DataElDeath' },
      // The result with the clinic, where the flow asks for it. Otherwise it is in the field of the contact.
      clinicResult: null,
      // The data set is marked as complete when these are there. Leave the list empty, and it never is.
      required: ['DataElCases', 'DataElDeath'],
      // What those read who have not reported, and after how many days again: 0 is never. Without a text nobody is reminded.
      reminder: {
        eng: 'Your report of last week is missing. Please send it today.',
        fra: 'Votre rapport de la semaine passée manque. Envoyez-le aujourd’hui.',
        kin: 'Raporo y’icyumweru gishize ntiraboneka. Mwayohereza uyu munsi.',
      },
      remindAgainAfterDays: 3,
      // The field of the contact that says for which period they were reminded, and when.
      reminderField: 'Weekly reminder',
    },
  ],
  // Visits: one entry for each program stage whose due events start a flow.
  visits: [
    {
      name: 'visit',
      // Of dhis2.program; for a stage of another one, name that: program: '…'.
      stage: 'VisitStage1',
      flow: '6f1c7c52-3a0e-4a0c-9d5b-0b7f2f1f9a05',
      // Somebody is started from so many days before the due day to so many days after it.
      daysBefore: 2,
      daysAfter: 1,
      // Without a finished run so many days after the due day, or after the start, the visit is told as missed.
      missedAfterDays: 3,
      // Results of the flow, and the data elements of the stage that they fill.
      values: { weight: 'VisitWeight' },
      // What the flow's texts need of the person, as @trigger.params: an attribute each. The event's id and due day are there too.
      params: { village: 'AttrVillage' },
    },
  ],

  // Users of DHIS2 who become contacts: those of these units, and of all below, who are in one of these user groups.
  // An empty list of user groups: all of them.
  users: {
    units: ['CountryRW01'],
    userGroups: [],
    // Who leaves DHIS2 leaves these groups. The first is compared; name "Health workers" too if all of those come from DHIS2.
    groups: ['DHIS2 users'],
    idField: 'DHIS2 user',
    roleField: 'DHIS2 role',
    // If more would leave at once, nobody does, and it is told: a number, or a share of the members as '10%'.
    leaveAtMost: '10%',
  },

  // The operator's desk: where each of all these has ended.
  desk: {
    // 'collection': an OpenFn collection of this name. 'dataStore': a namespace of DHIS2, which every user there can read.
    store: 'collection',
    name: 'rapidpro-dhis2',
    // What is done is kept so long.
    keepDays: 60,
    // A registration is sent again when it was finished so long ago and no more than so many days.
    resendAfterMinutes: 15,
    resendDays: 7,
    // Who is told once a day what waits for a person: a contact of RapidPro by its uuid, an address for mail, or both.
    tell: { contact: null, mail: null },
  },

  // Who has reported: 'completeness' is what DHIS2 has now; 'analytics' is what its tables had when they were last made.
  missingBy: 'completeness',
  // Nobody is reminded in these hours of the program's clock.
  night: { from: '19:00', to: '08:00' },

  // Phone numbers as they are written in DHIS2: the country code, and how many digits follow it.
  phone: { countryCode: '250', digits: 9 },
  // The program's clock. Days and periods begin by it.
  timeZone: 'Africa/Kigali',
};

// What an earlier run left as problems is not carried on: each run lists its own. Where only the desk could not be written,
// "final" and "items" are what that run had come to.
fn(({ errors, problems, final, ...state }) => ({
  ...state,
  ...final,
  settings,
  problems: [],
  now: Date.now(),
}));
