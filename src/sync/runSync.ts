import { fail, type Reason } from '../errors/errors.js';
import { count, log } from '../input/log.js';
import { inTurns } from '../input/turns.js';
import type { BulkResult } from '../types/bulk.js';
import { type BulkCall, bulkRun } from './bulkRun.js';
import {
  failDuplicates,
  failHomeNumbers,
  type Input,
  readInputs,
  urnNames,
  uuidName,
  wouldRefuse,
} from './inputs.js';
import { Matcher } from './match/matcher.js';
import { identityOf, type SyncSettings, syncSettings } from './options.js';
import { completeDates, readFacts, resolveNames } from './predict/facts.js';
import { Cost } from './report/cost.js';
import type { Outcome } from './report/outcome.js';
import { sync } from './sync.js';

const NO_NOTES: Reason = {
  code: 'INVALID_INPUT',
  description: 'contact.note cannot be synced: each run would add it again. Nothing was sent.',
  fix: 'Leave "note" out, and add notes with updateContact() or upsertContacts().',
};

function stillOpen(inputs: readonly Input[], outcome: Outcome): Input[] {
  return inputs.filter(({ index }) => outcome.isOpen(index));
}

/** Contacts of the list that cannot be matched, or not told apart, fail. */
async function failUnmatchable(
  inputs: readonly Input[],
  matcher: Matcher,
  outcome: Outcome,
  takes: SyncSettings['takes'],
): Promise<void> {
  await inTurns(inputs, input => {
    const refusal = matcher.refusal(input);
    if (refusal) outcome.fail({ index: input.index }, refusal);
  });
  const names = (input: Input) => [
    ...matcher.namesOf(input),
    ...uuidName(input),
    ...urnNames(input),
  ];
  await failDuplicates(inputs, names, outcome, takes);
}

/** What `state.data` says of a run that wrote nothing. */
export function dryResult(
  result: BulkResult,
  { requests, isAtMost }: Cost = new Cost(),
): BulkResult {
  // Which of two entries for one contact is written before that shows is not known beforehand.
  const hasClash = result.failed.some(({ code }) => code === 'CONTACT_CLASH');
  const atMost = isAtMost || hasClash;
  log.info(
    `The real run takes ${atMost ? 'at most ' : ''}${count(requests, ['request', 'requests'])}`,
  );
  return {
    ...result,
    dryRun: true,
    requests,
    ...(atMost ? { atMost } : {}),
    notChecked: result.notAttempted.length,
  };
}

/** What a job says that knows the option from the other upserts. */
function refuseReplace(urns: BulkCall['options']['urns']): void {
  if (urns !== 'replace') return;
  throw fail(
    'INVALID_OPTION',
    'options.urns must be "add" or "exact".',
    'Nothing was sent. Use { urns: "exact" } to replace all URNs of a contact.',
  );
}

/** What `syncContacts` does with its list. */
export async function runSync(call: BulkCall): Promise<BulkResult> {
  refuseReplace(call.options.urns);
  const settings = syncSettings(call.options);
  const { key, exactUrns, dryRun } = settings;
  const plan = {
    name: 'syncContacts',
    verb: dryRun ? 'Dry run, nothing written, of' : 'Synchronized',
    settings,
    identity: identityOf(settings),
    leavesCheckpoint: !dryRun,
  } as const;
  let cost: Cost | undefined;
  const result = await bulkRun(call, plan, async run => {
    const { list, client, outcome } = run;
    const all = await readInputs(list, outcome, {
      replacesUrns: exactUrns,
      isLiteral: call.options.literal === true,
    });
    for (const input of all) {
      const refusal = input.note === undefined ? dryRun && wouldRefuse(input) : NO_NOTES;
      if (refusal) outcome.fail({ index: input.index }, refusal);
    }
    await failHomeNumbers(run.workspace, all, outcome);
    const facts = await readFacts(client, all, settings, run.workspace);
    await resolveNames(all, facts, outcome);
    await completeDates(run.workspace, all, outcome, facts.types);
    const matcher = new Matcher(key, facts.types);
    await failUnmatchable(all, matcher, outcome, settings.takes);
    const inputs = stillOpen(all, outcome);
    await inTurns(all, input => {
      if (!outcome.isPassedOver(input.index)) matcher.expect(input);
    });
    const end = await sync({ ...run, all, inputs, facts, matcher, settings });
    cost = end.cost;
    return end.position;
  });
  return dryRun ? dryResult(result, cost) : result;
}
