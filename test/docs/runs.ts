/** Who runs the code of a page. A page with code that is not here fails a test. */
export const RUN_BY: Readonly<Record<string, string>> = {
  'README.md': 'test/docs/guides.test.ts',
  'docs/cookbook.md': 'test/docs/guides.test.ts',
  'docs/errors.md': 'test/docs/guides.test.ts',
  'docs/getting-started.md': 'test/docs/guides.test.ts',
  'docs/migrating-from-2.md': 'test/docs/guides.test.ts',
  'docs/performance.md': 'test/docs/guides.test.ts',
  'docs/limits.md': 'test/docs/guides.test.ts',
  'docs/reading.md': 'test/docs/guides.test.ts',
  'docs/security.md': 'test/docs/guides.test.ts',
  'docs/sync.md': 'test/docs/guides.test.ts',
  'docs/writing.md': 'test/docs/guides.test.ts',
  'docs/guides/everyday-jobs.md': 'test/docs/everydayJobs.test.ts',
  'docs/guides/shared-phones.md': 'test/docs/guides.test.ts',
  'docs/operations.md': 'test/docs/examples.test.ts',
  'docs/real-time.md': 'test/webhook/guide.test.ts',
  'docs/testing-jobs.md': 'test/docs/samples.test.ts',
  'docs/typescript.md': 'test/docs/samples.test.ts',
  'sandbox/README.md': 'test/packaging/sandboxTarball.test.ts',
};

/** Fenced text that is no code of ours, and why nobody runs it. */
export const NOT_RUN: Readonly<Record<string, string>> = {
  bash: 'commands of a shell; npm start, npm test and npm run example:dhis2 have tests of their own',
  sh: 'commands of a shell',
  json: 'what goes in or comes out; it is parsed',
  python: 'a client that is not ours; rapidpro-python reads the sandbox in bench/',
  '': 'a drawing of folders',
};

/** The pages that a test is to run. */
export const pagesOf = (test: string): string[] =>
  Object.keys(RUN_BY).filter(page => RUN_BY[page] === test);
