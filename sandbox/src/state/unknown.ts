/**
 * Something in a flow, a broadcast or a campaign that is not as its author meant: an error, which a server has too, or what
 * the sandbox does not do as a server would.
 */
export interface UnknownConstruct {
  /**
   * Such as `an error: object has no property 'firstname'`, `a name that only flows know`, `an expression nested this deeply`
   * or `an e-mail`.
   */
  what: string;
  /** The expression that it stands in, `@(…)`; empty if it is none. */
  expression: string;
  /** Where the template stands, such as `send_msg in the flow "Visit reminder"` or `broadcast 12`. */
  place: string;
}

const MOST = 1000;
const LONGEST = 500;

/** What was met, each once. */
export class UnknownConstructs {
  readonly #met = new Map<string, UnknownConstruct>();
  /** Called with each, once. */
  onTell: ((unknown: UnknownConstruct) => void) | undefined;

  get size(): number {
    return this.#met.size;
  }

  tell({ what, expression, place }: UnknownConstruct): void {
    const shown = { what: shortened(what), expression: shortened(expression), place };
    const key = JSON.stringify(shown);
    if (this.#met.has(key) || this.#met.size >= MOST) return;
    this.#met.set(key, shown);
    this.onTell?.(shown);
  }

  /** In the order in which they were met. */
  all(): UnknownConstruct[] {
    return [...this.#met.values()].map(one => ({ ...one }));
  }
}

const shortened = (text: string): string =>
  text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text;
