import { memoized } from '../values/memoized.js';
import { lower, upper } from './letters.js';

/** The names of months and days, and the halves of a day, in a language. */
export interface Words {
  months: readonly string[];
  shortMonths: readonly string[];
  days: readonly string[];
  shortDays: readonly string[];
  halves: readonly [am: string, pm: string];
}

/** The language of dates, three letters, and the country that it is spoken in, two letters; either may be empty. */
export interface Language {
  language: string;
  country: string;
}

/** A language's words; English where there is none, or none that is known. */
export function wordsIn({ language, country }: Language): Words {
  return wordsOfTag([language || 'eng', country].filter(Boolean).join('-'));
}

const MOST_KNOWN = 100;

const wordsOfTag = memoized(MOST_KNOWN, (tag: string): Words => {
  const locale = supported(tag) ?? 'en';
  const named = (options: Intl.DateTimeFormatOptions, type: string, dates: Date[]): string[] => {
    const format = new Intl.DateTimeFormat(locale, {
      ...options,
      timeZone: 'UTC',
      calendar: 'gregory',
    });
    return dates.map(date => partOf(format, date, type));
  };
  const months = Array.from({ length: 12 }, (_, month) => new Date(Date.UTC(2026, month, 15)));
  // January 4, 2026 is a Sunday.
  const days = Array.from({ length: 7 }, (_, day) => new Date(Date.UTC(2026, 0, 4 + day)));
  return {
    months: named({ month: 'long' }, 'month', months),
    shortMonths: named({ month: 'short' }, 'month', months).map(withoutPeriod),
    days: named({ weekday: 'long' }, 'weekday', days),
    shortDays: named({ weekday: 'short' }, 'weekday', days).map(withoutPeriod),
    halves: ['AM', 'PM'],
    ...OTHERWISE[new Intl.Locale(locale).language],
  };
});

/** What the engine writes otherwise than Unicode, in languages of many workspaces. */
const OTHERWISE: Record<string, Partial<Words>> = {
  ar: { halves: ['ص', 'م'] },
  es: { shortMonths: 'ene feb mar abr may jun jul ago sep oct nov dic'.split(' ') },
  fr: { shortMonths: 'jan fév mar avr mai jun jui aoû sep oct nov déc'.split(' ') },
  pt: { days: 'domingo segunda terça quarta quinta sexta sábado'.split(' ') },
  rw: {
    months:
      'Mutarama Gashyantare Werurwe Mata Gicuransi Kamena Nyakanga Kanama Nzeli Ukwakira Ugushyingo Ukuboza'.split(
        ' ',
      ),
    shortDays: 'Mwe Mbe Kab Gtu Kan Gnu Gnd'.split(' '),
  },
  sw: { shortDays: 'J2 J3 J4 J5 Alh Ij J1'.split(' '), halves: ['asubuhi', 'alasiri'] },
};

function supported(tag: string): string | undefined {
  try {
    return Intl.DateTimeFormat.supportedLocalesOf([tag])[0];
  } catch {
    return undefined;
  }
}

const partOf = (format: Intl.DateTimeFormat, date: Date, type: string): string =>
  format.formatToParts(date).find(part => part.type === type)?.value ?? '';

/** Most of the engine's abbreviations have none. */
const withoutPeriod = (name: string): string => name.replace(/\.$/, '');

/** The half of a day in small or capital letters. */
export function halfOf(words: Words, hour: number, capital: boolean): string {
  const half = words.halves[hour >= 12 ? 1 : 0];
  return capital ? upper(half) : lower(half);
}
