import { Refusal } from './reply.js';

export interface Rate {
  requests: number;
  seconds: number;
}

/** Sliding windows per workspace and scope: the times of the requests that were allowed. */
export class Throttle {
  #times = new Map<string, number[]>();

  /** Counts a request, or returns the seconds until the next one is allowed. `now` is in milliseconds. */
  admit(key: string, rate: Rate | undefined, now: number): void {
    if (!rate) return;
    const kept = this.counted(key, rate, now);
    this.#times.set(key, kept);
    if (kept.length < rate.requests) kept.push(now);
    else throw tooMany(rate, kept, now);
  }

  /** The times of the requests that still count, oldest first. */
  counted(key: string, rate: Rate, now: number): number[] {
    const open = now - rate.seconds * 1000;
    const times = this.#times.get(key) ?? [];
    const from = times.findIndex(time => time > open);
    return from < 0 ? [] : from === 0 ? times : times.slice(from);
  }

  /** Sets the number of requests that count, as if all were made now. */
  set(key: string, requests: number, now: number): void {
    this.#times.set(
      key,
      Array.from({ length: requests }, () => now),
    );
  }
}

function tooMany(rate: Rate, times: readonly number[], now: number): Refusal {
  const oldest = times[0];
  const text = 'Request was throttled.';
  // If the rate was lowered below the current use, the server sends no time to wait.
  if (oldest === undefined || times.length > rate.requests) {
    return new Refusal(429, { detail: text });
  }
  const seconds = Math.ceil((oldest + rate.seconds * 1000 - now) / 1000);
  const plural = seconds === 1 ? '' : 's';
  return new Refusal(
    429,
    { detail: `${text} Expected available in ${seconds} second${plural}.` },
    { 'Retry-After': String(seconds) },
  );
}

const UNITS: Record<string, number> = { s: 1, m: 60, h: 3600, d: 86_400 };

/** `2500` is per hour; `4/minute` is the format of the server's settings. */
export function parseRate(rate: number | string): Rate {
  if (typeof rate === 'number') return { requests: rate, seconds: 3600 };
  const [requests = '', unit = 'hour'] = rate.split('/');
  const seconds = UNITS[unit.charAt(0)];
  if (!/^\d+$/.test(requests) || !seconds) {
    throw new TypeError(`A rate is a number per hour or a text such as 4/minute, not ${rate}`);
  }
  return { requests: Number(requests), seconds };
}
