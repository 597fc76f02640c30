import { z } from 'zod';
import { fail } from '../errors/errors.js';
import type { Dictionary } from '../types/json.js';
import { check, isShown } from './check.js';
import { nearMiss, suggest } from './nearest.js';
import { DEFAULT_MAX_WAIT, ELSEWHERE, NARROWING, OPTIONS, type Settings } from './optionTable.js';

const shape = Object.fromEntries(
  Object.entries(OPTIONS).map(([name, { check }]) => [name, check]),
) as { [Name in keyof typeof OPTIONS]: (typeof OPTIONS)[Name]['check'] };

const schema = z.looseObject(shape, { error: 'must be an object, such as { timeout: 30 }' });

const COMMON = ['timeout', 'maxWait'];

/** The option of every operation that refuses words for missing data. */
export const LITERAL = ['literal'];

/** What to say about an option that the operation does not have. */
function adviceOn(option: string, known: readonly string[]): string {
  const near = nearMiss(option, known);
  if (near) return `Did you mean "${near}"?`;
  const other = nearMiss(option, [...ELSEWHERE.keys()]);
  return (other && ELSEWHERE.get(other)) ?? suggest(option, known);
}

/**
 * An unknown option would be ignored: `dryrun` would write.
 *
 * @throws RapidProError `INVALID_OPTION`
 */
export function refuseUnknownOptions(options: object, known: readonly string[]): void {
  const unknown = Object.keys(options).find(key => !known.includes(key));
  if (unknown === undefined) return;
  throw fail(
    'INVALID_OPTION',
    isShown(unknown)
      ? `options has the unknown key "${unknown}".`
      : 'options has a key that this operation does not know.',
    `Nothing was sent. ${isShown(unknown) ? adviceOn(unknown, known) : suggest('', known)}`,
  );
}

/** Options that are sent. If they evaluate to nothing, data is missing. */
const SENT = ['query', 'body'];

const RECIPIENTS = ['contacts', 'urns', 'groups'];

/** Recipients in the options would reach nobody. */
function refuseRecipients(options: unknown, known: readonly string[]): void {
  if (options === null || typeof options !== 'object') return;
  const list = Object.entries(options).find(
    ([key, value]) => RECIPIENTS.includes(key) && !known.includes(key) && Array.isArray(value),
  );
  if (list === undefined) return;
  throw fail(
    'INVALID_OPTION',
    `options.${list[0]} is a list, but options cannot be lists.`,
    `Nothing was sent. Recipients and other data belong in the first argument: startFlow({ flow: "Registration", ${list[0]}: […] }).`,
  );
}

/** How to write an option that the state may not have, so that the operation does less and not more. */
const DEFAULTS: Readonly<Record<string, string>> = {
  dryRun: 'state => state.test ?? true',
  limit: 'state => state.limit ?? 100',
};

/** An option that refers to missing data must not fail open. */
function refuseEmpty(options: { [key: string]: unknown }): void {
  const empty = NARROWING.find(key => key in options && (options[key] ?? null) === null);
  if (empty === undefined) return;
  const value = DEFAULTS[empty];
  const advice = value ? ` To work without it, give a default: { ${empty}: ${value} }.` : '';
  throw fail(
    'INVALID_OPTION',
    `options.${empty} has no value: what it refers to is missing on the state.`,
    `Nothing was sent. Set it in an earlier step or in the input, or check the name after $ or state.${advice}`,
  );
}

/**
 * Checks the options of an operation.
 *
 * @param more - the options it takes besides `timeout` and `maxWait`
 * @throws RapidProError `INVALID_OPTION`
 */
export function checkOptions(options: unknown, more: readonly string[] = []): Settings {
  refuseRecipients(options, more);
  const checked = check(schema, options, 'options', 'INVALID_OPTION');
  refuseEmpty(options as { [key: string]: unknown });
  refuseUnknownOptions(options as object, [...COMMON, ...more]);
  const settings: Dictionary = {};
  for (const [key, value] of Object.entries(checked)) {
    if (SENT.includes(key)) settings[key] = value ?? null;
    else if (value !== undefined && value !== null) settings[key] = value;
  }
  const { deadline } = checked;
  // No wait may outlast the deadline.
  if (deadline != null) settings.maxWait = Math.min(deadline, checked.maxWait ?? DEFAULT_MAX_WAIT);
  return settings;
}
