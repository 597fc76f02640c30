// Starts new contacts in the registration flow, each once.
// They are added to the group "asked", then started, then added to the group "started".
// Someone who is only in "asked" may or may not have been started. Such people are listed for a person to decide.

ensureGroup($.settings.rapidpro.askedGroup);
ensureGroup($.settings.rapidpro.startedGroup);

getContacts({ group: $.settings.rapidpro.group });

fn(state => {
  const { askedGroup, startedGroup, confirmationField, registrationFlow } = state.settings.rapidpro;
  const isIn = (contact, name) => contact.groups.some(group => group.name === name);
  // People who registered by phone have been through the flow.
  const isRegistered = contact => Boolean(contact.fields[state.keys[confirmationField]]);
  const asked = state.data.filter(contact => isIn(contact, askedGroup));
  const unclear = asked.filter(contact => !isIn(contact, startedGroup));
  // Without a flow, nobody is started.
  const toStart = (registrationFlow ? state.data : []).filter(
    contact => !isIn(contact, askedGroup) && !isIn(contact, startedGroup) && !isRegistered(contact),
  );
  const problems = unclear.map(contact => ({
    who: contact.uuid,
    reason: `It is unclear whether the flow was started. Check the contact, and then add it to "${startedGroup}" or remove it from "${askedGroup}".`,
  }));
  return {
    ...state,
    problems: [...state.problems, ...problems],
    idOf: Object.fromEntries(state.data.map(({ uuid, fields }) => [uuid, fields[state.idKey]])),
    toStart: toStart.map(({ uuid }) => uuid),
    started: [],
    notStarted: [],
    unclear: unclear.map(({ uuid }) => uuid),
  };
});

// The mark, before anything is sent. People who cannot be marked are not started.
fnIf(
  state => state.toStart.length > 0,
  addToGroup($.toStart, $.settings.rapidpro.askedGroup, { verify: true }),
);

fn(state => {
  const failures = state.toStart.length > 0 ? state.data.failures : [];
  const problems = failures.map(({ id, description }) => ({ who: id, reason: description }));
  const isMarked = uuid => failures.every(({ id }) => id !== uuid);
  return {
    ...state,
    problems: [...state.problems, ...problems],
    toStart: state.toStart.filter(isMarked),
  };
});

// RapidPro takes a hundred at a time. After a failure, the error names people by their position.
fn(async state => {
  const { toStart } = state;
  if (toStart.length === 0) return state;
  try {
    const flow = state.settings.rapidpro.registrationFlow;
    await startFlow({ flow, contacts: toStart })(state);
    return { ...state, started: toStart };
  } catch (error) {
    const at = (places = []) =>
      toStart.filter((_, index) => places.some(([from, to]) => index >= from && index <= to));
    const refused = error.statusCode >= 400 && error.statusCode < 500;
    const { done, unknown, failed, notAttempted } = error.details ?? {
      [refused ? 'failed' : 'unknown']: [[0, toStart.length - 1]],
    };
    const problemsOf = uuids => reason => uuids.map(who => ({ who, reason }));
    const notStarted = [...at(failed), ...at(notAttempted)];
    return {
      ...state,
      started: at(done),
      notStarted,
      unclear: [...state.unclear, ...at(unknown)],
      problems: [
        ...state.problems,
        ...problemsOf(at(unknown))(
          'It is unclear whether RapidPro started the contact in the flow.',
        ),
        ...problemsOf(notStarted)(`Not started: ${error.description} The next run tries again.`),
      ],
    };
  }
});

fnIf(state => state.started.length > 0, addToGroup($.started, $.settings.rapidpro.startedGroup));

// These were certainly not started, so the mark is removed again.
fnIf(
  state => state.notStarted.length > 0,
  removeFromGroup($.notStarted, $.settings.rapidpro.askedGroup),
);

// The status of each person. A start that is unclear or has to wait comes first.
fn(state => {
  const { idOf, found, unclear, notStarted } = state;
  const { startedGroup, askedGroup } = state.settings.rapidpro;
  const open = [
    ...unclear.map(who => ({
      who,
      status: 'unknown',
      cause: 'It is unclear whether the registration flow was started.',
      mend: `RapidPro: check the contact, then add it to "${startedGroup}" or remove it from "${askedGroup}"`,
    })),
    ...notStarted.map(who => ({
      who,
      status: 'waiting',
      until: 'the next run',
      cause: 'Not started in the registration flow.',
    })),
  ].map(item => ({ id: idOf[item.who], ...item }));
  const isOpen = ({ id }) => open.some(one => one.id === id);
  const items = [...found.filter(item => !isOpen(item)), ...open];
  const people = items.map(item => ({ kind: 'person', ...item }));
  return { ...state, items: [...(state.items ?? []), ...people] };
});

// The stored state: what the next run needs, and what people should see. No names, no phone numbers.
fn(state => {
  const { settings, now, items, rapidpro, readUntil, again, problems, counts, started } = state;
  const data = { ...counts, started: started.length, problems: problems.length };
  return { settings, now, items, final: { rapidpro, readUntil, again, problems, data } };
});
