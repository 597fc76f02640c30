import { Limiter } from '../../../src/client/limiter.js';
import { checkOptions, OPTIONS } from '../../../src/input/options.js';
import { WorkspaceFacts } from '../../../src/operations/base/workspaceFacts.js';
import type { BulkCall } from '../../../src/sync/bulkRun.js';
import type { SyncOptions, UpsertContactsOptions } from '../../../src/types/bulk.js';
import type { State } from '../../../src/types/state.js';
import { fakeClock } from '../../support/fakeClock.js';
import { type FakeOptions, fakeRapidPro, type Person } from './fakeRapidPro.js';

export interface RunPlan extends Pick<FakeOptions, 'before' | 'after'> {
  people?: Person[];
  /** As a job writes them. */
  options?: SyncOptions | UpsertContactsOptions;
  /** What an earlier run left. */
  rapidpro?: unknown;
  /** How many requests are sent side by side; here one after the other, so that their order is certain. */
  concurrency?: number;
  token?: string;
  /** Of the server: its host, port and path. */
  at?: string;
  /** Of the workspace. */
  country?: string;
}

export const GROUPS = [
  { uuid: 'g1', name: 'Mothers', query: null, count: 0 },
  { uuid: 'g2', name: 'Partners', query: null, count: 0 },
  { uuid: 'g3', name: 'Old', query: 'age > 50', count: 0 },
];
export const FIELDS = [
  { key: 'id', type: 'text' },
  { key: 'age', type: 'number' },
  { key: 'due', type: 'datetime' },
];

/** The call of a bulk operation, and a RapidPro that it works on. */
export function calling(contacts: unknown, plan: RunPlan = {}) {
  const { people = [], options = {}, rapidpro, concurrency = 1, token = 'a' } = plan;
  const limiter = new Limiter({ clock: fakeClock(), isBulk: true, concurrency });
  const server = fakeRapidPro(people, {
    limiter,
    groups: GROUPS,
    fields: FIELDS,
    ...(plan.at ? { at: plan.at } : {}),
    ...(plan.country ? { country: plan.country } : {}),
    ...(plan.before ? { before: plan.before } : {}),
    ...(plan.after ? { after: plan.after } : {}),
  });
  const configuration = { token };
  const state = { configuration, data: 'before', ...(rapidpro ? { rapidpro } : {}) } as State;
  const call = {
    args: { contacts },
    client: server.client,
    configuration,
    options: checkOptions(options, Object.keys(OPTIONS)),
    facts: new WorkspaceFacts(state, server.client),
    state,
  } as unknown as BulkCall;
  return { call, server, limiter, state };
}
