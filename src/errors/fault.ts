import { type ErrorCode, fail, type RapidProError } from './errors.js';

/** What is wrong with a value, and what to write instead. */
export interface Fault {
  /** Follows the place of the value in a sentence: `urns[1] has …`. */
  what: string;
  fix: string;
}

/** Ends the reading of a cell. The caller decides whether this is an error, or there is just no value. */
export class Unreadable implements Fault {
  constructor(
    readonly what: string,
    readonly fix: string,
  ) {}
}

/** The error for a value that was checked before anything was sent. */
export function unsent(code: ErrorCode, where: string, { what, fix }: Fault): RapidProError {
  return fail(code, `${where} ${what}.`, `Nothing was sent. ${fix}`);
}
