// Reads what the registration flow sent, and looks up the contact. The workflow "resend" has its own list of pushes.

fnIf(
  state => !state.pushes,
  webhook.parse({
    secret: $.configuration.webhookSecret,
    header: 'X-Secret',
    // Runs in RapidPro's simulator are not registrations.
    simulations: 'stop',
  }),
);

fn(state => (state.pushes ? state : { ...state, pushes: [state.data] }));

// The fields, in case the workflow "contacts" has never run.
fn(async state => {
  if (state.pushes.length === 0) return state;
  const { idField, confirmationField } = state.settings.rapidpro;
  const fieldKey = async name => (await ensureField({ name, type: 'text' })(state)).data.key;
  return {
    ...state,
    idKey: await fieldKey(idField),
    confirmationKey: await fieldKey(confirmationField),
  };
});

const LETTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';

// Makes an id for DHIS2 (eleven letters and digits, starting with a letter) from a contact's uuid.
// The same contact always gets the same id. However often a push comes, DHIS2 has the person once, and once in each program.
function idFrom(pairs, program = '') {
  const numbers = pairs
    .slice(0, 11)
    .map((pair, place) => Number.parseInt(pair, 16) + (program.charCodeAt(place) || 0));
  return numbers.map((number, place) => LETTERS[number % (place === 0 ? 52 : 62)]).join('');
}

// RapidPro's key of a result: "Sub-county" has the key sub_county.
const keyOf = name =>
  name
    .trim()
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '_');

// What DHIS2 gets from a contact and its answers.
function registrationOf(contact, results, { settings, idKey, confirmationKey }) {
  const { dhis2, rapidpro } = settings;
  const answerOf = name => {
    const [, answer] = Object.entries(results).find(([key]) => key === keyOf(name)) ?? [];
    // If a flow continues without an answer, RapidPro puts the time of that into the result.
    return answer?.category === 'No Response' ? '' : String(answer?.value ?? '').trim();
  };
  const clinicOf = name =>
    Object.entries(dhis2.clinics).find(([one]) => one.toLowerCase() === name.toLowerCase())?.[1];
  const { name, phone: phoneId, language: languageId, ...others } = dhis2.attributes;
  const pairs = contact.uuid.replaceAll('-', '').match(/../g).reverse();
  const phone = contact.urns.find(urn => urn.startsWith('tel:'))?.slice('tel:'.length);
  const languages = Object.entries(dhis2.languages ?? {});
  // People who came from DHIS2 have an id from DHIS2.
  const id = contact.fields[idKey] ?? idFrom(pairs);
  const language = languages.find(([, code]) => code === contact.language)?.[0];
  // What the program does not have, or nobody answered, is left out.
  const attributesOf = pairs =>
    pairs
      .filter(([attribute, value]) => attribute && value)
      .map(([attribute, value]) => ({ attribute, value }));
  return {
    contact: contact.uuid,
    language: contact.language,
    confirmation: contact.fields[confirmationKey] ?? null,
    isMember: contact.groups.some(({ name }) => name === rapidpro.group),
    person: {
      id,
      path: `/api/tracker/trackedEntities/${id}`,
      enrollment: idFrom(pairs.slice(5), dhis2.program),
      orgUnit: clinicOf(answerOf('clinic')) ?? dhis2.otherClinic,
      whoItIs: attributesOf([
        [name, answerOf('name') || contact.name],
        [phoneId, phone],
        [languageId, language],
      ]),
      answers: attributesOf(Object.entries(others).map(([one, id]) => [id, answerOf(one)])),
    },
  };
}

fn(async state => {
  const registrations = [];
  const items = [...(state.items ?? [])];
  for (const { contact, results, inDhis2 } of state.pushes) {
    // The author of a flow may change what its webhook sends.
    if (!contact?.uuid || !results) {
      throw new Error('The body of the Call Webhook node has to send the contact and the results.');
    }
    const { data } = await getContact(contact.uuid)(state);
    const cause = 'RapidPro no longer has the contact who sent this.';
    if (data) {
      const made = registrationOf(data, results, state);
      registrations.push({ ...made, inDhis2 });
    } else if (!state.isResend) throw new Error(cause);
    else {
      const mend = 'DHIS2: enter the person, if they are to be there';
      items.push({ kind: 'registration', id: contact.uuid, status: 'refused', cause, mend });
    }
  }
  return { ...state, registrations, items };
});
