/** Reads JSON that somebody else wrote, with limits to what it may become in memory. */

/** Levels of objects and lists in each other. RapidPro has a dozen; what writes state gives up at thousands. */
export const MOST_LEVELS = 200;
/** Characters beyond which the parts are counted before they are made. */
const LARGE = 1024 * 1024;
/** Objects, lists and what is in them. An empty object has two characters, and takes thirty times that. */
const MOST_PARTS = 1_000_000;
/** Names of keys, each counted once: making an object of another shape each time is what takes longest. */
const MOST_NAMES = 50_000;
/** A shorter token could be a word of anybody's. */
const LEAST_OF_TOKEN = 8;

const [COMMA, COLON, OPEN_LIST, OPEN_OBJECT, QUOTE, BACKSLASH, SPACE] = [
  0x2c, 0x3a, 0x5b, 0x7b, 0x22, 0x5c, 0x20,
];

function hasTooManyParts(text: string): boolean {
  if (text.length <= LARGE) return false;
  let parts = 0;
  for (let index = 0; index < text.length; index++) {
    const code = text.charCodeAt(index);
    if (code === COMMA || code === OPEN_LIST || code === OPEN_OBJECT) parts++;
  }
  return parts > MOST_PARTS || hasTooManyNames(text);
}

/** Whether a quote belongs to the text that it stands in: an odd number of backslashes stands before it. */
function isEscaped(text: string, quote: number): boolean {
  let start = quote;
  while (text.charCodeAt(start - 1) === BACKSLASH) start--;
  return (quote - start) % 2 === 1;
}

/** Looks at what stands before each colon. */
function hasTooManyNames(text: string): boolean {
  const names = new Set<string>();
  for (let colon = 0; colon < text.length; colon++) {
    if (text.charCodeAt(colon) !== COLON) continue;
    let end = colon - 1;
    const before = text.charCodeAt(end);
    if (before !== QUOTE && before > SPACE) continue;
    while (end > 0 && text.charCodeAt(end) <= SPACE) end--;
    if (text.charCodeAt(end) !== QUOTE || isEscaped(text, end)) continue;
    names.add(text.slice(text.lastIndexOf('"', end - 1) + 1, end));
    if (names.size > MOST_NAMES) return true;
  }
  return false;
}

function isNested(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}

/** Each page of a long list goes through this, so it calls itself for objects and lists alone. */
function isDeeper(value: object, levels: number): boolean {
  if (levels === 0) return true;
  if (Array.isArray(value)) {
    for (const item of value) if (isNested(item) && isDeeper(item, levels - 1)) return true;
    return false;
  }
  for (const key in value) {
    const item = value[key as keyof typeof value];
    if (isNested(item) && isDeeper(item, levels - 1)) return true;
  }
  return false;
}

/** Takes the token out of what a server sends back: state is kept, and read by more people than the credential. */
function withoutToken(text: string, token: string): string {
  return text.includes(token) ? text.replaceAll(token, '…') : text;
}

/** Whether plain letters are escaped, which nobody needs: they can hide the token. Nearly always the first look is enough. */
const mayHide = (text: string) => text.includes('\\u00') && /\\u00[2-7]/.test(text);

/** Takes out of a value the token that escapes have hidden. */
function withoutHidden(value: unknown, token: string): unknown {
  if (typeof value === 'string') return withoutToken(value, token);
  if (!isNested(value)) return value;
  for (const key of Object.keys(value)) {
    const item = value[key as keyof typeof value];
    const [name, plain] = [withoutToken(key, token), withoutHidden(item, token)];
    if (name === key && plain === item) continue;
    if (name !== key) delete value[key as keyof typeof value];
    // Assigned to, "__proto__" would be no key.
    const all = { value: plain, writable: true, enumerable: true, configurable: true };
    Object.defineProperty(value, name, all);
  }
  return value;
}

/** For places in a text of JSON, in their order: whether they are within a string. */
function stringsOf(text: string): (place: number) => boolean {
  let at = 0;
  let isWithin = false;
  return place => {
    for (; at < place; at++) {
      const code = text.charCodeAt(at);
      if (code === QUOTE) isWithin = !isWithin;
      else if (code === BACKSLASH) at++;
    }
    return isWithin;
  };
}

/** Digits of the shortest whole number that JavaScript may round. */
const LONG_RUN = 16;
/** Characters of the longest one that it may keep, with its sign. */
const LONGEST_SAFE = 17;
/** What may stand beside a whole number. In a string it may stand there too. */
const BEFORE = /^[[:,\s]?$/;
const AFTER = /^[\]},\s]?$/;

/** Whether there are sixteen digits in a row: wherever they begin, one is at a place that is looked at. */
function hasLongRun(text: string): boolean {
  const isDigit = (place: number) => {
    const code = text.charCodeAt(place);
    return code >= 0x30 && code <= 0x39;
  };
  for (let place = LONG_RUN - 1; place < text.length; place += LONG_RUN) {
    if (!isDigit(place)) continue;
    let [start, end] = [place, place + 1];
    while (isDigit(start - 1)) start--;
    while (isDigit(end)) end++;
    if (end - start >= LONG_RUN) return true;
  }
  return false;
}

/** Writes whole numbers that JavaScript would round in quotes: an id with other digits is somebody else's. */
function quoteLongIntegers(text: string): string {
  if (!hasLongRun(text)) return text;
  const isInString = stringsOf(text);
  return text.replace(/-?[1-9]\d{15,}/g, (digits, place: number) => {
    const isNumber =
      BEFORE.test(text.charAt(place - 1)) &&
      AFTER.test(text.charAt(place + digits.length)) &&
      (digits.length > LONGEST_SAFE || !Number.isSafeInteger(Number(digits))) &&
      !isInString(place);
    return isNumber ? `"${digits}"` : digits;
  });
}

/**
 * As JSON.parse, but that whole numbers of more digits than JavaScript keeps become text.
 *
 * @throws SyntaxError
 */
export function parseJson(text: string): unknown {
  return JSON.parse(quoteLongIntegers(text));
}

type Parsed = { value: unknown } | { amiss: 'no JSON' | 'too large' | 'too deep' };

/**
 * Reads JSON within limits. Never throws.
 *
 * @param text - a byte order mark before it is no harm
 * @param token - what must not be in the value
 */
export function parse(text: string, token = ''): Parsed {
  if (hasTooManyParts(text)) return { amiss: 'too large' };
  const isSecret = token.length >= LEAST_OF_TOKEN;
  const start = text.charCodeAt(0) === 0xfeff ? 1 : 0;
  let value: unknown;
  try {
    const plain = start ? text.slice(start) : text;
    value = parseJson(isSecret ? withoutToken(plain, token) : plain);
  } catch {
    return { amiss: 'no JSON' };
  }
  if (isNested(value) && isDeeper(value, MOST_LEVELS)) return { amiss: 'too deep' };
  return { value: isSecret && mayHide(text) ? withoutHidden(value, token) : value };
}
