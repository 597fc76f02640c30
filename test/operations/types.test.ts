import { expect, test } from 'vitest';
import type { ReaderOf } from '../../scripts/generate/coverage-operations.js';
import type * as Adaptor from '../../src/Adaptor.js';
import {
  addContact,
  getContacts,
  getFlowRuns,
  getFlows,
  getMessages,
  http,
  sendBroadcast,
  sendMessage,
  startFlow,
  updateContact,
  upsertContact,
} from '../../src/index.js';
import type { Filter, ResourceName, resources } from '../../src/resources.js';
import type { State } from '../../src/types/state.js';

/** What an editor completes and complains of. The compiler checks it; nothing here is run. */
function checkedByTheCompiler() {
  const fromState = (state: State) => state.data as string;
  const list = (state: State) => state.data as string[];

  getContacts();
  getContacts({ group: 'Mothers', deleted: false, reverse: true, after: fromState });
  getContacts({ group: fromState, deleted: (state: State) => state.data === 1 }, { limit: 5 });
  getContacts(
    state => ({ uuid: state.data as string }),
    state => ({ limit: state.most as number }),
  );
  // @ts-expect-error a misspelled filter
  getContacts({ gruop: 'Mothers' });
  // @ts-expect-error a date is text
  getContacts({ after: new Date() });
  // @ts-expect-error a flag is no text
  getContacts({ deleted: 'true' });
  // @ts-expect-error limit is an option
  getContacts({ limit: 5 });
  // @ts-expect-error an unknown option
  getContacts({}, { pageSize: 5 });

  getFlows({ type: 'message', archived: false });
  // @ts-expect-error an unknown type of flow
  getFlows({ type: 'sms' });
  getFlowRuns({ flow: fromState, paths: false });
  // @ts-expect-error there is no such filter of runs
  getFlowRuns({ status: 'completed' });
  getMessages({ folder: 'inbox', after: fromState });
  // @ts-expect-error an unknown folder
  getMessages({ folder: 'inbx' });

  addContact({ name: null, urns: [fromState], groups: list, fields: { age: 5, born: fromState } });
  addContact(
    state => ({ name: state.data as string }),
    state => state,
  );
  addContact({ name: fromState }, { timeout: 5 }, state => state);
  // @ts-expect-error fields take no true or false
  addContact({ fields: { sick: true } });
  // @ts-expect-error URNs are a list
  addContact({ urns: 'tel:+250788123123' });
  // @ts-expect-error a misspelled key
  addContact({ nam: 'Amina' });
  updateContact(fromState, { language: 'fra' });
  // @ts-expect-error a contact is named by text
  updateContact({ uuid: '…' }, {});
  upsertContact({ uuid: fromState, urns: list }, { urns: 'replace' });
  // @ts-expect-error an unknown way with URNs
  upsertContact({ uuid: fromState }, { urns: 'append' });

  startFlow({ flow: fromState, urns: list, params: { visit: fromState, deep: { a: [1] } } });
  // @ts-expect-error no flow
  startFlow({ urns: ['tel:+250788123123'] });
  sendBroadcast({ text: { eng: 'Hello', fra: fromState }, groups: ['Mothers'] });
  sendBroadcast({ text: 'Hello', contacts: list });
  // @ts-expect-error recipients are text
  sendBroadcast({ text: 'Hello', contacts: [{ uuid: '…' }] });
  sendMessage({ contact: fromState, text: fromState });
  // @ts-expect-error nobody to send to
  sendMessage({ text: 'Hello' });

  http.get('labels', { name: fromState, ids: [1, 2] });
  http.post('labels', { name: fromState, more: [{ a: null }] }, { query: { uuid: fromState } });
  // @ts-expect-error a query has no objects
  http.delete('labels', { uuid: { a: 1 } });
}

type FiltersOf<Name extends ResourceName> = (typeof resources)[Name]['filters'];
type ReaderType<Name extends ResourceName> = (typeof Adaptor)[ReaderOf<Name> &
  keyof typeof Adaptor];

/** The lists with filters. */
type Filtered = {
  [Name in ResourceName]: [keyof FiltersOf<Name>] extends [never]
    ? never
    : [ReaderOf<Name>] extends [never]
      ? never
      : Name;
}[ResourceName];

interface Values {
  integer: number;
  boolean: boolean;
}
type Value<F extends Filter> = F extends { choices: readonly (infer Choice)[] }
  ? Choice
  : F['kind'] extends keyof Values
    ? Values[F['kind']]
    : string;

/** What resources.ts says that a list can be filtered by. */
type Described<Filters> = {
  -readonly [Name in keyof Filters]: Filters[Name] extends Filter
    ? Value<Filters[Name]> | (Filters[Name] extends { many: true } ? Value<Filters[Name]>[] : never)
    : never;
};

/** What types/filters.ts lets a job write. */
type Written<Read> = Read extends (...args: infer Args) => unknown
  ? Required<ReturnType<Extract<Args[0], (state: State) => unknown>>>
  : never;

/** The lists whose filters differ in the two places. */
type Different = {
  [Name in Filtered]: [Described<FiltersOf<Name>>, Written<ReaderType<Name>>] extends [
    Written<ReaderType<Name>>,
    Described<FiltersOf<Name>>,
  ]
    ? never
    : Name;
}[Filtered];

/** If a list differs, the compiler misses it here by its name. */
function filtersAreTheSame() {
  const lists: Filtered[] = ['archives', 'contacts', 'definitions', 'messages', 'users'];
  const different: Record<Different, never> = {};
  return { lists, different };
}

test('the compiler checks this file', () => {
  expect(checkedByTheCompiler).toBeTypeOf('function');
  expect(filtersAreTheSame).toBeTypeOf('function');
});
