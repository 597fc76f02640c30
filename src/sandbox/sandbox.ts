import type { Dialect, Scope } from '../resources.js';
import { answer } from './core/handle.js';
import { readIncoming, type Wire } from './core/incoming.js';
import { parseRate, type Rate } from './core/throttle.js';
import { type ShownContact, showContact } from './endpoints/contacts.js';
import type { SentItem } from './engine/outbox.js';
import type { SandboxOptions } from './options.js';
import { type LoggedRequest, RequestLog } from './request-log.js';
import { generatedContacts } from './seeds/generated.js';
import { maternalHealth } from './seeds/maternal-health.js';
import { plant } from './seeds/plant.js';
import type { Seed } from './seeds/types.js';
import { type Listener, listen } from './server.js';
import { newUuid } from './state/ids.js';
import type { Role } from './state/model.js';
import { Server } from './state/server.js';
import type { Limited, Workspace } from './state/workspace.js';

/** Tokens by who they are for. `surveyor` only lets anyone in on `v9`; `agent` and `viewer` never do. */
export type TokenName = Role | 'other_workspace';

/** A small RapidPro in this process. */
export interface Sandbox {
  /** `http://127.0.0.1:PORT/`: the host of a credential. */
  readonly host: string;
  /** The administrator's token. */
  readonly token: string;
  readonly tokens: Readonly<Record<TokenName, string>>;
  /** The contacts that are there, oldest first, as the API shows them; not those that were deleted. */
  contacts(): ShownContact[];
  /** Messages, broadcasts and flow starts that were asked for, in order. */
  sent(): SentItem[];
  /** The last 10,000 requests, oldest first; tokens are not among what is kept. */
  requests(): LoggedRequest[];
  /** The answer to a request without a socket. */
  handle(request: Request, wire?: Wire): Promise<Response>;
  /** Ends the server and its connections. */
  close(): Promise<void>;
}

const HOURLY: Record<Dialect, Partial<Record<Scope, number>>> = {
  v9: {
    v2: 2500,
    'v2.contacts': 2500,
    'v2.messages': 2500,
    'v2.broadcasts': 36_000,
    'v2.runs': 2500,
  },
  textit: { v2: 3600, 'v2.contacts': 3600, 'v2.messages': 3600, 'v2.runs': 3600 },
};

export function ratesOf(
  dialect: Dialect,
  throttle: SandboxOptions['throttle'],
): Partial<Record<Scope, Rate>> {
  if (throttle === false) return {};
  const scopes = Object.keys(HOURLY[dialect]) as Scope[];
  const rates: Partial<Record<Scope, Rate>> = {};
  for (const scope of scopes) {
    const own = typeof throttle === 'number' ? throttle : throttle?.[scope];
    const rate = own ?? HOURLY[dialect][scope];
    if (rate !== undefined) rates[scope] = parseRate(rate);
  }
  return rates;
}

function limitsOf(dialect: Dialect, own: SandboxOptions['limits']): Record<Limited, number> {
  const topics = dialect === 'v9' ? 250 : 50;
  return { fields: 250, globals: 250, groups: 250, labels: 250, topics, ...own };
}

function seedOf({ seed, contacts }: SandboxOptions): Seed {
  if (seed === 'maternal-health') {
    return typeof contacts === 'number'
      ? maternalHealth({ contacts })
      : { ...withContacts(maternalHealth(), contacts) };
  }
  return withContacts(
    seed ?? {},
    typeof contacts === 'number' ? generatedContacts(contacts) : contacts,
  );
}

function withContacts(seed: Seed, contacts: Seed['contacts']): Seed {
  return contacts ? { ...seed, contacts: [...(seed.contacts ?? []), ...contacts] } : seed;
}

const PEOPLE: readonly [Role, string, string][] = [
  ['administrator', 'Ada', 'Admin'],
  ['editor', 'Eddy', 'Editor'],
  ['viewer', 'Vera', 'Viewer'],
  ['agent', 'Agnes', 'Agent'],
  ['surveyor', 'Sue', 'Surveyor'],
];

/** Roles that the newer line does not have. */
const ONLY_V9: readonly Role[] = ['viewer', 'surveyor'];

const emailOf = (role: Role): string => `${role === 'administrator' ? 'admin' : role}@example.org`;

/** What every new workspace has. */
function furnish(server: Server, workspace: Workspace, seed: Seed): void {
  const all: Seed = {
    channels: [{ name: 'External SMS', address: '+250788000100', country: 'RW' }],
    ...seed,
    groups: [
      ...(seed.groups?.some(group => group.system)
        ? []
        : [{ name: 'Open Tickets', query: 'tickets > 0', system: true }]),
      ...(seed.groups ?? []),
    ],
    topics: [
      ...(seed.topics?.some(topic => topic.system) ? [] : [{ name: 'General', system: true }]),
      ...(seed.topics ?? []),
    ],
  };
  plant(server, workspace, all);
}

function addPeople(server: Server, workspace: Workspace, token: string | undefined) {
  const tokens = {} as Record<TokenName, string>;
  for (const [role, first, last] of PEOPLE) {
    const email = emailOf(role);
    const known = [...workspace.users].find(user => user.email === email);
    if (known) {
      tokens[role] = server.grant(
        workspace,
        known,
        role,
        role === 'administrator' ? token : undefined,
      );
      continue;
    }
    const user = server.addUser(workspace, email, [first, last], role);
    const listed = !(server.dialect === 'textit' && ONLY_V9.includes(role));
    if (!listed) workspace.users.remove(user);
    tokens[role] = server.grant(
      workspace,
      user,
      role,
      role === 'administrator' ? token : undefined,
    );
  }
  return tokens;
}

/**
 * Makes a sandbox and opens it on loopback.
 *
 * @example
 * const sandbox = await createSandbox({ contacts: [{ name: 'Ann', urns: ['tel:+250788123123'] }] });
 * // a credential: { host: sandbox.host, token: sandbox.token }
 * await sandbox.close();
 *
 * @param options - What it is like and what it holds; see `SandboxOptions`.
 */
export async function createSandbox(options: SandboxOptions = {}): Promise<Sandbox> {
  const dialect = options.dialect ?? 'v9';
  const server = new Server({
    dialect,
    clock: options.clock ?? { now: () => performance.timeOrigin + performance.now() },
    engineCache: options.engineCache ?? 0,
    rawNoContent: options.rawNoContent ?? true,
    hosts: options.hosts,
  });
  const seed = seedOf(options);
  const base = {
    country: options.country ?? 'RW',
    dateStyle: options.dateStyle ?? 'day_first',
    flagged: false,
    suspended: false,
    limits: limitsOf(dialect, options.limits),
  } as const;
  const workspace = server.addWorkspace({
    ...base,
    uuid: seed.workspace?.uuid ?? newUuid(),
    name: seed.workspace?.name ?? 'Sandbox',
    timezone: options.timezone ?? 'Africa/Kigali',
    languages: options.languages ?? ['eng', 'fra'],
    anonymous: options.anonymous ?? false,
    rates: ratesOf(dialect, options.throttle),
  });
  furnish(server, workspace, seed);
  const other = server.addWorkspace({
    ...base,
    limits: { ...base.limits },
    uuid: newUuid(),
    name: 'Other Workspace',
    timezone: 'UTC',
    languages: ['eng'],
    anonymous: false,
    rates: ratesOf(dialect, options.throttle),
  });
  furnish(server, other, {
    channels: [{ name: 'Other SMS', address: '+250788000900', country: 'RW' }],
  });
  const tokens = addPeople(server, workspace, options.token);
  const owner = server.addUser(other, 'other@example.org', ['Olga', 'Other'], 'administrator');
  tokens.other_workspace = server.grant(other, owner, 'other_workspace');
  return open(server, workspace, tokens, options.port ?? 0);
}

async function open(
  server: Server,
  workspace: Workspace,
  tokens: Record<TokenName, string>,
  port: number,
): Promise<Sandbox> {
  const log = new RequestLog(token => server.find(token)?.name);
  const handle = async (request: Request, wire: Wire = {}): Promise<Response> => {
    const incoming = await readIncoming(request, wire);
    const response = await answer(server, incoming);
    log.add(incoming, response.status);
    return response;
  };
  const listener: Listener = await listen(handle, port);
  return {
    host: listener.host,
    token: tokens.administrator,
    tokens,
    contacts: () =>
      [...workspace.contacts]
        .filter(contact => !contact.deleted)
        .map(contact => showContact(contact, workspace)),
    sent: () => workspace.outbox.items(),
    requests: () => log.all(),
    handle,
    close: () => listener.close(),
  };
}
