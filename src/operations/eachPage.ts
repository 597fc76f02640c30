import { fail } from '../errors/errors.js';
import { handOver, inJobsCode } from '../input/run.js';
import type { Dictionary } from '../types/json.js';
import type { Operation, State, Step } from '../types/state.js';
import { lostAs, operation, prepare, refuseUncalled } from './base/operation.js';
import { argumentsOf, planOf, Reading, readList, requirePlan } from './lists/list.js';
import { queryOf } from './lists/named.js';
import { checkArchived } from './lists/withArchives.js';

/**
 * Read any list one page at a time, and run operations for each page. Only one page is in memory, however long the list is.
 * @public
 * @function
 * @namespace global
 * @example <caption>Count contacts by language, in a workspace of any size</caption>
 * eachPage(
 *   getContacts({ group: 'Mothers' }),
 *   fn(state => {
 *     const counts = { ...state.counts };
 *     for (const { language } of state.data) counts[language] = (counts[language] ?? 0) + 1;
 *     return { ...state, counts };
 *   }),
 * );
 * @example <caption>The first thousand records, with two parallel requests</caption>
 * eachPage(
 *   getContacts({ group: 'Mothers' }, { limit: 1000, concurrency: 2 }),
 *   fn(state => ({ ...state, seen: (state.seen ?? 0) + state.data.length })),
 * );
 * @param {Operation} list - An operation that reads a list, such as `getContacts()`, with its filters and options. Its `deadline` stops between two pages, and `resume: true` continues there.
 * @param {Operation} operations - They run for each page of up to 250 records in `state.data`. Whatever they add to the state is there for the next page. `state.references` does not grow with pages.
 * @state {object} data - `pages`, `records`. Other keys that the operations add to the state stay.
 * @state {object} response - Method, path, statusCode, duration (ms) and number of requests of the reading.
 * @throws {RapidProError} `INVALID_INPUT` if the first argument is not a list; the errors of the list; the errors of the operations.
 * @returns {Operation}
 */
export function eachPage(list: Operation, ...operations: Step[]): Operation {
  const plan = planOf(list);
  return operation('eachPage', plan?.given ?? [], {
    ...argumentsOf(plan),
    run: call =>
      readList(
        call,
        requirePlan('eachPage', list),
        pages => threadPages('eachPage', call, pages, operations),
        'pages',
      ),
    operations: [list, ...operations],
  });
}

/**
 * Reads a list page by page in code of your own, outside a job.
 *
 * @param configuration - the credential, with `host` and `token`
 * @param list - an operation that reads a list, with its filters and options
 * @returns an async iterator of pages, each an array of up to 250 records
 * @throws RapidProError as the list does, while it is read
 * @example
 * for await (const page of iteratePages({ host, token }, getContacts({ group: 'Mothers' }))) {
 *   console.log(page.length);
 * }
 */
export async function* iteratePages(
  configuration: { host: string; token: string; apiVersion?: string },
  list: Operation,
): AsyncGenerator<Dictionary[], void, undefined> {
  handOver(list);
  const plan = planOf(list);
  if (!plan) {
    throw fail(
      'INVALID_INPUT',
      'The second argument of iteratePages() is not a list.',
      'Use an operation that reads a list: iteratePages(configuration, getContacts())',
    );
  }
  const { resource, given } = plan;
  const call = await prepare('iteratePages', given, { configuration }, argumentsOf(plan));
  const { client, args, options, facts } = call;
  checkArchived(resource, args.filters, options);
  const query = await queryOf(client, resource, args.filters);
  await facts.refuseHomeFilter(query);
  const reading = new Reading(client, resource, query, options, 'pages');
  yield* reading.pages();
  // Nobody looks for a checkpoint here.
  reading.requireEnd(
    'There is more to read, but the deadline or the rate limit was reached.',
    'Raise maxWait or deadline, or read the rest later.',
  );
  await reading.checkEnd(plan, facts);
  reading.warnOfArchives();
}

/** Call it before anything is sent. */
export function checkSteps(operations: readonly unknown[]): void {
  if (operations.every(operation => typeof operation === 'function')) return;
  throw fail(
    'INVALID_INPUT',
    'The second argument is not an operation to run for each page.',
    'Nothing was sent. Write operations one after the other, not in a list: fn(state => …), each($.data, …)',
  );
}

/** An operation that does not return its state would lose everything that the others left there. */
function checkState(name: string, state: unknown): State {
  refuseUncalled(name, state);
  const lost = lostAs(state);
  if (!lost) return state as State;
  throw fail(
    'INVALID_INPUT',
    `An operation returned ${lost} for a page.`,
    'Return the state from fn(): fn(state => { …; return state; })',
  );
}

/**
 * Runs operations once for each page: each sees the page in `state.data`, and the state from the page before.
 * `references` do not grow with pages, so a long list takes no more memory than a short one.
 *
 * @param call - gets the state after the last page, with `data` as it was before the first
 */
export async function threadPages(
  name: string,
  call: { state: State },
  pages: AsyncIterable<Dictionary[]> | Iterable<Dictionary[]>,
  operations: readonly Step[],
): Promise<{ pages: number; records: number }> {
  checkSteps(operations);
  const { data, references } = call.state;
  let current = call.state;
  let count = 0;
  let records = 0;
  for await (const page of pages) {
    count++;
    records += page.length;
    current = { ...current, data: page, references };
    for (const operation of operations) {
      const given = current;
      current = checkState(name, await inJobsCode(() => operation(given)));
    }
  }
  call.state = { ...current, data, references };
  return { pages: count, records };
}
