import type { Fault } from '../errors/fault.js';
import { LONGEST_TEXT, trimmed } from './stored.js';

/**
 * Cells of tables that are no longer what somebody wrote into them. Many rows have the same one, so as an id it is the id
 * of a stranger. With a character that nobody sees, it is the id of nobody.
 */

/** A text where there was a number is at most this long. More would only take time. */
const LONGEST = 64;

const AS_TEXT = 'Format the column as text in the spreadsheet, and export it again';

/** What became of a cell, and what an error says about it. */
export interface Damage extends Fault {
  kind: 'exponent' | 'decimals' | 'error' | 'word' | 'hidden';
  pattern: RegExp;
}

const DAMAGES: readonly Damage[] = [
  {
    kind: 'exponent',
    // An id such as `2E16` or `12E-07` has no decimals and no plus.
    pattern: /^[+-]?\d+(?:[.,]\d+e[+-]?|e\+)\d{1,3}$/i,
    what: 'has an exponent ("E+16"): a spreadsheet took the id for a number, and its last digits are lost',
    fix: `${AS_TEXT}.`,
  },
  {
    kind: 'decimals',
    pattern: /^[+-]?\d{7,}[.,]0+$/,
    what: 'ends with ".0": a spreadsheet took the id for a number',
    fix: `${AS_TEXT}, or in the job: String(id).replace(/[.,]0+$/, ""), if it has at most 15 digits.`,
  },
  {
    kind: 'error',
    // In other languages too: #¡VALOR!, #NV. A row of signs is a number that was too wide for its column.
    pattern: /^(?:#{2,}|#N\/[AD]|#NV|#[¡¿]?[\p{L}\d/_]{2,15}[!?])$/iu,
    what: 'is an error value of a spreadsheet, such as "#N/A"',
    fix: 'Correct the formula in the spreadsheet, or leave out entries without an id.',
  },
  {
    kind: 'word',
    pattern: /^(?:null|none|nan|undefined|n\/a)$/i,
    what: 'is a word for missing data, such as "null"',
    fix: 'Check where the id comes from, or leave out entries without one.',
  },
];

/** Many scripts need the two joiners between their letters. The three alphabets here do not. */
const JOINED = String.raw`(?![\p{Script=Latin}\p{Script=Greek}\p{Script=Cyrillic}])[\p{L}\p{M}]`;
/**
 * Letters that a joiner behind them changes at the end of a word, too: the chillus of Malayalam and the khanda ta of Bengali, as
 * they were written before they had a code. In other scripts, it shows nothing there, or a form that no word ends with.
 */
const OLD_LETTER = String.raw`[\u0d15\u0d23\u0d28\u0d30\u0d32\u0d33]\u0d4d|\u09a4\u09cd`;
const JOINER = String.raw`(?<!${JOINED})[\u200c\u200d]|\u200c(?!${JOINED})|(?<!${OLD_LETTER})\u200d(?!${JOINED})`;
/** The space bar of Khmer keyboards writes a space without width. Elsewhere, pages put it in to break lines. */
const KHMER = String.raw`\p{Script=Khmer}`;
const KHMER_SPACE = String.raw`\u200b(?:(?<!${KHMER}.)|(?!${KHMER})|(?<=\p{Nd}.)(?=\p{Nd}))`;
const UNSEEN = String.raw`(?![\u200b-\u200d\t-\r])[\p{Default_Ignorable_Code_Point}\p{Cc}]|${JOINER}|${KHMER_SPACE}`;

/** Servers cut white space off, and keep all of these. */
const HIDDEN: Damage = {
  kind: 'hidden',
  pattern: new RegExp(String.raw`${UNSEEN}|[\u2011\xa0\u2007\u202f]`, 'u'),
  what: 'contains an invisible character, or a space or hyphen that only looks like the usual one, so it is another id in RapidPro',
  fix: String.raw`It was copied along, such as from a web page. Remove it at its source, or in the job: String(id).replace(/\u2011/g, "-").replace(/[\xa0\u2007\u202f]/g, " ").replace(/[\p{Cc}\p{Cf}]/gu, "").`,
};

/** Every emoji whose invisible parts change how it looks. TypeScript does not know the flag yet. */
const WHOLE_EMOJI = String.raw`\p{RGI_Emoji}`;
const EMOJI = new RegExp(WHOLE_EMOJI, 'gv');

function isHidden(text: string): boolean {
  if (!HIDDEN.pattern.test(text)) return false;
  // No server stores more of a value, so a longer one would only take time.
  return text.length > LONGEST_TEXT || HIDDEN.pattern.test(text.replace(EMOJI, '\u2764'));
}

/** What became of a text that should identify somebody; undefined if it may be an id. */
export function damageOf(text: string): Damage | undefined {
  const cell = text.replace(/\p{Cf}/gu, '').trim();
  const damage =
    cell.length > LONGEST ? undefined : DAMAGES.find(({ pattern }) => pattern.test(cell));
  return damage ?? (isHidden(trimmed(text)) ? HIDDEN : undefined);
}

/** Whether accents are separate characters, as some computers write them. Servers keep them, so it is another id. */
export function isDecomposed(text: unknown): boolean {
  return typeof text === 'string' && text.normalize() !== text;
}
