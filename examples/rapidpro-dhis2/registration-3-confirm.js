// Writes the id of DHIS2 to the contact, and tells the person, once.
// The field "Confirmation" is the mark: "asked" before the message is sent, "sent" afterwards.

fn(state => ({ ...state, isToNotify: state.isRegistered && state.confirmation === null }));

fnIf(
  $.isToNotify,
  updateContact($.contact, { fields: { dhis2_id: $.person.id, confirmation: 'asked' } }),
);

fnIf(
  state => state.isRegistered && !state.isMember,
  addToGroup(state => [state.contact], $.settings.rapidpro.group),
);

fn(async state => {
  if (!state.isToNotify) return { ...state, outcome: null };
  const { welcome } = state.settings.rapidpro;
  const text = welcome[state.language] ?? Object.values(welcome)[0];
  try {
    await sendMessage({ contact: state.contact, text })(state);
    return { ...state, outcome: 'sent' };
  } catch (error) {
    const refused = error.statusCode >= 400 && error.statusCode < 500;
    return { ...state, outcome: refused ? 'refused' : 'unknown', refusal: error.description };
  }
});

// A refused message surely did not go out: the mark comes off, and the next push tries again.
fnIf(
  state => ['sent', 'refused'].includes(state.outcome),
  updateContact($.contact, {
    fields: { confirmation: state => (state.outcome === 'sent' ? 'sent' : null) },
  }),
);

fn(({ problems, contact, confirmation, outcome, refusal, isRegistered }) => {
  const reasons = [];
  if (outcome === 'refused') reasons.push(`The message was refused: ${refusal}`);
  if (outcome === 'unknown' || (confirmation === 'asked' && isRegistered)) {
    reasons.push(
      'It is not known whether the message went out. Look, and then set the field "Confirmation" to sent, or empty it.',
    );
  }
  const all = [...problems, ...reasons.map(reason => ({ who: contact, reason }))];
  // The final state is stored: no names, no phone numbers, no answers.
  return {
    problems: all,
    data: { registered: isRegistered, told: outcome === 'sent', problems: all.length },
  };
});
