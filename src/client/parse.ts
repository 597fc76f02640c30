/** Reads JSON that somebody else wrote, with limits to what it may become in memory. */

/** Levels of objects and lists in each other. RapidPro has a dozen; what writes state gives up at thousands. */
export const MOST_LEVELS = 200;
/** Characters beyond which the parts are counted before they are made. */
const LARGE = 8 * 1024 * 1024;
/** Objects, lists and what is in them. An empty object has two characters, and takes thirty times that. */
const MOST_PARTS = 4_000_000;
/** A shorter token could be a word of anybody's. */
const LEAST_OF_TOKEN = 8;

const [COMMA, OPEN_LIST, OPEN_OBJECT] = [0x2c, 0x5b, 0x7b];

function hasTooManyParts(text: string): boolean {
  if (text.length <= LARGE) return false;
  let parts = 0;
  for (let index = 0; index < text.length; index++) {
    const code = text.charCodeAt(index);
    if (code === COMMA || code === OPEN_LIST || code === OPEN_OBJECT) parts++;
  }
  return parts > MOST_PARTS;
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

/** Undoes escapes of plain letters, which nobody needs: they can hide the token. */
function unescapePlain(text: string): string {
  return text.replace(/\\(?:u00([2-7][\da-fA-F])|.)/gs, (written, hex?: string) => {
    const letter = hex ? String.fromCharCode(Number.parseInt(hex, 16)) : '"';
    return letter === '"' || letter === '\\' ? written : letter;
  });
}

/** Takes the token out of what a server sends back: state is kept, and read by more people than the credential. */
function withoutToken(text: string, token: string): string {
  if (token.length < LEAST_OF_TOKEN) return text;
  // The first look costs next to nothing, and nearly always is enough.
  const isEscaped = text.includes('\\u00') && /\\u00[2-7]/.test(text);
  const plain = isEscaped ? unescapePlain(text) : text;
  return plain.includes(token) ? plain.replaceAll(token, '…') : text;
}

export type Parsed = { value: unknown } | { amiss: 'no JSON' | 'too large' | 'too deep' };

/**
 * Reads JSON within limits. Never throws.
 *
 * @param text - a byte order mark before it is no harm
 * @param token - what must not be in the value
 */
export function parse(text: string, token = ''): Parsed {
  if (hasTooManyParts(text)) return { amiss: 'too large' };
  const start = text.charCodeAt(0) === 0xfeff ? 1 : 0;
  let value: unknown;
  try {
    value = JSON.parse(withoutToken(start ? text.slice(start) : text, token));
  } catch {
    return { amiss: 'no JSON' };
  }
  const isDeep = isNested(value) && isDeeper(value, MOST_LEVELS);
  return isDeep ? { amiss: 'too deep' } : { value };
}
