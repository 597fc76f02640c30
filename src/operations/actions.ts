import type { Client } from '../client/client.js';
import { RapidProError } from '../client/errors.js';
import { BATCH_LIMIT } from '../resources.js';
import type { Json } from '../types/json.js';
import type { Operation } from '../types/state.js';
import type { Body } from './body.js';
import { count, log } from './log.js';
import { operation } from './operation.js';
import { ranges } from './recipients.js';

/** One item of an action, as RapidPro wants it, and where it stood in the job's list. */
export interface Item {
  value: string | number;
  index: number;
}

/** An item that RapidPro did not act on. */
export interface ActionFailure {
  index: number;
  /** The uuid or number, where it was not named by a URN. */
  id?: string | number;
  code: string;
  description: string;
}

export interface ActionResult {
  requested: number;
  failures: ActionFailure[];
}

/** The endpoints that act on many, and the key of the body that lists the items. */
const KEYS = {
  contact_actions: 'contacts',
  message_actions: 'messages',
  ticket_actions: 'tickets',
} as const;

type Path = keyof typeof KEYS;

export interface Action {
  path: Path;
  items: Item[];
  /** The action and what it needs. */
  body: Body;
  /** False where a second time does something else than the first. */
  repeatable?: boolean;
}

function failure({ value, index }: Item, code: string, description: string): ActionFailure {
  const named = typeof value === 'string' && value.includes(':') ? {} : { id: value };
  return { index, ...named, code, description };
}

/** Items that RapidPro lists as not acted on: unknown messages, tickets that were so already. */
function reported(answer: unknown, items: readonly Item[]): ActionFailure[] {
  const { failures } = (answer ?? {}) as { failures?: unknown };
  if (!Array.isArray(failures)) return [];
  const names = new Set(failures.map(String));
  return items
    .filter(({ value }) => names.has(String(value)))
    .map(item => failure(item, 'NOT_CHANGED', 'RapidPro reports it as not changed.'));
}

/** What RapidPro says of items in the list; all else is about the action as a whole. */
function complaints({ errors = [], statusCode }: RapidProError, key: string): string[] {
  if (statusCode !== 400) return [];
  return errors.filter(text => text.startsWith(key) || /^Non-active contacts/i.test(text));
}

/** Those of the items that a complaint names. A URN is masked there, and cannot be found so. */
function named(texts: readonly string[], items: readonly Item[]): Item[] {
  const words = new Set(texts.flatMap(text => text.match(/[0-9a-f-]{36}|\b\d+\b/gi) ?? []));
  return items.filter(({ value }) => words.has(String(value)));
}

/**
 * Acts on at most 100 items. One that RapidPro refuses makes it refuse them all, and it names only the
 * first: the refused ones are taken out, found by halving where they are not named.
 */
async function actOnBatch(client: Client, action: Action, items: Item[]): Promise<ActionFailure[]> {
  const { path, body, repeatable = true } = action;
  const key = KEYS[path];
  if (items.length === 0) return [];
  const values: Json = items.map(({ value }) => value);
  try {
    const answer = await client.request({
      method: 'POST',
      path,
      body: { [key]: values, ...body },
      repeatable,
      namesObjects: 'group' in body,
    });
    return reported(answer.body, items);
  } catch (error) {
    if (!(error instanceof RapidProError)) throw error;
    const texts = complaints(error, key);
    if (texts.length === 0) throw error;
    const refused = items.length === 1 ? items : named(texts, items);
    if (refused.length > 0) {
      const rest = items.filter(item => !refused.includes(item));
      const found = refused.map(item => failure(item, error.code, error.description));
      return [...found, ...(await actOnBatch(client, action, rest))];
    }
    const middle = Math.ceil(items.length / 2);
    const first = await actOnBatch(client, action, items.slice(0, middle));
    return [...first, ...(await actOnBatch(client, action, items.slice(middle)))];
  }
}

/** The error of an action that stopped between two requests. */
function partial(
  error: RapidProError,
  action: Action,
  done: Item[],
  failures: ActionFailure[],
): RapidProError {
  const { items, path, repeatable = true } = action;
  const place = (list: readonly Item[]) => ranges(list.map(({ index }) => index));
  return new RapidProError({
    code: 'PARTIAL_ACTION',
    description: `The action stopped after ${done.length} of ${items.length} ${KEYS[path]}: ${error.description}`,
    fix: `${error.fix} ${
      repeatable
        ? 'The same step can be run again as it is: a second time changes nothing.'
        : '"details" tells by position in the list what was done (done) and what was not or perhaps (rest).'
    }`,
    statusCode: error.statusCode,
    retryAfter: error.retryAfter,
    errors: error.errors,
    details: {
      reason: error.code,
      done: place(done),
      rest: place(items.slice(done.length)),
      failures,
    },
    cause: error,
  });
}

/**
 * Does one thing to any number of contacts, messages or tickets, 100 a request.
 *
 * @returns how many were asked for, and those that RapidPro did not act on
 * @throws RapidProError what a request throws; `PARTIAL_ACTION` where it stopped between two
 */
export async function actOnMany(client: Client, action: Action): Promise<ActionResult> {
  const { items, path, body } = action;
  const key = KEYS[path];
  const failures: ActionFailure[] = [];
  for (let start = 0; start < items.length; start += BATCH_LIMIT) {
    const batch = items.slice(start, start + BATCH_LIMIT);
    try {
      failures.push(...(await actOnBatch(client, action, batch)));
    } catch (error) {
      if (start === 0 || !(error instanceof RapidProError)) throw error;
      throw partial(error, action, items.slice(0, start), failures);
    }
  }
  failures.sort((a, b) => a.index - b.index);
  const asked = count(items.length, [key.slice(0, -1), key]);
  const word = String(body.action).replaceAll('_', ' ');
  log.info(`Action "${word}" on ${asked} in ${count(client.requests, ['request', 'requests'])}`);
  if (failures.length > 0)
    log.warn(`${failures.length} of ${asked} were not changed: see data.failures`);
  return { requested: items.length, failures };
}

/** Every operation on many: check the list, act on it 100 at a time, tell what was not done. */
export function act<Name extends string>(
  path: Path,
  args: { [Key in Name]: unknown },
  options: unknown,
  plan: (args: { [Key in Name]: unknown }) => Omit<Action, 'path'>,
): Operation {
  return operation({
    args,
    options,
    run: call => actOnMany(call.client, { path, ...plan(call.args) }),
  });
}
