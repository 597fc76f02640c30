import { type Environment, Evaluation, engineDateTime } from '../expressions/environment.js';
import { EnginePanic, OverLimit } from '../expressions/errors.js';
import { testNamed } from '../expressions/functions/index.js';
import { type Filled, type FilledValue, fillIn, valueIn } from '../expressions/template.js';
import { ErrorValue, isTrue, ObjectValue, toText, type Value } from '../expressions/values.js';
import type { Workspace } from '../state/workspace.js';
import { rootsOf, type Scene } from './scene.js';

/** A flow's text is cut to so many letters. */
const LONGEST = 10_000;

/** The text of a template in a flow, cut where the engine cuts it. Expressions that fail print nothing. */
export function filled(scene: Scene, template: string, place: string): string {
  return cut(whole(scene, template, place));
}

/** The text of a template, however long: bodies of webhooks, and broadcasts. */
export function whole(scene: Scene, template: string, place: string): string {
  if (!template.includes('@')) return template;
  const result = fillIn(template, rootsOf(scene), environmentOf(scene));
  note(scene.workspace, result, place);
  return result.text;
}

/** The value of a template: of an expression alone its own, otherwise its text. */
export function evaluated(scene: Scene, template: string, place: string): Value {
  const result = valueIn(template, rootsOf(scene), environmentOf(scene));
  note(scene.workspace, result, place);
  return result.value;
}

function cut(text: string): string {
  if (text.length <= LONGEST) return text;
  const letters = Array.from(text);
  if (letters.length <= LONGEST) return text;
  return `${letters.slice(0, LONGEST - 3).join('')}...`;
}

/** Tells what the sandbox does not know. Errors of the engine are no news: the engine has them too. */
function note(
  { unknown }: Workspace,
  result: Omit<Filled, 'text'> | Omit<FilledValue, 'value'>,
  place: string,
): void {
  for (const { what, expression } of result.unknown) unknown.tell({ what, expression, place });
  if (result.panic !== undefined) {
    unknown.tell({ what: afterPanic(result.panic), expression: '', place });
  }
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

/** What a router's test matches in an operand with its arguments; undefined if it fails. */
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
