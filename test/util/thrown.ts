import { expect } from 'vitest';
import type { RapidProError } from '../../src/index.js';

/** What this package throws there. */
export function thrownBy(run: () => unknown): RapidProError {
  try {
    run();
  } catch (error) {
    return error as RapidProError;
  }
  return expect.fail('Nothing was thrown.');
}
