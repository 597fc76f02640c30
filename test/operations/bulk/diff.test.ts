import { describe, expect, test } from 'vitest';
import { areHidden } from '../../../src/input/stored.js';
import { compareContact, reportOf, textOrNull } from '../../../src/sync/compare.js';
import type { Input } from '../../../src/sync/inputs.js';

/** What has to be written to make one contact match. */

const A = 'tel:+250788000001';
const B = 'mailto:amina@example.org';
const LOCAL = 'tel:0788000001';
const [MOTHERS, PARTNERS, SMART] = ['group-1', 'group-2', 'group-3'];
const facts = {
  types: new Map([
    ['age', 'number'],
    ['due', 'datetime'],
    ['village', 'text'],
  ]),
  manual: new Set([MOTHERS, PARTNERS]),
};
const there = {
  uuid: 'c1',
  name: 'Amina',
  language: 'fra',
  status: 'active',
  urns: [A, B],
  groups: [{ uuid: MOTHERS }, { uuid: SMART }],
  fields: { age: '20', due: null, village: 'Kigali' },
};

function compare(input: Partial<Input>, exact = false, contact: object = there, held?: string[]) {
  const given = { index: 0, ...input } as Input;
  const known = { ...facts, exact: exact ? facts.manual : new Set<string>() };
  return compareContact(
    given,
    contact as never,
    known,
    exact ? { urns: 'exact' as const } : {},
    held,
  );
}

test('nothing is asked, nothing is written', () => {
  expect(compare({})).toMatchObject({
    uuid: 'c1',
    changed: [],
    unpredicted: [],
    unread: [],
    altered: [],
    body: {},
    hadNoEffect: false,
    byUrns: false,
    isShown: false,
    foundBy: [],
    urns: false,
    missing: 0,
    join: [],
    leave: [],
    inactive: false,
    isAnonymous: false,
  });
});

test.each([{ anon_display: '0000001' }, { ref: 'abc' }, { ref: null }])(
  'a contact with %j is of a workspace that hides URNs',
  shown => {
    expect(compare({}, false, { ...there, urns: [], ...shown }).isAnonymous).toBe(true);
  },
);

describe('addresses', () => {
  test.each<[string, string[], boolean, string[], boolean, number]>([
    // what, list, exact, unpredicted, differs, missing
    ['all there', [A], false, [], false, 0],
    ['all there, another order', [B, A], false, [], false, 0],
    ['one more', [A, 'tel:+250788000002'], false, [], true, 1],
    ['one that RapidPro may write in another way', [A, LOCAL], false, ['urns'], true, 1],
    ['exactly the list', [A, B], true, [], false, 0],
    ['exact: another order', [B, A], true, [], true, 0],
    ['exact: one in place of another', [A, 'tel:+250788000002'], true, [], true, 1],
    ['exact: one less', [A], true, [], true, 0],
    ['exact: one more', [A, B, 'tel:+250788000002'], true, [], true, 1],
  ])('%s', (_, urns, exact, unpredicted, differs, missing) => {
    const change = compare({ urns }, exact);
    expect(change).toMatchObject({ unpredicted, urns: differs, missing });
    expect(change.changed).toEqual(differs ? ['urns'] : []);
  });

  test('one for which RapidPro itself named the contact is there, unless the list is to be exact', () => {
    expect(compare({ urns: [LOCAL] }, false, there, [LOCAL]).changed).toEqual([]);
    expect(compare({ urns: [LOCAL] }, true, there, [LOCAL]).changed).toEqual(['urns']);
  });

  test('where the workspace hides them nothing is known', () => {
    const hidden = { ...there, urns: ['tel:********', 'mailto:x@example.org'] };
    expect(areHidden(hidden.urns)).toBe(true);
    expect(areHidden([A])).toBe(false);
    expect(areHidden([])).toBe(false);
    expect(compare({ urns: [A] }, false, hidden).changed).toEqual([]);
  });
});

test('groups are only added, and with exact the manual ones are left', () => {
  expect(compare({ groups: [PARTNERS] })).toMatchObject({ join: [PARTNERS], leave: [] });
  expect(compare({ groups: [MOTHERS] })).toMatchObject({ join: [], leave: [], changed: [] });
  const exact = compare({ groups: [PARTNERS] }, true);
  expect(exact).toMatchObject({ join: [PARTNERS], leave: [MOTHERS], changed: ['groups'] });
  expect(compare({ groups: [] }, true)).toMatchObject({ join: [], leave: [MOTHERS] });
  const none = compare({ groups: [MOTHERS] }, true, { ...there, groups: undefined });
  expect(none).toMatchObject({ join: [MOTHERS], leave: [] });
  const odd = compare({ groups: [MOTHERS] }, false, { ...there, groups: [null] });
  expect(odd.join).toEqual([MOTHERS]);
});

test('only what differs goes into the body', () => {
  const change = compare({
    name: 'Amina',
    language: 'eng',
    fields: { age: 20, village: 'Huye', due: '2027-01-01' },
  });
  expect(change.body).toEqual({ language: 'eng', fields: { village: 'Huye', due: '2027-01-01' } });
  expect(change.changed).toEqual(['language', 'fields.village', 'fields.due']);
  expect(change.unpredicted).toEqual(['fields.due']);
});

test('a name that differs does, and fields that do not differ leave nothing there', () => {
  expect(compare({ name: 'Amina U.', fields: { village: 'Kigali' } })).toMatchObject({
    body: { name: 'Amina U.' },
    changed: ['name'],
  });
  expect(compare({ fields: { village: 'Kigali' } }).body).toEqual({});
});

describe('places that the contact does not show', () => {
  const types = new Map([
    ['home', 'state'],
    ['work', 'district'],
    ['clinic', 'ward'],
    ['age', 'number'],
  ]);
  const blank = (fields: Input['fields'], shown?: object) => {
    const settings = {};
    const known = { types, exact: new Set<string>() };
    const contact = { ...there, fields: shown };
    const given = { index: 0, fields } as Input;
    const { blank } = compareContact(given, contact as never, known, settings);
    return [...blank].map(([key, above]) => [key, JSON.parse(above)]);
  };

  test('are looked up within the places above them: those asked for, and those shown', () => {
    expect(blank({ home: 'Kigali', work: 'Gasabo', age: 3 }, { age: 4 })).toEqual([
      ['home', []],
      ['work', [['Kigali', null]]],
    ]);
    expect(blank({ clinic: 'Bumbogo' }, { home: 'Rwanda > Kigali', work: null })).toEqual([
      [
        'clinic',
        [
          [null, 'Rwanda > Kigali'],
          [null, null],
        ],
      ],
    ]);
  });

  test('a place that is shown is not blank, nor is anything else', () => {
    expect(blank({ home: 'Huye' }, { home: 'Rwanda > Kigali' })).toEqual([]);
    expect(blank({ age: 3, other: 'x' })).toEqual([]);
    expect(blank({ home: 'Huye' })).toEqual([['home', []]]);
    expect(blank(undefined)).toEqual([]);
  });
});

test('what RapidPro cuts is reported', () => {
  const fields = (length: number) => ({ fields: { village: 'x'.repeat(length) } });
  expect(compare(fields(640)).altered).toEqual([]);
  expect(compare(fields(641))).toMatchObject({ altered: ['fields.village'], unread: [] });
});

test.each([
  [[], [], {}],
  [['a'], [], { unread: ['a'] }],
  [[], ['b'], { altered: ['b'] }],
  [['a'], ['b'], { unread: ['a'], altered: ['b'] }],
])('the result names misread fields only if there are any: %j, %j', (unread, altered, told) => {
  expect(reportOf({ unread, altered })).toEqual(told);
});

test('what RapidPro cannot read is reported, also where it changes nothing', () => {
  expect(compare({ fields: { due: 'soon' } })).toMatchObject({
    changed: [],
    unread: ['fields.due'],
  });
  expect(compare({ fields: { age: 'twelve' } })).toMatchObject({
    changed: ['fields.age'],
    unread: ['fields.age'],
  });
  expect(compare({ fields: { age: null, village: '', due: ' ' } }).unread).toEqual([]);
});

test.each(['blocked', 'stopped', 'archived'])('%s: RapidPro adds it to no group', status => {
  expect(compare({}, false, { ...there, status }).inactive).toBe(true);
});

test('what is not there is null, all else is text', () => {
  expect([null, undefined, '', 0, 'a'].map(textOrNull)).toEqual([null, null, '', '0', 'a']);
});
