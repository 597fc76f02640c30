import { isPlainUrn } from '../input/stored.js';
import type { ReadSoFar } from './bulkCheckpoint.js';
import type { Input } from './inputs.js';
import { LookUps, type LookUpsParts } from './lookUps.js';
import { Matches } from './match/matches.js';
import { MatchReader } from './match/matchReader.js';
import type { Cost } from './report/cost.js';
import { Missing, type MissingParts } from './write/missing.js';
import { Writer, type WriterParts } from './write/writer.js';

type SyncParts = LookUpsParts & WriterParts & MissingParts;

/** What a run of `syncContacts` came to. */
interface SyncEnd {
  /** What the writing would take, counted where nothing is written. */
  cost: Cost;
  /** Where the next run goes on, if this one has stopped. */
  position: ReadSoFar;
}

/** Reads contacts of RapidPro, and writes what differs in them: the steps of `syncContacts`, in order. */
export async function sync(parts: SyncParts): Promise<SyncEnd> {
  const matches = new Matches(parts);
  const end = await writeList(parts, matches);
  await new Missing(parts, matches).remove(end.cost);
  return end;
}

async function writeList(parts: SyncParts, matches: Matches): Promise<SyncEnd> {
  const { client, earlier, matcher, progress } = parts;
  const { limiter } = client;
  for (const [index, uuid] of earlier?.found ?? []) matches.claim(index, uuid);
  const writer = new Writer(parts);
  const reader = new MatchReader(parts, matches);
  const lookUps = new LookUps(parts, matches, writer);
  const end = () => ({ cost: writer.cost, position: reader.position() });

  await lookUps.localNumbers();
  if (limiter.stopped) return end();
  await reader.read(async contacts => {
    const changes = contacts.flatMap(contact => matches.see(contact));
    progress.log();
    await writer.changes(changes);
  });
  const waited = matches.takeWaiting();
  if (limiter.stopped) return end();
  matches.waits = false;
  await writer.changes(waited);
  await lookUps.foundBefore(new Set(waited.map(({ input }) => input.index)));
  // If all has been read, who was not met is new, unless the URN can be written in another way.
  const isSurelyNew = ({ uuid, urns = [] }: Input) =>
    uuid === undefined &&
    (matcher.field !== undefined || (reader.hasAll && urns.every(isPlainUrn)));
  await lookUps.others(isSurelyNew);
  await writer.groups({ atEnd: true });
  return end();
}
