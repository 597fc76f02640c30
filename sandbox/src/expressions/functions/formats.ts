import type { Evaluation } from '../environment.js';
import { LAYOUT_LETTER, printed, printedDate, printedTime } from '../layouts.js';
import { trimSpace } from '../letters.js';
import { shownUrn } from '../urns.js';
import {
  ErrorValue,
  formatted,
  formattedNumber,
  toBoolean,
  toDate,
  toDateTime,
  toInteger,
  toNumber,
  toText,
  toTime,
  type Value,
} from '../values.js';
import { arg, checked, exactly, type Functions } from './checks.js';
import { zoneOf } from './dates.js';

/** The layout that is given, or else the workspace's. */
function layoutOf(at: Evaluation, args: readonly Value[], otherwise: string): string {
  const layout = args.length > 1 ? toText(at, arg(args, 1)) : otherwise;
  at.meter.charge(layout.length * LAYOUT_LETTER);
  return layout;
}

/** The prices of a number and of a time as readers see them. */
const NUMBER = 12;
const MOMENT = 20;

function formatNumber(at: Evaluation, args: readonly Value[]): Value {
  at.meter.charge(NUMBER);
  const number = toNumber(at, arg(args, 0));
  const places = args.length > 1 ? toInteger(at, arg(args, 1)) : null;
  if (places !== null && (places < 0 || places > 9)) {
    throw new ErrorValue(`must take 0-9 number of places, got ${places}`);
  }
  const grouped = args.length > 2 ? toBoolean(arg(args, 2)) : true;
  return formattedNumber(at, number, places, grouped);
}

function formatDateTime(at: Evaluation, args: readonly Value[]): Value {
  at.meter.charge(MOMENT);
  const value = toDateTime(at, arg(args, 0));
  const layout = layoutOf(at, args, `${at.dateLayout} ${at.timeLayout}`);
  const zone = args.length > 2 ? zoneOf(at, toText(at, arg(args, 2))) : at.zone;
  return printed(value.in(zone), layout, 'datetime', at.words);
}

/** The price of reading a phone number. */
const PHONE = 300;

export const formats: Functions = {
  format: exactly(1, (at, args) => formatted(at, arg(args, 0))),
  format_date: checked(1, 2, (at, args) => {
    const date = toDate(at, arg(args, 0));
    return printedDate(date, layoutOf(at, args, at.dateLayout), at.words);
  }),
  format_datetime: checked(1, 3, formatDateTime),
  format_time: checked(1, 2, (at, args) => {
    const time = toTime(at, arg(args, 0));
    return printedTime(time, layoutOf(at, args, at.timeLayout), at.words);
  }),
  format_number: checked(1, 3, formatNumber),
  format_location: exactly(1, (at, args) =>
    trimSpace(toText(at, arg(args, 0)).split('>').at(-1) ?? ''),
  ),
  format_urn: exactly(1, (at, args) => {
    at.meter.charge(PHONE);
    const text = toText(at, arg(args, 0));
    at.meter.chargeLetters(text.length);
    return shownUrn(text);
  }),
  prompt: checked(1, 11, (at, args) => {
    const name = toText(at, arg(args, 0));
    at.tell('the prompts of prompt()');
    throw new ErrorValue(`unknown LLM prompt ${name}`);
  }),
};
