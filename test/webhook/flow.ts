import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { FlowSeed } from '@openfn/rapidpro-sandbox';

/** The body that RapidPro's editor writes into a new Call Webhook node. */
export const EDITOR_BODY = `@(json(object(
  "contact", object("uuid", contact.uuid, "name", contact.name, "urn", contact.urn),
  "flow", object("uuid", run.flow.uuid, "name", run.flow.name),
  "results", foreach_value(results, extract_object, "value", "category")
)))`;

/** The body that the guide gives: the same, with the run and its path. */
export const GUIDE_BODY =
  /^```\n(@\(json\([\s\S]*?)^```/m.exec(
    readFileSync(fileURLToPath(new URL('../../docs/guides/real-time.md', import.meta.url)), 'utf8'),
  )?.[1] ?? '';

/** The headers that it sets for a method with a body. */
export const EDITOR_HEADERS = { Accept: 'application/json', 'Content-Type': 'application/json' };

export interface Call {
  type: 'call_webhook' | 'call_resthook';
  method?: string;
  url?: string;
  headers?: Record<string, string>;
  body?: string;
  resthook?: string;
  result_name?: string;
}

/** A flow that asks, waits for a number, calls out, and says thanks with what came back. */
export function reportFlow(uuid: string, calls: Call[], thanks = 'Thanks'): FlowSeed {
  const [wait, call, last] = [randomUUID(), randomUUID(), randomUUID()];
  const [number, other] = [randomUUID(), randomUUID()];
  const exit = (destination_uuid: string | null) => ({ uuid: randomUUID(), destination_uuid });
  const [toCall, toEnd] = [exit(call), exit(null)];
  const say = (text: string) => ({ uuid: randomUUID(), type: 'send_msg', text });
  return {
    uuid,
    name: 'Case Report',
    definition: {
      uuid,
      name: 'Case Report',
      language: 'eng',
      revision: 3,
      nodes: [
        { uuid: randomUUID(), actions: [say('How many cases?')], exits: [exit(wait)] },
        {
          uuid: wait,
          router: {
            type: 'switch',
            operand: '@input.text',
            wait: { type: 'msg' },
            result_name: 'Cases',
            cases: [{ type: 'has_number', arguments: [], category_uuid: number }],
            categories: [
              { uuid: number, name: 'Has Number', exit_uuid: toCall.uuid },
              { uuid: other, name: 'Other', exit_uuid: toEnd.uuid },
            ],
            default_category_uuid: other,
          },
          exits: [toCall, toEnd],
        },
        {
          uuid: call,
          actions: calls.map(one => ({ uuid: randomUUID(), ...one })),
          exits: [exit(last)],
        },
        { uuid: last, actions: [say(thanks)], exits: [exit(null)] },
      ],
    },
  };
}
