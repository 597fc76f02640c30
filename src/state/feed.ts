import { z } from 'zod';
import type { Client } from '../client/client.js';
import { LATEST } from '../client/limiter.js';
import { shortHash } from '../client/seenIds.js';
import { log } from '../input/log.js';
import { isDatetime } from '../input/times.js';
import type { Query } from '../types/request.js';
import { type Checkpoint, Fingerprint } from './checkpoint.js';

/**
 * How far a growing list has been read. A record becomes visible some time after its own time. So each run looks back
 * a little before the newest one, and drops what it has seen.
 */

const time = z.string().refine(isDatetime);

const feed = z.object({
  /** The time of the newest record, with microseconds, as RapidPro wrote it. */
  time,
  /** Everything before this time is known, so the next run starts here. Absent: nothing is fully known. */
  from: time.optional(),
  /** What has been seen since `from`: a short name for each record, and how many ms it is before `time`. */
  seen: z.record(z.string(), z.number()),
});

const changes = feed.extend({
  from: time,
  /** A hash of the uuid that the name in a filter stands for, once known. */
  named: z.string().optional(),
});

type Feed = z.infer<typeof feed>;
export type ChangesPosition = z.infer<typeof changes>;

/** A record as it is now, before a job can change it. */
export interface Version {
  time: string;
  /** Changes with the record, and reveals nothing about it. */
  name: string;
}

/** @param identity - what distinguishes the record from others with the same time */
export function versionOf(time: string, identity: string): Version {
  return { time, name: shortHash(`${identity} ${comparable(time)}`) };
}

/** A time with all six decimals, so that times can be compared as text. */
export function comparable(time: string): string {
  const [, seconds = time, fraction = ''] = /^(.*:\d{2})(?:\.(\d+))?Z$/.exec(time) ?? [];
  return `${seconds}.${fraction.padEnd(6, '0')}Z`;
}

const later = (one: string, other: string): string =>
  comparable(one) >= comparable(other) ? one : other;

/** Whether an earlier run has handed on a record as it is now. */
export function isSeen(feed: Feed | undefined, { name }: Version): boolean {
  return feed !== undefined && Object.hasOwn(feed.seen, name);
}

/** Whether an earlier run has handed it on, or it is older than what the checkpoint remembers. */
export function isKnown(feed: Feed | undefined, version: Version): boolean {
  const isOld = feed?.from !== undefined && comparable(version.time) < comparable(feed.from);
  return isOld || isSeen(feed, version);
}

/** The feed with these added. Its start stays. If there are too many entries, the oldest are dropped. */
export function withSeen(
  before: Feed | undefined,
  versions: readonly Version[],
  most = Number.POSITIVE_INFINITY,
): Feed | undefined {
  const times = [...(before ? [before.time] : []), ...versions.map(({ time }) => time)];
  if (times.length === 0) return undefined;
  const time = times.reduce(later);
  const now = Date.parse(time);
  const moved = before ? now - Date.parse(before.time) : 0;
  const seen = new Map<string, number>();
  for (const [name, ago] of Object.entries(before?.seen ?? {})) seen.set(name, ago + moved);
  for (const { name, time: at } of versions) seen.set(name, now - Date.parse(at));
  return {
    ...before,
    time,
    seen: Object.fromEntries(seen.size > most ? [...seen].slice(-most) : seen),
  };
}

/** How far a run looks back, and how much is remembered for it. */
export interface LookBack {
  seconds: number;
  /** Beyond this many records, some come twice. */
  most: number;
  /** True if it looks back no further than it remembers, because an import can give many records the same time. */
  isShortened: boolean;
}

export const CHANGES: LookBack = { seconds: LATEST, most: 50_000, isShortened: true };

/**
 * Seconds for which RapidPro may not show a message or an event: it does when the contact's turn in the flow is over.
 * Before that, each webhook may take 15 seconds to answer.
 */
const TURN = 600;
export const PUSHES: LookBack = { seconds: TURN, most: 10_000, isShortened: false };

const DAY_SECONDS = 24 * 3600;

/**
 * Messages are listed by the time when they were created, and come into some lists much later: RapidPro tries to send
 * them for a week, and people archive and label them until they are in the archives.
 */
export const MESSAGES = {
  handled: { ...CHANGES, seconds: TURN },
  sent: { ...CHANGES, seconds: 8 * DAY_SECONDS },
  sorted: { ...CHANGES, seconds: 90 * DAY_SECONDS },
} as const satisfies { [way: string]: LookBack };
/** Seconds for which RapidPro keeps events. */
export const KEPT = 48 * 3600;

/**
 * The feed after everything up to these is done. It starts a little before the newest.
 *
 * @param first - where the very first run started: what is older was not asked for
 */
export function advance(
  before: Feed | undefined,
  versions: readonly Version[],
  { seconds, most, isShortened }: LookBack,
  first?: string,
): ChangesPosition | undefined {
  const all = withSeen(before, versions);
  if (!all) return undefined;
  const { time, seen } = all;
  const recent = Object.entries(seen)
    .filter(([, ago]) => ago <= seconds * 1000)
    .sort((a, b) => a[1] - b[1]);
  const kept = recent.slice(0, most);
  const oldest = kept.at(-1)?.[1] ?? 0;
  const back = isShortened && kept.length < recent.length ? oldest : seconds * 1000;
  const from = backFrom(time, back / 1000);
  return { time, from: later(from, all.from ?? first ?? from), seen: Object.fromEntries(kept) };
}

export function backFrom(time: string, seconds: number): string {
  return new Date(Date.parse(time) - seconds * 1000).toISOString();
}

/**
 * Identified by the server and what is read, without the start of the first run. The token is not part of it: with a
 * new one, a job must not start over.
 */
function feedCheckpoint<Position>(
  shape: z.ZodType<Position>,
  [server, operation, { after: _, ...query }]: [string, string, Query],
  without: string,
): Checkpoint<Position> {
  const fingerprint = new Fingerprint().add(server).add(query).toString();
  return { section: 'marks', operation, fingerprint, shape, without };
}

export function changesCheckpoint(
  ...list: [server: string, name: string, query: Query]
): Checkpoint<ChangesPosition> {
  return feedCheckpoint(changes, list, 'the list is then read from the start');
}

const events = z.object({
  /** When it was last looked, by this computer's clock. */
  looked: time,
  /** Absent until there is an event. */
  feed: feed.optional(),
});

export type EventsPosition = z.infer<typeof events>;

export function eventsCheckpoint(server: string, query: Query): Checkpoint<EventsPosition> {
  const without = 'all events of the last 48 hours are then read';
  return feedCheckpoint(events, [server, 'resthook_events', query], without);
}

const calls = z.object({
  /** Where the very first look started: changes of runs since then. */
  after: time,
  /** The calls, by their own time. Without `from` until a look has ended. */
  feed: feed.optional(),
  /** Where a look stopped at its deadline: the change of the last run that it reached. */
  stoppedAt: time.optional(),
});

/**
 * How far the calls of a flow have been read from its runs. Runs are listed by change, and a run that called long ago
 * can change today. So a call is identified by its own time.
 */
export type CallsPosition = z.infer<typeof calls>;

export function callsCheckpoint(server: string, query: Query): Checkpoint<CallsPosition> {
  const without = 'runs are then read from "after" on. Set it to the time to start from';
  return feedCheckpoint(calls, [server, 'missed_calls', query], without);
}

/** Minutes by which the clocks of a server's parts may differ: its database has one, and its web server another. */
const DIFFERENCE = 10;

/**
 * A growing list is read from the newest time on that an earlier run saw. If the server's clock was wrong then, and has
 * been set back since, that time is still to come, and what happens before it is not read.
 *
 * @param newest - the newest time that an earlier run saw, if there was one
 * @param what - what is read: `contacts`
 */
export function warnIfSetBack(client: Client, newest: string | undefined, what: string): void {
  const { serverTime } = client;
  if (newest === undefined || serverTime === undefined) return;
  if (Date.parse(newest) - serverTime <= DIFFERENCE * 60_000) return;
  log.warn(
    `An earlier run read ${what} up to ${newest}, but by the clock of the server, that time is still to come. If the clock was wrong and has been set back, ${what} before that time are missing. To read them, remove this list from state.rapidpro.marks: it is then read from its start, or from "after" on.`,
  );
}
