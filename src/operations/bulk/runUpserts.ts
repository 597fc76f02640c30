import type { BulkResult } from '../../types/bulk.js';
import type { Dictionary } from '../../types/json.js';
import type { Body } from '../base/body.js';
import { wasMadeSince } from '../contact/madeSince.js';
import { unreadFields } from '../contact/unread.js';
import { upsert } from '../contact/upsert.js';
import { type BulkCall, bulkRun } from './bulkRun.js';
import { told } from './diff.js';
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

/**
 * RapidPro answers 201 where it made the contact. Where the answer to that was lost, the contact was
 * looked up, or the same request found it there.
 */
function placeOf(contact: Dictionary, client: Lane, started: number): 'created' | 'updated' {
  const { method, statusCode } = client.last ?? {};
  const isLost = client.repeated && wasMadeSince(contact, client, started);
  return statusCode === 201 || method === 'GET' || isLost ? 'created' : 'updated';
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
    const owners = new Map<string, number>();
    await pool.each(inputs, async (input, client) => {
      const { index } = input;
      if (!outcome.isOpen(index)) return;
      try {
        const started = pool.gate.now();
        const body = bodyOf(input);
        const contact = await upsert(client, body, mode);
        const uuid = String(contact.uuid);
        const unread = unreadFields(body, contact);
        outcome.settle(placeOf(contact, client, started), { index, uuid, ...told({ unread }) });
        // Only RapidPro knows that two names, as a uuid and a URN, are of one contact.
        const owner = owners.get(uuid);
        if (owner === undefined) owners.set(uuid, index);
        else outcome.clash([owner, index]);
        pool.gate.wentWell();
      } catch (error) {
        outcome.failWith({ index }, error);
      }
      progress.tell();
    });
    return { found: [] };
  });
}
