import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

/** The sandbox as its source is, so that no test meets a build of yesterday. */
const alias = {
  '@openfn/rapidpro-sandbox': fileURLToPath(new URL('sandbox/src/index.ts', import.meta.url)),
};

export default defineConfig({
  test: {
    silent: 'passed-only',
    // By default one core is left to the watcher.
    maxWorkers: '100%',
    projects: [
      {
        resolve: { alias },
        test: {
          name: 'adaptor',
          include: ['test/**/*.test.ts'],
          setupFiles: ['test/setup/tokenWatch.ts'],
          testTimeout: 60_000,
          hookTimeout: 120_000,
          restoreMocks: true,
          // Some tests run jobs on the platform's runtime, which needs it.
          execArgv: ['--experimental-vm-modules', '--no-warnings'],
        },
      },
      {
        resolve: { alias },
        test: {
          name: 'sandbox',
          include: ['sandbox/test/**/*.test.ts'],
          testTimeout: 60_000,
          hookTimeout: 120_000,
          restoreMocks: true,
        },
      },
    ],
    // Looked at with npm run test:coverage; a number to reach would only invite tests that assert nothing.
    coverage: {
      provider: 'v8',
      include: ['src/**/*.ts', 'sandbox/src/**/*.ts'],
      reporter: ['text-summary', 'json-summary', 'html'],
      reportsDirectory: 'coverage',
    },
  },
});
