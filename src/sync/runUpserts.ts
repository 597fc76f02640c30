import type { Reason } from '../errors/errors.js';
import type { Body } from '../input/body.js';
import { misreadFields } from '../operations/contact/misread.js';
import { modeOf, upsert } from '../operations/contact/upsert.js';
import type { BulkResult } from '../types/bulk.js';
import { type BulkCall, bulkRun } from './bulkRun.js';
import { reportMisread } from './compare/compare.js';
import {
  failDuplicates,
  failHomeNumbers,
  type Input,
  readInputs,
  urnNames,
  uuidName,
} from './inputs.js';
import { syncSettings } from './options.js';
import { completeDates } from './predict/facts.js';
import { rehearseUpserts } from './rehearseUpserts.js';
import type { Cost } from './report/cost.js';
import { dryResult } from './runSync.js';
import { SharedRefusals } from './sharedRefusals.js';

const NAMELESS: Reason = {
  code: 'INVALID_INPUT',
  description: 'The contact has no URN and no uuid. Nothing was sent.',
  fix: 'An upsert needs one of them. Check the data that "urns" or "uuid" comes from.',
};

function bodyOf({ index: _, others, ...body }: Input): Body & Pick<Input, 'uuid' | 'urns'> {
  return { ...others, ...(body as Body) };
}

/** What `upsertContacts` does with its list. */
export async function runUpserts(call: BulkCall): Promise<BulkResult> {
  const settings = syncSettings(call.options);
  const { dryRun } = settings;
  const mode = modeOf(call.options);
  const plan = {
    name: 'upsertContacts',
    verb: dryRun ? 'Dry run, nothing written, of' : 'Upserted',
    settings,
    identity: settings.takes ? { mode, takes: settings.takes } : { mode },
    leavesCheckpoint: !dryRun,
  } as const;
  let cost: Cost | undefined;
  const result = await bulkRun(call, plan, async run => {
    const { list, client, outcome, progress, workspace } = run;
    const { limiter } = client;
    const inputs = await readInputs(list, outcome, {
      replacesUrns: mode === 'replace',
      isLiteral: call.options.literal === true,
    });
    await failHomeNumbers(workspace, inputs, outcome);
    for (const { index, uuid, urns = [] } of inputs) {
      if (uuid === undefined && urns.length === 0) outcome.fail({ index }, NAMELESS);
    }
    const namesOf = (input: Input) => [...uuidName(input), ...urnNames(input)];
    await failDuplicates(inputs, namesOf, outcome, settings.takes);
    await completeDates(workspace, inputs, outcome);
    if (dryRun) {
      cost = await rehearseUpserts(run, inputs, settings);
      return { found: [] };
    }
    const owners = new Map<string, number>();
    const shared = new SharedRefusals({ ...run, inputs, settings });
    await limiter.each(inputs, async input => {
      const { index } = input;
      if (!(await shared.admits(input))) return;
      try {
        const body = bodyOf(input);
        const { contact, isNew } = await upsert(client, body, mode);
        const uuid = String(contact.uuid);
        const misread = reportMisread(misreadFields(body, contact));
        outcome.complete(isNew ? 'created' : 'updated', { index, uuid, ...misread });
        // Only RapidPro knows that two names, as a uuid and a URN, are of one contact.
        const owner = owners.get(uuid);
        if (owner === undefined) owners.set(uuid, index);
        else outcome.clash([owner, index]);
        limiter.wentWell();
      } catch (error) {
        outcome.failWith({ index }, error);
        await shared.note(error);
      }
      progress.log();
    });
    return { found: [] };
  });
  return dryRun ? dryResult(result, cost) : result;
}
