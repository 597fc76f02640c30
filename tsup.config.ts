import { defineConfig } from 'tsup';

export default defineConfig({
  entry: { index: 'src/index.ts' },
  format: ['esm', 'cjs'],
  target: 'node20',
  platform: 'node',
  // One file an entry and no shared chunks: the runtime imports the entry afresh for every run, so a
  // chunk would carry module state from one run to the next.
  splitting: false,
  sourcemap: false,
  clean: true,
  dts: false,
});
