import type { Dialect } from '../../../src/resources.js';
import { directoryOf } from './numbering-directory.js';
import type { NumberingPlan } from './numbering-plan.js';

interface Phone {
  national: string;
  plan: NumberingPlan;
}

/**
 * A phone number as the servers write it: E.164 where it can be a number, else its letters and digits alone.
 * The country is the workspace's, two letters, empty where none is known.
 */
export function normalizePhone(text: string, country: string, dialect: Dialect): string {
  const plain = plainPhone(text);
  const number = plain.length >= 11 && !/^[+0]/.test(plain) ? `+${plain}` : plain;
  const phone = parsePhone(number, country, dialect);
  if (phone && isPossible(phone, dialect)) return `+${phone.plan.code}${phone.national}`;
  return number.replace(/\+/g, '');
}

/** Whether a written number can be one, by its country code and its length. */
export function isPossiblePhone(path: string, country: string, dialect: Dialect): boolean {
  const phone = parsePhone(path, country, dialect);
  return phone !== null && isPossible(phone, dialect);
}

/** Letters, digits and pluses; numbers that a spreadsheet wrote as `2.50788E+11` lose that tail and never fit. */
function plainPhone(text: string): string {
  const lower = text.toLowerCase();
  const whole = /e\+1[12]$/.test(lower) ? lower.slice(0, -4).replace(/\./g, '') : lower;
  return whole.replace(/[^0-9a-z+]/g, '');
}

function isPossible({ national, plan }: Phone, dialect: Dialect): boolean {
  const fit = directoryOf(dialect).byCode.get(plan.code)?.fit(national);
  return fit === 'possible' || fit === 'local';
}

function parsePhone(text: string, country: string, dialect: Dialect): Phone | null {
  const home = directoryOf(dialect).byRegion.get(country.toUpperCase());
  const number = withoutExtension(dialled(text));
  if (!isDiallable(number) || (!home && !number.startsWith('+'))) return null;
  const found = number.startsWith('+')
    ? (withCode(digitsOf(number), dialect) ?? afterFalsePlus(number, home, dialect))
    : local(digitsOf(number), home, dialect);
  return found && withoutTrunk(found);
}

/** From the first digit or plus on. */
function dialled(text: string): string {
  return text.replace(/^[^0-9+]+/, '').replace(/[^0-9a-z]+$/, '');
}

/** At least two digits; letters only after three. */
function isDiallable(number: string): boolean {
  return /^(?:\d\d|\+*(?:x*\d){3}[0-9a-z]*)$/.test(number);
}

const EXTENSION = /(?:(?:e?xt(?:ensi(?:on?|n))?n?|anexo)\d{1,20}|(?:x|int)\d{1,9})$/;

function withoutExtension(number: string): string {
  const rest = number.replace(EXTENSION, '');
  return isDiallable(rest) ? rest : number;
}

const KEYPAD = '22233344455566677778889999';

/** Three letters or more stand for the digits of a keypad, fewer are left out. */
function digitsOf(number: string): string {
  const isVanity = (number.match(/[a-z]/g) ?? []).length >= 3;
  const digits = isVanity ? number.replace(/[a-z]/g, letter => keyOf(letter)) : number;
  return digits.replace(/\D/g, '');
}

function keyOf(letter: string): string {
  return KEYPAD[letter.charCodeAt(0) - 'a'.charCodeAt(0)] ?? '';
}

/** A number that begins with a country code; null where no country has it or too little follows. */
function withCode(digits: string, dialect: Dialect): Phone | null {
  if (digits.length <= 2) return null;
  const { byCode } = directoryOf(dialect);
  for (const size of [1, 2, 3]) {
    const plan = byCode.get(digits.slice(0, size));
    if (plan) return { national: digits.slice(size), plan };
  }
  return null;
}

/** A plus before something that is no country code is ignored, if the rest begins with one. */
function afterFalsePlus(
  number: string,
  home: NumberingPlan | undefined,
  dialect: Dialect,
): Phone | null {
  const digits = digitsOf(number);
  if (!home || digits.length <= 2) return null;
  const abroad = afterInternationalPrefix(digits, home);
  return abroad === null ? afterHomeCode(digits, home, dialect) : withCode(abroad, dialect);
}

function local(digits: string, home: NumberingPlan | undefined, dialect: Dialect): Phone | null {
  if (!home) return null;
  const abroad = afterInternationalPrefix(digits, home);
  if (abroad !== null) return withCode(abroad, dialect);
  return afterHomeCode(digits, home, dialect) ?? { national: digits, plan: home };
}

function afterInternationalPrefix(digits: string, home: NumberingPlan): string | null {
  const prefix = home.internationalPrefix.exec(digits)?.[0];
  if (prefix === undefined) return null;
  const rest = digits.slice(prefix.length);
  return rest.startsWith('0') ? null : rest;
}

/** The home country's code written without a plus, where the number makes sense only without it. */
function afterHomeCode(digits: string, home: NumberingPlan, dialect: Dialect): Phone | null {
  if (!digits.startsWith(home.code)) return null;
  const rest = home.withoutTrunk(digits.slice(home.code.length));
  const betterWithout = !home.suits(digits) && home.suits(rest);
  if (!betterWithout && home.fit(digits) !== 'too-long') return null;
  return { national: rest, plan: directoryOf(dialect).byCode.get(home.code) ?? home };
}

function withoutTrunk({ national, plan }: Phone): Phone | null {
  const stripped = plan.withoutTrunk(national);
  const fit = plan.fit(stripped);
  const kept = fit === 'possible' || fit === 'too-long' ? stripped : national;
  return kept.length < 2 || kept.length > 17 ? null : { national: kept, plan };
}
