import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** Removes declarations that no entry of the package leads to: an editor would load them all. */

const ENTRIES = ['types/index.d.ts'];
const IMPORT = /(?:from|import\()\s*['"](\.[^'"]+)['"]/g;

const reached = new Set();
const waiting = ENTRIES.map(entry => join(entry));
for (let file = waiting.pop(); file; file = waiting.pop()) {
  if (reached.has(file) || !existsSync(file)) continue;
  reached.add(file);
  for (const [, path] of readFileSync(file, 'utf8').matchAll(IMPORT)) {
    waiting.push(join(dirname(file), path.replace(/\.js$/, '.d.ts')));
  }
}

for (const entry of readdirSync('types', { recursive: true, withFileTypes: true })) {
  const path = join(entry.parentPath ?? entry.path, entry.name);
  if (entry.isFile() && path.endsWith('.d.ts') && !reached.has(path)) rmSync(path);
}
