import { isTranslationLanguage } from '../values/language-codes.js';
import { mapOf, type Read, type Rule, text } from './rules.js';

const MOST_LANGUAGES = 50;

const languageIssue = (code: string): string | undefined =>
  isTranslationLanguage(code) ? undefined : 'Not an allowed ISO 639-3 language code.';

/** A language's code. */
export const language = text({
  most: 3,
  last: given => {
    const wrong = languageIssue(given);
    return wrong ? [wrong] : [];
  },
});

/**
 * A value for each language, or a single value in the workspace's primary language. `v9` recognizes a single value by
 * its type; for `textit` it is a text or a list.
 */
export function translated<T>(
  rule: Rule<T>,
  isBare: (input: unknown) => boolean,
): Rule<Map<string, T>> {
  return {
    read(input, call): Read<Map<string, T>> {
      const primary = call.workspace.settings.languages[0] ?? 'und';
      const isSingle = typeof input === 'string' || Array.isArray(input);
      const bare = call.workspace.dialect === 'textit' ? isSingle : isBare(input);
      const given = bare ? { [primary]: input } : input;
      const keyed = mapOf(rule, {
        empty: false,
        keyIssue: key => (bare ? undefined : languageIssue(key)),
        most: MOST_LANGUAGES,
      });
      return keyed.read(given, call);
    },
  };
}
