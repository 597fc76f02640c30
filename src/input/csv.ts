import { fail, type RapidProError } from '../errors/errors.js';

/** What `util.parseCsv` can be told. The names are those of `parseCsv` in other adaptors. */
export interface CsvOptions {
  /** What stands between two cells. Default: `','`. */
  delimiter?: string;
  /** What stands around a cell that holds a delimiter or a line break; twice for one in a cell. Default: `'"'`. */
  quote?: string;
  /** True (default): the first line has the names of the columns. False: rows are lists. A list: these are the names. */
  columns?: boolean | readonly string[];
  /** False: keep the spaces around cells. Default: true, they are left out, but in quotes. */
  trim?: boolean;
}

const KNOWN = ['delimiter', 'quote', 'columns', 'trim'];

interface Settings {
  delimiter: string;
  quote: string;
  columns: boolean | readonly string[];
  trim: boolean;
}

function refuse(what: string, fix: string): RapidProError {
  return fail('INVALID_INPUT', `util.parseCsv(): ${what}.`, fix);
}

function checkOptions(options: unknown): Settings {
  const given = (options ?? {}) as CsvOptions;
  const { delimiter = ',', quote = '"', columns = true, trim = true } = given;
  const isOneLetter = (text: unknown) => typeof text === 'string' && text.length === 1;
  const areNames = (list: unknown) => Array.isArray(list) && list.every(isText);
  const isGood =
    isOneLetter(delimiter) &&
    isOneLetter(quote) &&
    delimiter !== quote &&
    (typeof columns === 'boolean' || areNames(columns)) &&
    typeof trim === 'boolean';
  if (isGood && Object.keys(given).every(key => KNOWN.includes(key))) {
    return { delimiter, quote, columns, trim };
  }
  throw fail(
    'INVALID_OPTION',
    'util.parseCsv(): an option is unknown or invalid.',
    'Known options: delimiter and quote (one character each), columns (true, false or a list of names), trim (true or false).',
  );
}

const isText = (value: unknown): value is string => typeof value === 'string';

/** A line of cells, and the line of the text on which it begins. */
interface Line {
  cells: string[];
  at: number;
}

/** The lines of a text. Cells in quotes may go over several. */
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

/** The names of the columns. Those without one hold nothing. */
function checkNames(names: readonly string[]): void {
  const given = names.filter(name => name !== '');
  if (new Set(given).size === given.length && given.length > 0) return;
  throw refuse(
    given.length === 0 ? 'the first line has no column names' : 'two columns have the same name',
    'Give each column its own name, or name them with { columns: ["name", "phone"] }.',
  );
}

function toRow(names: readonly string[], { cells, at }: Line): { [column: string]: string } {
  const isWhole =
    cells.length > names.findLastIndex(name => name !== '') &&
    cells.every((cell, place) => cell === '' || (names[place] ?? '') !== '');
  if (!isWhole) {
    throw refuse(
      `line ${at} has ${cells.length} cells, but there are ${names.length} columns`,
      'Check the delimiter: { delimiter: ";" }. A cell with a delimiter or a line break must be in quotes.',
    );
  }
  const pairs = names.map((name, place) => [name, cells[place] ?? ''] as const);
  return Object.fromEntries(pairs.filter(([name]) => name !== ''));
}

/** The rows of a table that is written as text. */
export function parseCsv(
  text: unknown,
  options: unknown,
): { [column: string]: string }[] | string[][] {
  const settings = checkOptions(options);
  if (!isText(text)) {
    throw refuse(
      'the value is not text',
      'If it comes from $ or state, check that the data is there. For a stream, use the operation parseCsv().',
    );
  }
  const all = linesOf(text.replace(/^\ufeff/, ''), settings);
  const lines: Line[] = [];
  for (const line of all) if (line.cells.some(cell => cell !== '')) lines.push(line);
  const { columns } = settings;
  if (columns === false) return lines.map(({ cells }) => cells);
  const names = columns === true ? (lines.shift()?.cells ?? []) : columns;
  if (lines.length === 0 && names.length === 0) return [];
  checkNames(names);
  return lines.map(line => toRow(names, line));
}
