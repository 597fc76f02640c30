import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** The sandbox as its source is, so that no test meets a build of yesterday. */
export const alias = {
  '@openfn/rapidpro-sandbox': fileURLToPath(new URL('sandbox/src/index.ts', import.meta.url)),
};

/** What the operations, the client and their parts do. */
const UNITS = ['test/**/*.test.ts'];

/** What is looked at from outside: by servers that share no code with ours, in processes and packages. */
const OUTSIDE = [
  'test/{docs,examples,faults,hostile,ledger,packaging,scripts}/**/*.test.ts',
  'test/webhook/guide.test.ts',
  'test/operations/archives/memory.test.ts',
];

/** What puts another module in the place of one. */
const MOCKED = [
  'test/operations/parsedOnce.test.ts',
  'test/operations/media/{media,rebinding}.test.ts',
];

/** Files that take long, the longest first: one that begins last is waited for by all but one core. */
const LONG = [
  'faults/matrix/matrix.test.ts',
  'hostile/hostile.test.ts',
  'webhook/guide.test.ts',
  'ledger/pagedLists.test.ts',
  'paging/windows.test.ts',
  'sandbox/test/exchanges.test.ts',
];

class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const place = ({ moduleId }: TestSpecification) => {
      const found = LONG.findIndex(name => moduleId.endsWith(name));
      return found < 0 ? LONG.length : found;
    };
    return (await super.sort(files)).sort((a, b) => place(a) - place(b));
  }
}

const shared = {
  // Files share what has been loaded: to load all of it for each of them takes as long as many tests do.
  isolate: false,
  testTimeout: 60_000,
  hookTimeout: 120_000,
  restoreMocks: true,
};

export const adaptor = {
  ...shared,
  setupFiles: ['test/setup/tokenWatch.ts', 'test/setup/seed.ts'],
  // Some tests run jobs on the platform's runtime, which needs it.
  execArgv: ['--experimental-vm-modules', '--no-warnings'],
};

export default defineConfig({
  test: {
    silent: 'passed-only',
    // By default one core is left to the watcher.
    maxWorkers: '100%',
    sequence: { sequencer: LongestFirst },
    projects: [
      {
        resolve: { alias },
        test: { ...adaptor, name: 'adaptor', include: UNITS, exclude: [...OUTSIDE, ...MOCKED] },
      },
      {
        resolve: { alias },
        test: { ...adaptor, name: 'mocked', include: MOCKED, isolate: true },
      },
      { resolve: { alias }, test: { ...adaptor, name: 'outside', include: OUTSIDE } },
      {
        resolve: { alias },
        test: {
          ...shared,
          name: 'sandbox',
          include: ['sandbox/test/**/*.test.ts'],
          setupFiles: ['test/setup/seed.ts'],
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
