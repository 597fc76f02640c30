import { describe, expect, test } from 'vitest';
import { adaptorNames, namesIn } from '../../scripts/adaptor-names.mjs';
import { folderOf } from './fake-adaptor.js';

describe('the names that the platform sees in a declaration file', () => {
  test.each([
    [
      'names from another file',
      `export { a, b as c } from './operations/contacts.js';`,
      ['a', 'c'],
    ],
    ['a namespace from another file', `export * as http from './http.js';`, ['http']],
    ['declared functions', 'export declare function get(path: string): unknown;', ['get']],
    ['functions of a bundle', 'declare function a(): void; export { a };', ['a']],
    ['overloads once', 'export function a(): void; export function a(b: 1): void;', ['a']],
    [
      'no namespace of a bundle',
      'declare namespace http { function get(): void; } export { http };',
      [],
    ],
    ['no constant', 'export declare const op: () => void;', []],
    ['no constant of a bundle', 'declare const op: () => void; export { op };', []],
    [
      'the first name of what is renamed',
      'declare function _del(): void; export { _del as del };',
      ['_del'],
    ],
    ['nothing behind a star', `export * from '@openfn/language-common';`, []],
    ['no types', `export type { A } from './a.js'; export { type B, c } from './b.js';`, ['c']],
    ['no interface, no default', 'export interface A {} export default function x(): void;', []],
  ])('%s', (_title, text, names) => {
    expect(namesIn(text)).toEqual(names);
  });
});

describe('an adaptor’s names', () => {
  test('come from its types and from the Adaptor.d.ts beside them', () => {
    const folder = folderOf({
      'package.json': '{ "types": "types/index.d.ts" }',
      'types/index.d.ts': `export { b } from './other.js'; export * from './other.js';`,
      'types/Adaptor.d.ts': 'export function a(): void; export function b(): void;',
      'types/other.d.ts': 'export function b(): void; export function hidden(): void;',
    });
    expect(adaptorNames(folder)).toEqual(['a', 'b']);
  });

  test('cannot be known without types', () => {
    expect(() => adaptorNames(folderOf({ 'package.json': '{}' }))).toThrow('no "types"');
    const folder = folderOf({ 'package.json': '{ "types": "types/index.d.ts" }' });
    expect(() => adaptorNames(folder)).toThrow('Build first');
  });
});
