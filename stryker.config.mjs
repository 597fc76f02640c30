// npm run test:mutants: changes the code a little, thousands of times, and looks which changes no test
// notices. AREA= takes another part than the first of the client. CONTRIBUTING.md has what was measured.
const AREAS = {
  // Of the client: what needs no server.
  parts: ['src/client/{retry,limiter,seams}.ts'],
  pages: ['src/client/pages.ts'],
  plan: ['src/client/windowPlan.ts'],
  parse: ['src/client/parse.ts'],
  answers: ['src/client/{answer,body}.ts'],
  lists: ['src/client/{orderedList,changes,readThrough}.ts'],
  ids: ['src/client/seenIds.ts'],
  windows: ['src/client/windows.ts'],
  proxy: ['src/client/proxy.ts'],
  client: ['src/client/client.ts'],
  network: ['src/client/{transport,clock}.ts'],
  links: ['src/client/links/*.ts'],
  errors: ['src/errors/*.ts'],
  // What reads and writes single values.
  values: ['src/input/{times,urns,identifiers,nearest,stored,csv,days}.ts'],
  // What a job wrote, as it may be sent.
  bodies: ['src/input/{bodies,body,check,filters,options,log}.ts'],
  texts: ['src/input/{missing,code,expressions}.ts'],
  expand: ['src/input/{expand,turns,libraries}.ts'],
  calls: ['src/input/{run,call}.ts'],
  phones: ['src/input/phones.ts'],
  secrets: ['src/input/secrets.ts'],
  encodings: ['src/input/encodings.ts'],
  damaged: ['src/input/damaged.ts'],
  size: ['src/input/size.ts'],
  fieldTimes: ['src/input/{fieldTimes,times}.ts'],
  http: ['src/http.ts'],
  named: ['src/operations/lists/named.ts'],
  archives: ['src/operations/lists/withArchives.ts'],
  objects: ['src/operations/base/objects.ts'],
  many: ['src/operations/many/{recipients,send,actions}.ts'],
  facts: ['src/operations/base/workspaceFacts.ts', 'src/operations/lists/unknownReference.ts'],
  matches: ['src/sync/match/matches.ts'],
  // What is known of a list before and after its contacts are written.
  reports: ['src/sync/{inputs,options,syncFacts}.ts', 'src/sync/report/*.ts'],
  groupChanges: ['src/sync/write/changes.ts'],
  members: ['src/sync/write/missing.ts'],
  lookUps: ['src/sync/lookUps.ts'],
  matchReader: ['src/sync/match/matchReader.ts'],
  writer: ['src/sync/write/writer.ts'],
  runs: ['src/sync/{bulkContacts,bulkRun,runSync,runUpserts}.ts'],
  compare: ['src/sync/compare.ts'],
  anonymous: ['src/sync/{compare,runUpserts}.ts', 'src/sync/{report/log,write/writer}.ts'],
};
const area = process.env.AREA ?? 'parts';

/** @type {import('@stryker-mutator/api/core').PartialStrykerOptions} */
export default {
  mutate: process.env.MUTATE?.split(',') ?? AREAS[area],
  testRunner: 'vitest',
  plugins: ['@stryker-mutator/vitest-runner'],
  vitest: { configFile: 'vitest.mutants.config.ts', related: false },
  coverageAnalysis: 'perTest',
  ignoreStatic: true,
  concurrency: Number(process.env.CONCURRENCY ?? 2),
  // Texts are for people. Tests of the pages compare them, which are not in the set: they would take too long.
  mutator: { excludedMutations: ['StringLiteral'] },
  timeoutMS: 5_000,
  timeoutFactor: 1.5,
  dryRunTimeoutMinutes: 10,
  tempDirName: 'tmp/stryker',
  ignorePatterns: ['/tmp', '/dist', '/types', '/coverage', '/bench', '/docs/evidence/performance'],
  reporters: ['clear-text', 'json', 'progress-append-only'],
  clearTextReporter: { logTests: false, allowColor: false, skipFull: true },
  incremental: true,
  incrementalFile: `tmp/mutants-${area}-incremental.json`,
  jsonReporter: { fileName: `tmp/mutants-${area}.json` },
  checkers: [],
  allowEmpty: false,
};
