import { readTime } from './store.mjs';
import { isUid } from './uid.mjs';
import { misfit } from './values.mjs';

// Codes and words of DHIS2's own importer, in the order in which it looks.

/** What is wrong with a tracked entity of a payload: a list of `[code, message]`. */
export function amissInPerson(store, bundle, person) {
  const { trackedEntity: id, trackedEntityType: type, orgUnit, attributes = [] } = person;
  if (!isUid(id))
    return [['E1048', `Object: \`${id}\`, uid: \`${id}\`, has an invalid uid format.`]];
  const missing = Object.entries({ trackedEntityType: type, orgUnit }).filter(
    ([, value]) => !value,
  );
  if (missing.length > 0) {
    return missing.map(([key]) => [
      'E1121',
      `Missing required tracked entity property: \`${key}\`.`,
    ]);
  }
  const errors = [];
  if (!store.types.has(type))
    errors.push(['E1005', `Could not find TrackedEntityType: \`${type}\`.`]);
  if (!store.orgUnits.has(orgUnit)) {
    errors.push([
      'E1049',
      `Could not find OrganisationUnit: \`${orgUnit}\`, linked to Tracked Entity.`,
    ]);
  }
  errors.push(...amissInExistence(store.people.has(id), bundle.strategy, 'TrackedEntity', id));
  for (const one of attributes) errors.push(...amissInAttribute(store, bundle, id, one));
  return errors;
}

function amissInExistence(exists, strategy, noun, id) {
  const [there, missing] = noun === 'TrackedEntity' ? ['E1002', 'E1063'] : ['E1080', 'E1081'];
  if (strategy === 'CREATE' && exists) return [[there, `${noun}: \`${id}\`, already exists.`]];
  if (strategy !== 'UPDATE' || exists) return [];
  return [[missing, `${noun}: \`${id}\`, ${noun === 'TrackedEntity' ? 'does' : 'do'} not exist.`]];
}

function amissInAttribute(store, bundle, person, { attribute: id, value }) {
  const attribute = store.attributes.get(id);
  if (!attribute) return [['E1006', `Attribute: \`${id}\`, does not exist.`]];
  if (value === null || value === undefined) return [];
  const wrong = misfit(String(value), attribute.valueType);
  if (wrong) {
    return [
      [
        'E1007',
        `Error validating attribute value type: \`${attribute.valueType}\`; Error: \`${wrong}\`.`,
      ],
    ];
  }
  const { optionSet } = attribute;
  if (optionSet && !optionSet.options.includes(value)) {
    return [
      ['E1125', `Value \`${value}\` is not a valid option code in option set \`${optionSet.id}\``],
    ];
  }
  if (attribute.unique && isTaken(store, bundle, person, id, value)) {
    return [['E1064', `Non-unique attribute value \`${value}\` for attribute \`${id}\``]];
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

/** What is wrong with an enrollment of a payload. */
export function amissInEnrollment(store, bundle, enrollment) {
  const { enrollment: id, program, orgUnit, trackedEntity, enrolledAt } = enrollment;
  if (!isUid(id))
    return [['E1048', `Object: \`${id}\`, uid: \`${id}\`, has an invalid uid format.`]];
  const missing = Object.entries({ orgUnit, program, trackedEntity }).filter(([, value]) => !value);
  if (missing.length > 0) {
    return missing.map(([key]) => ['E1122', `Missing required enrollment property: \`${key}\`.`]);
  }
  if (bundle.refused.has(trackedEntity)) {
    return [
      [
        'E5000',
        `"ENROLLMENT" \`${id}\` cannot be persisted because "TRACKED_ENTITY" \`${trackedEntity}\` referenced by it cannot be persisted.`,
      ],
    ];
  }
  const errors = amissInExistence(store.enrollments.has(id), bundle.strategy, 'Enrollment', id);
  const inBundle = bundle.people.find(one => one.trackedEntity === trackedEntity);
  const known = store.people.get(trackedEntity);
  if (!known && !inBundle) {
    errors.push([
      'E1068',
      `Could not find TrackedEntity: \`${trackedEntity}\`, linked to Enrollment.`,
    ]);
  }
  if (!store.orgUnits.has(orgUnit)) {
    errors.push([
      'E1070',
      `Could not find OrganisationUnit: \`${orgUnit}\`, linked to Enrollment.`,
    ]);
  }
  const found = store.programs.get(program);
  if (!found)
    return [...errors, ['E1069', `Could not find Program: \`${program}\`, linked to Enrollment.`]];
  if (!found.organisationUnits.includes(orgUnit)) {
    errors.push([
      'E1041',
      `Enrollment OrganisationUnit: \`${orgUnit}\`, and Program: \`${program}\`, don't match.`,
    ]);
  }
  errors.push(...amissInDate(store, enrolledAt));
  errors.push(...amissInOthers(store, found, enrollment));
  const has = attribute =>
    known?.values.has(attribute) ||
    [...(inBundle?.attributes ?? []), ...(enrollment.attributes ?? [])].some(
      one => one.attribute === attribute && one.value,
    );
  for (const attribute of found.mandatoryAttributes ?? []) {
    if (has(attribute)) continue;
    errors.push([
      'E1018',
      `Attribute: \`${attribute}\`, is mandatory in program \`${program}\` but not declared in enrollment \`${id}\`.`,
    ]);
  }
  return errors;
}

function amissInDate(store, enrolledAt) {
  const at = readTime(String(enrolledAt ?? ''));
  if (Number.isNaN(at)) return [['E1025', 'Property enrolledAt is null.']];
  return at > store.clock()
    ? [['E1020', `Enrollment date: \`${enrolledAt}\`, can\`t be future date.`]]
    : [];
}

function amissInOthers(store, program, { enrollment: id, trackedEntity, status = 'ACTIVE' }) {
  const others = [...store.enrollments.values()].filter(
    one => one.id !== id && one.trackedEntity === trackedEntity && one.program === program.id,
  );
  if (status === 'ACTIVE' && others.some(one => one.status === 'ACTIVE')) {
    return [
      [
        'E1015',
        `TrackedEntity: \`${trackedEntity}\`, already has an active Enrollment in Program \`${program.id}\`.`,
      ],
    ];
  }
  if (program.onlyEnrollOnce && others.some(one => one.status !== 'CANCELLED')) {
    return [
      [
        'E1016',
        `TrackedEntity: \`${trackedEntity}\`, already has an active enrollment in Program: \`${program.id}\`, and this program only allows enrolling one time.`,
      ],
    ];
  }
  return [];
}
