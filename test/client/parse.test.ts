import fc from 'fast-check';
import { HttpResponse, http as msw } from 'msw';
import { describe, expect, test } from 'vitest';
import { LIMITS, parse, parseJson } from '../../src/client/parse.js';
import { getContacts, http } from '../../src/index.js';
import { run } from '../operations/run.js';
import { serve } from '../support/serve.js';

const TOKEN = 'q7Rk2mVx9TzLp4WbHn8cYd3sFg6jKa1eXu5oPi0v';
const nest = (levels: number) => '['.repeat(levels) + ']'.repeat(levels);
const objects = (levels: number) => `${'{"a":1,"b":'.repeat(levels)}0${'}'.repeat(levels)}`;

test.each([
  ['no JSON', '{"a"'],
  ['no JSON', ''],
  ['no JSON', '{"a": NaN}'],
  ['no JSON', `${'['.repeat(100_000)}`],
  ['too deep', nest(LIMITS.levels + 1)],
  ['too deep', nest(100_000)],
  ['too deep', objects(100_000)],
  ['too deep', `[[],{"a":${objects(LIMITS.levels)}}]`],
  ['too large', `[${'{},'.repeat(4_100_000)}0]`],
  ['too large', `[${'0,'.repeat(4_300_000)}0]`],
])('%s is reported', (amiss, text) => {
  expect(parse(text)).toEqual({ amiss });
});

test.each([
  [nest(LIMITS.levels), 'as deep as it may be'],
  ['\ufeff{"a":1}', 'after a mark of byte order'],
  ['{"a":1,"a":2}', 'with a key twice'],
  [`["${'x'.repeat(9_000_000)}"]`, 'of one long text'],
])('what may be is read: %#', text => {
  expect(parse(text)).toEqual({ value: JSON.parse(text.replace('\ufeff', '')) });
});

test('names of keys are counted also where they end in a backslash', () => {
  const keys = (count: number) =>
    Array.from({ length: count }, (_, n) => `"${n} ${'x'.repeat(20)}\\\\":1`).join();
  expect(parse(`[{${keys(60_000)}}]`)).toEqual({ amiss: 'too large' });
  expect(parse(`[{${keys(40_000)}}]`)).toHaveProperty('value');
});

describe('the token', () => {
  const escaped = [...TOKEN]
    .map(letter => `\\u00${letter.charCodeAt(0).toString(16).toUpperCase()}`)
    .join('');

  test.each([
    ['as it is', TOKEN],
    ['escaped', escaped],
    ['escaped in part', escaped.slice(0, 60) + TOKEN.slice(10)],
  ])('%s is not in the value', (_, written) => {
    const text = `{"a":"x ${written} y","${written}":["${written}","caf\\u00e9 \\"\\\\"]}`;
    expect(parse(text, TOKEN)).toEqual({ value: { a: 'x … y', '…': ['…', 'café "\\'] } });
  });

  test('is found in lists and in keys of any name, however long the escapes are', () => {
    const long = '\\u0041'.repeat(2_000_000);
    const text = `{"__proto__":{"a":"${escaped}"},"b":[["${escaped}"],{"${escaped}":"${long}"}]}`;
    const before = performance.now();
    const parsed = parse(text, TOKEN) as { value: object };
    // Ten times as long as it takes.
    expect(performance.now() - before).toBeLessThan(2000);
    expect(JSON.stringify(parsed.value)).toBe(
      `{"__proto__":{"a":"…"},"b":[["…"],{"…":"${'A'.repeat(2_000_000)}"}]}`,
    );
  });

  test('what only looks like an escape stays as it is', () => {
    const value = { a: '\\u0041\\', b: `${TOKEN} \\u0022 "\u0022` };
    expect(parse(JSON.stringify(value), TOKEN)).toEqual({
      value: { a: '\\u0041\\', b: '… \\u0022 ""' },
    });
  });

  test('a short one could be anybody’s word', () => {
    expect(parse('{"abc":"abc"}', 'abc')).toEqual({ value: { abc: 'abc' } });
  });
});

describe('whole numbers of more digits than JavaScript keeps become text', () => {
  test.each([
    ['24871234567890123', '24871234567890123'],
    ['  -24871234567890123\n', '-24871234567890123'],
    ['{"a":24871234567890123}', { a: '24871234567890123' }],
    ['{"a" : 24871234567890123 }', { a: '24871234567890123' }],
    ['[24871234567890123,24871234567890124]', ['24871234567890123', '24871234567890124']],
    ['[9007199254740992, -9007199254740993]', ['9007199254740992', '-9007199254740993']],
    ['[[1],{"b":[250788123123250788123123]}]', [[1], { b: ['250788123123250788123123'] }]],
    ['{"a\\"b":24871234567890123}', { 'a"b': '24871234567890123' }],
    ['{"a\\\\":24871234567890123}', { 'a\\': '24871234567890123' }],
    ['{"x":"[1,","a":24871234567890123,"y":",2]"}', { x: '[1,', a: '24871234567890123', y: ',2]' }],
    [`[${'9'.repeat(400)}]`, ['9'.repeat(400)]],
  ])('%s', (text, value) => {
    expect(parse(text)).toEqual({ value });
  });

  test.each([
    '{"a":9007199254740991,"b":-9007199254740991}',
    '{"a":"24871234567890123"}',
    '{"a":": 24871234567890123 ,","b":"[24871234567890123]"}',
    '{"24871234567890123":1}',
    '["x\\",24871234567890123,"]',
    '{"urns":["facebook:24871234567890123"],"text":"call 24871234567890123 , now"}',
    '[24871234567890123.5]',
    '[1e21, 1.24871234567890123, 24871234567890123e2, 0.00000000000000001]',
    '["0788-1234-5678-9012-34"]',
    '{"a":1234567890.1234567890123456}',
  ])('but in %s nothing does', text => {
    expect(parse(text)).toEqual({ value: JSON.parse(text) });
  });

  test.each([
    '[024871234567890123]',
    '{24871234567890123:1}',
    '24871234567890123 24871234567890123x',
  ])('and %s is not JSON', text => {
    expect(parse(text)).toEqual({ amiss: 'no JSON' });
  });

  test('whatever stands around them', () => {
    const long = fc.bigInt({ min: 2n ** 53n, max: 10n ** 30n });
    fc.assert(
      fc.property(
        fc.jsonValue(),
        long,
        fc.boolean(),
        fc.nat(2),
        (given, digits, isLess, spaces) => {
          const other: unknown = JSON.parse(JSON.stringify(given));
          // Floats of that size are written with an exponent or are whole numbers themselves.
          fc.pre(!/\d{16}/.test(JSON.stringify(other).replace(/"(?:[^"\\]|\\.)*"/g, '')));
          const written = `${isLess ? '-' : ''}${digits}`;
          const text = JSON.stringify(
            { other, here: ['LONG'], key: { LONG: other } },
            null,
            spaces,
          );
          const value = parseJson(text.replace('"LONG"', written));
          expect(value).toEqual({ other, here: [written], key: { LONG: other } });
        },
      ),
    );
  });

  test('in what RapidPro answers', async () => {
    const contact =
      '{"uuid":"x","urns":["facebook:24871234567890123"],"fields":{"nid":24871234567890123,"age":7}}';
    const server = await serve(
      msw.get('*', () => new HttpResponse(`{"next":null,"previous":null,"results":[${contact}]}`)),
    );
    const expected = {
      uuid: 'x',
      urns: ['facebook:24871234567890123'],
      fields: { nid: '24871234567890123', age: 7 },
    };
    expect((await run(getContacts(), server)).data).toEqual([expected]);
    expect((await run(http.get('contacts'), server)).data).toMatchObject({ results: [expected] });
  });

  test.each([
    [
      'pages of contacts',
      JSON.stringify(
        Array.from({ length: 20_000 }, (_, a) => ({ a, b: `facebook:${10 ** 15 + a}`, c: 1 })),
      ),
    ],
    ['such numbers', `[${'24871234567890123,'.repeat(100_000)}1]`],
    ['spaces', `[${' '.repeat(5_000_000)}24871234567890123]`],
    ['digits', `[${'1'.repeat(5_000_000)}.5]`],
    ['digits in a text', `["${'1'.repeat(5_000_000)}"]`],
    ['quotes', `["${'\\"'.repeat(2_000_000)},24871234567890123,`],
  ])('in time that grows as the answer does: %s', (_, text) => {
    const started = performance.now();
    parse(text);
    expect(performance.now() - started).toBeLessThan(1500);
  });
});

describe('what would take long to make is not made', () => {
  const records = (count: number, make: (index: number) => string) =>
    `{"results":[${Array.from({ length: count }, (_, index) => make(index)).join(',')}]}`;
  const refused: [string, string][] = [
    ['keys that are all different', records(300_000, index => `{"k${index}":1}`)],
    ['with spaces before their colons', records(200_000, index => `{"k${index}"\n\t :1}`)],
    ['objects of nothing', records(1_200_000, () => '{}')],
    ['lists in lists', records(600_000, () => '[[]]')],
  ];

  test.each(refused)('%s', (_, text) => {
    const started = performance.now();
    expect(parse(text)).toEqual({ amiss: 'too large' });
    // As a rule a tenth of it: the machine may be busy.
    expect(performance.now() - started).toBeLessThan(2000);
  });

  test('a page of 250 contacts with 250 fields and long texts is fine', () => {
    const fields = Array.from(
      { length: 250 },
      (_, index) => `"field_${index}":"a : \\"b\\": c, ${index}"`,
    );
    const text = records(250, index => `{"uuid":"${index}","fields":{${fields.join(',')}}}`);
    expect(text.length).toBeGreaterThan(1024 * 1024);
    expect(parse(text)).toHaveProperty('value');
  });
});
