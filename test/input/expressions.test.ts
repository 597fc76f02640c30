import { describe, expect, test } from 'vitest';
import { expressionEnd, refuseExpressions } from '../../src/input/expressions.js';

/** What is said about an expression, without a server. What RapidPro fills in is tested with the operations. */

type ExpressionPlace = Parameters<typeof refuseExpressions>[2];

function refused(value: unknown, place: ExpressionPlace = 'broadcast') {
  try {
    refuseExpressions(value, 'text', place);
    return undefined;
  } catch (error) {
    return error as { code: string; description: string; fix: string };
  }
}

test.each([
  ['a) b', 'a)'],
  ['a(b)c) d', 'a(b)c)'],
  ['")") d', '")")'],
  ['"\\")" & 1) d', '"\\")" & 1)'],
  ['\\)) d', '\\))'],
  ['"a" & (")" & "(")) d', '"a" & (")" & "("))'],
  ['a(b) d', 'a(b) d'],
  ['"a) d', '"a) d'],
  ['', ''],
])('an expression in brackets that goes on with %j ends with %j', (text, inner) => {
  expect(expressionEnd(`@(${text}`, 2)).toBe(2 + inner.length);
});

test.each<[value: unknown, where: string]>([
  ['@contact.nmae', 'text'],
  [{ eng: 'Hi', fra: '@contact.nmae' }, 'text.fra'],
  [['Yes', '@contact.nmae'], 'text[1]'],
  [{ eng: ['Yes', { a: '@contact.nmae' }] }, 'text.eng[1].a'],
  // A key can be the name of a person.
  [{ 'Amina Diallo': '@contact.nmae' }, 'text.…'],
])('%j: the error says where', (value, where) => {
  expect(refused(value)).toMatchObject({
    code: 'INVALID_INPUT',
    description: expect.stringMatching(
      new RegExp(`^${where.replace(/[[\].]/g, '\\$&')} contains @contact.nmae, which RapidPro`),
    ),
    fix: expect.stringMatching(/^Nothing was sent\. .*literal: true/),
  });
});

test.each([undefined, null, 7, true, {}, [], '', 'Hi', 'info@example.org', { eng: null }])(
  '%j has none',
  value => {
    for (const place of ['message', 'broadcast', 'flow'] as const) {
      expect(refused(value, place)).toBeUndefined();
    }
  },
);

describe('what is shown of an expression is no name and no number', () => {
  test.each([
    ['@contact.Amina_Diallo_0788123123_and_more_that_is_long', '@contact.…'],
    ['@contact.urns.Amina', '@contact.urns.…'],
    ['@contact.name.Amina.Diallo', '@contact.name.…'],
    ['@urns.0', '@urns.0'],
    ['@contacts', undefined],
  ])('%s: %s', (text, shown) => {
    const found = refused(text);
    if (shown === undefined) expect(found).toBeUndefined();
    else expect(found?.description).toContain(`text contains ${shown}, which RapidPro does`);
  });
});

describe('where a text goes decides what is filled in', () => {
  const ofFlow = 'Only flows have it';
  test.each<[string, ExpressionPlace, string | undefined]>([
    ['Hi @contact', 'message', '@contact,'],
    ['Hi @contact.name', 'message', '@contact.name'],
    ['Hi @(upper(contact.name))', 'message', '@(…)'],
    ['Hi @(1 + 1)', 'message', '@(…)'],
    ['Hi @fields.age', 'message', '@fields.age'],
    ['Hi @results.age', 'message', '@results.age'],
    ['Please @contact us', 'message', undefined],
    ['Hi @@contact.name', 'message', undefined],
    ['Write to info@contact.org', 'message', undefined],
    ['Follow @amina', 'message', undefined],
    ['Hi @( see below )', 'message', undefined],
    ['Hi @contact.name', 'broadcast', undefined],
    ['You said @results.age', 'broadcast', ofFlow],
    ['You said @results.age', 'flow', undefined],
    ['Follow @results', 'broadcast', undefined],
    ['Dear @contact.nmae', 'flow', '@contact.nmae'],
  ])('%s in a %s: %s', (text, place, said) => {
    const found = refused(text, place);
    if (said === undefined) expect(found).toBeUndefined();
    else expect(`${found?.description} ${found?.fix}`).toContain(said);
  });
});

describe('what to write instead', () => {
  const meant = (path: string) => `Did you mean @${path}?`;
  const field = (key: string) => `If it is a contact field, write @fields.${key}.`;
  const WHOLE =
    'RapidPro knows the whole name, @contact.name, and its first word, @contact.first_name.';
  const NO_PARTS =
    '@contact.name has no parts. If a new sentence begins after the period, put a space between them.';
  const address = (scheme: string) =>
    `The contact's address is @urns.${scheme}; as people write it, @(format_urn(urns.${scheme})).`;
  const list = (name: string) =>
    `@contact.${name} is a list: @contact.${name}.0 is its first item.`;

  test.each<[text: string, shown: string, fix: string]>([
    ['Dear @contact.firstname', '@contact.firstname', meant('contact.first_name')],
    ['On @contact.phone', '@contact.phone', address('tel')],
    ['On @contact.phone_number', '@contact.phone_number', address('tel')],
    ['On @contact.whatsapp', '@contact.whatsapp', address('whatsapp')],
    ['In @contact.village', '@contact.village', field('village')],
    ['In @contact.village__', '@contact.village__', field('village__')],
    ['In @contact.Aïssatou', '@contact.…', field('key')],
    ['Dear @contact.last_name', '@contact.last_name', WHOLE],
    ['Dear @contact.familyname', '@contact.familyname', WHOLE],
    // Other words that contain such a name are fields.
    ['Dear @contact.my_last_name_x', '@contact.my_last_name_x', field('my_last_name_x')],
    ['To @contact.my_surname', '@contact.my_surname', field('my_surname')],
    ['To @contact.surname_of_head', '@contact.surname_of_head', field('surname_of_head')],
    ['Dear @contact.name.Come', '@contact.name.…', NO_PARTS],
    ['In @contact.groups.name', '@contact.groups.…', list('groups')],
    // A scheme has a meaning in the list of URNs only.
    ['In @contact.groups.tel', '@contact.groups.…', list('groups')],
    ['On @contact.urns.tel', '@contact.urns.…', meant('urns.tel')],
    ['On @contact.urns.first', '@contact.urns.…', list('urns')],
    ['In @contact.groups.first2', '@contact.groups.…', list('groups')],
    ['In @contact.groups.2nd', '@contact.groups.…', list('groups')],
    ['On @urns.phone', '@urns.phone', meant('urns.tel')],
    ['On @urns.phone_number', '@urns.phone_number', meant('urns.tel')],
    ['On @urns.whatsap', '@urns.whatsap', meant('urns.whatsapp')],
    ['On @urns.12', '@urns.12', meant('contact.urns.12')],
    [
      'Dear @contact.nameครับ',
      '@contact.…',
      'Letters follow without a space: write @(contact.name).',
    ],
    ['Dear @contact.namesครับ', '@contact.…', field('key')],
    ['Dear @contact.ครับname', '@contact.…', field('key')],
    ['Dear @contact.1234', '@contact.…', field('key')],
    ['Dear @contact.123', '@contact.123', field('key')],
    ['Dear @contact.a123é', '@contact.…', field('key')],
    ['Dear @contact.1é', '@contact.…', field('key')],
    ['Dear @contacts.name', '@contacts.name', meant('contact.name')],
    ['Dear @contacts.First_Name', '@contacts.First_Name', meant('contact.first_name')],
    ['@(contact.firstname)', '@contact.firstname', meant('contact.first_name')],
    ['@(upper(contact.firstname) & "x")', '@contact.firstname', meant('contact.first_name')],
    ['@(format_urn(urns.phone)) "', '@urns.phone', meant('urns.tel')],
    ['@(if(true, contact.nme, "contact.name"))', '@contact.nme', meant('contact.name')],
    ['@(1) @(2) @contact.nme', '@contact.nme', meant('contact.name')],
    ['@@ @(1 + 1) @@contact @urns.phone', '@urns.phone', meant('urns.tel')],
  ])('%s', (text, shown, fix) => {
    const error = refused(text);
    expect(error?.description).toContain(`text contains ${shown}, which RapidPro does`);
    expect(error?.fix).toBe(
      `Nothing was sent. ${fix} If you really mean this text, use the option { literal: true }.`,
    );
  });

  test.each([
    ['info@contact.org', 'contact.org'],
    ['9@urns.phone', 'urns.phone'],
    ['é@contact.org', 'contact.org'],
  ])('%s may be an address', (text, path) => {
    expect(refused(text)).toMatchObject({
      description: expect.stringContaining(`@${path}`),
      fix: expect.stringContaining(
        'Nothing was sent. If this is an address, write @@ in place of @. ',
      ),
    });
  });

  test.each(['(@contact.org)', ' @contact.org', '@contact.org', '-@contact.org', '@(contact.org)'])(
    '%s is none',
    text => {
      expect(refused(text)?.fix).not.toContain('address');
    },
  );

  test.each([
    ['Dear @contact.nmae', true],
    ['You said @contacts.name', false],
  ])('%s leaves a gap: %j', (text, isGap) => {
    expect(refused(text)?.description.includes('would read nothing in its place')).toBe(isGap);
    expect(refused(text)?.description.includes('would read it as it is')).toBe(!isGap);
  });
});

test.each([
  '@contact',
  '@contact.name. Come',
  '@contact.__default__',
  '@contact.name @CONTACT.NAME',
  '@contact.urns.0 @contact.groups.12.name @contact.channel.name @contact.fields.village',
  '@urns.tel @urns.signal @urns @urns.ext @urns.signal2 @urns.2signal',
  // No roots, and no properties of contacts.
  'me@contacts.name @contacts.org @contacts @clinic.rw @clinic.name @foo.phone @foo.0',
  '@@contact.firstname info@@contact.org @@(contact.firstname)',
  '@(if(true, "@contact.firstname", "contact.firstname"))',
  '@("contact.firstname" & "x")',
  '@(if(true, "contact.name.x", "contacts.name.x"))',
  '@(upper(fields.contact.firstname))',
  '@(join(foreach(array("a"), (contact) => contact.firstname), " "))',
  '@(contact.firstname',
  'contact.firstname) @(1)',
  '(contact.firstname) @',
  '@(contact.name) contact.firstname',
])('%s has nothing to refuse', text => {
  expect(refused(text)).toBeUndefined();
  expect(refused(text, 'flow')).toBeUndefined();
});

test.each<[text: string, place: ExpressionPlace, shown: string]>([
  ['Hi @contact', 'message', '@contact,'],
  ['Hi @contact.name', 'message', '@contact.name,'],
  ['You said @results.age.value', 'broadcast', '@results.age.…,'],
])('%s in a %s is shown with one sign', (text, place, shown) => {
  expect(refused(text, place)?.description).toContain(`text contains ${shown}`);
});
