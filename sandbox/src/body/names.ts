import type { Call } from '../core/call.js';
import { lengthOf } from '../values/text.js';
import { type Rule, text } from './rules.js';

const MOST = 64;

/** The rules for names of groups, labels, campaigns and the like. The first that is broken is reported. */
export function complaints(given: string): string[] {
  if (lengthOf(given) > MOST) return [`Cannot be longer than ${MOST} characters.`];
  const letter = ['"', '\\'].find(one => given.includes(one));
  if (letter !== undefined) return [`Cannot contain the character: ${letter}`];
  return given.includes('\0') ? ['Cannot contain null characters.'] : [];
}

/** A name that no other object of its kind has, ignoring case. */
export function uniqueName<T extends { name: string }>(
  others: (call: Call) => Iterable<T>,
  own?: T,
): Rule<string> {
  return text({
    most: MOST,
    checks: (given, call) => {
      const found = complaints(given);
      if (isTaken(others(call), given, own)) found.push('This field must be unique.');
      return found;
    },
  });
}

export function isTaken<T extends { name: string }>(
  others: Iterable<T>,
  name: string,
  own?: T,
): boolean {
  const wanted = name.toLowerCase();
  for (const other of others) {
    if (other !== own && other.name.toLowerCase() === wanted) return true;
  }
  return false;
}
