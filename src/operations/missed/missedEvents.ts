import type { Client } from '../../client/client.js';
import { type Page, pages } from '../../client/pages.js';
import type { Place } from '../../client/seams.js';
import { checkFilters } from '../../input/filters.js';
import { log } from '../../input/log.js';
import { timeIn } from '../../input/times.js';
import { type Checkpoint, readCheckpoint, withCheckpoint } from '../../state/checkpoint.js';
import {
  advance,
  comparable,
  type EventsPosition,
  eventsCheckpoint,
  isKnown,
  KEPT,
  PUSHES,
  type Version,
  versionOf,
} from '../../state/feed.js';
import type { Dictionary } from '../../types/json.js';
import type { Query } from '../../types/request.js';
import type { State } from '../../types/state.js';
import { pushKey, readPush } from '../../webhook/parsePush.js';
import type { Numbers, Push } from '../../webhook/push.js';
import { requireResthook } from '../lists/unknownReference.js';
import type { Missed, Source } from './missed.js';

/** An unreadable event must not hold up later ones: the job gets it unchanged. */
function pushOf(data: unknown, numbers: Numbers): Push {
  try {
    return readPush(data, undefined, numbers);
  } catch {
    log.warn('An event does not look like RapidPro. It is under "other".');
    return { kind: 'resthook', key: pushKey(data), other: { data } };
  }
}

function eventOf(event: Dictionary, numbers: Numbers): Missed {
  const push = pushOf(event.data, numbers);
  return { push, version: versionOf(timeIn(event, 'created_on'), push.key) };
}

function warnOfGap(before: EventsPosition | undefined, now: number): void {
  if (!before || now - Date.parse(before.looked) <= KEPT * 1000) return;
  log.warn(
    `The last run read everything up to ${before.looked}, more than 48 hours ago. RapidPro has deleted the events since then. Read them from the runs: eachMissedPush({ flow: "…", node: "…", after: "${before.looked}" }, …)`,
  );
}

/** What a resthook sent, from the list that RapidPro keeps for 48 hours. */
export class MissedEvents implements Source {
  readonly #client: Client;
  readonly #query: Query;
  readonly #numbers: Numbers;
  readonly #checkpoint: Checkpoint<EventsPosition>;
  readonly #started: string;
  readonly #before: EventsPosition | undefined;
  /** What this look has processed. An event has no id, so its time and content identify it. */
  readonly #dealtWith: Version[] = [];
  #read = 0;
  /** All of them are read before the first is handed on. */
  readonly isCut = false;

  constructor(client: Client, state: State, resthook: unknown, numbers: Numbers) {
    this.#client = client;
    this.#query = checkFilters('resthook_events', { resthook });
    this.#numbers = numbers;
    this.#checkpoint = eventsCheckpoint(client.server, this.#query);
    this.#before = readCheckpoint(state, this.#checkpoint);
    const now = client.clock.now();
    warnOfGap(this.#before, now);
    this.#started = new Date(now).toISOString();
  }

  async *pages(): AsyncGenerator<Missed[]> {
    const from = this.#before?.feed?.from;
    const down = from === undefined ? undefined : comparable(from);
    for await (const page of oldestFirst(this.#client, this.#query, down)) {
      this.#read += page.length;
      yield page.map(record => eventOf(record, this.#numbers));
    }
    if (this.#read === 0) await requireResthook(this.#client, String(this.#query.resthook));
  }

  isKnown({ version }: Missed): boolean {
    return isKnown(this.#before?.feed, version);
  }

  dealtWith(events: readonly Missed[]): void {
    for (const { version } of events) this.#dealtWith.push(version);
  }

  /** A look that stopped early has read up to the last event, and no further. */
  remember(state: State, isStopped: boolean): State {
    const feed = advance(this.#before?.feed, this.#dealtWith, PUSHES);
    const stoppedAt = feed?.time ?? this.#before?.looked ?? this.#started;
    const looked = isStopped ? stoppedAt : this.#started;
    return withCheckpoint(state, this.#checkpoint, { looked, ...(feed && { feed }) });
  }
}

/** Pages kept in memory: 10,000 events. Newer ones are read again when it is their turn. */
const MOST_HELD = 40;

interface Visited {
  /** Where the page begins; undefined for the first. */
  place: Place | undefined;
  records: Dictionary[] | undefined;
}

/** One page, from where it begins: new events come before it and do not move it. */
async function readAgain(
  client: Client,
  query: Query,
  place: Place | undefined,
): Promise<Dictionary[]> {
  for await (const { records } of pages(client, 'resthook_events', query, place)) {
    if (records.length > 0) return records;
  }
  return [];
}

/** Whether a page ends before the requested time. */
function reaches({ records }: Page, down: string | undefined): boolean {
  const last = records.at(-1);
  return down !== undefined && last !== undefined && comparable(timeIn(last, 'created_on')) < down;
}

/** Reads a list back to a time. The events of the first page are kept, because it has no cursor. */
async function walk(client: Client, query: Query, down: string | undefined): Promise<Visited[]> {
  const visited: Visited[] = [];
  let place: Place | undefined;
  for await (const page of pages(client, 'resthook_events', query)) {
    visited.push({ place, records: page.records });
    const left = visited.at(-1 - MOST_HELD);
    if (left?.place) left.records = undefined;
    place = page.next;
    if (reaches(page, down)) break;
  }
  return visited;
}

/**
 * The pages of a list, oldest first, although RapidPro returns it only with the newest first. Its memory is limited,
 * whatever the length of the list.
 *
 * @param down - the time to read back to; undefined: everything
 */
async function* oldestFirst(
  client: Client,
  query: Query,
  down: string | undefined,
): AsyncGenerator<Dictionary[], void, undefined> {
  const visited = await walk(client, query, down);
  for (let page = visited.pop(); page; page = visited.pop()) {
    const records = page.records ?? (await readAgain(client, query, page.place));
    yield [...records].reverse();
  }
}
