import { matchesGlob } from 'node:path';
import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';
import { adaptor, alias } from './vitest.config';

/**
 * The tests that know the mutated part best: with all of them a run would take days. They run in this order, and end
 * at the first that fails: the ones that cost little come first.
 */
const TESTS: Record<string, string[]> = {
  errors: [
    'test/errors/{errors,outcome,networkErrors,responseErrors,redact}.test.ts',
    'test/errors/boundedRedaction.test.ts',
    'test/properties/errors.test.ts',
    'test/errors/hostileTexts.test.ts',
    'test/errors/serverWords.test.ts',
    'test/errors/refusals.test.ts',
  ],
  values: [
    'test/input/{identifiers,sameUrn,times,stored,urns}.test.ts',
    'test/operations/nearest.test.ts',
    'test/util/{dateCases,dates,csvCases}.test.ts',
    // Who of a group has a URN of a list, in any form.
    'test/operations/bulk/members.test.ts',
  ],
  bodies: [
    'test/input/{bodies,filters,options,period,identifiers}.test.ts',
    'test/operations/missingWords.test.ts',
  ],
  texts: ['test/input/{missing,texts,expressions}.test.ts', 'test/operations/missingWords.test.ts'],
  expand: ['test/input/expand.test.ts', 'test/operations/{expand,inPlaceOfValue}.test.ts'],
  calls: ['test/input/{calls,lostCalls}.test.ts', 'test/input/expand.test.ts'],
  phones: ['test/util/phoneUrn.test.ts'],
  secrets: ['test/input/secretGuard.test.ts'],
  encodings: [
    'test/input/encodings.test.ts',
    'test/input/secrets.test.ts',
    'test/webhook/withoutSecret.test.ts',
  ],
  damaged: ['test/input/damaged.test.ts'],
  size: ['test/input/estimate.test.ts'],
  fieldTimes: ['test/input/{times,fieldTimes}.test.ts'],
  parts: ['test/client/{retry,limiter,seams}.test.ts', 'test/properties/retry.test.ts'],
  pages: ['test/client/pages.test.ts', 'test/client/readAhead.test.ts'],
  plan: ['test/client/{windowGap,windowPlan}.test.ts'],
  parse: ['test/client/{parseSmall,pieces}.test.ts'],
  answers: ['test/client/{answer,body,decode,gzip}.test.ts'],
  lists: [
    'test/client/{orderedList,changes,readThrough}.test.ts',
    'test/client/readThroughEnd.test.ts',
  ],
  ids: ['test/client/seenIds.test.ts'],
  windows: ['test/client/windowReads.test.ts'],
  proxy: ['test/client/proxy.test.ts'],
  client: ['test/client/{query,client,headers}.test.ts'],
  network: ['test/client/transport.test.ts'],
  links: ['test/client/{privateAddress,link,download}.test.ts', 'test/client/jsonLines.test.ts'],
  file: ['test/operations/media/attachments.test.ts'],
  http: ['test/operations/{http,idsOfZero,missingWords}.test.ts'],
  named: ['test/operations/names.test.ts', 'test/operations/paging/renamed.test.ts'],
  archives: ['test/operations/archives/{withArchives,reading}.test.ts'],
  pushes: [
    'test/webhook/listedRuns.test.ts',
    'test/operations/unknownReference.test.ts',
    'test/webhook/{missedCalls,catchUp}.test.ts',
  ],
  objects: [
    'test/operations/objects/objects.test.ts',
    'test/operations/ensure/ensure.test.ts',
    'test/operations/unknownReference.test.ts',
  ],
  contact: [
    'test/operations/{movedUrn,updateContact,upsertContact,addContact}.test.ts',
    'test/operations/bulk/{runUpserts,twoForms}.test.ts',
    'test/operations/rightPerson.test.ts',
  ],
  many: [
    'test/operations/actions/{dryRun,contacts,messages,tickets,verify,faults}.test.ts',
    'test/operations/{movedUrn,sends,rightPerson}.test.ts',
  ],
  facts: [
    'test/operations/{shownLater,sharedFacts,unknownReference,lists}.test.ts',
    'test/operations/bulk/justMade.test.ts',
  ],
  matches: ['test/operations/bulk/matches.test.ts'],
  compare: ['test/operations/bulk/{diff,predict}.test.ts'],
  reports: [
    'test/operations/bulk/{inputs,outcome,facts}.test.ts',
    // One number in two forms, as servers answer.
    'test/operations/bulk/twoForms.test.ts',
  ],
  groupChanges: [
    'test/operations/bulk/writeChange.test.ts',
    'test/operations/movedUrn.test.ts',
    'test/operations/bulk/{groupChanges,syncContacts}.test.ts',
    'test/operations/bulk/{twoForms,sameContact,upsertContacts}.test.ts',
  ],
  members: ['test/operations/bulk/members.test.ts'],
  lookUps: ['test/operations/bulk/lookUps.test.ts'],
  matchReader: ['test/operations/bulk/matchReader.test.ts'],
  writer: ['test/operations/bulk/writer.test.ts'],
  anonymous: [
    'test/operations/bulk/anonymous.test.ts',
    'test/operations/bulk/{runUpserts,writer,predict,outcome,matches,diff,facts}.test.ts',
    'test/operations/bulk/{justMade,shared,upsertContacts}.test.ts',
    'test/operations/shownLater.test.ts',
  ],
  runs: [
    'test/operations/bulk/{bulkRun,runSync,runUpserts,bulkContacts}.test.ts',
    'test/operations/bulk/upsertContacts.test.ts',
  ],
};
const tests = TESTS[process.env.AREA ?? 'parts'] ?? [];

class AsWritten extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const place = ({ moduleId }: TestSpecification) =>
      tests.findIndex(pattern => matchesGlob(moduleId, `**/${pattern}`));
    return files.sort((a, b) => place(a) - place(b));
  }
}

export default defineConfig({
  resolve: { alias },
  test: {
    ...adaptor,
    // The watch for tokens loads all operations for each mutant.
    setupFiles: ['test/setup/seed.ts'],
    include: tests,
    sequence: { sequencer: AsWritten },
    bail: 1,
  },
});
