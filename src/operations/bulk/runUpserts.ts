import type { BulkResult } from '../../types/bulk.js';
import type { Dictionary } from '../../types/json.js';
import type { Body } from '../body.js';
import { upsert } from '../upsert.js';
import { type BulkCall, bulkRun } from './bulkRun.js';
import { failDuplicates, type Input, readInputs, urnNames, uuidName } from './inputs.js';
import type { Lane } from './lane.js';
import { bulkSettings } from './options.js';
import type { Reason } from './outcome.js';

const NAMELESS: Reason = {
  code: 'INVALID_INPUT',
  description: 'The contact is named by no URN and no uuid. Nothing was sent.',
  fix: 'An upsert needs one of them. Check the data that "urns" or "uuid" comes from.',
};

function bodyOf({ index: _, others, ...body }: Input): Body & Pick<Input, 'uuid' | 'urns'> {
  return { ...others, ...(body as Body) };
}

/** RapidPro answers 201 where it made the contact; one that a lost request made is looked up. */
function place(client: Lane): 'created' | 'updated' {
  const { method, statusCode } = client.last ?? {};
  return statusCode === 201 || method === 'GET' ? 'created' : 'updated';
}

/** What `upsertContacts` does with its list. */
export function runUpserts(call: BulkCall): Promise<BulkResult> {
  const settings = bulkSettings(call.given);
  const { urns: mode = 'add' } = call.options;
  const plan = {
    name: 'upsertContacts',
    verb: 'Upserted',
    settings,
    identity: { mode },
    leavesMark: true,
  } as const;
  return bulkRun(call, plan, async ({ list, pool, outcome, progress }) => {
    const inputs = readInputs(list, outcome);
    for (const { index, uuid, urns = [] } of inputs) {
      if (uuid === undefined && urns.length === 0) outcome.fail({ index }, NAMELESS);
    }
    failDuplicates(inputs, input => [...uuidName(input), ...urnNames(input)], outcome);
    await pool.each(inputs, async (input, client) => {
      const { index } = input;
      if (!outcome.isOpen(index)) return;
      try {
        const contact: Dictionary = await upsert(client, bodyOf(input), mode);
        outcome.settle(place(client), { index, uuid: String(contact.uuid) });
        pool.gate.wentWell();
      } catch (error) {
        outcome.failWith({ index }, error);
      }
      progress.tell();
    });
    return { found: [] };
  });
}
