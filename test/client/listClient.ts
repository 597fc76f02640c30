import { setImmediate as turn } from 'node:timers/promises';
import { type ApiResponse, Client } from '../../src/client/client.js';
import { Limiter } from '../../src/client/limiter.js';
import { parseConfiguration } from '../../src/configuration.js';
import type { ApiRequest } from '../../src/types/request.js';
import {
  cutPage,
  type Place,
  type Row,
  readTime,
  sorted,
  writeTime,
} from '../operations/paging/windowsServer.js';
import { credential } from '../support/credential.js';
import { fakeClock } from '../support/fakeClock.js';

interface ListHabits {
  /** The time that records carry. Default: `modified_on`. */
  key?: string;
  /** False where the list knows no `reverse`. */
  reverses?: boolean;
  /** The time in its answers, in milliseconds. Default: none. */
  serverTime?: number | undefined;
  /** Called before each request is answered, with its number from 1; may change the rows, or throw. */
  onRequest?: (count: number) => void;
  /** Which of the waiting requests is answered next. Default: the one that was sent first. */
  choose?: (waiting: number) => number;
}

/** A request, in the server's words. */
export interface ListRequest {
  before: number;
  after: number;
  reverse: boolean;
  place: Place;
  query: ApiRequest['query'];
}

/** A cursor as RapidPro writes it. */
function writeCursor({ at, offset }: Place): string {
  const tokens = new URLSearchParams();
  if (offset > 0) tokens.set('o', String(offset));
  if (at !== null) tokens.set('p', writeTime(at));
  return Buffer.from(tokens.toString()).toString('base64');
}

function readCursor(cursor: unknown): Place {
  if (typeof cursor !== 'string') return { at: null, offset: 0 };
  const tokens = new URLSearchParams(Buffer.from(cursor, 'base64').toString());
  const at = tokens.get('p');
  return { at: at === null ? null : readTime(at, 0), offset: Number(tokens.get('o')) };
}

/**
 * A client whose only list is in memory, sorted, filtered and cut as RapidPro does. It answers one request per turn of
 * the event loop, in an order that the test knows. So hundreds of readings take as long as one over a socket.
 */
export class ListClient extends Client {
  readonly asked: ListRequest[] = [];
  mostAtOnce = 0;
  readonly #rows: Row[];
  #sorted: Row[];
  readonly #habits: ListHabits;
  readonly #waiting: (() => void)[] = [];
  #isAnswering = false;

  constructor(rows: Row[], habits: ListHabits = {}, limiter = new Limiter({ clock: fakeClock() })) {
    super(parseConfiguration(credential({ host: 'http://127.0.0.1/' })), { limiter });
    this.#rows = rows;
    this.#sorted = sorted(rows);
    this.#habits = habits;
  }

  /** Requests that are not answered yet. */
  get waiting(): number {
    return this.#waiting.length;
  }

  override async request({ query = {} }: ApiRequest): Promise<ApiResponse> {
    await this.limiter.enter('v2');
    const { key = 'modified_on', reverses = true, serverTime, onRequest } = this.#habits;
    const text = (name: string) => (typeof query[name] === 'string' ? String(query[name]) : null);
    const asked: ListRequest = {
      before: readTime(text('before'), Number.POSITIVE_INFINITY),
      after: readTime(text('after'), Number.NEGATIVE_INFINITY),
      reverse: reverses && query.reverse === true,
      place: readCursor(query.cursor),
      query,
    };
    const count = this.asked.push(asked);
    await this.#answered();
    onRequest?.(count);
    this.serverTime = serverTime;
    if (onRequest) this.#sorted = sorted(this.#rows);
    const { page, next } = cutPage(this.#sorted, asked, asked.place, 250);
    const results = page.map(({ uuid, at, id }) => ({ uuid, n: id, [key]: writeTime(at) }));
    const address =
      next && `http://elsewhere.invalid/?cursor=${encodeURIComponent(writeCursor(next))}`;
    return { statusCode: 200, body: { next: address ?? null, results }, repeated: false };
  }

  async #answered(): Promise<void> {
    const answered = new Promise<void>(resolve => this.#waiting.push(resolve));
    this.mostAtOnce = Math.max(this.mostAtOnce, this.#waiting.length);
    if (!this.#isAnswering) void this.#answerAll();
    await answered;
  }

  async #answerAll(): Promise<void> {
    this.#isAnswering = true;
    while (this.#waiting.length > 0) {
      await turn();
      const chosen = this.#habits.choose?.(this.#waiting.length) ?? 0;
      this.#waiting.splice(chosen, 1)[0]?.();
    }
    this.#isAnswering = false;
  }
}
