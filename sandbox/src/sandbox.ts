import type { Dialect } from '../../src/resources.js';
import { build, ratesOf, type TokenName, type Tokens } from './build.js';
import { answer } from './core/handle.js';
import { html, TOO_LARGE_PAGE } from './core/html.js';
import { type Incoming, readIncoming, TooLarge, type Wire } from './core/incoming.js';
import { type ShownContact, showContact } from './endpoints/contact-shown.js';
import { planAll } from './engine/campaigns.js';
import { bump } from './engine/contacts.js';
import { LONGEST_TEXT, receive, TOO_LONG } from './engine/incoming.js';
import { join } from './engine/membership.js';
import { contactsOf } from './engine/messages.js';
import type { SentItem } from './engine/outbox.js';
import { type ReportedStatus, report } from './engine/statuses.js';
import { addTicket } from './engine/tickets.js';
import { perform } from './engine/work.js';
import { type FaultOrder, Faults } from './faults.js';
import { checkKeys } from './known-keys.js';
import type { SandboxOptions } from './options.js';
import { PAGE_PATH, withPage } from './page/page.js';
import { RecentRequests } from './page/recent.js';
import { type LoggedRequest, RequestLog } from './request-log.js';
import type { Seed } from './seeds/types.js';
import { listen } from './server.js';
import { MovableClock } from './state/clock.js';
import type { Contact } from './state/model.js';
import type { Server } from './state/server.js';
import type { UnknownConstruct } from './state/unknown.js';
import type { Workspace } from './state/workspace.js';
import { normalizeUrn } from './values/index.js';

/** The settings that can be changed while the sandbox runs. Undefined keeps the current value. */
export type WorkspaceChanges = Pick<
  SandboxOptions,
  'anonymous' | 'country' | 'timezone' | 'languages' | 'dateStyle' | 'throttle' | 'limits'
> & {
  name?: string;
  /** A flagged or suspended workspace is read-only. */
  flagged?: boolean;
  suspended?: boolean;
  /** Which workspace to change. Default: `main`. */
  workspace?: 'main' | 'other';
};

/** Details of a contact's message. */
export interface Reply {
  /** `content-type:url` */
  attachments?: string[];
  workspace?: 'main' | 'other';
}

export interface TicketOptions {
  /** The name or uuid of a topic. Default: the general topic. */
  topic?: string;
  /** Only kept by `v9`. */
  body?: string;
  /** An e-mail address. */
  assignee?: string;
}

/** A small RapidPro in this process. */
export interface Sandbox {
  /** The `host` of a credential: `http://127.0.0.1:PORT/`. */
  readonly host: string;
  /** The administrator's token. */
  readonly token: string;
  /** The line of servers that it is like. */
  readonly dialect: Dialect;
  readonly tokens: Readonly<Tokens>;
  /** The URL of its page in a browser; null without the option `page`. */
  readonly page: string | null;
  /** The contacts as the API shows them, oldest first, without deleted ones. */
  contacts(): ShownContact[];
  /** The messages, broadcasts and flow starts that clients requested, in order. */
  sent(): SentItem[];
  /** The last 10,000 requests, oldest first, without tokens. */
  requests(): LoggedRequest[];
  /**
   * What was not as meant in flows, broadcasts and campaigns, in the order in which it was met, each once: at most 1,000.
   * Expressions that failed and so printed nothing, here and on a server; and what a server would have done and the sandbox
   * left out: an e-mail, a transfer of airtime, a call to another computer.
   *
   * @example
   * // At the end of a test: no text came out empty, and all was as on a server.
   * if (sandbox.unknown().length > 0) throw new Error('Something was not as meant.');
   */
  unknown(): UnknownConstruct[];
  /**
   * Sends a message from a contact, identified by uuid or URN. A run that waits for it continues. An unknown URN creates
   * a contact. Returns the message's uuid when all resulting work is done.
   *
   * @example
   * await sandbox.reply('tel:+250788123123', 'yes');
   */
  reply(contact: string, text: string, reply?: Reply): Promise<string>;
  /** Opens a ticket for a contact, as an agent or a flow would. Returns its uuid. */
  openTicket(contact: string, ticket?: TicketOptions): string;
  /** Adds contacts to a manual group in one step, as an editor does in the list. They get the same `modified_on`. */
  addToGroup(contacts: string[], group: string): void;
  /**
   * Says about an outgoing message what its channel would say. By itself a message is `queued`, after 15 seconds `wired`, then
   * `sent`, and with a channel that reports it, `delivered`. One that is `errored` is tried again after some minutes, and
   * `failed` for good with the third error.
   *
   * @example
   * sandbox.report(sandbox.sent()[0].id, 'failed');
   *
   * @param message - Its id or its uuid.
   */
  report(message: number | string, status: ReportedStatus): void;
  /** Changes a workspace's settings. */
  configure(changes: WorkspaceChanges): void;
  /** Turns the flow engine off or on. Without it most writes return a 500. */
  engine(state: 'up' | 'down'): void;
  /** Invalidates a token. */
  revoke(token: TokenName): void;
  /**
   * Orders a fault for future requests.
   *
   * @example
   * // The next creation is carried out, and its response is lost.
   * sandbox.fault({ kind: 'reset', strikes: 'after', when: { method: 'POST', path: 'contacts' } });
   */
  fault(order: FaultOrder): void;
  /** Takes back all faults that still wait. */
  clearFaults(): void;
  /**
   * Replaces the contents of both workspaces, as if the sandbox had been created with another seed. Tokens, settings and
   * the address stay; faults, requests and what was sent are forgotten.
   */
  reseed(seed: Seed | 'maternal-health'): void;
  /** The time on its clock. */
  now(): Date;
  /**
   * Puts its clock forward. Rate limits and times go by it, and what falls due on the way is done, each at its own time: messages
   * become `wired` and `sent`, campaigns send their messages and start their flows.
   *
   * @example
   * sandbox.advance(7 * 24 * 3600);
   */
  advance(seconds: number): void;
  /** Waits until the work that continues after a response (a start, calls of subscribers) is done. */
  settled(): Promise<void>;
  /** Responds to a request without a socket. Faults that need a socket have no effect. */
  handle(request: Request, wire?: Wire): Promise<Response>;
  /** Closes the server and its connections. */
  close(): Promise<void>;
}

/**
 * Creates a sandbox and opens it on loopback.
 *
 * @example
 * const sandbox = await createSandbox({ contacts: [{ name: 'Ann', urns: ['tel:+250788123123'] }] });
 * // a credential: { host: sandbox.host, token: sandbox.token }
 * await sandbox.close();
 *
 * @param options - Its settings and contents; see `SandboxOptions`.
 */
export async function createSandbox(options: SandboxOptions = {}): Promise<Sandbox> {
  const clock = new MovableClock(
    options.clock ?? { now: () => performance.timeOrigin + performance.now() },
  );
  let built = build(options, clock);
  const { tokens } = built;
  const recent = new RecentRequests(() => built.server.ticker, Object.values(tokens));
  const log = new RequestLog(token => built.server.find(token)?.name, options.onRequest);
  const faults = new Faults();
  const handle = async (request: Request, wire: Wire = {}): Promise<Response> => {
    const incoming = await readIncoming(request, wire, options.bodyLimit);
    const response = await faults.around(incoming, () => answerNow(built.server, incoming));
    const logged = log.add(incoming, response.status);
    if (options.page) recent.add(logged, response);
    return response;
  };
  /** A workspace after what was due until now. */
  const workspaceOf = (name?: 'main' | 'other') => {
    built.server.catchUp();
    return name === 'other' ? built.other : built.main;
  };
  const source = {
    get server() {
      return built.server;
    },
    get workspace() {
      return built.main;
    },
    recent,
    faults,
    host: () => listener.host,
    token: tokens.administrator,
  };
  const served = options.page ? withPage(handle, source, faults, () => sandbox) : handle;
  const listener = await listen(served, options.port ?? 0);
  const settle = () => {
    for (const workspace of built.server.workspaces) {
      workspace.settings.site = new URL(listener.host).host;
    }
  };
  settle();
  const sandbox: Sandbox = {
    host: listener.host,
    page: options.page ? new URL(PAGE_PATH, listener.host).href : null,
    token: tokens.administrator,
    dialect: options.dialect ?? 'v9',
    tokens,
    contacts: () => {
      const main = workspaceOf();
      return [...main.contacts].filter(one => !one.deleted).map(one => showContact(one, main));
    },
    sent: () => built.main.outbox.items(),
    requests: () => log.all(),
    unknown: () => {
      built.server.catchUp();
      return built.server.workspaces.flatMap(({ unknown }) => unknown.all());
    },
    async reply(contact, text, { attachments = [], workspace } = {}) {
      if (text.length > LONGEST_TEXT) throw new TypeError(TOO_LONG);
      const target = workspaceOf(workspace);
      const message = await perform(receive(target, senderOf(target, contact), text, attachments));
      return message.uuid;
    },
    openTicket(contact, ticket = {}) {
      const main = workspaceOf();
      return open(main, findContact(main, contact), ticket);
    },
    addToGroup: (contacts, group) => addAll(workspaceOf(), contacts, group),
    report: (message, status) => reportOn(workspaceOf(), message, status),
    configure: changes => configure(workspaceOf(changes.workspace), changes),
    engine: state => {
      built.server.catchUp();
      built.server.engine.down = state === 'down';
    },
    revoke: name => built.server.revoke(tokens[name]),
    fault: order => faults.order(order),
    clearFaults: () => faults.clear(),
    reseed: seed => {
      const { contacts: _, ...others } = options;
      built = build({ ...others, seed }, clock, tokens);
      settle();
      faults.clear();
      log.clear();
      recent.clear();
    },
    now: () => new Date(clock.now()),
    advance: seconds => {
      if (!(seconds >= 0)) throw new TypeError('The clock only goes forward.');
      if (clock.now() + seconds * 1000 > LATEST) {
        throw new TypeError('The clock goes no further than the year 9999.');
      }
      clock.advance(seconds * 1000);
      built.server.catchUp();
    },
    settled: () => {
      built.server.catchUp();
      return built.server.engine.settled();
    },
    handle: (request, wire) => handle(request, wire).catch(tooLarge),
    close: () => listener.close(),
  };
  return sandbox;
}

/** Python, and so a server, knows no later years. */
const LATEST = Date.UTC(9999, 11, 31);

function tooLarge(error: unknown): Response {
  if (error instanceof TooLarge) return html(413, TOO_LARGE_PAGE);
  throw error;
}

async function answerNow(server: Server, incoming: Incoming): Promise<Response> {
  try {
    server.catchUp();
    return await answer(server, incoming);
  } catch (error) {
    return ownFault(error);
  }
}

/** Keeps a bug of the sandbox from looking like a server error. */
function ownFault(error: unknown): Response {
  const reason = error instanceof Error ? error.stack : String(error);
  return new Response(`The sandbox itself failed: ${reason}`, { status: 500 });
}

function identityOf(workspace: Workspace, text: string): string | undefined {
  const urn = normalizeUrn(text, workspace.locale, 'body');
  return 'urn' in urn ? urn.urn : undefined;
}

function findContact(workspace: Workspace, text: string): Contact {
  const found =
    workspace.contacts.find(text) ?? workspace.urns.get(identityOf(workspace, text) ?? '');
  if (!found || found.deleted) throw new TypeError(`The sandbox has no contact ${text}`);
  return found;
}

function senderOf(workspace: Workspace, text: string): Contact {
  const identity = identityOf(workspace, text);
  const [made] = identity === undefined ? [] : contactsOf(workspace, [identity]);
  return workspace.contacts.find(text) ?? made ?? findContact(workspace, text);
}

function open(workspace: Workspace, contact: Contact, options: TicketOptions): string {
  const { topic, body, assignee } = options;
  const found = [...workspace.topics].find(({ uuid, name }) => uuid === topic || name === topic);
  if (topic !== undefined && !found) throw new TypeError(`The sandbox has no topic ${topic}`);
  const ticket = addTicket(workspace, contact, {
    ...(found ? { topic: found } : {}),
    body: body ?? null,
    assignee: [...workspace.users].find(user => user.email === assignee) ?? null,
    openedBy: [...workspace.users].find(user => user.role === 'administrator') ?? null,
  });
  bump(workspace, contact);
  return ticket.uuid;
}

/** What channels say; only those of `textit` say that a message was read. */
const REPORTS: Record<ReportedStatus, true> = {
  wired: true,
  sent: true,
  delivered: true,
  read: true,
  errored: true,
  failed: true,
};

function reportOn(workspace: Workspace, given: number | string, status: ReportedStatus): void {
  const { messages, dialect } = workspace;
  const message = typeof given === 'number' ? messages.get(given) : messages.find(given);
  if (message?.direction !== 'out') {
    throw new TypeError(`The sandbox has no outgoing message ${given}.`);
  }
  const known = Object.keys(REPORTS).filter(one => one !== 'read' || dialect === 'textit');
  if (!known.includes(status)) {
    throw new TypeError(`A channel cannot report ${status}, only ${known.join(', ')}.`);
  }
  report(workspace, message, status);
}

function addAll(workspace: Workspace, contacts: readonly string[], name: string): void {
  const group = [...workspace.groups].find(
    one => !one.deleted && [one.uuid, one.name].includes(name),
  );
  if (!group) throw new TypeError(`The sandbox has no group ${name}`);
  const at = workspace.tick();
  for (const contact of contacts.map(text => findContact(workspace, text))) {
    if (contact.status === 'active' && join(contact, group)) bump(workspace, contact, at);
  }
}

const CHANGES: Record<keyof WorkspaceChanges, true> = {
  anonymous: true,
  country: true,
  timezone: true,
  languages: true,
  dateStyle: true,
  throttle: true,
  limits: true,
  name: true,
  flagged: true,
  suspended: true,
  workspace: true,
};

function configure(workspace: Workspace, changes: WorkspaceChanges): void {
  checkKeys('configure()', changes, Object.keys(CHANGES));
  const { throttle, limits, workspace: _, ...plain } = changes;
  Object.assign(workspace.settings, plain);
  if (throttle !== undefined) workspace.settings.rates = ratesOf(workspace.dialect, throttle);
  Object.assign(workspace.settings.limits, limits);
  workspace.settingsChanged();
  if (changes.timezone !== undefined) planAll(workspace);
}
