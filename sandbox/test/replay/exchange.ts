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

/** The differences; none if the sandbox responds as the server did. */
export async function repeat(exchange: Recording): Promise<string[]> {
  const { request } = exchange;
  const sandbox = await createSandbox(optionsFor(exchange));
  const asked = asker(sandbox);
  try {
    await prepare(sandbox, exchange);
    const answer = await asked.ask({
      method: request.method,
      target: request.path + (request.query ? `?${request.query}` : ''),
      headers: headersOf(exchange, sandbox),
      body: bodyOf(exchange),
    });
    await sandbox.settled();
    return compare(exchange, answer, new URL(sandbox.host).host);
  } finally {
    await asked.close();
    await sandbox.close();
  }
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

async function prepare(sandbox: Sandbox, { name, response, request }: Recording): Promise<void> {
  if (name.startsWith('mailroom_down/')) sandbox.engine('down');
  const anonymous = /anon/.test(name);
  const text = JSON.stringify(response.body ?? null);
  const flagged = /currently flagged/.test(text) || name.includes('flagged');
  const suspended = /currently suspended/.test(text) || name.includes('suspended');
  sandbox.configure({ workspace: 'other', anonymous, flagged, suspended });
  if (response.status !== 429) return;
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
