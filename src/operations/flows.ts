import type { Client } from '../client/client.js';
import { fail } from '../errors/errors.js';
import { checkFlowStart } from '../input/bodies.js';
import { requireOne } from '../input/filters.js';
import { log } from '../input/log.js';
import { inPieces } from '../input/turns.js';
import { resources } from '../resources.js';
import type { FlowStartBody } from '../types/bodies.js';
import type {
  DefinitionFilters,
  FlowFilters,
  FlowRunFilters,
  FlowStartFilters,
} from '../types/filters.js';
import type { Dictionary } from '../types/json.js';
import type { ArchivedListOptions, ListOptions, Options, SendOptions } from '../types/options.js';
import type { Query } from '../types/request.js';
import type { Callback, Operation, Reference } from '../types/state.js';
import { asObject } from './base/asObject.js';
import { operation } from './base/operation.js';
import { list } from './lists/list.js';
import { queryOf } from './lists/named.js';
import { referenceCheck } from './lists/unknownReference.js';
import { SEND_OPTIONS, sendToAll } from './many/send.js';

/** Servers refuse addresses of 4 kB and more. This many uuids stay below that. */
const MOST_UUIDS = 80;

/** The filters of an export that name what to export. */
const EXPORTED = ['flow', 'campaign'] as const;
const LISTED_BY = { flow: 'getFlows()', campaign: 'getCampaigns()' };

/** The query in as many parts as necessary; a short one stays unchanged. */
function partsOf(query: Query): Query[] {
  const uuids = EXPORTED.flatMap(name =>
    [...new Set([query[name] ?? []].flat().map(String))].map(uuid => ({ name, uuid })),
  );
  if (uuids.length <= MOST_UUIDS) return [query];
  return inPieces(uuids, MOST_UUIDS).map(part => {
    const of = (name: string) => {
      const some = part.filter(one => one.name === name).map(({ uuid }) => uuid);
      return some.length > 0 ? some : undefined;
    };
    return { ...query, ...Object.fromEntries(EXPORTED.map(name => [name, of(name)])) };
  });
}

function identityIn(item: unknown): string {
  const { uuid, key } = (item ?? {}) as Dictionary;
  return JSON.stringify(uuid ?? key ?? item);
}

/** Merges several exports: what two have in common is in the result once. */
function mergeExports(exports: readonly Dictionary[]): Dictionary {
  const [first = {}] = exports;
  const merged = { ...first };
  for (const name of Object.keys(first)) {
    const lists = exports.map(one => one[name]);
    if (!lists.every(Array.isArray)) continue;
    const items = lists.flat().map((item): [string, unknown] => [identityIn(item), item]);
    merged[name] = [...new Map(items).values()];
  }
  return merged;
}

export async function readDefinitions(client: Client, query: Query): Promise<Dictionary> {
  const exports: Dictionary[] = [];
  for (const part of partsOf(query)) {
    const { body } = await client.request({ method: 'GET', path: 'definitions', query: part });
    exports.push(asObject(body));
  }
  return mergeExports(exports);
}

/** RapidPro leaves out what it does not have: the export would be empty, or lack a part. */
function requireExported(query: Query, definitions: Dictionary): void {
  for (const name of EXPORTED) {
    const [noun, nouns] = resources[`${name}s`].nouns;
    const exported = new Set([definitions[nouns] ?? []].flat().map(identityIn));
    const wanted = query[name] ?? [];
    const missing = [wanted].flat().findIndex(uuid => !exported.has(identityIn({ uuid })));
    if (missing < 0) continue;
    const where = `filters.${name}${Array.isArray(wanted) ? `[${missing}]` : ''}`;
    throw fail(
      'UNKNOWN_REFERENCE',
      `The workspace has no ${noun} with the uuid in ${where}.`,
      `Check the uuid, and that the credential belongs to the right workspace: ${LISTED_BY[name]} lists the ${nouns}.`,
    );
  }
}

/**
 * Read the flows of the workspace, live and archived ones, newest first.
 * @public
 * @function
 * @namespace global
 * @example <caption>Flows that are not archived</caption>
 * getFlows({ archived: false });
 * @example <caption>The first hundred voice flows</caption>
 * getFlows({ type: 'voice' }, { limit: 100 });
 * @param {FlowFilters} [filters] - `uuid`, `type` (`message`, `voice`, `background`, `survey`), `archived`, `after` and `before` (ISO dates, on `modified_on`). Default: all flows.
 * @param {ListOptions} [options] - `limit` (records; default: all), `timeout` (seconds per request; default: 60), `maxWait` (total seconds of waiting; default: 60).
 * @state {array} data - The flows: `uuid`, `name`, `results` (what each collects), `runs` (how many) and more.
 * @state {object} response - Method, path, statusCode, duration (ms) and number of requests.
 * @throws {RapidProError} `INVALID_FILTER`; the errors of every request.
 * @see https://app.rapidpro.io/api/v2/flows
 * @returns {Operation}
 */
export function getFlows(
  filters?: Reference<FlowFilters>,
  options?: Reference<ListOptions>,
): Operation {
  return list('getFlows', arguments, { resource: 'flows', filters, options });
}

/**
 * Read the answers of contacts in flows: one run for each contact's path through a flow, newest change first.
 * @public
 * @function
 * @namespace global
 * @example <caption>The answers in one flow since New Year</caption>
 * getFlowRuns({
 *   flow: 'Antenatal Reminder',
 *   after: '2026-01-01T00:00:00Z',
 *   responded: true,
 * });
 * @example <caption>The last hundred, whether they answered or not</caption>
 * getFlowRuns({ flow: '0c8f6f6c-4a2e-4d36-9a5c-2f1f9f0a1b2c' }, { limit: 100 });
 * @example <caption>All runs since 2024, including archived ones, page by page</caption>
 * eachPage(
 *   getFlowRuns({ flow: 'Antenatal Reminder', after: '2024-01-01' }, { archived: true }),
 *   fn(state => ({ ...state, runs: (state.runs ?? 0) + state.data.length })),
 * );
 * @param {FlowRunFilters} [filters] - `flow` (uuid or exact name) or `contact` (uuid), `uuid`, `id`, `responded`, `after` and `before` (ISO dates, on `modified_on`), `reverse`, `paths`. Default: all runs.
 * @param {ArchivedListOptions} [options] - `limit` (records; default: all), `archived` (true: include runs that RapidPro has moved to archives; not with `deadline` or `resume`; default: false), `concurrency` (parallel requests, at most 10; default: 1), `timeout` (seconds per request; default: 60), `maxWait` (total seconds of waiting; default: 60).
 * @state {array} data - The runs; `values` has the answers by result key. Runs older than about 90 days are in archives; `archived: true` includes them.
 * @state {object} response - Method, path, statusCode, duration (ms) and number of requests.
 * @throws {RapidProError} `UNKNOWN_REFERENCE` if the flow or contact does not exist, or the flow is archived and given by name; `INVALID_FILTER`; with `archived` also `LINK_FAILED`, `INVALID_RESPONSE`; the errors of every request.
 * @see https://app.rapidpro.io/api/v2/runs
 * @returns {Operation}
 */
export function getFlowRuns(
  filters?: Reference<FlowRunFilters>,
  options?: Reference<ArchivedListOptions>,
): Operation {
  return list('getFlowRuns', arguments, {
    resource: 'runs',
    filters,
    options,
    ifEmpty: referenceCheck('flow', 'contact'),
  });
}

/**
 * Start contacts in a flow. You can give any number of contacts or URNs; more than 100 take several requests. Nobody is started twice. If the outcome of a start is unknown, it is not repeated.
 * @public
 * @function
 * @namespace global
 * @example <caption>One contact</caption>
 * startFlow({
 *   flow: 'Antenatal Reminder',
 *   urns: ['tel:+221770001122'],
 * });
 * @example <caption>Test it first, for a group</caption>
 * startFlow({ flow: '0c8f6f6c-4a2e-4d36-9a5c-2f1f9f0a1b2c', groups: ['Mothers'] }, { dryRun: true });
 * @param {FlowStartBody} flowStart - `flow` (uuid or exact name) and recipients: `contacts` (uuids or URNs), `urns`, `groups`; `restart_participants`, `exclude_active`, `params` (an object that the flow reads as `@trigger.params`).
 * @param {SendOptions} [options] - `onlyActive` (true: leave out stopped, blocked and archived contacts among `contacts` and `urns`; default: false), `dryRun` (true: send nothing, and report who would be reached; default: false), `literal` (true: send words for missing data, such as `undefined`, as they are; default: false), `timeout` (seconds per request; default: 60), `maxWait` (total seconds of waiting; default: 60). A function here is taken as the callback, as in version 2.
 * @param {function} [callback] - Called with the next state; what it returns is the result.
 * @state {object} data - The flow start, as RapidPro answered; above 100 recipients `chunks`, `recipients`. With `onlyActive` also `leftOut`; if nobody is left: `sent: false`, `recipients: 0`, `leftOut`. With `dryRun`: `dryRun: true`, `requests`, `recipients`, `contacts`, `urns`, `groups`, `members`, `duplicates`, `leftOut`, `withoutUrn` (contacts that no message reaches), `notChecked`, with positions in the lists.
 * @state {object} response - Method, path, statusCode, duration (ms) and number of requests.
 * @throws {RapidProError} `INVALID_INPUT` if there is no flow or no recipient, the flow is archived, or more than 100 of one kind are given together with another; `INVALID_URN`; `OUTCOME_UNKNOWN`; `PARTIAL_SEND` with `details`; `UNKNOWN_REFERENCE`, `WORKSPACE_SUSPENDED`.
 * @see https://app.rapidpro.io/api/v2/flow_starts
 * @returns {Operation}
 */
export function startFlow(
  flowStart: Reference<FlowStartBody>,
  options?: Reference<SendOptions> | Callback,
  callback?: Callback,
): Operation {
  return operation('startFlow', arguments, {
    args: { flowStart },
    knownOptions: SEND_OPTIONS,
    options,
    callback,
    run: call => {
      const body = checkFlowStart(call.args.flowStart, call.options.literal);
      return sendToAll(call, 'flow_starts', body, 'flowStart');
    },
  });
}

/**
 * Read the flow starts that users and the API made, newest change first.
 * @public
 * @function
 * @namespace global
 * @example <caption>Of this month</caption>
 * getFlowStarts({ after: '2026-11-01' });
 * @example <caption>The last ten</caption>
 * getFlowStarts({}, { limit: 10 });
 * @param {FlowStartFilters} [filters] - `uuid`, `after` and `before` (ISO dates, on `modified_on`), `reverse`; `id` (RapidPro 9). Default: all.
 * @param {ListOptions} [options] - `limit` (records; default: all), `concurrency` (parallel requests, at most 10; default: 1), `timeout` (seconds per request; default: 60), `maxWait` (total seconds of waiting; default: 60).
 * @state {array} data - The flow starts: `uuid`, `flow`, `status`, `contacts`, `groups`, `params`; `progress` (TextIt).
 * @state {object} response - Method, path, statusCode, duration (ms) and number of requests.
 * @throws {RapidProError} `INVALID_FILTER`; the errors of every request.
 * @see https://app.rapidpro.io/api/v2/flow_starts
 * @returns {Operation}
 */
export function getFlowStarts(
  filters?: Reference<FlowStartFilters>,
  options?: Reference<ListOptions>,
): Operation {
  return list('getFlowStarts', arguments, { resource: 'flow_starts', filters, options });
}

/**
 * Read the full definitions of flows and campaigns, as RapidPro exports them. They cannot be imported again through the API.
 * @public
 * @function
 * @namespace global
 * @example <caption>One flow with its dependencies</caption>
 * getFlowDefinitions({ flow: 'Antenatal Reminder' });
 * @example <caption>One flow without its dependencies</caption>
 * getFlowDefinitions({ flow: '0c8f6f6c-4a2e-4d36-9a5c-2f1f9f0a1b2c', dependencies: 'none' });
 * @param {DefinitionFilters} filters - `flow` and `campaign` (a uuid or exact name, or any number of them); `dependencies` (`all`, `flows`, `none`; default: `all`).
 * @param {Options} [options] - `timeout` (seconds per request; default: 60), `maxWait` (total seconds of waiting; default: 60).
 * @state {object} data - `version`, `site`, `flows`, `campaigns`, `triggers`, `fields`, `groups`.
 * @state {object} response - Method, path, statusCode, duration (ms) and number of requests.
 * @throws {RapidProError} `INVALID_FILTER` if neither `flow` nor `campaign` is given: RapidPro would export nothing; `UNKNOWN_REFERENCE` for a uuid or name that is unknown, and for a name that is not unique or of an archived one; the errors of every request.
 * @see https://app.rapidpro.io/api/v2/definitions
 * @returns {Operation}
 */
export function getFlowDefinitions(
  filters: Reference<DefinitionFilters>,
  options?: Reference<Options>,
): Operation {
  return operation('getFlowDefinitions', arguments, {
    args: { filters },
    options,
    async run({ client, args }) {
      const query = await queryOf(client, 'definitions', args.filters);
      requireOne(query, ['flow', 'campaign']);
      const definitions = await readDefinitions(client, query);
      requireExported(query, definitions);
      log.info('Fetched the definitions');
      return definitions;
    },
  });
}
