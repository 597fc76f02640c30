/** An error of the engine. It is a value like any other until something needs what it is not: then it is thrown. */
export class ErrorValue {
  #message: string | (() => string);

  /** A message that shows a value is made when it is asked for: most never are. */
  constructor(
    message: string | (() => string),
    /** Whether it ends the whole expression, whatever calls it. */
    readonly isFatal = false,
  ) {
    this.#message = message;
  }

  get message(): string {
    if (typeof this.#message !== 'string') this.#message = this.#message();
    return this.#message;
  }
}

/** Thrown where an expression needs more than the sandbox grants. The engine may have gone on. */
export class OverLimit {
  constructor(readonly what: string) {}
}

/** Thrown where the engine itself breaks: it gives nothing for the whole template. */
export class EnginePanic {
  constructor(readonly message: string) {}
}
