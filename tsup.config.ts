import { cp } from 'node:fs/promises';
import { defineConfig, type Options } from 'tsup';

const common: Options = {
  target: 'node20',
  platform: 'node',
  // One file an entry and no shared chunks: the runtime imports the entry afresh for every run, so a
  // chunk would carry module state from one run to the next.
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
    clean: true,
  },
  {
    ...common,
    entry: { 'sandbox/index': 'src/sandbox/index.ts' },
    format: ['esm', 'cjs'],
    // Only for trying out and testing: every install carries it, and nobody reads it there.
    minify: true,
    // The sandbox finds the page's files beside it, in either format.
    shims: true,
    onSuccess: () => cp('src/sandbox/page/browser', 'dist/sandbox/browser', PAGE_FILES),
  },
  {
    ...common,
    entry: { 'sandbox/command': 'src/sandbox/command.ts' },
    format: ['esm'],
    // The command uses the sandbox beside it instead of a copy of its own.
    external: ['./index.js'],
  },
]);
