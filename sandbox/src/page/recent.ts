import type { LoggedRequest } from '../request-log.js';
import { isoTime, type Ticker } from '../state/clock.js';
import type { Newest, RequestLine } from './types.js';

const MOST = 1000;

/** The last requests with their times, newest first. */
export class RecentRequests {
  #lines: RequestLine[] = [];
  #total = 0;

  constructor(readonly ticker: () => Ticker) {}

  get total(): number {
    return this.#total;
  }

  add({ method, path, query, status, as }: LoggedRequest): void {
    this.#total++;
    const on = isoTime(this.ticker().now());
    this.#lines.unshift({ number: this.#total, on, method, path, query, status, as });
    this.#lines.length = Math.min(this.#lines.length, MOST);
  }

  newest(most: number): Newest<RequestLine> {
    return { total: this.#total, items: this.#lines.slice(0, most) };
  }
}
