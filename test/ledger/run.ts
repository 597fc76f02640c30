import { setTimeout as delay } from 'node:timers/promises';
import type { Case } from './cases.js';
import { codeOf, wrongError } from './judge.js';
import { type End, type Plan, Scene } from './scene.js';
import { type Column, planOf } from './schedule.js';
import { LedgerServer } from './server/server.js';

/** Seconds of real time after which a run is taken to hang. */
const PATIENCE = 30;

/** All runs of a file meet one server, each in a workspace of its own. */
export const server = new LedgerServer();

/** What came of a run. */
export interface Outcome {
  /** What is wrong: nothing where all is well. */
  wrong: string[];
  requests: number;
}

async function endOf(operate: () => Promise<End['state']>): Promise<End> {
  const over = new AbortController();
  const patience = delay(PATIENCE * 1000, undefined, { signal: over.signal, ref: false }).then(
    () => ({ error: new Error(`no end after ${PATIENCE} seconds`) }),
    () => ({}),
  );
  const work = operate().then(
    (state): End => (state ? { state } : {}),
    (error: unknown): End => ({ error: error ?? new Error('threw nothing') }),
  );
  const end = await Promise.race([work, patience]);
  over.abort();
  return end;
}

/** A fault that passes must end well, and so must a run without one. */
function notSurvived(one: Case, plan: Plan, end: End): string[] {
  if (end.error === undefined || !plan.isPassing) return [];
  if (!one.isSafe && !plan.isThrottled) return [];
  if (one.mayBeUnsure && codeOf(end) === 'OUTCOME_UNKNOWN') return [];
  return [`not survived: ${codeOf(end)}`];
}

async function carryOut(one: Case, plan: Plan): Promise<Outcome> {
  const scene = Scene.open(server, plan);
  try {
    const { operate, judge } = one.prepare(scene);
    const end = await endOf(operate);
    const wrong = [...wrongError(end, scene), ...notSurvived(one, plan, end), ...judge(end)];
    return { wrong, requests: scene.workspace.requests.length };
  } finally {
    server.close(scene.workspace);
  }
}

const lengths = new Map<string, number>();

/** How many requests an operation makes when nothing happens to it. */
async function lengthOf(one: Case, column: Column, seed: number): Promise<number> {
  const plan = { ...planOf(one, column, seed, 1), faults: new Map(), changes: [] };
  const { line, instant, pageSize } = plan;
  const name = [one.name, line, instant, pageSize].join();
  const known = lengths.get(name);
  if (known !== undefined) return known;
  const { requests } = await carryOut(one, { ...plan, isOdd: false, isAhead: false });
  lengths.set(name, requests);
  return requests;
}

/** One run: an operation, what happens to it, and a seed. */
export async function runOnce(one: Case, column: Column, seed: number): Promise<Outcome> {
  const hasFaults = planOf(one, column, seed, 1).faults.size > 0;
  const requests = hasFaults ? await lengthOf(one, column, seed) : 0;
  return carryOut(one, planOf(one, column, seed, requests));
}
