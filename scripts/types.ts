/**
 * Writes `types/`: a few flat files, made from the declarations that TypeScript emits for `src/`.
 *
 * OpenFn's editor takes every declaration file by its base name and resolves no other import than
 * `./name`. So each operation is declared in `Adaptor.d.ts` itself, each namespace (`http`, …) in a file
 * of its own, what only the entry has in `index.d.ts`, and every shape that they reach in `types.d.ts`.
 */
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { flatDeclarations } from './types/flatten.js';

const root = fileURLToPath(new URL('..', import.meta.url));
const folder = join(root, 'types');

const files = flatDeclarations(join(root, 'src/index.ts'), join(root, 'tsconfig.json'));
// The compiler takes the relative imports without an ending, which the editor needs, only as CommonJS.
files.set('package.json', '{ "type": "commonjs" }\n');

rmSync(folder, { recursive: true, force: true });
mkdirSync(folder, { recursive: true });
for (const [name, text] of files) writeFileSync(join(folder, name), text);
