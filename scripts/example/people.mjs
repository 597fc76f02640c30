import { METADATA } from './dhis2/metadata.mjs';

const [program] = METADATA.programs;

/** A tracked entity as DHIS2 takes it, enrolled in the program by default. */
export function person({ id, name, phone, language, clinic = 'ClinicKacy1', enrolled = true }) {
  const values = { AttrFullNam: name, AttrPhoneNr: phone, AttrLanguag: language };
  const attributes = Object.entries(values)
    .filter(([, value]) => value !== undefined)
    .map(([attribute, value]) => ({ attribute, value }));
  const day = '2026-01-15';
  const enrollment = { program: program.id, orgUnit: clinic, enrolledAt: day, occurredAt: day };
  return {
    trackedEntity: id,
    trackedEntityType: program.trackedEntityType,
    orgUnit: clinic,
    attributes,
    ...(enrolled ? { enrollments: [enrollment] } : {}),
  };
}
