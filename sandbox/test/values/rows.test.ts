import { describe, expect, test } from 'vitest';
import {
  type FieldType,
  fieldErrors,
  type JsonNumber,
  type Locale,
  normalizeUrn,
  type PlaceContext,
  parseJson,
  placesOf,
  rawFieldText,
  readFieldValue,
  shownFieldValue,
  storeLanguage,
  storeName,
  storeUrn,
} from '../../src/values/index.js';
import {
  type Recording,
  type Row,
  readRecording,
  recordings,
  sentJson,
  unfold,
} from './recorded-rows.js';

/** Rows that do not hold, with the reason. A listed row that holds is an error too. */
const KNOWN_MISSES: Record<string, string> = {};

const SERVER_ERROR = 'Server Error. Site administrators have been notified.';

interface Boundaries {
  response: { body: { results: Parameters<typeof placesOf>[0] } };
}

const places = placesOf(
  (readRecording('rapidpro-9.0.0/boundaries/get_geometry.json') as Boundaries).response.body
    .results,
);

function localeOf(row: Row, { dialect }: Recording): Locale {
  const [, dateStyle = 'day_first', timezone = 'Africa/Kigali'] =
    /date_style (\w+), timezone (\S+)/.exec(row.context ?? '') ?? [];
  const now = Date.parse(`2026-11-22T${row.server_utc_time_of_write ?? '16:30:35'}Z`);
  return {
    country: 'RW',
    timezone,
    dateStyle: dateStyle as Locale['dateStyle'],
    dialect,
    now: () => now,
    places,
  };
}

/** What the functions make of a row, in the shape in which the row was recorded. */
type Answer = (row: Row, recording: Recording) => unknown;

const kept = (key: string, result: { value: string | null } | { errors: string[] }) =>
  'errors' in result ? { [key]: result.errors } : result.value;

/** The JSON body around the row's input, read as the server reads it. */
function sent(row: Row): { input: unknown } | { detail: string } {
  try {
    return parseJson(`{"input": ${sentJson(row.input)}}`) as { input: unknown };
  } catch (error) {
    return { detail: `JSON parse error - ${(error as Error).message}` };
  }
}

const named: Answer = row => {
  const body = sent(row);
  return 'detail' in body ? body : kept('name', storeName(body.input));
};

const spoken: Answer = (row, { dialect }) => {
  const body = sent(row);
  const mode = row.what.endsWith(':update') ? 'update' : 'create';
  return 'detail' in body ? body : kept('language', storeLanguage(body.input, mode, dialect));
};

/**
 * The contact's places where the recording was made. Its own district field was not the first one of the workspace,
 * which is the one that wards are searched under; that one was empty.
 */
function contextOf(row: Row): PlaceContext {
  const districtRows = row.what === 'field:district' && row.context !== 'no state set';
  return { state: districtRows ? 'Rwanda > Eastern Province' : null, district: null };
}

const field: Answer = (row, recording) => {
  const type = row.what.slice('field:'.length) as FieldType;
  const body = sent(row);
  if ('detail' in body) return body;
  const errors = fieldErrors(body.input);
  if (errors.length > 0) return { fields: { [`norm_${type}`]: errors } };
  const raw = rawFieldText(body.input as string | JsonNumber | null);
  return shownFieldValue(raw, type, localeOf(row, recording), contextOf(row));
};

const stateAndDistrict: Answer = (row, recording) => {
  const input = row.input as { state: string; district: string };
  const locale = localeOf(row, recording);
  const state = readFieldValue(input.state, 'state', locale).state;
  const { district } = readFieldValue(input.district, 'district', locale, { state });
  return { norm_state: state, norm_district: district };
};

const created: Answer = (row, recording) => {
  const raw = rawFieldText(row.input as string | null);
  const locale = localeOf(row, recording);
  return [shownFieldValue(raw, 'text', locale), shownFieldValue(raw, 'number', locale)];
};

/** URNs that other contacts of the recorded workspaces held. */
const TAKEN = {
  v9: ['tel:+2207123456'],
  textit: ['tel:+2207123456', 'whatsapp:US.abc124', 'bsuid:US.abc123', 'viber:abc=='],
};

const urnOf: Answer = (row, recording) => {
  const body = sent(row);
  if ('detail' in body) return body;
  const result = storeUrn(body.input, localeOf(row, recording));
  if ('errors' in result) return { urns: { 0: result.errors } };
  if ('error' in result) {
    return result.error === 'server-error' ? SERVER_ERROR : { urns: { 0: ['URN is not valid.'] } };
  }
  const { urn, display } = result;
  if (!TAKEN[recording.dialect].includes(urn)) return { urns: [urn], display };
  if (recording.dialect === 'v9') return { urns: [`URN belongs to another contact: ${urn}`] };
  return { urns: { 0: ['URN is in use by another contact.'] } };
};

function urnStored(row: Row): unknown {
  if (!Array.isArray(row.stored)) return row.stored;
  return { urns: row.stored, display: row.expanded?.[0]?.display ?? null };
}

/** What the contact that is looked up holds. */
const HELD = new Set([
  'tel:+250738990038',
  'whatsapp:250738990038',
  'mailto:look738990038@example.org',
  'ext:Look 738990038',
  'twitter:look_738990038',
  'telegram:9738990038',
]);

/** A lookup answers with the contact that holds the URN, or with what creating one says. */
const lookup: Answer = (row, recording) => {
  const text = String(row.input);
  const locale = localeOf(row, recording);
  const use = row.how?.startsWith('contact reference') ? 'reference' : 'lookup';
  const found = normalizeUrn(text, locale, use);
  const isHeld = 'urn' in found && HELD.has(found.urn);
  if (use === 'reference') {
    return isHeld ? null : { contacts: [`No such object: ${text}`] };
  }
  if ('error' in found) return { detail: `Invalid URN: ${text}` };
  if (row.how?.startsWith('GET')) return isHeld ? 'found' : '0 results, not it';
  return isHeld ? 'same contact' : upsert(found.urn, locale);
};

function upsert(urn: string, locale: Locale): unknown {
  const made = normalizeUrn(urn, locale, 'body');
  if ('urn' in made) return { 'other contact with': [made.urn] };
  if (made.error === 'server-error') return SERVER_ERROR;
  return {
    non_field_errors: [`Invalid URN: ${urn}. Ensure phone numbers contain country codes.`],
  };
}

const answers: Record<string, Answer> = {
  name: named,
  'name:update': named,
  language: spoken,
  'language:update': spoken,
  'field:text': field,
  'field:number': field,
  'field:datetime': field,
  'field:state': field,
  'field:district': field,
  'field:ward': field,
  'field:state+district in one request': stateAndDistrict,
  'fields on create (text and number)': created,
  'urn:create': urnOf,
  'urn:lookup': lookup,
};

/** A lookup for nothing is no lookup: the parameter counts as absent. */
const isDecidedHere = (row: Row) =>
  row.what in answers && !(row.what === 'urn:lookup' && row.input === '');

/** Whether our answer took its time of day from the clock: then another clock gives another answer. */
function followsClock(row: Row, recording: Recording): boolean {
  const later = { ...row, server_utc_time_of_write: '03:04:05' };
  return field(row, recording) !== field(later, recording);
}

/** The clock was read within two seconds of the write: everything else of a stored time is exact. */
function expectSameMoment(answer: unknown, stored: unknown): void {
  const [ours, theirs] = [String(answer), String(stored)];
  const dateAndOffset = (text: string) => [text.slice(0, 10), text.slice(26)];
  expect(theirs).toMatch(/T\d\d:\d\d:\d\d\.\d{6}/);
  expect(dateAndOffset(ours)).toEqual(dateAndOffset(theirs));
  expect(Math.abs(Date.parse(ours) - Date.parse(theirs))).toBeLessThanOrEqual(2000);
}

function check(row: Row, recording: Recording): void {
  const answer = answers[row.what]?.(row, recording);
  const stored = row.what === 'urn:create' ? urnStored(row) : unfold(row.stored);
  const byClock = row.what === 'field:datetime' && followsClock(row, recording);
  if (byClock) expectSameMoment(answer, stored);
  else expect(answer).toEqual(stored);
}

/** Rows without a time of their own were written right after the row before them. */
function withTimes(rows: Row[]): Row[] {
  let last: string | undefined;
  return rows.map(row => {
    last = row.server_utc_time_of_write ?? last;
    return { ...row, server_utc_time_of_write: last };
  });
}

describe.each(recordings)('$server', recording => {
  const rows = withTimes(recording.rows)
    .map((row, index) => ({ row, index }))
    .filter(({ row }) => isDecidedHere(row));

  test.each(rows)('row $index: $row.what $row.input', ({ row, index }) => {
    const reason = KNOWN_MISSES[`${recording.server} ${index}`];
    if (!reason) return check(row, recording);
    expect(() => check(row, recording), `holds, though listed: ${reason}`).toThrow();
  });
});
