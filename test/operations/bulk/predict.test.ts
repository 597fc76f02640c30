import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { servers } from '../../../recordings/read.js';
import { isPlainUrn } from '../../../src/input/sameUrn.js';
import { sameGroupName, storedField, storedText } from '../../../src/input/stored.js';
import { compareContact, isKnownLanguage } from '../../../src/sync/compare.js';

interface Row {
  what: string;
  input: unknown;
  status: number;
  stored: unknown;
}

interface Recorded {
  rows: Row[];
}

/** `{ prefix, repeat, times, suffix }` stands for a long text. */
function long(value: unknown): unknown {
  if (value === null || typeof value !== 'object' || !('repeat' in value)) return value;
  const { prefix = '', repeat, times, suffix = '' } = value as Record<string, string>;
  return `${prefix}${String(repeat).repeat(Number(times))}${suffix}`;
}

/** What a job would have to give so that this is sent; undefined where no job can. */
function given(input: unknown): { value: string | number | null } | undefined {
  const value = long(input);
  if (value === null || typeof value === 'string') return { value };
  const { json } = value as { json?: string };
  if (json === undefined) return undefined;
  try {
    const parsed: unknown = JSON.parse(json);
    const sent = typeof parsed === 'number' && JSON.stringify(parsed) === json;
    return sent || typeof parsed === 'string' ? { value: parsed as number } : undefined;
  } catch {
    return undefined;
  }
}

function rowsOf(server: string): Row[] {
  const url = new URL(`../../../recordings/normalisation/${server}.json`, import.meta.url);
  const { rows } = JSON.parse(readFileSync(url, 'utf8')) as Recorded;
  return rows.map(row => ({ ...row, stored: long(row.stored) }));
}

/** Values that a contact might show in place of the one that is stored. */
function others(stored: unknown, input: unknown): (string | null)[] {
  const texts = [null, 'other', '0', '1', String(input).trim(), String(input).toLowerCase()];
  return texts.filter(text => text !== stored);
}

/** A place that is shown is always one of the workspace's own. */
function otherPlaces(rows: readonly { row: Row }[]): (stored: unknown) => (string | null)[] {
  const places = new Set(rows.map(({ row }) => row.stored as string | null));
  return stored => [...places].filter(place => place !== stored);
}

/** What is said of URNs beside those that a contact has. */
type Prediction = 'same' | 'different' | 'unpredicted';

/** What the comparison says about the one key of an entry. */
function compared(
  entry: Omit<Parameters<typeof compareContact>[0], 'index'>,
  contact: Parameters<typeof compareContact>[1],
  type = 'text',
): Prediction {
  const facts = { types: new Map([['key', type]]), exact: new Set<string>() };
  const settings = {};
  const change = compareContact({ index: 0, ...entry }, contact, facts, settings);
  if (change.changed.length === 0) return 'same';
  return change.unpredicted.length > 0 ? 'unpredicted' : 'different';
}

const compareUrns = (urns: string[], current: string[]) => compared({ urns }, { urns: current });
const predictName: Predict = (name, current) => compared({ name }, { name: current });
const predictLanguage = (language: string | null, current: string | null) =>
  compared({ language }, { language: current });
const predictField = (type: string, value: string | number | null, current: string | null) =>
  compared({ fields: { key: value } }, { fields: { key: current } }, type);

type Predict = (value: string | number | null, current: string | null) => Prediction;

/** Holds a prediction to what the server stored. Gives true where it is decided. */
function hold(
  predict: Predict,
  { input, status, stored }: Row,
  value: string | number | null,
  shown = others,
) {
  const seen = `${JSON.stringify(input)?.slice(0, 80)} → ${JSON.stringify(stored)?.slice(0, 80)}`;
  if (status >= 400) {
    // Refused: nothing that is shown may count as the same.
    for (const current of [null, 'other']) expect(predict(value, current), seen).not.toBe('same');
    return true;
  }
  const now = predict(value, stored as string | null);
  expect(now, seen).not.toBe('different');
  for (const current of shown(stored, value)) {
    expect(predict(value, current), `${seen} over ${current}`).not.toBe('same');
  }
  return now === 'same';
}

/** Plain rows of one kind, with what a job would give. */
function plain(server: string, what: RegExp) {
  return rowsOf(server).flatMap(row => {
    const value = given(row.input);
    return what.test(row.what) && value ? [{ row, ...value }] : [];
  });
}

/** The share of what the servers took that must be decided, kind by kind. */
const DECIDED = { text: 0.97, number: 0.95, datetime: 0.2, state: 0.4, name: 0.97, urn: 0.3 };

describe.each(servers)('recorded values of %s', server => {
  test.each([
    ['text', 60],
    ['number', 60],
    ['datetime', 140],
    ['state', 15],
    ['district', 15],
    ['ward', 5],
  ] as const)('fields of type %s', (type, least) => {
    const rows = plain(server, new RegExp(`^field:${type}$`));
    expect(rows.length).toBeGreaterThanOrEqual(least);
    const isPlace = ['state', 'district', 'ward'].includes(type);
    const shown = isPlace ? otherPlaces(rows) : others;
    const decided = rows.filter(({ row, value }) =>
      hold((input, current) => predictField(type, input, current), row, value, shown),
    );
    const share = decided.length / rows.length;
    console.log(`${server} field:${type}: ${decided.length} of ${rows.length} decided`);
    if (type in DECIDED) expect(share).toBeGreaterThan(DECIDED[type as keyof typeof DECIDED]);
  });

  test.each(['text', 'number', 'datetime'])('what is said to be stored is, in %s', type => {
    for (const { row, value } of plain(server, new RegExp(`^field:${type}$`))) {
      const stored = storedField(type, value);
      if (!stored) continue;
      const text = JSON.stringify(row.input);
      expect(row.status, text).toBe(200);
      expect(stored.value, text).toBe(row.stored);
    }
  });

  test('names and languages', () => {
    for (const { row, value } of plain(server, /^name/)) hold(predictName, row, value);
    for (const { row, value } of plain(server, /^language/)) {
      // Sent in small letters and trimmed, as the check of the body makes it.
      const sent = typeof value === 'string' ? value.trim().toLowerCase() : value;
      if (row.status < 400 && row.stored !== sent) continue;
      hold((input, current) => predictLanguage(input as string | null, current), row, sent);
    }
    const taken = plain(server, /^name/).filter(({ row }) => row.status < 400);
    const decided = taken.filter(
      ({ row, value }) => predictName(value, row.stored as string | null) === 'same',
    );
    console.log(`${server} name: ${decided.length} of ${taken.length} decided`);
    expect(decided.length / taken.length).toBeGreaterThan(DECIDED.name);
  });

  test('URNs', () => {
    const rows = rowsOf(server).filter(
      ({ what, input }) => what === 'urn:create' && typeof long(input) === 'string',
    );
    expect(rows.length).toBeGreaterThan(180);
    let decided = 0;
    let taken = 0;
    for (const { input, status, stored } of rows) {
      const urn = String(long(input));
      if (status >= 400) {
        expect(compareUrns([urn], ['tel:+250788000000'])).not.toBe('same');
        continue;
      }
      const kept = stored as string[];
      expect(compareUrns([urn], kept), urn).not.toBe('different');
      if (!kept.includes(urn)) expect(isPlainUrn(urn), urn).toBe(false);
      expect(compareUrns([urn], ['tel:+250788000000']), urn).not.toBe('same');
      taken++;
      if (compareUrns([urn], kept) === 'same') decided++;
    }
    console.log(`${server} urn: ${decided} of ${taken} decided`);
    expect(decided / taken).toBeGreaterThan(DECIDED.urn);
  });

  test('groups', () => {
    for (const { input, status, stored } of rowsOf(server)) {
      if (typeof input !== 'string' || input.includes('{{') || !Array.isArray(stored)) continue;
      if (status >= 400 || !stored.every(name => typeof name === 'string')) continue;
      const group = { name: String(stored[0]) };
      if (input.startsWith('NORM')) expect(sameGroupName(input, group.name)).toBe(true);
    }
    const group = { name: 'Norm Group 8' };
    const refused = rowsOf(server).filter(
      ({ what, status, input }) =>
        what === 'group ref (contacts.groups)' && status >= 400 && typeof input === 'string',
    );
    expect(refused.length).toBeGreaterThan(8);
    for (const { input } of refused) expect(sameGroupName(String(input), group.name)).toBe(false);
    expect(sameGroupName('Others', group.name)).toBe(false);
  });
});

describe('ordinary values are all decided', () => {
  const age = fc.oneof(
    fc.integer({ min: -1_000_000, max: 1_000_000 }),
    fc.double({ min: 0.001, max: 1e9, noNaN: true }),
  );

  test('text that is shown as it is, but for its ends', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 50 }), text => {
        const stored = storedText(text);
        fc.pre(stored !== undefined);
        expect(predictField('text', ` ${text}\n`, stored?.value ?? null)).toBe('same');
        expect(predictField('text', `${text}!`, stored?.value ?? null)).toBe('different');
      }),
    );
  });

  test('numbers, as text and as numbers, with trailing zeros', () => {
    fc.assert(
      fc.property(age, number => {
        const shown = storedField('number', number);
        expect(Number(shown?.value)).toBeCloseTo(number, 9);
        const text = String(number);
        const padded = text.includes('.') ? `${text}00` : `${text}.00`;
        expect(predictField('number', padded, shown?.value ?? null)).toBe('same');
        expect(predictField('number', number + 1, shown?.value ?? null)).toBe('different');
      }),
    );
  });

  test('times with a zone', () => {
    const time = fc.date({
      min: new Date('1900-01-01T00:00:00Z'),
      max: new Date('2100-01-01T00:00:00Z'),
      noInvalidDate: true,
    });
    fc.assert(
      fc.property(time, fc.constantFrom('Z', '+02:00', '-05:30'), (date, zone) => {
        const text = date.toISOString().replace('Z', zone);
        const shown = text.replace(zone, `000${zone}`);
        expect(predictField('datetime', text, shown)).toBe('same');
        expect(predictField('datetime', text, null)).toBe('different');
      }),
    );
  });

  test.each([
    ['tel:+250788123123', true],
    ['tel:+221770001122', true],
    ['tel:+12025550143', true],
    ['mailto:amina@example.org', true],
    ['whatsapp:250788123123', true],
    ['tel:0788123123', false],
    ['tel:+2500788123123', false],
    ['tel:+5215512345678', false],
    ['tel:+250 788 123 123', false],
    ['ext:a%20b', false],
  ])('%s is plain: %s', (urn, is) => {
    expect(isPlainUrn(urn)).toBe(is);
  });

  test('what a server has never been seen to store stays unpredicted', () => {
    expect(predictField('datetime', '05/01/2026', null)).toBe('unpredicted');
    expect(predictField('district', 'Gatsibo', 'Rwanda > Eastern Province > Gatsibo')).toBe(
      'unpredicted',
    );
    expect(predictField('number', '1'.repeat(40), null)).toBe('unpredicted');
    expect(predictField('colour', 'red', 'red')).toBe('unpredicted');
    expect(predictName('', 'Amina')).toBe('unpredicted');
  });
});

describe('what is certain, and what is not', () => {
  test.each<[string | number | null, string | null, Prediction]>([
    ['x'.repeat(64), 'y', 'different'],
    ['x'.repeat(64), 'x'.repeat(64), 'same'],
    ['x'.repeat(65), 'y', 'unpredicted'],
    ['🦄'.repeat(64), 'y', 'different'],
    [' ', 'y', 'unpredicted'],
    [null, 'y', 'different'],
    [null, null, 'same'],
  ])('a name %j in place of %j', (value, current, prediction) => {
    expect(predictName(value, current)).toBe(prediction);
  });

  test.each<[string | null, string | null, Prediction]>([
    ['fra', 'eng', 'different'],
    ['fra', 'fra', 'same'],
    [null, 'fra', 'different'],
    [null, null, 'same'],
    ['qqy', 'fra', 'unpredicted'],
    ['qqy', 'qqy', 'same'],
    ['FRA', 'FRA', 'unpredicted'],
    ['afra', 'afra', 'unpredicted'],
    ['fran', 'fran', 'unpredicted'],
    ['x-fra', 'x-fra', 'unpredicted'],
    ['fr', 'fr', 'unpredicted'],
    ['fraX', 'fraX', 'unpredicted'],
  ])('a language %j in place of %j', (value, current, prediction) => {
    expect(predictLanguage(value, current)).toBe(prediction);
  });

  test.each<[string, string, string | null, Prediction]>([
    ['state', 'Kigali', 'Rwanda > Kigali', 'same'],
    ['state', 'Rwanda', 'Rwanda > Kigali', 'unpredicted'],
    ['state', 'Rwanda > Kigali', 'Rwanda > Kigali', 'same'],
    ['state', 'Kigali', 'Kigali', 'unpredicted'],
    ['district', 'Gasabo', 'Rwanda > Kigali > Gasabo', 'unpredicted'],
    ['district', 'Rwanda > Kigali > Gasabo', 'Rwanda > Kigali > Gasabo', 'same'],
    ['district', 'Rwanda > Kigali', 'Rwanda > Kigali', 'unpredicted'],
    ['state', 'Kigali', null, 'unpredicted'],
    ['datetime', '2027-01-01', '2027-01-01', 'unpredicted'],
  ])('a %s %j in place of %j', (type, value, current, prediction) => {
    expect(predictField(type, value, current)).toBe(prediction);
  });

  test('a language exists, or is rare; none is certain too', () => {
    expect([null, undefined, 'eng', 'qqy'].map(isKnownLanguage)).toEqual([true, true, true, false]);
  });
});
