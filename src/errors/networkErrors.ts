import type { Dictionary } from '../types/json.js';
import { type ErrorCode, type ErrorDetails, RapidProError } from './errors.js';
import { type Failure, mayBeDone } from './outcome.js';
import { redact } from './redact.js';

const AGAIN =
  'Run the job again in a few minutes. If it keeps failing, ask the people who run the server.';
const CHECK_HOST = 'Check "host" in the credential: its spelling, and its port if it has one.';

/** The proxy of the network did not let a connection through: nothing reached the server. */
export class ProxyFailure extends Error {
  /**
   * @param statusCode - what the proxy answered; undefined if it could not be reached itself
   */
  constructor(
    readonly statusCode: number | undefined,
    cause?: unknown,
  ) {
    super(statusCode === undefined ? 'no proxy' : `proxy: status ${statusCode}`, { cause });
  }
}

/** Failures to connect to the server: nothing was sent. */
export class NotConnected extends Error {
  constructor(cause: unknown) {
    super('no connection', { cause });
  }
}

/** The innermost error that has a code: undici and Node wrap it in others. */
function rootOf(error: unknown): { code: string; syscall: string } {
  const { code, name, syscall, cause, errors } = (error ?? {}) as Dictionary;
  if (typeof code === 'string') return { code, syscall: String(syscall ?? '') };
  // If the head of an answer is unreadable, the error from undici's parser has no code.
  if (name === 'HTTPParserError') return { code: 'HPE_UNKNOWN', syscall: '' };
  if (Array.isArray(errors) && errors.length > 0) return rootOf(errors[0]);
  return cause ? rootOf(cause) : { code: '', syscall: '' };
}

/** What undici says about answers that are not HTTP, or too large. */
const NO_HTTP = /^(HPE_(?!INVALID_EOF)|UND_ERR_HEADERS_OVERFLOW$|ERR_ASSERTION$)/;

/**
 * A thrown error as a few plain texts: logs print causes, and undici's errors contain bytes of the answer and the
 * socket.
 */
export function bareCause(thrown: unknown): Error {
  const { name, message } = (thrown ?? {}) as Dictionary;
  const { code, syscall } = rootOf(thrown);
  const bare = new Error(redact(`${name ?? 'Error'}: ${message ?? ''}`));
  delete bare.stack;
  return Object.assign(bare, code && { code }, syscall && { syscall });
}

const UNREACHABLE = new Set(
  'ECONNREFUSED EHOSTUNREACH ENETUNREACH ENETDOWN EADDRNOTAVAIL'.split(' '),
);
const PROXY = 'the environment variable HTTPS_PROXY (or HTTP_PROXY)';
/** The answer of a proxy that wants a password, for connections and pages alike. */
export const ASKS_FOR_PASSWORD = {
  code: 'PROXY_FAILED',
  description: 'The proxy of the network asks for a user name and a password.',
  fix: `Put them into ${PROXY}: http://user:password@proxy.example.org:3128. The people who run the network know them.`,
} as const;

type Described = [failure: Failure | undefined, details: ErrorDetails];

const described = (
  kind: 'unreachable' | 'timeout' | 'ambiguous' | undefined,
  code: ErrorCode,
  description: string,
  fix: string,
): Described => [kind && { kind }, { code, description, fix }];

function describeProxy({ statusCode, cause }: ProxyFailure): Described {
  if (statusCode === 407) return [undefined, ASKS_FOR_PASSWORD];
  if (statusCode === undefined) {
    const [failure, { code }] = describe(rootOf(cause), 0);
    return described(
      failure && 'unreachable',
      'PROXY_FAILED',
      code === 'TIMEOUT'
        ? 'The proxy of the network took too long to connect.'
        : 'The proxy of the network cannot be reached.',
      `Check ${PROXY}: name and port. If the server is on your own network, add it to NO_PROXY.`,
    );
  }
  const isPassing = statusCode >= 500;
  return described(
    isPassing ? 'unreachable' : undefined,
    'PROXY_FAILED',
    `The proxy of the network ${isPassing ? 'could not reach the server' : 'refuses to connect to the server'}: it answered with status ${statusCode}.`,
    `${CHECK_HOST} If it is right, ask the people who run the network to let OpenFn reach it through the proxy, or add it to NO_PROXY if it needs no proxy.`,
  );
}

/** A tunnel that ends before the connection to the server is made. */
function describeNotConnected({ cause }: NotConnected): Described {
  const [failure, details] = describe(rootOf(cause), 0);
  if (!failure || details.code !== 'CONNECTION_LOST') {
    return [failure && { kind: 'unreachable' }, details];
  }
  return described(
    'unreachable',
    'PROXY_FAILED',
    'The connection through the proxy of the network was closed before anything was sent.',
    `${AGAIN} Ask the people who run the network whether the proxy lets OpenFn reach the server.`,
  );
}

/** What is wrong with a secure connection, by the code. The last entry is for all others. */
const INSECURE: readonly [RegExp, description: string, fix: string][] = [
  [
    /^(SELF_SIGNED|DEPTH_ZERO|UNABLE_TO_GET_ISSUER|UNABLE_TO_VERIFY|CERT_UNTRUSTED|INVALID_CA)/,
    'The certificate of the server is from an authority that is not known here.',
    'If your server, or a gateway of your network that inspects connections, has its own authority, put the certificate of that authority into "ca" of the credential, or put the path of its file into the environment variable NODE_EXTRA_CA_CERTS. If "ca" has one already, it belongs to another authority. Otherwise, ask the people who run the server: it must send its whole chain of certificates.',
  ],
  [
    /^CERT_HAS_EXPIRED/,
    'The certificate of the server has expired.',
    'Ask the people who run the server to renew it. If the authority in "ca" of the credential has expired, put the new one there.',
  ],
  [
    /^CERT_NOT_YET_VALID/,
    'The certificate of the server is not valid yet.',
    'Check the clock of this machine, or ask the people who run the server.',
  ],
  [
    /^(ERR_TLS_CERT_ALTNAME|HOSTNAME_MISMATCH)/,
    'The certificate of the server is for another name than "host" in the credential.',
    'Check the spelling of "host": it must be the name that people open RapidPro with. If it is right, ask the people who run the server.',
  ],
  [
    /^(EPROTO|ERR_SSL)/,
    'The server does not answer with an encrypted connection. The adaptor uses https unless "host" starts with http://.',
    'If the server is local and has no https, write http:// in front of "host". Otherwise, check the port in "host", if it has one, and ask the people who run the server. A proxy or gateway of your network may be in between: see "ca" in the credential.',
  ],
  [
    /^(CERT_|ERR_TLS|UNABLE_TO_)/,
    'A secure connection to the server is not possible: its certificate is not valid, or the server only supports http.',
    'Ask the people who run the server. A proxy or gateway of your network may be in between: see "ca" in the credential.',
  ],
];

function describe(
  { code, syscall }: { code: string; syscall: string },
  seconds: number,
): Described {
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN') {
    return described(
      code === 'EAI_AGAIN' ? 'unreachable' : undefined,
      'HOST_NOT_FOUND',
      'There is no server with the name in "host".',
      `${CHECK_HOST} If its name is known only to the proxy of your network, set HTTPS_PROXY.`,
    );
  }
  // The same codes can also end an open connection, after the server has read the request.
  if (UNREACHABLE.has(code) && syscall !== 'read' && syscall !== 'write') {
    return described(
      'unreachable',
      'CONNECTION_REFUSED',
      'The server does not accept connections.',
      `${CHECK_HOST} If it is right, the server is down. ${AGAIN}`,
    );
  }
  if (code === 'UND_ERR_CONNECT_TIMEOUT' || code === 'ETIMEDOUT') {
    return described(
      code === 'ETIMEDOUT' ? 'timeout' : 'unreachable',
      'TIMEOUT',
      'The server took too long to accept the connection.',
      `${CHECK_HOST} A firewall may block the connection between OpenFn and the server.`,
    );
  }
  const insecure = INSECURE.find(([pattern]) => pattern.test(code));
  if (insecure) {
    const [, description, fix] = insecure;
    return described(undefined, 'INSECURE_CONNECTION', description, fix);
  }
  if (code === 'TIMEOUT' || code === 'UND_ERR_HEADERS_TIMEOUT' || code === 'UND_ERR_BODY_TIMEOUT') {
    return described(
      'timeout',
      'TIMEOUT',
      `RapidPro did not answer within ${seconds} seconds.`,
      'Run the job again, read less, or raise options.timeout (seconds).',
    );
  }
  if (NO_HTTP.test(code)) {
    return described(
      'ambiguous',
      'INVALID_RESPONSE',
      'The answer is not the answer of a web server.',
      `${CHECK_HOST} If it is right, a proxy may be damaging answers: ask the people who run the server.`,
    );
  }
  return described(
    'ambiguous',
    'CONNECTION_LOST',
    'The connection was lost before RapidPro answered.',
    AGAIN,
  );
}

function describeThrown(thrown: unknown, seconds: number): Described {
  if (thrown instanceof ProxyFailure) return describeProxy(thrown);
  if (thrown instanceof NotConnected) return describeNotConnected(thrown);
  return describe(rootOf(thrown), seconds);
}

/** Wraps what undici threw. */
export function networkFailure(thrown: unknown, seconds: number) {
  const [failure, details] = describeThrown(thrown, seconds);
  const outcome = failure && mayBeDone(failure) ? 'unknown' : 'none';
  return { failure, error: new RapidProError({ ...details, outcome, cause: bareCause(thrown) }) };
}
