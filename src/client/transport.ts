import { Agent, type FormData, request as send } from 'undici';
import { VERSION } from '../version.js';
import { MAX_BODY } from './body.js';
import type { Deadline } from './deadline.js';

/** Seconds that making a connection may take. */
const CONNECT_TIMEOUT = 10;

/**
 * Sockets are shared by all the operations of a run. They carry no credential: the token goes with
 * each request. They are given up after a second, before the server gives them up: a request on a
 * socket that is just being closed fails without anybody knowing whether it was read.
 */
const shared = new Agent({
  connect: { timeout: CONNECT_TIMEOUT * 1000 },
  keepAliveTimeout: 1000,
  keepAliveMaxTimeout: 1000,
});

/** A socket for one request alone: nothing that came before it can break it. */
const single = new Agent({ connect: { timeout: CONNECT_TIMEOUT * 1000 }, pipelining: 0 });

export interface Wire {
  url: string;
  method: string;
  token: string;
  /** JSON, or a form whose type undici sets. */
  body: string | FormData | undefined;
  deadline: Deadline;
  /** True for a request that must not meet a dying socket, or may leave its socket unusable. */
  freshConnection: boolean;
}

/** Puts one request on the wire. Follows no redirect. */
export function transmit({ url, method, token, body, deadline, freshConnection }: Wire) {
  return send(url, {
    method: method as 'GET',
    dispatcher: freshConnection ? single : shared,
    signal: deadline,
    headersTimeout: 0,
    bodyTimeout: 0,
    // Never paused: undici 7 ends the whole process where a server hangs up in a pause.
    highWaterMark: MAX_BODY,
    headers: {
      authorization: `Token ${token}`,
      accept: 'application/json',
      'accept-encoding': 'gzip',
      'user-agent': `openfn-language-rapidpro/${VERSION}`,
      ...(typeof body !== 'string' ? {} : { 'content-type': 'application/json' }),
    },
    ...(body === undefined ? {} : { body }),
  });
}

export type Answer = Awaited<ReturnType<typeof transmit>>;
