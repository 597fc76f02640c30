import { vi } from 'vitest';

/** Steps in which the time of a request runs out, so that a busy machine cannot skip them. */
const STEPS = 10;

/**
 * The time of a request runs out step by step, and between two steps what has come is read: no answer is missed
 * because this process had to wait for its turn. Until `vi.unstubAllGlobals()`.
 *
 * @param length - milliseconds that the requests in question may take; other timers stay as they are
 */
export function patientTimeouts(length: number): void {
  const real = setTimeout;
  const patient = (callback: () => void, milliseconds = 0, ...args: []) => {
    if (milliseconds !== length) return real(callback, milliseconds, ...args);
    let left = STEPS;
    const timer = real(() => {
      left--;
      if (left > 0) timer.refresh();
      else callback();
    }, milliseconds / STEPS);
    return timer;
  };
  vi.stubGlobal('setTimeout', patient);
}
