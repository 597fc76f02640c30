import type { Clock } from '../../src/client/clock.js';

export interface FakeClock extends Clock {
  /** The seconds of every sleep, in order. None is slept. */
  sleeps: number[];
  /** Moves the time on, in seconds. */
  advance(seconds: number): void;
}

/** A clock that stands still but for its sleeps. Chance is 0.5: a back-off is its plain length. */
export function fakeClock(now = Date.parse('2026-01-31T12:00:00Z')): FakeClock {
  let time = now;
  const sleeps: number[] = [];
  const advance = (seconds: number) => {
    time += seconds * 1000;
  };
  return {
    sleeps,
    advance,
    now: () => time,
    random: () => 0.5,
    async sleep(seconds) {
      sleeps.push(seconds);
      advance(seconds);
    },
  };
}
