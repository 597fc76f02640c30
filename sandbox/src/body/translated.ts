import type { Call } from '../core/call.js';
import { storeLanguage } from '../values/index.js';
import { isObject } from './parse.js';
import { mapOf, type Read, type Rule } from './rules.js';

const MOST_LANGUAGES = 50;

function languageIssue(key: string, call: Call): string | undefined {
  const stored = storeLanguage(key, 'update', call.workspace.dialect);
  return key.length === 3 && !('errors' in stored)
    ? undefined
    : 'Not an allowed ISO 639-3 language code.';
}

/**
 * A value for each language, or a single value in the workspace's primary language. `v9` recognizes a single value by
 * its type; for `textit` it is anything that is not an object.
 */
export function translated<T>(
  rule: Rule<T>,
  isBare: (input: unknown) => boolean,
): Rule<Map<string, T>> {
  return {
    read(input, call): Read<Map<string, T>> {
      const primary = call.workspace.settings.languages[0] ?? 'und';
      const bare = call.workspace.dialect === 'textit' ? !isObject(input) : isBare(input);
      const given = bare ? { [primary]: input } : input;
      const keyed = mapOf(rule, {
        empty: false,
        keyIssue: key => (isObject(input) ? languageIssue(key, call) : undefined),
        most: MOST_LANGUAGES,
      });
      return keyed.read(given, call);
    },
  };
}
