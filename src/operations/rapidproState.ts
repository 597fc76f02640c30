import type { Dictionary } from '../types/json.js';
import type { State } from '../types/state.js';

/** What the adaptor keeps on state from run to run: `state.rapidpro`, empty where there is none. */
export function rapidproOf({ rapidpro }: State): Dictionary {
  return rapidpro !== null && typeof rapidpro === 'object' ? (rapidpro as Dictionary) : {};
}
