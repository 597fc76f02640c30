import { describe, expect, it } from 'vitest';
import { queryTime } from '../src/core/list.js';
import { open } from './opened.js';

const at = (iso: string, micros = 0): number => Date.parse(iso) * 1000 + micros;

describe('a time in a query', () => {
  it.each([
    ['2026', at('2026-01-01T00:00:00Z')],
    ['2026-11', at('2026-11-01T00:00:00Z')],
    ['2026-11-22', at('2026-11-22T00:00:00Z')],
    ['2026-1-2', at('2026-01-02T00:00:00Z')],
    ['20261122', at('2026-11-22T00:00:00Z')],
    ['2026-11-22T10', at('2026-11-22T10:00:00Z')],
    ['2026-11-22 10:20', at('2026-11-22T10:20:00Z')],
    ['20261122T102030Z', at('2026-11-22T10:20:30Z')],
    ['2026-11-22T10:20:30.123456Z', at('2026-11-22T10:20:30Z', 123_456)],
    ['2026-11-22T10:20:30.1234569', at('2026-11-22T10:20:30Z', 123_456)],
    ['2026-11-22T10:20:30,5+02:00', at('2026-11-22T08:20:30Z', 500_000)],
    ['2026-11-22T10:20:30-0330', at('2026-11-22T13:50:30Z')],
    ['2026-11-22T10:20:30+02', at('2026-11-22T08:20:30Z')],
    ['0099-01-01', at('0099-01-01T00:00:00Z')],
  ])('is parsed: %s', (text, expected) => {
    expect(queryTime(text)).toBe(expected);
  });

  it.each([
    'yesterday',
    '202611',
    '2026-13-01',
    '2026-02-30',
    '2026-11-22T24:00:00',
    '2026-11-22T10:60:00',
    '2026-11-22T10:20:60',
    '2026-11-22t10:20:30z',
    '2026-11-22T10:20:30 Z',
    '2026-11-22T10:20:30 02:00',
    '2026-11-22T10:20:30+25:00',
    '0000-01-01',
    ' 2026-11-22',
    '22-11-2026',
  ])('is invalid: %s', text => {
    expect(queryTime(text)).toBeUndefined();
  });
});

it("has Python's format in the links of a page", async () => {
  const { get } = await open({ contacts: 251 });
  const { data } = await get("contacts.json?x=a~b*(c)'!&group=&after=2020&ä=ö%20ü");
  expect(data.next).toMatch(
    /contacts\.json\?after=2020&cursor=[\w%]+&group=&x=a~b%2A%28c%29%27%21&%C3%A4=%C3%B6\+%C3%BC$/,
  );
});
