import type { Evaluation } from '../environment.js';
import { type Call, ErrorValue, type Value } from '../values.js';

/** A function that refuses too few and too many arguments. */
export function checked(least: number, most: number, run: Call): Call {
  return (at, args) => {
    if (args.length < least || args.length > most) {
      throw new ErrorValue(`need ${wanted(least, most)} argument(s), got ${args.length}`);
    }
    return run(at, args);
  };
}

function wanted(least: number, most: number): string {
  if (least === most) return String(least);
  return most === Number.POSITIVE_INFINITY ? `at least ${least}` : `${least} to ${most}`;
}

/** The functions by name. */
export type Functions = Record<string, Call>;

/** An argument, or nothing. */
export const arg = (args: readonly Value[], index: number): Value => args[index] ?? null;

/** Exactly so many arguments. */
export const exactly = (count: number, run: Call): Call => checked(count, count, run);

/** So many arguments or more. */
export const atLeast = (count: number, run: Call): Call =>
  checked(count, Number.POSITIVE_INFINITY, run);

/** The most items of an array and letters of a repetition. `v9` has no such limit. */
export const MOST_ITEMS = 10_000;

/** @throws ErrorValue for an array that `textit` does not make. */
export function limited(at: Evaluation, items: readonly Value[]): readonly Value[] {
  if (!at.isOld && items.length > MOST_ITEMS) {
    throw new ErrorValue(`cannot build an array with more than ${MOST_ITEMS} items`);
  }
  at.meter.charge(items.length / 2);
  return items;
}
