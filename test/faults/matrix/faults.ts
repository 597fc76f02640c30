import type { FaultKind, LoggedRequest } from '@openfn/rapidpro-sandbox';

/** What a client can know of a request that a fault struck. */
export type Sight = 'fine' | 'throttled' | 'ambiguous' | 'timeout';

export type Strikes = 'before' | 'after';

/** A fault of the sandbox, and whether the server has done the work when it strikes. */
export interface Fault {
  kind: FaultKind;
  strikes: Strikes;
}

/** How a fault is seen, and the code that goes with it. */
const SEEN: Record<FaultKind, { sight: Sight; code: string }> = {
  reset: { sight: 'ambiguous', code: 'CONNECTION_LOST' },
  stall: { sight: 'timeout', code: 'TIMEOUT' },
  truncate: { sight: 'ambiguous', code: 'CONNECTION_LOST' },
  drip: { sight: 'timeout', code: 'TIMEOUT' },
  'bad-gateway': { sight: 'ambiguous', code: 'SERVER_UNAVAILABLE' },
  'gateway-timeout': { sight: 'ambiguous', code: 'SERVER_UNAVAILABLE' },
  'request-timeout': { sight: 'ambiguous', code: 'SERVER_UNAVAILABLE' },
  'server-error': { sight: 'ambiguous', code: 'SERVER_ERROR' },
  garbled: { sight: 'ambiguous', code: 'INVALID_RESPONSE' },
  throttle: { sight: 'throttled', code: 'RATE_LIMITED' },
  'drop-keep-alive': { sight: 'fine', code: '' },
};

/** These come with the server's own answer, so that its work is done. */
const WITH_ANSWER: readonly FaultKind[] = ['truncate', 'drip', 'drop-keep-alive'];

/** A 429 means that nothing was done: there is none after the work. */
export const FAULTS: Fault[] = (Object.keys(SEEN) as FaultKind[]).flatMap((kind): Fault[] => {
  if (WITH_ANSWER.includes(kind)) return [{ kind, strikes: 'after' }];
  if (kind === 'throttle') return [{ kind, strikes: 'before' }];
  return [
    { kind, strikes: 'before' },
    { kind, strikes: 'after' },
  ];
});

/** What a fault does to a request. An answer without a body has nothing that could break. */
export function sightOf({ kind, strikes }: Fault, { status }: LoggedRequest): Sight {
  const hurtsBodyOnly = WITH_ANSWER.includes(kind) || (kind === 'garbled' && strikes === 'after');
  return hurtsBodyOnly && status === 204 ? 'fine' : SEEN[kind].sight;
}

export const codeOf = ({ kind }: Fault): string => SEEN[kind].code;

/** Seconds that a request may take where the client has to give up waiting; else as long as ever. */
export const TIMEOUT = 0.1;

/** True where the client has to give up waiting. */
export const isSlow = ({ kind }: Fault): boolean => SEEN[kind].sight === 'timeout';
