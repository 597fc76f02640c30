import { createHash } from 'node:crypto';
import type { Recording } from '../../../recordings/read.js';
import { createSandbox, type Sandbox, type SandboxOptions } from '../../src/index.js';
import { asker } from './ask.js';
import { isOther, limitOf, otherSeedBefore, seedBefore } from './before.js';
import { compare } from './compare.js';
import { dialectOf } from './recorded-workspace.js';

/** Replays single recorded exchanges against a sandbox with the recorded workspace. */

/** The evening of the day of the recordings: events of a resthook are listed for 48 hours. */
const RECORDED = Date.parse('2026-11-22T18:00:00Z');
const clock = { now: () => RECORDED + performance.now() };

interface Prepared {
  sandbox: Sandbox;
  asked: ReturnType<typeof asker>;
}

/** The workspaces that stay as they are, by what they were made from. */
const unchanged = new Map<string, Prepared>();

/** The differences; none if the sandbox responds as the server did. */
export async function repeat(exchange: Recording): Promise<string[]> {
  const { request } = exchange;
  const prepared = await workspaceFor(exchange);
  const { sandbox, asked } = prepared;
  try {
    const answer = await asked.ask({
      method: request.method,
      target: request.path + (request.query ? `?${request.query}` : ''),
      headers: headersOf(exchange, sandbox),
      body: bodyOf(exchange),
    });
    await sandbox.settled();
    return compare(exchange, answer, new URL(sandbox.host).host);
  } finally {
    if (changesSomething(exchange)) await close(prepared);
  }
}

/** Closes the workspaces that several exchanges asked. */
export async function closeAll(): Promise<void> {
  await Promise.all([...unchanged.values()].map(close));
  unchanged.clear();
}

async function close({ asked, sandbox }: Prepared): Promise<void> {
  await asked.close();
  await sandbox.close();
}

/** Reading changes nothing, and neither does what is refused. Throttled requests are counted. */
const changesSomething = ({ request, response }: Recording): boolean =>
  response.status === 429 || (request.method !== 'GET' && response.status < 400);

async function workspaceFor(exchange: Recording): Promise<Prepared> {
  const options = optionsFor(exchange);
  const conditions = conditionsOf(exchange);
  if (changesSomething(exchange)) return prepare(exchange, options, conditions);
  const key = createHash('sha1')
    .update(JSON.stringify([options, conditions]))
    .digest('hex');
  const prepared = unchanged.get(key) ?? (await prepare(exchange, options, conditions));
  unchanged.set(key, prepared);
  return prepared;
}

/** The server settings that follow from the exchange's name and response. */
function optionsFor(exchange: Recording): SandboxOptions {
  const { server, name, response } = exchange;
  const limit = limitOf(exchange);
  const limits = { fields: limit, globals: limit, groups: limit, labels: limit, topics: limit };
  const rate = '3/hour';
  return {
    dialect: dialectOf(server),
    seed: isOther(exchange) ? {} : seedBefore(exchange),
    otherSeed: isOther(exchange) ? otherSeedBefore(exchange) : {},
    hosts: ['127.0.0.1', 'localhost'],
    clock,
    ...(name.includes('workspace_limit') ? { limits } : {}),
    ...(/being scheduled/.test(JSON.stringify(response.body)) ? { scheduling: 1e9 } : {}),
    ...(response.status === 429 ? { throttle: { v2: rate, 'v2.contacts': rate } } : {}),
  };
}

/** The conditions that follow from the exchange's name and response. */
function conditionsOf({ name, response }: Recording) {
  const text = JSON.stringify(response.body ?? null);
  return {
    engineDown: name.startsWith('mailroom_down/'),
    anonymous: /anon/.test(name),
    flagged: /currently flagged/.test(text) || name.includes('flagged'),
    suspended: /currently suspended/.test(text) || name.includes('suspended'),
  };
}

async function prepare(
  { request, response }: Recording,
  options: SandboxOptions,
  { engineDown, ...conditions }: ReturnType<typeof conditionsOf>,
): Promise<Prepared> {
  const sandbox = await createSandbox(options);
  const prepared = { sandbox, asked: asker(sandbox) };
  if (engineDown) sandbox.engine('down');
  sandbox.configure({ workspace: 'other', ...conditions });
  if (response.status !== 429) return prepared;
  const counted = {
    method: 'GET',
    headers: {
      authorization: `Token ${tokenOf(request.role, sandbox)}`,
      accept: 'application/json',
    },
  };
  for (let i = 0; i < 10; i++) {
    await sandbox.handle(new Request(`${sandbox.host}api/v2/workspace.json`, counted));
    await sandbox.handle(new Request(`${sandbox.host}api/v2/contacts.json`, counted));
  }
  return prepared;
}

function tokenOf(role: string | null | undefined, sandbox: Sandbox): string {
  const { tokens } = sandbox;
  switch (role) {
    case 'editor':
      return tokens.editor;
    case 'surveyor':
      return tokens.surveyor;
    case 'agent_forced':
    case 'outsider_forced':
      return tokens.agent;
    case 'inactive_user':
      return 'a-token-of-someone-gone';
    case 'other_workspace_administrator':
      return tokens.other_workspace;
    default:
      return tokens.administrator;
  }
}

function headersOf({ request, ...rest }: Recording, sandbox: Sandbox): Record<string, string> {
  const token = tokenOf(request.role, sandbox);
  const note = (rest as { note?: string }).note ?? '';
  const login = /base64 of (\S+)$/.exec(note)?.[1] ?? 'admin@example.org:x';
  const credentials = Buffer.from(login.replace('TOKEN', token)).toString('base64');
  return Object.fromEntries(
    Object.entries(request.headers).map(([name, value]) => [
      name.toLowerCase(),
      value.replace('TOKEN', token).replace('CREDENTIALS', credentials),
    ]),
  );
}

/** Texts were recorded as sent, except JSON texts, of which only the value was recorded. */
function bodyOf({ request, name }: Recording): string | Uint8Array | null {
  const { body, headers, method } = request;
  const form = (request as { form?: Record<string, string> }).form;
  if (form) {
    const password = name.includes('bad_password') ? 'wrong' : 'sandbox';
    return new URLSearchParams({ ...form, password }).toString();
  }
  if (body === undefined || body === null || method === 'GET') return null;
  if (typeof body !== 'string') return JSON.stringify(body);
  if (name.endsWith('3mb_body')) return JSON.stringify({ name: 'x', more: 'x'.repeat(3_000_000) });
  if (name.endsWith('invalid_utf8'))
    return Buffer.from(body.replaceAll('\ufffd', '\u00ff'), 'latin1');
  const isValue = headers['Content-Type'] === 'application/json' && /^\w+$/.test(body);
  return isValue ? JSON.stringify(body) : body;
}
