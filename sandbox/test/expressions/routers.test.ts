import { expect, test } from 'vitest';
import { Evaluation } from '../../src/expressions/environment.js';
import { testNamed } from '../../src/expressions/functions/index.js';
import { isTrue, ObjectValue, toText } from '../../src/expressions/values.js';
import { environmentOf } from './recorded.js';

/** What a router's test matches in an answer; undefined if the test fails. */
const TABLE: [name: string, text: string, args: string[], found: string | undefined][] = [
  ['has_text', '  yes ', [], 'yes'],
  ['has_text', '   ', [], undefined],
  ['has_number', 'about 1,250.5 kg', [], '1250.5'],
  ['has_number', '-3', [], '-3'],
  ['has_number', 'none', [], undefined],
  ['has_number_eq', 'I am 18', ['18'], '18'],
  ['has_number_eq', 'I am 19', ['18'], undefined],
  ['has_number_lt', '17', ['18'], '17'],
  ['has_number_lt', '18', ['18'], undefined],
  ['has_number_lte', '18', ['18'], '18'],
  ['has_number_lte', '19', ['18'], undefined],
  ['has_number_gt', '19', ['18'], '19'],
  ['has_number_gt', '18', ['18'], undefined],
  ['has_number_gte', '18', ['18'], '18'],
  ['has_number_gte', '17', ['18'], undefined],
  ['has_number_between', '5', ['1', '5'], '5'],
  ['has_number_between', '6', ['1', '5'], undefined],
  ['has_number_between', '0', ['1', '5'], undefined],
  ['has_any_word', 'Oui, bien sûr', ['yes oui'], 'Oui'],
  ['has_any_word', 'ouistiti', ['yes oui'], undefined],
  ['has_all_words', 'red and blue', ['blue red'], 'red blue'],
  ['has_all_words', 'red', ['blue red'], undefined],
  ['has_phrase', 'I said: NOT today!', ['not today'], 'NOT today'],
  ['has_phrase', 'not, today: nothing', ['today not'], undefined],
  ['has_only_phrase', ' Yes! ', ['yes'], 'Yes'],
  ['has_only_phrase', 'yes please', ['yes'], undefined],
  ['has_only_text', 'yes', ['yes'], 'yes'],
  ['has_only_text', 'Yes', ['yes'], undefined],
  ['has_beginning', ' Join mothers', ['join'], 'Join'],
  ['has_beginning', 'I join', ['join'], undefined],
  ['has_pattern', 'my code is AB-12', ['[a-z]{2}-\\d+'], 'AB-12'],
  ['has_pattern', 'no code', ['[a-z]{2}-\\d+'], undefined],
  ['has_email', 'write to a.b@example.org please', [], 'a.b@example.org'],
  ['has_email', 'a.b at example', [], undefined],
  ['has_phone', 'call 0788 123-123', [], '+250788123123'],
  ['has_phone', 'call 911', [], undefined],
  ['has_something_new', 'yes', [], undefined],
];

test.each(TABLE)('%s of %j with %j', (name, text, args, found) => {
  const at = new Evaluation(environmentOf('v9', 'flow'), () => {});
  const result = testNamed(name)?.call(at, [text, ...args]);
  const match =
    result instanceof ObjectValue && isTrue(result)
      ? toText(at, result.get('match') ?? null)
      : undefined;
  expect(match).toBe(found);
});
