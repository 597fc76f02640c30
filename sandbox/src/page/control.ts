import type { Incoming } from '../core/incoming.js';
import type { FaultOrder } from '../faults.js';
import type { Reply, Sandbox } from '../sandbox.js';
import type { Seed } from '../seeds/types.js';

/** Where the control interface is, for programs in any language. sandbox/README.md documents it. */
export const CONTROL_PATH = '/sandbox/api/';

type Body = Record<string, unknown>;
type Act = (sandbox: Sandbox, body: unknown) => unknown;

/** What it does, by method and the last part of the path. Each is a function of the sandbox. */
const ACTS: Record<string, Act> = {
  'GET ': ({ host, token, dialect, page, now }) => ({ host, token, dialect, page, now: now() }),
  'GET contacts': sandbox => sandbox.contacts(),
  'GET sent': sandbox => sandbox.sent(),
  'GET requests': sandbox => sandbox.requests(),
  'GET clock': ({ now }) => ({ now: now() }),
  'POST clock': (sandbox, body) => putForward(sandbox, objectIn(body)),
  'POST reply': (sandbox, body) => reply(sandbox, objectIn(body)),
  'POST faults': (sandbox, body) => sandbox.fault(objectIn(body) as unknown as FaultOrder),
  'DELETE faults': sandbox => sandbox.clearFaults(),
  'PUT seed': (sandbox, body) => sandbox.reseed(seedIn(body)),
  'POST settled': sandbox => sandbox.settled(),
};

/** A request that cannot be carried out, with the reason. */
class Unfit extends TypeError {}

function objectIn(body: unknown): Body {
  if (typeof body !== 'object' || body === null || Array.isArray(body)) {
    throw new Unfit('The body is not a JSON object.');
  }
  return body as Body;
}

function textIn(body: Body, key: string): string {
  const text = body[key];
  if (typeof text !== 'string' || text === '') throw new Unfit(`There is no ${key}, a text.`);
  return text;
}

function seedIn(body: unknown): Seed | 'maternal-health' {
  if (body === 'empty') return {};
  return body === 'maternal-health' ? body : (objectIn(body) as Seed);
}

async function reply(sandbox: Sandbox, body: Body): Promise<unknown> {
  const { attachments } = body;
  const more: Reply = Array.isArray(attachments) ? { attachments: attachments.map(String) } : {};
  return { uuid: await sandbox.reply(textIn(body, 'contact'), textIn(body, 'text'), more) };
}

function putForward(sandbox: Sandbox, body: Body): unknown {
  const { advance, now } = body;
  const to = typeof now === 'string' ? Date.parse(now) : Number.NaN;
  const seconds = now === undefined ? advance : (to - sandbox.now().getTime()) / 1000;
  if (typeof seconds !== 'number' || Number.isNaN(seconds)) {
    throw new Unfit('The clock takes `advance`, in seconds, or `now`, an ISO time.');
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
    if (error instanceof TypeError || error instanceof SyntaxError) {
      return json(400, { error: error.message });
    }
    throw error;
  }
}

function bodyOf({ method, headers, body }: Incoming): unknown {
  if (method === 'GET' || method === 'DELETE' || body.length === 0) return {};
  const type = headers.get('content-type')?.split(';')[0]?.trim();
  if (type !== 'application/json') throw new Unfit('Only JSON is read: application/json.');
  return JSON.parse(new TextDecoder().decode(body));
}

function unknownPath(name: string): Response {
  const methods = Object.keys(ACTS)
    .map(key => key.split(' '))
    .filter(([, known]) => known === name)
    .map(([method]) => method);
  if (methods.length === 0) {
    const known = Object.keys(ACTS).map(key => key.replace(' ', ` ${CONTROL_PATH}`));
    return json(404, { error: `There is nothing here. There are: ${known.join(', ')}.` });
  }
  return json(405, { error: `Only ${methods.join(' and ')} can be asked here.` });
}

const json = (status: number, data: unknown): Response =>
  new Response(JSON.stringify(data), { status, headers: { 'content-type': 'application/json' } });
