export interface Period {
  type: string;
  /** First day. */
  start: string;
  /** Last day. */
  end: string;
}

/** Reads a period's name. */
export function readPeriod(name: unknown): Period | undefined;

/** All periods of a type around a day, the earliest first. */
export function periodsAround(type: string, day: string): (Period & { name: string })[];

/** The latest period of a type that takes data. */
export function latestOpen(
  type: string,
  today: string,
  open: number,
): (Period & { name: string }) | undefined;

/** All kinds of periods. */
export const PERIOD_TYPES: string[];
