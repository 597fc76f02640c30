/** The names that HTML gives to letters, in the order of their codes from each start. `.` is a code without a name. */
const NAMED: Record<number, string> = {
  160: `nbsp iexcl cent pound curren yen brvbar sect uml copy ordf laquo not shy reg macr deg plusmn sup2 sup3 acute
    micro para middot cedil sup1 ordm raquo frac14 frac12 frac34 iquest Agrave Aacute Acirc Atilde Auml Aring AElig
    Ccedil Egrave Eacute Ecirc Euml Igrave Iacute Icirc Iuml ETH Ntilde Ograve Oacute Ocirc Otilde Ouml times Oslash
    Ugrave Uacute Ucirc Uuml Yacute THORN szlig agrave aacute acirc atilde auml aring aelig ccedil egrave eacute ecirc
    euml igrave iacute icirc iuml eth ntilde ograve oacute ocirc otilde ouml divide oslash ugrave uacute ucirc uuml
    yacute thorn yuml`,
  913: `Alpha Beta Gamma Delta Epsilon Zeta Eta Theta Iota Kappa Lambda Mu Nu Xi Omicron Pi Rho . Sigma Tau Upsilon Phi
    Chi Psi Omega`,
  945: `alpha beta gamma delta epsilon zeta eta theta iota kappa lambda mu nu xi omicron pi rho sigmaf sigma tau upsilon
    phi chi psi omega`,
  34: 'quot . . . amp apos',
  60: 'lt . gt',
  338: 'OElig oelig',
  352: 'Scaron scaron',
  376: 'Yuml',
  402: 'fnof',
  710: 'circ',
  732: 'tilde',
  8194: 'ensp emsp',
  8201: 'thinsp . . zwnj zwj lrm rlm',
  8211: 'ndash mdash',
  8216: 'lsquo rsquo sbquo . ldquo rdquo bdquo . dagger Dagger bull . . . hellip',
  8240: 'permil . prime Prime',
  8249: 'lsaquo rsaquo',
  8254: 'oline',
  8364: 'euro',
  8482: 'trade',
  8592: 'larr uarr rarr darr harr',
  8704: 'forall . part exist . empty . nabla isin notin . ni',
  8719: 'prod . sum minus',
  8730: 'radic . . prop infin',
  8743: 'and or cap cup int',
  8776: 'asymp',
  8800: 'ne equiv . . le ge',
  9674: 'loz',
  9824: 'spades . . clubs . hearts diams',
};

/** The names that need no semicolon: those of the oldest HTML. */
const BARE = new Set([
  ...(NAMED[160] ?? '').split(/\s+/),
  ...['quot', 'amp', 'lt', 'gt', 'QUOT', 'AMP', 'LT', 'GT', 'COPY', 'REG'],
]);

const LETTERS = new Map<string, string>([
  ['QUOT', '"'],
  ['AMP', '&'],
  ['LT', '<'],
  ['GT', '>'],
  ['COPY', '©'],
  ['REG', '®'],
]);
for (const [start, names] of Object.entries(NAMED)) {
  for (const [index, name] of names.split(/\s+/).entries()) {
    if (name !== '.') LETTERS.set(name, String.fromCodePoint(Number(start) + index));
  }
}

/** What the codes 128 to 159 stand for: letters of Windows. */
const WINDOWS = '€\u0081‚ƒ„…†‡ˆ‰Š‹Œ\u008dŽ\u008f\u0090‘’“”•–—˜™š›œ\u009džŸ';

const ENTITY = /&(?:#(?:[xX]([0-9a-fA-F]+)|(\d+));?|([a-zA-Z][a-zA-Z0-9]*)(;?))/g;

/** Replaces the names and codes of letters in HTML. What it does not know is told, and stays. */
export function withoutEntities(
  text: string,
  tell: (name: string) => void,
  charge: () => void,
): string {
  const parts: string[] = [];
  let from = 0;
  // One after the other: `replace` would find all of them before the first is charged.
  for (const found of text.matchAll(ENTITY)) {
    charge();
    parts.push(text.slice(from, found.index), letterOf(found, tell));
    from = found.index + found[0].length;
  }
  return parts.join('') + text.slice(from);
}

function letterOf(found: RegExpExecArray, tell: (name: string) => void): string {
  const [all, hex, decimal, name, end] = found;
  if (name === undefined) {
    return coded(hex === undefined ? Number(decimal) : Number.parseInt(hex, 16));
  }
  const letter = end === ';' || BARE.has(name) ? LETTERS.get(name) : undefined;
  if (letter !== undefined) return letter;
  const bare = longestBare(name);
  if (bare) return `${LETTERS.get(bare)}${name.slice(bare.length)}${end}`;
  if (end === ';') tell(name);
  return all;
}

function longestBare(name: string): string | undefined {
  for (let length = Math.min(name.length - 1, 6); length > 1; length--) {
    if (BARE.has(name.slice(0, length))) return name.slice(0, length);
  }
  return undefined;
}

function coded(code: number): string {
  if (code >= 0x80 && code <= 0x9f) return WINDOWS.charAt(code - 0x80);
  const isLetter = code > 0 && code <= 0x10ffff && !(code >= 0xd800 && code < 0xe000);
  return isLetter ? String.fromCodePoint(code) : '\ufffd';
}
