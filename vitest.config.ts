import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    setupFiles: ['test/setup/tokenWatch.ts'],
    testTimeout: 20_000,
    hookTimeout: 60_000,
    restoreMocks: true,
    silent: 'passed-only',
    // Some tests run jobs on the platform's runtime, which needs it.
    execArgv: ['--experimental-vm-modules', '--no-warnings'],
    // Looked at with npm run test:coverage; a number to reach would only invite tests that assert nothing.
    coverage: {
      provider: 'v8',
      include: ['src/**/*.ts'],
      reporter: ['text-summary', 'json-summary', 'html'],
      reportsDirectory: 'coverage',
    },
  },
});
