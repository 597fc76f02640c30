import { createSandbox, type LoggedRequest, type Sandbox } from '@openfn/rapidpro-sandbox';
import type { RapidProError } from '../../../src/errors/errors.js';
import type { Dialect } from '../../../src/resources.js';
import type { Operation, State } from '../../../src/types/state.js';
import type { Case } from './cases.js';
import { type Fault, isSlow, TIMEOUT } from './faults.js';
import { VirtualTime } from './time.js';
import { worldOf } from './world.js';

/** Seconds in the Retry-After of a 429: three such waits are as long as an operation may wait. */
export const RETRY_AFTER = 20;

/** Milliseconds between two drops of an answer: far more than a request's time. */
const DROP = 1500;

/** Which request a fault strikes, counted from 0, and whether all that follow too. */
export interface FaultPoint {
  fault: Fault;
  position: number;
  forever: boolean;
}

/** How an operation ended: the state that it left, or the error that it threw. */
export interface Ending {
  state?: State;
  error?: RapidProError;
  /** Seconds of every wait, in order. */
  waits: number[];
  /** Seconds that went by in waiting; waits side by side count once. */
  waited: number;
}

/** What came of an operation with a fault in its way. */
export interface Trial extends Ending {
  requests: LoggedRequest[];
  world: string[];
  /** The world before. */
  initial: string[];
  /** The fault is over in it. */
  sandbox: Sandbox;
}

/** A pattern for any path that can be switched off: the fault is over then. */
class Switch extends RegExp {
  isOn = true;

  override test(): boolean {
    return this.isOn;
  }
}

/** Runs an operation as a step of a job. */
export async function attempt(
  operation: Operation,
  sandbox: Sandbox,
  state: State = {},
): Promise<Ending> {
  const time = new VirtualTime();
  const configuration = { host: sandbox.host, token: sandbox.token };
  const end = await time.run(() =>
    operation({ ...state, configuration }).then(
      next => ({ state: next }),
      (error: RapidProError) => ({ error }),
    ),
  );
  return { ...end, waits: time.waits, waited: time.ahead / 1000 };
}

/** Tries an operation in a sandbox of its own, which the caller closes. */
export async function tryOut(
  one: Case,
  dialect: Dialect,
  { fault, position, forever }: FaultPoint,
  initial: string[],
): Promise<Trial> {
  const sandbox = await createSandbox({ ...one.seed, dialect });
  const path = new Switch('any');
  sandbox.fault({
    ...fault,
    when: { path, nth: position + 1 },
    times: forever ? Number.POSITIVE_INFINITY : 1,
    ...(fault.kind === 'throttle' ? { retryAfter: RETRY_AFTER } : {}),
    ...(fault.kind === 'drip' ? { milliseconds: DROP } : {}),
  });
  const options = isSlow(fault) ? { timeout: TIMEOUT } : {};
  const end = await attempt(one.operation(options), sandbox);
  const requests = sandbox.requests();
  path.isOn = false;
  const world = await worldOf(sandbox);
  return { ...end, requests, world, initial, sandbox };
}
