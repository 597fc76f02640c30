import { expect } from 'vitest';
import type { State } from '../../src/types/state.js';

export type Section = { [key: string]: object };

/** The checkpoints in a section of `state.rapidpro`, by name. */
export function checkpoints({ rapidpro }: State, section: 'resume' | 'marks' = 'resume'): Section {
  const { [section]: named = {} } = (rapidpro ?? {}) as { [name: string]: Section | undefined };
  return named;
}

/** The one checkpoint that stands in `state.rapidpro.resume`, with its name. */
export function onlyCheckpoint<Position = { [key: string]: unknown }>(
  state: State,
): { name: string; position: Position } {
  const entries = Object.entries(checkpoints(state));
  expect(entries).toHaveLength(1);
  const [[name, position]] = entries as [[string, Position]];
  return { name, position };
}
