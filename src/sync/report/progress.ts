import type { Client } from '../../client/client.js';
import { count, log, withCommas } from '../../input/log.js';
import type { BulkOutcome } from './bulkOutcome.js';

const SECONDS = 10;
const CONTACTS = 1000;

/** A line in the log every ten seconds or thousand contacts. */
export class Progress {
  readonly #outcome: BulkOutcome;
  readonly #client: Client;
  readonly #started: number;
  #loggedAt: number;
  #loggedDone = 0;

  constructor(outcome: BulkOutcome, client: Client) {
    this.#outcome = outcome;
    this.#client = client;
    this.#started = client.clock.now();
    this.#loggedAt = this.#started;
  }

  /** Logs the progress, unless it did so a moment ago. */
  log(): void {
    const now = this.#client.clock.now();
    const { done, total } = this.#outcome;
    const late = now - this.#loggedAt >= SECONDS * 1000;
    if (!late && done - this.#loggedDone < CONTACTS) return;
    this.#loggedAt = now;
    this.#loggedDone = done;
    const seconds = Math.max(1, (now - this.#started) / 1000);
    const rate = Math.round((done / seconds) * 60);
    const requests = count(this.#client.requests, 'request');
    const contacts = count(total, 'contact');
    log.info(`${withCommas(done)} of ${contacts}, ${requests}, ${withCommas(rate)} a minute`);
  }
}
