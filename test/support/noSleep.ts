import { vi } from 'vitest';
import { systemClock } from '../../src/client/clock.js';

/**
 * For operations, which make their own client: no wait takes time until the test ends.
 *
 * @returns the seconds of every sleep, in order
 */
export function noSleep(): number[] {
  const sleeps: number[] = [];
  vi.spyOn(systemClock, 'sleep').mockImplementation(async seconds => {
    sleeps.push(seconds);
  });
  vi.spyOn(systemClock, 'random').mockReturnValue(0.5);
  return sleeps;
}
