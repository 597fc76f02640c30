import { fail } from '../errors/errors.js';
import { findPart } from './check.js';
import { DATA_WORDS, hasCode } from './code.js';
import { LITERAL_FIX } from './expressions.js';
import { OPERATION_TEXT } from './run.js';

/**
 * The one rule for missing values that became text: texts that were built from missing data (`Dear undefined`), and
 * references in quotes (`'$.data.name'`).
 */

/** Where a text ends up. This decides how it is checked. */
export type TextKind =
  /** A person reads it: such words are refused anywhere in it. */
  | 'message'
  /** A contact's name, or a parameter of a flow. `null` may be a surname. */
  | 'contactName'
  /** A value in a record: such a word is refused if there is nothing else. */
  | 'value'
  /** The name of a group, label, topic, field, global or campaign: nobody is called `null` here. */
  | 'name';

/** A step of a path: `.name`, `?.name`, `..name`, `[0]`, `['a b']`, `(…)`. */
const DOT = String.raw`\??\.{1,2}[\p{L}_][\p{L}\p{N}_]*`;
const INDEX = String.raw`\[(?:[\d*?'"])[^[\]]{0,99}\]`;
const STEPS = String.raw`(?:${DOT}|${INDEX}|\([^()]{0,99}\))*`;
/** The keys of a job's state. `state.gov` is a website. */
const KEPT_IN_STATE = 'data|references|response|request|configuration|rapidpro|errors';

/** What makes one word with a Latin one: `NaNa`. Many other scripts are written without spaces: `还剩NaN天`. */
const JOINED = String.raw`[\p{Script=Latin}\p{N}]`;
const alone = (word: string) => `(?<!${JOINED})${word}(?!${JOINED})`;
/** Also without a space between them: `${first}${last}`. */
const UNDEFINED = alone('(?=(?:null)*(?:undefined|NaN))(?:undefined|NaN|null)+');
const OBJECT = String.raw`\[object \w{1,40}\]`;

/** Words that nobody writes, anywhere. But people begin sentences with `Invalid date`. */
const GONE = [UNDEFINED, OBJECT, alone('Invalid Date(?:Time)?')];
const INVALID_DATE = alone('Invalid date(?:Time)?');

/** A price may end a sentence, or be paid in cash: `5 $.Please`, `in $.cash`, `${5}`, `$[5]`. `$.com` is an address. */
const AFTER_PRICE =
  'please|cash|money|only|each|per|or|and|thanks|thank|merci|gracias|obrigado|asante|com';
const anyCase = (words: string) =>
  words.replace(/\b[a-z]/g, letter => `[${letter.toUpperCase()}${letter}]`);
/** The same in scripts of which some end no word with a space. */
const THANKS =
  '[Сс]пасибо|[Пп]ожалуйста|[Дд]якую|شكرا|من فضلك|धन्यवाद|谢谢|謝謝|多谢|多謝|请|請|ありがとう|감사|ขอบคุณ|አመሰግናለሁ';
const IN_PRICE = String.raw`(?:(?:${anyCase(AFTER_PRICE)})(?!\??\.[\p{L}_]|[[\p{L}\p{N}_])|${THANKS})`;
const IN_BRACES = String.raw`\$\{(?!\s{0,9}(?:[\p{N}\p{Sc}][\p{N}.,\s\p{Sc}%-]{0,20}[\p{L}\s]{0,100}|(?!(?:new|await|typeof)\s)[\p{L}\p{N}]{1,40}(?:\s{1,9}[\p{L}\p{N}]{1,40}){1,20}\s{0,9})?\})[^}]{0,200}\}`;

/** Scripts without spaces between words. */
const UNSPACED = ['Han', 'Hiragana', 'Katakana', 'Thai', 'Lao', 'Khmer', 'Myanmar']
  .map(script => `\\p{Script=${script}}`)
  .join('');

/** References, which are never data, anywhere. */
const REFERENCES = [
  String.raw`[$＄﹩]\s?\??\.{1,2}(?:${KEPT_IN_STATE})(?![\p{L}\p{N}_])${STEPS}`,
  // Without the dot.
  String.raw`[$＄﹩](?:${KEPT_IN_STATE})(?:\??\.[\p{L}_]|${INDEX})${STEPS}`,
  // With one step, unless it ends a price: `U.S.$.`, `5$.merci`.
  String.raw`(?<![\p{L}\p{M}$]|\p{N}\s?)(?<!\p{Lu}\.)\$\??\.{1,2}(?!${IN_PRICE})[\p{ID_Start}_][\p{L}\p{N}_]*(?![\p{L}\p{N}_]|[’']\p{L})`,
  // In scripts without spaces, it is next to the word before it.
  String.raw`(?<=[${UNSPACED}])\$\??\.{1,2}(?!${IN_PRICE})\p{Lo}`,
  // After a number or a letter, only usual names of data: `Amount$.paid` is a price.
  String.raw`(?<=\p{N}\s|[\p{Ll}\p{Lo}\p{M}])\$\??\.{1,2}(?:${DATA_WORDS}|[a-z]+(?:_[a-z]|[A-Z])\w*)(?![\p{L}\p{N}_])`,
  // With several steps.
  String.raw`(?<![\p{Lu}$\p{N}])\$(?:${DOT}|\[\d{1,9}\])(?:${DOT}|${INDEX})${STEPS}`,
  String.raw`(?<![\p{Lu}$])\$\[[*'"][^[\]]{0,99}\]${STEPS}`,
  IN_BRACES,
  // `Write state.data in the box` is a sentence.
  String.raw`\bstate\??\.(?:${KEPT_IN_STATE})(?:\??\.(?!(?:com|gov|net|org)\b)[\p{L}_]|${INDEX}|\()${STEPS}`,
  String.raw`\bstate(?:\?\.)?\[['"](?:${KEPT_IN_STATE})['"]\]${STEPS}`,
  String.raw`\b(?:dataValue|dataPath|lastReferenceValue|referencePath|sourceValue)\(['"]`,
];
/** References that people may write in the middle of a sentence. */
const REFERENCES_ALONE = [
  String.raw`\$(?!\??\.${IN_PRICE})(?:${DOT}|\[[*?'"][^[\]]{0,99}\])${STEPS}`,
  String.raw`\bstate(?:\??\.(?:${KEPT_IN_STATE})(?![\p{L}\p{N}_])|${DOT}(?:${DOT}|${INDEX})|${INDEX})${STEPS}`,
];

const anyOf = (patterns: readonly string[], flags = 'u') => new RegExp(patterns.join('|'), flags);
/** Before these, `Infinity` is a number. It may be a name, too: `Infinity Mall`. */
const UNIT =
  'days|weeks|months|years|hours|minutes|seconds|percent|jours|semaines|mois|ans|heures|d[ií]as|semanas|meses|a[ñn]os|horas|minutos|dias|anos|siku|saa|dakika|dollars|francs|shillings';
const UNIT_ALONE =
  '天(?!地)|日(?!本)|日間|小时|小時|時間|分钟|分鐘|个月|個月|か月|ヶ月|週間|시간|วัน|ชั่วโมง|дн|день|час(?!т)|недел|يوم|أيام|दिन|ቀን';
const INFINITE = String.raw`(?<!${JOINED})Infinity(?:\s(?:${UNIT})(?!\p{L})|\s?(?:${UNIT_ALONE}))`;
/** What is written behind a number without a space: `5kg`, `5th`, `500RWF`. */
const UNIT_BEHIND =
  '[kKMx]|m?g|kg|mcg|[mcd]?[lL]|[mck]?m|IU|UI|[hsd]|hrs?|secs?|mins?|wks?|mos?|yrs?|[ap]m|th|e|er|ème|pts?|frs?|[KTU]sh|[A-Z]{3}|FCFA';
/** `undefinedmg`, `NaNkg`. Any other word may be one: `NaNoWriMo`, `NaNcy`. */
const GLUED = [
  'undefined(?!ness|ly)',
  String.raw`(?<!${JOINED})NaN(?:${UNIT_BEHIND}|${UNIT})(?!\p{Script=Latin})`,
];
const INSIDE = anyOf([
  ...GONE,
  ...GLUED,
  INFINITE,
  String.raw`(?<=[\p{L}\p{N},]\s{0,3})${INVALID_DATE}`,
]);
const WORDS = anyOf([...GONE, INVALID_DATE, ...REFERENCES, ...REFERENCES_ALONE], 'gu');
const READS_STATE = anyOf(REFERENCES);
const ANY_REFERENCE = anyOf([...REFERENCES, ...REFERENCES_ALONE]);
const IN_NAME = anyOf(['undefined(?!ness|ly)', OBJECT]);
const NULL = anyOf([alone('(?:null)+')], 'gu');
/** What a division by zero leaves. It may also be a name, and part of one: `Infinity Mall`. */
const INFINITY = anyOf([alone('Infinity')], 'gu');
/** A hundred thousand contacts have a million values. Almost all of them pass here. */
const SUSPECT = /undefined|NaN|null|Infinity|Invalid|\[object|[$＄﹩]|state|(?:Value|Path)\(/;
/** What may be around words and between them. */
const NOTHING = /^[\s\p{P}\p{S}\p{Cf}]*$/u;
/** What ends a sentence, and no number: `Infinity!` */
const EXCLAIMED = /[!?…\uff01\uff1f]/;

/** Whether a text is nothing but words for missing data. */
function isWholly(text: string, isNullOne: boolean): boolean {
  const left = text.replace(WORDS, ' ');
  const rest = left.replace(NULL, ' ');
  // `null` can be a surname, but not next to another such word.
  return (left !== text || (isNullOne && rest !== left)) && NOTHING.test(rest);
}

/** Whether a text is nothing but numbers that went wrong. */
function isInfinite(text: string): boolean {
  const left = text.replace(INFINITY, ' ');
  const rest = left.replace(WORDS, ' ');
  const isWord = rest === left && EXCLAIMED.test(left);
  return left !== text && !isWord && NOTHING.test(rest);
}

function isMissing(text: string, kind: TextKind): boolean {
  if (hasCode(text)) return true;
  if (!SUSPECT.test(text)) return false;
  if ((kind === 'value' || kind === 'message') && isInfinite(text)) return true;
  if (isWholly(text, kind === 'message' || kind === 'name') || READS_STATE.test(text)) return true;
  if (kind === 'message') return INSIDE.test(text);
  return kind !== 'value' && IN_NAME.test(text);
}

/** Whether an address has a part that is missing: `https://example.org/undefined`. */
export function isMissingPart(address: string): boolean {
  return isMissing(address, 'message');
}

/** What to do instead of a reference in quotes. */
export const UNQUOTED =
  'Inside quotes, a reference is just text. Write $.data.name without quotes, and build longer texts in a function of state.';

/** A reference that was put in quotes: `'$.data.name'`. */
export const isQuotedReference = (text: string): boolean =>
  ANY_REFERENCE.test(text) || hasCode(text);

/** What an error says about it: the kind of word, never the text. */
function explain(text: string): { what: string; advice: string } {
  if (hasCode(text)) {
    const what = text.includes(OPERATION_TEXT) ? 'an operation' : 'the code of a function';
    return {
      what: `contains ${what}`,
      advice: `Write the whole text as one function of state: text: state => 'Hi ' + state.data.name. The result of an operation is in $.data of the next one. If this is not code, send it with http.post().`,
    };
  }
  if (ANY_REFERENCE.test(text)) {
    return {
      what: 'contains a reference in quotes, which is just text',
      advice: `${UNQUOTED} ${LITERAL_FIX}`,
    };
  }
  const [word = 'undefined'] =
    /undefined|NaN|Invalid [Dd]ate|\[object|null|Infinity/.exec(text) ?? [];
  const why = word === 'Infinity' ? 'a number was divided by zero' : 'some of its data is missing';
  return {
    what: `contains "${word === '[object' ? '[object …]' : word}": ${why}`,
    advice: `Check the names after $ or state, and build texts in a function of state. ${LITERAL_FIX}`,
  };
}

/**
 * Refuses a value that contains, at any depth, text from missing data. Keys are not checked.
 *
 * @param isLiteral - the option `literal`: such words are intended. Code is refused anyway
 */
export function refuseMissing(
  value: unknown,
  where: string,
  kind: TextKind,
  isLiteral = false,
): void {
  const isRefused = isLiteral ? hasCode : (text: string) => isMissing(text, kind);
  const found = findPart(
    value,
    (part): part is string => typeof part === 'string' && isRefused(part),
  );
  if (!found) return;
  const { what, advice } = explain(found.part);
  throw fail('INVALID_INPUT', `${where}${found.path} ${what}.`, `Nothing was sent. ${advice}`);
}
