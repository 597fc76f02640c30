import { expect } from 'vitest';
import { RapidProError } from '../../src/errors/errors.js';
import { completeTimes, type TimeFacts } from '../../src/input/fieldTimes.js';

export const TYPES = new Map([['due', 'datetime']]);

export function factsOf(timezone: string | undefined, dateStyle?: string): TimeFacts {
  return {
    fieldTypes: async () => TYPES,
    timezone: async () => timezone,
    dateStyle: async () => dateStyle,
    unlessForbidden: (_, read) => read(),
  };
}

/** What is sent of a text in a datetime field; the error where it is refused. */
export async function sentFor(
  text: unknown,
  timezone: string | undefined,
  dateStyle?: string,
): Promise<unknown> {
  const fields = { due: text };
  try {
    await completeTimes(factsOf(timezone, dateStyle), fields, 'contact');
    return fields.due;
  } catch (error) {
    expect(error).toBeInstanceOf(RapidProError);
    return error;
  }
}
