import { describe, expect, it } from 'vitest';
import { fillIn, type Roots } from '../../src/expressions/template.js';
import { ObjectValue } from '../../src/expressions/values.js';
import { environmentOf } from './recorded.js';

const roots: Roots = {
  contact: () => ObjectValue.of({ name: 'Ann Uwase', uuid: 'u-1' }, { value: 'Ann Uwase' }),
  fields: () => ObjectValue.of({ age: '34', place: null }),
  results: () =>
    ObjectValue.of({
      cases: ObjectValue.of(
        { value: '5', category: 'Has Number', input: 'I saw 5' },
        { value: '5' },
      ),
    }),
};

describe('expressions of flows', () => {
  it.each([
    ['Hello @contact!', 'Hello Ann Uwase!'],
    ['@contact.name is @fields.age.', 'Ann Uwase is 34.'],
    ['@CONTACT.NAME', 'Ann Uwase'],
    ['[@fields.place][@fields.nope]', '[][]'],
    ['write to ann@example.org or @@contact', 'write to ann@example.org or @contact'],
    ['@(upper(contact))', 'ANN UWASE'],
    ['@(lower("Was (das)"))', 'was (das)'],
    ['@(url_encode("a b&c"))', 'a%20b%26c'],
    ['@(default(fields.place, "nowhere"))', 'nowhere'],
    ['@(if(fields.age, "known", "unknown"))', 'known'],
    ['@(json(object("n", 3, "who", contact.name)))', '{"n":3,"who":"Ann Uwase"}'],
    ['@(json(contact))', '{"name":"Ann Uwase","uuid":"u-1"}'],
    [
      '@(json(foreach_value(results, extract_object, "value", "category")))',
      '{"cases":{"category":"Has Number","value":"5"}}',
    ],
    ['@(unknown(1))', ''],
    ['@(open', '@(open'],
  ])('%s', (text, expected) => {
    expect(fillIn(text, roots, environmentOf('v9', 'flow')).text).toBe(expected);
  });
});
