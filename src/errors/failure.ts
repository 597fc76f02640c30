/** What became of one attempt, as far as trying again is concerned. */
export type Failure =
  /** 429: RapidPro did nothing. */
  | { kind: 'throttled'; retryAfter: number | undefined }
  /** Nothing reached the server: refused, no such host. */
  | { kind: 'unreachable' }
  /** 500 for what names groups, fields or a topic: one may be seconds old, and soon be known. */
  | { kind: 'unready' }
  /** A refusal for the moment: nothing was done, and soon it will be. */
  | { kind: 'busy' }
  /** A refusal whose text was lost: nothing was done, and the next answer says why. */
  | { kind: 'unread' }
  /** Another 500, a failing proxy, a reset, a broken answer: the server may have done the work. */
  | { kind: 'ambiguous'; retryAfter?: number | undefined }
  /** No answer in time: the server may have done the work. */
  | { kind: 'timeout' };

/** Whether the server may have done the work all the same. */
export function mayBeDone({ kind }: Failure): boolean {
  return kind === 'ambiguous' || kind === 'timeout' || kind === 'unready';
}

/** Whether a proxy says that it got no answer from the server, or not in time. 520 to 530 are Cloudflare's. */
export function isGatewayStatus(statusCode: number): boolean {
  const isCloudflare = statusCode >= 520 && statusCode <= 530;
  return isCloudflare || statusCode === 408 || (statusCode >= 502 && statusCode <= 504);
}
