import { defineConfig } from 'vitest/config';
import { adaptor, alias } from './vitest.config';

const TESTS: Record<string, string[]> = {
  errors: [
    'test/errors/*.test.ts',
    'test/properties/{retry,errors}.test.ts',
    'test/faults/{connections,retries,outcomes}.test.ts',
    'test/operations/{http,sends,one}.test.ts',
  ],
  input: [
    'test/input/*.test.ts',
    'test/operations/{expand,missingWords,missingData,options,nearest,names,times,bodyKeys,inPlaceOfValue,notAwaited,jobMistakes,types}.test.ts',
    'test/util/*.test.ts',
  ],
  client: [
    'test/client/**/*.test.ts',
    'test/errors/*.test.ts',
    'test/properties/{retry,errors}.test.ts',
    'test/faults/{connections,retries}.test.ts',
    'test/operations/{http,archives}*.test.ts',
    'test/operations/paging/windows*.test.ts',
  ],
  // Without the tests that try out at random: each would run for every mutant that it does not notice.
  sync: [
    'test/operations/bulk/{diff,syncContacts,upsertContacts,sameContact,predict,zone}.test.ts',
  ],
};

/** The tests that know the mutated part best: with all of them a run would take days. */
export default defineConfig({
  resolve: { alias },
  test: { ...adaptor, include: TESTS[process.env.AREA ?? 'client'] ?? [], bail: 1 },
});
