import { describe, expect, test } from 'vitest';
import {
  type ExpressionPlace,
  expressionEnd,
  refuseExpressions,
} from '../../src/input/expressions.js';

/** What is said about an expression, without a server. What RapidPro fills in is tested with the operations. */

function refused(value: unknown, place: ExpressionPlace = 'broadcast') {
  try {
    refuseExpressions(value, 'text', place);
    return undefined;
  } catch (error) {
    return error as { code: string; description: string; fix: string };
  }
}

test.each([
  ['a) b', 'a)'],
  ['a(b)c) d', 'a(b)c)'],
  ['")") d', '")")'],
  ['"\\")" & 1) d', '"\\")" & 1)'],
  ['\\)) d', '\\))'],
  ['"a" & (")" & "(")) d', '"a" & (")" & "("))'],
  ['a(b) d', 'a(b) d'],
  ['"a) d', '"a) d'],
  ['', ''],
])('an expression in brackets that goes on with %j ends with %j', (text, inner) => {
  expect(expressionEnd(`@(${text}`, 2)).toBe(2 + inner.length);
});

test.each<[value: unknown, where: string]>([
  ['@contact.nmae', 'text'],
  [{ eng: 'Hi', fra: '@contact.nmae' }, 'text.fra'],
  [['Yes', '@contact.nmae'], 'text[1]'],
  [{ eng: ['Yes', { a: '@contact.nmae' }] }, 'text.eng[1].a'],
  // A key can be the name of a person.
  [{ 'Amina Diallo': '@contact.nmae' }, 'text.…'],
])('%j: the error says where', (value, where) => {
  expect(refused(value)).toMatchObject({
    code: 'INVALID_INPUT',
    description: expect.stringMatching(
      new RegExp(`^${where.replace(/[[\].]/g, '\\$&')} contains @contact.nmae, which RapidPro`),
    ),
    fix: expect.stringMatching(/^Nothing was sent\. .*literal: true/),
  });
});

test.each([undefined, null, 7, true, {}, [], '', 'Hi', 'info@example.org', { eng: null }])(
  '%j has none',
  value => {
    for (const place of ['message', 'broadcast', 'flow'] as const) {
      expect(refused(value, place)).toBeUndefined();
    }
  },
);

describe('what is shown of an expression is no name and no number', () => {
  test.each([
    ['@contact.Amina_Diallo_0788123123_and_more_that_is_long', '@contact.…'],
    ['@contact.urns.Amina', '@contact.urns.…'],
    ['@contact.name.Amina.Diallo', '@contact.name.…'],
    ['@urns.0', '@urns.0'],
    ['@contacts', undefined],
  ])('%s: %s', (text, shown) => {
    const found = refused(text);
    if (shown === undefined) expect(found).toBeUndefined();
    else expect(found?.description).toContain(`text contains ${shown}, which RapidPro does`);
  });
});

describe('where a text goes decides what is filled in', () => {
  const ofFlow = 'Only flows have it';
  test.each<[string, ExpressionPlace, string | undefined]>([
    ['Hi @contact', 'message', '@contact,'],
    ['Hi @contact.name', 'message', '@contact.name'],
    ['Hi @(upper(contact.name))', 'message', '@(…)'],
    ['Hi @(1 + 1)', 'message', '@(…)'],
    ['Hi @fields.age', 'message', '@fields.age'],
    ['Hi @results.age', 'message', '@results.age'],
    ['Please @contact us', 'message', undefined],
    ['Hi @@contact.name', 'message', undefined],
    ['Write to info@contact.org', 'message', undefined],
    ['Follow @amina', 'message', undefined],
    ['Hi @( see below )', 'message', undefined],
    ['Hi @contact.name', 'broadcast', undefined],
    ['You said @results.age', 'broadcast', ofFlow],
    ['You said @results.age', 'flow', undefined],
    ['Follow @results', 'broadcast', undefined],
    ['Dear @contact.nmae', 'flow', '@contact.nmae'],
  ])('%s in a %s: %s', (text, place, said) => {
    const found = refused(text, place);
    if (said === undefined) expect(found).toBeUndefined();
    else expect(`${found?.description} ${found?.fix}`).toContain(said);
  });
});
