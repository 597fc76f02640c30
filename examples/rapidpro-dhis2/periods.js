// Calculates periods by their DHIS2 names: for each report, and for each data set the one that should be complete by now.

const DAY = 24 * 60 * 60 * 1000;
const two = number => String(number).padStart(2, '0');
const text = time => new Date(time).toISOString().slice(0, 10);

// Types of weeks: the day on which they begin. 1 is Monday.
const WEEKS = {
  Weekly: { name: 'W', begins: 1 },
  WeeklyWednesday: { name: 'WedW', begins: 3 },
  WeeklyThursday: { name: 'ThuW', begins: 4 },
  WeeklySaturday: { name: 'SatW', begins: 6 },
  WeeklySunday: { name: 'SunW', begins: 7 },
};

// Types of months: how many there are, the first month of their year, and how they are written.
const MONTHS = {
  Monthly: { length: 1, first: 1, write: (year, part) => `${year}${two(part)}` },
  BiMonthly: { length: 2, first: 1, write: (year, part) => `${year}${two(part)}B` },
  Quarterly: { length: 3, first: 1, write: (year, part) => `${year}Q${part}` },
  QuarterlyNov: { length: 3, first: 11, write: (year, part) => `${year}NovQ${part}` },
  SixMonthly: { length: 6, first: 1, write: (year, part) => `${year}S${part}` },
  SixMonthlyApril: { length: 6, first: 4, write: (year, part) => `${year}AprilS${part}` },
  SixMonthlyNov: { length: 6, first: 11, write: (year, part) => `${year}NovS${part}` },
  Yearly: { length: 12, first: 1, write: year => `${year}` },
  FinancialApril: { length: 12, first: 4, write: year => `${year}April` },
  FinancialJuly: { length: 12, first: 7, write: year => `${year}July` },
  FinancialSep: { length: 12, first: 9, write: year => `${year}Sep` },
  FinancialOct: { length: 12, first: 10, write: year => `${year}Oct` },
  FinancialNov: { length: 12, first: 11, write: year => `${year}Nov` },
};

// The week of a day. It belongs to the year of its fourth day.
function weekOf(day, { name, begins }) {
  const start = day - ((new Date(day).getUTCDay() - begins + 7) % 7) * DAY;
  const year = new Date(start + 3 * DAY).getUTCFullYear();
  const number = 1 + Math.floor((start + 3 * DAY - Date.UTC(year, 0, 1)) / DAY / 7);
  return { id: `${year}${name}${number}`, start, end: start + 6 * DAY, year, number };
}

// Two weeks: the first and second of a year, the third and fourth, and so on.
function twoWeeksOf(day) {
  const { start, year, number } = weekOf(day, WEEKS.Weekly);
  const first = number % 2 === 1 ? start : start - 7 * DAY;
  return { id: `${year}BiW${Math.ceil(number / 2)}`, start: first, end: first + 13 * DAY };
}

// Years that begin in November are named after the year in which they end, all others after the year in which they begin.
function monthsOf(day, { length, first, write }) {
  const month = new Date(day).getUTCMonth() + 1;
  const year = new Date(day).getUTCFullYear() - (month < first ? 1 : 0);
  const part = Math.floor(((month - first + 12) % 12) / length);
  const start = Date.UTC(year, first - 1 + part * length, 1);
  const end = Date.UTC(year, first - 1 + (part + 1) * length, 0);
  return { id: write(first === 11 ? year + 1 : year, part + 1), start, end };
}

function periodOf(type, day) {
  if (type === 'Daily') return { id: text(day).replaceAll('-', ''), start: day, end: day };
  if (type === 'BiWeekly') return twoWeeksOf(day);
  return WEEKS[type] ? weekOf(day, WEEKS[type]) : monthsOf(day, MONTHS[type]);
}

// The period of a day, moved by a number of periods: -1 is the one before.
function periodAt(type, day, offset) {
  let period = periodOf(type, day);
  for (let step = offset; step < 0; step++) period = periodOf(type, period.start - DAY);
  for (let step = offset; step > 0; step--) period = periodOf(type, period.end + DAY);
  return { id: period.id, start: text(period.start), end: text(period.end) };
}

const isKnown = type => type === 'Daily' || type === 'BiWeekly' || type in WEEKS || type in MONTHS;

fn(state => {
  const { settings, dataSets, now, toSend = [] } = state;
  // The current day in the time zone of the program, such as 2026-11-26.
  const dayOf = time =>
    new Intl.DateTimeFormat('sv-SE', { timeZone: settings.timeZone }).format(new Date(time));
  const at = (type, day, offset) => periodAt(type, Date.parse(day), offset);
  const today = dayOf(now);
  const due = {};
  for (const { name, dataSet, offset = -1 } of settings.reports) {
    const type = dataSets[dataSet]?.periodType;
    if (!isKnown(type)) continue;
    const last = at(type, today, -1);
    // The report for it is due this many periods later.
    const { start, end } = at(type, last.start, -offset);
    due[name] = { ...last, reportedFrom: start, reportedTo: end };
  }
  const reports = toSend.map(report => {
    const settingsOf = settings.reports.find(({ name }) => name === report.name);
    const type = dataSets[settingsOf?.dataSet]?.periodType;
    const isIn = isKnown(type);
    return {
      ...report,
      period: isIn ? at(type, dayOf(report.began), settingsOf.offset ?? -1) : null,
    };
  });
  return { ...state, today, due, toSend: reports };
});
