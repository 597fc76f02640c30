// Sends the list of the desk to a contact in RapidPro.

fnIf(
  state => state.open.includes('message'),
  fn(async state => {
    const { settings, today, message, told } = state;
    const { contact } = settings.desk.tell;
    const end = item => ({
      ...state,
      told: [...told, { kind: 'tell', id: `${today}-message`, ...item }],
    });
    const mend = 'settings.js: desk.tell.contact';
    const { data } = await getContact(contact)(state);
    if (data?.status !== 'active') {
      const cause = data ? `The contact is ${data.status}.` : 'RapidPro has no such contact.';
      return end({ status: 'refused', cause, mend });
    }
    try {
      await sendMessage({ contact, text: message })(state);
      return end({ status: 'done' });
    } catch (error) {
      const isRefused = error.statusCode >= 400 && error.statusCode < 500;
      const cause = error.description;
      // The claim stays if the outcome is unknown.
      return isRefused ? end({ status: 'refused', cause, mend }) : state;
    }
  }),
);
