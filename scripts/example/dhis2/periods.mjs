// Periods as DHIS2 names them, read from their names. The jobs of the example make names from days; their tests hold one to the other.

const DAY = 24 * 60 * 60 * 1000;
const MONTHS = { April: 4, July: 7, Sep: 9, Oct: 10, Nov: 11 };
const FIRST_DAYS = { '': 1, Wed: 3, Thu: 4, Sat: 6, Sun: 7 };
const WEEKLY = {
  '': 'Weekly',
  Wed: 'WeeklyWednesday',
  Thu: 'WeeklyThursday',
  Sat: 'WeeklySaturday',
  Sun: 'WeeklySunday',
};

const text = time => new Date(time).toISOString().slice(0, 10);

/** The first day of the first week of a year: the week that has the fourth of January. */
function firstWeek(year, firstDay) {
  const fourth = Date.UTC(year, 0, 4);
  const weekday = new Date(fourth).getUTCDay() || 7;
  return fourth - ((weekday - firstDay + 7) % 7) * DAY;
}

/** Some months from the first of one, as a period; `startMonth` above 12 or below 1 is in another year. */
function months(type, year, startMonth, length) {
  const start = Date.UTC(year, startMonth - 1, 1);
  return { type, start: text(start), end: text(Date.UTC(year, startMonth - 1 + length, 0)) };
}

function days(type, start, length) {
  return { type, start: text(start), end: text(start + (length - 1) * DAY) };
}

/** What a year that begins with another month is called after: with November, the year in which it ends. */
const beginsIn = (year, month) => (month === 11 ? year - 1 : year);

const FORMS = [
  [
    /^(\d{4})(\d\d)(\d\d)$/,
    (year, month, day) => {
      const time = Date.UTC(year, month - 1, day);
      const isDay = text(time) === `${year}-${month}-${day}`;
      return isDay ? days('Daily', time, 1) : undefined;
    },
  ],
  [
    /^(\d{4})(Wed|Thu|Sat|Sun|)W(\d{1,2})$/,
    (year, name, week) => {
      const start = firstWeek(Number(year), FIRST_DAYS[name]) + (week - 1) * 7 * DAY;
      const isWeek = week >= 1 && start < firstWeek(Number(year) + 1, FIRST_DAYS[name]);
      return isWeek ? days(WEEKLY[name], start, 7) : undefined;
    },
  ],
  [
    /^(\d{4})BiW(\d{1,2})$/,
    (year, fortnight) => {
      const start = firstWeek(Number(year), 1) + (fortnight - 1) * 14 * DAY;
      const exists = fortnight >= 1 && start < firstWeek(Number(year) + 1, 1);
      return exists ? days('BiWeekly', start, 14) : undefined;
    },
  ],
  [/^(\d{4})(0[1-9]|1[0-2])$/, (year, month) => months('Monthly', year, Number(month), 1)],
  [/^(\d{4})0([1-6])B$/, (year, part) => months('BiMonthly', year, part * 2 - 1, 2)],
  [/^(\d{4})Q([1-4])$/, (year, part) => months('Quarterly', year, part * 3 - 2, 3)],
  [
    /^(\d{4})NovQ([1-4])$/,
    (year, part) => months('QuarterlyNov', year - 1, 11 + (part - 1) * 3, 3),
  ],
  [/^(\d{4})S([12])$/, (year, part) => months('SixMonthly', year, part * 6 - 5, 6)],
  [
    /^(\d{4})(April|Nov)S([12])$/,
    (year, name, part) => {
      const first = beginsIn(year, MONTHS[name]);
      return months(`SixMonthly${name}`, first, MONTHS[name] + (part - 1) * 6, 6);
    },
  ],
  [/^(\d{4})$/, year => months('Yearly', year, 1, 12)],
  [
    /^(\d{4})(April|July|Sep|Oct|Nov)$/,
    (year, name) => months(`Financial${name}`, beginsIn(year, MONTHS[name]), MONTHS[name], 12),
  ],
];

/**
 * Reads a period.
 *
 * @param {unknown} name - such as `2026W47`
 * @returns {{ type: string, start: string, end: string } | undefined} its kind, and its first and last day
 */
export function readPeriod(name) {
  for (const [form, read] of FORMS) {
    const found = form.exec(String(name));
    if (found) return read(...found.slice(1));
  }
  return undefined;
}

/** A week is the same with and without its leading zero. */
export const plainPeriod = name => String(name).replace(/W0/, 'W');

const two = number => String(number).padStart(2, '0');
const upTo = (last, form) => Array.from({ length: last }, (_, index) => form(index + 1));

/** The names of all periods of a type that a year can have. */
const NAMES = {
  Monthly: year => upTo(12, n => `${year}${two(n)}`),
  BiWeekly: year => upTo(27, n => `${year}BiW${n}`),
  BiMonthly: year => upTo(6, n => `${year}0${n}B`),
  Quarterly: year => upTo(4, n => `${year}Q${n}`),
  QuarterlyNov: year => upTo(4, n => `${year}NovQ${n}`),
  SixMonthly: year => upTo(2, n => `${year}S${n}`),
  SixMonthlyApril: year => upTo(2, n => `${year}AprilS${n}`),
  SixMonthlyNov: year => upTo(2, n => `${year}NovS${n}`),
  Yearly: year => [`${year}`],
  Daily: year => upTo(12, m => upTo(31, d => `${year}${two(m)}${two(d)}`)).flat(),
  ...Object.fromEntries(
    Object.entries(WEEKLY).map(([name, type]) => [
      type,
      year => upTo(53, n => `${year}${name}W${n}`),
    ]),
  ),
  ...Object.fromEntries(
    Object.keys(MONTHS).map(name => [`Financial${name}`, year => [`${year}${name}`]]),
  ),
};

/** All kinds of periods. */
export const PERIOD_TYPES = Object.keys(NAMES);

/** All periods of a type around a day, the earliest first, each with its name and days. */
export function periodsAround(type, day) {
  const year = Number(day.slice(0, 4));
  const years = type === 'Daily' ? [-1, 0, 1] : [-4, -3, -2, -1, 0, 1, 2, 3];
  const names = years.flatMap(one => NAMES[type](year + one));
  return names
    .map(name => ({ name, ...readPeriod(name) }))
    .filter(({ start }) => start)
    .sort((a, b) => (a.start < b.start ? -1 : 1));
}

/** The latest period of a type that takes data: 0 open ones is the one before that of today. */
export function latestOpen(type, today, open) {
  const all = periodsAround(type, today);
  const current = all.findLastIndex(({ start }) => start <= today);
  return all[Math.min(all.length - 1, current - 1 + open)];
}
