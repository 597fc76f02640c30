import { ErrorValue, toBoolean, toDate, toDateTime, toNumber, toText, toTime } from '../values.js';
import { arg, atLeast, exactly, type Functions } from './checks.js';

/** Turning values into each other, and choosing between them. */
export const conversions: Functions = {
  text: exactly(1, (at, args) => toText(at, arg(args, 0))),
  boolean: exactly(1, (_, args) => toBoolean(arg(args, 0))),
  number: exactly(1, (at, args) => toNumber(at, arg(args, 0))),
  date: exactly(1, (at, args) => toDate(at, arg(args, 0))),
  datetime: exactly(1, (at, args) => toDateTime(at, arg(args, 0))),
  time: exactly(1, (at, args) => toTime(at, arg(args, 0))),
  and: atLeast(1, (_, args) => args.every(toBoolean)),
  or: atLeast(1, (_, args) => args.some(toBoolean)),
  if: exactly(3, (_, args) => (toBoolean(arg(args, 0)) ? arg(args, 1) : arg(args, 2))),
  default: exactly(2, (at, args) => {
    const value = arg(args, 0);
    if (value instanceof ErrorValue) return arg(args, 1);
    return toText(at, value) === '' ? arg(args, 1) : value;
  }),
  is_error: exactly(1, (_, args) => arg(args, 0) instanceof ErrorValue),
};
