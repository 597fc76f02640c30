// Makes the contacts in RapidPro match the people in DHIS2: adds new ones, changes what differs, leaves the rest alone.

const MEND = 'RapidPro: this contact; DHIS2: this person';

fn(async state => {
  const keys = {}; // of fields, by name
  for (const name of state.register.groups) await ensureGroup(name)(state);
  for (const name of state.register.fields) {
    const { data } = await ensureField({ name, type: 'text' })(state);
    keys[name] = data.key;
  }
  return { ...state, keys, idKey: keys[state.register.idField] };
});

// Everyone who came from DHIS2 before, with their id there.
getContacts({ group: state => state.register.groups[0] });

// Turns a person in DHIS2 into a contact. People who cannot become one are listed with the reason.
fn(state => {
  const { idKey, keys } = state;
  const contactOf = {}; // the contact, by the id in DHIS2
  const holderOf = {}; // who has a phone number: the id in DHIS2
  for (const contact of state.data) {
    const id = contact.fields[idKey];
    if (!id) continue;
    contactOf[id] = contact;
    for (const urn of contact.urns) holderOf[urn] = id;
  }

  const contacts = [];
  const moved = []; // people with a new phone number
  const problems = [...state.problems];
  const again = []; // people whom the next run tries again
  const items = []; // for the desk: people who cannot be contacts
  const refuse = (who, reason, cause, mend) => {
    problems.push({ who, reason });
    items.push({ id: who, status: 'refused', cause, mend });
  };
  for (const { id, name, phone, language, fields = {}, emptied = {} } of state.people) {
    const urn = state.urns[id];
    const { uuid, urns = [] } = contactOf[id] ?? {};
    if (!urn && !uuid) {
      const reason = 'The phone number is missing or wrong.';
      refuse(id, reason, reason, 'DHIS2: the phone number of this person');
      continue;
    }
    if (!urn && phone) {
      const reason = 'The phone number is wrong: the contact keeps the old one.';
      refuse(id, reason, reason, 'DHIS2: the phone number of this person');
    }
    const more = Object.entries(fields).map(([field, value]) => [keys[field] ?? field, value]);
    const contact = { fields: { [idKey]: id, ...Object.fromEntries(more) } };
    for (const [field, value] of Object.entries(emptied)) {
      if (contactOf[id]?.fields[field] === value) contact.fields[field] = null;
    }
    contact.groups = state.register.groups;
    if (uuid) contact.uuid = uuid;
    if (urn && (holderOf[urn] ?? id) !== id) {
      const reason = `${holderOf[urn]} has the same phone number.`;
      refuse(id, reason, reason, 'DHIS2: the phone number of one of them');
      again.push(id);
      // Existing contacts stay as they are.
      if (uuid) contacts.push(contact);
      continue;
    }
    if (urn) holderOf[urn] = id;
    if (urn && !uuid) contact.urns = [urn];
    // RapidPro writes to the first number. If it hides numbers, they cannot be compared.
    if (urn && uuid && urns[0] !== urn && !urns.some(one => one.endsWith('*'))) {
      moved.push({ uuid, who: id, urns: [urn, ...urns.filter(one => one !== urn)] });
    }
    if (name) contact.name = name;
    if (language) contact.language = language;
    contacts.push(contact);
  }
  const idOf = Object.fromEntries(Object.entries(contactOf).map(([id, one]) => [one.uuid, id]));
  return { ...state, contacts, moved, problems, again, idOf, found: items };
});

// A new number goes before the numbers that the contact has. Refusals are listed.
fn(async state => {
  const { problems, again, found } = state;
  const moved = [];
  for (const { uuid, who, urns } of state.moved) {
    try {
      await updateContact(uuid, { urns })(state);
      moved.push(uuid);
    } catch (error) {
      const { description } = error;
      problems.push({ who, reason: description });
      found.push({ id: who, who: uuid, status: 'refused', cause: description, mend: MEND });
      again.push(who);
    }
  }
  return { ...state, moved };
});

// People who are no longer in the list leave the groups, if the register says so.
syncContacts($.contacts, state => {
  const { groups, leaveAtMost } = state.register;
  const leaving =
    leaveAtMost === undefined ? {} : { removeMissing: { groups, atMost: leaveAtMost } };
  return { group: groups[0], ...leaving };
});

fn(state => {
  const { created, updated, unchanged, failed, notAttempted, left = [], notRemoved } = state.data;
  const { contacts, moved, found, idOf, register, idKey } = state;
  const idAt = ({ index }) => contacts[index].fields[idKey];
  const problems = failed.map(one => ({ who: idAt(one), reason: one.description }));
  const isMoved = ({ index }) => moved.includes(contacts[index].uuid);
  const onlyMoved = unchanged.filter(isMoved).length;
  const isFound = id => found.some(one => one.id === id);
  // Each person is in one list of the result; refusals from above stay.
  const items = [
    ...found,
    ...failed
      .filter(one => !isFound(idAt(one)))
      .map(one => ({ id: idAt(one), status: 'refused', cause: one.description, mend: MEND })),
    ...notAttempted
      .filter(one => !isFound(idAt(one)))
      .map(one => ({ id: idAt(one), status: 'waiting', until: 'the next run' })),
    ...[...created, ...updated, ...unchanged]
      .filter(one => !isFound(idAt(one)))
      .map(one => ({ id: idAt(one), who: one.uuid, status: 'done' })),
    ...left
      .filter(uuid => idOf[uuid])
      .map(uuid => ({
        id: idOf[uuid],
        who: uuid,
        status: 'done',
        cause: 'Left the groups: DHIS2 no longer has this person, or has disabled them.',
      })),
  ];
  if (notRemoved) problems.push({ who: register.groups[0], reason: notRemoved.description });
  return {
    ...state,
    problems: [...state.problems, ...problems],
    again: [...new Set([...state.again, ...failed.map(idAt)])],
    // The next run only starts later if everyone was tried.
    readUntil: notAttempted.length === 0 ? state.readingSince : state.readUntil,
    found: items,
    notRemoved,
    counts: {
      created: created.length,
      updated: updated.length + onlyMoved,
      unchanged: unchanged.length - onlyMoved,
      ...(register.leaveAtMost === undefined ? {} : { left: left.length }),
    },
  };
});
