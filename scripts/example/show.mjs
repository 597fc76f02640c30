import { columns, sideBySide } from './columns.mjs';

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

/** What a run lists as problems. */
export function showProblems({ problems = [] }) {
  if (problems.length === 0) return 'Problems: none';
  return ['Problems:', ...problems.map(({ who, reason }) => `  ${who}: ${reason}`)].join('\n');
}

/** How many messages and flow starts the workflows have asked for. Who came into a flow alone does not count. */
export function showSent({ sandbox, visits }) {
  const sent = sandbox.sent();
  const started = sent.filter(({ kind }) => kind === 'flow_start').length - visits();
  const messages = sent.filter(({ kind }) => kind === 'message').length;
  return `The workflows have asked RapidPro for: ${messages} messages, ${started} flow starts`;
}
