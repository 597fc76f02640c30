/** Who runs the code of a page. A page with code that is not here fails a test. */
export const RUN_BY: Readonly<Record<string, string>> = {
  'README.md': 'test/docs/guides.test.ts',
  'docs/guides/cookbook-reading.md': 'test/docs/guides.test.ts',
  'docs/guides/cookbook-sending.md': 'test/docs/guides.test.ts',
  'docs/guides/cookbook-contacts.md': 'test/docs/guides.test.ts',
  'docs/reference/errors.md': 'test/docs/guides.test.ts',
  'docs/start/openfn.md': 'test/docs/guides.test.ts',
  'docs/start/getting-started.md': 'test/docs/guides.test.ts',
  'docs/start/migrating-from-2.md': 'test/docs/guides.test.ts',
  'docs/evidence/performance.md': 'test/docs/guides.test.ts',
  'docs/guides/limits.md': 'test/docs/guides.test.ts',
  'docs/guides/reading.md': 'test/docs/guides.test.ts',
  'docs/guides/security.md': 'test/docs/guides.test.ts',
  'docs/guides/sync.md': 'test/docs/guides.test.ts',
  'docs/guides/sync-people.md': 'test/docs/guides.test.ts',
  'docs/guides/writing.md': 'test/docs/guides.test.ts',
  'docs/guides/sending.md': 'test/docs/guides.test.ts',
  'docs/guides/numbers-and-dates.md': 'test/docs/guides.test.ts',
  'docs/reference/operations.md': 'test/docs/examples.test.ts',
  'docs/guides/real-time.md': 'test/webhook/guide.test.ts',
  'docs/guides/protect-webhooks.md': 'test/webhook/guide.test.ts',
  'docs/guides/catch-up.md': 'test/webhook/guide.test.ts',
  'docs/guides/real-time-test.md': 'test/webhook/guide.test.ts',
  'docs/guides/testing-jobs.md': 'test/docs/samples.test.ts',
  'docs/start/typescript.md': 'test/docs/samples.test.ts',
  'docs/guides/everyday-jobs.md': 'test/docs/everydayJobs.test.ts',
  'docs/guides/archives.md': 'test/docs/guides.test.ts',
  'docs/guides/attachments.md': 'test/docs/guides.test.ts',
  'docs/guides/did-it-arrive.md': 'test/docs/guides.test.ts',
  'docs/guides/shared-phones.md': 'test/docs/guides.test.ts',
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
