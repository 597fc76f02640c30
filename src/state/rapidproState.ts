import type { Dictionary } from '../types/json.js';
import type { State } from '../types/state.js';

/**
 * What the adaptor keeps on state from run to run, under `state.rapidpro`: `resume` (where a list or a
 * bulk operation stopped), `marks` (how far a list was read), both by name, and `madeOn`.
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

/** What stands in place of a mark. */
export function markAt(state: State, name: string): unknown {
  return sectionOf(state, 'marks')[name];
}

/** Puts a mark in its place. */
export function withMarkAt(state: State, name: string, mark: object): State {
  return withRapidpro(state, 'marks', { ...sectionOf(state, 'marks'), [name]: mark });
}

/** What stands in one of the sections, by name. */
export function sectionOf(state: State, section: Section): Dictionary {
  return asDictionary(rapidproOf(state)[section]);
}
