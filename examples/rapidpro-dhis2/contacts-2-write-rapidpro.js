// Makes the contacts in RapidPro match the people of DHIS2: adds who is new, changes what differs, leaves the rest alone.

const MEND = 'RapidPro: this contact; DHIS2: this person';

fn(async state => {
  const keys = {}; // of fields, by their names
  for (const name of state.register.groups) await ensureGroup(name)(state);
  for (const name of state.register.fields) {
    const { data } = await ensureField({ name, type: 'text' })(state);
    keys[name] = data.key;
  }
  return { ...state, keys, idKey: keys[state.register.idField] };
});

// Everybody whom DHIS2 has given us before, with their id there.
getContacts({ group: state => state.register.groups[0] });

// From a person in DHIS2 to a contact. Who cannot be one is listed with the reason.
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
  const moved = []; // who has a new phone number
  const problems = [...state.problems];
  const again = []; // whom the next run tries again
  const items = []; // for the desk: who cannot be a contact
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
      // Who is a contact already stays one as it is.
      if (uuid) contacts.push(contact);
      continue;
    }
    if (urn) holderOf[urn] = id;
    if (urn && !uuid) contact.urns = [urn];
    // RapidPro writes to the first number. Where it hides numbers, none can be compared.
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

// A new number goes before those that the contact has. What RapidPro refuses is listed.
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

// Whom the list no longer names leaves the groups, where the register says so.
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
  // Each is in one list of the result; who was refused above stays refused.
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
    // Only when everybody was tried does the next run begin later.
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
