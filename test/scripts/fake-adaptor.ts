import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { onTestFinished } from 'vitest';

/** A folder with these files, removed after the test. */
export function folderOf(files: Record<string, string>): string {
  const folder = mkdtempSync(join(tmpdir(), 'rapidpro-scripts-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), text);
  }
  return folder;
}

export const NAME = '@openfn/language-fake';

/** A small adaptor with operations that need no server. */
export function fakeAdaptor(): { name: string; path: string } {
  const path = folderOf({
    'package.json': JSON.stringify({
      name: NAME,
      version: '1.0.0',
      type: 'module',
      types: 'types/index.d.ts',
      exports: { '.': { import: './dist/index.js' } },
    }),
    'types/index.d.ts': `export { execute, fn, keep, refuse } from './Adaptor.js'; export * as http from './http.js';`,
    'types/Adaptor.d.ts': 'export function execute(): any; export function sibling(): any;',
    'dist/index.js': `
      const resolve = (value, state) => (typeof value === 'function' ? value(state) : value);
      export const execute = (...operations) => state =>
        operations.reduce((before, each) => before.then(each), Promise.resolve({ ...state, executed: true }));
      export const fn = f => state => f(state);
      export const keep = value => async state => ({ ...state, data: resolve(value, state) });
      export const http = { get: path => async state => ({ ...state, data: 'GET ' + resolve(path, state) }) };
      export const sibling = () => state => state;
      export const refuse = () => async () => {
        const error = new Error('[X] refused');
        Object.assign(error, { code: 'X', description: 'It was refused.', fix: 'Ask nicely.' });
        throw error;
      };`,
  });
  return { name: NAME, path };
}
