import { describe, expect, test } from 'vitest';
import * as util from '../../src/util.js';

const refused = (text: unknown, options?: object) => {
  try {
    util.parseCsv(text as string, options);
  } catch (error) {
    return error as { code: string; description: string; fix: string };
  }
  return expect.unreachable();
};
const lists = (text: string, options: object = {}) =>
  util.parseCsv(text, { columns: false, ...options });

describe('cells', () => {
  test.each<[text: string, options: object, cells: string[][]]>([
    ...['|', '^', ']', '\\', '-', '.', '*', ' ', '€'].map(
      (delimiter): [string, object, string[][]] => [
        `a${delimiter}b\n1${delimiter}"2${delimiter}3"`,
        { delimiter },
        [
          ['a', 'b'],
          ['1', `2${delimiter}3`],
        ],
      ],
    ),
    ['a\t\tb', { delimiter: '\t' }, [['a', '', 'b']]],
    ['a , b', {}, [['a', 'b']]],
    ['a , b', { trim: false }, [['a ', ' b']]],
    ['  "a "  , b', {}, [['a ', 'b']]],
    [' "a" ,b', { trim: false }, [[' "a" ', 'b']]],
    ['"a",b', { trim: false }, [['a', 'b']]],
    ['a"b,c', {}, [['a"b', 'c']]],
    ['"",b', {}, [['', 'b']]],
    ['"""",b', {}, [['"', 'b']]],
    ['"a""","""b"', {}, [['a"', '"b']]],
    ["'a''b','c,d'", { quote: "'" }, [["a'b", 'c,d']]],
    ['a,', {}, [['a', '']]],
    [',a', {}, [['', 'a']]],
    ['"a"', {}, [['a']]],
    ['"a",', {}, [['a', '']]],
    ['a\r\rb\rc', {}, [['a'], ['b'], ['c']]],
    ['"a\ufeffb"', {}, [['a\ufeffb']]],
    ['a\r\n\r\nb\r\n', {}, [['a'], ['b']]],
    ['"a\r\nb"\r\nc', {}, [['a\r\nb'], ['c']]],
    // Lines with nothing in them are no rows.
    [
      'a,b\n,\n"",\n1,2\n',
      {},
      [
        ['a', 'b'],
        ['1', '2'],
      ],
    ],
    ['\n\n', {}, []],
  ])('of %j with %j', (text, options, cells) => {
    expect(lists(text, options)).toEqual(cells);
  });

  test.each([
    ['a,b\n1,"2', 'the quote that opens on line 2 is never closed'],
    ['a,b\n"1\n2",3\n4,"5\n6', 'the quote that opens on line 4 is never closed'],
    ['a,b\n"1\n2"x,3', 'on line 3, there is text after a closing quote'],
    ['a,b\n"1" x,3', 'on line 2, there is text after a closing quote'],
    ['a,b\n\n1,2,3', 'line 3 (row 1 of the data) has 3 cells, but there are 2 columns'],
    ['a,b\r\n1,2\r\n1\r\n', 'line 3 (row 2 of the data) has 1 cells, but there are 2 columns'],
    ['a,b\n"1\n2",3\n4', 'line 4 (row 2 of the data) has 1 cells, but there are 2 columns'],
  ])('%j is refused: %s', (text, description) => {
    expect(refused(text)).toMatchObject({
      code: 'INVALID_INPUT',
      description: `util.parseCsv(): ${description}.`,
    });
  });

  test('with spaces kept, one after a closing quote is text', () => {
    expect(refused('"a" ,b', { trim: false }).description).toContain('after a closing quote');
  });
});

describe('columns', () => {
  test.each<[text: string, options: object, rows: object[]]>([
    ['a,,b\n1,,2', {}, [{ a: '1', b: '2' }]],
    ['a,b,,\n1,2', {}, [{ a: '1', b: '2' }]],
    ['a,b\n1,2,,', {}, [{ a: '1', b: '2' }]],
    ['a,b\n1,', {}, [{ a: '1', b: '' }]],
    ['', { columns: [] }, []],
    ['', { columns: ['a'] }, []],
    ['__proto__,a\n1,2', {}, [JSON.parse('{"__proto__":"1","a":"2"}')]],
  ])('of %j with %j', (text, options, rows) => {
    expect(util.parseCsv(text, options)).toEqual(rows);
  });

  test.each<[text: string, options: object, said: string]>([
    ['a,,b\n1,x,2', {}, 'has 3 cells, but there are 3 columns'],
    ['a,b\n1,2,3', {}, 'has 3 cells'],
    ['1,2', { columns: ['a', ''] }, 'has 2 cells'],
    ['1', { columns: [] }, 'the first line has no column names'],
    ['a,b,a\n1,2,3', {}, 'two columns have the same name'],
    ['1,2', { columns: ['a', 'a'] }, 'two columns have the same name'],
  ])('of %j with %j are refused', (text, options, said) => {
    expect(refused(text, options).description).toContain(said);
  });
});

describe('options', () => {
  test.each([
    { delimiter: ';;' },
    { delimiter: '' },
    { delimiter: 7 },
    { quote: '' },
    { quote: "''" },
    { quote: 7 },
    { delimiter: '"' },
    { delimiter: ';', quote: ';' },
    { columns: 'a' },
    { columns: [1] },
    { columns: null },
    { required: 'a' },
    { required: [1] },
    { required: ['a'], columns: false },
    { trim: 'no' },
  ])('%j are refused', options => {
    expect(refused('a\n1', options)).toMatchObject({
      code: 'INVALID_OPTION',
      description: 'util.parseCsv(): an option is invalid.',
    });
  });

  test('an unknown one is named if it is a plain word', () => {
    expect(refused('a', { delimeter: ';' }).description).toBe(
      'util.parseCsv(): there is no option "delimeter".',
    );
    expect(refused('a', { delimiter: ';', sep: ';' }).description).toContain('"sep"');
    expect(refused('a', { 'Amina Diallo, 0788': 1 }).description).toContain('option is invalid');
  });

  test('none, or all at once', () => {
    for (const options of [undefined, null, {}]) {
      expect(util.parseCsv('a\n1', options as never)).toEqual([{ a: '1' }]);
    }
    const all = { delimiter: ';', quote: "'", columns: ['a'], required: ['a'], trim: false };
    expect(util.parseCsv("'1;'", all)).toEqual([{ a: '1;' }]);
    expect(lists('1', { required: [] })).toEqual([['1']]);
  });
});

describe('columns that a job reads and that are not there', () => {
  test.each<[columns: string, required: string[], meant: string]>([
    ['Mobile phone,Name', ['phone'], 'Did you mean "Mobile phone"? Use'],
    ['tel,Phone', ['phone number'], 'Did you mean "Phone"? Use'],
    ['Phone 1,Name', ['phone', 'Phone', 'nmae'], 'Did you mean "Phone 1", "Name"? Use'],
    // Two letters are part of many words.
    ['id,other', ['identity card'], 'Use'],
    ['note,other', ['no'], 'Use'],
    // A name with a sign in it, among others, is no hint of a delimiter.
    ['a;b,other', ['name'], 'Use'],
    ['uid,other', ['uidx'], 'Did you mean "uid"? Use'],
    [',other,more', ['name'], 'Use'],
  ])('%s: %j', (columns, required, meant) => {
    const { fix, description } = refused(`${columns}\n`, { required });
    expect(fix.startsWith(meant)).toBe(true);
    expect(fix).not.toContain('delimiter');
    expect(description).not.toContain('""');
  });

  test('in a table of one column, the delimiter may be another', () => {
    expect(refused('village\n', { required: ['name'] }).fix).toMatch(
      /^Use the names .* set the delimiter: \{ delimiter: ";" \}\.$/,
    );
    expect(refused('name|phone\n', { required: ['name'] }).fix).toBe(
      'Its columns are separated by "|": set { delimiter: "|" }.',
    );
  });
});

describe('the marks in front of a table', () => {
  test.each<[string, object, string[][]]>([
    ['\ufeffa,b', {}, [['a', 'b']]],
    ['a,\ufeffb', {}, [['a', 'b']]],
    ["sep='\na,b", { quote: "'" }, [["sep='"], ['a', 'b']]],
    ["sep='\na'b", {}, [['a', 'b']]],
    ['sep=;', {}, []],
    ['sep=; \na', {}, [['sep=;'], ['a']]],
    ['x sep=;\na;b', {}, [['x sep=;'], ['a;b']]],
    ['a\0b', {}, [['a\0b']]],
    [`${'x'.repeat(1000)}\0y\0`, {}, [[`${'x'.repeat(1000)}\0y\0`]]],
  ])('%j with %j', (text, options, cells) => {
    expect(lists(text, options)).toEqual(cells);
  });

  test.each(['\ufffea', '\u00ff\u00fea', '\u00fe\u00ffa', 'x\0y\0z\0', `${'x'.repeat(997)}\0y\0`])(
    'UTF-16 is not read as something else',
    text => {
      expect(refused(text).description).toContain('the text is UTF-16');
    },
  );
});

test.each([undefined, null, 7, {}, ['a']])('%j is not text', text => {
  expect(refused(text)).toMatchObject({
    code: 'INVALID_INPUT',
    description: 'util.parseCsv(): the value is not text.',
  });
});
