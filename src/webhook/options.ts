import { z } from 'zod';
import { SHORTEST_SECRET, webhookSecretOf } from '../configuration.js';
import { fail } from '../errors/errors.js';
import { check } from '../input/check.js';
import { expand } from '../input/expand.js';
import { log } from '../input/log.js';
import { refuseUnknownOptions } from '../input/options.js';
import { OPTIONS } from '../input/optionTable.js';
import type { Dictionary } from '../types/json.js';
import type { State } from '../types/state.js';
import type { PushOptions } from './push.js';
import type { Secret } from './secret.js';

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

interface PushSettings extends Omit<PushOptions, 'secret' | 'header' | 'query'> {
  secret?: Secret;
}

/** An option that protects something must not fail open, misspelled or empty. */
function checkGiven(options: unknown): Dictionary {
  if (options === null || typeof options !== 'object') return {};
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
  return options as Dictionary;
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

function secretOf(state: State, { secret, header, query }: PushOptions): Secret | undefined {
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
    'The secret can be in only one place.',
    "Write { header: 'X-Secret' }, or { query: 'secret' }.",
  );
}

/**
 * Checks the options of `webhook.parse`.
 *
 * @throws RapidProError `INVALID_OPTION`, `INVALID_CONFIGURATION`
 */
export function checkPushOptions(state: State, options: unknown): PushSettings {
  const expanded = expand(state, options, 'options');
  if (typeof options === 'function' && !expanded) {
    throw fail(
      'INVALID_OPTION',
      'The options are empty.',
      'They refer to missing data. Check the name.',
    );
  }
  checkGiven(expanded);
  const checked = check(schema, expanded ?? {}, 'options', 'INVALID_OPTION') as PushOptions;
  const { secret: _, header: __, query: ___, ...rest } = checked;
  const secret = secretOf(state, checked);
  return secret ? { ...rest, secret } : rest;
}
