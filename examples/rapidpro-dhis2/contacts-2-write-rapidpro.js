// Makes the contacts in RapidPro match the people of DHIS2: adds who is new, changes what differs, leaves the rest alone.

ensureGroup($.settings.rapidpro.group);
ensureField({ name: 'DHIS2 id', type: 'text' });
ensureField({ name: 'Confirmation', type: 'text' });

// Everybody whom DHIS2 has given us before, with their id there.
getContacts({ group: $.settings.rapidpro.group });

// A phone number as RapidPro wants it: 0788 123 123 and 250788123123 become tel:+250788123123.
function urnOf(text, { countryCode, digits }) {
  const all = String(text ?? '').replace(/\D/g, '');
  const local = all.replace(new RegExp(`^(00)?${countryCode}`), '').replace(/^0/, '');
  return local.length === digits ? `tel:+${countryCode}${local}` : undefined;
}

// From a person in DHIS2 to a contact. Who cannot be one is listed with the reason.
fn(state => {
  const { dhis2, rapidpro, phone } = state.settings;
  const contactOf = {}; // by the id in DHIS2
  const holderOf = {}; // who has a phone number: the id in DHIS2
  for (const contact of state.data) {
    const id = contact.fields.dhis2_id;
    if (!id) continue;
    contactOf[id] = contact.uuid;
    for (const urn of contact.urns) holderOf[urn] = id;
  }

  const contacts = [];
  const problems = [...state.problems];
  const again = []; // whom the next run tries again
  for (const { trackedEntity, attributes } of state.people) {
    const attributeOf = id => attributes.find(({ attribute }) => attribute === id)?.value;
    const urn = urnOf(attributeOf(dhis2.attributes.phone), phone);
    const uuid = contactOf[trackedEntity];
    if (!urn && !uuid) {
      problems.push({ who: trackedEntity, reason: 'The phone number is missing or wrong.' });
      continue;
    }
    if (urn && (holderOf[urn] ?? trackedEntity) !== trackedEntity) {
      problems.push({ who: trackedEntity, reason: `${holderOf[urn]} has the same phone number.` });
      again.push(trackedEntity);
      continue;
    }
    if (urn) holderOf[urn] = trackedEntity;
    const contact = { fields: { dhis2_id: trackedEntity }, groups: [rapidpro.group] };
    const name = attributeOf(dhis2.attributes.name)?.trim();
    const language = dhis2.languages[attributeOf(dhis2.attributes.language)];
    if (uuid) contact.uuid = uuid;
    if (urn) contact.urns = [urn];
    if (name) contact.name = name.slice(0, 64);
    if (language) contact.language = language;
    contacts.push(contact);
  }
  return { ...state, contacts, problems, again };
});

syncContacts($.contacts, { group: $.settings.rapidpro.group });

fn(state => {
  const { created, updated, unchanged, failed, notAttempted } = state.data;
  const problems = failed.map(({ index, description }) => ({
    who: state.contacts[index].fields.dhis2_id,
    reason: description,
  }));
  return {
    ...state,
    problems: [...state.problems, ...problems],
    again: [...state.again, ...problems.map(({ who }) => who)],
    // Only when everybody was tried does the next run begin later.
    readUntil: notAttempted.length === 0 ? state.readingSince : state.readUntil,
    counts: {
      created: created.length,
      updated: updated.length,
      unchanged: unchanged.length,
    },
  };
});
