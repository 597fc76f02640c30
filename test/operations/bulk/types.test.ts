import { expect, test } from 'vitest';
import { syncContacts, upsertContacts } from '../../../src/index.js';
import type { State } from '../../../src/types/state.js';

/** What an editor completes and complains of. The compiler checks it; nothing here is run. */
function checkedByTheCompiler() {
  const rows = (state: State) => state.data as { phone: string; name: string }[];

  syncContacts(state => rows(state).map(({ phone, name }) => ({ urns: [phone], name })));
  syncContacts([{ urns: ['tel:+250788123123'], fields: { age: 30, due: null } }], {
    key: 'fields.tei_id',
    group: 'Mothers',
    groups: 'exact',
    urns: 'exact',
    dryRun: true,
    deadline: 270,
    resume: true,
  });
  syncContacts([{ uuid: (state: State) => state.data as string, name: null }], () => ({
    failOnError: true,
  }));
  upsertContacts([{ urns: ['tel:+250788123123'], note: 'Called' }], { concurrency: 8 });
  // @ts-expect-error a misspelled key
  syncContacts([{ urn: 'tel:+250788123123' }]);
  // @ts-expect-error a note cannot be compared
  syncContacts([{ urns: [], note: 'Called' }]);
  // @ts-expect-error no field
  syncContacts([], { key: 'tei_id' });
  // @ts-expect-error "replace" is called "exact" here
  syncContacts([], { urns: 'replace' });
  // @ts-expect-error true is no field's value
  syncContacts([{ fields: { married: true } }]);
  // @ts-expect-error an option of the other one
  upsertContacts([], { key: 'uuid' });
  // @ts-expect-error one contact is no list
  upsertContacts({ urns: ['tel:+250788123123'] });
}

test('types are checked by the compiler', () => {
  expect(checkedByTheCompiler).toBeTypeOf('function');
});
