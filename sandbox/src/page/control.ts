import type { Incoming } from '../core/incoming.js';
import type { ReportedStatus } from '../engine/statuses.js';
import type { FaultOrder } from '../faults.js';
import { checkKeys } from '../known-keys.js';
import type { Reply, Sandbox } from '../sandbox.js';
import type { Seed } from '../seeds/types.js';

/** Where the control interface is, for programs in any language. sandbox/README.md documents it. */
const CONTROL_PATH = '/sandbox/api/';

/** Whether a path belongs to the control interface. */
export const isControl = (path: string): boolean => `${path}/`.startsWith(CONTROL_PATH);

type Body = Record<string, unknown>;
/** `body` is undefined where the request has none. */
type Act = (sandbox: Sandbox, body: unknown) => unknown;

/** What it does, by method and the last part of the path. Each is a function of the sandbox. */
const ACTS: Record<string, Act> = {
  'GET ': ({ host, token, dialect, page, now }) => ({ host, token, dialect, page, now: now() }),
  'GET contacts': sandbox => sandbox.contacts(),
  'GET sent': sandbox => sandbox.sent(),
  'GET unknown': sandbox => sandbox.unknown(),
  'GET requests': sandbox => sandbox.requests(),
  'GET clock': ({ now }) => ({ now: now() }),
  'POST clock': (sandbox, body) => putForward(sandbox, objectIn(body)),
  'POST reply': (sandbox, body) => reply(sandbox, objectIn(body)),
  'POST report': (sandbox, body) => report(sandbox, objectIn(body)),
  'POST faults': (sandbox, body) => sandbox.fault(objectIn(body) as unknown as FaultOrder),
  'DELETE faults': sandbox => sandbox.clearFaults(),
  'PUT seed': (sandbox, body) => sandbox.reseed(seedIn(body)),
  'POST settled': sandbox => sandbox.settled(),
};

/** A request that cannot be carried out, with the reason. */
class Unfit extends TypeError {}

function objectIn(body: unknown): Body {
  if (typeof body !== 'object' || body === null || Array.isArray(body)) {
    throw new Unfit('The body must be a JSON object.');
  }
  return body as Body;
}

function textIn(body: Body, key: string): string {
  const text = body[key];
  if (text === undefined) throw new Unfit(`"${key}" is missing.`);
  if (typeof text !== 'string' || text === '')
    throw new Unfit(`"${key}" must be a non-empty string.`);
  return text;
}

function seedIn(body: unknown): Seed | 'maternal-health' {
  if (body === 'empty') return {};
  if (typeof body === 'string' && body !== 'maternal-health') {
    throw new Unfit('The only seeds with a name are "maternal-health" and "empty".');
  }
  return body === 'maternal-health' ? body : (objectIn(body) as Seed);
}

async function reply(sandbox: Sandbox, body: Body): Promise<unknown> {
  checkKeys('The body', body, ['contact', 'text', 'attachments']);
  const { attachments = [] } = body;
  if (!Array.isArray(attachments) || attachments.some(one => typeof one !== 'string')) {
    throw new Unfit(
      '"attachments" must be a list of strings, such as "image/png:https://example.org/a.png".',
    );
  }
  const more: Reply = { attachments };
  return { uuid: await sandbox.reply(textIn(body, 'contact'), textIn(body, 'text'), more) };
}

function report(sandbox: Sandbox, body: Body): void {
  checkKeys('The body', body, ['message', 'status']);
  const { message } = body;
  const named = typeof message === 'number' ? message : textIn(body, 'message');
  sandbox.report(named, textIn(body, 'status') as ReportedStatus);
}

function putForward(sandbox: Sandbox, body: Body): unknown {
  checkKeys('The body', body, ['advance', 'now']);
  const { advance, now } = body;
  const to = typeof now === 'string' ? Date.parse(now) : Number.NaN;
  const seconds = now === undefined ? advance : (to - sandbox.now().getTime()) / 1000;
  if (
    typeof seconds !== 'number' ||
    Number.isNaN(seconds) ||
    (now !== undefined && advance !== undefined)
  ) {
    throw new Unfit(
      'The clock needs either "advance", a number of seconds, or "now", an ISO 8601 time.',
    );
  }
  sandbox.advance(seconds);
  return { now: sandbox.now() };
}

/** Answers a request for the control interface. */
export async function answerControl(sandbox: Sandbox, incoming: Incoming): Promise<Response> {
  const { method, path } = incoming;
  const name = path.slice(CONTROL_PATH.length).replace(/\/$/, '');
  const act = ACTS[`${method} ${name}`];
  if (!act) return unknownPath(name);
  try {
    return json(200, (await act(sandbox, bodyOf(incoming))) ?? {});
  } catch (error) {
    if (error instanceof TypeError) {
      return json(400, { error: error.message });
    }
    throw error;
  }
}

function bodyOf({ method, headers, body }: Incoming): unknown {
  if (method === 'GET' || method === 'DELETE' || body.length === 0) return undefined;
  const type = headers.get('content-type')?.split(';')[0]?.trim().toLowerCase();
  if (!type) throw new Unfit('The Content-Type is missing. It must be application/json.');
  if (type !== 'application/json') {
    throw new Unfit(`The Content-Type must be application/json, not ${type}.`);
  }
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body));
  } catch {
    throw new Unfit('The body is not valid JSON.');
  }
}

function unknownPath(name: string): Response {
  const methods = Object.keys(ACTS)
    .map(key => key.split(' '))
    .filter(([, known]) => known === name)
    .map(([method]) => method);
  if (methods.length === 0) {
    const known = Object.keys(ACTS).map(key => key.replace(' ', ` ${CONTROL_PATH}`));
    return json(404, {
      error: `${CONTROL_PATH}${name} does not exist. The known requests are ${known.join(', ')}.`,
    });
  }
  const refusal = json(405, {
    error: `${CONTROL_PATH}${name} takes only ${methods.join(' and ')}.`,
  });
  refusal.headers.set('allow', methods.join(', '));
  return refusal;
}

const json = (status: number, data: unknown): Response =>
  new Response(JSON.stringify(data), { status, headers: { 'content-type': 'application/json' } });
