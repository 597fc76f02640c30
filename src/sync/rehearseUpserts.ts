import type { Reason } from '../errors/errors.js';
import { isPlainUrn, storedField } from '../input/stored.js';
import { refuseDuplicateNumbers } from '../operations/contact/duplicateNumbers.js';
import { findTarget } from '../operations/contact/upsert.js';
import { inactiveStatus } from '../operations/many/recipients.js';
import type { BulkRun } from './bulkRun.js';
import { predictMisread, reportMisread } from './compare/compare.js';
import { type Input, wouldRefuse } from './inputs.js';
import type { SyncSettings } from './options.js';
import { readFacts, resolveNames } from './predict/facts.js';
import { Cost } from './report/cost.js';

const INACTIVE: Reason = {
  code: 'VALIDATION_FAILED',
  description: 'The contact is blocked, stopped or archived, so it cannot join a group.',
  fix: 'Leave "groups" out, or make the contact active with unblockContacts().',
};

function isEmpty(values: readonly unknown[] | undefined): boolean {
  return values === undefined || values.length === 0;
}

/** What the dry run of `upsertContacts` does with its contacts: looks each up, and writes nothing. */
export async function rehearseUpserts(
  { client, outcome, progress, workspace }: BulkRun,
  inputs: readonly Input[],
  settings: SyncSettings,
): Promise<Cost> {
  const cost = new Cost();
  const facts = await readFacts(client, inputs, settings, workspace);
  await resolveNames(inputs, facts, outcome);
  const owners = new Map<string, number>();
  const isUncertain = ({ fields }: Input) =>
    Object.entries(fields ?? {}).some(
      ([key, value]) => storedField(facts.types.get(key) ?? '', value) === undefined,
    );

  const look = async (input: Input) => {
    const { index, uuid: named, urns = [], groups, note } = input;
    const refusal = wouldRefuse(input);
    if (refusal) return outcome.fail({ index }, refusal);
    const { contact } = await findTarget(client, named, urns);
    const isSure = !isUncertain(input) && (named !== undefined || urns.every(isPlainUrn));
    const predicted = isSure ? {} : { predicted: false as const };
    const item = {
      index,
      ...reportMisread(predictMisread(input.fields, facts.types)),
      ...predicted,
    };
    if (!contact) {
      refuseDuplicateNumbers(urns);
      cost.add(note === undefined ? 1 : 2);
      return outcome.complete('created', item);
    }
    const uuid = String(contact.uuid);
    if (inactiveStatus(contact) !== undefined && !isEmpty(groups)) {
      return outcome.fail({ index, uuid }, INACTIVE);
    }
    cost.add(1);
    outcome.complete('updated', { ...item, uuid });
    const owner = owners.get(uuid);
    if (owner === undefined) owners.set(uuid, index);
    else outcome.clash([owner, index]);
  };
  await client.limiter.each(inputs, async input => {
    if (!outcome.isOpen(input.index)) return;
    try {
      await look(input);
      client.limiter.wentWell();
    } catch (error) {
      outcome.failWith({ index: input.index }, error);
    }
    progress.log();
  });
  return cost;
}
