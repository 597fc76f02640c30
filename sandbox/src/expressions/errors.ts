/** An error of the engine. It is a value like any other until something needs what it is not: then it is thrown. */
export class ErrorValue {
  constructor(
    readonly message: string,
    /** Whether it ends the whole expression, whatever calls it. */
    readonly isFatal = false,
  ) {}
}

/** Thrown where an expression needs more than the sandbox grants. The engine may have gone on. */
export class OverLimit {
  constructor(readonly what: string) {}
}

/** Thrown where the engine itself breaks: it gives nothing for the whole template. */
export class EnginePanic {
  constructor(readonly message: string) {}
}
