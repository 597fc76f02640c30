/** What the first bytes of a file say about it. */

const starts =
  (...codes: number[]) =>
  (bytes: Uint8Array) =>
    codes.every((code, index) => bytes[index] === code);
const holds = (text: string, at: number) => (bytes: Uint8Array) =>
  Buffer.from(bytes.subarray(at, at + text.length)).toString('latin1') === text;

/** The first bytes of the file types that RapidPro accepts. */
const BEGINNINGS: readonly [
  type: string,
  extension: string,
  test: (bytes: Uint8Array) => boolean,
][] = [
  ['image/png', 'png', starts(0x89, 0x50, 0x4e, 0x47)],
  ['image/jpeg', 'jpg', starts(0xff, 0xd8, 0xff)],
  ['image/gif', 'gif', holds('GIF8', 0)],
  ['image/webp', 'webp', bytes => holds('RIFF', 0)(bytes) && holds('WEBP', 8)(bytes)],
  ['application/pdf', 'pdf', holds('%PDF', 0)],
  ['audio/ogg', 'ogg', holds('OggS', 0)],
  ['audio/wav', 'wav', bytes => holds('RIFF', 0)(bytes) && holds('WAVE', 8)(bytes)],
  ['audio/amr', 'amr', holds('#!AMR', 0)],
  ['audio/aac', 'aac', starts(0xff, 0xf1)],
  ['audio/aac', 'aac', starts(0xff, 0xf9)],
  ['audio/mpeg', 'mp3', holds('ID3', 0)],
  ['audio/mpeg', 'mp3', bytes => bytes[0] === 0xff && ((bytes[1] ?? 0) & 0xf6) === 0xf2],
  ['video/webm', 'webm', starts(0x1a, 0x45, 0xdf, 0xa3)],
  ['audio/mp4', 'm4a', holds('ftypM4A', 4)],
  // Photos and videos from phones begin alike. Only the next letters differ.
  ['image/heic', 'heic', holds('ftyphei', 4)],
  ['image/heic', 'heic', holds('ftypmif', 4)],
  ['image/avif', 'avif', holds('ftypavi', 4)],
  ['video/3gpp', '3gp', holds('ftyp3g', 4)],
  ['video/quicktime', 'mov', holds('ftypqt', 4)],
  ['video/mp4', 'mp4', holds('ftyp', 4)],
];

/** The type of a file by its first bytes. */
export function detectFileType(bytes: Uint8Array): { type: string; extension: string } | undefined {
  const found = BEGINNINGS.find(([, , test]) => test(bytes));
  return found && { type: found[0], extension: found[1] };
}

/** Whether a file is a web page: a login page often comes in place of a file. */
export function looksLikePage(bytes: Uint8Array): boolean {
  const beginning = Buffer.from(bytes.subarray(0, 100)).toString('latin1');
  // A byte order mark may come first.
  return /^(?:\u00ef\u00bb\u00bf)?\s*<(?:!doctype html|html)/i.test(beginning);
}
