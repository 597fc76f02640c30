/** Parses a large text of JSON piece by piece: as a whole it may take a second, in which nothing else is done. */

const [COMMA, COLON, QUOTE, BACKSLASH] = [0x2c, 0x3a, 0x22, 0x5c];
const [OPEN_LIST, CLOSE_LIST, OPEN_OBJECT, CLOSE_OBJECT] = [0x5b, 0x5d, 0x7b, 0x7d];

interface Limits {
  levels: number;
  /** Objects, lists and what is in them. */
  parts: number;
  /** Names of keys, each counted once. */
  names: number;
  /** Characters of a piece. */
  piece: number;
}

export type Amiss = 'no JSON' | 'too large' | 'too deep';

/** A text that is not read. Never leaves the client. */
export class Unfit extends Error {
  constructor(readonly amiss: Amiss) {
    super(amiss);
  }
}

/** An object or list that has not been closed yet. */
interface Open {
  isList: boolean;
  content: number;
  /** Where its key is in the text, with the quotes. Means nothing in a list. */
  key: readonly [start: number, end: number];
  /** What of it has been parsed, once a piece has ended within it. */
  value?: object;
}

const isBlank = (text: string) => /^[ \t\n\r]*$/.test(text);

/** Sets a key of any name: assigned to, "__proto__" would be no key. */
export function setKey(target: object, key: string, value: unknown): void {
  Object.defineProperty(target, key, {
    value,
    writable: true,
    enumerable: true,
    configurable: true,
  });
}

function append(target: object, more: object): void {
  if (Array.isArray(target)) for (const item of more as unknown[]) target.push(item);
  else for (const key of Object.keys(more)) setKey(target, key, more[key as keyof typeof more]);
}

/**
 * The steps of parsing a large text.
 *
 * @throws SyntaxError; `Unfit`
 */
export function* parsePieces(
  text: string,
  limits: Limits,
  read: (piece: string) => Generator<void, unknown>,
): Generator<void, unknown> {
  const open: Open[] = [];
  /** How many of those have a value. */
  let made = 0;
  let root: unknown;
  /** From where on the text has not been parsed, and what is right before that. */
  let begin = 0;
  let before: 'nothing' | 'comma' | 'value' = 'nothing';

  /** Parses up to a sign, and puts what is there into the objects and lists that are open. */
  function* take(end: number, sign: typeof before): Generator<void> {
    yield* takePiece(end);
    begin = end + 1;
    before = sign;
  }

  function* takePiece(end: number): Generator<void> {
    let piece = text.slice(begin, end);
    if (before === 'value') {
      if (isBlank(piece)) return;
      const comma = piece.indexOf(',');
      if (comma < 0 || !isBlank(piece.slice(0, comma))) throw new Unfit('no JSON');
      piece = piece.slice(comma + 1);
    }
    if (before !== 'nothing' && isBlank(piece)) throw new Unfit('no JSON');
    const host = open[made - 1];
    const within = open.slice(made);
    const last = within.at(-1);
    if (last && isBlank(text.slice(last.content, end))) throw new Unfit('no JSON');
    const ends = within.map(({ isList }) => (isList ? ']' : '}')).reverse();
    piece += ends.join('');
    if (host) piece = host.isList ? `[${piece}]` : `{${piece}}`;
    let value = yield* read(piece);
    if (host?.value) append(host.value, value as object);
    else root = value;
    for (const one of within) {
      if (Array.isArray(value) && one !== open[0]) value = value.at(-1);
      else if (one !== open[0]) {
        const key = String(yield* read(text.slice(...one.key)));
        value = (value as Record<string, unknown>)[key];
      }
      one.value = value as object;
    }
    made = open.length;
    yield;
  }

  const names = new Set<string>();
  let [parts, keys] = [0, 0];
  let isInString = false;
  let [start, end] = [0, 0];
  let key: Open['key'] = [0, 0];
  for (let place = 0, turn = limits.piece; place < text.length; place++) {
    if (place > turn) {
      yield;
      turn += limits.piece;
    }
    const code = text.charCodeAt(place);
    if (isInString) {
      if (code === BACKSLASH) place++;
      else if (code === QUOTE) [isInString, end] = [false, place];
    } else if (code === QUOTE) [isInString, start] = [true, place + 1];
    else if (code === COLON) {
      // A key comes after a brace or a comma. Where there are more keys, it is no JSON.
      if (++keys > parts) throw new Unfit('no JSON');
      names.add(text.slice(start, end));
      if (names.size > limits.names) throw new Unfit('too large');
      key = [start - 1, end + 1];
    } else if (code === COMMA) {
      if (++parts > limits.parts) throw new Unfit('too large');
      if (place - begin < limits.piece || open.length === 0) continue;
      yield* take(place, 'comma');
    } else if (code === OPEN_LIST || code === OPEN_OBJECT) {
      if (++parts > limits.parts) throw new Unfit('too large');
      open.push({ isList: code === OPEN_LIST, content: place + 1, key });
      if (open.length > limits.levels) throw new Unfit('too deep');
    } else if (code === CLOSE_LIST || code === CLOSE_OBJECT) {
      if (open.at(-1)?.isList !== (code === CLOSE_LIST)) throw new Unfit('no JSON');
      if (made === open.length) {
        yield* take(place, 'value');
        made--;
      }
      open.pop();
    }
  }
  if (open.length > 0) throw new Unfit('no JSON');
  if (before === 'nothing') return yield* read(text);
  if (!isBlank(text.slice(begin))) throw new Unfit('no JSON');
  return root;
}
