import { cp } from 'node:fs/promises';
import { defineConfig, type Options } from 'tsup';

const common: Options = {
  target: 'node20',
  platform: 'node',
  splitting: false,
  sourcemap: false,
  clean: false,
  dts: false,
};

/** What a browser gets goes out as it is. */
const PAGE_FILES = {
  recursive: true,
  filter: (file: string) => !file.endsWith('.json'),
};

export default defineConfig([
  {
    ...common,
    entry: { index: 'src/index.ts' },
    format: ['esm', 'cjs'],
    // The page's files are found beside it, in either format.
    shims: true,
    onSuccess: () => cp('src/page/browser', 'dist/browser', PAGE_FILES),
  },
  {
    ...common,
    entry: { command: 'src/command.ts' },
    format: ['esm'],
    // The command uses the sandbox beside it instead of a copy of its own.
    external: ['./index.js'],
  },
]);
