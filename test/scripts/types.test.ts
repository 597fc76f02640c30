import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { flatDeclarations } from '../../scripts/types/flatten.js';
import { ROOT } from '../packaging/project.js';

const INDEX = `import * as Adaptor from './Adaptor.js';
export * from './Adaptor.js';
export default Adaptor;`;

/** As little as will do, so that it takes no time. */
const OPTIONS = {
  target: 'ES2022',
  module: 'ESNext',
  moduleResolution: 'Bundler',
  lib: ['ES5'],
  types: [],
};

function flatten(files: Record<string, string>): Map<string, string> {
  const folder = mkdtempSync(join(tmpdir(), 'rapidpro-types-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const all = {
    'index.ts': INDEX,
    'language-common.d.ts': '',
    'tsconfig.json': JSON.stringify({ compilerOptions: OPTIONS }),
    ...files,
  };
  for (const [name, text] of Object.entries(all)) writeFileSync(join(folder, name), text);
  return flatDeclarations(join(folder, 'index.ts'), join(folder, 'tsconfig.json'));
}

test('operations, namespaces and shapes each have their file', () => {
  const files = flatten({
    'Adaptor.ts': `export { add } from './people.js';
export * as http from './http.js';`,
    'people.ts': `/** On the file. */

/** A person. */
export interface Person { name: string; friends?: Person[] }
/** @internal */
export interface Hidden { x: string }
/** Adds a person. */
export function add(person: Person): string { return person.name; }`,
    'http.ts': `function remove(): void {}
export { remove as delete };`,
  });
  expect(Object.fromEntries(files)).toEqual({
    'types.d.ts': `/** A person. */
interface Person {
    name: string;
    friends?: Person[];
}

export type { Person };
`,
    'Adaptor.d.ts': `import type { Person } from './types';
export * as http from './http';

/** Adds a person. */
export declare function add(person: Person): string;
`,
    'http.d.ts': `declare function remove(): void;

export { remove as delete };
`,
    'index.d.ts': `import * as Adaptor from './Adaptor';
export * from './Adaptor';
export * from './types';
export default Adaptor;
`,
  });
});

const SHAPE = 'export interface Shape { a: string }';

test.each([
  [
    'two shapes of one name',
    {
      'Adaptor.ts': `import type { Shape } from './one.js';
export { b } from './two.js';
export function a(shape: Shape): void { void shape; }`,
      'one.ts': SHAPE,
      'two.ts': `${SHAPE}
export function b(shape: Shape): void { void shape; }`,
    },
    /Two shapes are called Shape, in .*one\.d\.ts and .*two\.d\.ts/,
  ],
  [
    'a shape under another name',
    {
      'Adaptor.ts': `import type { Shape as Form } from './one.js';
export function a(shape: Form): void { void shape; }`,
      'one.ts': SHAPE,
    },
    /calls Shape Form/,
  ],
  [
    'a shape that is called like a function',
    {
      'Adaptor.ts': `import type { Shape } from './one.js';
export function a(shape: Shape): void { void shape; }
export * as space from './space.js';`,
      'space.ts': 'export function Shape(): void {}',
      'one.ts': SHAPE,
    },
    /Shape is in space\.d\.ts, and in another file/,
  ],
  ['any', { 'Adaptor.ts': 'export function a(value: any): void { void value; }' }, /is an "any"/],
  [
    'a type of another package',
    {
      'Adaptor.ts': `import type { CompilerOptions } from '${join(ROOT, 'node_modules/typescript')}';
export function a(options: CompilerOptions): void { void options; }`,
    },
    /names CompilerOptions of another package/,
  ],
])('%s is refused', (_, files, message) => {
  expect(() => flatten(files)).toThrow(message);
});
