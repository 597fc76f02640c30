import { composeNextState } from '@openfn/language-common';
import { z } from 'zod';
import { SHORTEST_SECRET, webhookSecretOf } from './configuration.js';
import { fail } from './errors/errors.js';
import { check, type Given, refuseMore } from './input/check.js';
import { expand, inOperation } from './input/expand.js';
import { count, log } from './input/log.js';
import { OPTIONS, refuseUnknownOptions } from './input/options.js';
import { makeOperation, named } from './input/run.js';
import { requireState } from './operations/base/operation.js';
import type { Operation, Reference, State } from './types/state.js';
import { readPush } from './webhook/parsePush.js';
import { type Push, type PushOptions, plain, pushSchema } from './webhook/push.js';
import { checkSecret, type ExpectedSecret } from './webhook/request.js';
import { withoutSecret } from './webhook/withoutSecret.js';

export { fromRun, parsePush } from './webhook/parsePush.js';
export type {
  Push,
  PushChannel,
  PushContact,
  PushFlow,
  PushInput,
  PushOptions,
  PushRequest,
  PushResult,
  PushRun,
  PushStep,
  PushUrn,
  ValueOptions,
} from './webhook/push.js';

const NAMES: { [kind in Push['kind']]: string } = {
  webhook: 'a Call Webhook node',
  legacy: 'a Call Webhook node of an old flow',
  resthook: 'a resthook',
  run: 'a run',
};

function checkSimulation({ simulation }: Push, simulations: PushOptions['simulations']): void {
  if (!simulation) return;
  if (simulations !== 'stop') {
    log.warn('This push comes from the simulator: its contact does not exist');
    return;
  }
  throw fail(
    'SIMULATION',
    'This push comes from the simulator, and the job stops for these.',
    'Nothing is wrong: somebody tried the flow. To process these pushes, leave out { simulations: "stop" }.',
  );
}

/** Authors may write a body of their own, so it is not refused. */
function warnOfStranger(push: Push): void {
  if (Object.keys(pushSchema().shape).some(key => key in push)) return;
  log.warn(
    'This push has nothing that RapidPro sends by itself, such as contact, flow or results. Its keys are in data.other',
  );
}

/** The state without the credential, which contains the secret for good reason. */
function hideSecret({ configuration, ...state }: State, text: string): State {
  const clean = withoutSecret(state, text);
  return configuration === undefined ? clean : { configuration, ...clean };
}

/**
 * Read the push that started the job: the body that a Call Webhook node or a resthook of RapidPro sent to a webhook of OpenFn. It needs no credential, unless it checks a secret.
 * @public
 * @function
 * @example <caption>The first step of a job that a flow starts</caption>
 * webhook.parse({ numbers: ['cases'] });
 * fn(state => ({ ...state, cases: state.data.results.cases.value }));
 * @example <caption>Refuse pushes without the secret of the credential</caption>
 * webhook.parse({ header: 'X-Secret' });
 * @example <caption>The secret is in the address: …?secret=…</caption>
 * webhook.parse({ query: 'secret' });
 * @param {PushOptions} [options] - `numbers` (true, or a list of result keys; default: false), `header` or `query` (where the push has the secret; default: no check), `secret` (default: `webhookSecret` of the credential), `simulations` (`'stop'` or `'keep'`; default: `'keep'`), `request` (where the headers are; default: `$.request`).
 * @state {object} data - The push: `kind`, `key`, `contact`, `flow`, `run`, `results`, `input`, `channel`, `path`, `simulation`, `other`. Keys that were not sent are missing.
 * @throws {RapidProError} `INVALID_SECRET` before anything else is read; `INVALID_INPUT` if the body is not an object, or if one of its known keys is not as RapidPro writes it; `SIMULATION`; `INVALID_OPTION`; `INVALID_CONFIGURATION` if the credential has no secret.
 * @returns {Operation}
 */
export function parse(options?: Reference<PushOptions>): Operation {
  const given: Given = arguments;
  return named(
    'webhook.parse',
    makeOperation(async state => {
      requireState(state);
      refuseMore('webhook.parse', given, [options]);
      const { secret, numbers, simulations, request = state.request } = settingsOf(state, options);
      if (secret) checkSecret(secret, request);
      const headers = (request as { headers?: object } | null | undefined)?.headers;
      const push = readPush(state.data, headers, numbers);
      checkSimulation(push, simulations);
      warnOfStranger(push);
      const results = count(Object.keys(push.results ?? {}).length, 'result');
      log.info(`Received a push from ${NAMES[push.kind]} with ${results}`);
      const next = composeNextState({ ...state, data: plain(state.data) }, push) as State;
      return secret ? hideSecret(next, secret.text) : next;
    }),
  );
}

const name = z.string({ error: 'must be text' }).trim().min(1, { error: 'is empty' }).optional();

const schema = z.object(
  {
    secret: z
      .string({ error: 'must be text' })
      .min(SHORTEST_SECRET, { error: `must have at least ${SHORTEST_SECRET} characters` })
      .optional(),
    header: name,
    query: name,
    request: z.looseObject({}, { error: 'must be an object with "headers"' }).optional(),
    numbers: OPTIONS.numbers.check,
    simulations: z.enum(['stop', 'keep'], { error: 'must be "stop" or "keep"' }).optional(),
  },
  { error: 'must be an object: { numbers: true }' },
);

const KNOWN = Object.keys(schema.shape);

/** An option that protects something must not fail open, misspelled or empty. */
function checkGiven(options: unknown): void {
  if (options === null || typeof options !== 'object') return;
  refuseUnknownOptions(options, KNOWN);
  for (const [key, value] of Object.entries(options)) {
    if (value === undefined || value === null || value === '') {
      throw fail(
        'INVALID_OPTION',
        `The option "${key}" is empty.`,
        'It refers to missing data, so nothing was checked or read. Check the name after $ or state, and the credential.',
      );
    }
  }
}

function requireCredentialSecret(state: State): string {
  const text = webhookSecretOf(state.configuration);
  if (text.length >= SHORTEST_SECRET) return text;
  throw fail(
    'INVALID_CONFIGURATION',
    text === ''
      ? 'The job checks a secret, but the credential has no webhookSecret.'
      : `The webhookSecret in the credential has fewer than ${SHORTEST_SECRET} characters.`,
    'Choose a RapidPro credential for this step, and enter the secret that the flow sends as its "Webhook secret".',
  );
}

function secretOf(
  state: State,
  { secret, header, query }: PushOptions,
): ExpectedSecret | undefined {
  const places = [header, query].filter(place => place !== undefined);
  if (secret === undefined && places.length === 0) {
    if (webhookSecretOf(state.configuration) !== '') {
      log.warn(
        "The credential has a webhookSecret, but this job does not check it. Write webhook.parse({ header: 'X-Secret' })",
      );
    }
    return undefined;
  }
  if (places.length === 1) {
    return { text: secret ?? requireCredentialSecret(state), header, query };
  }
  throw fail(
    'INVALID_OPTION',
    places.length === 0
      ? 'The options have a secret, but neither "header" nor "query", which say where the push has it.'
      : 'The secret can be in only one place.',
    "Write { header: 'X-Secret' }, or { query: 'secret' }.",
  );
}

function expandOptions(state: State, options: unknown): unknown {
  try {
    return expand(state, options, 'options');
  } catch (error) {
    throw inOperation(error, 'webhook.parse');
  }
}

/** Checks the options of `webhook.parse`. */
function settingsOf(state: State, options: unknown) {
  const expanded = expandOptions(state, options);
  if (typeof options === 'function' && !expanded) {
    throw fail(
      'INVALID_OPTION',
      'The options are empty.',
      'They refer to missing data. Check the name.',
    );
  }
  checkGiven(expanded);
  const checked = check(schema, expanded ?? {}, 'options', 'INVALID_OPTION') as PushOptions;
  return { ...checked, secret: secretOf(state, checked) };
}
