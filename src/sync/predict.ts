import { isCut, isUnreadable, type Stored, storedField, storedText } from '../input/stored.js';
import type { Misread } from '../operations/contact/misread.js';
import { type Input, LONGEST_NAME } from './inputs.js';
import type { SyncFacts } from './syncFacts.js';

/**
 * Predicts what RapidPro would show after a write, so that writes without a change can be left out. Conservative: if
 * two servers were not seen to do the same, it is `unpredicted`, and is written.
 */

export type Prediction = 'same' | 'different' | 'unpredicted';

function compare(stored: Stored, current: string | null): Prediction {
  if (!stored) return 'unpredicted';
  return stored.value === current ? 'same' : 'different';
}

/** How many names the full path of a place has: the country's, the state's, and so on. */
export const LEVELS: { [type: string]: number } = { state: 2, district: 3, ward: 4 };

/**
 * Places are found by name in the workspace's own map. Without the map, this much is known: a full path that RapidPro
 * shows stays the same, and so does the name of a state.
 */
function predictPlace(type: string, value: string | number | null, current: string): Prediction {
  const raw = storedText(value)?.value;
  const names = current.split(' > ');
  if (!raw || names.length !== LEVELS[type]) return 'unpredicted';
  return raw === current || (type === 'state' && raw === names.at(-1)) ? 'same' : 'unpredicted';
}

/** Compares the value of a contact field with the one that RapidPro shows. */
export function predictField(
  type: string,
  value: string | number | null,
  current: string | null,
): Prediction {
  const stored = storedField(type, value);
  if (stored || current === null || ['text', 'number', 'datetime'].includes(type)) {
    return compare(stored, current);
  }
  return predictPlace(type, value, current);
}

export function predictName(value: string | number | null, current: string | null): Prediction {
  const stored = storedText(value);
  // RapidPro refuses what is blank or too long.
  if (stored?.value === null && value !== null) return 'unpredicted';
  if (stored?.value && Array.from(stored.value).length > LONGEST_NAME) return 'unpredicted';
  return compare(stored, current);
}

let names: Intl.DisplayNames | undefined;

/** Whether a three-letter language certainly exists. Rare ones only RapidPro knows. */
export function isKnownLanguage(language: string | null | undefined): boolean {
  if (language == null) return true;
  names ??= new Intl.DisplayNames('en', { type: 'language', fallback: 'none' });
  return names.of(language) !== undefined;
}

/** A language is sent in lower case, because RapidPro stores updates unchanged. */
export function predictLanguage(value: string | null, current: string | null): Prediction {
  if (value !== null && !/^[a-z]{3}$/.test(value)) return 'unpredicted';
  if (value !== current && !isKnownLanguage(value)) return 'unpredicted';
  return compare({ value }, current);
}

/** Fields that RapidPro will certainly misread. */
export function predictMisread(fields: Input['fields'], types: SyncFacts['types']): Misread {
  const misread: Misread = { unread: [], altered: [] };
  for (const [key, value] of Object.entries(fields ?? {})) {
    if (isUnreadable(types.get(key) ?? '', value)) misread.unread.push(`fields.${key}`);
    else if (isCut(value)) misread.altered.push(`fields.${key}`);
  }
  return misread;
}
