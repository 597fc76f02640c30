import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { RapidProError } from '../../src/errors/errors.js';
import { fn, getContacts, webhook } from '../../src/index.js';
import {
  isMissingPart,
  isQuotedReference,
  refuseMissing,
  type TextKind,
} from '../../src/input/missing.js';
import { cpuTime } from '../support/cpuTime.js';

const KINDS: TextKind[] = ['message', 'contactName', 'value', 'name'];

function refusal(value: unknown, kind: TextKind, isLiteral = false): RapidProError | undefined {
  try {
    refuseMissing(value, 'there', kind, isLiteral);
    return undefined;
  } catch (error) {
    return error as RapidProError;
  }
}

/** Refused whatever a text is for. */
const WHOLE = [
  'undefined',
  'undefined undefined',
  'undefinedundefined',
  'undefined_undefined',
  'undefined, NaN',
  '(undefined)',
  ' undefined\n',
  '"undefined"',
  'undefined null',
  'NaN',
  'NaN/NaN',
  'NaN-NaN-NaN',
  'NaN%',
  'NaN!',
  'Invalid Date',
  'Invalid DateTime',
  '[object Object]',
  '[object Object],[object Object]',
  '[object Promise]',
  '[object Undefined]',
  '$.x',
  '$.data.name',
  '$.data[0].name',
  '$.data[*].name',
  "$.data['first name']",
  "$['data'].name",
  '$..name',
  '$.data?.name',
  '$.data.name.trim()',
  '$.Name',
  '$.references[0].prénom',
  '$.data.first $.data.last',
  "'$.data.name'",
  // biome-ignore lint/suspicious/noTemplateCurlyInString: it is what somebody wrote in plain quotes
  '${data.name}',
  // biome-ignore lint/suspicious/noTemplateCurlyInString: as above
  '${state.data.first} ${state.data.last}',
  'state.data.x',
  'state.data[0].name',
  'state.patient.name',
  'state.patients[0].name',
];

/** The code of a function, whole or behind other words, and how that begins. */
const CODE = [
  'state => state.data.name',
  '(state) => state.data.name',
  '() => name',
  '({name}) => name',
  '@(upper(contact)) s => s.data.name',
  's => s.data.name',
  's=>s.data.name',
  'e=>(t(),n?r():i(e,()=>o(e)))',
  '(s) => s.data.name',
  '({ data }) => data.name',
  '({ data: { name } }) => name.trim()',
  'async s => s.data.name',
  'async (s) => { return s.data; }',
  // biome-ignore lint/suspicious/noTemplateCurlyInString: the text of a function
  'p => `${p.name}`',
  'p => { const { name } = p;\n return name; }',
  'function (s) { return s.data.name; }',
  'function named(s) {\n  return s.data; }',
  'async function (s) { return s; }',
  'function* () { yield 1; }',
  'function map() { [native code] }',
  String((x: { name: string }) => x.name),
  String(Array.prototype.map),
  String(async (x: string) => x.trim()),
];
/** Arrows and functions that people write about. */
const NO_CODE = [
  '@(foreach(contact.urns, (u) => u.path))',
  'Numbers: @(join(foreach(contact.groups, (g) => upper(g.name)), ", ")). Thank you',
  'm => e.g. male',
  'Visit => clinic.org',
  'help=>who.int',
  'y => yes(oui)',
  'Name => {name}',
  '(A) => {B}',
  'kidney function (GFR) {mL/min}',
  'liver function () {normal}',
  'Kigali => Huye',
  'Kigali => Huye. Bus at 5.',
  'A => B => C',
  'Press 1 => yes, 2 => no',
  '1=>2',
  'x => y',
  'The function of the liver (an organ) is known',
  'function',
  'dysfunction (mild)',
  'a >= b, b <= c',
];

/** Refused inside of what a person reads, and good in a record. */
const INSIDE = [
  'Dear undefined, come.',
  'Dear undefined undefined',
  'You owe NaN francs.',
  'Your visit is on Invalid Date.',
  'Hello [object Object]',
  'https://example.org/?id=undefined',
  // Other scripts write no space there.
  '还剩NaN天',
  'เหลือNaNวัน',
  'あとInvalid Dateです',
  'あとInvalid dateです',
  'осталосьNaNдней',
  'undefinedさん',
  'お客様null undefined様',
  // A unit behind a number.
  'Take NaNmg daily',
  'NaNkg',
  'Weight: NaN kg',
  'Your turn is the NaNth.',
  'Wait NaNs.',
  'NaNhrs left',
  'Pay NaNRWF today',
  'Pay NaNFCFA today',
  'Pay KsNaN or Ks NaN',
  'Encore NaNjours',
  'You owe €NaN.',
  'NaNさん',
  'Dear NaN Ying, come.',
  'Infinity days left',
  '残りInfinity日',
  'Encore Infinity jours',
];

/** What reads from a job's state is nobody's data: refused inside of any text. */
const READS_STATE = [
  'Hello $.data.name',
  'Hello $.data[0].name, welcome.',
  'Hello $.data.name.',
  // biome-ignore lint/suspicious/noTemplateCurlyInString: it is what somebody wrote in plain quotes
  'Hello ${data.name}!',
  'Hello state.data.name',
  'Hello $.form.name.first',
  'Hello $[0].name',
  "Hello dataValue('name')",
  'Привет $.имя',
  'Привет, $.имя!',
  'مرحبا $.اسم',
  '您好 $.姓名',
  '您好$.姓名',
  'नमस्ते $.नाम',
  '您好$.data.姓名',
];
/** What a function becomes in a text: also one of this package, as it is published. */
const READS_STATE_BY_CODE = [
  'Hello state => state.data.name',
  'Hello s=>s.data.name',
  'Hello ({data}) => data.name',
  'Hello function(s) { return s.name }',
  'Hello e=>(rt(t,n),r(n)(e))',
  'Hello async (s) => { return s.name }',
];

/** Good whatever a text is for. */
const GOOD = [
  'Nan',
  'Null',
  'Undefined',
  'Anan Nanda',
  'Nullah',
  'invalid date',
  // A name, also where no space ends it.
  'NaNaさん',
  'NaNoWriMo',
  'NaNoWriMo begins, NaNoGenMo too.',
  'Dear NaNcy Nandi',
  'NaNny, NaNette and NaNdi',
  'Ana NaNí',
  'FiNaNce',
  'NaNogram',
  'NaNRWFx',
  'Infinity!',
  'Infinity?',
  '“Infinity!”',
  'Infinity…',
  'Infinity！',
  'To Infinity and beyond!',
  'To infinity…',
  'To Infinity…',
  'Infinityモール',
  'Infinity天地',
  'Infinity日本',
  'Infinity часть 2',
  'Infinity left you a message',
  'Оплата в $.Спасибо',
  '只收$.谢谢',
  'the object [of desire]',
  '$5.50',
  'It costs $5.50.',
  'U.S.$.',
  'Pay 5 $.Please come.',
  'Pay US$.please',
  '$.50',
  '$',
  '$$$',
  '$(500)',
  '$name',
  'state',
  'Kano State',
  'state.gov',
  'www.state.gov',
  'the state.',
  'real estate.data',
  '@contact.name',
  '@(upper(contact.name))',
  '{{name}}',
  '{name}',
  'Nothing is null and void, or object.',
  'undefinedness',
  'A => B',
  'Menu => (1) Yes',
  'Press a => a.',
  'US$.a.b',
  '$5.00-$6.00',
  'the function (of the heart)',
  '',
  ' ',
  '…',
  '0',
];

describe.each(KINDS)('a %s', kind => {
  test.each(WHOLE)('is not %j', text => {
    expect(refusal(text, kind)).toMatchObject({ code: 'INVALID_INPUT' });
    expect(refusal(text, kind, true)).toBeUndefined();
  });

  test.each(GOOD)('may be %j', text => {
    expect(refusal(text, kind)).toBeUndefined();
  });
});

describe('inside of a longer text', () => {
  test.each(INSIDE)('%j', text => {
    expect(refusal(text, 'message')?.code).toBe('INVALID_INPUT');
    expect(refusal(text, 'message', true)).toBeUndefined();
    expect(refusal(text, 'value')).toBeUndefined();
  });

  test.each(READS_STATE)('of any kind: %j', text => {
    for (const kind of KINDS) {
      expect(refusal(text, kind)?.description).toContain('a reference in quotes');
      expect(refusal(text, kind, true)).toBeUndefined();
    }
  });

  test.each(READS_STATE_BY_CODE)('of any kind, with literal too: %j', text => {
    for (const kind of KINDS) {
      expect(refusal(text, kind)?.description).toContain('the code of a function');
      expect(refusal(text, kind, true)?.description).toContain('the code of a function');
    }
  });

  test.each(['contactName', 'name'] as const)(
    'a %s has no "undefined" and no "[object …]" in it',
    kind => {
      expect(refusal('undefined Diallo', kind)).toBeDefined();
      expect(refusal('Aminaundefined', kind)).toBeDefined();
      expect(refusal('Amina [object Object]', kind)).toBeDefined();
      expect(refusal('Amina NaN', kind)).toBeUndefined();
      expect(refusal('Undefined Diallo', kind)).toBeUndefined();
    },
  );
});

describe('null', () => {
  test.each<[TextKind, boolean]>([
    ['contactName', false],
    ['value', false],
    ['message', true],
    ['name', true],
  ])('alone, as a %s: refused is %s', (kind, isRefused) => {
    expect(refusal('null', kind) !== undefined).toBe(isRefused);
    expect(refusal(' null. ', kind) !== undefined).toBe(isRefused);
  });

  test.each(KINDS)('in a longer %s is left alone', kind => {
    expect(refusal('Amina null', kind)).toBeUndefined();
    expect(refusal('null Diallo', kind)).toBeUndefined();
  });
});

describe('Infinity, which a division by zero leaves', () => {
  test.each([
    'Infinity',
    '-Infinity',
    ' Infinity %',
    '"Infinity"',
    'Infinity/Infinity',
    'NaN/Infinity',
    'NaN/Infinity!',
    'Infinity.',
  ])('%j alone is no value and no message', text => {
    for (const kind of ['value', 'message'] as const) {
      expect(refusal(text, kind)?.description).toMatch(/contains "(Infinity|NaN)": /);
      expect(refusal(text, kind, true)).toBeUndefined();
    }
  });

  test('the error says what to look for', () => {
    expect(refusal('Infinity', 'value')?.description).toContain('a number was divided by zero');
    expect(refusal('NaN', 'value')?.description).toContain('some of its data is missing');
  });

  test('may be a name, or stand in a text', () => {
    for (const kind of ['contactName', 'name'] as const) {
      expect(refusal('Infinity', kind)).toBeUndefined();
    }
    for (const kind of KINDS) {
      expect(refusal('Meet us at Infinity Mall', kind)).toBeUndefined();
      expect(refusal('infinity', kind)).toBeUndefined();
      expect(refusal('Infinity2', kind)).toBeUndefined();
    }
  });
});

describe('the code of a function', () => {
  test.each(CODE)('is no text: %j', text => {
    for (const kind of KINDS) expect(refusal(text, kind)).toMatchObject({ code: 'INVALID_INPUT' });
    expect(refusal(`Dear ${text}, come.`, 'message')).toBeDefined();
    expect(refusal(`Amina ${text}`, 'contactName')).toBeDefined();
    expect(refusal(text, 'message', true)).toMatchObject({ code: 'INVALID_INPUT' });
    if (!/undefined|NaN|null/.test(text))
      expect(refusal(`${text} Amina`, 'message')?.description).toContain('contains the code of');
  });

  test.each(NO_CODE)('is not %j', text => {
    for (const kind of KINDS) expect(refusal(text, kind)).toBeUndefined();
  });

  test('nor is that of an operation', () => {
    for (const text of [`Hi ${getContacts()}`, `Hi ${fn(s => s)}`, `Hi ${webhook.parse()}`]) {
      expect(refusal(text, 'message')?.description).toContain('contains an operation');
    }
  });
});

test('the path leads to the text, at any depth; keys are not looked at', () => {
  const value = { undefined: 'a', visit: { list: ['b', { name: 'undefined' }] } };
  expect(refusal(value, 'value')?.description).toMatch(
    /^there\.visit\.list\[1\]\.name contains "undefined"/,
  );
  expect(refusal({ 'Amina Diallo': 'NaN' }, 'value')?.description).toMatch(
    /^there\.… contains "NaN"/,
  );
  expect(refusal({ $: 1, undefined: null, NaN: undefined, n: [true] }, 'value')).toBeUndefined();
});

test('the error never holds the text, and says which way out there is', () => {
  const word = refusal('undefined, 0788 123 456', 'message');
  expect(word?.description).toContain('some of its data is missing');
  expect(word?.fix).toContain('{ literal: true }');
  expect(JSON.stringify(word)).not.toContain('0788');
  const reference = refusal('Secret $.data.secretName', 'message');
  expect(reference?.description).toContain('a reference in quotes, which is just text');
  expect(JSON.stringify(reference)).not.toMatch(/secret/i);
});

const missing = fc.constantFrom('undefined', 'NaN', 'Invalid Date', '[object Object]', '$.data.x');
const between = fc.stringMatching(/^[ ,.;:!()/_-]{1,3}$/);
const plainWords = fc.stringMatching(/^[A-Za-z ]{0,20}$/);

test('any words with anything but letters and digits between are refused as a value', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(missing, between), { minLength: 1, maxLength: 4 }), parts => {
      // A reference goes on over a dot.
      const text = parts.map(([word, space]) => `${word} ${space} `).join('');
      return KINDS.every(kind => refusal(text, kind) !== undefined);
    }),
  );
});

test('any sentence with one of them is refused as a message, and one without is good', () => {
  fc.assert(
    fc.property(plainWords, plainWords, missing, (before, after, word) => {
      const isClean = !/undefined|NaN|null|Invalid/.test(`${before} ${after}`);
      fc.pre(isClean && !/state/.test(`${before} ${after}`));
      return (
        refusal(`${before} ${word} ${after}`, 'message') !== undefined &&
        KINDS.every(kind => refusal(`${before} ${after}`, kind) === undefined)
      );
    }),
  );
});

test('a value with a letter or digit of its own stays good, whatever stands beside it', () => {
  const words = missing.filter(word => !word.startsWith('$'));
  fc.assert(
    fc.property(fc.stringMatching(/^[A-Za-z0-9]{1,8}$/), words, (own, word) => {
      fc.pre(!/undefined|NaN|null|Invalid|state/.test(own));
      return refusal(`${own} ${word}`, 'value') === undefined;
    }),
  );
});

test.each([
  ...['undefined', 'NaN', 'null', '$.a', '${', '[object ', 'state.', '$[0', '(', '({'],
  ...['class A{', 'a(){', 'a => {', "x=>'", 's=>(', '@('],
  ...['=>', 'a=>', 'a => ', '(a) => ', 'a => b', 'function(', 'async ', 'a '],
])('100,000 characters of %j are looked at in no time', piece => {
  const text = `${piece.repeat(100_000 / piece.length)}x`;
  const started = cpuTime();
  for (const kind of KINDS) refusal(text, kind);
  expect(cpuTime() - started).toBeLessThan(2000);
});

test.each([
  ['undefined', '"undefined"'],
  ['NaN', '"NaN"'],
  ['null', '"null"'],
  ['Invalid Date', '"Invalid Date"'],
  ['Invalid date', '"Invalid date"'],
  ['[object Object]', '"[object …]"'],
])('%s is named, and refused unless it is meant', (text, named) => {
  const refused = (isLiteral?: boolean) => {
    try {
      refuseMissing({ a: [text] }, 'there', 'message', isLiteral);
      return undefined;
    } catch (error) {
      return (error as RapidProError).description;
    }
  };
  expect(refused()).toBe(`there.a[0] contains ${named}: some of its data is missing.`);
  expect(refused(true)).toBeUndefined();
});

test('a part of an address may be missing', () => {
  expect(isMissingPart('https://example.org/undefined')).toBe(true);
  expect(isMissingPart('https://example.org/clinic')).toBe(false);
});

test('a reference in quotes is a reference or code', () => {
  expect(
    ['$.data.name', 'state => state.data', 'Amina', 'undefined'].map(isQuotedReference),
  ).toEqual([true, true, false, false]);
});

test.each(['function', 'class', 'class A extends', 'f()', 'a =>', 'async', '$.data'])(
  '100,000 spaces behind %j are looked at in no time',
  word => {
    const text = `${word}${' '.repeat(100_000)}{`;
    const started = cpuTime();
    for (const kind of KINDS) refusal(text, kind);
    expect(cpuTime() - started).toBeLessThan(1000);
  },
);
