import { Refusal } from './reply.js';

export interface Rate {
  requests: number;
  seconds: number;
}

/** Sliding windows, one for each workspace and scope: the times of the requests that were let through. */
export class Throttle {
  #times = new Map<string, number[]>();

  /** Counts a request, or refuses it with the seconds until one would be let through. `now` is in milliseconds. */
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

  /** Makes as many requests count, all of them just now. */
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
  // A rate lowered below what was already used leaves the server without an idea when to come back.
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

/** `2500` is an hour's; `4/minute` as the server's settings write it. */
export function parseRate(rate: number | string): Rate {
  if (typeof rate === 'number') return { requests: rate, seconds: 3600 };
  const [requests = '', unit = 'hour'] = rate.split('/');
  const seconds = UNITS[unit.charAt(0)];
  if (!/^\d+$/.test(requests) || !seconds) {
    throw new TypeError(`A rate is a number an hour or a text such as 4/minute, not ${rate}`);
  }
  return { requests: Number(requests), seconds };
}
