import { may } from './access.mjs';
import { isWithin } from './store.mjs';
import { fits } from './values.mjs';

// Codes and words of DHIS2's own importer. Each check gives a list of `[code, message]`.

const MAX_LENGTH = 1200;

const mayWriteTo = (store, user, unit) =>
  may(user, 'ALL') || (user.organisationUnits ?? []).some(one => isWithin(store, unit, one));

function missingOf(code, noun, values) {
  return Object.entries(values)
    .filter(([, value]) => !value)
    .map(([key]) => [code, `Missing required ${noun} property: \`${key}\`.`]);
}

const noAccess = (user, unit) => [
  'E1000',
  `User: \`${user.id}\` has no write access to OrganisationUnit: \`${unit}\`.`,
];

/** What is wrong with a tracked entity of a payload. */
export function amissInPerson(store, bundle, person) {
  const { trackedEntity: id, trackedEntityType: type, orgUnit, attributes = [] } = person;
  if (store.deleted.has(id)) {
    return [['E1114', `TrackedEntity: \`${id}\` is already deleted and cannot be modified.`]];
  }
  if (bundle.strategy === 'DELETE') return amissInDeletion(store, bundle, id);
  const exists = store.people.has(id);
  if (bundle.strategy === 'CREATE' && exists) {
    return [['E1002', `TrackedEntity: \`${id}\`, already exists.`]];
  }
  if (bundle.strategy === 'UPDATE' && !exists) {
    return [['E1063', `TrackedEntity: \`${id}\`, does not exist.`]];
  }
  const missing = missingOf('E1121', 'trackedEntity', { trackedEntityType: type, orgUnit });
  if (missing.length > 0) return missing;
  const errors = [];
  if (!store.types.has(type)) {
    errors.push(['E1005', `Could not find TrackedEntityType: \`${type}\`.`]);
  }
  if (!store.orgUnits.has(orgUnit)) {
    errors.push([
      'E1049',
      `Could not find OrganisationUnit: \`${orgUnit}\` linked to TrackedEntity.`,
    ]);
  } else if (!mayWriteTo(store, bundle.user, orgUnit)) return [noAccess(bundle.user, orgUnit)];
  if (exists && store.people.get(id).type !== type) {
    return [['E1126', 'Not allowed to update Tracked Entity property: trackedEntityType.']];
  }
  for (const one of attributes) errors.push(...amissInAttribute(store, bundle, id, one));
  return errors;
}

function amissInDeletion(store, { user }, id) {
  if (!store.people.has(id)) return [['E1063', `TrackedEntity: \`${id}\`, does not exist.`]];
  const isEnrolled = [...store.enrollments.values()].some(one => one.trackedEntity === id);
  if (!isEnrolled || may(user, 'F_TEI_CASCADE_DELETE')) return [];
  return [
    [
      'E1100',
      `User: \`${user.id}\` is lacking 'F_TEI_CASCADE_DELETE' authority to delete TrackedEntity: \`${id}\`.`,
    ],
  ];
}

function amissInEnrollmentDeletion(store, { user }, id) {
  const hasEvents = [...store.events.values()].some(one => one.enrollment === id);
  if (!hasEvents || may(user, 'F_ENROLLMENT_CASCADE_DELETE')) return [];
  const text = `User: \`${user.id}\` is lacking 'F_ENROLLMENT_CASCADE_DELETE' authority to delete Enrollment: \`${id}\`.`;
  return [['E1103', text]];
}

function amissInAttribute(store, bundle, person, { attribute: id, value }) {
  const attribute = store.attributes.get(id);
  if (!attribute) return [['E1006', `Attribute: \`${id}\` does not exist.`]];
  if (value === null || value === undefined) return [];
  const { valueType, optionSet } = attribute;
  const text = String(value);
  if (text.length > MAX_LENGTH) {
    return [['E1077', `Attribute: \`${id}\` value exceeds the maximum length: \`${MAX_LENGTH}\`.`]];
  }
  if (!fits(text, valueType)) {
    const why = `Value type is ${valueType} but the value \`${text}\` is not.`;
    return [
      ['E1007', `Error validating attribute value type: \`${valueType}\`; Error: \`${why}\`.`],
    ];
  }
  if (optionSet && !optionSet.options.includes(value)) {
    return [
      ['E1125', `Value \`${value}\` is not a valid option code in OptionSet \`${optionSet.id}\`.`],
    ];
  }
  if (attribute.unique && isTaken(store, bundle, person, id, value)) {
    return [['E1064', `Non-unique attribute value \`${value}\` for attribute \`${id}\`.`]];
  }
  return [];
}

function isTaken(store, bundle, person, attribute, value) {
  for (const other of store.people.values()) {
    if (other.id !== person && other.values.get(attribute) === value) return true;
  }
  return bundle.people.some(
    other =>
      other.trackedEntity !== person &&
      other.attributes?.some(one => one.attribute === attribute && one.value === value),
  );
}

/** What is wrong with an enrollment of a payload, apart from its person. */
export function amissInEnrollment(store, bundle, enrollment) {
  const { enrollment: id, program, orgUnit, trackedEntity } = enrollment;
  const known = store.enrollments.get(id);
  if (store.deleted.has(id)) {
    return [['E1113', `Enrollment: \`${id}\` is already deleted and cannot be modified.`]];
  }
  if (bundle.strategy === 'CREATE' && known) {
    return [['E1080', `Enrollment: \`${id}\`, already exists.`]];
  }
  if (['UPDATE', 'DELETE'].includes(bundle.strategy) && !known) {
    return [['E1081', `Enrollment: \`${id}\` do not exist.`]];
  }
  if (bundle.strategy === 'DELETE') return amissInEnrollmentDeletion(store, bundle, id);
  const missing = missingOf('E1122', 'enrollment', { orgUnit, program, trackedEntity });
  if (missing.length > 0) return missing;
  const unit = store.orgUnits.has(orgUnit);
  if (unit && !mayWriteTo(store, bundle.user, orgUnit)) {
    const access = `User: \`${bundle.user.id}\` does not have access to the TrackedEntity: \`${trackedEntity}\` and Program: \`${program}\`.`;
    return [noAccess(bundle.user, orgUnit), ['E1102', access]];
  }
  const errors = [];
  const person = store.people.get(trackedEntity);
  const inBundle = bundle.people.find(one => one.trackedEntity === trackedEntity);
  if (!person && !inBundle) {
    errors.push([
      'E1068',
      `Could not find TrackedEntity: \`${trackedEntity}\` linked to Enrollment.`,
    ]);
  }
  if (!unit) {
    errors.push(['E1070', `Could not find OrganisationUnit: \`${orgUnit}\` linked to Enrollment.`]);
  }
  const found = store.programs.get(program);
  if (!found) {
    return [...errors, ['E1069', `Could not find Program: \`${program}\` linked to Enrollment.`]];
  }
  if (errors.length > 0) return errors;
  for (const name of ['trackedEntity', 'program']) {
    if (known && known[name] !== enrollment[name]) {
      return [['E1127', `Not allowed to update Enrollment property: ${name}.`]];
    }
  }
  const type = person?.type ?? inBundle?.trackedEntityType;
  if (store.types.has(type) && type !== found.trackedEntityType) {
    errors.push([
      'E1022',
      `TrackedEntity: \`${trackedEntity}\` must have same TrackedEntityType as Program \`${program}\`.`,
    ]);
  }
  for (const { attribute } of enrollment.attributes ?? []) {
    if (found.attributes?.includes(attribute) ?? true) continue;
    errors.push([
      'E1019',
      `Only Program attributes is allowed for enrollment; Non valid attribute: \`${attribute}\`.`,
    ]);
  }
  if (!found.organisationUnits.includes(orgUnit)) {
    errors.push([
      'E1041',
      `Enrollment OrganisationUnit: \`${orgUnit}\` and Program: \`${program}\` do not match.`,
    ]);
  }
  errors.push(...amissInDates(store, found, enrollment));
  errors.push(...amissInOthers(store, found, enrollment));
  const has = attribute =>
    !store.deleted.has(trackedEntity) &&
    (person?.values.has(attribute) ||
      [...(inBundle?.attributes ?? []), ...(enrollment.attributes ?? [])].some(
        one => one.attribute === attribute && one.value,
      ));
  for (const attribute of found.mandatoryAttributes ?? []) {
    if (has(attribute)) continue;
    errors.push([
      'E1018',
      `Attribute: \`${attribute}\` is mandatory in Program \`${program}\` but not declared in Enrollment \`${id}\`.`,
    ]);
  }
  return errors;
}

function amissInDates(store, program, { enrolledAt, occurredAt }) {
  const errors = [];
  if (program.displayIncidentDate && !occurredAt) {
    errors.push(['E1023', 'DisplayIncidentDate is true but occurredAt is null.']);
  }
  if (!enrolledAt) errors.push(['E1025', 'Property enrolledAt is null.']);
  const future = [
    [enrolledAt, 'E1020', 'Enrollment'],
    [occurredAt, 'E1021', 'Incident'],
  ];
  for (const [date, code, noun] of future) {
    if (!date || store.readTime(String(date)) <= store.clock()) continue;
    const shown = store.shown(store.readTime(String(date)));
    errors.push([code, `${noun} date: \`${shown}\` cannot be a future date.`]);
  }
  return errors;
}

function amissInOthers(store, program, { enrollment: id, trackedEntity, status = 'ACTIVE' }) {
  const others = [...store.enrollments.values()].filter(
    one => one.id !== id && one.trackedEntity === trackedEntity && one.program === program.id,
  );
  const errors = [];
  if (status === 'ACTIVE' && others.some(one => one.status === 'ACTIVE')) {
    errors.push([
      'E1015',
      `TrackedEntity: \`${trackedEntity}\` already has an active Enrollment in Program \`${program.id}\`.`,
    ]);
  }
  if (program.onlyEnrollOnce && others.some(one => one.status !== 'CANCELLED')) {
    errors.push([
      'E1016',
      `TrackedEntity: \`${trackedEntity}\` already has an Enrollment in Program: \`${program.id}\`, and this Program only allows enrolling once.`,
    ]);
  }
  return errors;
}

/** What is wrong with an event of a payload, apart from its enrollment. */
export function amissInEvent(store, bundle, event) {
  const { event: id, program, programStage, orgUnit, enrollment, status, occurredAt } = event;
  const known = store.events.get(id);
  if (store.deleted.has(id)) {
    return [['E1082', `Event: \`${id}\` is already deleted and cannot be modified.`]];
  }
  if (bundle.strategy === 'CREATE' && known) {
    return [['E1030', `Event: \`${id}\`, already exists.`]];
  }
  if (['UPDATE', 'DELETE'].includes(bundle.strategy) && !known) {
    return [['E1032', `Event: \`${id}\` do not exist.`]];
  }
  if (bundle.strategy === 'DELETE') return [];
  const missing = missingOf('E1123', 'event', { orgUnit, program, programStage });
  if (missing.length > 0) return missing;
  if (!enrollment) return [['E1033', `Event: \`${id}\` Enrollment value is null.`]];
  const unknown = [
    [store.programs, program, 'E1010', 'Program'],
    [store.orgUnits, orgUnit, 'E1011', 'OrganisationUnit'],
    [store.stages, programStage, 'E1013', 'ProgramStage'],
  ].filter(([list, one]) => !list.has(one));
  if (unknown.length > 0) {
    return unknown.map(([, one, code, noun]) => [
      code,
      `Could not find ${noun}: \`${one}\` linked to Event.`,
    ]);
  }
  if (
    !store.enrollments.has(enrollment) &&
    !bundle.enrollments.some(one => one.enrollment === enrollment)
  ) {
    return [['E1033', `Event: \`${id}\` Enrollment value is null.`]];
  }
  const errors = [];
  const isScheduled = ['SCHEDULE', 'OVERDUE', 'SKIPPED'].includes(status);
  const stage = store.stages.get(programStage);
  if (stage.program !== program) {
    errors.push([
      'E1089',
      `Event: \`${id}\` references a ProgramStage \`${programStage}\` that does not belong to Program \`${program}\`.`,
    ]);
  }
  if (!store.programs.get(program).organisationUnits.includes(orgUnit)) {
    errors.push([
      'E1029',
      `Event OrganisationUnit: \`${orgUnit}\` and Program: \`${program}\` do not match.`,
    ]);
  }
  for (const name of ['enrollment', 'program', 'programStage']) {
    if (known && known[name] !== event[name]) {
      errors.push(['E1128', `Not allowed to update Event property: ${name}.`]);
    }
  }
  if (status === 'SCHEDULE' && !event.scheduledAt) {
    errors.push(['E1050', 'Event scheduledAt date is missing.']);
  }
  if (!isScheduled && !occurredAt) errors.push(['E1031', 'Event occurredAt date is missing.']);
  for (const { dataElement, value } of event.dataValues ?? []) {
    const element = store.dataElements.get(dataElement);
    if (!element)
      errors.push(['E1304', `DataElement \`${dataElement}\` is not a valid data element.`]);
    else if (!stage.dataElements.includes(dataElement)) {
      const text = `DataElement \`${dataElement}\` is not part of \`${programStage}\` program stage.`;
      errors.push(['E1305', text]);
    } else if (value !== null && value !== undefined && !fits(String(value), element.valueType)) {
      const type = element.valueType;
      const why = `Value type is ${type} but the value \`${value}\` is not.`;
      errors.push(['E1302', `DataElement \`${type}\` is not valid: \`${why}\`.`]);
    }
  }
  return errors;
}
