import type { z } from 'zod';
import { type ErrorCode, fail, RapidProError } from '../errors/errors.js';
import type { Dictionary } from '../types/json.js';
import { inTurns } from './turns.js';

/** `urns[1]` from `['urns', 1]`. */
export function pathOf(where: string, path: readonly PropertyKey[]): string {
  return path.reduce<string>(
    (text, key) => (typeof key === 'number' ? `${text}[${key}]` : `${text}.${shownKey(key)}`),
    where,
  );
}

/** Whether a value has keys of its own: no list, no null. */
export function isObject(value: unknown): value is Dictionary {
  return value !== null && typeof value === 'object' && !Array.isArray(value);
}

/** All that a job called a function with: `arguments`. The editor would show a rest parameter. */
export type Given = ArrayLike<unknown>;

/**
 * Makes sure that no argument is ignored. It may be the option that nothing is to be sent.
 *
 * @param taken - the arguments that the function takes
 */
export function refuseMore(name: string, given: Given, taken: readonly unknown[]): void {
  if (Array.from(given).every(value => value === undefined || taken.includes(value))) return;
  throw fail(
    'INVALID_INPUT',
    `${name}() got an argument too many.`,
    'Nothing was sent. Write all options in one object, as the argument after the data: deleteContacts($.data, { dryRun: true, timeout: 60 }). What comes afterwards is the next operation.',
  );
}

/** The type of a wrong value, without showing it. */
export const typeName = (value: unknown): string =>
  typeof value === 'object' ? 'an object' : `a ${typeof value}`;

/** How arguments look, by what errors call them; options where the shape is not obvious. */
const EXAMPLES: { readonly [where: string]: string } = {
  contact: '{ urns: ["tel:+250788123123"], name: "…" }',
  message: '{ contact: "tel:+250788123123", text: "Hello" }',
  broadcast: '{ groups: ["Mothers"], text: "Hello" }',
  flowStart: '{ flow: "Registration", groups: ["Mothers"] }',
  field: '{ name: "National id", type: "text" }',
  global: '{ name: "Hotline", value: "114" }',
  campaign: '{ name: "Visits", group: "Mothers" }',
  event:
    '{ campaign: "Visits", relative_to: "due_date", offset: -3, unit: "days", delivery_hour: 9, message: "See you soon." }',
  subscriber: '{ resthook: "new-report", target_url: "https://example.org/hook" }',
  'options.key': '{ key: "fields.national_id" }',
};

/**
 * Checks a value against a schema before anything is sent. Errors name the place and what is expected there, never
 * the value.
 *
 * @param argument - whose example is shown, if it is not `where`
 */
export function check<T>(
  schema: z.ZodType<T>,
  value: unknown,
  where: string,
  code: ErrorCode = 'INVALID_INPUT',
  argument = where,
): T {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const errors = result.error.issues.map(issue => `${pathOf(where, issue.path)} ${issue.message}`);
  const place = pathOf(where, result.error.issues[0]?.path ?? []);
  const shown = EXAMPLES[place] ?? EXAMPLES[argument];
  throw fail(
    code,
    `${errors[0]}.`,
    `Nothing was sent. Correct ${place} in the job, or the data that it comes from.${shown ? ` Example: ${shown}.` : ''}`,
    { errors: errors.length > 1 ? errors.slice(0, 20) : undefined },
  );
}

const MOST_TOLD = 20;

/**
 * Checks each item of a list, and reports all mistakes at once, because a table usually has several.
 *
 * @throws RapidProError that of the first, with the others in `errors`
 */
export function checkEach<Item, Checked>(
  list: readonly Item[] = [],
  check: (item: Item, index: number) => Checked,
): Checked[] {
  const checking = new Checking(check);
  list.forEach(checking.take);
  return checking.end();
}

/** The same for a list that may be long. */
export async function checkEachInTurns<Item, Checked>(
  list: readonly Item[] = [],
  check: (item: Item, index: number) => Checked,
): Promise<Checked[]> {
  const checking = new Checking(check);
  await inTurns(list, checking.take);
  return checking.end();
}

/** What was checked so far, and every mistake in it. */
class Checking<Item, Checked> {
  readonly #checked: Checked[] = [];
  readonly #faults: RapidProError[] = [];

  constructor(readonly check: (item: Item, index: number) => Checked) {}

  readonly take = (item: Item, index: number): void => {
    try {
      this.#checked.push(this.check(item, index));
    } catch (error) {
      if (!(error instanceof RapidProError)) throw error;
      this.#faults.push(error);
    }
  };

  end(): Checked[] {
    if (this.#faults.length > 0) throw allOf(this.#faults);
    return this.#checked;
  }
}

/** The first of several errors, with the others in `errors`. */
function allOf(faults: readonly RapidProError[]): RapidProError {
  const [first] = faults as [RapidProError];
  const { code, description, fix } = first;
  if (faults.length === 1) return first;
  return fail(
    code,
    `${description.replace(/\.$/, '')} (and ${faults.length - 1} more: see "errors").`,
    fix,
    { errors: faults.slice(0, MOST_TOLD).map(fault => fault.description) },
  );
}

export function withoutUndefined<T>(values: Dictionary<T | undefined>): Dictionary<T> {
  return Object.fromEntries(
    Object.entries(values).filter((entry): entry is [string, T] => entry[1] !== undefined),
  );
}

export function countIn(counts: Map<string, number>, text: string): void {
  counts.set(text, (counts.get(text) ?? 0) + 1);
}

export const capitalize = (text: string) => text.charAt(0).toUpperCase() + text.slice(1);

/** Whether a key may be shown: one that is not a plain word may be somebody's name or number. */
export function isShown(key: string): boolean {
  return /^[A-Za-z_][\w-]{0,40}$/.test(key);
}

/** Keys of results can. */
const BEGINS_WITH_DIGIT = /^\d{1,3}(?:[A-Za-z_][\w-]{0,40})?$/;

/** A key in a path: it may be the name or the number of a person. */
export function shownKey(key: PropertyKey): string {
  const isPlain = typeof key !== 'string' || isShown(key) || BEGINS_WITH_DIGIT.test(key);
  return isPlain ? String(key) : '…';
}

const step = (key: string, isList: boolean) => (isList ? `[${key}]` : `.${shownKey(key)}`);

/** The first part of a value, at any depth, that may not be sent, and the path to it. It has no parts of its own. */
export function findPart<Part>(
  value: unknown,
  isRefused: (part: unknown) => part is Part,
): { path: string; part: Part } | undefined {
  if (value === null || typeof value !== 'object') {
    return isRefused(value) ? { path: '', part: value } : undefined;
  }
  for (const [key, item] of Object.entries(value)) {
    const found = findPart(item, isRefused);
    if (found) return { ...found, path: `${step(key, Array.isArray(value))}${found.path}` };
  }
  return undefined;
}
