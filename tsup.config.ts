import { defineConfig, type Options } from 'tsup';

const common: Options = {
  entry: { index: 'src/index.ts' },
  target: 'node20',
  platform: 'node',
  // One file an entry and no shared chunks: the runtime imports the entry afresh for every run, so a
  // chunk would carry module state from one run to the next.
  splitting: false,
  sourcemap: false,
  dts: false,
};

export default defineConfig([
  // A worker fetches and reads it for every step. Lines are kept short, so that a stack trace says where.
  {
    ...common,
    format: 'esm',
    clean: true,
    minify: true,
    esbuildOptions: options => {
      options.lineLimit = 400;
    },
  },
  // For `require()`, which the platform does not use.
  { ...common, format: 'cjs', minify: true },
]);
