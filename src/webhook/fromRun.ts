import type { Dictionary } from '../types/json.js';
import { normalForm, valueOptions } from './parsePush.js';
import { isObject, plain, unreadable } from './plain.js';
import type { Push, ValueOptions } from './push.js';

/** The names that runs have for what pushes call otherwise. */
const RESULT_NAMES: { [key: string]: string } = { node: 'node_uuid', time: 'created_on' };
const STEP_NAMES: { [key: string]: string } = { node: 'node_uuid', time: 'arrived_on' };

function renamed(value: unknown, names: { [key: string]: string }): unknown {
  if (!isObject(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [names[key] ?? key, item]));
}

/** What stands in a run and not in a push stays with the run. */
function runPart({ contact, flow, values, path, ...run }: Dictionary): Dictionary {
  return run;
}

/**
 * Turns a run, as `getFlowRuns` reads it, into the normal form of a push. For catching up on what no
 * resthook tells any more. What RapidPro's runs have beside a push is in `run`.
 *
 * @param run - one run
 * @param options - `numbers`
 * @returns the push; its `kind` is `run`. The newer line of servers gives no `input` in runs.
 * @throws RapidProError `INVALID_INPUT` for what is no run
 * @example
 * fn(state => ({ ...state, data: state.data.map(run => webhook.fromRun(run)) }));
 */
export function fromRun(run: object, options?: ValueOptions): Push {
  const record = plain(run);
  if (!isObject(record) || !isObject(record.values)) {
    throw unreadable(['a run of the API has "values"; getFlowRuns() reads runs']);
  }
  const { contact, flow, values, path } = record;
  const results = Object.entries(values as Dictionary).map(([key, value]) => [
    key,
    renamed(value, RESULT_NAMES),
  ]);
  const body = {
    contact,
    flow,
    run: runPart(record),
    results: Object.fromEntries(results),
    path: Array.isArray(path) ? path.map(step => renamed(step, STEP_NAMES)) : undefined,
  };
  return normalForm({ body, kind: 'run' }, valueOptions(options));
}
