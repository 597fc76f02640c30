/** What happened to one attempt, as far as retries are concerned. */
export type Failure =
  /** 429: RapidPro did nothing. */
  | { kind: 'throttled'; retryAfter: number | undefined }
  /** Nothing reached the server: refused, no such host. */
  | { kind: 'unreachable' }
  /** 500 for a request with groups, fields or a topic: one may be seconds old, and known soon. */
  | { kind: 'unready' }
  /** A temporary refusal: nothing was done, but soon it can be. */
  | { kind: 'busy' }
  /** A refusal without its text: nothing was done, and the next answer says why. */
  | { kind: 'unread' }
  /** Another 500, a failing proxy, a reset, a broken answer: the server may have done the work. */
  | { kind: 'ambiguous'; retryAfter?: number | undefined }
  /** No answer in time: the server may have done the work. */
  | { kind: 'timeout' };

/** Whether the server may still have done the work. */
export function mayBeDone({ kind }: Failure): boolean {
  return kind === 'ambiguous' || kind === 'timeout' || kind === 'unready';
}

/** Whether a proxy says that it got no answer from the server, or not in time. 520 to 530 are Cloudflare's. */
export function isGatewayStatus(statusCode: number): boolean {
  const isCloudflare = statusCode >= 520 && statusCode <= 530;
  return isCloudflare || statusCode === 408 || (statusCode >= 502 && statusCode <= 504);
}
