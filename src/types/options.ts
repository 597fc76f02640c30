/** What every operation takes in its last argument: how to go about it, never what to send. */
export interface Options {
  /** Seconds that one request may take, including the connection. Default: 60. */
  timeout?: number;
  /**
   * Seconds that this operation may wait, all in all, when RapidPro asks it to (rate limit) or does
   * not answer. Default: 60. Beyond it the operation stops with `RATE_LIMITED`.
   */
  maxWait?: number;
}

export interface ListOptions extends Options {
  /** The maximum number of records; with `resume`, in all runs together. Default: all. */
  limit?: number;
  /**
   * Seconds after which to stop with what has been read so far. `state.rapidpro.resume` then says
   * where to continue. Default: none.
   */
  deadline?: number;
  /**
   * True: continue where an earlier run of the same list stopped, if `state.rapidpro.resume` has a position. Default:
   * false.
   */
  resume?: boolean;
  /**
   * Parallel requests, up to 10. Default: 1. For contacts,
   * runs, flow starts, messages and broadcasts. Records that change meanwhile come last.
   */
  concurrency?: number;
}

/** Options of lists whose older records are in archives: `getMessages` and `getFlowRuns`. */
export interface ArchivedListOptions extends ListOptions {
  /**
   * True: also what RapidPro has moved to archives, each record once, in one order. Does not go with
   * `deadline` and `resume`. Default: false.
   */
  archived?: boolean;
}

export interface DeliveryOptions extends Options {
  /** Requests side by side, at most 10. Default: 1. */
  concurrency?: number;
}

export interface DownloadOptions extends Options {
  /** Bytes that all attachments of the operation may have together. Default: 5242880 (5 MB); at most 104857600. */
  maxSize?: number;
  /** True: links may lead to this machine and its own network. Default: only where the server of the credential is there. */
  allowPrivate?: boolean;
}

/** What operations take that write texts, names or values. */
export interface WriteOptions extends Options {
  /**
   * True: words that stand for missing data elsewhere (`undefined`, `NaN`, `Invalid Date`,
   * `[object Object]`, `null` as a name) and references in quotes (`'$.data.name'`) are meant, and are
   * sent. Lifts no other check: the code of a function is refused. Default: false.
   */
  literal?: boolean;
}

export interface UpsertOptions extends WriteOptions {
  /** `'add'` (default): add URNs to those the contact has. `'replace'`: replace all URNs. */
  urns?: 'add' | 'replace';
}

export interface UploadOptions extends Options {
  /** The name it gets in RapidPro. Default: `file` with the usual extension. */
  filename?: string;
  /** `image/png`, `audio/mpeg`, …. Default: detected from the content. */
  contentType?: string;
  /** True: a link may lead to this machine and its own network. Default: false. */
  allowPrivate?: boolean;
}
