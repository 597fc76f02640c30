import { randomBytes } from 'node:crypto';
import type { Dialect, Resource, Scope } from '../../../src/resources.js';
import type { Access } from '../core/auth.js';
import { invalidAsAWhole } from '../core/reply.js';
import { Throttle } from '../core/throttle.js';
import { fire } from '../engine/campaign-fire.js';
import { Engine } from '../engine/engine.js';
import { type MovableClock, Ticker } from './clock.js';
import { newUuid, Sequences } from './ids.js';
import type { Role, User } from './model.js';
import { Schedule } from './schedule.js';
import { Workspace, type WorkspaceSettings } from './workspace.js';

interface ServerSettings {
  dialect: Dialect;
  clock: MovableClock;
  /** Seconds for which the engine does not see new groups and fields. */
  engineCache: number;
  /** Whether the empty responses of `v9` have two stray bytes. */
  rawNoContent: boolean;
  /** The host names that the site accepts; undefined for all. */
  hosts?: readonly string[] | undefined;
}

/** The name of a rate limit. */
export const counterOf = ({ id }: Workspace, scope: Scope): string => `${id} ${scope}`;

/** A server: its workspaces, their tokens, the engine and the rate limits. */
export class Server {
  readonly dialect: Dialect;
  readonly ticker: Ticker;
  readonly sequences = new Sequences();
  readonly engine: Engine;
  readonly schedule = new Schedule();
  readonly throttle = new Throttle();
  readonly workspaces: Workspace[] = [];
  #access = new Map<string, Access>();
  #idleUntil = 0;

  constructor(readonly settings: ServerSettings) {
    this.dialect = settings.dialect;
    this.ticker = new Ticker(settings.clock);
    this.engine = new Engine(settings.engineCache);
  }

  get rawNoContent(): boolean {
    return this.settings.rawNoContent;
  }

  allowsHost(hostname: string): boolean {
    return this.settings.hosts?.includes(hostname) ?? true;
  }

  addWorkspace(settings: WorkspaceSettings): Workspace {
    const id = this.sequences.next('workspace');
    const { dialect, ticker, sequences, schedule } = this;
    const workspace = new Workspace(id, dialect, settings, { ticker, sequences, schedule });
    workspace.onDue = (event, contact) => fire(workspace, event, contact);
    this.workspaces.push(workspace);
    return workspace;
  }

  addUser(workspace: Workspace, email: string, name: readonly [string, string], role: Role): User {
    return workspace.users.add({
      id: this.sequences.next('user'),
      uuid: newUuid(),
      email,
      firstName: name[0],
      lastName: name[1],
      role,
      team: null,
      createdOn: this.ticker.tick(),
    });
  }

  grant(
    workspace: Workspace,
    user: User,
    name: string,
    token = randomBytes(20).toString('hex'),
  ): string {
    this.#access.set(token, { token, workspace, user, name });
    return token;
  }

  revoke(token: string): void {
    this.#access.delete(token);
  }

  find(token: string): Access | undefined {
    return this.#access.get(token);
  }

  /** Counts a request against its rate limit, or refuses it. */
  count(workspace: Workspace, resource: Resource): void {
    const scope: Scope = resource.throttle?.[this.dialect] ?? 'v2';
    const rate = workspace.settings.rates[scope];
    this.throttle.admit(counterOf(workspace, scope), rate, this.settings.clock.now());
  }

  /** Does what has fallen due since the last look, each at its own time: messages move on, campaigns send. */
  catchUp(): void {
    const { clock } = this.settings;
    for (;;) {
      // What the engine could not do while it was down it does when it is up again.
      if (this.engine.down) this.#idleUntil = clock.now();
      const due = this.engine.down ? undefined : this.schedule.take(Math.round(clock.now() * 1000));
      if (!due) return;
      const at = Math.max(due.at / 1000, this.#idleUntil);
      if (due.act) this.engine.later(clock.showing(at, due.act));
    }
  }

  /** A flagged or suspended workspace is read-only. */
  checkStanding({ settings }: Workspace): void {
    const state = settings.suspended ? 'suspended' : settings.flagged ? 'flagged' : undefined;
    if (!state) return;
    throw invalidAsAWhole(
      `Sorry, your workspace is currently ${state}. To re-enable starting flows and sending messages, please contact support.`,
    );
  }
}
