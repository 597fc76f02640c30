import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { describeAdaptor } from '../../scripts/generate/ast.js';
import { readInterfaces } from '../../scripts/generate/interfaces.js';
import { describeOperations, ownErrors, splitDefault } from '../../scripts/generate/operations.js';
import { folderOf } from './fake-adaptor.js';

describe('docs/reference/operations.md', () => {
  const page = readFileSync('docs/reference/operations.md', 'utf8');
  const { operations } = JSON.parse(readFileSync('ast.json', 'utf8')) as {
    operations: { name: string }[];
  };

  test.each([
    ...operations.map(({ name }) => name),
    ...['http.get', 'http.post', 'http.delete', 'http.request', 'webhook.parse'],
    ...['phoneUrn', 'phoneUrns', 'dateTime', 'dayRange', 'parseCsv', 'chunk'].map(
      name => `util.${name}`,
    ),
  ])('%s is there, and in the contents', name => {
    expect(page).toContain(`\n### ${name}\n\n\`${name}(`);
    expect(page).toContain(`[\`${name}\`](#${name.replace('.', '').toLowerCase()})`);
  });

  test('is not made where an operation stands in no group', () => {
    const folder = folderOf({
      'Adaptor.ts': `/**
        * Does a thing.
        * @public
        * @function
        * @throws {RapidProError} \`TIMEOUT\`
        */
        export function doThing() {}`,
    });
    const made = describeAdaptor(`${folder}/Adaptor.ts`, '{"operations":[]}').operations;
    expect(() => describeOperations(made, new Map())).toThrow('In no group');
  });
});

describe('the errors of an operation', () => {
  test('are those that not every operation has', () => {
    const text = '`NOT_FOUND`, `INVALID_INPUT`; `TIMEOUT`; the errors of every request.';
    expect(ownErrors(text, 'x')).toBe('`NOT_FOUND`.');
    expect(ownErrors('`INVALID_INPUT` for nobody; `INVALID_FILTER`.', 'x')).toBe(
      '`INVALID_INPUT` for nobody.',
    );
    expect(ownErrors('The errors of every request.', 'x')).toBe('');
  });

  test('are errors that exist', () => {
    expect(() => ownErrors('`NOT_FOUNT`', 'getContact')).toThrow(
      'getContact names the error NOT_FOUNT, which does not exist.',
    );
  });
});

describe('the default of an option', () => {
  test.each([
    ['Seconds in all. Default: 60.', 'Seconds in all.', '60'],
    ['Seconds. Default: none. Later more.', 'Seconds. Later more.', 'none'],
    ['By uuid. Default: the uuid, else the URNs.', 'By uuid.', 'the uuid, else the URNs'],
    ["`'add'` (default): add.", "`'add'`: add.", "`'add'`"],
    ['True: do it. Default: false.', 'True: do it.', 'false'],
    ['Nothing is said.', 'Nothing is said.', ''],
  ])('%s', (whole, text, byDefault) => {
    expect(splitDefault(whole)).toEqual({ text, byDefault });
  });
});

test('an interface has the keys of the one that it extends, and choices by what can be chosen', () => {
  const folder = folderOf({
    'types.ts': `
      interface Span {
        /** From. */
        after?: string;
      }
      type Size = 'small' | 'large';
      /** Filters. */
      export interface Filters extends Span { size: Size; }
      export interface Fewer extends Omit<Filters, 'size'> {
        /** More. */
        id: number;
      }`,
  });
  const shapes = readInterfaces([`${folder}/types.ts`]);
  const after = { name: 'after', type: 'string', optional: true, text: 'From.' };
  expect([...shapes.keys()]).toEqual(['Filters', 'Fewer']);
  expect(shapes.get('Filters')).toEqual({
    name: 'Filters',
    text: 'Filters.',
    members: [{ name: 'size', type: "'small' | 'large'", optional: false, text: '' }, after],
  });
  expect(shapes.get('Fewer')?.members).toEqual([
    { name: 'id', type: 'number', optional: false, text: 'More.' },
    after,
  ]);
});
