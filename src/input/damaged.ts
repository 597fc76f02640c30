/**
 * Cells of tables that are no longer what somebody wrote into them. Many rows have the same one, so as an id it is the id
 * of a stranger.
 */

/** A text where there was a number is at most this long. More would only take time. */
const LONGEST = 64;

const AS_TEXT = 'Format the column as text in the spreadsheet, and export it again';

/** What became of a cell, and what an error says about it. */
export interface Damage {
  kind: 'exponent' | 'decimals' | 'error' | 'word';
  pattern: RegExp;
  what: string;
  fix: string;
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

/** What became of a text that should identify somebody; undefined if it may be an id. */
export function damageOf(text: string): Damage | undefined {
  const cell = text.trim();
  return cell.length > LONGEST ? undefined : DAMAGES.find(({ pattern }) => pattern.test(cell));
}
