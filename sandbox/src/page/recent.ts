import type { LoggedRequest } from '../request-log.js';
import { isoTime, type Ticker } from '../state/clock.js';
import { faultOf } from '../wire-fault.js';
import { reasonOf } from './reason.js';
import type { Excerpt, Newest, RequestDetails, RequestLine } from './types.js';

const MOST = 1000;

/** The most characters that are shown of a query, a body or an answer. */
const LONGEST = 4000;

interface Kept {
  line: RequestLine;
  request: LoggedRequest;
  answer: Promise<Answer>;
}

interface Answer extends Excerpt {
  reason: string | null;
}

/** The last requests with their times, newest first. No token is kept of an answer, or shown. */
export class RecentRequests {
  #kept: Kept[] = [];
  /** The number of the last request, and of the last one that was forgotten. */
  #last = 0;
  #forgotten = 0;

  constructor(
    readonly ticker: () => Ticker,
    readonly tokens: readonly string[],
  ) {}

  get total(): number {
    return this.#last - this.#forgotten;
  }

  /** Forgets all. The numbers go on: the page knows requests by them. */
  clear(): void {
    this.#kept = [];
    this.#forgotten = this.#last;
  }

  /** Takes a request and its response, whose body stays to be read. */
  add(request: LoggedRequest, response: Response): void {
    this.#last++;
    const { method, status, as } = request;
    const [path, query] = [this.#masked(request.path), this.#masked(request.query)];
    const on = isoTime(this.ticker().now());
    const fault = faultOf(response)?.kind ?? null;
    const line = { number: this.#last, on, method, path, query, status, fault, as };
    const answer = this.#read(response, line);
    // Whoever asks for the details gets the error.
    answer.catch(() => {});
    this.#kept.unshift({ line, request, answer });
    this.#kept.length = Math.min(this.#kept.length, MOST);
  }

  newest(most: number): Newest<RequestLine> {
    return { total: this.total, items: this.#kept.slice(0, most).map(({ line }) => line) };
  }

  /** What a request said, and what came back. Undefined if it is no longer kept. */
  async details(number: number): Promise<RequestDetails | undefined> {
    const found = this.#kept.find(({ line }) => line.number === number);
    if (!found) return undefined;
    const { query, fault } = found.line;
    const { reason, ...answer } = await found.answer;
    return {
      number,
      query: beginning(query),
      body: this.#bodyOf(found.request),
      answer: fault === 'reset' || answer.length === 0 ? null : answer,
      reason,
    };
  }

  #bodyOf({ body }: LoggedRequest): Excerpt | null {
    if (body === null) return null;
    // What is not JSON was kept as the text that it is.
    if (typeof body === 'string') return beginning(this.#masked(body));
    return beginning(this.#masked(JSON.stringify(body)), indented);
  }

  async #read(response: Response, line: RequestLine): Promise<Answer> {
    const isJson = response.headers.get('content-type')?.includes('json') ?? false;
    const text = this.#masked(await response.clone().text());
    return {
      ...beginning(text, isJson ? indented : undefined),
      reason: reasonOf(line, isJson, text),
    };
  }

  #masked(text: string): string {
    return this.tokens.reduce((rest, token) => rest.replaceAll(token, '***'), text);
  }
}

/** The beginning of a text. It is a copy: a part of a text would keep the whole of it in memory. */
function beginning(whole: string, layOut = (text: string) => text): Excerpt {
  const text = Buffer.from(whole.slice(0, LONGEST)).toString();
  return { text: layOut(text), shown: Math.min(whole.length, LONGEST), length: whole.length };
}

/** Deeper levels are not set in further. */
const DEEPEST = 12;

/** JSON with a line for each value, also where it was cut off. */
function indented(json: string): string {
  let depth = 0;
  const line = () => `\n${'  '.repeat(Math.min(depth, DEEPEST))}`;
  // A string, an empty list or object, a mark, or anything else.
  const parts = json.matchAll(
    /"(?:[^"\\]|\\.)*(?:"|\\?$)|\{\s*\}|\[\s*\]|[[\]{},:]|[^\s"[\]{},:]+/gs,
  );
  let out = '';
  for (const [part] of parts) {
    if (part === '{' || part === '[') {
      depth++;
      out += part + line();
    } else if (part === '}' || part === ']') {
      depth = Math.max(0, depth - 1);
      out += line() + part;
    } else if (part === ',') out += part + line();
    else out += part === ':' ? ': ' : part;
  }
  return out;
}
