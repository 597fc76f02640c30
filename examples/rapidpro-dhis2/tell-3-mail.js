// Sends the list of the desk to a mail gateway, as JSON. The credential has the gateway's address and password.

fnIf(
  state => state.open.includes('mail'),
  fn(async state => {
    const { settings, today, mail: text, told } = state;
    const { path, to } = settings.desk.tell.mail;
    const end = item => ({
      ...state,
      told: [...told, { kind: 'tell', id: `${today}-mail`, ...item }],
    });
    const subject = `RapidPro and DHIS2, ${today}`;
    try {
      await post(path, { to, subject, text })(state);
      return end({ status: 'done' });
    } catch (error) {
      const isRefused = error.statusCode >= 400 && error.statusCode < 500;
      const cause = `The mail gateway answered with status ${error.statusCode}.`;
      // The claim stays if the outcome is unknown.
      return isRefused
        ? end({ status: 'refused', cause, mend: 'settings.js: desk.tell.mail, and the credential' })
        : state;
    }
  }),
);

// Who got the list, and the stored state.
fn(({ settings, now, problems, told, open, waiting }) => {
  const done = told.filter(({ status }) => status === 'done').length;
  const unclear = open.length - told.length;
  const failed = told.filter(({ status }) => status === 'refused');
  const all = [...problems, ...failed.map(({ id, cause }) => ({ who: id, reason: cause }))];
  const data = { waiting, told: done, unclear, problems: all.length };
  return { settings, now, items: told, final: { problems: all, data } };
});
