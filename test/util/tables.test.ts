import { createSandbox } from '@openfn/rapidpro-sandbox';
import { describe, expect, onTestFinished, test } from 'vitest';
import * as adaptor from '../../src/index.js';
import * as util from '../../src/util.js';
import { captureConsole } from '../support/captureConsole.js';

test('the rows of a table, as text', () => {
  const text = '\ufeffname , phone\r\nAmina,0788\r\n\r\n"Diallo, ""Kez"" ", 1.50 \r\n';
  expect(util.parseCsv(text)).toEqual([
    { name: 'Amina', phone: '0788' },
    { name: 'Diallo, "Kez" ', phone: '1.50' },
  ]);
});

test.each([
  ['a;b\n1;2', { delimiter: ';' }, [{ a: '1', b: '2' }]],
  ['a\tb\n1\t', { delimiter: '\t' }, [{ a: '1', b: '' }]],
  [
    '1,2\n3,4',
    { columns: false },
    [
      ['1', '2'],
      ['3', '4'],
    ],
  ],
  ['1,2', { columns: ['x', 'y'] }, [{ x: '1', y: '2' }]],
  ["a,b\n'1,0',2", { quote: "'" }, [{ a: '1,0', b: '2' }]],
  ['a,b\n 1 ,2', { trim: false }, [{ a: ' 1 ', b: '2' }]],
  [
    'a,b\n"1\n2",3\r4,5',
    {},
    [
      { a: '1\n2', b: '3' },
      { a: '4', b: '5' },
    ],
  ],
  ['a,b,,\n1,2,,', {}, [{ a: '1', b: '2' }]],
  ['', {}, []],
  ['a,b\n', {}, []],
])('%j with %j', (text, options, rows) => {
  expect(util.parseCsv(text, options)).toEqual(rows);
});

test.each([
  ['a,b\n1,2,3', /line 2 \(row 1 of the data\) has 3 cells, but there are 2 columns/],
  ['a,b\n"x\ny",2\n1', /line 4 \(row 2 of the data\) has 1 cells/],
  ['a,b\n1,"2', /the quote that opens on line 2 is never closed/],
  ['a,b\n"1"x,2', /on line 2, there is text after a closing quote/],
  ['a,a\n1,2', /same name/],
  [undefined, /not text/],
])('%j is refused', (text, said) => {
  expect(() => util.parseCsv(text as string)).toThrow(said);
});

describe("Excel's own first line", () => {
  const rows = [{ a: '1', b: '2,5' }];

  test.each([
    'sep=;\r\na;b\r\n1;2,5\r\n',
    '\ufeffSEP=;\na;b\n1;2,5',
    '"sep=;"\na;b\n1;2,5',
    'sep=;;\na;b\n1;2,5',
    'sep=\t\r\na\tb\r\n1\t2,5',
    'sep=|\ra|b\r1|2,5',
  ])('%j names the delimiter', text => {
    expect(util.parseCsv(text)).toEqual(rows);
    expect(util.parseCsv(text, { delimiter: '#' })).toEqual(rows);
  });

  test('errors count it as a line', () => {
    expect(() => util.parseCsv('sep=;\na;b\n1;2;3')).toThrow(/line 3 \(row 1 of the data\)/);
  });

  test.each(['sep=a,b\n1,2', 'a,sep=;\n1,2', 'sep=\n1', 'separator\n1'])('%j is none', text => {
    expect(util.parseCsv(text, { columns: false })[0]).toEqual(text.split('\n')[0]?.split(','));
  });

  test('alone it is an empty table', () => {
    expect(util.parseCsv('sep=;')).toEqual([]);
  });
});

describe('UTF-16, which Excel writes as "Unicode text"', () => {
  const text = '\ufeffname\tphone\r\nAïssa\t0788';
  const bytes = Buffer.from(text, 'utf16le');

  test('is read where it was decoded', () => {
    const decoded = new TextDecoder('utf-16le', { ignoreBOM: true }).decode(bytes);
    expect(util.parseCsv(decoded, { delimiter: '\t' })).toEqual([{ name: 'Aïssa', phone: '0788' }]);
  });

  test.each<[string, string]>([
    ['UTF-8', bytes.toString('utf8')],
    ['Latin-1', bytes.toString('latin1')],
    ['the other order', Buffer.from(bytes).swap16().toString('utf16le')],
    ['UTF-8, without a mark', bytes.subarray(2).toString('utf8')],
  ])('is refused where it was read as %s', (_, wrong) => {
    expect(() => util.parseCsv(wrong, { delimiter: '\t' })).toThrow(/the text is UTF-16/);
  });
});

describe('the columns that a job reads', () => {
  const text = 'id,Name,Phone number\n1,Amina,0788 123 123\n';
  const refusal = (required: string[]) => {
    try {
      return util.parseCsv(text, { required });
    } catch (error) {
      return error as adaptor.RapidProError;
    }
  };

  test('are there', () => {
    expect(util.parseCsv(text, { required: ['id', 'Phone number'] })).toHaveLength(1);
    expect(util.parseCsv('id\n', { required: ['id'] })).toEqual([]);
    expect(util.parseCsv('')).toEqual([]);
    expect(util.parseCsv('1,2', { columns: ['x', 'y'], required: ['y'] })).toHaveLength(1);
  });

  test.each(['', '\n\n', '\ufeff'])('%j has none: a broken export is no empty register', text => {
    const read = () => util.parseCsv(text, { required: ['id'] });
    expect(read).toThrow(/the text is empty, without the columns/);
  });

  test.each([
    [['phone'], '"phone"', 'Did you mean "Phone number"?'],
    [['nmae', 'id'], '"nmae"', 'Did you mean "Name"?'],
    [['name'], '"name"', 'Did you mean "Name"?'],
    [['phone', 'village'], '"phone", "village"', 'Did you mean "Phone number"?'],
    [['village'], '"village"', 'Use the names of the columns exactly'],
  ])(
    '%j: one error names what is missing, what is there and what may be meant',
    (required, missing, fix) => {
      expect(refusal(required)).toMatchObject({
        code: 'INVALID_INPUT',
        description: `util.parseCsv(): the table has no column ${missing}. Its columns are "id", "Name", "Phone number".`,
        fix: expect.stringMatching(new RegExp(`^${fix.replace('?', '\\?')}`)),
      });
    },
  );

  test.each([
    ['id,phone\n1,2', ';', '","'],
    ['id;phone\n1;2', ',', '";"'],
    ['id\tphone\n1\t2', ',', String.raw`"\t"`],
  ])('of %j, read with %j, the fix names the delimiter', (table, delimiter, right) => {
    expect(() => util.parseCsv(table, { delimiter, required: ['phone'] })).toThrow(
      expect.objectContaining({ fix: expect.stringContaining(`set { delimiter: ${right} }`) }),
    );
  });

  test.each([
    ['a number', 'Amina Uwase,0788123123\nEric,0722123123\n', '0788123123'],
    ['a number in groups', 'Amina Uwase,+250 788-123-123\n', '788-123'],
    ['a date', 'Amina Uwase,1990-02-01\n', '1990'],
    ['a day as people write it', 'Amina Uwase,1.2.1990\n', '1990'],
    ['an address', 'Amina Uwase,amina@example.org\n', 'example.org'],
    ['an age', 'Amina Uwase,34\n', '34'],
    ['digits of another script', 'Amina Uwase,٣٤\n', '٣٤'],
    ['another delimiter', 'Amina Uwase;0788123123\n', '0788123123'],
    ['a long text', `Amina Uwase,${'x'.repeat(101)}\n`, 'xxx'],
  ])('of a table without a line of names, in which is %s: no cell is shown', (_, table, shown) => {
    const { description, fix, message } = (() => {
      try {
        return util.parseCsv(table, { required: ['phone', 'amina'] });
      } catch (error) {
        return error as adaptor.RapidProError;
      }
    })() as adaptor.RapidProError;
    const all = `${description} ${fix} ${message}`;
    expect(all).not.toContain('Amina');
    expect(all).not.toContain(shown);
    expect(description).toContain('has no column "phone"');
    expect(fix).toContain(table.includes(';') ? 'set { delimiter: ";" }' : '{ columns: [');
  });

  test('of a table with many columns, the first fifty are shown', () => {
    const columns = Array.from({ length: 52 }, (_, at) => `column ${at}`);
    expect(() => util.parseCsv(columns.join(), { required: ['phone'] })).toThrow(
      /Its columns are "column 0", .+ "column 49" and 2 more\./,
    );
  });

  test('that the job names itself are shown, whatever they look like', () => {
    const read = () => util.parseCsv('1,2', { columns: ['2024', '2025'], required: ['2026'] });
    expect(read).toThrow(/Its columns are "2024", "2025"/);
  });

  test('of a table with another delimiter: the names show it, and the fix says what to do', () => {
    const read = () => util.parseCsv('id;phone\n1;2', { required: ['phone'] });
    expect(read).toThrow(/Its columns are "id;phone"/);
    expect(read).toThrow(expect.objectContaining({ fix: expect.stringContaining('delimiter') }));
    expect(refusal(['village'])).toMatchObject({ fix: expect.not.stringContaining('delimiter') });
  });

  test.each([{ required: 'phone' }, { required: ['phone'], columns: false }])(
    'the options %j are refused',
    options => {
      expect(() => util.parseCsv(text, options as never)).toThrow(/option/);
    },
  );
});

test('a large table takes no long time', () => {
  const text = `a,b\n${'"Amina ""x""",0788 123 123\n'.repeat(100_000)}`;
  expect(util.parseCsv(text)).toHaveLength(100_000);
});

test('chunks', () => {
  expect(util.chunk([1, 2, 3], 2)).toEqual([[1, 2], [3]]);
  expect(adaptor.chunk([1, 2, 3], 2)).toEqual([[1, 2], [3]]);
  expect(util.chunk([], 2)).toEqual([]);
  expect(util.chunk(state => state.data as number[], 1)({ data: [1, 2] })).toEqual([[1], [2]]);
  expect(() => util.chunk([1], 0)).toThrow(/size/);
  expect(() => util.chunk('ab' as never, 1)).toThrow(/list/);
});

test('a function of state makes a function of state, also of a table', () => {
  expect(util.parseCsv(state => state.data)({ data: 'a\n1' })).toEqual([{ a: '1' }]);
});

test('as an operation, the rows become state.data', async () => {
  const next = await adaptor.parseCsv('a,b\n1,2')({ data: {}, references: [] });
  expect(next.data).toEqual([{ a: '1', b: '2' }]);
});

test('an operation or a promise in place of a value is refused', () => {
  expect(() => util.phoneUrn(Promise.resolve('0788123123'), 'RW')).toThrow(/is a promise/);
  const reader = util.phoneUrn(adaptor.getContacts() as never, 'RW');
  expect(() => reader({ data: {} })).toThrow(/is an operation/);
});

test('in a list, a helper behind () => fails for its own item alone', async () => {
  const sandbox = await createSandbox();
  onTestFinished(() => sandbox.close());
  captureConsole();
  const list = ['0788 123 123', 'none'].map(phone => ({
    urns: [() => util.phoneUrn(phone, 'RW')],
    name: 'Amina',
  }));
  const { host, token } = sandbox;
  const step = adaptor.syncContacts(list);
  const { data } = await step({ configuration: { host, token }, references: [] });
  expect(data).toMatchObject({
    created: [{ index: 0 }],
    failed: [{ index: 1, code: 'INVALID_URN', description: expect.stringContaining('no digits') }],
  });
});
