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

/** Options of `addToGroup` and `removeFromGroup`. */
export interface MemberOptions extends NamedActionOptions {
  /**
   * True: check the contacts afterwards. RapidPro silently skips contacts that are busy in a flow; they are in
   * `failures` with the code `SKIPPED`, and so is who is not shown within 7 seconds, or `maxWait` if that is less. Without time for
   * a second look, the code is `NOT_VERIFIED`. This takes one request for each contact given by URN. For the others it
   * takes one each, or one for every 250 members of the group, whichever is less. Default: false.
   */
  verify?: boolean;
}

/** Options of `sendMessage`. */
export interface MessageOptions extends WriteOptions {
  /**
   * True: send nothing if the contact is stopped, blocked or archived. `state.data` is then
   * `{ sent: false, leftOut }`. If the lookup fails, nothing is sent. Default: false.
   */
  onlyActive?: boolean;
}

/** Options of `sendBroadcast` and `startFlow`. */
export interface SendOptions extends WriteOptions {
  /**
   * True: look up `contacts` and `urns`, and leave out stopped, blocked and archived contacts. They
   * are listed in `state.data.leftOut`. Groups are not checked, and URNs that RapidPro does not know are
   * included. If the lookup fails, nothing is sent. Default: false.
   */
  onlyActive?: boolean;
  /**
   * True: send nothing, and report who would be reached, in at most three requests. Default: false.
   */
  dryRun?: boolean;
}

/** Options of actions on many items, such as `blockContacts`. */
export interface ActionOptions extends Options {
  /**
   * True: change nothing, and report what would be changed, in at most three requests. Default: false.
   */
  dryRun?: boolean;
}

/** Options of actions with a group, a label or a note. */
export interface NamedActionOptions extends ActionOptions, WriteOptions {}
