import { defineConfig, type Options } from 'tsup';

const common: Options = {
  target: 'node20',
  platform: 'node',
  // One file an entry and no shared chunks: the runtime imports the entry afresh for every run, so a
  // chunk would carry module state from one run to the next.
  splitting: false,
  sourcemap: false,
  clean: true,
  dts: false,
};

export default defineConfig([
  {
    ...common,
    entry: { index: 'src/index.ts', 'sandbox/index': 'src/sandbox/index.ts' },
    format: ['esm', 'cjs'],
  },
  {
    ...common,
    entry: { 'sandbox/command': 'src/sandbox/command.ts' },
    format: ['esm'],
    clean: false,
    // The command uses the sandbox beside it instead of a copy of its own.
    external: ['./index.js'],
  },
]);
