import { fail } from '../errors/errors.js';
import { OPERATION_TEXT } from './isOperation.js';

/**
 * The one rule for a value that is not there, but has become text: what is put together from missing data
 * (`Dear undefined`), and references that stand inside quotes (`'$.data.name'`).
 */

/** Where a text ends up, which says how it is looked at. */
export type TextKind =
  /** A person reads it: a word is refused inside of it as well. */
  | 'message'
  /** A contact's name, or what a flow is given to say. `null` may be a surname. */
  | 'contactName'
  /** What a record holds: a word is refused where there is nothing else. */
  | 'value'
  /** The name of a group, label, topic, field, global or campaign: nobody is called `null` here. */
  | 'name';

/** A step of a path: `.name`, `?.name`, `..name`, `[0]`, `['a b']`, `(…)`. */
const DOT = String.raw`\??\.{1,2}[\p{L}_][\p{L}\p{N}_]*`;
const INDEX = String.raw`\[(?:[\d*?'"])[^[\]]{0,99}\]|\[\d\]`;
const STEPS = String.raw`(?:${DOT}|${INDEX}|\([^()]{0,99}\))*`;
/** What a job's state has: `state.gov` is somebody's website. */
const KEPT_IN_STATE = 'data|references|response|request|configuration|rapidpro';

const alone = (word: string) => String.raw`(?<![\p{L}\p{N}])${word}(?![\p{L}\p{N}])`;
/** Also those that stand without a space between them: `${first}${last}`. */
const UNDEFINED = alone('(?=(?:null)*(?:undefined|NaN))(?:undefined|NaN|null)+');
const OBJECT = String.raw`\[object \w{1,40}\]`;

/** What follows the arrow of a function, where it is code. */
const BODY = String.raw`\{\s?(?:const|let|var|return|if|for|try)\b|\{[^{}]{0,200}?(?:[.;=]|\w\()|\x60|\((?:\{|[\w$]{1,60}[([.])`;
/** The code of a function that was put into a text: `Hi ${s => s.data.name}`. An arrow between words is none. */
const CODE = [
  // Of one argument, which stands behind the arrow again.
  String.raw`(?<arg>(?<![\w$])[A-Za-z_$][\w$]{0,60})\s?=>\s?(?:${BODY}|[^\n]{0,200}?(?<![\w$.])\k<arg>(?:\s?\??\.[A-Za-z_$]|[[(,)]|$))`,
  String.raw`\([^()]{0,200}\)\s?=>\s?(?:${BODY}|[\w$]{1,60}(?:\??\.[A-Za-z_$]|[([\x60])|!)`,
  String.raw`\((?:\{[^{}]{0,100}\})?\)\s?=>`,
  String.raw`\bfunction\*?\s?[\w$]{0,60}\s?\([^()]{0,200}\)\s?\{[^{}]{0,200}?(?:\breturn\b|\byield\b|[;=]|\[native)`,
];

/** Words that nobody writes, wherever they stand. */
const GONE = [UNDEFINED, OBJECT, alone('Invalid [Dd]ate(?:Time)?')];
const REFERENCES = [
  // `$.Please` is a price and the next sentence; `U.S.$.` a currency.
  String.raw`(?<![\p{Lu}$])\$(?:\??\.{1,2}[\p{Ll}_][\p{L}\p{N}_]*|${INDEX})${STEPS}`,
  // With a capital too, unless it is a price that ends a sentence: `5 $.Please`.
  String.raw`(?<![\p{N}$]\s?)(?<!\p{Lu}\.?)\$\??\.{1,2}\p{Lu}[\p{L}\p{N}_]*${STEPS}`,
  String.raw`\$\{[^}]{0,200}\}`,
  String.raw`\bstate\??\.(?:${KEPT_IN_STATE})\b${STEPS}`,
  String.raw`\(?\bstate\)?\s*=>`,
];
/** References that somebody could mean in the middle of a sentence. */
const REFERENCES_ALONE = [
  String.raw`\$(?:${DOT}|${INDEX})${STEPS}`,
  String.raw`\bstate(?:${DOT}(?:${DOT}|${INDEX})|${INDEX})${STEPS}`,
];

/** Helpers of jobs in quotes. */
const HELPERS = String.raw`\b(?:dataValue|dataPath|lastReferenceValue|referencePath|sourceValue)\(['"]`;
/** What reads from a job's state, and is nobody's data wherever it stands. */
const OF_STATE = [
  String.raw`\$\??\.{1,2}(?:${KEPT_IN_STATE})(?![\p{L}\p{N}_])`,
  String.raw`(?<![\p{Lu}$])\$(?:${DOT}(?:${DOT}|${INDEX})|${INDEX})`,
  String.raw`\$\{[^}]{0,200}\}`,
  String.raw`\bstate\??\.(?:${KEPT_IN_STATE})\b`,
  String.raw`\(?\bstate\)?\s*=>`,
  HELPERS,
];

const anyOf = (patterns: readonly string[], flags = 'u') => new RegExp(patterns.join('|'), flags);
/** What a unit or a word was glued to: `undefinedmg`, `NaNkg`. Nobody writes it to a person. */
const GLUED = ['undefined(?!ness|ly)', String.raw`(?<![\p{L}\p{N}])NaN`];
const INSIDE = anyOf([...GONE, ...GLUED, ...REFERENCES]);
const WORDS = anyOf([...GONE, ...REFERENCES, ...REFERENCES_ALONE], 'gu');
const READS_STATE = anyOf(OF_STATE);
const ANY_REFERENCE = anyOf([...REFERENCES, ...REFERENCES_ALONE, HELPERS]);
const IN_NAME = anyOf(['undefined(?!ness|ly)', OBJECT]);
const ANY_CODE = anyOf(CODE);
const NULL = anyOf([alone('(?:null)+')], 'gu');
/** A hundred thousand contacts have a million values: almost all are done with here. */
const SUSPECT = /undefined|NaN|null|Invalid|\[object|\$|state|=>|function|(?:Value|Path)\(/;
/** What may stand around words and between them. */
const NOTHING = /^[\s\p{P}\p{S}\p{Cf}]*$/u;

/** Whether a text is nothing but words for what is not there. */
function isWholly(text: string, isNullOne: boolean): boolean {
  const left = text.replace(WORDS, ' ');
  const rest = left.replace(NULL, ' ');
  // `null` can be a surname; beside another such word it is none.
  return (left !== text || (isNullOne && rest !== left)) && NOTHING.test(rest);
}

/** Without expressions such as `@(foreach(urns, (u) => u.path))`, which have functions of RapidPro's own. */
function withoutExpressions(text: string): string {
  if (!text.includes('@(')) return text;
  let [rest, left] = [text, ''];
  for (let start = rest.indexOf('@('); start >= 0; start = rest.indexOf('@(')) {
    let [end, depth] = [start + 2, 1];
    for (; depth > 0 && end < rest.length; end++) {
      if (rest[end] === '(') depth++;
      else if (rest[end] === ')') depth--;
    }
    left += `${rest.slice(0, start)} `;
    rest = rest.slice(end);
  }
  return left + rest;
}

const hasCode = (text: string) => ANY_CODE.test(withoutExpressions(text));

function isMissing(text: string, kind: TextKind): boolean {
  if (!SUSPECT.test(text)) return false;
  if (hasCode(text)) return true;
  if (isWholly(text, kind === 'message' || kind === 'name') || READS_STATE.test(text)) return true;
  if (kind === 'message') return INSIDE.test(text);
  return kind !== 'value' && IN_NAME.test(text);
}

/** Whether an address has a part that is missing: `https://example.org/undefined`. */
export function isMissingPart(address: string): boolean {
  return isMissing(address, 'message');
}

/** A key of the author's own may be somebody's name. */
function step(key: string, isList: boolean): string {
  if (isList) return `[${key}]`;
  return /^[A-Za-z_][\w-]{0,40}$/.test(key) ? `.${key}` : '.…';
}

/** The first text in a value, at any depth, that stands for nothing, and the path to it. */
function findMissing(value: unknown, kind: TextKind): { path: string; text: string } | undefined {
  if (typeof value === 'string') {
    return isMissing(value, kind) ? { path: '', text: value } : undefined;
  }
  if (value === null || typeof value !== 'object') return undefined;
  for (const [key, item] of Object.entries(value)) {
    const found = findMissing(item, kind);
    if (found) return { ...found, path: `${step(key, Array.isArray(value))}${found.path}` };
  }
  return undefined;
}

const UNQUOTED =
  'Inside quotes, a reference is just text. Write $.data.name without quotes, and build longer texts in a function of state.';

/** A reference that was put in quotes: `'$.data.name'`. */
export const isQuotedReference = (text: string): boolean => ANY_REFERENCE.test(text);

/** What is said of it: the kind of word, never the text. */
function explain(text: string): { what: string; advice: string } {
  if (hasCode(text) || text.includes(OPERATION_TEXT)) {
    const what = text.includes(OPERATION_TEXT) ? 'an operation' : 'the code of a function';
    return {
      what: `contains ${what}`,
      advice: `Write the whole text as one function of state: text: state => 'Hi ' + state.data.name. The result of an operation is in $.data of the next one.`,
    };
  }
  if (ANY_REFERENCE.test(text)) {
    return { what: 'contains a reference in quotes, which is just text', advice: UNQUOTED };
  }
  const [word = 'undefined'] = /undefined|NaN|Invalid [Dd]ate|\[object|null/.exec(text) ?? [];
  return {
    what: `contains "${word === '[object' ? '[object …]' : word}": some of its data is missing`,
    advice: 'Check the names after $ or state, and build texts in a function of state.',
  };
}

/**
 * Refuses a value that holds, at any depth, text made of data that is missing. Keys are not looked at.
 *
 * @param where - the path of the value, for the error
 * @param isLiteral - the option `literal`: such words are meant
 * @throws RapidProError `INVALID_INPUT`
 */
export function refuseMissing(
  value: unknown,
  where: string,
  kind: TextKind,
  isLiteral = false,
): void {
  const found = isLiteral ? undefined : findMissing(value, kind);
  if (!found) return;
  const { what, advice } = explain(found.text);
  throw fail(
    'INVALID_INPUT',
    `${where}${found.path} ${what}.`,
    `Nothing was sent. ${advice} If you really mean this text, use the option { literal: true }.`,
  );
}
