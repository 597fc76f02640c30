import { createSandbox, type LoggedRequest } from '@openfn/rapidpro-sandbox';
import type { Dialect } from '../../../src/resources.js';
import type { State } from '../../../src/types/state.js';
import type { Case } from './cases.js';
import { attempt } from './trial.js';
import { type Difference, difference, linesOf, noteOn, worldOf } from './world.js';

/** What an operation does where nothing goes wrong. */
export interface Baseline {
  requests: LoggedRequest[];
  /** What each of the requests changes. */
  changes: Difference[];
  initial: string[];
  world: string[];
  state: State;
  data: string;
}

/** What an operation left in `state.data`, without what differs from run to run. */
export function plain(data: unknown): string {
  return JSON.stringify(data)
    .replace(
      /\b(?!00000000)[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b/g,
      'uuid',
    )
    .replace(/http:\/\/127\.0\.0\.1:\d+/g, 'host')
    .replace(/media\/[0-9a-f]{4}\//g, 'media/')
    .replace(/"id":\d+/g, '"id":0')
    .replace(/"\d{4}-\d\d-\d\dT[\d:.]+Z"/g, '"time"');
}

/** What a request writes on tickets, which the sandbox does not show. */
function notesOf({ body }: LoggedRequest): string[] {
  const { action, tickets = [] } = (body ?? {}) as { action?: string; tickets?: string[] };
  return action === 'add_note' ? tickets.map(noteOn) : [];
}

/** Runs an operation undisturbed, and looks after each request at what it has changed. */
export async function undisturbed(one: Case, dialect: Dialect): Promise<Baseline> {
  const requests: LoggedRequest[] = [];
  const changes: Difference[] = [];
  let lines: string[] = [];
  const sandbox = await createSandbox({
    ...one.seed,
    dialect,
    onRequest: request => {
      const before = lines;
      lines = linesOf(sandbox);
      const { gone, come } = difference(before, lines);
      requests.push(request);
      changes.push({ gone, come: [...come, ...notesOf(request)] });
    },
  });
  const initial = await worldOf(sandbox);
  requests.length = 0;
  changes.length = 0;
  lines = linesOf(sandbox);
  const { state, error } = await attempt(one.operation({}), sandbox);
  const data = plain(state?.data);
  const seen = [...requests];
  const world = await worldOf(sandbox);
  await sandbox.close();
  if (!state) throw error;
  return { requests: seen, changes, initial, world, state, data };
}
