import { createHash, createHmac, type Hash, type Hmac } from 'node:crypto';
import { z } from 'zod';
import { positionShape } from '../client/orderedList.js';
import { fail } from '../errors/errors.js';
import { isObject } from '../input/check.js';
import { log } from '../input/log.js';
import type { Dictionary } from '../types/json.js';
import type { Query } from '../types/request.js';
import type { State } from '../types/state.js';

/**
 * Where an operation stopped. It is kept in the state, so that the next run continues there. An empty one is not kept.
 */
export interface Checkpoint<Content> {
  section: Section;
  operation: string;
  /** Whether it is the same list with the same filters. */
  fingerprint: string;
  /** Its content: plain values that do not reveal what was requested or who was read. */
  shape: z.ZodType<Content>;
  /** What the operation does without it, as the end of a sentence. */
  without: string;
  /** How many are kept for one operation. Beyond that, the oldest is dropped. Default: any number */
  most?: number;
}

/** The key of a checkpoint in its section. */
export function checkpointName<Content>({ operation, fingerprint }: Checkpoint<Content>): string {
  return `${operation}-${fingerprint}`;
}

const operationOf = (key: string) => key.slice(0, key.lastIndexOf('-'));

/** Distinguishes lists without revealing what was requested. */
export class Fingerprint {
  readonly #hash: Hash | Hmac;

  /** @param token - if only the same credential may continue. Without it, nobody can test guesses */
  constructor(token?: string) {
    this.#hash = token === undefined ? createHash('sha256') : createHmac('sha256', token);
  }

  add(value: unknown): this {
    this.#hash.update(`${JSON.stringify(value)}\n`);
    return this;
  }

  toString(): string {
    return this.#hash.digest('hex').slice(0, 16);
  }
}

/**
 * What an earlier run left, or undefined.
 *
 * @throws RapidProError `INVALID_INPUT` if it has another shape
 */
export function readCheckpoint<Content>(
  state: State,
  checkpoint: Checkpoint<Content>,
): Content | undefined {
  const { section, shape, without } = checkpoint;
  const value = sectionOf(state, section)[checkpointName(checkpoint)];
  if (value === undefined || value === null) return undefined;
  const { success, data } = shape.safeParse(value);
  if (success) return data;
  throw fail(
    'INVALID_INPUT',
    `state.rapidpro.${section} was changed, and cannot be read. Nothing was sent.`,
    `Remove "${checkpointName(checkpoint)}" from it: ${without}.`,
  );
}

/** What earlier runs left of the same operation for something else, by their checkpoints. */
export function othersOf<Content>(
  state: State,
  checkpoint: Checkpoint<Content>,
): [other: Checkpoint<Content>, value: unknown][] {
  const { section, operation } = checkpoint;
  return Object.entries(sectionOf(state, section))
    .filter(([key]) => key !== checkpointName(checkpoint) && operationOf(key) === operation)
    .map(([key, value]) => [
      { ...checkpoint, fingerprint: key.slice(operation.length + 1) },
      value,
    ]);
}

/** The state with this checkpoint replaced or removed. All others stay. */
export function withCheckpoint<Content>(
  state: State,
  checkpoint: Checkpoint<Content>,
  position: Content | undefined,
): State {
  const { section, operation, most = Number.POSITIVE_INFINITY } = checkpoint;
  const key = checkpointName(checkpoint);
  const { [key]: before, ...others } = sectionOf(state, section);
  if (position === undefined) {
    return before === undefined ? state : withSection(state, section, others);
  }
  const same = Object.keys(others).filter(other => operationOf(other) === operation);
  const [oldest] = same;
  if (oldest !== undefined && same.length >= most) {
    delete others[oldest];
    log.warn(
      `More than ${most} lists of the same kind have stopped, so the oldest position was discarded.`,
    );
  }
  return withSection(state, section, { ...others, [key]: position });
}

/**
 * What the adaptor keeps from run to run, under `state.rapidpro`. Two sections have checkpoints by name: `resume`
 * (where a list or bulk operation stopped before its end; none when it is done) and `marks` (how far a list has been
 * read). `madeOn` is when a group or field was created.
 */
type Section = 'resume' | 'marks';

const asDictionary = (value: unknown): Dictionary => (isObject(value) ? value : {});

/** `state.rapidpro`, empty if there is none. */
export function rapidproOf({ rapidpro }: State): Dictionary {
  return asDictionary(rapidpro);
}

/** The state with one value under `state.rapidpro` replaced; removed if it is undefined. */
export function withRapidpro(state: State, key: Section | 'madeOn', value: unknown): State {
  const { [key]: _, ...others } = rapidproOf(state);
  return { ...state, rapidpro: value === undefined ? others : { ...others, [key]: value } };
}

export function sectionOf(state: State, section: Section): Dictionary {
  return asDictionary(rapidproOf(state)[section]);
}

/** The state with a section replaced; an empty one is removed. */
function withSection(state: State, section: Section, checkpoints: Dictionary): State {
  const isEmpty = Object.keys(checkpoints).length === 0;
  return withRapidpro(state, section, isEmpty ? undefined : checkpoints);
}

const shape = z
  .object({
    position: positionShape,
    /** Records that were read before. */
    done: z.number(),
    /** Seconds until RapidPro takes requests again, if that was the reason. */
    retryAfter: z.number().optional(),
    /** A hash of the uuid that the name in a filter stands for, once known. */
    named: z.string().optional(),
  })
  // Only a run that read nothing leaves the beginning of the list.
  .refine(({ position: at, done }) =>
    done === 0 && Object.keys(at).length === 0 ? true : at.cursor || at.last || at.isWindowed,
  );

/** Where a list stopped. */
export type ListPosition = z.infer<typeof shape>;

/** Whose list it is. Servers can accept the same token, as a copy for tests does, and a token stands for a workspace. */
export interface Home {
  /** Host, port and path. */
  server: string;
  token: string;
}

/** Where a list of a workspace stopped, by the way it is read. */
export function listCheckpoint(
  { server, token }: Home,
  list: string,
  query: Query,
  isByPage: boolean,
): Checkpoint<ListPosition> {
  return {
    section: 'resume',
    operation: isByPage ? `eachPage-${list}` : list,
    fingerprint: new Fingerprint(token).add(server).add(query).toString(),
    shape,
    without: 'the list is then read from the start',
    // Few lists are read as a whole, but a job may read many lists, one for each of something.
    most: 50,
  };
}
