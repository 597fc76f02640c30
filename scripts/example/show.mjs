import { columns, sideBySide, wrapped } from './columns.mjs';

const MARKS = { 'Registration asked': 'asked', 'Registration started': 'started' };

/** People of DHIS2 and contacts of RapidPro, side by side. */
export function showPeople({ dhis2, sandbox }) {
  const enrolled = new Set(dhis2.enrollments().map(({ trackedEntity }) => trackedEntity));
  const people = dhis2
    .people()
    .map(({ id, values }) => [
      id,
      values.AttrFullNam,
      values.AttrPhoneNr,
      values.AttrVillage,
      enrolled.has(id) ? 'yes' : 'no',
    ]);
  const contacts = sandbox.contacts().map(({ name, urns, fields, groups }) => [
    name ?? '(no name)',
    urns[0]?.replace('tel:', ''),
    fields.dhis2_id,
    groups
      .map(group => MARKS[group.name])
      .filter(Boolean)
      .join(', '),
    fields.confirmation,
  ]);
  return sideBySide(
    columns('DHIS2: people', ['id', 'name', 'phone', 'village', 'enrolled'], people),
    columns('RapidPro: contacts', ['name', 'phone', 'DHIS2 id', 'flow', 'welcome'], contacts),
  );
}

/** Data values of DHIS2 and the reports that RapidPro has, side by side. */
export function showReports({ dhis2 }, reports) {
  const rows = reports.map(({ who, clinic, answers }) => [who, clinic, ...answers]);
  const values = dhis2
    .dataValues()
    .map(({ dataElement, period, orgUnit, value }) => [orgUnit, period, dataElement, value]);
  return sideBySide(
    columns('RapidPro: reports', ['who', 'clinic', 'cases', 'deaths'], rows),
    columns('DHIS2: data values', ['clinic', 'week', 'data element', 'value'], values),
  );
}

/** Which data sets are complete, and whom RapidPro has asked for a report. */
export function showReminders({ dhis2, sandbox }, workers) {
  const complete = dhis2
    .registrations()
    .map(({ organisationUnit, period }) => [organisationUnit, period]);
  const rows = workers.map(({ who, urn }) => {
    const contact = sandbox.contacts().find(({ urns }) => urns.includes(urn));
    return [who, contact?.fields.clinic, contact?.language, contact?.fields.weekly_reminder];
  });
  return sideBySide(
    columns('DHIS2: complete', ['clinic', 'week'], complete),
    columns('RapidPro: health workers', ['who', 'clinic', 'language', 'reminder'], rows),
  );
}

/** What a run lists as problems. Who has a contact is shown by name: everybody here is made up. */
export function showProblems({ problems = [] }, { sandbox }) {
  if (problems.length === 0) return 'Problems: none';
  const nameOf = who => sandbox.contacts().find(({ uuid }) => uuid === who)?.name ?? who;
  return [
    'Problems:',
    ...problems.map(({ who, reason }) => wrapped(`  ${nameOf(who)}: ${reason}`)),
  ].join('\n');
}

/** The messages that the workflows have sent from one on. */
export function showMessages({ sandbox }, from) {
  const messages = sandbox.sent().filter(({ kind }) => kind === 'message');
  const nameOf = id => sandbox.contacts().find(({ uuid }) => uuid === id)?.name;
  return messages.slice(from).map(sent => wrapped(`  ${nameOf(sent.contacts[0])}: "${sent.text}"`));
}

/** How many messages and flow starts the workflows have asked for. Who came into a flow alone does not count. */
export function showSent({ sandbox, visits }) {
  const sent = sandbox.sent();
  const started = sent.filter(({ kind }) => kind === 'flow_start').length - visits();
  const messages = sent.filter(({ kind }) => kind === 'message').length;
  return `The workflows have asked RapidPro for: ${messages} messages, ${started} flow starts`;
}
