/** Options of every operation, in its last argument. They say how to do it, never what to send. */
export interface Options {
  /** Seconds that one request may take, including the connection. Default: 60. */
  timeout?: number;
  /**
   * Seconds that this operation may wait in total if RapidPro asks it to (rate limit) or does not
   * answer. Then it stops with `RATE_LIMITED`. Default: 60.
   */
  maxWait?: number;
}

export interface ListOptions extends Options {
  /** The maximum number of records. With `resume`, all runs together count. Default: all. */
  limit?: number;
  /**
   * Stop after this many seconds with what has been read. `state.rapidpro.resume` then says where to
   * continue. Default: none.
   */
  deadline?: number;
  /**
   * True: continue where an earlier run of the same list stopped, if `state.rapidpro.resume` has a position. Default:
   * false.
   */
  resume?: boolean;
  /**
   * Parallel requests, up to 10: contacts, runs, flow starts, messages and broadcasts. Records that change
   * during the reading come last. Default: 1.
   */
  concurrency?: number;
}

/** Options of `getMessages` and `getFlowRuns`, whose older records are in archives. */
export interface ArchivedListOptions extends ListOptions {
  /**
   * True: include what RapidPro has moved to archives, each record once, in the order of the list. Not together
   * with `deadline` or `resume`. Default: false.
   */
  archived?: boolean;
}

export interface DeliveryOptions extends Options {
  /** Parallel requests, up to 10. Default: 1. */
  concurrency?: number;
}

export interface DownloadOptions extends Options {
  /** The maximum bytes of all attachments together, up to 104857600. Default: 5242880 (5 MB). */
  maxSize?: number;
  /** True: links may lead to this machine and its network. Default: only if the server of the credential is there. */
  allowPrivate?: boolean;
}

/** Options of operations that write texts, names or values. */
export interface WriteOptions extends Options {
  /**
   * True: send texts that look like a mistake as they are: words for missing data (`undefined`, `NaN`,
   * `Invalid Date`, `[object Object]`, `null` as a name), references in quotes (`'$.data.name'`), and
   * expressions that RapidPro does not fill in there (`@contact.firstname`; in `sendMessage` all). All other
   * checks remain: the code of a function is refused.
   * Default: false.
   */
  literal?: boolean;
}

export interface UpsertOptions extends WriteOptions {
  /** `'add'` (default): add URNs to those of the contact. `'replace'`: replace all URNs. */
  urns?: 'add' | 'replace';
}

export interface UploadOptions extends Options {
  /** The file name in RapidPro. Default: `file` with the usual extension. */
  filename?: string;
  /** `image/png`, `audio/mpeg`, …. Default: detected from the content. */
  contentType?: string;
  /** True: a link may lead to this machine and its network. Default: false. */
  allowPrivate?: boolean;
}
