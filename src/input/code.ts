import { expressionEnd } from './expressions.js';
import { OPERATION_TEXT } from './run.js';

/**
 * Finds the code of a function in a text. JavaScript puts it there in `Hi ${s => s.data.name}`. Menus have arrows
 * too (`Kigali => Huye`). It is code if the part after the arrow reads the word before it. Nothing is run.
 */

/** Usual names of parameters in jobs. */
const USUAL = new Set(
  `state s contact contacts c person people p patient item items i index idx row r record rec entry e
   element el elem x v val value data d result res response user u member client message msg each it k key
   t ticket g group prev acc next current cur obj o_ _ child mother`.split(/\s+/),
);
/** Usual names of variables. A function can return them without reading its parameter. */
export const DATA_WORDS =
  'name|(?:first|last|full|middle|given|family|sur)_?[nN]ames?|names|phone|phone_?[nN]umber|urns?|uuid|ids?|fields?|groups?|language|value|values|patient|patients|contact|contacts|person|people|text|message|messages|result|results|data|row|rows|record|records|configuration|references';

const WORD = String.raw`[A-Za-z_$][\w$]{0,60}`;
const TEXTS = /'(?:[^'\\\n]|\\.){0,200}'|"(?:[^"\\\n]|\\.){0,200}"|`(?:[^`\\]|\\.){0,200}`/g;
const COMMENTS = /\/\*[^*]{0,200}\*\/|(?<!:)\/\/[^\n]{0,200}\n/g;
const KEYWORD =
  'new|await|typeof|void|delete|return|const|let|var|throw|yield|async|function|else|in|of|instanceof|case|do';
/** Two words without a sign between them end the code. */
const PROSE = new RegExp(
  String.raw`(?<![\w$])(?!(?:${KEYWORD})\s)[\p{L}_$][\p{L}\p{N}_$]*(?=\s+(?!(?:${KEYWORD})\s)[\p{L}\p{N}])`,
  'u',
);
/** What can follow a brace in code, but not in a list of words. */
const STATEMENT = String.raw`\s*(?:\}|\[native|[^{}]{0,200}?(?:\b(?:return|yield|throw|const|let|var|await|this)\b|\b(?:if|for|while|switch)\s?\(|[;=]|[\w$]\())`;
/** The same if only a word and brackets come before it. */
const PLAIN_STATEMENT = String.raw`\s*(?:return\b(?:\s+[\w$'"\x60]{1,60}\s*[.;([+?}]|\s*[;{[('"\x60!])|(?:const|let|var)\s[^={}]{1,60}=|throw\s+new\s|await\s+[\w$.]{1,60}\(|(?:if|for|while|switch)\s?\([^{}]{1,200}\)|(?:this|super)[.(]|[\w$]{1,40}\.[\w$.]{1,40}\s?=|[\w$.]{1,60}\([^{}()]{0,100}\);)`;
const PARAMETERS = String.raw`\((?:[^()]|\([^()]{0,60}\)){0,200}\)`;
const DECLARED = new RegExp(
  [
    String.raw`\bfunction\s{0,9}\*?\s{0,9}[\w$]{0,60}\s{0,9}${PARAMETERS}\s*\{${STATEMENT}`,
    String.raw`\bclass(?:\s+${WORD})?(?:\s+extends\s+[\w$.()]{1,60})?\s*\{\s*(?:\}|(?:static\s|get\s|set\s|async\s|\*\s*)?#?${WORD}\s*(?:\([^()]{0,100}\)\s*\{|=[^=]|;))`,
    String.raw`(?:(?<![\w$])${WORD}|\])\s?${PARAMETERS}\s*\{${PLAIN_STATEMENT}`,
    String.raw`(?<![\w$])${WORD}${PARAMETERS}\s*\{\s*\}`,
  ].join('|'),
);

const BEFORE = new RegExp(
  String.raw`(?<![\w$.@])(?:(async)\s*)?(?:(${WORD})|(${PARAMETERS}))\s{0,3}$`,
);
const LIST_OF_WORDS = new RegExp(String.raw`^${WORD}(?:\s*,\s*${WORD})*$`);
/** A text with more arrows than this has no code behind the rest. */
const MOST_ARROWS = 500;
const LONGEST = 300;

const isLowerCase = (word: string) => !/^[A-Z]/.test(word);

/** `help.org`, `help.co.ke`: web addresses. `.id` is more often a key than Indonesia. */
const DOMAIN = /^(?:\.(?:org|com|net|int|gov|edu|info|ngo|(?!id\b)[a-z]{2})(?![\w$(]))+/;

function reads(
  expression: string,
  name: string,
  others: readonly string[],
  isUsual: boolean,
  isWhole: boolean,
): boolean {
  const its = String.raw`(?<![\w$.#@])${name.replaceAll('$', String.raw`\$`)}(?![\w$])`;
  const has = (after: string, before = '') =>
    new RegExp(`${before}${its}${after}`).test(expression);
  for (const { index } of expression.matchAll(new RegExp(its, 'g'))) {
    const rest = expression.slice(index + name.length);
    if (/^(?:\n\s*)?\??\.[A-Za-z_$#]/.test(rest)) {
      // `a.m.`, `d.o.b.`
      const isShortened = name.length === 1 && /^(?:\.[a-z]){1,5}\.(?![a-z])/i.test(rest);
      if (!isShortened && (isUsual || !DOMAIN.test(rest))) return true;
    }
    if (/^(?:\?\.)?\[['"\d]/.test(rest)) return true;
  }
  const isOperand =
    has(String.raw`\s?(?:[+*%]\s?[\d'"]|[=!]==?\s?[\w'"])`, '^') ||
    has('', String.raw`''\s?\+\s?`) ||
    has(String.raw`\]`, String.raw`[\w$]\[`) ||
    has(
      String.raw`\s*[,)]`,
      String.raw`(?:\.[\w$]{1,60}|\b(?:String|Number|Boolean|Date|parseInt|parseFloat))\(`,
    );
  if (isOperand || !isUsual) return isOperand;
  return (
    // Itself.
    (isWhole &&
      has(String.raw`[\s)]*(?:$|[,;!])`, String.raw`^(?:(?:typeof|void|await)\s)?[\s(!-]*`)) ||
    has(String.raw`(?:\?\.)?\[[\w$]`) ||
    has(String.raw`\((?!\s*\))`) ||
    has(
      String.raw`\s?(?:[+*%]\s?[\w'"(]|-\s?[\d(]|[=!]==?|[<>]=?\s?[\w'"]|\?\?|\|\||&&|\?\s?['"\d(])`,
    ) ||
    has(String.raw`\s*[,)]`, String.raw`[\w$\])]\((?:[^()]{0,100},\s*)?(?:\.\.\.|!)?`) ||
    others.some(other => other !== name && has(String.raw`\s?[-/]\s?${other}\b`)) ||
    has('', String.raw`\.\.\.`) ||
    has(String.raw`[^\]]{0,100}\]`, String.raw`^\[[^\]]{0,100}`)
  );
}

/** Bodies of functions that do not read their parameter: `contact => name`. */
const UNREAD_WORD = new RegExp(
  String.raw`^(?:${DATA_WORDS}|[a-z]{2,30}[A-Z][a-z]\w{0,30})(?:[,.;!)]|\s*$)`,
);
const UNREAD = new RegExp(
  String.raw`^(?:(?:await\s+)?(?:${WORD}\.){1,5}${WORD}\(|new\s+[A-Z]\w{0,60}\(|void\s|${WORD}\(\s*['"\x60{[]|''\s*\+)`,
);

function isBody(raw: string, names: readonly string[], isUsual: boolean): boolean {
  if (raw.startsWith('\x60') || BLOCK.test(raw)) return true;
  const code = raw.replace(COMMENTS, ' ').replace(TEXTS, "''").trimStart();
  const end = PROSE.exec(code);
  const expression = end ? code.slice(0, end.index + end[0].length) : code;
  return (
    names.some(name => reads(expression, name, names, isUsual, !end)) ||
    (isUsual && (UNREAD.test(expression) || (!end && UNREAD_WORD.test(expression))))
  );
}

/** A body with statements, or an object that is returned. */
const BLOCK = new RegExp(String.raw`^\{${STATEMENT}|^\{[^{}]{0,200}?[A-Za-z_$]\.[A-Za-z_$]|^\(\{`);

const IS_DATA = new RegExp(`^(?:${DATA_WORDS})$`);

/** `text => text`, `text => text => phone`: nobody writes in a message that a variable is itself. */
function isGivenBack(name: string, body: string): boolean {
  if (!USUAL.has(name) && !IS_DATA.test(name)) return false;
  return body.startsWith(name) && /^\s*(?:$|[,;!)]|=>)/.test(body.slice(name.length));
}

/** A whole text that is a function with a constant: `s => 5`. Within a sentence, it is a menu. */
const CONSTANT =
  /^\s*(?:[a-z_]|state|\(\s*(?:[a-z_]|state)\s*\))\s*=>\s*(?:-?\d[\d.]{0,20}|true|false|null|undefined|'[^']{0,200}'|"[^"]{0,200}"|\[\s*\])\s*;?\s*$/;

function isArrow(text: string, at: number): boolean {
  const [, isAsync, word, parameters] =
    BEFORE.exec(text.slice(Math.max(0, at - LONGEST), at)) ?? [];
  if (word === undefined && parameters === undefined) return false;
  if (isAsync) return true;
  const body = text.slice(at + 2, at + 2 + LONGEST).trimStart();
  if (word !== undefined) {
    return isLowerCase(word) && (isGivenBack(word, body) || isBody(body, [word], USUAL.has(word)));
  }
  const given = (parameters ?? '').slice(1, -1).trim();
  if (given === '' || /^[{]|,\s*\{|\.\.\.[A-Za-z_$]/.test(given)) return true;
  const names = given
    .replace(/\s*=\s*[^,]{0,60}/g, '')
    .replace(/[[\]]/g, '')
    .trim();
  // With comments, or values that contain commas.
  if (!LIST_OF_WORDS.test(names)) {
    const any = given.match(/(?<![\w$.])[a-z_$][\w$]{0,60}/g) ?? [];
    return isBody(body, any.slice(0, 10), false);
  }
  const words = names.split(/\s*,\s*/);
  if (!words.every(isLowerCase)) return false;
  if (words.some(name => isGivenBack(name, body))) return true;
  // Nobody writes a list or a default before an arrow in a message: `([a]) => a`, `(name = 'x') => name`.
  const isPlain = words.length === 1 && !/[=[]/.test(given);
  return isBody(body, words, !isPlain || words.some(name => USUAL.has(name)));
}

function hasArrow(text: string): boolean {
  let at = text.indexOf('=>');
  for (let seen = 0; at >= 0 && seen < MOST_ARROWS; seen++) {
    if (isArrow(text, at)) return true;
    at = text.indexOf('=>', at + 2);
  }
  return false;
}

/** RapidPro's own expressions have functions too, with brackets: `@(foreach(urns, (u) => u.path))`. */
const OF_EXPRESSION = /\([\w\s,]{0,100}\)\s*=>/g;

function withoutExpressions(text: string): string {
  let left = '';
  let from = 0;
  for (let start = text.indexOf('@('); start >= 0; start = text.indexOf('@(', from)) {
    left += text.slice(from, start);
    from = expressionEnd(text, start + 2);
    left += text.slice(start, from).replace(OF_EXPRESSION, ' ');
  }
  return left + text.slice(from);
}

/** Whether a text contains the code of a function, or an operation that became text. */
export function hasCode(text: string): boolean {
  if (text.includes(OPERATION_TEXT)) return true;
  if (!/=>|\bfunction\b|\bclass\b|\)\s*\{/.test(text)) return false;
  const own = withoutExpressions(text);
  return CONSTANT.test(own) || hasArrow(own) || DECLARED.test(own);
}
