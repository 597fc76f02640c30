import type { Client } from '../../client/client.js';
import type { Query } from '../../client/request.js';
import { checkFilters } from '../../input/filters.js';
import { log } from '../../input/log.js';
import { markName } from '../../state/changeMark.js';
import {
  advanced,
  type EventMark,
  isKnown,
  KEPT,
  lookBackTo,
  readEventMark,
  type SeenEvent,
} from '../../state/eventMark.js';
import { type MarkName, withMarkAt } from '../../state/rapidproState.js';
import type { Dictionary } from '../../types/json.js';
import type { State } from '../../types/state.js';
import { oldestFirst } from '../../webhook/eventPages.js';
import { keyOf } from '../../webhook/key.js';
import { readPush } from '../../webhook/parsePush.js';
import type { Numbers, Push } from '../../webhook/push.js';
import { requireResthook } from '../lists/knownResthook.js';
import type { Missed, Source } from './missed.js';

/** An event that cannot be read must not keep those behind it: the job gets it as it is. */
function pushOf(data: unknown, numbers: Numbers): Push {
  try {
    return readPush(data, undefined, numbers);
  } catch {
    log.warn('An event is not as RapidPro sends it. It is handed on under "other".');
    return { kind: 'resthook', key: keyOf(data), other: { data } };
  }
}

function eventOf({ data, created_on }: Dictionary, numbers: Numbers): Missed {
  const push = pushOf(data, numbers);
  return { push, key: push.key, time: String(created_on) };
}

function warnOfGap(mark: EventMark | undefined, now: number): void {
  if (!mark || now - Date.parse(mark.looked) <= KEPT * 1000) return;
  log.warn(
    `All was read up to ${mark.looked}, which is more than 48 hours ago. RapidPro has deleted the events between. Read them from the runs: eachMissedPush({ flow: "…", node: "…", after: "${mark.looked}" }, …)`,
  );
}

/** What a resthook sent, from the list that RapidPro keeps for 48 hours. */
export class MissedEvents implements Source {
  readonly #client: Client;
  readonly #query: Query;
  readonly #numbers: Numbers;
  readonly #name: MarkName;
  readonly #started: string;
  readonly #before: EventMark | undefined;
  readonly #seen: ReadonlySet<string>;
  #mark: EventMark;
  #read = 0;
  /** They are all read before the first is handed on. */
  readonly isCut = false;

  constructor(client: Client, state: State, resthook: unknown, numbers: Numbers) {
    this.#client = client;
    this.#query = checkFilters('resthook_events', { resthook });
    this.#numbers = numbers;
    this.#name = markName(client.server, 'resthook_events', this.#query);
    const before = readEventMark(state, this.#name);
    this.#before = before;
    this.#seen = new Set(before?.seen);
    const now = client.clock.now();
    warnOfGap(before, now);
    this.#started = new Date(now).toISOString();
    this.#mark = { looked: this.#started, seen: [], ...before };
  }

  async *pages(): AsyncGenerator<Missed[]> {
    for await (const page of oldestFirst(this.#client, this.#query, lookBackTo(this.#before))) {
      this.#read += page.length;
      yield page.map(record => eventOf(record, this.#numbers));
    }
    if (this.#read === 0) await requireResthook(this.#client, String(this.#query.resthook));
  }

  isKnown(event: Missed): boolean {
    return isKnown(event, this.#before, this.#seen);
  }

  dealtWith(events: readonly SeenEvent[]): void {
    this.#mark = advanced(this.#mark, events);
  }

  /** A look that stopped on its way has read up to the last event, and no further. */
  remember(state: State, isStopped: boolean): State {
    const looked = isStopped ? (this.#mark.time ?? this.#mark.looked) : this.#started;
    return withMarkAt(state, this.#name, { ...this.#mark, looked });
  }
}
