import { describe, expect, it } from 'vitest';
import { fillIn } from '../../src/expressions/template.js';
import { ObjectValue } from '../../src/expressions/values.js';
import { HOSTILE } from './hostile.js';
import { environmentOf, recorded, rootsOf } from './recorded.js';

/** No result is longer than what its own text and the limits make of it. */
const LONGEST = 1_000_000;

/** Two hundred times what the slowest takes once it is warm: what looks twice at each character takes far longer. */
const MOST_MILLISECONDS = 1000;

// `textit` keeps no number of so many digits.
it.each([
  'numbers far from each other, sorted',
  'numbers far from each other, for the largest',
  'numbers far from each other, compared',
  'long numbers, divided',
  'a number with a large exponent, printed',
  'a long number as JSON',
])('refuses %s as too costly on v9', name => {
  const { unknown } = fillIn(
    HOSTILE[name] ?? '',
    rootsOf('v9', 'flow'),
    environmentOf('v9', 'flow'),
  );
  expect(unknown.map(({ what }) => what)).toContain('an expression this costly');
});

describe.each(['v9', 'textit'] as const)('%s', dialect => {
  const roots = rootsOf(dialect, 'flow');
  const environment = environmentOf(dialect, 'flow');

  it.each(Object.entries(HOSTILE))('comes to an end with %s', (_, template) => {
    const start = performance.now();
    const { text, errors, unknown } = fillIn(template, roots, environment);
    expect(performance.now() - start).toBeLessThan(MOST_MILLISECONDS);
    expect(text.length).toBeLessThan(LONGEST);
    // What costs too much is told, and is an error: it never is an empty text in silence.
    if (unknown.length > 0) expect(errors.length).toBeGreaterThan(0);
  });

  it('tells what costs too much', () => {
    const { text, errors, unknown } = fillIn('a @(2 ^ 3 + repeat("a", 9e9 ', roots, environment);
    expect([text, errors, unknown]).toEqual(['a @(2 ^ 3 + repeat("a", 9e9 ', [], []]);
    const deep = `${'upper('.repeat(90)}foreach(split(repeat("a ", 4999)), (x) => split(repeat("b ", 4999)))${')'.repeat(90)}`;
    const told = fillIn(`Dear @contact.first_name, @(${deep})`, roots, environment);
    expect(told.text).toBe('Dear Amina, ');
    expect(told.unknown).toEqual([{ what: 'an expression this costly', expression: `@(${deep})` }]);
  });

  // Steps are counted, not time: what is refused here is refused everywhere, and long before it takes long.
  it.each([
    'a backtracking pattern',
    'a pattern of counted repetitions',
    'many groups of a pattern',
    'many patterns',
    'arrays that double, as JSON',
    'objects that double, as a text',
    'many roots',
    'many zones',
    'days after each other',
    'texts read by a layout',
    'random numbers',
    'unique texts',
    'texts with a long beginning in common, sorted',
    'sums of a long list',
    'a long list, reversed',
    'lists that are put together',
    'many groups',
    'arguments that are passed on',
    'a long name without a meaning',
    'a long name of a property',
    'a property by a long text',
    'letters cut one by one',
    'long titles',
    'long capitals',
    'delimiters without end',
    'a place of many letters',
    'signs of a URL',
    'controls to clean, again',
    'a letter that is taken out',
    'hashes of a URN, again',
    'a phone number of blanks',
    'an error that shows signs',
    'what is no number',
    'syntax errors',
    'roots of tiny numbers',
    'numbers, rounded up',
    'numbers for readers',
    'times for readers',
    'a pattern of many options',
    'a pattern on control letters',
  ])('refuses %s as too costly', name => {
    const { unknown } = fillIn(HOSTILE[name] ?? '', roots, environment);
    expect(unknown.map(({ what }) => what)).toContain('an expression this costly');
  });

  it.each([
    ['a sum of 9,001 numbers', `@(1${'+1'.repeat(9000)})`, '9001'],
    ['4,000 words in capitals', '@(count(split(upper(repeat("a ", 4000)))))', '4000'],
    ['JSON of 1,201 numbers', '@(count(parse_json("[" & repeat("123456,", 1200) & "1]")))', '1201'],
    ['300 dates', '@(format_date(today(), "D")) '.repeat(300), undefined],
    ['50 zones', '@(format_datetime(now(), "h", "Asia/Tokyo")) '.repeat(50), undefined],
    ['the longest text of a flow, of paths alone', '@contact.first_name '.repeat(500), undefined],
    ['a pattern on a long message', '@(regex_match(repeat("a b ", 900) & "7", "\\\\d+"))', '7'],
    [
      'a message of dozens of expressions',
      'Dear @contact.first_name, come on @(format_date(datetime_add(now(), 14, "D"), "EEEE DD MMMM YYYY")) at @(format_time("10:30", "h:mm aa")) or call @(default(contact.phone, "114")). Balance: @(format_number(1234567.5, 2)). '.repeat(
        30,
      ),
      undefined,
    ],
    [
      'dozens of sums of fractions',
      '@(round(61.5 / (1.72 * 1.72), 1)) @(mean(1.5, 2.25, 3.125)) @(percent(0.54)) '.repeat(60),
      undefined,
    ],
    [
      'a list of 3,000 words, joined',
      '@(text_length(join(split(repeat("a ", 3000)), ", ")))',
      '8998',
    ],
  ])('answers %s', (_, template, wanted) => {
    const { text, errors, unknown } = fillIn(template, roots, environment);
    expect([errors, unknown]).toEqual([[], []]);
    if (wanted !== undefined) expect(text).toBe(wanted);
  });

  it('looks a name up among thousands, and refuses to put them in order', () => {
    const entries = Array.from({ length: 80_000 }, (_, n) => [`Key${n}`, 'a'] as const);
    const many = { ...roots, many: () => new ObjectValue(() => entries) };
    expect(fillIn('@many.key79999', many, environment).text).toBe('a');
    for (const template of ['@many', '@(json(many))', '@(count(keys(many)))', '@(format(many))']) {
      const { unknown } = fillIn(template, many, environment);
      expect(unknown.map(({ what }) => what)).toEqual(['an expression this costly']);
    }
  });

  it('comes to an end with any broken text', () => {
    const next = randomFrom(20_261_126);
    const pick = <T>(all: readonly T[]): T => all[next(all.length)] as T;
    for (let count = 0; count < 1500; count++) {
      let template = pick(recorded.rows).template.slice(0, 400);
      for (let edits = 1 + next(4); edits > 0; edits--) {
        const at = next(template.length + 1);
        const piece = next(3) === 0 ? pick(recorded.rows).template.slice(0, 40) : pick(PIECES);
        template = template.slice(0, at) + piece + template.slice(at + next(4));
      }
      const { text, errors } = fillIn(template, roots, environment);
      expect(text.length, template).toBeLessThan(LONGEST);
      for (const error of errors) expect(error).toMatch(/^error evaluating @/);
    }
  });
});

const PIECES = [
  ...['(', ')', '"', '.', ',', '[', ']', '{', '\\', '@', '@(', '@@', "'", '=>', '=', '<', '&', '-'],
  ...[
    '^ 99',
    ' * 9999999',
    '(x) => ',
    'foreach(',
    'repeat(',
    'contact',
    '\n',
    '\0',
    'é',
    '😀',
    ' ',
  ],
];

/** The same numbers at each run: from 0 up to a limit. */
function randomFrom(seed: number): (limit: number) => number {
  let state = seed;
  return limit => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * limit);
  };
}
