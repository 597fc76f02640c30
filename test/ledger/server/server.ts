import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type Body, Refusal } from './contacts.js';
import { type Draft, type Fault, send, strike, strikesBefore } from './faults.js';
import { type Answer, readList } from './lists.js';
import { Random } from './random.js';
import { Breakdown, type Store } from './store.js';
import { write } from './writes.js';

/** A request as it arrived. */
export interface Arrived {
  method: string;
  /** `contacts`, `contact_actions`, … */
  endpoint: string;
  query: string;
  fault: Fault | undefined;
}

export interface WorkspaceOptions {
  token: string;
  /** Records of a page; default: 250, as RapidPro has it. */
  pageSize?: number;
  /** Which request a fault strikes, counted from 0. */
  faults?: ReadonlyMap<number, Fault>;
  seed?: string;
  /** Called after each page that was read. */
  onPage?: (endpoint: string) => void;
  /** Changes an answer before it is sent. */
  alter?: (body: unknown, index: number) => unknown;
  /** Seconds by which the server's clock is ahead of everybody else's; it then tells no `Date`. */
  ahead?: number;
  /** Seconds that the server takes for each answer. */
  wait?: (() => Promise<void>) | undefined;
}

const JSON_TYPE = { 'content-type': 'application/json' };

async function textOf(message: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of message) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString();
}

/** One workspace of the server, which breaks as it is told to, and knows what it really did. */
export class Workspace {
  readonly requests: Arrived[] = [];
  /** Requests that wait for an answer that does not come. */
  silent = 0;
  /** Told when `silent` changes. */
  onSilence: () => void = () => {};
  readonly #options: WorkspaceOptions;
  readonly #random: Random;

  constructor(
    readonly store: Store,
    options: WorkspaceOptions,
  ) {
    this.#options = options;
    this.#random = new Random(`server ${options.seed ?? ''}`);
  }

  async handle(message: IncomingMessage, response: ServerResponse, address: URL): Promise<void> {
    response.sendDate = false;
    const { method = 'GET' } = message;
    const endpoint = /\/api\/v2\/(\w+)\.json\/?$/.exec(address.pathname)?.[1] ?? '';
    const index = this.requests.length;
    const fault = this.#options.faults?.get(index);
    this.requests.push({ method, endpoint, query: address.search, fault });
    const text = await textOf(message);
    this.store.clock.tick();
    await this.#options.wait?.();
    if (fault && strikesBefore(fault)) {
      return this.#strike(fault, response, this.#draft({ status: 204 }));
    }
    this.store.request = index;
    const answer = this.#work(message, address, endpoint, text);
    this.store.request = -1;
    const body = this.#options.alter ? this.#options.alter(answer.body, index) : answer.body;
    const draft = this.#draft({ status: answer.status, body });
    if (method === 'GET') this.#options.onPage?.(endpoint);
    if (fault) return this.#strike(fault, response, draft);
    send(response, draft);
  }

  #work(message: IncomingMessage, address: URL, endpoint: string, text: string): Answer {
    const { store } = this;
    if (message.headers.authorization !== `Token ${this.#options.token}`) {
      return { status: 403, body: { detail: 'Invalid token' } };
    }
    try {
      const { method = 'GET' } = message;
      if (method === 'GET') return this.#read(address, endpoint);
      const body = text === '' ? {} : (JSON.parse(text) as Body);
      return (
        write(store, method, endpoint, address.searchParams, body) ?? {
          status: 405,
          body: { detail: `Method "${method}" not allowed.` },
        }
      );
    } catch (error) {
      if (error instanceof Refusal) return error.answer;
      if (error instanceof Breakdown) return { status: 500 };
      throw error;
    }
  }

  #read(address: URL, endpoint: string): Answer {
    if (endpoint === 'workspace') {
      return {
        status: 200,
        body: {
          uuid: '8b3ecb3c-3f4e-4ac6-9e4f-0c2fe8b0cf16',
          name: 'Ledger',
          country: 'RW',
          languages: ['eng', 'fra'],
          timezone: 'Africa/Kigali',
          date_style: 'day_first',
          anon: false,
          credits: { used: -1, remaining: -1 },
          primary_language: 'eng',
        },
      };
    }
    const { pageSize = 250 } = this.#options;
    return (
      readList(this.store, endpoint, address, pageSize) ?? {
        status: 404,
        body: { detail: 'Not found.' },
      }
    );
  }

  /** What is sent where nothing strikes, with the headers that RapidPro has. */
  #draft({ status, body }: Answer): Draft {
    const { clock, line } = this.store;
    const { ahead } = this.#options;
    const own: { [name: string]: string } =
      line === 'v9'
        ? { 'x-temba-org': '1' }
        : { 'x-temba-workspace': '8b3ecb3c-3f4e-4ac6-9e4f-0c2fe8b0cf16' };
    const date: { [name: string]: string } =
      ahead === undefined ? { date: new Date(clock.milliseconds).toUTCString() } : {};
    if (status === 500) {
      const text = 'Server Error. Site administrators have been notified.';
      return { status, headers: { ...own, ...date, 'content-type': 'text/html' }, text };
    }
    // RapidPro 9 behind nginx promises two bytes that never come.
    const length: { [name: string]: string } =
      status === 204 && line === 'v9' ? { 'content-length': '2' } : {};
    const text = status === 204 ? '' : JSON.stringify(body);
    return { status, headers: { ...JSON_TYPE, ...own, ...date, ...length }, text };
  }

  async #strike(fault: Fault, response: ServerResponse, draft: Draft): Promise<void> {
    response.on('error', () => {});
    const isSilent = await strike(fault, response, draft, this.#random, this.store.clock);
    if (!isSilent) return;
    this.silent++;
    response.on('close', () => {
      this.silent--;
      this.onSilence();
    });
    this.onSilence();
  }
}

/** A small RapidPro on loopback. Each workspace has a path of its own, as behind a proxy. */
export class LedgerServer {
  readonly #server: Server;
  readonly #workspaces = new Map<string, Workspace>();
  #opened = 0;

  constructor() {
    this.#server = createServer((message, response) => {
      const address = new URL(message.url ?? '/', `http://${message.headers.host}`);
      const workspace = this.#workspaces.get(address.pathname.split('/')[1] ?? '');
      if (workspace) void workspace.handle(message, response, address);
      else response.writeHead(404).end();
    });
    // Clients give idle connections up first.
    this.#server.keepAliveTimeout = 0;
    this.#server.on('connection', socket => socket.on('error', () => {}));
  }

  async start(): Promise<void> {
    await new Promise<void>(resolve => this.#server.listen(0, '127.0.0.1', resolve));
  }

  /** Opens a workspace, and tells its address for a credential. */
  open(store: Store, options: WorkspaceOptions): { workspace: Workspace; host: string } {
    const name = `w${this.#opened++}`;
    const workspace = new Workspace(store, options);
    this.#workspaces.set(name, workspace);
    const { port } = this.#server.address() as AddressInfo;
    return { workspace, host: `http://127.0.0.1:${port}/${name}/` };
  }

  close(workspace: Workspace): void {
    for (const [name, one] of this.#workspaces) {
      if (one === workspace) this.#workspaces.delete(name);
    }
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise(resolve => this.#server.close(resolve));
  }
}
