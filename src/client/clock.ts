import { setTimeout as delay } from 'node:timers/promises';

/** Time, sleep and chance, in one place so that tests can replace them. */
export interface Clock {
  /** Milliseconds since 1970. */
  now(): number;
  sleep(seconds: number): Promise<void>;
  /** From 0 to 1. */
  random(): number;
}

export const systemClock: Clock = {
  now: () => Date.now(),
  sleep: async seconds => {
    await delay(seconds * 1000);
  },
  random: () => Math.random(),
};
