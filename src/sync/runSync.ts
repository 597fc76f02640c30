import { fail, type Reason } from '../errors/errors.js';
import { isPlainUrn } from '../input/sameUrn.js';
import { giveWay, inTurns } from '../input/turns.js';
import type { BulkResult } from '../types/bulk.js';
import type { Dictionary } from '../types/json.js';
import type { ReadSoFar } from './bulkCheckpoint.js';
import { type BulkCall, type BulkRun, bulkRun } from './bulkRun.js';
import {
  failDuplicates,
  failHomeNumbers,
  type Input,
  readForms,
  readInputs,
  urnNames,
  uuidName,
} from './inputs.js';
import { LookUps } from './lookUps.js';
import { Matcher, Matches, type SyncParts } from './match/matches.js';
import { MatchReader } from './match/matchReader.js';
import type { BulkOutcome } from './report/bulkOutcome.js';
import { completeDates, readFacts, resolveNames } from './syncFacts.js';
import { Missing } from './write/missing.js';
import { Writer } from './write/writer.js';

const NO_NOTES: Reason = {
  code: 'INVALID_INPUT',
  description: 'contact.note cannot be synced: each run would add it again. Nothing was sent.',
  fix: 'Leave "note" out, and add notes with updateContact() or upsertContacts().',
};

function stillOpen(inputs: readonly Input[], outcome: BulkOutcome): Input[] {
  return inputs.filter(({ index }) => outcome.isOpen(index));
}

/** Contacts of the list that cannot be matched or distinguished fail. */
async function failUnmatchable(
  inputs: readonly Input[],
  matcher: Matcher,
  { outcome, workspace }: Pick<BulkRun, 'outcome' | 'workspace'>,
): Promise<void> {
  await inTurns(inputs, input => {
    const refusal = matcher.refusal(input);
    if (refusal) outcome.fail({ index: input.index }, refusal);
  });
  const forms = await readForms(workspace, inputs);
  const names = (input: Input) => [
    ...matcher.namesOf(input),
    ...uuidName(input),
    ...urnNames(input, forms),
  ];
  const own = (input: Input) => (matcher.usesUrns(input) ? [] : matcher.namesOf(input));
  await failDuplicates(inputs, names, outcome, own);
}

/** The name of the option in other upserts. */
function refuseReplace(urns: BulkCall['options']['urns']): void {
  if (urns !== 'replace') return;
  throw fail(
    'INVALID_OPTION',
    'options.urns must be "add" or "exact".',
    'Nothing was sent. Use { urns: "exact" } to replace all URNs of a contact.',
  );
}

export async function runSync(call: BulkCall): Promise<BulkResult> {
  refuseReplace(call.options.urns);
  const { key, urns, literal = false } = call.options;
  const plan = { name: 'syncContacts', verb: 'Synchronized' } as const;
  return bulkRun(call, plan, async run => {
    const { list, client, outcome } = run;
    const all = await readInputs(list, outcome, {
      replacesUrns: urns === 'exact',
      isLiteral: literal,
      key,
    });
    for (const { index, note } of all) if (note !== undefined) outcome.fail({ index }, NO_NOTES);
    await failHomeNumbers(run.workspace, all, outcome);
    await giveWay(all);
    const facts = await readFacts(client, all, run.options, run.workspace);
    await resolveNames(all, facts, outcome);
    await completeDates(run.workspace, all, outcome, facts.types);
    const matcher = new Matcher(key, facts.types, literal);
    await failUnmatchable(all, matcher, run);
    await giveWay(all);
    const inputs = stillOpen(all, outcome);
    const closed = all.filter(
      ({ index }) => !outcome.isOpen(index) && !outcome.isPassedOver(index),
    );
    // Of two with the same key, the last is looked for: the one that can be sent.
    await inTurns([...closed, ...inputs], input => matcher.expect(input));
    const parts = { ...run, all, inputs, facts, matcher };
    const matches = new Matches(parts);
    const position = await writeList(parts, matches);
    await new Missing(parts, matches).remove();
    return position;
  });
}

/** Reads contacts of RapidPro, and writes what differs in them: the steps of `syncContacts`, in order. */
async function writeList(parts: SyncParts, matches: Matches): Promise<ReadSoFar> {
  const { client, earlier, matcher, outcome, progress } = parts;
  const { limiter } = client;
  const { uuids = [], found = [] } = earlier ?? {};
  for (const [index, uuid] of [...uuids, ...found]) matches.claim(index, uuid);
  const writer = new Writer(parts);
  const reader = new MatchReader(parts, matches);
  const lookUps = new LookUps(parts, matches, writer);

  const take = async (contacts: Dictionary[]) => {
    const changes = contacts.flatMap(contact => matches.see(contact));
    progress.log();
    await writer.changes(changes);
    return changes.filter(({ input }) => outcome.isOpen(input.index)).length;
  };

  await lookUps.localNumbers();
  if (limiter.stopped) return reader.position();
  await reader.read(take);
  await giveWay(parts.inputs);
  const waited = matches.takeWaiting();
  await giveWay(parts.inputs);
  if (limiter.stopped) return reader.position();
  matches.waits = false;
  await writer.changes(waited);
  await lookUps.foundBefore();
  // Who was found before may turn out to be somebody else. Then the contact may be outside of the group.
  matches.waits = matcher.field !== undefined;
  await reader.readOutside(take);
  const outside = matches.takeWaiting();
  if (limiter.stopped) return reader.position();
  matches.waits = false;
  await writer.changes(outside);
  // If everything has been read, a contact that was not found is new, unless its URN can be written differently.
  const isSurelyNew = ({ uuid, urns = [] }: Input) =>
    uuid === undefined && reader.hasAll && urns.every(isPlainUrn);
  await lookUps.others(isSurelyNew);
  await writer.groups({ atEnd: true });
  return reader.position();
}
