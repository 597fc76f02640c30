import { writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { defineConfig } from 'tsup';

/**
 * The code is there once, for `require()`; the entry for `import` takes it from there. The platform imports the entry
 * afresh for every run, so the code is loaded afresh with it: no state of a module goes from one run to the next.
 */
function writeEntry(): void {
  const names = Object.keys(createRequire(import.meta.url)('./dist/index.cjs'));
  const lines = [
    "import { createRequire } from 'node:module';",
    'const require = createRequire(import.meta.url);',
    "delete require.cache[require.resolve('./index.cjs')];",
    "const code = require('./index.cjs');",
    ...names.filter(name => name !== 'default').map(name => `export const ${name} = code.${name};`),
    'export default code.default;',
  ];
  writeFileSync('dist/index.js', `${lines.join('\n')}\n`);
}

export default defineConfig({
  entry: { index: 'src/index.ts' },
  target: 'node20',
  platform: 'node',
  splitting: false,
  sourcemap: false,
  dts: false,
  format: 'cjs',
  clean: true,
  // A worker fetches and reads it for every step. Lines are kept short, so that a stack trace says where.
  minify: true,
  esbuildOptions: options => {
    options.lineLimit = 400;
    options.charset = 'utf8';
    options.logOverride = { 'empty-import-meta': 'silent' };
  },
  onSuccess: async () => writeEntry(),
});
