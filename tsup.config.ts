import { defineConfig } from 'tsup';

// One file an entry and no shared chunks: the runtime imports the entry afresh for every run, so a
// chunk would carry module state from one run to the next.
export default defineConfig({
  entry: {
    index: 'src/index.ts',
    'sandbox/index': 'src/sandbox/index.ts',
    'sandbox/command': 'src/sandbox/command.ts',
  },
  format: ['esm', 'cjs'],
  target: 'node20',
  platform: 'node',
  splitting: false,
  sourcemap: false,
  clean: true,
  dts: false,
});
