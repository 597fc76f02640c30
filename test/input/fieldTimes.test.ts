import { DateTime } from 'luxon';
import { describe, expect, test } from 'vitest';
import { recordings, sentJson } from '../../sandbox/test/values/recorded-rows.js';
import { RapidProError } from '../../src/errors/errors.js';
import {
  completeTimes,
  isAnotherTime,
  readTimeRule,
  type TimeFacts,
} from '../../src/input/fieldTimes.js';
import { factsOf, sentFor, TYPES } from './dueDate.js';

const KIGALI = 'Africa/Kigali';
const NEW_YORK = 'America/New_York';

describe('ISO times are sent in full', () => {
  test.each([
    ['2026-01-05', KIGALI, '2026-01-05T00:00:00+02:00'],
    ['2026-01-05T10:30', KIGALI, '2026-01-05T10:30:00+02:00'],
    ['2026-01-05 10:30:15', KIGALI, '2026-01-05T10:30:15+02:00'],
    ['2026-01-05  9:30', KIGALI, '2026-01-05T09:30:00+02:00'],
    ['2026-01-05T00:00:00.000', KIGALI, '2026-01-05T00:00:00.000+02:00'],
    ['2026-07-05', NEW_YORK, '2026-07-05T00:00:00-04:00'],
    ['2026-01-05', NEW_YORK, '2026-01-05T00:00:00-05:00'],
    ['2026-01-05', 'Asia/Kathmandu', '2026-01-05T00:00:00+05:45'],
    ['2026-01-05', 'UTC', '2026-01-05T00:00:00Z'],
    ['2026-01-05', 'Europe/London', '2026-01-05T00:00:00Z'],
    ['0000-01-01T08:00', 'UTC', '0000-01-01T08:00:00Z'],
    // Both sides of a change of the clocks, and the hour that comes twice.
    ['2026-03-29T00:30', 'Europe/London', '2026-03-29T00:30:00Z'],
    ['2026-03-29T02:30', 'Europe/London', '2026-03-29T02:30:00+01:00'],
    ['2026-11-01 01:30', NEW_YORK, '2026-11-01T01:30:00-04:00'],
    ['2026-10-25 02:30', 'Europe/Berlin', '2026-10-25T02:30:00+02:00'],
    ['2026-04-05 01:45', 'Australia/Lord_Howe', '2026-04-05T01:45:00+11:00'],
    // Days without a midnight, and one with two.
    ['2027-09-05', 'America/Santiago', '2027-09-05T01:00:00-03:00'],
    ['2026-04-24', 'Africa/Cairo', '2026-04-24T01:00:00+03:00'],
    ['2018-11-04', 'America/Sao_Paulo', '2018-11-04T01:00:00-02:00'],
    ['1919-03-31', 'America/Toronto', '1919-03-31T00:30:00-04:00'],
    ['2026-11-01', 'America/Havana', '2026-11-01T00:00:00-04:00'],
    // Clocks that were seconds off.
    ['1900-05-01', 'Africa/Monrovia', '1900-05-01T00:43:08Z'],
    ['1880-05-01T08:00:00.5', NEW_YORK, '1880-05-01T12:56:02.5Z'],
  ])('%s in %s is %s', async (text, timezone, expected) => {
    expect(await sentFor(text, timezone)).toBe(expected);
  });

  test.each([
    ['2026-01-05T10:00:00Z', '2026-01-05T10:00:00Z'],
    ['2026-01-05T10:00:00z', '2026-01-05T10:00:00Z'],
    ['2026-01-05t10:00Z', '2026-01-05T10:00:00Z'],
    ['2026-01-05T10:00:00+0300', '2026-01-05T10:00:00+03:00'],
    ['2026-01-05 10:00+03', '2026-01-05T10:00:00+03:00'],
    ['2026-01-05 10:00 -0330', '2026-01-05T10:00:00-03:30'],
    ['2026-01-05T10:00:00 Z', '2026-01-05T10:00:00Z'],
    ['2026-01-05T10:00:00+00:00', '2026-01-05T10:00:00Z'],
    ['2026-01-05T10:00:00-00:00', '2026-01-05T10:00:00Z'],
    ['2026-01-05T10:00:00+14:00', '2026-01-05T10:00:00+14:00'],
    ['2026-01-05T10:00:00.123456789-05:30', '2026-01-05T10:00:00.123456-05:30'],
    ['2026-01-05T10:00:00,5Z', '2026-01-05T10:00:00.5Z'],
    ['\t2026-01-05T10:00:00Z\n', '2026-01-05T10:00:00Z'],
    ['\ufeff2026-01-05T10:00:00Z', '2026-01-05T10:00:00Z'],
    ['2024-02-29T10:00:00Z', '2024-02-29T10:00:00Z'],
  ])('%j keeps its zone: %s', async (text, expected) => {
    for (const timezone of [KIGALI, undefined])
      expect(await sentFor(text, timezone)).toBe(expected);
  });
});

test.each([
  '2026-02-30',
  '2027-02-31T08:00:00Z',
  '2026-00-10',
  '2026-13-45',
  '2026-01-05T24:00:00Z',
  '2026-01-05T25:00',
  '2026-01-05T10:60:00Z',
  '2026-01-05T10:00:60Z',
  '2026-01-05T10:00:00+25:00',
  '2026-01-05T10:00:00+14:30',
  '2026-01-05T10:00:00+02:75',
  '2026-01-05T10:00:00+2:00',
  '2026-01-05T10',
  '2026-01-05T',
  '2026-01-05T1:2:3Z',
  '2026-01-05T1030Z',
  '2026-01-05TZ',
  '2026-01-05Z',
  '2026-01-05 10',
  '2026-01-05 10h30',
  '2026-01-05 10.30',
  '2026-01-05 10:00 UTC',
  '2026-01-05 10:00 EAT',
  '2026-01-05 10:00 PM CAT',
  '2026-01-05 10:00 PM +02:00',
  '2026-01-05T10:00 PM',
  '2026-01-05 13:00 AM',
  '2026-01-05 10:30 p.m.',
  '2026-01-05T10:00:00 Africa/Kigali',
  '2026-01-05T10:00:00+02:00[Africa/Kigali]',
  '2026-01-05 (about)',
  '2026-01-05 to 2026-01-09',
  '2026-01-055',
  '31/02/2027',
  '02/31/2027 10:00',
  '45-13-2026',
  '13.13.2026',
  '2026/02/30',
  '29-02-2025',
  'Visit on 31.11.2026',
])('%j is refused', async text => {
  for (const timezone of [KIGALI, undefined]) {
    const error = await sentFor(text, timezone);
    expect(error).toMatchObject({
      code: 'INVALID_INPUT',
      description: expect.stringContaining('contact.fields.due'),
      fix: expect.stringContaining('2026-01-31T08:00:00+02:00'),
    });
    expect(JSON.stringify(error)).not.toContain(text);
  }
});

test.each([
  ['2026-03-08 02:30', NEW_YORK],
  ['2026-03-29T02:00', 'Europe/Berlin'],
  ['2027-09-05T00:30', 'America/Santiago'],
  ['2011-12-30', 'Pacific/Apia'],
  ['2011-12-30T12:00', 'Pacific/Apia'],
])('%s, which the clocks of %s skip, is refused', async (text, timezone) => {
  expect(await sentFor(text, timezone)).toMatchObject({
    code: 'INVALID_INPUT',
    description: expect.stringContaining('does not exist'),
  });
});

test.each([
  '',
  'soon',
  '5',
  '2026',
  '10:30',
  '20260105',
  '1767607200000',
  '05/01/2026',
  '31-12-2026 10:30',
  '05.01.2026',
  '05 01 2026',
  '05-01-26 10:30',
  '31/02/27',
  '5 Jan 2026',
  '2026/01/05',
  '2026-1-5',
  '29-02-2024',
  '12/31/2026',
  '2026-01-05 10:30 PM',
  '2026-01-05 9:05:10 am',
  '2026-01-05 10pm',
  'x 2026-01-05T10:00:00Z',
  '1-1-1',
  '٠٥-٠١-٢٠٢٦',
  5,
  20260105,
  null,
  undefined,
])('%j is sent as it is', async text => {
  expect(await sentFor(text, KIGALI)).toBe(text);
});

test.each(['2026-01-05', '2026-01-05T10:30', '2026-01-05 10:30:15.5'])(
  '%s is sent as it is where the zone of the workspace is not known',
  async text => {
    expect(await sentFor(text, undefined)).toBe(text);
    expect(await sentFor(text, 'Mars/Olympus')).toBe(text);
  },
);

describe('dates in another order than the workspace writes them', () => {
  test.each([
    ['12/25/2026', 'day_first', 'the day first'],
    ['01-13-2026 10:30', 'day_first', 'the day first'],
    ['12/25/26', 'day_first', 'the day first'],
    ['25/12/2026', 'month_first', 'the month first'],
    ['26-01-05', 'month_first', 'the month first'],
    ['25.12.2026', 'year_first', 'the year first'],
    ['visit on 12/25/2026', 'day_first', 'the day first'],
    // Only a workspace that writes the year first finds a day here.
    ['99-12-31', 'day_first', 'the day first'],
    ['99-12-31', 'month_first', 'the month first'],
    ['29/02/01', 'day_first', 'the day first'],
  ])('%s in %s is refused: RapidPro would empty the field', async (text, style, order) => {
    const error = (await sentFor(text, KIGALI, style)) as RapidProError;
    expect(error).toBeInstanceOf(RapidProError);
    expect(error).toMatchObject({ code: 'INVALID_INPUT' });
    expect(error.description).toContain(`its workspace writes ${order}`);
  });

  test.each([
    ['25/12/2026', 'day_first'],
    ['12/25/2026', 'month_first'],
    ['26-12-25', 'year_first'],
    ['99-12-31', 'year_first'],
    ['05/01/2026', 'month_first'],
    // Not known, or no style of RapidPro's.
    ['12/25/2026', undefined],
    ['12/25/2026', 'constructor'],
  ])('%s in %s is sent as it is', async (text, style) => {
    expect(await sentFor(text, KIGALI, style)).toBe(text);
  });

  test('without a right to read the workspace, they are sent as they are', async () => {
    const facts = { ...factsOf(KIGALI), unlessForbidden: async () => undefined };
    const rule = await readTimeRule(facts, [{ due: '12/25/2026' }], TYPES);
    const fields = { due: '12/25/2026' };
    rule(fields, 'contact');
    expect(fields.due).toBe('12/25/2026');
  });

  test('the style is read only if a date is none in one of the styles', async () => {
    const facts = { ...factsOf(KIGALI), dateStyle: () => expect.fail('the style is read') };
    for (const due of ['05/01/10', '2026-01-05', '2026-12-25T08:00:00Z']) {
      await readTimeRule(facts, [{ due }], TYPES);
    }
  });

  test.each(recordings)('of what $server stored, nothing is refused', async ({ rows }) => {
    let refused = 0;
    for (const row of rows) {
      const style = /date_style (\w+)/.exec(row.context ?? '')?.[1];
      if (row.what !== 'field:datetime' || !style || typeof row.input !== 'string') continue;
      const sent = await sentFor(row.input, NEW_YORK, style);
      const isOrder = sent instanceof RapidProError && sent.description.includes('its workspace');
      // "2026 01 05 10:30" was stored as a day in 2010: that is none of its own.
      const partsOf = (text: string) => (text.match(/\d+/g) ?? []).slice(0, 3).map(Number).sort();
      const own = partsOf(row.input);
      if (isOrder) expect(partsOf(String(row.stored ?? '')), row.input).not.toEqual(own);
      if (row.stored === null && /^\d+([-/.])\d+\1\d+$/.test(row.input)) {
        expect(sent, row.input).toBeInstanceOf(RapidProError);
      }
      if (isOrder) refused++;
    }
    expect(refused).toBeGreaterThan(2);
  });
});

test('only what may be a time asks for facts', async () => {
  const facts: TimeFacts = {
    fieldTypes: () => expect.fail('types are read'),
    timezone: () => expect.fail('the zone is read'),
    dateStyle: () => expect.fail('the date style is read'),
    unlessForbidden: (_, read) => read(),
  };
  const fields = {
    a: 'Amina',
    b: 'KE-2026-0001',
    c: '+250 788 123 123',
    d: '0788 12 34 56',
    e: 20260105,
    f: null,
    g: '10.0.0.99',
    h: '07 88 12 34',
    i: '1199080012345678',
    j: undefined,
  };
  await completeTimes(facts, fields, 'contact');
  await completeTimes(facts, undefined, 'contact');
});

test('types that are known are not read, and a zone only where one lacks', async () => {
  const facts: TimeFacts = {
    fieldTypes: () => expect.fail('types are read'),
    timezone: () => expect.fail('the zone is read'),
    dateStyle: () => expect.fail('the date style is read'),
    unlessForbidden: (_, read) => read(),
  };
  const fields = { due: '2026-01-05T10:00+02', notes: '2026-01-05' };
  const types = new Map([...TYPES, ['notes', 'text']]);
  const rule = await readTimeRule(facts, [fields, undefined], types);
  rule(fields, 'contact');
  rule(undefined, 'contact');
  expect(fields).toEqual({ due: '2026-01-05T10:00:00+02:00', notes: '2026-01-05' });
});

describe('what was stored is compared with what was sent', () => {
  const STORED = '2026-01-05T10:30:00.000000+02:00';

  test.each([
    '2026-01-05T10:30:00+02:00',
    '2026-01-05T08:30:00Z',
    '2026-01-05T08:30Z',
    '2026-01-05T10:30:00.0000009+02:00',
    '2026-01-05 10:30',
    '2026-01-05T10:30:00',
    '05-01-2026 10:30',
    '01/05/2026 10:30',
    '5.1.2026, 10:30:00',
    '5/1/26 10:30 am',
    'Monday 05-01-2026 10:30',
    '05-01-2026 10:30+02:00',
    '05-01-2026 08:30 UTC',
    '2026-01-05 10:30 AM',
    STORED,
  ])('%j is the time that is stored', sent => {
    expect(isAnotherTime(sent, STORED)).toBe(false);
  });

  test.each([
    '2026-01-05',
    '05/01/2026',
    '2026-01-05T10:30:00Z',
    '2026-01-05T10:30:00+03:00',
    '2026-01-05T10:30:01',
    '2026-01-05T10:30:00.5',
    '2026-01-06 10:30',
    '2026-01-05 10:30 PM',
    '05-01-2026 10:30 EAT',
    '05-01-2026 10:30+05:00',
    '05-01-2027 10:30',
    '05-01-1926 10:30',
    '05-01-2026 10.30',
    '10:30 05-01-2026',
    '05-01-2026 to 10:30',
    '2026-01-05T10:30:00 Africa/Kigali',
    '31-02-2026 10:30',
    'at 10:30',
  ])('%j is not', sent => {
    expect(isAnotherTime(sent, STORED)).toBe(true);
  });

  test('a year of two digits is the one that all would read', () => {
    expect(isAnotherTime('05-01-27 10:30', '1927-01-05T10:30:00.000000+02:00')).toBe(true);
    expect(isAnotherTime('05-01-85 10:30', '1985-01-05T10:30:00.000000+02:00')).toBe(false);
    expect(isAnotherTime('05-01-45 10:30', '1945-01-05T10:30:00.000000+02:00')).toBe(true);
  });

  test.each(['', 'Kigali', '12.5', '2026-01-05', '2026-01-05T10:00:00'])(
    'an answer that is no time says nothing: %j',
    shown => expect(isAnotherTime('2026-01-05', shown)).toBe(false),
  );
});

describe.each(recordings)('what $server was seen to store', ({ rows }) => {
  const datetimes = rows.filter(({ what }) => what === 'field:datetime');
  const zoneOf = (context = '') => (context.includes(NEW_YORK) ? NEW_YORK : KIGALI);

  test('was meant, where nothing is said of it', async () => {
    const silent: string[] = [];
    for (const { input, stored, context } of datetimes) {
      const json = sentJson(input);
      const sent = await sentFor(JSON.parse(json), zoneOf(context));
      if (sent !== JSON.parse(json) || typeof stored !== 'string') continue;
      if (!isAnotherTime(String(sent).trim(), stored)) silent.push(`${sent} = ${stored}`);
    }
    expect(silent).toMatchInlineSnapshot(`
      [
        "2026-01-05T10:00:00Z = 2026-01-05T10:00:00.000000Z",
        "2026-01-05T10:00:00+02:00 = 2026-01-05T10:00:00.000000+02:00",
        "2026-01-05T10:00:00-05:30 = 2026-01-05T10:00:00.000000-05:30",
        "2026-01-05T10:00:00+14:00 = 2026-01-05T10:00:00.000000+14:00",
        "2026-01-05T10:00:00.1Z = 2026-01-05T10:00:00.100000Z",
        "2026-01-05T10:00:00.123Z = 2026-01-05T10:00:00.123000Z",
        "2026-01-05T10:00:00.123456Z = 2026-01-05T10:00:00.123456Z",
        "05-01-26 10:30 = 2026-01-05T10:30:00.000000+02:00",
        "05-01-2026 10:30 = 2026-01-05T10:30:00.000000+02:00",
        "05-01-2026 10:30:45 = 2026-01-05T10:30:45.000000+02:00",
        "05-01-2026 10:30:45.123 = 2026-01-05T10:30:45.123000+02:00",
        "05-01-2026 10:30 PM = 2026-01-05T22:30:00.000000+02:00",
        "05-01-2026 10pm = 2026-01-05T22:00:00.000000+02:00",
        "05-01-2026 10:30+02:00 = 2026-01-05T10:30:00.000000+02:00",
        "2026-01-05T23:59:59Z = 2026-01-05T23:59:59.000000Z",
        "0001-01-01T00:00:00Z = 0001-01-01T00:00:00.000000Z",
        "0000-01-01T00:00:00Z = 0000-01-01T00:00:00.000000Z",
        "1000-01-01T00:00:00Z = 1000-01-01T00:00:00.000000Z",
        "1500-06-01T00:00:00Z = 1500-06-01T00:00:00.000000Z",
        "1899-12-31T00:00:00Z = 1899-12-31T00:00:00.000000Z",
        "1970-01-01T00:00:00Z = 1970-01-01T00:00:00.000000Z",
        "9999-12-31T23:59:59Z = 9999-12-31T23:59:59.000000Z",
        "2026-03-29T01:30:00+01:00 = 2026-03-29T01:30:00.000000+01:00",
        "2026-03-29T02:30:00+02:00 = 2026-03-29T02:30:00.000000+02:00",
        "2026-10-25T02:30:00+02:00 = 2026-10-25T02:30:00.000000+02:00",
        "2026-01-05T10:00:00Z = 2026-01-05T10:00:00.000000Z",
        "05-01-2026 10:30 = 2026-05-01T10:30:00.000000-04:00",
        "01-13-2026 10:30 = 2026-01-13T10:30:00.000000-05:00",
        "08-03-2026 02:30 = 2026-08-03T02:30:00.000000-04:00",
        "11-01-2026 01:30 = 2026-11-01T01:30:00.000000-04:00",
        "07-05-2026 9:05 am = 2026-07-05T09:05:00.000000-04:00",
        "2026-01-05T10:00:00Z = 2026-01-05T10:00:00.000000Z",
        "2026 01 05 10:30 = 2026-01-05T10:30:00.000000-05:00",
        "2026-01-05T10:00:00Z = 2026-01-05T10:00:00.000000Z",
        "05-01-2026 10:30 = 2026-01-05T10:30:00.000000-05:00",
        "03-08-2026 02:30 = 2026-08-03T02:30:00.000000-04:00",
        "11-01-2026 01:30 = 2026-01-11T01:30:00.000000-05:00",
        "07-05-2026 9:05 am = 2026-05-07T09:05:00.000000-04:00",
      ]
    `);
  });

  test('is full ISO where a text is completed', async () => {
    const full = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,6})?(Z|[+-]\d\d:\d\d)$/;
    let completed = 0;
    for (const { input, context } of datetimes) {
      const text = JSON.parse(sentJson(input));
      const zone = zoneOf(context);
      const sent = await sentFor(text, zone);
      if (sent === text || typeof sent !== 'string') continue;
      completed++;
      expect(sent).toMatch(full);
      const iso = text.trim().replace(' ', 'T').replace(',', '.');
      // Of an hour that comes twice the first.
      const [first] = DateTime.fromISO(iso, { zone }).getPossibleOffsets();
      expect(Date.parse(sent)).toBe(first?.toMillis());
    }
    expect(completed).toBeGreaterThan(10);
  });
});

describe('dates as people write them', () => {
  test.each<[sent: string, shown: string, isAnother: boolean]>([
    // Servers read years from 30 to 68 in different centuries.
    ['05/01/29', '2029-01-05T00:00:00+02:00', false],
    ['05/01/30', '2030-01-05T00:00:00+02:00', true],
    ['05/01/68', '1968-01-05T00:00:00+02:00', true],
    ['05/01/69', '1969-01-05T00:00:00+02:00', false],
    ['2026/31/01 10:30', '2026-01-31T10:30:00+02:00', false],
    ['26-01-05 10:30', '2026-01-05T10:30:00+02:00', false],
    ['05-01-2026', '2026-01-05T00:00:00+02:00', false],
    ['05-01-2026', '2026-01-05T10:30:00+02:00', true],
    ['05-01-2026 10', '2026-01-05T10:00:00+02:00', true],
    ['05-01-2026 12:30 pm', '2026-01-05T12:30:00+02:00', false],
    ['05-01-2026 12:30 am', '2026-01-05T00:30:00+02:00', false],
    ['05-01-2026 24:00+02:00', '2026-01-06T00:00:00+02:00', true],
    ['05-01-2026 10:30+25:00', '2026-01-05T10:30:00+02:00', true],
    ['05-01-2026 10:30+14:00', '2026-01-04T22:30:00+02:00', false],
    ['05-01-2026 10:30+14:30', '2026-01-05T10:30:00+02:00', true],
  ])('%s, shown as %s: %j', (sent, shown, isAnother) => {
    expect(isAnotherTime(sent, shown)).toBe(isAnother);
  });

  test.each([
    ['2026/01/05', 'year_first', true],
    ['2026/01/05', 'day_first', false],
    ['2026.01.05', 'month_first', false],
    ['2026-1-5', 'year_first', true],
    ['2026-1-5', 'day_first', false],
    ['2026/31/01', 'year_first', false],
    ['05/01/2026', 'year_first', false],
    ['05/01/2026', 'month_first', true],
  ])('a year in front, or behind: %s with %s is a day: %s', async (text, style, isDay) => {
    const sent = await sentFor(text, KIGALI, style);
    if (isDay) expect(sent).toBe(text);
    else expect(sent).toMatchObject({ code: 'INVALID_INPUT' });
  });

  test('29 February is a day in one of the centuries', async () => {
    expect(await sentFor('29/02/00', KIGALI, 'day_first')).toBe('29/02/00');
  });
});

test('a date that no calendar has is told so', async () => {
  for (const text of ['2026-02-31', '2026-02-31T10:30:00Z', '31/02/2026']) {
    expect(await sentFor(text, KIGALI)).toMatchObject({
      description: 'contact.fields.due is a date that does not exist. Nothing was sent.',
    });
  }
});

test('spaces around a time change nothing', async () => {
  expect(await sentFor(' 2026-01-05T10:30 ', KIGALI)).toBe('2026-01-05T10:30:00+02:00');
});

test('fields of other types are left alone', async () => {
  const facts = { ...factsOf(KIGALI), fieldTypes: async () => new Map([['due', 'text']]) };
  const fields = { due: '2026-01-05T10:30' };
  await completeTimes(facts, fields, 'contact');
  expect(fields.due).toBe('2026-01-05T10:30');
});

test('so are all fields if the token may not read their types', async () => {
  const facts: TimeFacts = { ...factsOf(KIGALI), unlessForbidden: async () => undefined };
  const fields = { due: '2026-01-05T10:30' };
  await completeTimes(facts, fields, 'contact');
  expect(fields.due).toBe('2026-01-05T10:30');
});

test.each([7, null, undefined, 'soon', ''])('%j in a field of times is left alone', async value => {
  const fields = { due: value };
  const rule = await readTimeRule(factsOf(KIGALI), [fields, undefined], TYPES);
  rule(fields, 'contact');
  rule(undefined, 'contact');
  expect(fields).toEqual({ due: value });
});
