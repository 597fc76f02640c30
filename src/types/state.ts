/** What an operation reports about its requests: never a body or a header. */
interface ResponseSummary {
  /** The method of the last request. */
  method: string;
  /** Its endpoint, without `.json`. */
  path: string;
  /** The status that RapidPro answered with. */
  statusCode: number;
  /** Milliseconds that the operation took. */
  duration: number;
  /** The number of requests, including repeated ones. */
  requests: number;
}

/** What one operation passes to the next. */
export interface State {
  /** The credential. The platform adds it, and removes it from the final state. */
  configuration?: unknown;
  /** The result of the last operation. */
  data?: unknown;
  /** The results of earlier operations, oldest first. */
  references?: unknown[];
  response?: ResponseSummary;
  [key: string]: unknown;
}

/** A step of a job: takes the state and returns the next one. */
export type Operation = (state: State) => Promise<State>;

/** An operation, or any function from a state to the next one. */
export type Step = (state: State) => State | Promise<State>;

/** A list, a JSONPath to a list in the state, or a function of state that returns one. */
export type Source = string | unknown[] | ((state: State) => unknown);

/** A function that reads a value from the state. */
export type ValueReader = (state: State) => unknown;

/**
 * A value, or a function of state that returns it, at any depth. In a job, `$.data.name` becomes such a function.
 */
export type Reference<T> =
  | ((state: State) => T)
  | (T extends readonly (infer Item)[]
      ? Reference<Item>[]
      : T extends object
        ? { [Key in keyof T]: Reference<T[Key]> }
        : T);

/** Called at the end with the next state. What it returns is the result of the operation. */
export type Callback = (state: State) => State | Promise<State>;
