import { describe, expect, test } from 'vitest';
import { checkFilters, requireOne } from '../../src/input/filters.js';
import type { ResourceName } from '../../src/resources.js';
import { refusalOf } from './refusal.js';

/** Filters of lists, without a server: RapidPro answers a bad one with an empty or a full list. */

const UUID = 'a052b00c-15b3-48e6-9771-edbaa277a353';
const DASHLESS = UUID.toUpperCase().replaceAll('-', '');

test.each<[name: ResourceName, filters: unknown, query: object]>([
  ['contacts', undefined, {}],
  ['contacts', null, {}],
  ['contacts', {}, {}],
  ['contacts', { uuid: DASHLESS }, { uuid: UUID }],
  ['contacts', { urn: ' tel:+250788123123 ' }, { urn: 'tel:+250788123123' }],
  ['contacts', { group: ' Mothers ' }, { group: 'Mothers' }],
  ['contacts', { group: DASHLESS }, { group: UUID }],
  ['contacts', { group: 7 }, { group: 7 }],
  ['broadcasts', { id: 7 }, { id: '7' }],
  ['broadcasts', { id: '007' }, { id: '007' }],
  ['broadcasts', { id: '10' }, { id: '10' }],
  ['contacts', { reverse: true }, { reverse: true }],
  ['contacts', { reverse: 'true' }, { reverse: true }],
  // An absent flag is false, but for those that are true by default.
  ['contacts', { reverse: false }, {}],
  ['contacts', { reverse: 'false' }, {}],
  ['runs', { paths: false }, { paths: false }],
  ['flows', { archived: 'false' }, { archived: false }],
  [
    'contacts',
    { after: ' 2026-01-31T08:00:00.1234567Z ' },
    { after: '2026-01-31T08:00:00.123456Z' },
  ],
  ['contacts', { after: '2026-01-31' }, { after: '2026-01-31' }],
  ['archives', { after: ' 2026-01-31 ' }, { after: '2026-01-31' }],
  ['flows', { type: 'VOICE' }, { type: 'voice' }],
  ['definitions', { flow: [DASHLESS, UUID] }, { flow: [UUID, UUID] }],
  ['definitions', { flow: UUID }, { flow: UUID }],
  ['messages', { contact: UUID }, { contact: UUID }],
  ['groups', { name: 'A' }, { name: 'A' }],
  ['groups', { name: '5$ a day (state data)' }, { name: '5$ a day (state data)' }],
])('%s: %j', (name, filters, query) => {
  expect(checkFilters(name, filters)).toEqual(query);
});

const EMPTY =
  'It refers to missing data. Without the filter, RapidPro would return the whole list, so nothing was read. Check the name after $ or state.';
const ONLY_UUID =
  'RapidPro finds these only by uuid, not by name. Copy the uuid from the address of its page, or look it up in the list.';
const QUOTED =
  'Nothing was sent. Inside quotes, a reference is just text. Write $.data.name without quotes, and build longer texts in a function of state.';
const quoted = (name: string) => `The filter "${name}" contains a reference in quotes, or code.`;
const NOT_TEXT = 'Write its name or uuid as text, not an object or a list.';
const ISO =
  'Write ISO 8601: "2026-01-31", "2026-01-31T08:00:00Z" or "2026-01-31T10:00:00+02:00". For a Date object: date.toISOString().';
const AN_ID =
  'Use the id from RapidPro. If it comes from $ or state, check that the data is there.';

test.each<[name: ResourceName, filters: unknown, description: string, fix: string]>([
  [
    'contacts',
    7,
    'The filters are not an object.',
    'Write them as an object: { group: "Mothers" }.',
  ],
  [
    'contacts',
    [],
    'The filters are not an object.',
    'Write them as an object: { group: "Mothers" }.',
  ],
  ['groups', 'A', 'The filters are not an object.', 'Write them as { uuid: … }.'],
  ['optins', 'A', 'The filters are not an object.', 'Write them as { name: … }.'],
  ['contacts', { group: undefined }, 'The filter "group" is empty.', EMPTY],
  ['contacts', { group: null }, 'The filter "group" is empty.', EMPTY],
  ['contacts', { group: ' ' }, 'The filter "group" is empty.', EMPTY],
  ['contacts', { uuid: 'Amina' }, 'The filter "uuid" is not a uuid.', ONLY_UUID],
  ['contacts', { uuid: 7 }, 'The filter "uuid" is not a uuid.', ONLY_UUID],
  ['contacts', { group: {} }, 'The filter "group" is not text.', NOT_TEXT],
  ['groups', { name: '$.data.x' }, quoted('name'), QUOTED],
  ['labels', { name: 'Mothers $.data.village' }, quoted('name'), QUOTED],
  ['labels', { name: 'dataValue("name")' }, quoted('name'), QUOTED],
  ['fields', { key: '$.key' }, quoted('key'), QUOTED],
  ['globals', { key: "$['the key']" }, quoted('key'), QUOTED],
  ['channels', { address: 'state.data.address' }, quoted('address'), QUOTED],
  ['contacts', { group: 'state => state.data.group' }, quoted('group'), QUOTED],
  ['contacts', { group: true }, 'The filter "group" is not text.', NOT_TEXT],
  [
    'contacts',
    { group: ['A'] },
    'The filter "group" is a list.',
    'RapidPro accepts one value here. Read the list once for each value.',
  ],
  [
    'users',
    { role: [['administrator', 'editor']] },
    'The filter "role" is a list.',
    'RapidPro accepts one value here. Read the list once for each value.',
  ],
  [
    'definitions',
    { flow: [] },
    'The filter "flow" is an empty list.',
    'Add at least one value, or leave the filter out.',
  ],
  ['definitions', { flow: [UUID, 'A'] }, 'The filter "flow" is not a uuid.', ONLY_UUID],
  ['definitions', { flow: [UUID, null] }, 'The filter "flow" is empty.', EMPTY],
  ['broadcasts', { id: 0 }, 'The filter "id" must be a whole number above 0.', AN_ID],
  ['broadcasts', { id: '000' }, 'The filter "id" must be a whole number above 0.', AN_ID],
  ['broadcasts', { id: 'x7' }, 'The filter "id" must be a whole number above 0.', AN_ID],
  ['broadcasts', { id: '7x' }, 'The filter "id" must be a whole number above 0.', AN_ID],
  ['broadcasts', { id: -7 }, 'The filter "id" must be a whole number above 0.', AN_ID],
  ['broadcasts', { id: 1.5 }, 'The filter "id" must be a whole number above 0.', AN_ID],
  [
    'contacts',
    { reverse: 1 },
    'The filter "reverse" must be true or false.',
    'Write it without quotes.',
  ],
  [
    'contacts',
    { reverse: 'yes' },
    'The filter "reverse" must be true or false.',
    'Write it without quotes.',
  ],
  ['contacts', { after: 'today' }, 'The filter "after" is not a date that RapidPro can read.', ISO],
  [
    'contacts',
    { after: 20260131 },
    'The filter "after" is not a date that RapidPro can read.',
    ISO,
  ],
  [
    'archives',
    { after: '2026-02-31' },
    'The filter "after" is not a date.',
    'Write year, month and day: "2026-01-31".',
  ],
  [
    'archives',
    { after: '2026-01-31T08:00:00Z' },
    'The filter "after" is not a date.',
    'Write year, month and day: "2026-01-31".',
  ],
  [
    'archives',
    { after: 7 },
    'The filter "after" is not a date.',
    'Write year, month and day: "2026-01-31".',
  ],
  [
    'flows',
    { type: 'voce' },
    'The filter "type" has a value that RapidPro does not know.',
    'Did you mean "voice"?',
  ],
  [
    'flows',
    { type: 7 },
    'The filter "type" has a value that RapidPro does not know.',
    'Possible here: message, voice, background, survey.',
  ],
  [
    'contacts',
    { limit: 5 },
    'Contacts have no filter "limit".',
    'Move limit into the options, the second argument.',
  ],
  ['contacts', { grup: 'A' }, 'Contacts have no filter "grup".', 'Did you mean "group"?'],
  // What every object has is no filter.
  ['contacts', { constructor: 'A' }, 'Contacts have no filter "constructor".', 'Possible here: '],
  ['contacts', { 'Amina Diallo': 'A' }, 'Contacts have no filter of that name.', 'Possible here: '],
  [
    'contacts',
    { name: 'Amina' },
    'Contacts have no filter "name".',
    'RapidPro cannot search by name. Read a group or the whole list, then keep who has the name: fn(state => ({ ...state, data: state.data.filter(one => one.name === "…") })).',
  ],
  [
    'groups',
    { name: 'A', uuid: UUID },
    'RapidPro accepts only one of the filters "uuid" and "name".',
    'Leave one out, and filter the result with fn().',
  ],
  [
    'messages',
    { contact: UUID, label: 'x', broadcast: 7 },
    'RapidPro accepts only one of the filters "contact" and "label" and "broadcast".',
    'Leave one out, and filter the result with fn().',
  ],
])('%s: %j is refused', (name, filters, description, fix) => {
  const refusal = refusalOf(() => checkFilters(name, filters));
  expect(refusal).toMatchObject({ code: 'INVALID_FILTER', description });
  expect(fix.endsWith(': ') ? refusal?.fix.slice(0, fix.length) : refusal?.fix).toBe(fix);
});

test('an invalid URN is told as a filter', () => {
  expect(refusalOf(() => checkFilters('contacts', { urn: '0788' }))).toMatchObject({
    code: 'INVALID_FILTER',
    description: expect.stringContaining('filters.urn '),
  });
  // Servers shorten what they show, so what a search takes is more than what may be written.
  expect(checkFilters('contacts', { urn: 'ext:5%25' })).toEqual({ urn: 'ext:5%25' });
});

describe('a request that makes no sense without one of its filters', () => {
  test('has one', () => {
    expect(refusalOf(() => requireOne({ flow: UUID }, ['flow', 'campaign']))).toBeUndefined();
  });
  test('has none', () => {
    expect(
      refusalOf(() => requireOne({ dependencies: 'all' }, ['flow', 'campaign'])),
    ).toMatchObject({
      code: 'INVALID_FILTER',
      description: 'The filter "flow" or "campaign" is missing.',
      fix: 'Without it, RapidPro would return nothing.',
    });
  });
});
