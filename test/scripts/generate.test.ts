import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { describeAdaptor } from '../../scripts/generate/ast.js';
import { credentialForm } from '../../scripts/generate/credential-form.js';
import { folderOf } from './fake-adaptor.js';

const COMMON = JSON.stringify({ operations: [{ name: 'fn', docs: 'of fn' }, { name: 'each' }] });

const adaptor = `
  /** Runs operations. */
  export function execute() {}
  export { addContact, LIMIT } from './operations/contacts.js';
  export { fn } from '@openfn/language-common';
  export * as http from './http.js';
  export type { Contact } from './types.js';`;

const contacts = `
  export const LIMIT = 3;
  /** Not this one. */
  /**
   * Adds a contact.
   * @public
   * @function
   * @param {object} contact - who
   * @param {Options} [options] - how
   * @example <caption>Add Ann</caption>
   * addContact({ name: 'Ann' });
   * @returns {Operation}
   */
  export function addContact(contact: object, options?: Options): Operation;
  export function addContact(contact: object, ...rest: unknown[]): Operation {}`;

const described = (text: string) => {
  const folder = folderOf({
    'Adaptor.ts': adaptor,
    'operations/contacts.ts': text,
  });
  return describeAdaptor(`${folder}/Adaptor.ts`, COMMON);
};

describe('ast.json', () => {
  test('holds every public operation with the tags of its documentation', () => {
    const { operations, exports, common } = described(contacts);
    expect(exports).toEqual([]);
    expect(common).toEqual([{ name: 'fn', docs: 'of fn' }]);
    expect(operations).toEqual([
      {
        name: 'addContact',
        params: ['contact', 'options'],
        docs: {
          description: 'Adds a contact.',
          tags: [
            { title: 'public', description: null, type: null },
            { title: 'function', description: null, name: null },
            {
              title: 'param',
              description: 'who',
              type: { type: 'NameExpression', name: 'object' },
              name: 'contact',
            },
            {
              title: 'param',
              description: 'how',
              type: {
                type: 'OptionalType',
                expression: { type: 'NameExpression', name: 'Options' },
              },
              name: 'options',
            },
            {
              title: 'example',
              description: `addContact({ name: 'Ann' });`,
              caption: 'Add Ann',
            },
            {
              title: 'returns',
              description: null,
              type: { type: 'NameExpression', name: 'Operation' },
            },
          ],
        },
        valid: true,
      },
    ]);
  });

  test.each([
    ['a dotted parameter', contacts.replace('[options]', 'options.limit'), 'not its parameters'],
    ['a missing parameter', contacts.replace(/.*\[options\].*\n/, ''), 'not its parameters'],
    ['a type that cannot be read', contacts.replace('{Options}', '{(x) => y}'), 'cannot be read'],
    ['no documentation', contacts.replaceAll('/**', '/*'), 'no documentation'],
  ])('refuses %s', (_title, text, message) => {
    expect(() => described(text)).toThrow(message);
  });
});

describe('the credential form', () => {
  const host = z.string().min(1).meta({ title: 'Host', format: 'uri' });
  const token = z.string().meta({ title: 'Token', writeOnly: true });

  test('shows texts, addresses and passwords', () => {
    expect(credentialForm(z.looseObject({ host, token: token.optional() }))).toEqual({
      $schema: 'http://json-schema.org/draft-07/schema#',
      type: 'object',
      properties: {
        host: { type: 'string', minLength: 1, title: 'Host', format: 'uri' },
        token: { type: 'string', title: 'Token', writeOnly: true },
      },
      required: ['host'],
      additionalProperties: true,
    });
  });

  test.each([
    ['a choice', z.enum(['a', 'b'])],
    ['a pattern', z.string().regex(/^a/)],
    ['a number', z.number()],
    ['a list', z.array(z.string())],
    ['a text or a number', z.union([z.string(), z.int()])],
  ])('cannot show %s', (_title, property) => {
    expect(() => credentialForm(z.object({ property }))).toThrow('cannot show property');
  });

  test('can show a text or nothing, and a switch', () => {
    const form = credentialForm(z.object({ a: z.string().nullable(), b: z.boolean(), c: z.int() }));
    expect(form.properties).toMatchObject({
      a: { anyOf: [{ type: 'string' }, { type: 'null' }] },
      b: { type: 'boolean' },
      c: { type: 'integer' },
    });
  });
});
