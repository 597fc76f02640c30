import fc from 'fast-check';
import { DateTime, IANAZone } from 'luxon';
import { describe, expect, test } from 'vitest';
import { readFieldValue } from '../../sandbox/src/values/index.js';
import { RapidProError } from '../../src/errors/errors.js';
import { isAnotherTime } from '../../src/input/fieldTimes.js';
import { sentFor } from '../input/dueDate.js';

/** Times in fields, tried at random, with the rules of the clocks of many places. */

const KIGALI = 'Africa/Kigali';
const NEW_YORK = 'America/New_York';

describe('whatever is written', () => {
  const zones = fc.constantFrom(
    KIGALI,
    NEW_YORK,
    'America/St_Johns',
    'America/Santiago',
    'America/Sao_Paulo',
    'America/Asuncion',
    'America/Havana',
    'Africa/Cairo',
    'Africa/Casablanca',
    'Asia/Beirut',
    'Asia/Kolkata',
    'Asia/Amman',
    'Australia/Lord_Howe',
    'Pacific/Apia',
    'UTC',
  );
  const times = fc
    .date({
      min: new Date('1975-01-01T00:00:00Z'),
      max: new Date('2060-01-01T00:00:00Z'),
      noInvalidDate: true,
    })
    .map(date => date.toISOString().slice(0, 16));
  const formats = new Map<string, Intl.DateTimeFormat>();
  const shown = (instant: number, timeZone: string) => {
    const format =
      formats.get(timeZone) ??
      new Intl.DateTimeFormat('sv-SE', { timeZone, dateStyle: 'short', timeStyle: 'medium' });
    formats.set(timeZone, format);
    return format.format(instant).replace(' ', 'T');
  };
  /** From +14:00 to -14:00: the first instant comes first. */
  const offsets = Array.from({ length: 28 * 4 + 1 }, (_, quarter) => (14 * 4 - quarter) * 15);

  /** Days on which the clocks of a zone change, so that they are met often. */
  const changes = new Map<string, number[]>();
  function changesOf(name: string): number[] {
    const known = changes.get(name);
    if (known) return known;
    const zone = IANAZone.create(name);
    const days = Array.from({ length: 30 * 365 }, (_, day) => Date.UTC(2000, 0, day));
    const ahead = days.map(day => zone.offset(day));
    const found = [0, ...days.filter((_, at) => ahead[at] !== (ahead[at + 1] ?? ahead[at]))];
    changes.set(name, found);
    return found;
  }
  const nearChanges = zones.chain(name =>
    fc
      .tuple(fc.constantFrom(...changesOf(name)), fc.integer({ min: -12 * 60, max: 36 * 60 }))
      .map(([day, minutes]): [string, string] => [
        name,
        new Date(day + minutes * 60_000).toISOString().slice(0, 16),
      ]),
  );
  const zoned = fc.oneof(fc.tuple(zones, times), nearChanges);

  test('the clocks of the workspace show it, for the first time, or it is refused', async () => {
    await fc.assert(
      fc.asyncProperty(zoned, async ([zone, text]) => {
        const sent = await sentFor(text, zone);
        const wall = Date.parse(`${text}:00Z`);
        const instant = offsets
          .map(minutes => wall - minutes * 60_000)
          .find(one => shown(one, zone).startsWith(text));
        if (instant === undefined) {
          expect(sent).toBeInstanceOf(RapidProError);
          return;
        }
        expect(Date.parse(String(sent))).toBe(instant);
      }),
      { numRuns: 1000 },
    );
  });

  test('a day is sent as its first moment, or refused where the zone has none such', async () => {
    await fc.assert(
      fc.asyncProperty(zoned, async ([zone, text]) => {
        const day = text.slice(0, 10);
        const sent = await sentFor(day, zone);
        if (sent instanceof RapidProError) {
          expect([zone, day]).toEqual(['Pacific/Apia', '2011-12-30']);
          return;
        }
        const instant = Date.parse(String(sent));
        expect(shown(instant, zone).slice(0, 10)).toBe(day);
        expect(shown(instant - 1000, zone).slice(0, 10)).not.toBe(day);
      }),
      { numRuns: 1000 },
    );
  });

  const pieces = (...texts: string[]) => fc.constantFrom(...texts);
  const written = fc.record({
    day: pieces(
      '2026-01-05',
      '2026-03-08',
      '2027-02-31',
      '05-01-2026',
      '31/02/2027',
      '05/01/27',
      '2026/01/05',
      '26-01-05',
    ),
    between: pieces('T', ' ', 't', '  ', ', ', ' at ', ''),
    clock: pieces(
      '10:30',
      '09:15:30',
      '9:05',
      '00:00',
      '24:00',
      '25:00',
      '02:30',
      '10:30:45.123',
      '10',
      '9.05',
      '',
    ),
    half: pieces('', ' AM', ' PM', 'pm'),
    zone: pieces(
      '',
      'Z',
      'z',
      '+02:00',
      ' +0200',
      '-05',
      '+25:00',
      ' UTC',
      ' EAT',
      ' Africa/Kigali',
    ),
  });
  const locales = fc.record({
    country: fc.constant('RW'),
    timezone: fc.constantFrom(KIGALI, NEW_YORK, 'America/Santiago'),
    dateStyle: fc.constantFrom('day_first' as const, 'month_first' as const, 'year_first' as const),
    dialect: fc.constantFrom('v9' as const, 'textit' as const),
    now: fc.constant(() => Date.parse('2026-11-22T16:30:35.123Z')),
  });
  const DAYS = ['yyyy-MM-dd', 'dd-MM-yyyy', 'MM-dd-yyyy', 'dd-MM-yy', 'MM-dd-yy', 'yy-MM-dd'];
  const CLOCKS = ['', 'H:mm', 'H:mm:ss', 'H:mm:ss.u', 'h a', 'h:mm a', 'h:mm:ss a', 'h:mm:ss.u a'];
  const ZONES = new Map([
    ['Z', 'UTC'],
    ['z', 'UTC'],
    ['UTC', 'UTC'],
    ['+02:00', 'UTC+2'],
    ['+0200', 'UTC+2'],
    ['-05', 'UTC-5'],
  ]);

  /** The instants that a text can mean. */
  function meant(parts: { day: string; clock: string; half: string; zone: string }, zone: string) {
    const half = parts.half && ` ${parts.half.trim().toUpperCase()}`;
    const text = `${parts.day.replaceAll('/', '-')} ${parts.clock}${half}`.trim();
    const named = parts.zone.trim();
    const options = { zone: named ? ZONES.get(named) : zone, locale: 'en-US' };
    if (!options.zone) return [];
    return DAYS.flatMap(day => CLOCKS.map(clock => `${day} ${clock}`.trim()))
      .map(format => DateTime.fromFormat(text, format, options))
      .filter(one => one.isValid)
      .map(one => (parts.clock ? one : one.startOf('day')).toMillis());
  }

  test('what RapidPro stores is what was meant, or is refused, or reported', async () => {
    let silent = 0;
    await fc.assert(
      fc.asyncProperty(written, locales, async (parts, locale) => {
        const { day, between, clock, half, zone } = parts;
        const sent = await sentFor(day + between + clock + half + zone, locale.timezone);
        if (sent instanceof RapidProError) return;
        const stored = readFieldValue(String(sent), 'datetime', locale).datetime;
        if (stored === null || isAnotherTime(String(sent).trim(), stored)) return;
        silent++;
        expect(meant(parts, locale.timezone)).toContain(Date.parse(stored));
      }),
      { numRuns: 3000 },
    );
    expect(silent).toBeGreaterThan(30);
  });
});
