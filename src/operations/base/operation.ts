import { composeNextState } from '@openfn/language-common';
import { Client } from '../../client/client.js';
import { Limiter, type WaitReason } from '../../client/limiter.js';
import { proxyFor } from '../../client/proxy.js';
import { type Configuration, parseConfiguration } from '../../configuration.js';
import { fail } from '../../errors/errors.js';
import { type Given, refuseMore } from '../../input/check.js';
import {
  expand,
  expandArgument,
  expandEach,
  ignoreFailures,
  inOperation,
  isThenable,
} from '../../input/expand.js';
import { log, logOf } from '../../input/log.js';
import { checkOptions, type Settings } from '../../input/options.js';
import {
  handOver,
  inJobsCode,
  isOperation,
  makeOperation,
  named,
  untilAnswered,
} from '../../input/run.js';
import { guardOf, type SecretGuard } from '../../input/secrets.js';
import { rapidproOf, withRapidpro } from '../../state/checkpoint.js';
import type { Dictionary } from '../../types/json.js';
import type { Callback, Operation, State } from '../../types/state.js';
import { logStrangeResult, withCallback } from './callback.js';
import { withNameAdvice } from './nameAdvice.js';
import { WorkspaceFacts } from './workspaceFacts.js';

/** What an operation's own part gets. */
export interface Call<Name extends string> {
  client: Client;
  configuration: Configuration;
  options: Settings;
  /** The arguments, with references replaced by values. */
  args: { [Key in Name]: unknown };
  /** What the rules need to know about the workspace, read when first needed. */
  facts: WorkspaceFacts;
  /** The state that the next one is made from. An operation that runs others puts their state here. */
  state: State;
}

/** What a look needs: whom to ask, and what is known of the workspace. */
export type Access = Pick<Call<never>, 'client' | 'facts'>;

interface Plan<Name extends string> {
  /** The arguments as the job wrote them, by name. */
  args: { [Key in Name]: unknown };
  /** An argument that is not JSON, which the operation's own part resolves. */
  resolvedLater?: unknown;
  /** The argument with a list of items that succeed or fail independently. */
  each?: Name;
  options?: unknown;
  /** The options it takes besides `timeout` and `maxWait`. */
  knownOptions?: readonly string[];
  /** True for a run over many contacts, some of them in parallel. */
  isBulk?: boolean;
  /** The operation's own part: checks, requests, and what it leaves in `state.data`. */
  run(call: Call<Name>): Promise<unknown>;
  /** Where jobs of version 2 may give one. */
  callback?: Callback | undefined;
  /** Other operations that the job gave it. It calls them. */
  operations?: readonly unknown[];
}

/** Credentials of which the log has told, once each. They are kept only as long as their state. */
const logged = new WeakSet<object>();

function connect(state: State): Configuration {
  const configuration = parseConfiguration(state.configuration);
  const key = state.configuration as object;
  if (!logged.has(key)) logConnection(configuration);
  logged.add(key);
  return configuration;
}

function logConnection({ insecure, origin }: Configuration): void {
  if (insecure) {
    log.warn(
      '"host" in the credential starts with http://, so the token is sent unencrypted. Use https://.',
    );
  }
  // If a server cannot be reached, people must know that there is a proxy.
  const proxy = proxyFor(new URL(origin));
  if (proxy) log.info(`requests go through the proxy ${proxy.origin} (${proxy.variable})`);
}

function whyWait(reason: WaitReason): string {
  if (reason === 'new') return 'until RapidPro has processed what was just created or changed';
  return `because of ${reason === 'throttled' ? "RapidPro's rate limit" : 'a failed request'}`;
}

function logWait(name: string, seconds: number, reason: WaitReason): void {
  if (seconds >= 1) logOf(name).info(`waiting ${Math.ceil(seconds)} s ${whyWait(reason)}`);
}

/** When an earlier step created a group, field or topic: for some seconds, RapidPro cannot use it. */
function madeOn(state: State): number | undefined {
  const { madeOn } = rapidproOf(state);
  return typeof madeOn === 'number' ? madeOn : undefined;
}

/** Options from a function of state that evaluate to nothing are missing data. */
function expandOptions(state: State, options: unknown, secrets: SecretGuard): unknown {
  const expanded = expand(state, options, 'options', secrets);
  if (expanded !== undefined && expanded !== null) return expanded;
  if (typeof options !== 'function') return {};
  throw fail(
    'INVALID_OPTION',
    'The options are empty.',
    'They refer to missing data. Nothing was sent. Check the name after $ or state.',
  );
}

function refuse(description: string, fix: string): never {
  throw fail(
    'INVALID_INPUT',
    description,
    `This operation sent nothing; what ran before it is done. ${fix}`,
  );
}

/** Makes sure that an earlier step has not lost the state. */
export function requireStateAtAll(state: unknown): asserts state is State {
  if (isOperation(state)) {
    refuse(
      'An earlier fn() returned an operation instead of the state, and the operation did not run.',
      'Write the operation outside of fn(), or call it: fn(state => upsertContact(…)(state))',
    );
  }
  const lost = lostAs(state);
  if (!lost) return;
  if (isThenable(state)) {
    refuse(
      'The state is a promise: nothing waited for the operation before.',
      'Write await before each call: state = await upsertContact(…)(state)',
    );
  }
  refuse(
    `An earlier fn() returned ${lost}.`,
    'Return the state at the end: fn(state => { …; return state; })',
  );
}

/** A step that returns an operation instead of a state: it should have called it. */
export function refuseUncalled(name: string, given: unknown): void {
  if (!isOperation(given)) return;
  handOver(given);
  throw fail(
    'INVALID_INPUT',
    `${name}() got ${(given as Operation).name || 'an operation'} without its parentheses, or in a function that does not call it, so it did not run.`,
    'Write the operation with its parentheses: upsertContact({ … }). In a function, call it with the state: state => upsertContact({ … })(state)',
  );
}

/** What is there instead of the state, if it is not a state. */
export function lostAs(state: unknown): string | undefined {
  if (state === undefined || state === null || state === '') return 'no state';
  if (typeof state !== 'object' || Array.isArray(state) || isThenable(state)) {
    return `${whatItIs(state)} instead of the state`;
  }
  // The platform turns a missing one into an empty one.
  return Object.keys(state).length === 0 ? 'no state' : undefined;
}

/** What a value is, without showing any of it. */
export function whatItIs(value: unknown): string {
  if (value === undefined || value === null || value === '') return 'missing';
  if (Array.isArray(value)) return 'a list';
  if (isOperation(value)) return 'an operation';
  if (typeof value === 'string') return 'a text';
  if (typeof value !== 'object') return `a ${typeof value}`;
  return isThenable(value) ? 'a promise' : 'an object';
}

/** Makes sure that the next state can be made from this one. Afterwards, it would be too late. */
export function requireState(state: unknown): asserts state is State {
  requireStateAtAll(state);
  const { references } = state as { references?: unknown };
  if (references === undefined || references === null || Array.isArray(references)) return;
  refuse(
    'state.references is not a list.',
    'Make it a list, or leave it out. Keep the values of your job under another name.',
  );
}

function requireCallback(callback: unknown): void {
  if (!callback || typeof callback === 'function') return;
  refuse(
    'The callback is not a function.',
    'Write a function of state, or leave it out: the next operation runs afterwards anyway.',
  );
}

/**
 * The call of an operation: what the job gave, with references replaced and checked, and a client for it. Nothing was
 * sent.
 */
export async function prepare<Name extends string>(
  name: string,
  given: Given,
  state: State,
  plan: Omit<Plan<Name>, 'run'>,
): Promise<Call<Name>> {
  try {
    requireState(state);
    refuseMore(name, given, [
      ...Object.values(plan.args),
      plan.resolvedLater,
      plan.options,
      plan.callback,
    ]);
    requireCallback(plan.callback);
    const configuration = connect(state);
    const secrets = guardOf(configuration);
    const args: Dictionary = {};
    for (const [name, value] of Object.entries(plan.args)) {
      args[name] =
        name === plan.each
          ? await expandEach(state, value, name, secrets)
          : expandArgument(state, value, name, secrets);
    }
    const options = checkOptions(expandOptions(state, plan.options, secrets), plan.knownOptions);
    const limiter = new Limiter({
      ...options,
      isBulk: plan.isBulk,
      madeOn: madeOn(state),
      onWait: (seconds, reason) => logWait(name, seconds, reason),
    });
    const client = new Client(configuration, { timeout: options.timeout, limiter });
    const facts = new WorkspaceFacts(state, client);
    return { client, configuration, options, args: args as Call<Name>['args'], facts, state };
  } catch (error) {
    // After what was refused there may be more, which is no longer checked.
    ignoreFailures([plan.args, plan.options, plan.resolvedLater]);
    throw inOperation(error, name);
  }
}

/**
 * The one way in which an operation runs: expand, check, request, compose the next state.
 *
 * `state.data` becomes the result of `run`, the previous `data` joins `state.references`, and `state.response` describes
 * the requests in a few plain values. Nothing is thrown while the operation is created.
 */
export function operation<Name extends string>(
  name: string,
  given: Given,
  written: Plan<Name>,
): Operation {
  const plan = withCallback(written);
  const { callback, operations = [] } = plan;
  const run = async (state: State): Promise<State> => {
    const started = performance.now();
    const call = await prepare(name, given, state, plan);
    const { client, facts } = call;
    const data = await plan.run(call).catch(async error => {
      throw inOperation(await withNameAdvice(error, call.configuration, client.timeout), name);
    });
    if (client.last?.path === 'fields' && client.last.method === 'POST') facts.forgetFields();
    const { made } = client.limiter;
    if (made) call.state = withRapidpro(call.state, 'madeOn', made);
    const last = client.last ?? { method: '', path: '', statusCode: 0 };
    const next: State = {
      // A copy: language-common adds references to a state that has none.
      ...composeNextState({ ...call.state }, data),
      response: {
        ...last,
        duration: Math.round(performance.now() - started),
        requests: client.requests,
      },
    };
    if (!callback) return next;
    const result = await inJobsCode(() => callback(next));
    logStrangeResult(result);
    return result;
  };
  return named(
    name,
    makeOperation(state => untilAnswered(() => run(state))),
    callback,
    operations,
  );
}
