import { describe, expect, test } from 'vitest';
import {
  checkBroadcast,
  checkContact,
  checkContactWithUuid,
  checkFlowStart,
  checkMessage,
  checkRecipients,
} from '../../src/input/bodies.js';
import { bodyCheck, filled, name, namedBody, oneOf, uuid } from '../../src/input/body.js';
import {
  check,
  countIn,
  pathOf,
  refuseMore,
  typeName,
  withoutUndefined,
} from '../../src/input/check.js';
import { count, log, logOf, withCommas } from '../../src/input/log.js';
import { captureConsole } from '../support/captureConsole.js';
import { refusalOf } from './refusal.js';

/** What RapidPro takes in the bodies of writes, without a server. */

const AMINA = 'tel:+250788000001';
const UUID = 'a052b00c-15b3-48e6-9771-edbaa277a353';
const DASHLESS = UUID.toUpperCase().replaceAll('-', '');
const FLOW = '0a20ea4c-5e4b-4b5e-a3d8-1d5b0a3d8f11';

/** Checks of values of any type: jobs are JavaScript. */
const contact = (value: unknown, where?: string, isLiteral?: boolean) =>
  checkContact(value, where, isLiteral);
const broadcast = (value: object, isLiteral?: boolean) =>
  checkBroadcast({ text: 'Hi', ...value }, isLiteral);
const message = (value: object, isLiteral?: boolean) =>
  checkMessage({ text: 'Hi', contact: AMINA, ...value }, isLiteral);
const start = (value: object, isLiteral?: boolean) =>
  checkFlowStart({ flow: FLOW, ...value }, isLiteral);

/** What the error says besides how it can be mended. */
const said = (check: () => unknown) => refusalOf(check)?.description;

test('what to do about an argument names it, with an example', () => {
  expect(refusalOf(() => contact('Amina', 'contacts[3]'))?.fix).toBe(
    'Nothing was sent. Correct contacts[3] in the job, or the data that it comes from. Example: { urns: ["tel:+250788123123"], name: "…" }.',
  );
  expect(refusalOf(() => message({ contact: 7 }))?.fix).toMatch(
    /Correct message\.contact in .*Example: \{ contact:/,
  );
});

describe('a contact', () => {
  test.each<[value: object, sent: object]>([
    [{}, {}],
    [{ name: 'Amina' }, { name: 'Amina' }],
    [
      { name: null, language: null },
      { name: null, language: null },
    ],
    [{ name: 7 }, { name: 7 }],
    [{ language: ' FRA ' }, { language: 'fra' }],
    [{ urns: [` ${AMINA} `] }, { urns: [AMINA] }],
    [{ urns: [] }, { urns: [] }],
    [{ groups: [' Mothers ', DASHLESS] }, { groups: ['Mothers', UUID] }],
    [
      { fields: { age: 5, due: null, old: undefined, town: 'Huye' } },
      { fields: { age: 5, due: null, old: undefined, town: 'Huye' } },
    ],
    // Nothing has a value.
    [{ name: 'Amina', fields: { age: undefined } }, { name: 'Amina' }],
    [
      { name: 'Amina', fields: {} },
      { name: 'Amina', fields: {} },
    ],
    [{ name: undefined, language: undefined, note: 'x' }, { note: 'x' }],
  ])('%j is sent as %j', (value, sent) => {
    expect(contact(value)).toEqual(sent);
    expect(Object.keys(contact(value))).toEqual(Object.keys(sent));
  });

  const TEXT_URN =
    'contact.urns[0] must be a URN, such as "tel:+250788123123", as text, not an object, and not empty';
  const FIELD =
    'contact.fields.age must be text, a number or null: RapidPro does not accept true, false, lists or objects here.';
  test.each<[value: unknown, said: string]>([
    [7, 'contact must be an object.'],
    [null, 'contact must be an object.'],
    [[], 'contact must be an object.'],
    [{ name: true }, 'contact.name must be text or null.'],
    [{ language: 7 }, 'contact.language must be text.'],
    [{ note: 7 }, 'contact.note must be text.'],
    [
      { urns: AMINA },
      'contact.urns must be a list: put it in square brackets, as ["tel:+250788123123"] or [$.data.urn].',
    ],
    [
      { urns: 250788000001 },
      'contact.urns must be a list: put it in square brackets, as ["tel:+250788123123"] or [$.data.urn].',
    ],
    [{ urns: {} }, 'contact.urns must be a list.'],
    [
      { groups: 'A' },
      'contact.groups must be a list: put it in square brackets, as ["Mothers"] or [$.data.name].',
    ],
    [
      { urns: [788000001] },
      'contact.urns[0] is a number, and a URN is text: "tel:+250788123123", or util.phoneUrn($.data.phone, "RW") of a number as people write it.',
    ],
    [
      { urns: [[AMINA]] },
      'contact.urns[0] is a list within the list: write the inner one alone, as urns: () => util.phoneUrns(…).',
    ],
    [
      { urns: [null] },
      'contact.urns[0] is null: leave out what is missing, as urns: () => util.phoneUrns(…) does with { ifInvalid: "null" }.',
    ],
    [{ urns: [true] }, `${TEXT_URN}.`],
    // A URN has no uuid.
    [{ urns: [{ uuid: UUID }] }, `${TEXT_URN}.`],
    [
      { urns: [' '] },
      'contact.urns[0] must be a URN, such as "tel:+250788123123", as text: it is empty.',
    ],
    [
      { groups: [7] },
      'contact.groups[0] must be the uuid or the name of a group as text, not an object, and not empty.',
    ],
    [
      { groups: [{ uuid: UUID }] },
      'contact.groups[0] must be the uuid or the name of a group as text, not an object, and not empty. Use uuids: state => state.data.map(one => one.uuid).',
    ],
    [
      { groups: [{ name: 'A' }] },
      'contact.groups[0] must be the uuid or the name of a group as text, not an object, and not empty.',
    ],
    [
      { groups: [[]] },
      'contact.groups[0] must be the uuid or the name of a group as text, not an object, and not empty.',
    ],
    [
      { groups: [null] },
      'contact.groups[0] must be the uuid or the name of a group as text, not an object, and not empty.',
    ],
    [
      { groups: [''] },
      'contact.groups[0] must be the uuid or the name of a group as text: it is empty.',
    ],
    [{ fields: { age: true } }, FIELD],
    [{ fields: { age: [5] } }, FIELD],
    [{ fields: { age: {} } }, FIELD],
    [{ fields: [5] }, 'contact.fields must be an object of field keys and values.'],
    [{ fields: 5 }, 'contact.fields must be an object of field keys and values.'],
    [{ name: 'undefined' }, 'contact.name contains "undefined": some of its data is missing.'],
    [{ groups: ['A', 'null'] }, 'contact.groups[1] contains "null": some of its data is missing.'],
    [{ fields: { age: 'NaN' } }, 'contact.fields.age contains "NaN": some of its data is missing.'],
    [{ note: 'Dear undefined' }, 'contact.note contains "undefined": some of its data is missing.'],
  ])('%j: %s', (value, description) => {
    const refusal = refusalOf(() => contact(value));
    expect(refusal).toMatchObject({ code: 'INVALID_INPUT', description });
    expect(refusal?.fix).not.toBe('');
  });

  test('words for missing data are sent if the job means them, and code is not', () => {
    expect(contact({ name: 'undefined' }, 'contact', true)).toEqual({ name: 'undefined' });
    expect(said(() => contact({ name: 's => s.data.name' }, 'contact', true))).toBe(
      'contact.name contains the code of a function.',
    );
  });

  test('all mistakes in URNs and shapes are told at once', () => {
    expect(refusalOf(() => contact({ urns: [AMINA, 'x', 'y'] }))).toMatchObject({
      code: 'INVALID_URN',
      errors: [
        expect.stringContaining('contact.urns[1]'),
        expect.stringContaining('contact.urns[2]'),
      ],
    });
    expect(refusalOf(() => contact({ name: true, urns: 'x' }))).toMatchObject({
      code: 'INVALID_INPUT',
      description: 'contact.name must be text or null.',
      errors: [
        'contact.name must be text or null',
        expect.stringContaining('contact.urns must be a list'),
      ],
    });
    expect(refusalOf(() => contact({ name: true }))?.errors).toBeUndefined();
    const many = Object.fromEntries(Array.from({ length: 30 }, (_, at) => [`k${at}`, true]));
    expect(refusalOf(() => contact({ fields: many }))?.errors).toHaveLength(20);
  });

  test('an empty list of URNs in a list of contacts is refused, with the place', () => {
    expect(refusalOf(() => contact({ name: 'A', urns: [] }, 'contacts[3]'))).toMatchObject({
      code: 'INVALID_INPUT',
      description: 'contacts[3].urns is empty: this would remove all addresses of the contact.',
      fix: expect.stringContaining('http.post("contacts", { urns: [] }, { query: { uuid } })'),
    });
    expect(contact({ name: 'A', urns: [AMINA] }, 'contacts[3]')).toEqual({
      name: 'A',
      urns: [AMINA],
    });
    expect(contact({ name: 'A' }, 'contacts[3]')).toEqual({ name: 'A' });
  });

  test.each<[value: object, said: string | undefined, fix: string]>([
    [
      { name: undefined },
      'contact is empty: none of its keys has a value.',
      'Check the names after $ or state.',
    ],
    [
      { fields: { age: undefined } },
      'contact is empty: none of its keys has a value.',
      'Check the names after $ or state.',
    ],
    [
      { firstname: 'Amina', village: 'Huye' },
      'contact has no key that RapidPro takes: firstname, village.',
      'Nothing was sent. Possible here: name, language, urns, groups, fields, note. To send it all the same, use http.post("contacts", …).',
    ],
    [
      { phone: '0788' },
      'contact has no key that RapidPro takes: phone.',
      'Write phone numbers as urns: ["tel:+250788123123"].',
    ],
    [
      { blocked: false },
      'contact has no key that RapidPro takes: blocked.',
      'Nothing was sent. Possible: name, language, urns, groups, fields, note. To send',
    ],
    // The strange key leads to the advice, not one that RapidPro returns.
    [
      { blocked: false, phone: '0788' },
      'contact has no key that RapidPro takes: blocked, phone.',
      'Write phone numbers as urns',
    ],
    [
      { 'Amina Diallo': 7 },
      'contact has no key that RapidPro takes: its keys are no words.',
      'Possible here: name',
    ],
    [
      { 'Amina Diallo': 7, age: 5 },
      'contact has no key that RapidPro takes: age.',
      'Possible here: name',
    ],
    [
      { name: undefined, age: 5 },
      'contact has no key that RapidPro takes: age.',
      'Possible here: name',
    ],
  ])('%j has nothing for RapidPro', (value, description, fix) => {
    const refusal = refusalOf(() => contact(value));
    expect(refusal).toMatchObject({ code: 'INVALID_INPUT', description });
    expect(refusal?.fix).toContain('Nothing was sent. ');
    expect(refusal?.fix).toContain(fix);
  });

  test.each<[key: string, value: object, others: object]>([
    ['phone', { name: 'A', phone: '0788' }, { urns: [AMINA] }],
    ['Phone number', { fields: { age: 5 }, 'Phone number': '0788' }, { urns: [AMINA] }],
    ['msisdn', { name: 'A', msisdn: 250788 }, { urns: [AMINA] }],
    ['cell', { name: 'A', urns: [], cell: '0788' }, { urns: [AMINA] }],
  ])(
    '%s is refused where there are no URNs, and warned of where there are',
    (key, value, others) => {
      const refusal = refusalOf(() => contact(value));
      expect(refusal).toMatchObject({
        code: 'INVALID_INPUT',
        description: `contact has the unknown key "${key}", but no "urns".`,
        fix: 'Nothing was sent. Write phone numbers as urns: ["tel:+250788123123"]. To send the key anyway, use http.post("contacts", …).',
      });
      captureConsole();
      expect(contact({ ...value, ...others })).toMatchObject(others);
    },
  );

  test('is refused beside fields of any name', () => {
    const refusal = refusalOf(() => contact({ fields: { toString: 'x' }, phone: '0788' }));
    expect(refusal?.description).toBe('contact has the unknown key "phone", but no "urns".');
  });

  test('without a number, nothing is lost', () => {
    captureConsole();
    for (const phone of [undefined, null, '', []]) {
      expect(contact({ name: 'A', phone })).toMatchObject({ name: 'A' });
    }
  });

  test('one known key is enough; others are sent with a warning', () => {
    const lines = captureConsole();
    expect(contact({ name: 'A', age: 5, 'Amina Diallo': 1, blocked: true })).toEqual({
      name: 'A',
      age: 5,
      'Amina Diallo': 1,
      blocked: true,
    });
    const text = lines.join('\n');
    expect(text).toContain('contact has the unknown key "age". ');
    expect(text).toContain(
      'contact has a key that RapidPro does not know. Possible here: name, language, urns, groups, fields, note.',
    );
    expect(text).toContain('contact has keys that RapidPro returns but ignores: blocked.');
    expect(text).not.toContain('Amina');
    expect(lines).toHaveLength(3);
  });

  test('known keys alone lead to no warning', () => {
    const lines = captureConsole();
    contact({ name: 'A', fields: {}, groups: [], urns: [AMINA], language: 'eng', note: 'x' });
    expect(lines).toEqual([]);
  });

  test.each<[value: object, said: string, fix: string]>([
    [
      { nmae: 'A' },
      'contact has the unknown key "nmae".',
      'Nothing was sent. Did you mean "name"? To send the key anyway, use http.post("contacts", …).',
    ],
    [{ Group: ['A'] }, 'contact has the unknown key "Group".', 'Did you mean "groups"?'],
    [
      { 'group s': ['A'] },
      'contact has an unknown key that is similar to "groups".',
      'Did you mean "groups"?',
    ],
    [
      { dryRun: true },
      'contact has the key "dryRun", which is an option.',
      'Nothing was sent. Options go into the last argument: { … }, { dryRun: … }.',
    ],
    [{ dryrun: true }, 'contact has the key "dryRun", which is an option.', '{ dryRun: … }'],
  ])('%j would be ignored, so it is refused', (value, description, fix) => {
    const refusal = refusalOf(() => contact({ name: 'A', ...value }));
    expect(refusal).toMatchObject({ code: 'INVALID_INPUT', description });
    expect(refusal?.fix).toContain(fix);
  });
});

describe('a contact that may have a uuid', () => {
  test.each<[value: object, sent: object]>([
    [
      { uuid: DASHLESS, name: 'A' },
      { uuid: UUID, name: 'A' },
    ],
    [{ uuid: UUID }, { uuid: UUID }],
    [{ uuid: undefined, name: 'A' }, { name: 'A' }],
    [{ urns: [AMINA] }, { urns: [AMINA] }],
    // A later check says what is missing.
    [{ uuid: undefined }, {}],
    [{ urns: undefined }, {}],
    [{ urns: [], name: 'A' }, { name: 'A' }],
    [{ urns: [] }, {}],
  ])('%j is sent as %j', (value, sent) => {
    expect(checkContactWithUuid(value)).toEqual(sent);
    expect(Object.keys(checkContactWithUuid(value)).sort()).toEqual(Object.keys(sent).sort());
  });

  test.each<[value: unknown, said: string]>([
    [{ uuid: 'Amina' }, 'contact.uuid must be the uuid of a contact, not its name.'],
    [{ uuid: 7 }, 'contact.uuid must be the uuid of a contact.'],
    [{ name: undefined }, 'contact is empty: none of its keys has a value.'],
    [{ age: 5 }, 'contact has no key that RapidPro takes: age.'],
    [
      { uuid: UUID, name: 'undefined' },
      'contact.name contains "undefined": some of its data is missing.',
    ],
  ])('%j: %s', (value, description) => {
    expect(said(() => checkContactWithUuid(value))).toBe(description);
  });

  test('URNs are checked as in other bodies, and words only unless they are meant', () => {
    expect(refusalOf(() => checkContactWithUuid({ urns: ['x'] }))?.code).toBe('INVALID_URN');
    expect(checkContactWithUuid({ name: 'undefined' }, { isLiteral: true })).toEqual({
      name: 'undefined',
    });
  });

  test('a list that replaces its URNs is not empty', () => {
    const replacing = { replacesUrns: true };
    expect(said(() => checkContactWithUuid({ uuid: UUID, urns: [] }, replacing))).toBe(
      'contact.urns is empty: this would remove all addresses of the contact.',
    );
    expect(checkContactWithUuid({ urns: [AMINA] }, replacing)).toEqual({ urns: [AMINA] });
    expect(checkContactWithUuid({ uuid: UUID }, replacing)).toEqual({ uuid: UUID });
  });
});

describe('a broadcast', () => {
  test('has its people in other keys, too: an unknown one is only warned of', () => {
    const lines = captureConsole();
    const value = { groups: [UUID], phone: '0788' };
    expect(broadcast(value)).toMatchObject(value);
    expect(lines.join('\n')).toContain('broadcast has the unknown key "phone".');
  });

  test.each<[value: object, sent: object]>([
    [{ urns: [AMINA] }, { urns: [AMINA] }],
    [{ contacts: [` ${DASHLESS}`, AMINA] }, { contacts: [UUID, AMINA] }],
    [{ groups: ['A'] }, { groups: ['A'] }],
    [{ text: 7 }, { text: 7 }],
    [{ text: { eng: 'Hi', fra: 'Salut' } }, { text: { eng: 'Hi', fra: 'Salut' } }],
    [
      { text: undefined, attachments: ['image:x'] },
      { text: undefined, attachments: ['image:x'] },
    ],
    [
      { text: '', attachments: ['image:x'] },
      { text: '', attachments: ['image:x'] },
    ],
    [{ base_language: 'eng' }, { base_language: 'eng' }],
    [
      { quick_replies: ['Yes', 2, { type: 'text', text: 'No' }] },
      {
        quick_replies: [
          { type: 'text', text: 'Yes' },
          { type: 'text', text: '2' },
          { type: 'text', text: 'No' },
        ],
      },
    ],
    [
      { quick_replies: { eng: ['Yes'], fra: 'Oui' } },
      { quick_replies: { eng: [{ type: 'text', text: 'Yes' }], fra: 'Oui' } },
    ],
    [{ quick_replies: null }, { quick_replies: null }],
    [{ quick_replies: 'Yes' }, { quick_replies: 'Yes' }],
  ])('%j is sent as %j', (value, sent) => {
    expect(broadcast(value)).toEqual({ text: 'Hi', ...sent });
  });

  test.each<[value: object, said: string]>([
    [
      { text: true },
      'broadcast.text must be text, or an object with a text for each language: { eng: "…" }.',
    ],
    [
      { text: ['Hi'] },
      'broadcast.text must be text, or an object with a text for each language: { eng: "…" }.',
    ],
    [{ text: '' }, 'broadcast has no text.'],
    [{ text: undefined }, 'broadcast has no text.'],
    [{ text: undefined, attachments: null }, 'broadcast has no text.'],
    [{ base_language: 7 }, 'broadcast.base_language must be text.'],
    [
      { contacts: [788000001] },
      'broadcast.contacts[0] is a number, and a URN is text: "tel:+250788123123", or util.phoneUrn($.data.phone, "RW") of a number as people write it.',
    ],
    [
      { contacts: [{ uuid: UUID }] },
      'broadcast.contacts[0] must be the uuid or a URN of a contact as text, not an object, and not empty. Use uuids: state => state.data.map(one => one.uuid).',
    ],
    [
      { contacts: UUID },
      'broadcast.contacts must be a list: put it in square brackets, as ["tel:+250788123123"] or [$.data.uuid].',
    ],
    [
      { text: 'Dear undefined' },
      'broadcast.text contains "undefined": some of its data is missing.',
    ],
    [
      { text: 'Dear @contact.nmae' },
      'broadcast.text contains @contact.nmae, which RapidPro does not know: people would read nothing in its place.',
    ],
    [
      { quick_replies: ['@contact.nmae'] },
      'broadcast.quick_replies[0].text contains @contact.nmae, which RapidPro does not know: people would read nothing in its place.',
    ],
    [
      { quick_replies: ['Yes', 'undefined'] },
      'broadcast.quick_replies[1] contains "undefined": some of its data is missing.',
    ],
    [
      { groups: ['undefined'] },
      'broadcast.groups[0] contains "undefined": some of its data is missing.',
    ],
    [{ quick_replies: ['Yes', null] }, 'broadcast.quick_replies[1] is empty.'],
    [{ quick_replies: [undefined] }, 'broadcast.quick_replies[0] is empty.'],
    [{ quick_replies: [true] }, 'broadcast.quick_replies[0] must be text, or an object.'],
    [{ quick_replies: [['Yes']] }, 'broadcast.quick_replies[0] must be text, or an object.'],
    [
      { quick_replies: { eng: ['Yes', true] } },
      'broadcast.quick_replies.eng[1] must be text, or an object.',
    ],
    [{ quick_replies: [{ txt: 'Yes' }] }, 'broadcast.quick_replies[0] has the unknown key "txt".'],
    [{ textt: 'x' }, 'broadcast has the unknown key "textt".'],
  ])('%j: %s', (value, description) => {
    expect(refusalOf(() => broadcast(value))).toMatchObject({
      code: 'INVALID_INPUT',
      description,
      fix: expect.stringMatching(/Nothing was sent|^Add "text"/),
    });
  });

  test('an invalid recipient is named', async () => {
    for (const key of ['urns', 'contacts']) {
      for (const where of ['broadcast', 'flowStart']) {
        await expect(checkRecipients({ [key]: [AMINA, 'x'] }, where)).rejects.toMatchObject({
          code: 'INVALID_URN',
          description: expect.stringContaining(`${where}.${key}[1]`),
        });
      }
    }
  });

  test('a missing quick reply leads to other advice than a wrong one', () => {
    const fix = (quick_replies: unknown[]) => refusalOf(() => broadcast({ quick_replies }))?.fix;
    expect(fix([null])).toBe(
      'Nothing was sent. Write each quick reply as text: ["Yes", "No"]. If it comes from $ or state, check that the data is there.',
    );
    expect(fix([true])).toBe('Nothing was sent. Write each quick reply as text: ["Yes", "No"].');
  });

  test('unknown keys of a quick reply get a warning', () => {
    const lines = captureConsole();
    broadcast({ quick_replies: [{ type: 'text', text: 'Yes', extra: 'x' }] });
    expect(lines).toEqual([]);
    broadcast({ quick_replies: [{ type: 'text', text: 'Yes', payload: 'x' }] });
    expect(lines).toEqual([
      'RapidPro: warning: broadcast.quick_replies[0] has the unknown key "payload". Possible here: type, text, extra.',
    ]);
  });

  test('words and expressions are sent if the job means them', () => {
    const meant = {
      text: 'Dear undefined @contact.nmae',
      quick_replies: [{ type: 'text', text: '@contact.nmae' }],
    };
    expect(broadcast(meant, true)).toEqual(meant);
  });
});

describe('a flow start', () => {
  test.each<[value: object, sent: object]>([
    [
      { flow: ` ${DASHLESS} `, urns: [AMINA] },
      { flow: UUID, urns: [AMINA] },
    ],
    [
      { flow: ' Registration ', groups: ['A'] },
      { flow: 'Registration', groups: ['A'] },
    ],
    [
      { restart_participants: false, exclude_active: true },
      { flow: FLOW, restart_participants: false, exclude_active: true },
    ],
    [
      { params: { a: [1, true] }, extra: {} },
      { flow: FLOW, params: { a: [1, true] }, extra: {} },
    ],
  ])('%j is sent as %j', (value, sent) => {
    expect(start(value)).toEqual(sent);
  });

  test.each<[value: object, said: string]>([
    [{ flow: undefined }, 'flowStart.flow must be the uuid or the name of a flow.'],
    [{ flow: 7 }, 'flowStart.flow must be the uuid or the name of a flow.'],
    [{ flow: ' ' }, 'flowStart.flow is empty: it must be the uuid or the name of a flow.'],
    [{ flow: 'undefined' }, 'flowStart.flow contains "undefined": some of its data is missing.'],
    [{ params: 'x' }, 'flowStart.params must be an object.'],
    [{ extra: [] }, 'flowStart.extra must be an object.'],
    [
      { params: { name: 'undefined' } },
      'flowStart.params.name contains "undefined": some of its data is missing.',
    ],
    [
      { extra: { name: 'undefined' } },
      'flowStart.extra.name contains "undefined": some of its data is missing.',
    ],
    [
      { groups: ['undefined'] },
      'flowStart.groups[0] contains "undefined": some of its data is missing.',
    ],
    // Without a value, everyone would be started.
    [
      { restart_participants: null },
      'flowStart.restart_participants is empty: it refers to missing data.',
    ],
    [
      { restart_participants: undefined },
      'flowStart.restart_participants is empty: it refers to missing data.',
    ],
    [
      { exclude_active: undefined },
      'flowStart.exclude_active is empty: it refers to missing data.',
    ],
    [
      { restart_participants: true, exclude_active: null },
      'flowStart.exclude_active is empty: it refers to missing data.',
    ],
  ])('%j: %s', (value, description) => {
    expect(refusalOf(() => start(value))).toMatchObject({ code: 'INVALID_INPUT', description });
  });

  test('nothing is no flow start, and words may be meant', () => {
    expect(said(() => checkFlowStart(undefined))).toBe('flowStart must be an object.');
    expect(said(() => checkFlowStart(null))).toBe('flowStart must be an object.');
    expect(start({ params: { name: 'undefined' } }, true)).toMatchObject({
      params: { name: 'undefined' },
    });
  });
});

test('the name of a language may not be missing', () => {
  const [missing, what] = [
    { undefined: 'Hello' },
    'contains "undefined": some of its data is missing.',
  ];
  const groups = ['Mothers'];
  expect(said(() => checkBroadcast({ groups, text: missing }))).toBe(
    `a language of broadcast.text ${what}`,
  );
  const replies = { text: 'Hello', quick_replies: { undefined: ['Yes'] } };
  expect(said(() => checkBroadcast({ groups, ...replies }))).toBe(
    `a language of broadcast.quick_replies ${what}`,
  );
  expect(checkBroadcast({ groups, text: missing }, true)).toMatchObject({ text: missing });
});

describe('what is named and missing', () => {
  const urns = ['tel:+250788123123'];
  const flow = '7712aaf6-5df5-4df1-89db-000000000001';
  test.each<[string, () => unknown, string]>([
    ['a group', () => checkBroadcast({ urns, text: 'Hi', groups: undefined }), 'broadcast.groups'],
    [
      'a list',
      () => checkBroadcast({ urns, text: 'Hi', contacts: undefined }),
      'broadcast.contacts',
    ],
    [
      'a language',
      () => checkBroadcast({ urns, text: { eng: 'Hi', fra: undefined } }),
      'broadcast.text.fra',
    ],
    [
      'a group of a start',
      () => checkFlowStart({ flow, urns, groups: undefined }),
      'flowStart.groups',
    ],
    [
      'a parameter',
      () => checkFlowStart({ flow, urns, params: { name: undefined } }),
      'flowStart.params.name',
    ],
    ['all parameters', () => checkFlowStart({ flow, urns, params: undefined }), 'flowStart.params'],
    [
      'an item',
      () => checkFlowStart({ flow, urns, params: { list: [1, undefined] } }),
      'flowStart.params.list[1]',
    ],
    [
      'a part, whose name may be that of a person',
      () => checkFlowStart({ flow, urns, params: { 'Amina D.': { age: undefined } } }),
      'flowStart.params.….age',
    ],
  ])('%s is refused', (_, check, where) => {
    expect(check).toThrow(
      expect.objectContaining({
        code: 'INVALID_INPUT',
        description: `${where} is empty: it refers to missing data.`,
      }),
    );
  });

  test('null and empty texts of parameters are values', () => {
    expect(checkFlowStart({ flow, urns, params: { a: null, b: '', c: [] } }).params).toEqual({
      a: null,
      b: '',
      c: [],
    });
  });
});

describe('a message', () => {
  const ONE = 'must be the uuid or a URN of one contact; for many, use sendBroadcast()';
  test.each<[value: object, sent: object]>([
    [{ contact: ` ${DASHLESS}` }, { contact: UUID }],
    [{ contact: ` ${AMINA} ` }, { contact: AMINA }],
    [{ text: 7 }, { text: 7 }],
    [
      { text: undefined, attachments: ['x'] },
      { text: undefined, attachments: ['x'] },
    ],
    [{ ticket: UUID }, { ticket: UUID }],
    [{ quick_replies: ['Yes'] }, { quick_replies: [{ type: 'text', text: 'Yes' }] }],
  ])('%j is sent as %j', (value, sent) => {
    expect(message(value)).toEqual({ contact: AMINA, text: 'Hi', ...sent });
  });

  test.each<[value: object, said: string]>([
    [{ contact: undefined }, `message.contact is missing: it ${ONE}.`],
    [
      { contact: [UUID] },
      'message.contact is a list within the list: write the inner one alone, as urns: () => util.phoneUrns(…).',
    ],
    [{ contact: { uuid: UUID } }, `message.contact ${ONE}. Use uuids: $.data.uuid.`],
    [{ contact: true }, `message.contact ${ONE}.`],
    [{ contact: '' }, 'message.contact is empty: it must be a uuid or a URN.'],
    [{ text: '' }, 'message has no text.'],
    [{ text: true }, 'message.text must be text.'],
    [{ text: 'Dear undefined' }, 'message.text contains "undefined": some of its data is missing.'],
    [
      { quick_replies: ['undefined'] },
      'message.quick_replies[0] contains "undefined": some of its data is missing.',
    ],
    [
      { text: 'Dear @contact.name' },
      'message.text contains @contact.name, an expression that sendMessage() does not fill in: people would read it as it is.',
    ],
    [
      { quick_replies: ['@contact'] },
      'message.quick_replies[0].text contains @contact, an expression that sendMessage() does not fill in: people would read it as it is.',
    ],
    [{ quick_replies: [null] }, 'message.quick_replies[0] is empty.'],
  ])('%j: %s', (value, description) => {
    expect(refusalOf(() => message(value))).toMatchObject({ code: 'INVALID_INPUT', description });
  });

  test('a contact that is no URN is refused, and words may be meant', () => {
    expect(refusalOf(() => message({ contact: 'Amina' }))?.code).toBe('INVALID_URN');
    const meant = {
      text: 'undefined @contact',
      quick_replies: [{ type: 'text', text: '@contact' }],
    };
    expect(message(meant, true)).toMatchObject(meant);
  });

  test('a near miss in a quick reply leads to the endpoint', () => {
    const fix = (check: () => unknown) => refusalOf(check)?.fix;
    expect(fix(() => message({ quick_replies: [{ txt: 'Yes' }] }))).toContain(
      'http.post("messages"',
    );
    expect(fix(() => broadcast({ quick_replies: [{ txt: 'Yes' }] }))).toContain(
      'http.post("broadcasts"',
    );
  });
});

describe('the pieces of bodies', () => {
  test('a name is text or a number, and not empty', () => {
    const group = namedBody('group', 'groups');
    expect(group({ name: 'Mothers' })).toEqual({ name: 'Mothers' });
    expect(group({ name: 7 })).toEqual({ name: 7 });
    expect(said(() => group({ name: ' ' }))).toBe('group.name is empty.');
    expect(said(() => group({ name: true }))).toBe('group.name must be text.');
    expect(said(() => group({}))).toBe('group.name must be text.');
    expect(said(() => group({ name: 'undefined' }))).toContain('group.name contains "undefined"');
    expect(said(() => group({ nam: 'A' }, 'groups[1]'))).toBe(
      'groups[1] has the unknown key "nam".',
    );
    expect(group({ name: 'undefined' }, undefined, true)).toEqual({ name: 'undefined' });
  });

  test('one that an answer contained may be written back', () => {
    const lines = captureConsole();
    const group = namedBody('group', 'groups');
    expect(group({ name: 'A', uuid: UUID, status: 'ready', count: 5 })).toMatchObject({ count: 5 });
    expect(lines).toEqual([
      'RapidPro: warning: group has keys that RapidPro returns but ignores: uuid, status, count.',
    ]);
  });

  const shapes = bodyCheck(
    'event',
    {
      unit: oneOf(['days', 'weeks']).optional(),
      owner: uuid('a user', ' or email').optional(),
      key: filled('the key of a field').optional(),
      other: name.optional(),
    },
    { resource: 'campaign_events' },
  );
  test.each<[value: object, said: string]>([
    [{ unit: 'day' }, 'event.unit must be one of days, weeks.'],
    [{ owner: 'Amina' }, 'event.owner must be the uuid of a user, not its name or email.'],
    [{ owner: 7 }, 'event.owner must be the uuid of a user.'],
    [{ key: ' ' }, 'event.key is empty: it must be the key of a field.'],
    [{ key: 7 }, 'event.key must be text.'],
  ])('%j: %s', (value, description) => {
    expect(said(() => shapes(value))).toBe(description);
  });

  test('texts are trimmed, and uuids as RapidPro writes them', () => {
    expect(shapes({ unit: 'days', owner: ` ${DASHLESS} `, key: ' due ' })).toEqual({
      unit: 'days',
      owner: UUID,
      key: 'due',
    });
    // Without texts to look at, such words pass.
    expect(shapes({ other: 'undefined' })).toEqual({ other: 'undefined' });
  });

  test('objects whose keys all have no value are left out', () => {
    const free = bodyCheck('body', {}, { resource: 'contacts' });
    const value = {
      a: { b: undefined },
      c: { d: undefined, e: null },
      f: [],
      g: [undefined],
      h: 0,
    };
    expect(Object.keys(free(value))).toEqual(['c', 'f', 'g', 'h']);
  });
});

describe('checks', () => {
  test('a path into a value', () => {
    expect(pathOf('contact', [])).toBe('contact');
    expect(pathOf('contact', ['urns', 1, 'x'])).toBe('contact.urns[1].x');
    expect(pathOf('contact', [Symbol('x')])).toBe('contact.Symbol(x)');
  });

  test('the type of a wrong value', () => {
    expect([typeName({}), typeName(null), typeName(7), typeName('')]).toEqual([
      'an object',
      'an object',
      'a number',
      'a string',
    ]);
  });

  test('the code of a refusal is the one given', () => {
    expect(refusalOf(() => check(name, true, 'options', 'INVALID_OPTION'))).toMatchObject({
      code: 'INVALID_OPTION',
      description: 'options must be text.',
    });
  });

  test('keys without a value are left out', () => {
    const left = withoutUndefined({ a: undefined, b: null, c: 0, d: '' });
    expect(Object.entries(left)).toEqual([
      ['b', null],
      ['c', 0],
      ['d', ''],
    ]);
  });

  test('amounts are written for people', () => {
    expect([0, 999, 1000, 20_000, 1_234_567].map(withCommas)).toEqual([
      '0',
      '999',
      '1,000',
      '20,000',
      '1,234,567',
    ]);
    expect([count(1, 'contact'), count(2, 'contact'), count(0, ['entry', 'entries'])]).toEqual([
      '1 contact',
      '2 contacts',
      '0 entries',
    ]);
    expect(count(1, ['entry', 'entries'])).toBe('1 entry');
  });
});

test('lines of the log say whose they are, and which are warnings', () => {
  const lines = captureConsole();
  log.info('It is read.');
  logOf('getContacts').info('10 contacts');
  logOf('getContacts').warn('None is left.');
  expect(lines).toEqual([
    'RapidPro: It is read.',
    'RapidPro: getContacts(): 10 contacts',
    'RapidPro: warning: getContacts(): None is left.',
  ]);
});

test('an argument that would be ignored is refused, unless nothing was given', () => {
  const options = { dryRun: true };
  const refused = (...given: unknown[]) =>
    refusalOf(() => refuseMore('deleteContacts', given, ['a', options]));
  expect(refused()).toBeUndefined();
  expect(refused('a', options)).toBeUndefined();
  expect(refused('a', undefined, options)).toBeUndefined();
  for (const more of [{ dryRun: true }, null, false, 'b']) {
    expect(refused('a', options, more)).toMatchObject({
      code: 'INVALID_INPUT',
      description: 'deleteContacts() got an argument too many.',
    });
  }
});

test('what came several times is counted', () => {
  const counts = new Map<string, number>();
  for (const status of ['sent', 'failed', 'sent', 'sent']) countIn(counts, status);
  expect([...counts]).toEqual([
    ['sent', 3],
    ['failed', 1],
  ]);
});
