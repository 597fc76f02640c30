import { describe, expect, test } from 'vitest';
import * as util from '../../src/util.js';
import { cpuTime } from '../support/cpuTime.js';
import { thrownBy } from './thrown.js';

const codeOf = (run: () => unknown) => {
  try {
    return run();
  } catch (error) {
    return (error as { code: string }).code;
  }
};

describe('util.phoneUrn', () => {
  test.each([
    ['0788 123 123', 'RW', 'tel:+250788123123'],
    ['+250 788-123-123', 'RW', 'tel:+250788123123'],
    ['00250788123123', 'RW', 'tel:+250788123123'],
    ['250788123123', 'rw', 'tel:+250788123123'],
    ['tel:0788123123', 'RW', 'tel:+250788123123'],
    ['٠٧٨٨١٢٣١٢٣', 'RW', 'tel:+250788123123'],
    ["'0788123123", 'RW', 'tel:+250788123123'],
    ['+44 (0)20 7946 0018', 'RW', 'tel:+442079460018'],
    // What a spreadsheet makes of numbers.
    [788123123, 'RW', 'tel:+250788123123'],
    [250788123123, 'RW', 'tel:+250788123123'],
    ['788123123', 'RW', 'tel:+250788123123'],
    ['250788123123.0', 'RW', 'tel:+250788123123'],
    ['788123123,00', 'RW', 'tel:+250788123123'],
    ['2.50788123123E+11', 'RW', 'tel:+250788123123'],
    ['7.88123123e8', 'RW', 'tel:+250788123123'],
    // The zero belongs to the number there.
    ['708123456', 'CI', 'tel:+2250708123456'],
    ['191234567', 'BJ', 'tel:+2290191234567'],
    ['TEL:0788123123', 'RW', 'tel:+250788123123'],
    ['Tel: 0788123123', 'RW', 'tel:+250788123123'],
    ['WhatsApp:250788123123', 'RW', 'tel:+250788123123'],
    [' tel:0788123123 ', 'RW', 'tel:+250788123123'],
    // A plus counts in brackets, too.
    ['(+220) 301 2345', 'RW', 'tel:+2203012345'],
    ['( +220) 301 2345', 'RW', 'tel:+2203012345'],
    // Somebody abroad has a plus or zeros.
    ['+27821000000', 'RW', 'tel:+27821000000'],
    ['0027821000000', 'RW', 'tel:+27821000000'],
    ['tel:+27821000000', 'RW', 'tel:+27821000000'],
    // Without plus: the country's own.
    ['11987654321', 'BR', 'tel:+5511987654321'],
    ['13812345678', 'CN', 'tel:+8613812345678'],
    ['9198765432', 'IN', 'tel:+919198765432'],
    ['77012345678', 'RU', 'tel:+77012345678'],
    ['4915112345678', 'DE', 'tel:+4915112345678'],
    // One of Indonesia and one of Japan.
    ['81234567890', 'ID', 'INVALID_URN'],
  ])('%s of %s is %s', (text, country, urn) => {
    expect(codeOf(() => util.phoneUrn(text, country))).toBe(urn);
  });

  test.each([
    ['2.50788E+11', /has lost some of its digits/],
    ['250788123123.5', /spreadsheet/],
    [250788123123.5, /decimals/],
    ['0788 123', /too few digits for RW/],
    ['078812312345', /too many digits for RW/],
    ['+999123456', /phone number has an unknown country code/],
    ['0188 123 123', /not a valid number/],
    ['0788 123 123 / 0722 123 123', /several phone numbers/],
    ['0788123123 (2)', /digits next to/],
    ['Amina 0788123123', /words/],
    ['0788123123 ext 12', /letters or an extension/],
    ['#N/A', /has no digits/],
    ['-', /has no digits/],
    ['O788123123', /letters among its digits/],
    ['', /is empty/],
    [undefined, /is undefined: there is no column or key with this name/],
    [null, /is empty/],
    [{}, /must be text or a number/],
  ])('%j is refused, without being shown', (text, said) => {
    const invalid = () => util.phoneUrn(text, 'RW');
    expect(invalid).toThrow(said);
    // The fix has a number of its own, as an example.
    expect(thrownBy(invalid).description).not.toMatch(/0?788[ -]?123/);
    expect(codeOf(invalid)).toBe('INVALID_URN');
    expect(util.phoneUrn(text, 'RW', { ifInvalid: 'null' })).toBeNull();
  });

  test('the error of two readings names both, all but their last digits hidden', () => {
    expect(() => util.phoneUrn('81234567890', 'ID')).toThrow('can be +62…90 or +81…90');
  });

  test.each([
    ['3931234567', 'IT', 'can be +39…67 with 12 digits or with 13.'],
    ['3316240591', 'IT', 'can be +39…91 with 12 digits or with 13.'],
    ['7896425', 'GA', 'can be +241…25 with 10 digits or with 11.'],
    // A mobile number without its zero begins with the digits of its country.
    ['841995212', 'VN', 'can be +84…12 with 9 digits or with 11.'],
    ['95296389', 'MM', 'can be +95…89 with 8 digits or with 10.'],
    ['3909976506', 'IT', 'can be +39…06 with 10 digits or with 12.'],
  ])('%s: where they look alike, their length tells them apart', (text, country, said) => {
    const invalid = () => util.phoneUrn(text, country);
    expect(invalid).toThrow(said);
    expect(invalid).not.toThrow(text.slice(1, -2));
  });

  test.each([
    ['0812-3456-7890-1', 'ID'],
    ['021 123 4567-1', 'NZ'],
    ['041 2345678-1', 'FI'],
  ])('%j of %s may be a number and its place in a list, or a longer one', (text, country) => {
    expect(codeOf(() => util.phoneUrn(text, country))).toBe('INVALID_URN');
  });

  // People abroad write their numbers so, with the calling code in the first group: in Brussels, Budapest, Auckland.
  test.each([
    ['322 7060122', 'US'],
    ['(321) 6160064', 'US'],
    ['361 2025216', 'US'],
    ['649 8058444', 'MX'],
    ['138/55123456', 'CN'],
  ])('%j of %s may be of another country', (text, country) => {
    expect(codeOf(() => util.phoneUrn(text, country))).toBe('INVALID_URN');
  });

  test.each([
    // With a country code, the digits are a number of Belgium, the United States, Iran or the Falkland Islands.
    ['(321) 616-0064', 'US', 'tel:+13216160064'],
    ['321-616-0064', 'US', 'tel:+13216160064'],
    ['321 616 0064', 'US', 'tel:+13216160064'],
    ['138 5512 3456', 'CN', 'tel:+8613855123456'],
    ['138-5512-3456', 'CN', 'tel:+8613855123456'],
    ['321 4751938', 'CO', 'tel:+573214751938'],
    ['954 261 571', 'PE', 'tel:+51954261571'],
    ['9 8179 8702', 'CL', 'tel:+56981798702'],
    ['5006 6746', 'GT', 'tel:+50250066746'],
    ['68 56 81 76', 'TD', 'tel:+23568568176'],
    // With the zero that a number cell drops, a landline.
    ['393 123 4567', 'IT', 'tel:+393931234567'],
    ['393 1234567', 'IT', 'tel:+393931234567'],
    ['393 123 4560', 'IT', 'tel:+393931234560'],
    ['(393) 123-4567', 'IT', 'tel:+393931234567'],
    ['tel:393.123.4567', 'IT', 'tel:+393931234567'],
    [' ٣٩٣ ١٢٣ ٤٥٦٧ ', 'IT', 'tel:+393931234567'],
  ])('%j of %s is plainly a number of the country', (text, country, urn) => {
    expect(util.phoneUrn(text, country)).toBe(urn);
    expect(util.phoneUrns(text, country)).toEqual([urn]);
    // Without its groups, nobody knows.
    const digits = util.phoneUrn(urn, country)?.slice(-text.replace(/\P{Nd}/gu, '').length) ?? '';
    expect(codeOf(() => util.phoneUrn(digits, country))).toBe('INVALID_URN');
    expect(codeOf(() => util.phoneUrn(Number(digits), country))).toBe('INVALID_URN');
  });

  test.each([
    // A group ends where a calling code does.
    ['32 16 16 00 64', 'US'],
    ['(32) 161 60064', 'US'],
    ['32-16160064', 'US'],
    ['1 385 512 3456', 'CN'],
    ['1-385-512-3456', 'CN'],
    // A code and an area are often one group. No groups of the country end there, or others do not.
    ['3216 160 064', 'US'],
    ['32161 60064', 'US'],
    ['321 61 60064', 'US'],
    ['1385 512 3456', 'CN'],
    ['1385-5123456', 'CN'],
    ['1385512-3456', 'CN'],
    ['393 12 34567', 'IT'],
    // In Cuba, the groups would be the same.
    ['5348 2544', 'GT'],
    ['(81) 93397-2976', 'BR'],
    ['(269) 871-8157', 'US'],
    // People of the country write a zero: it may be one of Afghanistan, Australia or Burma.
    ['9370 1751610', 'DE'],
    ['6141 6764077', 'DE'],
    ['95966 98058', 'IN'],
    ['93701 751610', 'DE'],
    ['3256 173075', 'PK'],
    // The zeros begin a number of Korea, or one that is called from there.
    ['00798 12345678', 'KR'],
    // In Ascension, numbers have no groups.
    ['48187', 'AC'],
    // A number cell can be shown with its thousands set apart.
    ['3 931 234 567', 'IT'],
    ['3.931.234.567', 'IT'],
    ['393.123.456', 'IT'],
    ['393 123 456', 'IT'],
    ['393\u2007123\u2007456', 'IT'],
    ['954\u00a0261\u00a0571', 'PE'],
    ['954\u2007261\u2007571', 'PE'],
    ['393\u00a0123\u00a0456', 'IT'],
    ['393\u202f123\u202f456', 'IT'],
    ['954.261.571', 'PE'],
    ['3931234567.0', 'IT'],
    // Digits of the country's own code.
    ['390 997 6506', 'IT'],
    ['84 199 5212', 'VN'],
  ])('%j of %s can still be two numbers', (text, country) => {
    expect(() => util.phoneUrn(text, country)).toThrow(/ can be /);
    expect(util.phoneUrn(text, country, { ifInvalid: 'null' })).toBeNull();
    expect(util.phoneUrns(text, country, { ifInvalid: 'null' })).toEqual([]);
  });

  test.each([
    ['250 788 123 123', 'RW', 'tel:+250788123123'],
    ['250-788-123-123', 'RW', 'tel:+250788123123'],
    ['(250) 788 123 123', 'RW', 'tel:+250788123123'],
    ['250788 123 123', 'RW', 'tel:+250788123123'],
    ['34612 345678', 'ES', 'tel:+34612345678'],
    ['(39) 331 624 0591', 'IT', 'tel:+393316240591'],
    ['0039 331 624 0591', 'IT', 'tel:+393316240591'],
    ['0039 331 624 0591', 'US', 'tel:+393316240591'],
    ['1-787-555-0123', 'US', 'tel:+17875550123'],
    ['1-787-555-0123', 'PR', 'tel:+17875550123'],
    ['7 701 234 5678', 'KZ', 'tel:+77012345678'],
    ['7 701 234 5678', 'RU', 'tel:+77012345678'],
    ['256 772 123456', 'RW', 'INVALID_URN'],
    ['256-772-123456', 'RW', 'INVALID_URN'],
    ['256772 123456', 'RW', 'INVALID_URN'],
    ['00256 772 123456', 'RW', 'tel:+256772123456'],
    ['34612 345678', 'US', 'INVALID_URN'],
    ['(39) 331 624 0591', 'RW', 'INVALID_URN'],
    // Only without a zero that is missing, it is one abroad.
    ['436 856139', 'IT', 'INVALID_URN'],
  ])('%j of %s, with a country code in groups, is %s', (text, country, urn) => {
    expect(codeOf(() => util.phoneUrn(text, country))).toBe(urn);
  });

  test.each([
    ['984124567', 'NP', 'is not a valid number in NP, and can be +98…67 of another country'],
    [984124567, 'NP', 'can be +98…67'],
    ['tel:984124567', 'NP', 'can be +98…67'],
    ['951234567', 'PH', 'can be +95…67'],
    ['81123456789', 'IN', 'can be +81…89'],
    ['3211234567', 'MG', 'can be +32…67'],
    ['12507881231', 'RW', 'can be +1…31'],
    ['27821000000', 'RW', 'can be +27…00'],
    ['2.7821000000E+10', 'RW', 'can be +27…00'],
  ])(
    '%s of %s, which only another country has, is refused without a plus',
    (text, country, said) => {
      const strange = () => util.phoneUrn(text, country);
      expect(codeOf(strange)).toBe('INVALID_URN');
      expect(strange).toThrow(said);
      expect(strange).toThrow(
        expect.objectContaining({ fix: expect.stringMatching(/missing or doubled digit.*"\+"/) }),
      );
      expect(strange).not.toThrow(/\d{4}/);
      expect(util.phoneUrn(text, country, { ifInvalid: 'null' })).toBeNull();
      expect(util.phoneUrns(text, country, { ifInvalid: 'null' })).toEqual([]);
    },
  );

  test.each([
    ['', /ifInvalid: "null"/],
    ['0788 123', /digits are missing/i],
    ['+65 (0)8123 4567', /^Leave "\(0\)" out/],
    ['+250 788 123', /digits are missing/i],
    ['078812312345', /doubled.*several/i],
    ['+25078800004', /digits are missing or wrong/i],
    ['25078800004', /digits are missing or wrong/i],
    ['0188 123 123', /with its country code/],
    ['#N/A', /ifInvalid: "null"/],
    ['N/A', /no phone number/],
    ['none', /no phone number/],
    [' - ', /no phone number/],
    ['O788123123', /0 for the letter O/],
    ['+25O 788-l23-123', /1 for l/],
  ])('the fix for %j fits it', (text, fix) => {
    expect(() => util.phoneUrn(text, 'RW')).toThrow(
      expect.objectContaining({ fix: expect.stringMatching(fix) }),
    );
  });

  test('WhatsApp has no plus', () => {
    expect(util.phoneUrn('0788 123 123', 'RW', { scheme: 'whatsapp' })).toBe(
      'whatsapp:250788123123',
    );
  });

  test('a function of state makes a function of state', () => {
    const reader = util.phoneUrn(({ data }) => (data as { phone: string }).phone, 'RW');
    expect(reader({ data: { phone: '0788123123' } })).toBe('tel:+250788123123');
    const both = util.phoneUrn(
      ({ data }) => data,
      ({ country }) => country as string,
    );
    expect(both({ data: '0788123123', country: 'RW' })).toBe('tel:+250788123123');
  });

  test('an unknown country or option is refused', () => {
    expect(codeOf(() => util.phoneUrn('0788123123', 'Rwanda'))).toBe('INVALID_INPUT');
    expect(codeOf(() => util.phoneUrn('0788123123', undefined as never))).toBe('INVALID_INPUT');
    expect(codeOf(() => util.phoneUrn('0788123123', 'RW', { ifinvalid: 'null' } as never))).toBe(
      'INVALID_OPTION',
    );
  });
});

describe('util.phoneUrns', () => {
  const two = ['tel:+250788123123', 'tel:+250722123123'];

  test.each([
    '0788 123 123 / 0722 123 123',
    '0788123123/0722123123',
    '0788 123 123, 0722 123 123',
    '0788123123;0722123123;',
    '0788123123 or 0722123123',
    '0788123123\n0722123123',
    '0788 123 123  0722 123 123',
    '0788123123, 0788-123-123, +250722123123',
    '0788123123      or \n    0722123123',
    '0788    123    123    0722    123    123',
  ])('%j holds two', text => {
    expect(util.phoneUrns(text, 'RW')).toEqual(two);
  });

  test.each([
    ['spaces', ' '],
    ['line breaks', '\r\n'],
    ['both', ' \n'],
    ['spaces that do not break', '\u00a0'],
  ])('a long row of %s between two takes no time', (_, space) => {
    const start = cpuTime();
    const row = space.repeat(100_000);
    expect(util.phoneUrns(`0788123123${row}0722123123`, 'RW')).toEqual(two);
    expect(util.phoneUrns(`0788123123${row}or${row}0722123123`, 'RW')).toEqual(two);
    expect(codeOf(() => util.phoneUrn(`a${row}b`, 'RW'))).toBe('INVALID_URN');
    expect(codeOf(() => util.phoneUrn(`${row}a1${row}b`, 'RW'))).toBe('INVALID_URN');
    expect(cpuTime() - start).toBeLessThan(2000);
  });

  test.each([
    ['1,', ','],
    ['0788123123,', ','],
    ['0788 ', ' '],
  ])('a text of ten thousand times %j is not tried part by part', text => {
    const start = cpuTime();
    for (const read of [util.phoneUrn, util.phoneUrns]) {
      const error = thrownBy(() => read(text.repeat(10_000), 'RW', { ifInvalid: 'null' }));
      expect(error).toMatchObject({
        code: 'INVALID_INPUT',
        description: `util.${read.name}(): the text has more than 2,000 parts that could be phone numbers.`,
        fix: expect.stringContaining('Split it first'),
      });
    }
    expect(cpuTime() - start).toBeLessThan(1000);
  });

  test.each(['0788/123123', '0788123123;', ', 0788123123 ,'])('%j is one', text => {
    expect(util.phoneUrns(text, 'RW')).toEqual(two.slice(0, 1));
  });

  test('several cells, of which an empty one has none', () => {
    expect(util.phoneUrns(['0788123123', '', null, '0722123123'], 'RW')).toEqual(two);
    expect(util.phoneUrns('', 'RW')).toEqual([]);
    expect(codeOf(() => util.phoneUrns(undefined, 'RW'))).toBe('INVALID_URN');
  });

  test('one that is none is an error, or left out', () => {
    expect(codeOf(() => util.phoneUrns('0788123123 / 12', 'RW'))).toBe('INVALID_URN');
    expect(util.phoneUrns('0788123123 / 12', 'RW', { ifInvalid: 'null' })).toEqual(two.slice(0, 1));
  });
});

describe('what is not a country says what to write', () => {
  test.each([
    ['Rwanda', 'Did you mean "RW" (Rwanda)?'],
    ['rwnda', 'Did you mean "RW" (Rwanda)?'],
    ['Sénégal', 'Did you mean "SN" (Senegal)?'],
    ['Etats-Unis', 'Did you mean "US" (United States)?'],
    ["Cote d'Ivoire", 'Did you mean "CI" (Côte d’Ivoire)?'],
    ['UK', 'Did you mean "GB" (United Kingdom)?'],
    ['+250', 'Did you mean "RW" (Rwanda)?'],
    [250, 'Did you mean "RW" (Rwanda)?'],
  ])('%s', (country, advice) => {
    for (const read of [util.phoneUrn, util.phoneUrns]) {
      const error = thrownBy(() => read('0788123123', country as string));
      expect(error.code).toBe('INVALID_INPUT');
      expect(error.description).toContain(
        'the country is not valid: it must be its two-letter code, such as "RW"',
      );
      expect(error.fix).toContain(advice);
    }
  });

  test.each(['XX', 'RWA', 'R', '999', 'Atlantis', 'a'.repeat(10_000), '-', 'u-', {}, null])(
    '%j has no near one',
    country => {
      const error = thrownBy(() => util.phoneUrn('0788123123', country as string));
      expect(error.fix).not.toContain('Did you mean');
    },
  );

  test.each(['', ' ', undefined, null])('%j is missing', country => {
    expect(thrownBy(() => util.phoneUrn('0788123123', country as string)).description).toContain(
      'the country is missing',
    );
  });
});

describe('numbers as they come', () => {
  const SCRIPTS = '٠۰߀०০੦૦୦௦౦೦൦๐໐༠၀០０'; // The zeros of the scripts that phones and forms write.

  test.each([...SCRIPTS])('the digits of a script, from %s on', zero => {
    const digit = (number: string) =>
      String.fromCodePoint((zero.codePointAt(0) ?? 0) + Number(number));
    const written = (text: string) => text.replace(/\d/g, digit);
    expect(util.phoneUrn(written('0788123123'), 'RW')).toBe('tel:+250788123123');
    expect(util.phoneUrn(written('0794567890'), 'RW')).toBe('tel:+250794567890');
  });

  test.each([
    ['+2.50788123123E+11', 'tel:+250788123123'],
    ['2,50788123123e11', 'tel:+250788123123'],
    ['7.88123123E+08', 'tel:+250788123123'],
    [' 7.88123123E+08 ', 'tel:+250788123123'],
    ['788123123.000', 'tel:+250788123123'],
    ['+250788123123,0', 'tel:+250788123123'],
    ['’0788123123', 'tel:+250788123123'],
    [' 0788123123\n', 'tel:+250788123123'],
    ['tel:  0788123123', 'tel:+250788123123'],
    ['0788123123\u200b', 'tel:+250788123123'],
  ])('%j is %s', (text, urn) => {
    expect(util.phoneUrn(text, ' rw ')).toBe(urn);
  });

  test.each([
    [0, /decimals, or with more digits/],
    [-788123123, /decimals, or with more digits/],
    [Number.NaN, /decimals, or with more digits/],
    [2 ** 53, /decimals, or with more digits/],
    [true, /must be text or a number/],
    [['0788123123'], /must be text or a number/],
    ['\n', /is empty/],
    ['078 tel:8123123', /characters that do not belong/],
    ["0788'123123", /characters that do not belong/],
    ['2.5078812312E+11', /lost some of its digits/],
    ['2.507881231230E+11', /lost some of its digits/],
    ['\u{1d7ce}788123123', /RapidPro does not read|characters|words/],
    ['+250 788 12', /too few digits for its country/],
    ['+250 788 123 123 4567', /too many digits for its country/],
    ['+250 188 123 123', /not a valid number in its country/],
    ['0788123123 or 0722123123', /several phone numbers/],
    ['0788123123 +250722123123', /several phone numbers/],
    ['0788123123 / 12', /several phone numbers/],
    ['12 / 13', /^(?!.*several)/],
  ])('%j is refused', (text, said) => {
    expect(() => util.phoneUrn(text, 'RW')).toThrow(
      expect.objectContaining({
        code: 'INVALID_URN',
        description: expect.stringMatching(said),
        fix: expect.not.stringContaining('Nothing was sent'),
      }),
    );
    expect(util.phoneUrn(text, 'RW', { ifInvalid: 'null' })).toBeNull();
  });

  test('a number that is valid at home and abroad is not guessed', () => {
    for (const country of ['ID', 'id']) {
      expect(() => util.phoneUrn('81234567890', country)).toThrow('can be +62…90 or +81…90');
    }
    expect(util.phoneUrn('+81234567890', 'ID')).toBe('tel:+81234567890');
    expect(util.phoneUrn('081234567890', 'ID')).toBe('tel:+6281234567890');
  });

  test.each([{ scheme: 'sms' }, { ifInvalid: 'skip' }, { scheme: 'tel', more: true }])(
    'the options %j are refused',
    options => {
      for (const read of [util.phoneUrn, util.phoneUrns]) {
        expect(() => read('0788123123', 'RW', options as never)).toThrow(
          expect.objectContaining({ code: 'INVALID_OPTION' }),
        );
      }
    },
  );

  test('no options are the usual ones', () => {
    for (const options of [undefined, null, {}, { scheme: 'tel', ifInvalid: 'error' }]) {
      expect(util.phoneUrn('0788123123', 'RW', options as never)).toBe('tel:+250788123123');
    }
  });
});

describe('cells with several numbers', () => {
  const two = ['tel:+250788123123', 'tel:+250722123123'];

  test.each([
    '0788123123|0722123123',
    '0788123123\t0722123123',
    '0788123123\r\n0722123123',
    '0788123123 & 0722123123',
    '0788123123 ET 0722123123',
    '0788123123 na 0722123123',
    '0788123123 +250722123123',
    '0788/123123, 0722/123123',
    ';; 0788123123 ;; 0722123123 ;;',
    '0788123123, , 0722123123',
    'tel:0788123123, tel:0722123123',
  ])('%j holds two', text => {
    expect(util.phoneUrns(text, 'RW')).toEqual(two);
    expect(util.phoneUrns([text, text], 'RW')).toEqual(two);
    expect(util.phoneUrns(text, 'RW', { scheme: 'whatsapp' })).toEqual([
      'whatsapp:250788123123',
      'whatsapp:250722123123',
    ]);
  });

  test.each([
    // A part that is none is not left out in silence.
    ['0788123123, 12', []],
    ['0788123123 / Amina', []],
    // Only a space is between them: it can be one number with a mistake in it.
    ['0788123123 012', 'all'],
    ['12 / 13', 'all'],
    ['Amina', 'all'],
  ])('%j is an error', (text, left) => {
    expect(() => util.phoneUrns(text, 'RW')).toThrow(
      expect.objectContaining({ code: 'INVALID_URN' }),
    );
    expect(util.phoneUrns(text, 'RW', { ifInvalid: 'null' })).toEqual(
      left === 'all' ? [] : two.slice(0, 1),
    );
  });

  test('numbers, empty cells and cells that are not there', () => {
    expect(util.phoneUrns([788123123, ' ', null, 722123123], 'RW')).toEqual(two);
    expect(util.phoneUrns([], 'RW')).toEqual([]);
    expect(util.phoneUrns(null, 'RW')).toEqual([]);
    expect(() => util.phoneUrns(['0788123123', undefined], 'RW')).toThrow(/is undefined/);
  });
});

test.each([
  ['Cuba', 'CU'],
  ['Oma', undefined],
  ['+1', 'US'],
  ['00250', 'RW'],
  ['+12345', undefined],
  ['250 RW', undefined],
  ['1250', undefined],
  ['cote d’ivoire', 'CI'],
  ['Ruanda', 'RW'],
  ['uk', 'GB'],
])('the country %s: did you mean %s?', (country, code) => {
  const { fix } = thrownBy(() => util.phoneUrn('0788123123', country));
  if (code === undefined) expect(fix).not.toContain('Did you mean');
  else expect(fix).toContain(`Did you mean "${code}" (`);
});
