import { ServerError } from '../core/reply.js';
import type { Micros } from '../state/clock.js';
import type { Field, Group } from '../state/model.js';
import type { Workspace } from '../state/workspace.js';

/** The flow engine behind the API. It can be down, and its cache can be stale. */
export class Engine {
  /** While true, every request that needs the engine fails with a server error. */
  down = false;

  #work = new Set<Promise<unknown>>();

  constructor(
    /** Seconds for which the engine caches a workspace. */
    readonly cacheSeconds: number,
  ) {}

  /** Tracks work that continues after the response. */
  later(work: unknown): void {
    if (!(work instanceof Promise)) return;
    const kept = work.finally(() => this.#work.delete(kept));
    this.#work.add(kept);
  }

  /** Call this before an operation that `v9` only queues, or does without its engine. */
  requireInTextit(workspace: Workspace): void {
    if (workspace.dialect === 'textit') this.require(workspace);
  }

  /** Does what was queued: at once, or when the engine is up again. */
  queued(workspace: Workspace, work: () => unknown): void {
    if (this.down) {
      workspace.schedule.plan(workspace.ticker.now(), work);
      return;
    }
    this.require(workspace);
    this.later(work());
  }

  /** Resolves when all tracked work is done. */
  async settled(): Promise<void> {
    while (this.#work.size > 0) await Promise.all(this.#work);
  }

  /** Call this before each engine operation, while nothing has changed yet. */
  require(
    workspace: Workspace,
    { groups = [], fields = [] }: { groups?: Iterable<Group>; fields?: Iterable<Field> } = {},
  ): void {
    if (this.down) throw new ServerError('the engine is down');
    if (this.cacheSeconds === 0) return;
    const read = this.#lastRead(workspace);
    const unknown = [...groups, ...fields].some(made => made.madeOn > read);
    if (unknown) throw new ServerError('the engine does not know this object yet');
  }

  #lastRead(workspace: Workspace): Micros {
    const now = workspace.ticker.now();
    const fresh =
      workspace.engineReadOn !== null &&
      now - workspace.engineReadOn < this.cacheSeconds * 1_000_000;
    if (!fresh) workspace.engineReadOn = now;
    return workspace.engineReadOn ?? now;
  }
}
