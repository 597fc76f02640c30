import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { PERIOD_TYPES, periodsAround, readPeriod } from '../../scripts/example/dhis2/periods.mjs';
import { runJob } from '../../scripts/run-job.mjs';
import { FOLDER } from './dhis2/recorded.js';

// The job makes a period's name from a day; the stand-in reads the name. Both are held to what a real DHIS2 said.

const COMMON = '@openfn/language-common';
const adaptors = [
  { name: COMMON, path: dirname(createRequire(import.meta.url).resolve(`${COMMON}/package.json`)) },
];
const job = readFileSync('examples/rapidpro-dhis2/periods.js', 'utf8');

interface Case {
  type: string;
  offset: number;
  began: string;
}
interface Worked {
  period: { id: string; start: string; end: string } | null;
}

/** What the job works out for reports that began at some time, of each kind and offset. */
async function workedOut(cases: Case[], timeZone: string, now = Date.now()) {
  const nameOf = ({ type, offset }: Case) => `${type} ${offset}`;
  const state = {
    now,
    dataSets: Object.fromEntries(cases.map(({ type }) => [type, { periodType: type }])),
    settings: {
      timeZone,
      reports: cases.map(one => ({ name: nameOf(one), dataSet: one.type, offset: one.offset })),
    },
    toSend: cases.map(one => ({ name: nameOf(one), began: one.began })),
  };
  const final = await runJob(job, { adaptors, state, console: {} });
  expect(final.errors).toBeUndefined();
  return final as unknown as {
    toSend: Worked[];
    due: Record<string, { id: string; reportedFrom: string; reportedTo: string }>;
  };
}

interface Row {
  type: string;
  period: string;
  start: string | null;
  end: string;
}
const { rows }: { rows: Row[] } = JSON.parse(readFileSync(`${FOLDER}/periods.json`, 'utf8'));
const there = rows.filter(({ start }) => start !== null);

/** First and last minutes of a day by clocks of each zone; the offset of that day. */
const ZONES: [string, (day: string) => [string, string]][] = [
  ['Africa/Kigali', day => [`${day}T00:00:00+02:00`, `${day}T23:59:59+02:00`]],
  ['UTC', day => [`${day}T00:00:00Z`, `${day}T23:59:59Z`]],
  ['Asia/Kathmandu', day => [`${day}T00:00:00+05:45`, `${day}T23:59:59+05:45`]],
  ['Pacific/Honolulu', day => [`${day}T00:00:00-10:00`, `${day}T23:59:59-10:00`]],
];

describe.each(ZONES)('periods by the clocks of %s', (zone, edges) => {
  test('each recorded period, from the first minute of its first day to the last of its last', async () => {
    const cases = there.flatMap(({ type, period, start, end }) => {
      const [first] = edges(String(start));
      const [, last] = edges(end);
      // A fortnight of week 53 reaches into the first week of the next year, whose first fortnight that is.
      const isLong = period.endsWith('BiW27');
      return [
        { type, offset: 0, began: first, period },
        ...(isLong ? [] : [{ type, offset: 0, began: last, period }]),
      ];
    });
    const { toSend } = await workedOut(cases, zone);
    expect(toSend.map(({ period }) => period?.id)).toEqual(cases.map(({ period }) => period));
    for (const { period } of toSend) {
      expect(readPeriod(period?.id)).toMatchObject({ start: period?.start, end: period?.end });
    }
  });
});

/** Days around which years and weeks of all kinds turn; 2020, 2026 and 2032 have a week 53. */
const DAYS = ['2020-12-31', '2024-12-30', '2026-01-01', '2026-11-26', '2026-12-31', '2033-01-02'];

describe.each(PERIOD_TYPES)('%s', type => {
  let worked: Awaited<ReturnType<typeof workedOut>>;
  const cases = DAYS.flatMap(day =>
    [-2, -1, 0, 1].map(offset => ({ type, offset, began: `${day}T12:00:00Z` })),
  );
  beforeAll(async () => {
    worked = await workedOut(cases, 'UTC', Date.parse('2027-01-04T12:00:00Z'));
  });

  test('the one before, that of the day, and the next, as the stand-in counts them', () => {
    const expected = cases.map(({ offset, began }) => {
      const all = periodsAround(type, began.slice(0, 10));
      const current = all.findLastIndex(({ start }) => start <= began.slice(0, 10));
      // Each next one begins after the one before has ended; only fortnights of week 53 reach over.
      return all[current + offset]?.name;
    });
    expect(worked.toSend.map(({ period }) => period?.id)).toEqual(expected);
  });

  test('the last one that is over, and the days on which it is reported', () => {
    const due = worked.due[`${type} -1`];
    const last = readPeriod(due?.id);
    const now = '2027-01-04';
    if (type !== 'BiWeekly') expect(last && last.end < now).toBe(true);
    expect(due?.reportedFrom && due.reportedFrom <= now && due.reportedTo >= now).toBe(true);
    const running = worked.due[`${type} 0`];
    expect(running).toMatchObject({ reportedFrom: last?.start, reportedTo: last?.end });
  });
});

test('a kind that is not known has no period', async () => {
  const { toSend } = await workedOut(
    [{ type: 'Lunar', offset: -1, began: '2026-11-26T12:00:00Z' }],
    'UTC',
  );
  expect(toSend).toMatchObject([{ period: null }]);
});
