import fc from 'fast-check';
import { expect, test } from 'vitest';
import { lacksZone, withZone } from '../../../src/operations/bulk/zone.js';

test.each([
  ['2026-01-05', 'Africa/Kigali', '2026-01-05T00:00:00+02:00'],
  ['2026-01-05T10:30', 'Africa/Kigali', '2026-01-05T10:30:00+02:00'],
  ['2026-01-05 10:30:15', 'Africa/Kigali', '2026-01-05T10:30:15+02:00'],
  ['2026-01-05T00:00:00.000', 'Africa/Kigali', '2026-01-05T00:00:00.000+02:00'],
  ['2026-07-05', 'America/New_York', '2026-07-05T00:00:00-04:00'],
  ['2026-01-05', 'America/New_York', '2026-01-05T00:00:00-05:00'],
  ['2026-01-05', 'Asia/Kathmandu', '2026-01-05T00:00:00+05:45'],
  ['2026-01-05', 'UTC', '2026-01-05T00:00:00Z'],
  ['2026-01-05', 'Europe/London', '2026-01-05T00:00:00Z'],
  // Both sides of a change of the clocks.
  ['2026-03-29T00:30', 'Europe/London', '2026-03-29T00:30:00Z'],
  ['2026-03-29T02:30', 'Europe/London', '2026-03-29T02:30:00+01:00'],
])('%s in %s is %s', (text, timezone, expected) => {
  expect(lacksZone(text)).toBe(true);
  expect(withZone(text, timezone)).toBe(expected);
});

test.each([
  ['2026-01-05T10:00:00Z', '2026-01-05T10:00:00Z'],
  ['2026-01-05T10:00:00z', '2026-01-05T10:00:00Z'],
  ['2026-01-05T10:00:00+0300', '2026-01-05T10:00:00+03:00'],
  ['2026-01-05 10:00+03', '2026-01-05T10:00:00+03:00'],
  ['2026-01-05T10:00:00+00:00', '2026-01-05T10:00:00Z'],
  ['2026-01-05T10:00:00.123456789-05:30', '2026-01-05T10:00:00.123456-05:30'],
])('%s keeps its zone: %s', (text, expected) => {
  expect(lacksZone(text)).toBe(false);
  expect(withZone(text, 'Africa/Kigali')).toBe(expected);
});

test.each(['', 'soon', '05/01/2026', '2026-02-30', '2026', '2026-01-05T25:00', '5'])(
  '%j stays as it is',
  text => {
    expect(withZone(text, 'Africa/Kigali')).toBe(text);
  },
);

test('the clocks of the zone show what was written', () => {
  const zones = fc.constantFrom(
    'Africa/Kigali',
    'America/St_Johns',
    'Asia/Kolkata',
    'Pacific/Apia',
  );
  const days = fc.date({
    min: new Date('1975-01-01T00:00:00Z'),
    max: new Date('2060-01-01T00:00:00Z'),
    noInvalidDate: true,
  });
  fc.assert(
    fc.property(days, zones, (date, timeZone) => {
      // Noon: no zone changes its clocks then.
      const text = `${date.toISOString().slice(0, 10)}T12:00`;
      const instant = new Date(withZone(text, timeZone));
      const shown = instant.toLocaleString('sv-SE', { timeZone }).replace(' ', 'T').slice(0, 16);
      // The day that Samoa left out in 2011.
      if (text.startsWith('2011-12-30')) return;
      expect(shown).toBe(text);
    }),
  );
});
