import type { Dialect } from '../../../src/resources.js';
import { Decimal } from '../expressions/decimal.js';
import { Evaluation } from '../expressions/environment.js';
import { OverLimit } from '../expressions/errors.js';
import { readJson } from '../expressions/json.js';
import { ErrorValue, ObjectValue, type Value } from '../expressions/values.js';
import type { Action, FlowNode } from './definition.js';
import { type Answered, deliver, succeeded } from './deliver.js';
import { type Sprint, saveResult } from './sprint.js';
import { environmentOf } from './templates.js';
import { type Work, waitFor } from './work.js';

/** The most bytes that a node may send. `v9` has no limit. */
const LARGEST_BODY: Record<Dialect, number> = { v9: Number.POSITIVE_INFINITY, textit: 256 * 1024 };

const TOO_LARGE: Answered = { status: 0, headers: {}, text: '' };

/** Runs a Call Webhook node: sends the request and keeps the response for the rest of the flow. */
export function* callWebhook(
  sprint: Sprint,
  node: FlowNode,
  action: Action,
  {
    filled,
    whole,
    place,
  }: Record<'filled' | 'whole', (text: string | undefined) => string> & { place: string },
): Work<void> {
  const { workspace } = sprint;
  const method = (action.method ?? 'GET').toUpperCase();
  const url = filled(action.url);
  const headers = Object.fromEntries(
    Object.entries(action.headers ?? {}).map(([name, value]) => [name, filled(value)]),
  );
  const body = action.body ? whole(action.body) : undefined;
  const isTooLarge = Buffer.byteLength(body ?? '') > LARGEST_BODY[workspace.dialect];
  const answered = isTooLarge
    ? TOO_LARGE
    : yield* waitFor(deliver(workspace, { method, url, headers, body }, place));
  sprint.webhook = webhookValue(sprint, answered);
  if (!action.result_name) return;
  const category = succeeded(answered) ? 'Success' : 'Failure';
  const input = `${method} ${url}`;
  saveResult(sprint, action.result_name, String(answered.status), category, node.uuid, input);
}

/** The value of `@webhook`: the response body for `v9`; an object with body, status and headers for `textit`. */
function webhookValue(sprint: Sprint, { status, headers, text }: Answered): Value {
  const json = jsonValue(sprint, text);
  if (sprint.workspace.dialect === 'v9') return json;
  return ObjectValue.of({ status: Decimal.of(status), headers: ObjectValue.of(headers), json });
}

/** Flows ignore a response that is not JSON. */
function jsonValue(sprint: Sprint, text: string): Value {
  const at = new Evaluation(environmentOf(sprint), () => {});
  try {
    return readJson(at, text);
  } catch (thrown) {
    if (thrown instanceof OverLimit) {
      const place = `the response to a webhook in the flow "${sprint.flow.name}"`;
      sprint.workspace.unknown.tell({ what: thrown.what, expression: '', place });
    } else if (!(thrown instanceof ErrorValue)) throw thrown;
    return null;
  }
}
