/**
 * Finds what was sent in the words of a server, also in other forms: in capitals, in part, in base64. Text in, text
 * out, in time that grows only with the length of the texts. It looks up rows of words, and never turns what was
 * sent into a pattern.
 */

/** This many characters of the token in a row must not be shown. */
const LEAST_OF_TOKEN = 8;
/** From this length on, a row is found in any letter case. A name such as "May" must not hide "may". */
const LONG_ROW = 5;
const WORDS_IN_A_ROW = 3;
/** In scripts without spaces, each letter is a word. Endless words are cut into pieces. */
const WORD =
  /[\p{sc=Han}\p{sc=Hiragana}\p{sc=Katakana}\p{sc=Thai}\p{sc=Lao}\p{sc=Khmer}\p{sc=Myanmar}]|[\p{L}\p{M}\p{N}]{1,24}|\p{Extended_Pictographic}/gu;
/** The most characters of what was sent. If there are more, nothing that the server says is shown. */
const MOST_SENT = 2_000_000;
/** Up to this many, rows of words are looked up. With more, each word that occurs anywhere is hidden. */
const MOST_INDEXED = 50_000;
/** How many characters are searched for such words, which takes a few ms. The remaining words are hidden. */
const MOST_SEARCHED = 10_000_000;

const toKey = (row: readonly string[]) => {
  const key = row.join(' ');
  return key.length < LONG_ROW ? key : key.toLowerCase();
};

/** Every three consecutive words, or all of them if there are fewer. */
function rowsOf(texts: readonly string[]): Set<string> {
  const rows = new Set<string>();
  for (const text of texts) {
    const words = text.match(WORD) ?? [];
    const length = Math.min(WORDS_IN_A_ROW, words.length);
    for (let index = 0; length > 0 && index + length <= words.length; index++) {
      rows.add(toKey(words.slice(index, index + length)));
    }
  }
  return rows;
}

/** Whether all words of a row occur in what was sent, if only as parts of other words. */
function wordFinder(sent: readonly string[]): (key: string) => boolean {
  const all = sent.join('\n').toLowerCase();
  const found = new Map<string, boolean>();
  let left = MOST_SEARCHED;
  const occurs = (word: string): boolean => {
    if (left > 0 && !found.has(word)) {
      left -= all.length;
      found.set(word, all.includes(word));
    }
    return found.get(word) ?? true;
  };
  return key => key.toLowerCase().split(' ').every(occurs);
}

/** A function that says whether a row of words was sent. */
function rowFinder(sent: readonly string[], length: number): (key: string) => boolean {
  if (length > MOST_INDEXED) return wordFinder(sent);
  const rows = rowsOf(sent);
  return key => rows.has(key);
}

interface Span {
  start: number;
  end: number;
}

/** Where a text contains rows that were sent. Adjacent ones count as one. */
function findRows(text: string, isSent: (key: string) => boolean): Span[] {
  const words = [...text.matchAll(WORD)];
  const texts = words.map(([word]) => word);
  const spans: Span[] = [];
  for (let first = 0; first < words.length; first++) {
    for (let length = WORDS_IN_A_ROW; length > 0; length--) {
      const row = words.slice(first, first + length);
      if (row.length < length || !isSent(toKey(texts.slice(first, first + length)))) continue;
      const start = row[0]?.index ?? 0;
      const end = (row.at(-1)?.index ?? 0) + (row.at(-1)?.[0].length ?? 0);
      const last = spans.at(-1);
      if (last && start <= last.end) last.end = Math.max(last.end, end);
      else spans.push({ start, end });
      break;
    }
  }
  return spans;
}

/** A function that says whether a text contains a part of the token, in any letter case. */
function tokenFinder(token: string): (text: string) => boolean {
  if (token === '') return () => false;
  if (token.length < LEAST_OF_TOKEN) return text => text.includes(token);
  const partsOf = (text: string) =>
    Array.from({ length: Math.max(0, text.length - LEAST_OF_TOKEN + 1) }, (_, start) =>
      text.slice(start, start + LEAST_OF_TOKEN),
    );
  const parts = new Set(partsOf(token.toLowerCase()));
  return text => partsOf(text.toLowerCase()).some(part => parts.has(part));
}

function fromPercent(word: string): string {
  try {
    return decodeURIComponent(word.replaceAll('+', ' '));
  } catch {
    return word;
  }
}

/** What a word may be an encoded form of. */
function decodings(word: string): string[] {
  const found = /%[\da-f]{2}|\+/i.test(word) ? [fromPercent(word)] : [];
  for (const [run] of word.matchAll(/[A-Za-z0-9+/_-]{8,}/g)) {
    found.push(Buffer.from(run, 'base64').toString());
    if (/^[\da-f]+$/i.test(run)) found.push(Buffer.from(run, 'hex').toString());
  }
  return found;
}

/** Undoes the escapes of JSON and web pages. */
export function unescapeText(text: string): string {
  const letter = (code: number) => (code <= 0x10ffff ? String.fromCodePoint(code) : '�');
  return text
    .replace(/\\u([\da-f]{4})/gi, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)))
    .replace(/&#x([\da-f]{1,6});/gi, (_, hex: string) => letter(Number.parseInt(hex, 16)))
    .replace(/&#(\d{1,7});/g, (_, digits: string) => letter(Number(digits)));
}

/**
 * Makes a function that removes echoes from texts.
 *
 * @param sent - what must not come back
 * @param token - nor any part of this
 * @param mask - masks a URN
 */
export function echoDropper(
  sent: readonly string[],
  token: string,
  mask: (urn: string) => string,
): (text: string) => string {
  const length = sent.reduce((sum, text) => sum + text.length, 0);
  if (length > MOST_SENT) return () => '…';
  const isSent = rowFinder(sent, length);
  const holdsToken = tokenFinder(token);

  const dropRows = (text: string) => {
    let clean = '';
    let position = 0;
    for (const { start, end } of findRows(text, isSent)) {
      const echo = text.slice(start, end);
      clean += text.slice(position, start) + (/^[a-z]+:\S+$/i.test(echo) ? mask(echo) : '…');
      position = end;
    }
    return clean + text.slice(position);
  };
  const isLongRow = (key: string) => key.length >= LONG_ROW && isSent(key);
  const isEcho = (word: string) =>
    holdsToken(word) ||
    decodings(word).some(decoded => holdsToken(decoded) || findRows(decoded, isLongRow).length > 0);
  return text => dropRows(text).replace(/[^\s"'<>]+/g, word => (isEcho(word) ? '…' : word));
}
