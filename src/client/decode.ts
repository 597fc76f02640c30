import { isAscii } from 'node:buffer';

/**
 * Reads UTF-8. Most of what RapidPro answers is plain ASCII, which node reads as Latin-1 in less than
 * half the time, and keeps in half the memory.
 */
export function decode(bytes: Buffer): string {
  return bytes.toString(isAscii(bytes) ? 'latin1' : 'utf8');
}
