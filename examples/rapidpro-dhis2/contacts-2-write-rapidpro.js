// Makes the contacts in RapidPro match the people of DHIS2: adds who is new, changes what differs, leaves the rest alone.

ensureGroup($.settings.rapidpro.group);
ensureField({ name: 'DHIS2 id', type: 'text' });
ensureField({ name: 'Confirmation', type: 'text' });

// Everybody whom DHIS2 has given us before, with their id there.
getContacts({ group: $.settings.rapidpro.group });

// A phone number as RapidPro wants it: 0788 123 123 and 250788123123 become tel:+250788123123.
function urnOf(text, { countryCode, digits }) {
  // A table may have made a number of it: 788123123.0
  const all = String(text ?? '')
    .trim()
    .replace(/\.0+$/, '')
    .replace(/\D/g, '');
  const without = all.replace(new RegExp(`^(00)?${countryCode}`), '').replace(/^0/, '');
  // A number in its short form may itself begin like the country code.
  const local = all.length === digits && !all.startsWith('0') ? all : without;
  return local.length === digits ? `tel:+${countryCode}${local}` : undefined;
}

// From a person in DHIS2 to a contact. Who cannot be one is listed with the reason.
fn(state => {
  const { dhis2, rapidpro, phone } = state.settings;
  const contactOf = {}; // the contact, by the id in DHIS2
  const holderOf = {}; // who has a phone number: the id in DHIS2
  for (const contact of state.data) {
    const id = contact.fields.dhis2_id;
    if (!id) continue;
    contactOf[id] = contact;
    for (const urn of contact.urns) holderOf[urn] = id;
  }

  const contacts = [];
  const moved = []; // who has a new phone number
  const problems = [...state.problems];
  const again = []; // whom the next run tries again
  for (const { trackedEntity, attributes = [] } of state.people) {
    const attributeOf = id => attributes.find(({ attribute }) => attribute === id)?.value;
    const urn = urnOf(attributeOf(dhis2.attributes.phone), phone);
    const { uuid, urns = [] } = contactOf[trackedEntity] ?? {};
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
    if (urn && !uuid) contact.urns = [urn];
    // RapidPro writes to the first number. Where it hides numbers, none can be compared.
    if (urn && uuid && urns[0] !== urn && !urns.some(one => one.endsWith('*'))) {
      moved.push({ uuid, who: trackedEntity, urns: [urn, ...urns.filter(one => one !== urn)] });
    }
    if (name) contact.name = name.slice(0, 64);
    if (language) contact.language = language;
    contacts.push(contact);
  }
  return { ...state, contacts, moved, problems, again };
});

// A new number goes before those that the contact has. What RapidPro refuses is listed.
fn(async state => {
  const { problems, again } = state;
  const moved = [];
  for (const { uuid, who, urns } of state.moved) {
    try {
      await updateContact(uuid, { urns })(state);
      moved.push(uuid);
    } catch (error) {
      problems.push({ who, reason: error.description });
      again.push(who);
    }
  }
  return { ...state, moved };
});

syncContacts($.contacts, { group: $.settings.rapidpro.group });

fn(state => {
  const { created, updated, unchanged, failed, notAttempted } = state.data;
  const problems = failed.map(({ index, description }) => ({
    who: state.contacts[index].fields.dhis2_id,
    reason: description,
  }));
  const isMoved = ({ index }) => state.moved.includes(state.contacts[index].uuid);
  const onlyMoved = unchanged.filter(isMoved).length;
  return {
    ...state,
    problems: [...state.problems, ...problems],
    again: [...new Set([...state.again, ...problems.map(({ who }) => who)])],
    // Only when everybody was tried does the next run begin later.
    readUntil: notAttempted.length === 0 ? state.readingSince : state.readUntil,
    counts: {
      created: created.length,
      updated: updated.length + onlyMoved,
      unchanged: unchanged.length - onlyMoved,
    },
  };
});
