/** What became of one attempt, as far as trying again is concerned. */
export type Failure =
  /** 429: RapidPro did nothing. */
  | { kind: 'throttled'; retryAfter: number | undefined }
  /** Nothing reached the server: refused, no such host. */
  | { kind: 'unreachable' }
  /** 500 for a group or field that is seconds old: nothing was done, and soon it will be. */
  | { kind: 'unready' }
  /** 502, 503, 504, a reset, a broken answer: the server may have done the work. */
  | { kind: 'ambiguous'; retryAfter?: number | undefined }
  /** No answer in time: the server may have done the work. */
  | { kind: 'timeout' };

/** Whether the server may have done the work all the same. */
export function mayBeDone({ kind }: Failure): boolean {
  return kind === 'ambiguous' || kind === 'timeout';
}
