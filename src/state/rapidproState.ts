import type { Dictionary } from '../types/json.js';
import type { State } from '../types/state.js';

/**
 * What the adaptor keeps on state from run to run, under `state.rapidpro`. Two sections have
 * checkpoints by name: `resume` (where a list or bulk operation was left before its end; none when it
 * is done) and `marks` (how far a list has been read). `madeOn` is when a group or field was made.
 */
export type Section = 'resume' | 'marks';

function asDictionary(value: unknown): Dictionary {
  const isObject = value !== null && typeof value === 'object' && !Array.isArray(value);
  return isObject ? (value as Dictionary) : {};
}

/** `state.rapidpro`, empty if there is none. */
export function rapidproOf({ rapidpro }: State): Dictionary {
  return asDictionary(rapidpro);
}

/** The state with one thing under `state.rapidpro` replaced; taken away where it is undefined. */
export function withRapidpro(state: State, key: Section | 'madeOn', value: unknown): State {
  const { [key]: _, ...others } = rapidproOf(state);
  return { ...state, rapidpro: value === undefined ? others : { ...others, [key]: value } };
}

/** The checkpoints of a section, by name. */
export function sectionOf(state: State, section: Section): Dictionary {
  return asDictionary(rapidproOf(state)[section]);
}

/** The state with a section replaced; an empty one is taken away. */
export function withSection(state: State, section: Section, checkpoints: Dictionary): State {
  const isEmpty = Object.keys(checkpoints).length === 0;
  return withRapidpro(state, section, isEmpty ? undefined : checkpoints);
}
