import { type Environment, Evaluation, engineDateTime } from '../expressions/environment.js';
import { EnginePanic, OverLimit } from '../expressions/errors.js';
import { testNamed } from '../expressions/functions/index.js';
import { type Filled, type FilledValue, fillIn, valueIn } from '../expressions/template.js';
import { ErrorValue, isTrue, ObjectValue, toText, type Value } from '../expressions/values.js';
import { cut, lengthOf } from '../values/text.js';
import { leadsIntoRun, rootsOf, type Scene } from './scene.js';

/** A flow's text is cut to so many letters. */
const LONGEST = 10_000;

/** The text of a template in a flow, cut where the engine cuts it. Expressions that fail print nothing. */
export function filled(scene: Scene, template: string, place: string): string {
  return shortened(whole(scene, template, place));
}

/** The text of a template, however long: bodies of webhooks, and broadcasts. */
export function whole(scene: Scene, template: string, place: string): string {
  if (!template.includes('@')) return template;
  const result = fillIn(template, rootsOf(scene), environmentOf(scene));
  note(scene, result, place);
  return result.text;
}

/**
 * The value of a template: of an expression alone its own, otherwise its text. `asks`: whether somebody asks if it failed,
 * so that it is no news.
 */
export function evaluated(scene: Scene, template: string, place: string, asks = false): Value {
  const result = valueIn(template, rootsOf(scene), environmentOf(scene));
  note(scene, asks ? { ...result, failed: [] } : result, place);
  return result.value;
}

const shortened = (text: string): string =>
  lengthOf(text) <= LONGEST ? text : `${cut(text, LONGEST - 3)}...`;

type Noted = Pick<Filled | FilledValue, 'failed' | 'unknown' | 'plain' | 'panic'>;

/** Tells what the sandbox does not know, and what comes out otherwise than its writer meant: here and on a server. */
function note(scene: Scene, { failed, unknown, plain, panic }: Noted, place: string): void {
  const told = scene.workspace.unknown;
  for (const { what, expression } of unknown) told.tell({ what, expression, place });
  for (const { what, expression } of failed) told.tell({ what: failure(what), expression, place });
  for (const path of scene.run ? [] : plain.filter(leadsIntoRun)) {
    told.tell({ what: 'a name that only flows know', expression: `@${path}`, place });
  }
  if (panic !== undefined) told.tell({ what: afterPanic(panic), expression: '', place });
}

/** Why something failed, without texts that may be of a contact: so that it is told once, and not for each contact. */
const failure = (message: string): string =>
  `an error: ${VALUES.reduce((text, [open, close, instead]) => without(text, open, close, instead), message)}`;

/** Where messages of the engine show a text: how it begins and ends there, and what is told instead. */
const VALUES: readonly [open: string, close: string, instead: string][] = [
  ['"', '"', '"…"'],
  ["cannot parse '", "' as ", "cannot parse '…' as "],
  ['', ' is not a valid URN', 'this is not a valid URN'],
];

function without(text: string, open: string, close: string, instead: string): string {
  const from = text.indexOf(open);
  const to = text.lastIndexOf(close);
  return from < 0 || to <= from
    ? text
    : text.slice(0, from) + instead + text.slice(to + close.length);
}

/** How expressions are read and printed: in a flow in the contact's language, in a broadcast in the workspace's. */
export function environmentOf({ workspace, contact, run }: Scene): Environment {
  const { locale, settings, dialect } = workspace;
  const [first = ''] = settings.languages;
  const own = contact.language ?? '';
  return {
    dialect,
    timezone: locale.timezone,
    dateStyle: locale.dateStyle,
    country: locale.country,
    language: {
      language: run && settings.languages.includes(own) ? own : first,
      country: locale.country,
    },
    now: () => engineDateTime(workspace.ticker.now()),
    places: locale.places?.length ? locale.places : undefined,
  };
}

/** The text of a value; of an error none. */
export function plainText(scene: Scene, value: Value): string {
  const text = guarded(scene, 'a value', at => toText(at, value));
  return typeof text === 'string' ? text : '';
}

/** What a router's test matches in an operand with its arguments; undefined if nothing, or if it fails. */
export function matchOf(
  scene: Scene,
  type: string,
  args: readonly Value[],
  place: string,
): string | undefined {
  const test = testNamed(type);
  if (!test) {
    scene.workspace.unknown.tell({ what: `the test ${type}`, expression: '', place });
    return undefined;
  }
  const result = guarded(scene, place, at => test.call(at, args));
  // A failure of an argument is told with the argument.
  if (result instanceof ErrorValue && !args.some(arg => arg instanceof ErrorValue)) {
    scene.workspace.unknown.tell({ what: failure(result.message), expression: '', place });
  }
  if (!(result instanceof ObjectValue) || !isTrue(result)) return undefined;
  return plainText(scene, result.get('match') ?? null);
}

/** Runs something outside a template, with the same bounds. */
function guarded(scene: Scene, place: string, run: (at: Evaluation) => Value): Value {
  const { unknown } = scene.workspace;
  const tell = (what: string) => unknown.tell({ what, expression: '', place });
  try {
    return run(new Evaluation(environmentOf(scene), tell));
  } catch (thrown) {
    if (thrown instanceof ErrorValue) return thrown;
    if (thrown instanceof OverLimit) tell(thrown.what);
    else if (thrown instanceof EnginePanic) tell(afterPanic(thrown.message));
    else throw thrown;
    return null;
  }
}

const afterPanic = (message: string): string => `what happens after the engine breaks (${message})`;
