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

/** The visits of DHIS2, and which of them RapidPro was asked to start. */
export function showVisits({ dhis2, sandbox }) {
  const visits = dhis2
    .events()
    .map(({ id, scheduledAt, status, values }) => [
      id,
      scheduledAt.slice(0, 10),
      status,
      values.VisitWeight,
    ]);
  const started = sandbox
    .sent()
    .filter(({ params }) => params?.event)
    .map(({ contacts, params }) => {
      const who = sandbox.contacts().find(({ uuid }) => uuid === contacts[0]);
      return [who?.name, params.event];
    });
  return sideBySide(
    columns('DHIS2: visits', ['event', 'due', 'status', 'weight'], visits),
    columns('RapidPro: started', ['who', 'event'], started),
  );
}

/** Users of DHIS2 who have a clinic and a role, and the contacts that are users. */
export function showUsers({ dhis2, sandbox }) {
  const users = dhis2
    .users()
    .filter(({ userRoles }) => userRoles)
    .map(({ id, organisationUnits, disabled = false }) => [
      id,
      organisationUnits.join(),
      disabled ? 'no' : 'yes',
    ]);
  const contacts = sandbox
    .contacts()
    .filter(({ fields }) => fields.dhis2_user)
    .map(({ name, fields, groups }) => [
      name,
      fields.dhis2_user,
      fields.clinic,
      groups.some(group => group.name === 'DHIS2 users') ? 'yes' : 'no',
    ]);
  return sideBySide(
    columns('DHIS2: users', ['id', 'unit', 'active'], users),
    columns('RapidPro: contacts', ['name', 'DHIS2 user', 'clinic', 'in group'], contacts),
  );
}

/** The operator's desk: how many items ended in which way, and what waits for a person. */
export function showDesk({ desk }) {
  const entries = Object.values(desk());
  const kinds = [...new Set(entries.map(({ kind }) => kind))].sort();
  const ways = ['done', 'waiting', 'refused', 'unknown'];
  const rows = kinds.map(kind => [
    kind,
    ...ways.map(way => entries.filter(one => one.kind === kind && one.status === way).length),
  ]);
  const open = entries
    .filter(({ status }) => status === 'refused' || status === 'unknown')
    .map(({ kind, id, status, cause, mend }) =>
      wrapped(`  ${kind} ${id} is ${status}: ${cause}${mend ? ` Mend: ${mend}` : ''}`),
    );
  return [...columns('The desk', ['kind', ...ways], rows), '', ...open].join('\n');
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
  return messages.slice(from).map(sent =>
    `${nameOf(sent.contacts[0])}: "${sent.text}"`
      .split('\n')
      .map(line => wrapped(`  ${line}`))
      .join('\n'),
  );
}

/** How many messages and flow starts the workflows have asked for. Who came into a flow alone does not count. */
export function showSent({ sandbox, visits }) {
  const sent = sandbox.sent();
  const started = sent.filter(({ kind }) => kind === 'flow_start').length - visits();
  const messages = sent.filter(({ kind }) => kind === 'message').length;
  return `The workflows have asked RapidPro for: ${messages} messages, ${started} flow starts`;
}
