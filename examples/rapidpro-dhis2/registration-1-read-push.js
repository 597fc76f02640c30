// Reads what the registration flow has sent, and looks the contact up. The workflow "resend" has its own list of pushes.

fnIf(
  state => !state.pushes,
  webhook.parse({
    secret: $.configuration.webhookSecret,
    header: 'X-Secret',
    // Somebody who tries the flow in RapidPro's simulator is nobody to register.
    simulations: 'stop',
  }),
);

fn(state => (state.pushes ? state : { ...state, pushes: [state.data] }));

const LETTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';

// An id for DHIS2 (eleven letters and digits, a letter first) out of a contact's uuid.
// The same contact always gives the same id: however often a push comes, DHIS2 has the person once.
function idFrom(pairs) {
  const numbers = pairs.slice(0, 11).map(pair => Number.parseInt(pair, 16));
  return numbers.map((number, place) => LETTERS[number % (place === 0 ? 52 : 62)]).join('');
}

// What DHIS2 gets of a contact and its answers.
function registrationOf(contact, results, { dhis2, rapidpro }) {
  const answerOf = key => String(results[key]?.value ?? '').trim();
  const pairs = contact.uuid.replaceAll('-', '').match(/../g).reverse();
  const phone = contact.urns.find(urn => urn.startsWith('tel:'))?.slice('tel:'.length);
  const languages = Object.entries(dhis2.languages);
  // Somebody who came from DHIS2 is there under an id of DHIS2's.
  const id = contact.fields.dhis2_id ?? idFrom(pairs);
  const language = languages.find(([, code]) => code === contact.language)?.[0];
  const attributesOf = values =>
    Object.entries(values)
      .filter(([, value]) => value)
      .map(([name, value]) => ({ attribute: dhis2.attributes[name], value }));
  return {
    contact: contact.uuid,
    language: contact.language,
    confirmation: contact.fields.confirmation ?? null,
    isMember: contact.groups.some(({ name }) => name === rapidpro.group),
    person: {
      id,
      path: `/api/tracker/trackedEntities/${id}`,
      enrollment: idFrom(pairs.slice(5)),
      orgUnit: dhis2.clinics[answerOf('clinic').toLowerCase()] ?? dhis2.otherClinic,
      whoItIs: attributesOf({
        name: answerOf('name') || contact.name,
        phone,
        language,
      }),
      answers: attributesOf({ village: answerOf('village') }),
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
    if (data) registrations.push({ ...registrationOf(data, results, state.settings), inDhis2 });
    else if (!state.isResend) throw new Error(cause);
    else {
      const mend = 'DHIS2: enter the person, if they are to be there';
      items.push({ kind: 'registration', id: contact.uuid, status: 'refused', cause, mend });
    }
  }
  return { ...state, registrations, items };
});
