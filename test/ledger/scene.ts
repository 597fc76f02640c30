import type { Operation, State } from '../../src/types/state.js';
import { TOKEN } from '../support/credential.js';
import { type Change, type Listed, Reading } from './server/changes.js';
import type { Fault } from './server/faults.js';
import { Random } from './server/random.js';
import type { LedgerServer, Workspace } from './server/server.js';
import { type Contact, type Line, type Named, Store } from './server/store.js';
import { SECOND } from './server/time.js';
import { Simulation } from './simulation.js';

/** How many records share one moment. */
export const INSTANTS = [1, 100, 1000] as const;
export type Instant = (typeof INSTANTS)[number];

/** What is drawn from the seed before a run begins. */
export interface Plan {
  seed: number;
  line: Line;
  instant: Instant;
  /** Which request each fault strikes. */
  faults: Map<number, Fault>;
  /** What others do while a list is read; nothing: []. */
  changes: readonly Change[];
  /** True where the server's clock is 60 s ahead and tells no `Date`. */
  isAhead: boolean;
  /** True where one time of an answer is not a time. */
  isOdd: boolean;
  /** Records of a page. */
  pageSize: number;
  /** True where the faults pass, so that a read or a safe write ends well. */
  isPassing: boolean;
  /** True where nothing else is to be survived than the rate limit, which every operation does. */
  isThrottled: boolean;
  /** What the chance of the run is made of. */
  chance: string;
}

/** How a step of a job ended. */
export interface End {
  state?: State;
  error?: unknown;
}

/** Changes in one run, at most: a list that never stands still could be read for ever. */
const MOST_CHANGES = 5;

const AHEAD = 60;

/** One run: a workspace, its server, and what was asked of it. */
export class Scene {
  readonly store: Store;
  readonly random: Random;
  readonly token = TOKEN;
  readonly simulation: Simulation;
  /** Seconds that each answer takes. */
  latency = 0;
  reading: Reading | undefined;
  workspace!: Workspace;
  #host = '';
  #changes = 0;

  private constructor(readonly plan: Plan) {
    this.store = new Store(plan.line, undefined, plan.chance);
    this.random = new Random(plan.chance);
    this.simulation = new Simulation(this.store.clock, plan.isAhead ? AHEAD : 0);
  }

  static open(server: LedgerServer, plan: Plan): Scene {
    const scene = new Scene(plan);
    const { simulation, store } = scene;
    const { workspace, host } = server.open(store, {
      token: scene.token,
      pageSize: plan.pageSize,
      faults: plan.faults,
      seed: plan.chance,
      onPage: endpoint => scene.#onPage(endpoint),
      ...(plan.isAhead ? { ahead: AHEAD } : {}),
      ...(plan.isOdd ? { alter: body => scene.#alter(body) } : {}),
      wait: async () => {
        if (scene.latency > 0) await simulation.slow(scene.latency);
      },
    });
    scene.workspace = workspace;
    scene.#host = host;
    simulation.silent = () => workspace.silent;
    workspace.onSilence = simulation.wake;
    return scene;
  }

  /** Runs an operation as a step of a job. */
  async step(operation: Operation, state: State = {}): Promise<State> {
    const configuration = { host: this.#host, token: this.token };
    return this.simulation.run(() => operation({ ...state, configuration }));
  }

  /** From now on others work on the records of this list. */
  listen(listed: Listed, group?: Named): Reading {
    const reading = new Reading(this.store, listed, group?.uuid);
    reading.begin(this.plan.changes, this.random);
    this.reading = reading;
    return reading;
  }

  #onPage(endpoint: string): void {
    const { reading, random, plan } = this;
    if (!reading || endpoint !== reading.listed || plan.changes.length === 0) return;
    if (this.#changes >= MOST_CHANGES || !random.chance(0.8)) return;
    this.#changes++;
    reading.change(random.pick(plan.changes), random);
  }

  /** Others work on between two runs of a job. */
  disturb(): void {
    const { reading, random, plan } = this;
    if (reading && plan.changes.length > 0) reading.change(random.pick(plan.changes), random);
  }

  #isAltered = false;

  #alter(body: unknown): unknown {
    const { results } = (body ?? {}) as { results?: { [key: string]: unknown }[] };
    if (this.#isAltered || !Array.isArray(results) || !this.random.chance(0.6)) return body;
    if (!results.some(one => 'modified_on' in one)) return body;
    this.#isAltered = true;
    const at = this.random.pick([
      0,
      results.length - 1,
      this.random.between(0, results.length - 1),
    ]);
    const odd = this.random.pick([null, 'soon', '', 17, {}]);
    return {
      ...(body as object),
      results: results.map((one, index) =>
        index === at ? { ...one, modified_on: odd, created_on: odd } : one,
      ),
    };
  }

  /** People in the workspace from the beginning; as many share one moment as the plan says. */
  people(count: number, given: (place: number) => Partial<Contact> = () => ({})): Contact[] {
    return this.#moments(count).map((moment, place) =>
      this.store.addContact({
        name: `Person ${place}`,
        urns: [urnOf(place)],
        created: moment,
        modified: moment,
        ...given(place),
      }),
    );
  }

  /** Moments of records: long ago, or just now where clocks differ; apart from one another but for those that share an instant. */
  #moments(count: number): number[] {
    const { instant } = this.plan;
    const apart = this.plan.isAhead ? SECOND / 10 : SECOND + 7001;
    const since = this.plan.isAhead ? count * apart : 40 * 24 * 3600 * SECOND;
    const begin = this.store.clock.micros - since;
    return Array.from({ length: count }, (_, place) => {
      const step = Math.floor(place / instant) * instant;
      return begin + step * apart;
    });
  }

  messages(count: number): void {
    const [contact] = this.people(1);
    for (const moment of this.#moments(count)) {
      this.store.addMessage({ contact: contact?.uuid ?? '', created: moment, modified: moment });
    }
  }

  /** Runs of one flow; every fourth has called a webhook. */
  runs(count: number): string {
    const [contact] = this.people(1);
    const flow = this.flow();
    const node = this.random.uuid();
    for (const [place, moment] of this.#moments(count).entries()) {
      const call = { node, time: moment };
      this.store.addRun({
        contact: contact?.uuid ?? '',
        flow,
        created: moment,
        modified: moment,
        ...(place % 4 === 0 ? { path: [call], values: { webhook: call } } : {}),
      });
    }
    return flow;
  }

  flow(): string {
    const uuid = this.random.uuid();
    const created = this.store.clock.tick();
    this.store.flows.push({ uuid, name: 'Reminder', isArchived: false, created });
    return uuid;
  }

  group(name = 'Mothers'): Named {
    return this.store.addNamed('groups', name, '', false);
  }

  field(name: string): Named {
    return this.store.addNamed('fields', name, 'text', false);
  }

  /** How often a piece of work was done to somebody. */
  done(work: string, to?: string): number {
    return this.store.ledger.filter(entry => entry.work === work && (to ?? entry.to) === entry.to)
      .length;
  }

  /** All that are in the workspace and not deleted. */
  living(): Contact[] {
    return [...this.store.contacts.values()].filter(({ isDeleted }) => !isDeleted);
  }

  holders(urn: string): Contact[] {
    return this.living().filter(({ urns }) => urns.includes(urn));
  }
}

export const urnOf = (place: number) => `tel:+25078${String(place).padStart(7, '0')}`;
