import type { Dialect } from '../../../src/resources.js';
import type { Action, FlowNode } from './definition.js';
import { type Answered, deliver, succeeded } from './deliver.js';
import type { Value } from './expressions.js';
import { type Sprint, saveResult } from './sprint.js';
import { type Work, waitFor } from './work.js';

/** The most bytes that a node may send. `v9` has no limit. */
const LARGEST_BODY: Record<Dialect, number> = { v9: Number.POSITIVE_INFINITY, textit: 256 * 1024 };

const TOO_LARGE: Answered = { status: 0, headers: {}, text: '' };

/** Runs a Call Webhook node: sends the request and keeps the response for the rest of the flow. */
export function* callWebhook(
  sprint: Sprint,
  node: FlowNode,
  action: Action,
  filled: (text: string | undefined) => string,
): Work<void> {
  const { workspace } = sprint;
  const method = (action.method ?? 'GET').toUpperCase();
  const url = filled(action.url);
  const headers = Object.fromEntries(
    Object.entries(action.headers ?? {}).map(([name, value]) => [name, filled(value)]),
  );
  const body = action.body ? filled(action.body) : undefined;
  const isTooLarge = Buffer.byteLength(body ?? '') > LARGEST_BODY[workspace.dialect];
  const answered = isTooLarge
    ? TOO_LARGE
    : yield* waitFor(deliver(workspace, { method, url, headers, body }));
  sprint.webhook = webhookValue(sprint, answered);
  if (!action.result_name) return;
  const category = succeeded(answered) ? 'Success' : 'Failure';
  const input = `${method} ${url}`;
  saveResult(sprint, action.result_name, String(answered.status), category, node.uuid, input);
}

/** The value of `@webhook`: the response body for `v9`; an object with body, status and headers for `textit`. */
function webhookValue({ workspace }: Sprint, { status, headers, text }: Answered): Value {
  let json: Value = null;
  try {
    json = JSON.parse(text) as Value;
  } catch {
    // Flows ignore a response that is not JSON.
  }
  return workspace.dialect === 'v9' ? json : { status, headers, json };
}
