// Writes the DHIS2 id to each contact, and sends the person one confirmation.
// The field in rapidpro.confirmationField has the mark: "asked" before the message is sent, "sent" afterwards.

const unknownOf = field =>
  `It is unclear whether the message was sent. Check, and then set the field "${field}" to sent, or empty it.`;

async function confirm({ contact, language, confirmation, isMember, person }, state) {
  const { welcome, group } = state.settings.rapidpro;
  const mark = (value, more = {}) =>
    updateContact(contact, { fields: { ...more, [state.confirmationKey]: value } })(state);
  const isToNotify = confirmation === null;
  if (isToNotify) await mark('asked', { [state.idKey]: person.id });
  if (!isMember) await addToGroup([contact], group)(state);
  if (!isToNotify) return { outcome: confirmation === 'asked' ? 'unknown' : null };
  const text = welcome[language] ?? Object.values(welcome)[0];
  try {
    await sendMessage({ contact, text })(state);
  } catch (error) {
    const isRefused = error.statusCode >= 400 && error.statusCode < 500;
    if (!isRefused) return { outcome: 'unknown' };
    // A refused message was certainly not sent, so the mark is removed, and the next push tries again.
    await mark(null);
    return { outcome: 'refused', words: error.description };
  }
  await mark('sent');
  return { outcome: 'sent' };
}

// The status of a registration, for the desk.
function itemOf({ contact, isRegistered, inDhis2, refusal, outcome, words }, { now, settings }) {
  const field = settings.rapidpro.confirmationField;
  const who = { kind: 'registration', id: contact, who: contact };
  if (!isRegistered) {
    const { reason: cause, mend, until } = refusal;
    return { ...who, status: until ? 'waiting' : 'refused', cause, mend, until };
  }
  // When DHIS2 got it, because people may register again.
  const item = { ...who, time: inDhis2 ?? new Date(now).toISOString() };
  if (outcome === 'unknown') {
    const mend = `RapidPro: the field "${field}" of this contact`;
    return { ...item, status: 'unknown', cause: unknownOf(field), mend };
  }
  if (outcome === 'refused') {
    const mend = 'RapidPro: this contact or its channel; then run "resend"';
    return { ...item, status: 'refused', cause: `The message was refused: ${words}`, mend };
  }
  return { ...item, status: 'done' };
}

fnIf(state => state.registrations.length > 0, ensureGroup($.settings.rapidpro.group));

fn(async state => {
  const problems = [...state.problems];
  const ended = [];
  for (const registration of state.registrations) {
    const { contact, isRegistered } = registration;
    const result = isRegistered ? await confirm(registration, state) : { outcome: null };
    const { outcome, words } = result;
    if (outcome === 'refused') {
      problems.push({ who: contact, reason: `The message was refused: ${words}` });
    }
    if (outcome === 'unknown') {
      const reason = unknownOf(state.settings.rapidpro.confirmationField);
      problems.push({ who: contact, reason });
    }
    ended.push({ ...registration, ...result });
  }
  const items = ended.map(one => itemOf(one, state));
  return { ...state, problems, ended, items: [...state.items, ...items] };
});

// The stored state: no names, no phone numbers, no answers. The workflow "resend" continues with the reports.
fn(state => {
  const { settings, now, problems, ended, items, isResend, dataSets, desk } = state;
  if (isResend) {
    const registered = ended.filter(one => one.isRegistered).length;
    return { settings, now, isResend, dataSets, desk, problems, items, registered };
  }
  const [{ isRegistered, outcome }] = ended;
  const data = { registered: isRegistered, told: outcome === 'sent', problems: problems.length };
  return { settings, now, items, final: { problems, data } };
});
