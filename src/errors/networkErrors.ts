import { RapidProError } from './errors.js';
import { type Failure, mayBeDone } from './failure.js';
import { redact } from './redact.js';

/** What a socket's failure means to a person, and whether the server may have done the work. */
interface NetworkFailure {
  failure: Failure | undefined;
  error: RapidProError;
}

const AGAIN =
  'Run the job again in a few minutes. If it keeps failing, ask the people who run the server.';
const CHECK_HOST = 'Check "host" in the credential: its spelling, and its port if it has one.';

/** The innermost error that has a code: undici and Node wrap it in others. */
function rootOf(error: unknown): { code: string; syscall: string } {
  const { code, name, syscall, cause, errors } = (error ?? {}) as {
    name?: unknown;
    code?: unknown;
    syscall?: unknown;
    cause?: unknown;
    errors?: unknown[];
  };
  if (typeof code === 'string') return { code, syscall: String(syscall ?? '') };
  // undici's own parser gives its errors no code where the head of an answer cannot be read at all.
  if (name === 'HTTPParserError') return { code: 'HPE_UNKNOWN', syscall: '' };
  if (Array.isArray(errors) && errors.length > 0) return rootOf(errors[0]);
  return cause ? rootOf(cause) : { code: '', syscall: '' };
}

/** What undici says of answers that are no HTTP, or more of it than anybody needs. */
const NO_HTTP = /^(HPE_(?!INVALID_EOF)|UND_ERR_HEADERS_OVERFLOW$|ERR_ASSERTION$)/;

/**
 * What was thrown, in a few plain texts: logs print causes, and undici's errors hold bytes of the
 * answer and the socket.
 */
export function bareCause(thrown: unknown): Error {
  const { name, message } = (thrown ?? {}) as { name?: unknown; message?: unknown };
  const { code, syscall } = rootOf(thrown);
  const bare = new Error(redact(`${name ?? 'Error'}: ${message ?? ''}`));
  delete bare.stack;
  return Object.assign(bare, code && { code }, syscall && { syscall });
}

const UNREACHABLE = new Set([
  'ECONNREFUSED',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENETDOWN',
  'EADDRNOTAVAIL',
]);
const UNENCRYPTED =
  /^(CERT_|ERR_TLS|ERR_SSL|DEPTH_ZERO|SELF_SIGNED|UNABLE_TO_|EPROTO|HOSTNAME_MISMATCH)/;

function describe(
  { code, syscall }: { code: string; syscall: string },
  seconds: number,
): [Failure | undefined, ConstructorParameters<typeof RapidProError>[0]] {
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN') {
    return [
      code === 'EAI_AGAIN' ? { kind: 'unreachable' } : undefined,
      {
        code: 'HOST_NOT_FOUND',
        description: 'There is no server with the name in "host".',
        fix: CHECK_HOST,
      },
    ];
  }
  // The same codes also end a connection that stands, after the server has read the request.
  if (UNREACHABLE.has(code) && syscall !== 'read' && syscall !== 'write') {
    return [
      { kind: 'unreachable' },
      {
        code: 'CONNECTION_REFUSED',
        description: 'The server does not accept connections.',
        fix: `${CHECK_HOST} If it is right, the server is down. ${AGAIN}`,
      },
    ];
  }
  if (code === 'UND_ERR_CONNECT_TIMEOUT' || code === 'ETIMEDOUT') {
    return [
      code === 'ETIMEDOUT' ? { kind: 'timeout' } : { kind: 'unreachable' },
      {
        code: 'TIMEOUT',
        description: 'The server took too long to accept the connection.',
        fix: `${CHECK_HOST} A firewall may block the connection between OpenFn and the server.`,
      },
    ];
  }
  if (UNENCRYPTED.test(code)) {
    return [
      undefined,
      {
        code: 'INSECURE_CONNECTION',
        description: 'A secure connection to the server is not possible.',
        fix: 'The certificate of the server is not valid, or "host" has https and the server only supports http. Ask the people who run the server.',
      },
    ];
  }
  if (code === 'TIMEOUT' || code === 'UND_ERR_HEADERS_TIMEOUT' || code === 'UND_ERR_BODY_TIMEOUT') {
    return [
      { kind: 'timeout' },
      {
        code: 'TIMEOUT',
        description: `RapidPro did not answer within ${seconds} seconds.`,
        fix: 'Run the job again, read less, or raise options.timeout (seconds).',
      },
    ];
  }
  if (NO_HTTP.test(code)) {
    return [
      { kind: 'ambiguous' },
      {
        code: 'INVALID_RESPONSE',
        description: 'The answer is not the answer of a web server.',
        fix: `${CHECK_HOST} If it is right, a proxy may be damaging answers: ask the people who run the server.`,
      },
    ];
  }
  return [
    { kind: 'ambiguous' },
    {
      code: 'CONNECTION_LOST',
      description: 'The connection was lost before RapidPro answered.',
      fix: AGAIN,
    },
  ];
}

/**
 * Wraps what undici threw.
 *
 * @param thrown - the error
 * @param seconds - the timeout of the request
 */
export function networkFailure(thrown: unknown, seconds: number): NetworkFailure {
  const [failure, details] = describe(rootOf(thrown), seconds);
  const outcome = failure && mayBeDone(failure) ? 'unknown' : 'none';
  return { failure, error: new RapidProError({ ...details, outcome, cause: bareCause(thrown) }) };
}
