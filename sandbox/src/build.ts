import type { Dialect, Scope } from '../../src/resources.js';
import { parseRate, type Rate } from './core/throttle.js';
import { checkOptions, type SandboxOptions } from './options.js';
import { generatedContacts } from './seeds/generated.js';
import { maternalHealth } from './seeds/maternal-health.js';
import { seedWorkspace } from './seeds/seed-workspace.js';
import type { Seed, WorkspaceSeed } from './seeds/types.js';
import type { MovableClock } from './state/clock.js';
import { newUuid } from './state/ids.js';
import type { Role } from './state/model.js';
import { Server } from './state/server.js';
import type { Limited, Workspace } from './state/workspace.js';

/** Tokens by user. A `surveyor` token is only accepted by `v9`; `agent` and `viewer` tokens never are. */
export type TokenName = Role | 'other_workspace';

export type Tokens = Record<TokenName, string>;

/** A server with its two workspaces. */
interface Built {
  server: Server;
  main: Workspace;
  other: Workspace;
  tokens: Tokens;
}

/**
 * Builds a server with its two workspaces.
 *
 * @param clock - The source of time.
 * @param tokens - Tokens to go on with, as when the contents are replaced. Default: new ones.
 */
export function build(options: SandboxOptions, clock: MovableClock, tokens?: Tokens): Built {
  checkOptions(options);
  const dialect = options.dialect ?? 'v9';
  const server = new Server({
    dialect,
    clock,
    engineCache: options.engineCache ?? 0,
    rawNoContent: options.rawNoContent ?? true,
    hosts: options.hosts,
  });
  const seed = seedOf(options, server.settings.clock.now());
  const { uuid = newUuid(), name = 'Sandbox', ...settings } = seed.workspace ?? {};
  const main = server.addWorkspace({ ...settingsOf(options, dialect, settings), uuid, name });
  const other = server.addWorkspace({
    ...settingsOf(options, dialect),
    uuid: newUuid(),
    name: 'Other Workspace',
    timezone: 'UTC',
    languages: ['eng'],
    anonymous: false,
  });
  const known = tokens ?? (options.token === undefined ? {} : { administrator: options.token });
  const areSeeded = (seed.users ?? []).length > 0;
  // Rows may name users: those of the seed are made with it, the sandbox's own before it.
  const own = areSeeded ? undefined : addPeople(server, main, other, { known, areSeeded });
  seedWorkspace(server, main, withBasics(seed, 'External SMS', '+250788000100'));
  seedWorkspace(server, other, withBasics(options.otherSeed ?? {}, 'Other SMS', '+250788000900'));
  for (const { unknown } of [main, other]) unknown.onTell = options.onUnknown;
  return {
    server,
    main,
    other,
    tokens: own ?? addPeople(server, main, other, { known, areSeeded }),
  };
}

function settingsOf(options: SandboxOptions, dialect: Dialect, own: WorkspaceSeed = {}) {
  return {
    country: options.country ?? own.country ?? 'RW',
    dateStyle: options.dateStyle ?? own.date_style ?? ('day_first' as const),
    timezone: options.timezone ?? own.timezone ?? 'Africa/Kigali',
    languages: options.languages ?? own.languages ?? ['eng', 'fra'],
    anonymous: options.anonymous ?? own.anon ?? false,
    flagged: false,
    suspended: false,
    limits: limitsOf(dialect, options.limits),
    rates: ratesOf(dialect, options.throttle),
    deliveries: options.deliveries,
    site: 'localhost',
    scheduling: options.scheduling ?? 0,
  };
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

/** The rate of each scope. Scopes that the option does not set keep the real server's rate. */
export function ratesOf(
  dialect: Dialect,
  throttle: SandboxOptions['throttle'],
): Partial<Record<Scope, Rate>> {
  if (throttle === false) return {};
  const rates: Partial<Record<Scope, Rate>> = {};
  for (const [scope, usual] of Object.entries(HOURLY[dialect]) as [Scope, number][]) {
    const own = typeof throttle === 'number' ? throttle : throttle?.[scope];
    rates[scope] = parseRate(own ?? usual);
  }
  return rates;
}

function limitsOf(dialect: Dialect, own: SandboxOptions['limits']): Record<Limited, number> {
  const topics = dialect === 'v9' ? 250 : 50;
  return { fields: 250, globals: 250, groups: 250, labels: 250, topics, ...own };
}

function seedOf({ seed, contacts }: SandboxOptions, now: number): Seed {
  if (seed === 'maternal-health') {
    return typeof contacts === 'number'
      ? maternalHealth({ contacts, now })
      : withContacts(maternalHealth({ now }), contacts);
  }
  const more = typeof contacts === 'number' ? generatedContacts(contacts) : contacts;
  return withContacts(seed ?? {}, more);
}

function withContacts(seed: Seed, contacts: Seed['contacts']): Seed {
  return contacts ? { ...seed, contacts: [...(seed.contacts ?? []), ...contacts] } : seed;
}

/** Adds what every workspace has to a seed. */
function withBasics(seed: Seed, channel: string, address: string): Seed {
  const { groups = [], topics = [] } = seed;
  const openTickets = { name: 'Open Tickets', query: 'tickets > 0', system: true };
  return {
    channels: [{ name: channel, address, country: 'RW' }],
    ...seed,
    groups: groups.some(group => group.system) ? groups : [...groups, openTickets],
    topics: topics.some(topic => topic.system)
      ? topics
      : [{ name: 'General', system: true }, ...topics],
  };
}

const PEOPLE: readonly [role: Role, login: string, first: string, last: string][] = [
  ['administrator', 'admin', 'Ada', 'Admin'],
  ['editor', 'editor', 'Eddy', 'Editor'],
  ['viewer', 'viewer', 'Vera', 'Viewer'],
  ['agent', 'agent', 'Agnes', 'Agent'],
  ['surveyor', 'surveyor', 'Sue', 'Surveyor'],
];

/**
 * Roles that `textit` does not have: their tokens are refused, and they are not listed as users. Nor are those who hold a
 * token of a role that no user of the seed has.
 */
const ONLY_V9: readonly Role[] = ['viewer', 'surveyor'];

function addPeople(
  server: Server,
  main: Workspace,
  other: Workspace,
  { known: given, areSeeded }: { known: Partial<Tokens>; areSeeded: boolean },
): Tokens {
  const tokens: Partial<Tokens> = {};
  for (const [role, login, first, last] of PEOPLE) {
    const email = `${login}@example.org`;
    const users = [...main.users];
    const known =
      users.find(user => user.email === email) ??
      (areSeeded ? users.find(user => user.role === role) : undefined);
    const user = known ?? server.addUser(main, email, [first, last], role);
    const isListed = !areSeeded && !(server.dialect === 'textit' && ONLY_V9.includes(role));
    if (!known && !isListed) main.users.remove(user);
    tokens[role] = server.grant(main, user, role, given[role]);
  }
  const owner = server.addUser(other, 'other@example.org', ['Olga', 'Other'], 'administrator');
  tokens.other_workspace = server.grant(other, owner, 'other_workspace', given.other_workspace);
  return tokens as Tokens;
}
