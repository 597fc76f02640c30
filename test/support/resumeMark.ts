import { expect } from 'vitest';
import type { State } from '../../src/types/state.js';

/** The one mark that stands in `state.rapidpro.resume`. */
export function resumeMark<Mark = { [key: string]: unknown }>({ rapidpro }: State): Mark {
  const { resume } = rapidpro as { resume: { [name: string]: Mark } };
  const marks = Object.values(resume);
  expect(marks).toHaveLength(1);
  return marks[0] as Mark;
}
