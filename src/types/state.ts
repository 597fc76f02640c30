/** What an operation reports of its requests: small, and never a body or a header. */
export interface ResponseSummary {
  /** The method of the last request. */
  method: string;
  /** Its endpoint, without `.json`. */
  path: string;
  /** The status that RapidPro answered with. */
  statusCode: number;
  /** Milliseconds that the whole operation took. */
  duration: number;
  /** Requests that it needed, repeated ones included. */
  requests: number;
}

/** What flows from one operation to the next. */
export interface State {
  /** The credential. The platform puts it here and takes it out of the final state. */
  configuration?: unknown;
  /** What the last operation gave. */
  data?: unknown;
  /** What the operations before it gave, oldest first. */
  references?: unknown[];
  response?: ResponseSummary;
  [key: string]: unknown;
}

/** A step of a job: takes the state, gives the next one. */
export type Operation = (state: State) => Promise<State>;

/** An operation, or any function from a state to the next one. */
export type Step = (state: State) => State | Promise<State>;

/** A list, a JSONPath to one in state, or a function of state that gives one. */
export type Source = string | unknown[] | ((state: State) => unknown);

/** A function of state that gives a value out of it. */
export type ValueReader = (state: State) => unknown;

/**
 * A value, or a function of state that gives it (what `$.data.name` in a job becomes), at any depth.
 */
export type Reference<T> =
  | ((state: State) => T)
  | (T extends readonly (infer Item)[]
      ? Reference<Item>[]
      : T extends object
        ? { [Key in keyof T]: Reference<T[Key]> }
        : T);

/** Called last with the next state; what it returns is the operation's result. */
export type Callback = (state: State) => State | Promise<State>;
