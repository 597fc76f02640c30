import { describe, expect, test } from 'vitest';
import { maskUrn, personalTexts, plainDigits, redact, redactor } from '../../src/errors/redact.js';
import {
  cleanSentence,
  flattenErrors,
  isBusy,
  knownRefusal,
  pathCleaner,
} from '../../src/errors/refusals.js';
import { urnAdvice } from '../../src/errors/urnAdvice.js';
import { type Resource, resources } from '../../src/resources.js';

const UUID = '3c9f0d4e-0e41-4f6d-8a3c-1f2e3d4c5b6a';

test.each([
  ['tel:+250788123123', 'tel:…23'],
  ['tel:12345', 'tel:…45'],
  ['tel:1234', 'tel:…'],
  ['+250788123123', '…23'],
  ['1234', '…'],
  [':abcdef', '…ef'],
  ['abcdefghijkl:mnopqr', 'abcdefghijkl:…qr'],
  ['abcdefghijklm:nopqr', '…qr'],
])('a URN is masked to its scheme and its end: %s', (urn, masked) => {
  expect(maskUrn(urn)).toBe(masked);
});

describe('the texts of a request that are personal', () => {
  const of = (body: unknown, path = 'contacts') => personalTexts({ path, body: body as never });

  test('values of keys that hold a person’s data, and what follows a scheme', () => {
    expect(of({ urns: ['tel:+250788123123', ' x '], language: 'eng' })).toEqual([
      'tel:+250788123123',
      '+250788123123',
      'x',
    ]);
    expect(of({ urn: 'ext:ab' })).toEqual(['ext:ab']);
    expect(of({ urn: 'see ext:abc' })).toEqual(['see ext:abc']);
    expect(of({ urn: 'ext:abc def' })).toEqual(['ext:abc def']);
  });

  test('numbers, but no uuid, blank, null or boolean', () => {
    expect(of({ fields: { age: 34, id: UUID, a: '  ', b: null, c: true } })).toEqual(['34']);
    expect(of({ fields: { note: `see ${UUID}` } })).toEqual([`see ${UUID}`]);
    expect(of({ fields: { note: `${UUID} too` } })).toEqual([`${UUID} too`]);
  });

  test('keys that are no keys, and no type of a quick reply', () => {
    expect(of({ fields: { 'Uwase D': 'x', 'a.b-c_1': 'y' } })).toEqual([
      ...['Uwase D', 'Uwase', 'UWASE'],
      ...['x', 'y'],
    ]);
    expect(of({ fields: { DueDate: 'x' }, params: { DueDate: 'y' } })).toEqual(['x', 'y']);
    expect(of({ other: { 'a.b-c_1': 'x', Eva: 1 } })).toEqual(['x', 'Eva', '1']);
    expect(of({ quick_replies: [{ type: 'location', text: 'Here' }] })).toEqual(['Here']);
    expect(of({ fields: { type: 'x' } })).toEqual(['x']);
  });

  test('each part of a name, also in capitals, but no word of RapidPro’s', () => {
    expect(of({ name: 'Zoë Test Li 9abc' })).toEqual([
      'Zoë Test Li 9abc',
      'Zoë',
      'ZOË',
      '9abc',
      '9ABC',
    ]);
    expect(of({ name: 5 })).toEqual(['5']);
    expect(of({ name: 'Mothers' }, 'groups')).toEqual([]);
  });

  test('numbers of seven digits and more under other keys', () => {
    expect(of({ flow: '0788 123 123' })).toEqual(['0788 123 123']);
    expect(of({ flow: ['0788123123', 788123123, true] })).toEqual(['0788123123', '788123123']);
  });

  test('everything under keys that RapidPro does not have', () => {
    expect(of({ age: 34, id: UUID, code: 'A1', none: [null, true, ''] })).toEqual(['34', 'A1']);
    expect(of({ name: 'Births', 'Eva L': 1 }, 'patients')).toContain('Eva L');
    expect(of({ a: 'Eva Li 12 Goma' })).toEqual([
      'Eva Li 12 Goma',
      ...['Eva', 'EVA', 'Goma', 'GOMA'],
    ]);
    expect(of({ a: 'one two three four five six seven' })).toHaveLength(1);
    expect(of('Eva', 'patients')).toEqual(['Eva']);
    expect(of([{ a: 'Eva' }], 'patients')).toEqual(['Eva']);
    expect(of({ stopped: 34, uuid: UUID, flow: 'A0788123123', status: '0788123123_1' })).toEqual(
      [],
    );
  });

  test('what describes a contact in answers, if it is written back', () => {
    expect(of({ notes: [{ text: 'HIV positive' }] })).toEqual(['HIV positive']);
    expect(of({ anon_display: '0000A7' })).toContain('0000A7');
    expect(of({ ref: 'C34' })).toContain('C34');
  });

  /** Keys whose values an error may show. A new key of an endpoint belongs here, or in PERSONAL_KEYS. */
  const SHOWN = new Set(
    'agent_access archived base_language blocked broadcast campaign channel count counts created_on delivery_hour direction exclude_active featured flow group groups id key label labels language last_seen_on media modified_on offset priority progress query relative_to restart_participants resthook sent_on status stopped system target_url type unit usages uuid value_type visibility'.split(
      ' ',
    ),
  );
  const answered = Object.entries(resources).flatMap(
    ([path, { answers = [] }]: [string, Resource]) => answers.map(key => [path, key] as const),
  );
  test.each(answered)(
    'a key that %s answer with is shown or personal, by decision: %s',
    (path, key) => {
      // The name of a group comes from the author of the job.
      const isShown = SHOWN.has(key) || (key === 'name' && path !== 'contacts');
      expect(of({ [key]: 'Zuri' }, path).length === 0).toBe(isShown);
    },
  );

  test('the name of a file, unless it says nothing', () => {
    const named = (filename: string) =>
      personalTexts({
        path: 'media',
        file: { bytes: new Uint8Array(), filename, type: 'image/png' },
      });
    expect(named('Eva Li.png')).toEqual(['Eva Li', 'Eva', 'EVA']);
    expect(named('eva.li@clinic')).toEqual(['eva.li@clinic', 'eva', 'EVA', 'clinic', 'CLINIC']);
    expect(named('Photo.JPEG')).toEqual([]);
  });

  test('in the query too, and however deep', () => {
    const deep = (levels: number) =>
      JSON.parse(`{"params":${'['.repeat(levels)}"x"${']'.repeat(levels)}}`);
    expect(personalTexts({ path: 'contacts', query: { urn: 'ext:7' } })).toEqual(['ext:7']);
    expect(personalTexts({ path: 'contacts', body: null })).toEqual([]);
    expect(of(deep(50))).toEqual(['x']);
    expect(of(deep(51))).toEqual(['x']);
    expect(of(deep(3000))).toEqual(['x']);
  });
});

describe('what is masked though nobody sent it', () => {
  test.each([
    ['see tel:+250788123123 now', 'see tel:…23 now'],
    ['see TEL:+250788123123', 'see TEL:…23'],
    ['xtel:12 is no scheme', 'xtel:12 is no scheme'],
    ['+250 788-123.123', '…23'],
    ['+1234', '+1234'],
    ['1234567 and 12345678', '1234567 and …78'],
    [`see ${UUID}`, `see ${UUID}`],
    ['from amina@example.org <b@c.example>', 'from … <…>'],
  ])('%s', (text, shown) => {
    expect(redact(text)).toBe(shown);
  });
});

describe('how much of a refusal is read and shown', () => {
  test('three hundred letters of a text', () => {
    expect(redact('x '.repeat(150))).toBe('x '.repeat(150).trim());
    expect(redact('xy'.repeat(150))).toBe('xy'.repeat(150));
    expect(redact('xy'.repeat(151))).toBe(`${'xy'.repeat(150)}…`);
    // No letter of two halves is cut, at the end or before it.
    expect(redact('🦄'.repeat(151))).toBe(`${'🦄'.repeat(150)}…`);
    expect(redact(`x${'🦄'.repeat(151)}`)).toBe(`x${'🦄'.repeat(149)}…`);
  });

  test('a cut text ends three words before the cut', () => {
    const clean = redactor();
    const cut = clean(`${'\u200b'.repeat(1980)}one two three four five six`);
    expect(cut).toBe('one two …');
    expect(redactor()(`${'\u200b'.repeat(1995)}one two`)).toBe('…');
  });

  test('eight thousand of all texts together', () => {
    const clean = redactor();
    const texts = Array.from({ length: 5 }, () => clean(`Not valid ${'\u200b'.repeat(1990)}`));
    expect(texts).toEqual([...Array(4).fill('Not valid'), '…']);
  });
});

describe('digits', () => {
  test.each([
    ['+250 (788) 12', '25078812'],
    ['٠٧٨٨', '0788'],
    ['९०', '90'],
    ['0788%20123&#160;9', '07881239'],
    ['０９', '09'],
    ['1²½①', '1'],
    ['𝟎𝟗𝟘𝟡𝟢𝟫𝟬𝟵𝟶𝟿', '0909090909'],
    ['none', ''],
  ])('of %s', (text, digits) => {
    expect(plainDigits(text)).toBe(digits);
  });

  test('a number is known by its last seven, wherever they are in a run', () => {
    expect(redact('00250788123123', ['0788123123'])).toBe('…23');
    expect(redact('8123123', ['0788123123'])).toBe('…23');
    expect(redact('81231234', ['0788123123'])).toBe('…34');
    expect(redact('812312', ['0788123123'])).toBe('812312');
    expect(redact('812-3123', ['no number', '123456'])).toBe('812-3123');
    expect(redact('812-3123', ['no', '788,12,31,23'])).toBe('812-3123');
  });
});

describe('escapes are undone', () => {
  test.each([
    ['\\u0041\\U00e9', 'Aé'],
    ['\\u004', '\\u004'],
    ['&#x41;&#X1F984;', 'A🦄'],
    ['&#65;&#129412;', 'A🦄'],
    ['&#x110000;', '�'],
    ['&#x10ffff;', '\u{10ffff}'],
    ['&#1114112;', '�'],
    ['&#65', '&#65'],
    ['Am&eacute;lie&nbsp;&Ccedil;. &lt;b&gt;', 'Amélie Ç. <b>'],
    ['Am&amp;eacute;lie &amp; Jos&amp;#233;', 'Amélie & José'],
    ['&eacut; &constructor;', '&eacut; &constructor;'],
    ['Ame\u0301lie', 'Amélie'],
  ])('%s', (text, plain) => {
    expect(redact(text)).toBe(plain);
  });
});

describe('echoes', () => {
  const drop = (sent: string[], text: string, token = '') => redact(text, sent, [token]);

  test.each([
    ['one two three', 'say one two three four', 'say … four'],
    ['one two three four', 'say two three four', 'say …'],
    ['one two three four five', 'say two three four, five', 'say …'],
    ['one two three four', 'say one two and three four', 'say one two and three four'],
    ['one two', 'one two one', '… one'],
    ['May', 'you may, May', 'you may, …'],
    ['Maya K', 'maya k', '…'],
    ['Amina', 'amina AMINA', '… …'],
    ['abc', 'an abcd', 'an abcd'],
    ['', 'nothing was sent', 'nothing was sent'],
    ['...', 'a ... b', 'a ... b'],
    ['abc:abcdef', 'see abc:abcdef!', 'see abc:…ef!'],
    ['Eva tel:+250788123123', 'see Eva tel:+250788123123', 'see …'],
  ])('of %j in %j', (sent, text, shown) => {
    expect(drop([sent], text)).toBe(shown);
  });

  test.each(['NFC', 'NFD'] as const)('of what was sent as %s, in any form', form => {
    const name = 'Amélie Uwimana';
    const sent = personalTexts({ path: 'contacts', body: { name: name.normalize(form) } });
    for (const echo of [
      name,
      name.normalize('NFD'),
      'Amélie',
      'Am&eacute;lie&nbsp;Uwimana',
      encodeURIComponent(name.normalize('NFD')),
    ]) {
      expect(redact(`Value "${echo}" is not valid.`, sent)).toBe('Value "…" is not valid.');
    }
    const token = 'sécret-of-the-hook';
    expect(redact(`x=${token.normalize('NFD')}`, [], [token.normalize(form)])).toBe('…');
  });

  test.each([
    ['Value "Amélie Uwim…" is not valid.', 'Value "… …" is not valid.'],
    ['Value "Amélie Uwim..." is not valid.', 'Value "… …" is not valid.'],
    ['Value "Amélie Uwim" is not valid.', 'Value "… …" is not valid.'],
    ['Too long… see Amélie, not them.', 'Too long… see …, not them.'],
    ['It is Amélie: wait...', 'It is …: wait...'],
  ])('of a name that is cut within a word: %s', (text, shown) => {
    expect(drop(['Amélie Uwimana', 'Amélie', 'Uwimana'], text)).toBe(shown);
  });

  test('rows do not go on from one text to the next', () => {
    expect(drop(['one two', 'three four'], 'two three')).toBe('two three');
  });

  test('two in a text are left out with what is between them kept', () => {
    expect(drop(['one', 'two'], 'one, and two; end')).toBe('…, and …; end');
  });

  test.each([
    ['eight letters of the token', 'abcdefgh', '…'],
    ['in capitals', 'xxABCDEFGHyy', '…'],
    ['from its end', 'ijklmnop', '…'],
    ['seven of them', 'abcdefg', 'abcdefg'],
    ['in base64', Buffer.from('abcdefghij').toString('base64'), '…'],
    ['in hex', Buffer.from('abcdefghij').toString('hex'), '…'],
    ['in hex behind another digit', `a${Buffer.from('abcdefghij').toString('hex')}`, '…'],
    ['for an address', 'x=%61bcdefgh', '…'],
    ['with what is no escape', '%zz+abcdefg', '%zz+abcdefg'],
    ['with half an escape', '%e0%+bcdefgh', '%e0%+bcdefgh'],
  ])('of the token: %s', (_, word, shown) => {
    expect(drop([], word, 'abcdefghijklmnop')).toBe(shown);
  });

  test('one of eight letters is found in capitals too', () => {
    expect(drop([], 'a ABCDEFGH b', 'abcdefgh')).toBe('a … b');
  });

  test('a short token is left out as it is', () => {
    expect(drop([], 'a abc-12 b ABC-12', 'abc-12')).toBe('a … b ABC-12');
  });

  test('a part of one with spaces is found as an address has it', () => {
    expect(drop([], 'x=right+horse+batt', 'right horse battery')).toBe('…');
  });

  test('in another form, only long ones count', () => {
    const hidden = (text: string) => Buffer.from(`xx ${text} yy zz`).toString('base64');
    expect(drop(['Uwase'], hidden('Uwase'))).toBe('…');
    expect(drop(['Eva'], hidden('Eva'))).toBe(hidden('Eva'));
    expect(drop(['Eva Li'], 'a=Eva%20Li')).toBe('…');
  });

  test('of a large request, each word that occurs in it is left out', () => {
    const large = `Uwase wrote ${'abc '.repeat(12_500)}`;
    expect(drop([large], 'UWASE is here, too')).toBe('… is here, too');
    expect(drop([large.slice(0, 50_000)], 'wrote Uwase')).toBe('wrote Uwase');
    // Ten times a million letters are searched, and no more.
    const words = Array.from({ length: 12 }, (_, place) => `q${place}`);
    expect(drop(['x'.repeat(1_000_000)], `${words.join(' ')}, q1`)).toBe(
      `${words.slice(0, 10).join(' ')} …, q1`,
    );
    expect(drop(['x'.repeat(2_000_000)], 'kept')).toBe('kept');
    expect(drop(['x'.repeat(2_000_001)], 'not kept')).toBe('…');
  });
});

describe('RapidPro’s own sentences', () => {
  const clean = (text: string) => `<${text}>`;

  test.each([
    ['This field is required.', 'This field is required.'],
    ['This field is required. Amina', '<This field is required. Amina>'],
    ['Invalid URN: x', 'Invalid URN: <x>'],
    ['Invalid URN: ', 'Invalid URN: '],
    ['"x" is not a valid choice.', '<"x"> is not a valid choice.'],
    ['Amina', '<Amina>'],
    ['', '<>'],
  ])('%s', (text, shown) => {
    expect(cleanSentence(text, clean)).toBe(shown);
  });

  test.each([
    ['urns[250788123123]', '<urns[250788123123]>'],
    ['fields.0788.123.123', 'fields.<0788.123.123>'],
    ['fields.0788.123.123.age', 'fields.<0788.123.123>.age'],
    ['fields[7][881].231', 'fields[7]<[881].231>'],
    ['fields[078]', '<fields[078]>'],
    ['Amina[3].age', '<Amina[3]>.age'],
    ['fields.age.', 'fields.age.'],
  ])('what is no key and no place in a list is cleaned as one text: %s', (path, shown) => {
    expect(pathCleaner({ fields: { age: 1 } }, clean)(path)).toBe(shown);
  });

  test('a long one has been sent', () => {
    const own = (length: number) => 'Invalid URN: '.padEnd(length, 'x');
    expect(cleanSentence(own(400), clean)).toBe(`Invalid URN: <${'x'.repeat(387)}>`);
    expect(cleanSentence(own(401), clean)).toBe(`<${own(401)}>`);
  });

  test('a path keeps its places and the keys that were sent', () => {
    const sent = { fields: { age: [{ deep: 1 }], Amina: 1, [`k${'x'.repeat(41)}`]: 1 } };
    const path = pathCleaner(sent, clean);
    expect(path('fields.age[0].deep')).toBe('fields.age[0].deep');
    expect(path('[0].fields[999].age')).toBe('[0].fields[999].age');
    expect(path('fields.Amina')).toBe('fields.<Amina>');
    expect(path(`k${'x'.repeat(41)}`)).toBe(`<k${'x'.repeat(41)}>`);
    expect(pathCleaner(null, clean)('a')).toBe('<a>');
    expect(pathCleaner([['x']], clean)('0')).toBe('<0>');
    const nested = (levels: number) =>
      JSON.parse(`${'{"a":'.repeat(levels)}{"end":1}${'}'.repeat(levels)}`);
    expect(pathCleaner(nested(6), clean)('end')).toBe('end');
    expect(pathCleaner(nested(7), clean)('end')).toBe('<end>');
  });
});

describe('refusals', () => {
  const taken = { path: 'urns', text: 'URN is in use by another contact.' };
  const invalid = { path: 'urns', text: 'URN is not valid.' };

  test('a meaning is known if all sentences have it', () => {
    expect(knownRefusal([taken])?.code).toBe('URN_TAKEN');
    expect(knownRefusal([taken, taken])?.code).toBe('URN_TAKEN');
    expect(knownRefusal([taken, invalid])).toBeUndefined();
    expect(knownRefusal([taken, { path: '', text: 'Non.' }])).toBeUndefined();
    expect(knownRefusal([])).toBeUndefined();
    expect(knownRefusal([{ path: '', text: `${'x'.repeat(2000)}${taken.text}` }])).toBeUndefined();
  });

  test('one that is temporary is enough', () => {
    const busy = { path: '', text: 'Event is currently being scheduled.' };
    expect(isBusy([taken, busy])).toBe(true);
    expect(isBusy([taken])).toBe(false);
    expect(isBusy([{ path: '', text: `${'x'.repeat(2000)}${busy.text}` }])).toBe(false);
  });

  test('a body is followed eight levels deep, and to fifty errors', () => {
    const deep = (levels: number) =>
      JSON.parse(`${'{"a":'.repeat(levels)}"x"${'}'.repeat(levels)}`);
    expect(flattenErrors(deep(8))).toHaveLength(1);
    expect(flattenErrors(deep(9))).toHaveLength(0);
    expect(flattenErrors(JSON.parse(`${'['.repeat(8)}"x"${']'.repeat(8)}`))).toHaveLength(1);
    expect(flattenErrors(JSON.parse(`${'['.repeat(9)}"x"${']'.repeat(9)}`))).toHaveLength(0);
    expect(flattenErrors(Array(51).fill('x'))).toHaveLength(50);
    expect(flattenErrors('x')).toEqual([]);
    expect(flattenErrors(null)).toEqual([]);
  });

  test.each<[unknown, string, string]>([
    [{ detail: 'x' }, '', 'x'],
    [{ non_field_errors: ['x'] }, '', 'x'],
    [{ a: { detail: 'x' } }, 'a.detail', 'x'],
    [{ a: { 1: { b: ['x'] } } }, 'a[1].b', 'x'],
    [{ a: { '1b': 'x' } }, 'a.1b', 'x'],
    [{ a: { b1: 'x' } }, 'a.b1', 'x'],
    [{ a: [null, { b: 0 }] }, 'a[1].b', '0'],
    [{ a: { 999: 'x' } }, 'a[999]', 'x'],
    [{ a: { 1000: 'x' } }, 'a.1000', 'x'],
    [{ a: { '078': 'x' } }, 'a.078', 'x'],
    [{ 250788123123: 'x' }, '250788123123', 'x'],
  ])('%j is at %j', (body, path, text) => {
    expect(flattenErrors(body)).toEqual([{ path, text }]);
  });
});

test.each([
  ['tel:x', 'country code'],
  [' TWITTER: a', 'twitter:unicef'],
  ['my twitter:a', 'a scheme and an address'],
  ['twitter', 'a scheme and an address'],
  ['', 'a scheme and an address'],
])('how to write %j', (urn, advice) => {
  expect(urnAdvice(urn)).toContain(advice);
});
