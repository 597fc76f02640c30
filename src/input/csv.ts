import { fail, type RapidProError } from '../errors/errors.js';
import { isShown } from './check.js';
import { nearest } from './nearest.js';

/** Options of `util.parseCsv`. The names are those of `parseCsv` in other adaptors. */
export interface CsvOptions {
  /** The character between two cells. A first line such as `sep=;`, which Excel reads, comes first. Default: `','`. */
  delimiter?: string;
  /** The character around a cell that contains a delimiter or a line break. Inside a cell, it is doubled. Default: `'"'`. */
  quote?: string;
  /** True (default): the first line has the names of the columns. False: each row is a list. A list: these are the names. */
  columns?: boolean | readonly string[];
  /** Columns that your job reads. If one is missing, an error says which ones there are. Default: none. */
  required?: readonly string[];
  /** False: keep the spaces around cells. Default: true. Spaces in quotes are always kept. */
  trim?: boolean;
}

const KNOWN = ['delimiter', 'quote', 'columns', 'required', 'trim'];

type Settings = Required<CsvOptions>;

function refuse(what: string, fix: string): RapidProError {
  return fail('INVALID_INPUT', `util.parseCsv(): ${what}.`, fix);
}

function checkOptions(options: unknown): Settings {
  const given = (options ?? {}) as CsvOptions;
  const { delimiter = ',', quote = '"', columns = true, required = [], trim = true } = given;
  const isOneLetter = (text: unknown) => typeof text === 'string' && text.length === 1;
  const areNames = (list: unknown) => Array.isArray(list) && list.every(isText);
  const isGood =
    isOneLetter(delimiter) &&
    isOneLetter(quote) &&
    delimiter !== quote &&
    (typeof columns === 'boolean' || areNames(columns)) &&
    areNames(required) &&
    (columns !== false || required.length === 0) &&
    typeof trim === 'boolean';
  if (isGood && Object.keys(given).every(key => KNOWN.includes(key))) {
    return { delimiter, quote, columns, required, trim };
  }
  const unknown = Object.keys(given).find(key => !KNOWN.includes(key));
  throw fail(
    'INVALID_OPTION',
    unknown !== undefined && isShown(unknown)
      ? `util.parseCsv(): there is no option "${unknown}".`
      : 'util.parseCsv(): an option is invalid.',
    'Known options: delimiter and quote (one character each), columns (true, false or a list of names), required (a list of names), trim (true or false).',
  );
}

const isText = (value: unknown): value is string => typeof value === 'string';

/** A line of cells, and the line of the text where it begins. */
interface Line {
  cells: string[];
  at: number;
}

/** The lines of a text. Cells in quotes can contain line breaks. */
function* linesOf(text: string, { delimiter, quote, trim }: Settings): Generator<Line> {
  const ends = new RegExp(`[${delimiter.replace(/[\\\]^-]/, '\\$&')}\\r\\n]`, 'g');
  let place = 0;
  let at = 1;
  let cells: string[] = [];
  let begun = at;
  const isSpace = (letter = '') =>
    letter !== delimiter && letter !== '\n' && letter !== '\r' && letter !== '' && !letter.trim();

  const skipSpaces = () => {
    if (trim) while (isSpace(text[place])) place++;
  };

  const inQuotes = (): string => {
    const from = at;
    let cell = '';
    for (;;) {
      const end = text.indexOf(quote, place);
      if (end < 0) {
        throw refuse(
          `the quote that opens on line ${from} is never closed`,
          'Export the file again.',
        );
      }
      cell += text.slice(place, end);
      place = end + 1;
      if (text[place] !== quote) break;
      cell += quote;
      place++;
    }
    at += cell.split('\n').length - 1;
    return cell;
  };

  const readCell = (): string => {
    skipSpaces();
    if (text[place] === quote) {
      place++;
      const cell = inQuotes();
      skipSpaces();
      if (place < text.length && ![delimiter, '\r', '\n'].includes(text[place] ?? '')) {
        throw refuse(
          `on line ${at}, there is text after a closing quote`,
          'Write a quote inside a cell twice, or set the right one with { quote }.',
        );
      }
      return cell;
    }
    ends.lastIndex = place;
    const end = ends.exec(text)?.index ?? text.length;
    const cell = text.slice(place, end);
    place = end;
    return trim ? cell.trim() : cell;
  };

  while (place < text.length) {
    cells.push(readCell());
    if (text[place] === delimiter) {
      place++;
      if (place < text.length) continue;
      cells.push('');
    }
    yield { cells, at: begun };
    if (text[place] === '\r' && text[place + 1] === '\n') place++;
    place++;
    at++;
    begun = at;
    cells = [];
  }
}

/** Checks the names of the columns. Columns without a name must be empty. */
function checkNames(names: readonly string[]): void {
  const given = names.filter(name => name !== '');
  if (new Set(given).size === given.length && given.length > 0) return;
  throw refuse(
    given.length === 0 ? 'the first line has no column names' : 'two columns have the same name',
    'Give each column its own name, or name them with { columns: ["name", "phone"] }.',
  );
}

/** A number, a date, an address, a long text: what a cell has, and hardly a name of a column. */
const OF_PERSON = /^[\p{Nd}\s.,()/+-]+$|\p{Nd}{5}|\p{Nd}[-./]\p{Nd}{1,2}[-./]\p{Nd}|@|^.{101}/su;
/** An error names so many columns, at most. */
const MOST_SHOWN = 50;

/**
 * Checks the columns that a job reads, once for the table and not for each row.
 *
 * @param isFirstLine - true if the names are from the table. If it has none, they are the data of a person.
 */
function checkRequired(
  required: readonly string[],
  names: readonly string[],
  isFirstLine: boolean,
): void {
  const missing = required.filter(name => !names.includes(name));
  if (missing.length === 0) return;
  const there = names.filter(name => name !== '');
  const shown = (list: readonly string[]) => {
    const names = list.slice(0, MOST_SHOWN).map(name => `"${name}"`);
    const others = list.length - names.length;
    return `${names.join(', ')}${others > 0 ? ` and ${others} more` : ''}`;
  };
  const isData = isFirstLine && there.some(name => OF_PERSON.test(name));
  const guesses = isData ? [] : missing.flatMap(name => meant(name, there) ?? []);
  const between = there.length === 1 ? /[,;|\t]/.exec(there[0] ?? '')?.[0] : undefined;
  const inRow = [
    guesses.length > 0 ? `Did you mean ${shown([...new Set(guesses)])}? ` : '',
    isData ? 'If no line has their names, give them: { columns: ["name", "phone"] }. ' : '',
    'Use the names of the columns exactly as they are, or rename them in the spreadsheet.',
    there.length === 1
      ? ' If this should be several columns, set the delimiter: { delimiter: ";" }.'
      : '',
  ];
  const sign = JSON.stringify(between);
  throw refuse(
    `the table has no column ${shown(missing)}. ${isData ? 'Its first line looks like data, so it is not shown' : `Its columns are ${shown(there)}`}`,
    between === undefined
      ? inRow.join('')
      : `Its columns are separated by ${sign}: set { delimiter: ${sign} }.`,
  );
}

/** The column that was meant: its name is almost the same, or a part of the other. */
function meant(name: string, columns: readonly string[]): string | undefined {
  const word = name.toLowerCase();
  const isPart = (column: string) => {
    const other = column.toLowerCase();
    return word.length > 2 && other.length > 2 && (other.includes(word) || word.includes(other));
  };
  return nearest(name, columns) ?? columns.find(isPart);
}

function toRow(
  names: readonly string[],
  { cells, at }: Line,
  index: number,
): { [column: string]: string } {
  const isWhole =
    cells.length > names.findLastIndex(name => name !== '') &&
    cells.every((cell, place) => cell === '' || (names[place] ?? '') !== '');
  if (!isWhole) {
    throw refuse(
      `line ${at} (row ${index + 1} of the data) has ${cells.length} cells, but there are ${names.length} columns`,
      'Check the delimiter: { delimiter: ";" }. A cell with a delimiter or a line break must be in quotes.',
    );
  }
  const pairs = names.map((name, place) => [name, cells[place] ?? ''] as const);
  return Object.fromEntries(pairs.filter(([name]) => name !== ''));
}

/** Excel's own first line, `sep=;`, names the delimiter and is not a row. */
const SEPARATOR_LINE = /^("?)sep=([^\w\s"]|\t)\2*\1(?=[\r\n]|$)/i;
/** UTF-16 that was read as UTF-8 or Latin-1 has zeros between letters, or the wrong mark at its beginning. */
const WRONG_ENCODING = /^\ufffe|\0[^\0]\0|^(?:\xff\xfe|\xfe\xff)/;

/** A table without the marks in front of it. The lines keep their numbers. */
function withoutMarks(raw: string, settings: Settings): { text: string; settings: Settings } {
  const text = raw.replace(/^\ufeff/, '');
  if (WRONG_ENCODING.test(text.slice(0, 1000))) {
    throw refuse(
      'the text is UTF-16, but was read as something else',
      'In Excel, save it as "CSV UTF-8". Or decode its bytes in the job: new TextDecoder("utf-16le").decode(bytes).',
    );
  }
  const [line, , delimiter] = SEPARATOR_LINE.exec(text) ?? [];
  if (line === undefined || delimiter === undefined || delimiter === settings.quote) {
    return { text, settings };
  }
  return { text: text.slice(line.length), settings: { ...settings, delimiter } };
}

export function parseCsv(
  text: unknown,
  options: unknown,
): { [column: string]: string }[] | string[][] {
  const given = checkOptions(options);
  if (!isText(text)) {
    throw refuse(
      'the value is not text',
      'If it comes from $ or state, check that the data is there. For a stream, use the operation parseCsv().',
    );
  }
  const { text: table, settings } = withoutMarks(text, given);
  const all = linesOf(table, settings);
  const lines: Line[] = [];
  for (const line of all) if (line.cells.some(cell => cell !== '')) lines.push(line);
  const { columns, required } = settings;
  if (columns === false) return lines.map(({ cells }) => cells);
  const names = columns === true ? (lines.shift()?.cells ?? []) : columns;
  if (lines.length === 0 && names.length === 0) {
    if (required.length === 0) return [];
    throw refuse(
      'the text is empty, without the columns in `required`',
      'Check what wrote the file: even a table without rows has a line with its columns.',
    );
  }
  checkNames(names);
  checkRequired(required, names, columns === true);
  return lines.map((line, index) => toRow(names, line, index));
}
