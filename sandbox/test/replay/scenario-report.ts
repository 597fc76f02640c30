import { randomUUID } from 'node:crypto';
import type { Dialect } from '../../../src/resources.js';
import type { FlowSeed } from '../../src/index.js';

/**
 * The flow 'Scenario Report' as the scenarios describe it: it asks, waits for a number and saves it as cases, calls the
 * resthook scen-hook and saves the result as resthook, and says thanks.
 */
export function scenarioReport(dialect: Dialect): FlowSeed {
  const [ask, wait, hook, thanks] = [randomUUID(), randomUUID(), randomUUID(), randomUUID()];
  const [number, other, success, failure] = [
    randomUUID(),
    randomUUID(),
    randomUUID(),
    randomUUID(),
  ];
  const exit = (destination_uuid: string | null) => ({ uuid: randomUUID(), destination_uuid });
  const toHook = exit(hook);
  const toEnd = exit(null);
  const afterSuccess = exit(thanks);
  const afterFailure = exit(thanks);
  return {
    name: 'Scenario Report',
    expires: 720,
    definition: {
      name: 'Scenario Report',
      language: 'eng',
      revision: 1,
      spec_version: dialect === 'v9' ? '13.2.0' : '14.4.1',
      type: 'messaging',
      nodes: [
        {
          uuid: ask,
          actions: [
            { uuid: randomUUID(), type: 'send_msg', text: 'How many cases did you see today?' },
          ],
          exits: [exit(wait)],
        },
        {
          uuid: wait,
          actions: [],
          router: {
            type: 'switch',
            operand: '@input.text',
            wait: { type: 'msg' },
            result_name: 'Cases',
            cases: [
              { uuid: randomUUID(), type: 'has_number', arguments: [], category_uuid: number },
            ],
            categories: [
              { uuid: number, name: 'Has Number', exit_uuid: toHook.uuid },
              { uuid: other, name: 'Other', exit_uuid: toEnd.uuid },
            ],
            default_category_uuid: other,
          },
          exits: [toHook, toEnd],
        },
        {
          uuid: hook,
          actions: [
            {
              uuid: randomUUID(),
              type: 'call_resthook',
              resthook: 'scen-hook',
              result_name: 'Resthook',
            },
          ],
          router: {
            type: 'switch',
            operand: '@results.resthook.category',
            cases: [
              {
                uuid: randomUUID(),
                type: 'has_only_text',
                arguments: ['Success'],
                category_uuid: success,
              },
            ],
            categories: [
              { uuid: success, name: 'Success', exit_uuid: afterSuccess.uuid },
              { uuid: failure, name: 'Failure', exit_uuid: afterFailure.uuid },
            ],
            default_category_uuid: failure,
          },
          exits: [afterSuccess, afterFailure],
        },
        {
          uuid: thanks,
          actions: [
            {
              uuid: randomUUID(),
              type: 'send_msg',
              text: 'Thanks, @results.cases noted (@results.resthook.category)',
            },
          ],
          exits: [exit(null)],
        },
      ],
    },
  };
}
