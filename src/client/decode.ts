import { isAscii, isUtf8, transcode } from 'node:buffer';

/**
 * Reads UTF-8. The same as `bytes.toString('utf8')`, but on node 20 that takes a third of the time of
 * a page of contacts; what is only ASCII, or whole UTF-8, can be read in half of it.
 */
export function decode(bytes: Buffer): string {
  if (isAscii(bytes)) return bytes.toString('latin1');
  if (isUtf8(bytes)) return transcode(bytes, 'utf8', 'utf16le').toString('utf16le');
  return bytes.toString('utf8');
}
