import type { ApiResponse, Client } from '../../client/client.js';
import {
  changed,
  type ErrorCode,
  fail,
  hasErrorCode,
  type ItemCode,
  RapidProError,
} from '../../errors/errors.js';
import { PERHAPS_DONE } from '../../errors/outcome.js';
import type { Body } from '../../input/body.js';
import type { Given } from '../../input/check.js';
import { asUuid, contactKey, isUuid } from '../../input/identifiers.js';
import { count, log } from '../../input/log.js';
import { refuseMissing } from '../../input/missing.js';
import type { Settings } from '../../input/options.js';
import { isLocalNumber } from '../../input/sameUrn.js';
import { distinctInTurns, giveWay, inPieces, inTurns } from '../../input/turns.js';
import { BATCH_LIMIT } from '../../resources.js';
import type { ActionFailure, ActionPlan, ActionResult } from '../../types/bulk.js';
import type { Json } from '../../types/json.js';
import type { Operation } from '../../types/state.js';
import { requireDone } from '../base/asObject.js';
import { adviceFor } from '../base/nameAdvice.js';
import { requireText } from '../base/objects.js';
import { operation } from '../base/operation.js';
import { type Placed, placedAt } from '../base/workspaceFacts.js';
import { findContact } from '../contact/contactUrns.js';
import { inactiveStatus } from '../contact/status.js';
import { isName, uuidOf } from '../lists/named.js';
import { type Item, type ItemList, itemsOf, ranges, sortOut } from './items.js';
import {
  contactIdentity,
  DRY_REQUESTS,
  type Found,
  lookUpIfPossible,
  readGroups,
} from './lookUp.js';
import { referenceTo } from './recipients.js';
import { compareNames } from './secondNames.js';

interface Action {
  list: ItemList;
  items: Item[];
  body: Body;
  /** False if repeating it does something else. */
  repeatable: boolean;
  verify: ActionDefinition<never>['verify'];
}

/** What a look afterwards shows of accepted items. */
export interface Verification {
  /** RapidPro did not act on them after all. */
  skipped: Item[];
  /** RapidPro does not show yet whether it did. */
  unclear: Item[];
}

interface ActionDefinition<Name extends string> {
  args: { [Key in Name]: unknown };
  options: unknown;
  knownOptions?: readonly string[];
  body(args: { [Key in Name]: unknown }, options: Settings): Body;
  repeatable?: boolean;
  /** For the option of this name. */
  verify?: ((client: Client, items: Item[], body: Body) => Promise<Verification>) | undefined;
}

interface Batch {
  items: Item[];
  /** True if an earlier request, whose answer was lost, may have acted on them. */
  repeated: boolean;
}

interface ActionProgress {
  done: Item[];
  failures: ActionFailure[];
  queue: Batch[];
}

const nounOf = (list: ItemList) => list.slice(0, -1);
const pathOf = (list: ItemList) => `${nounOf(list)}_actions`;

const NOT_ACTIVE = (noun: string) => `The ${noun} is blocked, stopped or archived.`;

function failure(
  { value, index }: Item,
  code: ErrorCode | ItemCode,
  description: string,
): ActionFailure {
  const named = typeof value === 'string' && value.includes(':') ? {} : { id: value };
  return { index, ...named, code, description };
}

/** Items that RapidPro lists as not acted on: unknown messages, tickets that already were in that state. */
function reported(answer: ApiResponse, items: readonly Item[]): ActionFailure[] {
  const { failures } = (answer.body ?? {}) as { failures?: unknown };
  if (!Array.isArray(failures)) return [];
  const names = new Set(failures.map(String));
  const description = `RapidPro says that it did not change.${answer.repeated ? PERHAPS_DONE : ''}`;
  return items
    .filter(({ value }) => names.has(String(value)))
    .map(item => failure(item, 'NOT_CHANGED', description));
}

/** Whether an earlier request may have deleted an item by another of its names. A contact has one uuid. */
function mayBeDeleted({ value }: Item, { list, body }: Action, { done }: ActionProgress): boolean {
  if (list !== 'contacts' || body.action !== 'delete') return false;
  return isUuid(value) ? done.some(one => !isUuid(one.value)) : done.length > 0;
}

const DELETED =
  ': either it did not exist, or this step deleted it by another uuid or URN in the list';

/** An item because of which RapidPro refused the whole request. */
function refusal(
  item: Item,
  error: RapidProError,
  action: Action,
  progress: ActionProgress,
): ActionFailure {
  const noun = nounOf(action.list);
  const lost = error.outcome === 'unknown' ? PERHAPS_DONE : '';
  if (error.code === 'UNKNOWN_REFERENCE') {
    const why = mayBeDeleted(item, action, progress) ? DELETED : '';
    return failure(item, error.code, `RapidPro has no such ${noun}${why}.${lost}`);
  }
  const about = error.errors?.some(text => text.startsWith(`${noun}s`));
  return about
    ? failure(item, error.code, error.description)
    : failure(item, 'NOT_ACTIVE', `${NOT_ACTIVE(noun)}${lost}`);
}

/** Sends the next batch, and notes its result, or puts the rest of it back into the queue. */
async function actOnBatch(client: Client, action: Action, progress: ActionProgress): Promise<void> {
  const { list, body, repeatable } = action;
  const { items = [], repeated = false } = progress.queue[0] ?? {};
  const values: Json = items.map(({ value }) => value);
  try {
    const answer = await client.request({
      method: 'POST',
      path: pathOf(list),
      body: { [list]: values, ...body },
      positions: { [list]: items.map(({ index }) => index) },
      repeatable,
      repeated,
      referencesGroupsOrFields: 'group' in body || 'topic' in body,
    });
    requireDone(answer, repeatable ? undefined : pathOf(list));
    const failed = reported(answer, items);
    const indexes = new Set(failed.map(({ index }) => index));
    progress.queue.shift();
    progress.failures.push(...failed);
    progress.done.push(...items.filter(({ index }) => !indexes.has(index)));
  } catch (error) {
    if (!(error instanceof RapidProError)) throw error;
    const sorted = sortOut(error, list, items);
    if (!sorted) throw error;
    const found = sorted.refused.map(item => refusal(item, error, action, progress));
    const isUnknown = error.outcome === 'unknown';
    progress.queue.splice(0, 1, ...sorted.next.map(items => ({ items, repeated: isUnknown })));
    progress.failures.push(...found);
  }
}

const SKIPPED =
  'RapidPro accepted it but did nothing. This happens while a contact is busy: run the step again.';

const NOT_VERIFIED =
  'RapidPro accepted it, but does not show yet whether it was done: run the step again.';

async function verify(client: Client, action: Action, progress: ActionProgress): Promise<void> {
  const { done, failures } = progress;
  if (!action.verify || done.length === 0) return;
  const { skipped, unclear } = await action.verify(client, done, action.body);
  failures.push(
    ...skipped.map(item => failure(item, 'SKIPPED', SKIPPED)),
    ...unclear.map(item => failure(item, 'NOT_VERIFIED', NOT_VERIFIED)),
  );
}

/** Where the workspace hides URNs, nobody can be looked up by one afterwards. Asks for the first, before anything is done. */
async function requireVisibleUrns(client: Client, items: readonly Item[]): Promise<void> {
  const urn = items.find(({ value }) => !isUuid(value))?.value;
  if (urn === undefined) return;
  try {
    await findContact(client, contactKey(urn));
  } catch (error) {
    // The action refuses such an item alone.
    if (hasErrorCode(error, 'INVALID_URN')) return;
    if (!hasErrorCode(error, 'ANONYMOUS_WORKSPACE')) throw error;
    throw changed(error, {
      description:
        'The workspace hides URNs, so it cannot be verified what happens to contacts named by URN. Nothing was sent.',
      fix: 'Use the uuids of the contacts, or leave "verify" out.',
      outcome: 'none',
    });
  }
}

/** The error of an action that stopped in the middle. Each item is in exactly one of its lists. */
function partial(error: RapidProError, action: Action, progress: ActionProgress): RapidProError {
  const { items, list, repeatable } = action;
  const { done, failures, queue } = progress;
  const [stopped = { items: [] }, ...waiting] = queue;
  const isUnknown = error.outcome === 'unknown';
  const place = (batches: readonly Pick<Batch, 'items'>[]) =>
    ranges(batches.flatMap(({ items }) => items.map(({ index }) => index)));
  const perhaps = waiting.filter(({ repeated }) => repeated);
  return changed(error, {
    code: 'PARTIAL_ACTION',
    description: `The action stopped after ${done.length + failures.length} of ${items.length} ${list}: ${error.description}`,
    fix: `${error.fix} ${
      repeatable
        ? 'Run the same step again: repeating it changes nothing.'
        : '"details" lists positions in the list: done, maybe done (unknown), and not done (failed, notAttempted).'
    }`,
    details: {
      reason: error.code,
      list,
      done: place([{ items: done }]),
      unknown: place(isUnknown ? [stopped, ...perhaps] : perhaps),
      failed: isUnknown ? [] : place([stopped]),
      notAttempted: place(waiting.filter(({ repeated }) => !repeated)),
      failures: sortByIndex(failures),
    },
    outcome: 'unknown',
  });
}

function sortByIndex(failures: readonly ActionFailure[]): ActionFailure[] {
  return [...failures].sort((a, b) => a.index - b.index);
}

/** Whether an error needs no details: nothing was done, or everything is in doubt. */
function saysAll(error: RapidProError, { repeatable }: Action, progress: ActionProgress): boolean {
  const { done, failures, queue } = progress;
  const untouched = done.length + failures.length === 0;
  return untouched && (repeatable || queue.length === 1 || error.outcome !== 'unknown');
}

function logAction(
  { items, list, body }: Action,
  { failures }: ActionProgress,
  requests: number,
): void {
  const asked = count(items.length, nounOf(list));
  const word = String(body.action).replaceAll('_', ' ');
  log.info(`Action "${word}" on ${asked} in ${count(requests, 'request')}`);
  const unclear = failures.filter(({ code }) => code === 'NOT_VERIFIED').length;
  const unchanged = failures.length - unclear;
  if (unchanged > 0) log.warn(`${unchanged} of ${asked} were not changed: see data.failures`);
  if (unclear > 0) log.warn(`${unclear} of ${asked} could not be verified: see data.failures`);
}

/** Does one thing to any number of contacts, messages or tickets, 100 per request. */
async function actOnMany(client: Client, action: Action): Promise<ActionResult> {
  const { items } = action;
  const queue = inPieces(items, BATCH_LIMIT).map(items => ({ items, repeated: false }));
  const progress: ActionProgress = { done: [], failures: [], queue };
  try {
    while (progress.queue.length > 0) await actOnBatch(client, action, progress);
    await verify(client, action, progress);
  } catch (error) {
    if (!(error instanceof RapidProError) || saysAll(error, action, progress)) throw error;
    throw partial(error, action, progress);
  }
  logAction(action, progress, client.requests);
  return { requested: items.length, failures: sortByIndex(progress.failures) };
}

/** Every operation on many: check the list, act on it 100 at a time, report what was not done. */
export function act<Name extends string>(
  name: string,
  given: Given,
  list: ItemList & NoInfer<Name>,
  plan: ActionDefinition<Name>,
): Operation {
  return operation(name, given, {
    args: plan.args,
    options: plan.options,
    knownOptions: ['dryRun', ...(plan.knownOptions ?? [])],
    async run({ client, facts, args, options }) {
      const items = await itemsOf(list, args[list]);
      const body = plan.body(args, options);
      const { topic } = body;
      if (isName(topic)) body.topic = await uuidOf(client, 'topics', topic, 'topic');
      if (list === 'contacts') await facts.refuseHomeNumbers(placedItems(items));
      const { repeatable = true } = plan;
      const verify = options.verify ? plan.verify : undefined;
      const action = { list, items, body, repeatable, verify };
      if (verify) await requireVisibleUrns(client, items);
      if (options.dryRun) return rehearse(client, action);
      if (list === 'contacts') action.items = await inFull(client, items);
      return actOnMany(client, action);
    },
  });
}

/** An action that needs only its list. */
export function actOn(
  name: string,
  given: Given,
  list: ItemList,
  action: string,
  items: unknown,
  options: unknown,
): Operation {
  return act<string>(name, given, list, {
    args: { [list]: items },
    options,
    body: () => ({ action }),
  });
}

/** The names of contacts, with their places. */
function* placedItems(items: readonly Item[]): Generator<Placed> {
  for (const { value, index } of items) yield placedAt(String(value), 'contacts', index);
}

/** A group or label of an action. RapidPro 9 recognizes a uuid only in its own form. */
export function requireReference(value: unknown, what: string, isLiteral = false): string {
  const text = requireText(value, what);
  refuseMissing(text, what, 'name', isLiteral);
  return asUuid(text) ?? text;
}

/** Writes numbers without a country code in full, because servers do not recognize them here. */
async function inFull(client: Client, items: Item[]): Promise<Item[]> {
  const local: string[] = [];
  await inTurns(items, ({ value }) => {
    const name = String(value);
    if (!isUuid(name) && isLocalNumber(name)) local.push(name);
  });
  if (local.length === 0) return items;
  const found = await lookUpIfPossible(client, local, { mustKnow: false });
  await giveWay(items);
  const names = items.map(({ value }) => String(value));
  const { moved, unsure } = await compareNames(client, names, found);
  const mayDiffer = (name: string) => moved.has(name) || unsure.has(name);
  // RapidPro acts once on a contact that is named twice.
  const distinct = await distinctInTurns(items, ({ value }) =>
    mayDiffer(String(value)) ? `${value}` : contactOf(value, found),
  );
  await giveWay(distinct);
  const named = distinct.map(item => {
    const name = String(item.value);
    return { ...item, value: referenceTo(name, found.get(name)) };
  });
  return distinctInTurns(named, ({ value }) => contactIdentity(value));
}

/** The uuid of a contact if that was found out, and otherwise what the job calls it. */
function contactOf(value: Item['value'], found: Found): string {
  return String(found.get(String(value))?.uuid ?? value);
}

/** What RapidPro would say about a group that the action cannot use. */
async function refuseGroup(client: Client, group: unknown): Promise<void> {
  if (typeof group !== 'string') return;
  const groups = await readGroups(client, [group], 1);
  const found = groups.of(group);
  const isSmart = found !== undefined && (found.query ?? null) !== null;
  if (!isSmart && (found || !groups.isWhole)) return;
  throw fail(
    isSmart ? 'VALIDATION_FAILED' : 'UNKNOWN_REFERENCE',
    isSmart
      ? 'This is a smart group: RapidPro decides who is in it.'
      : 'The workspace has no such group.',
    `Nothing was sent. ${isSmart ? 'Use a manual group: getGroups() lists them.' : adviceFor(group, groups.names)}`,
  );
}

/** What an action would do, in at most {@link DRY_REQUESTS} requests. */
async function rehearse(client: Client, { list, items, body }: Action): Promise<ActionPlan> {
  await refuseGroup(client, body.group);
  const names = list === 'contacts' ? items.map(({ value }) => String(value)) : [];
  const left = DRY_REQUESTS - client.requests;
  const found = await lookUpIfPossible(client, names, { mustKnow: false, most: left });
  const distinct = await distinctInTurns(items, ({ value }) => contactOf(value, found));
  await giveWay(distinct);
  const failures = distinct.flatMap(item => {
    const contact = found.get(String(item.value));
    if (contact === null)
      return [failure(item, 'UNKNOWN_REFERENCE', 'RapidPro has no such contact.')];
    const isRefused = contact && body.action === 'add' && inactiveStatus(contact) !== undefined;
    return isRefused ? [failure(item, 'NOT_ACTIVE', NOT_ACTIVE('contact'))] : [];
  });
  const failed = new Set(failures.map(({ index }) => index));
  const kept = distinct.filter(({ index }) => !failed.has(index));
  const requests = Math.ceil(distinct.length / BATCH_LIMIT);
  const asked = count(distinct.length, nounOf(list));
  log.info(
    `Dry run: the real run takes ${count(requests, 'request')} for ${asked}. Nothing was changed.`,
  );
  return {
    dryRun: true,
    requests,
    requested: distinct.length,
    items: ranges(kept.map(({ index }) => index)),
    failures,
    notChecked: distinct.filter(({ value }) => !found.has(String(value))).length,
  };
}
