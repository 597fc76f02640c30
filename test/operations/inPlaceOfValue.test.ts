import vm from 'node:vm';
import * as languageCommon from '@openfn/language-common';
import { defer } from '@openfn/runtime';
import fc from 'fast-check';
import { HttpResponse, http as msw } from 'msw';
import { describe, expect, test } from 'vitest';
import * as rapidpro from '../../src/Adaptor.js';
import { expand } from '../../src/input/expand.js';
import type { Operation, State } from '../../src/types/state.js';
import { credential } from '../support/credential.js';
import { serve } from '../support/serve.js';
import { bulk, counts, workspace, writes } from './bulk/workspace.js';
import { FLOW, failure, page, run, UUID } from './run.js';

/** Operations, promises and the state itself are no values: nothing of them is run or sent. */

const { addContact, combine, each, fn, fnIf, getContacts, sendMessage, upsertContact } = rapidpro;
const URN = 'tel:+250788123123';

const server = () =>
  serve(
    msw.get('*', () => page([])),
    msw.post('*', () => HttpResponse.json({ uuid: UUID, id: 7 }, { status: 201 })),
    msw.delete('*', () => new Response(null, { status: 204 })),
  );

/** Where a job writes a value: what an operation is made of, with one in it. */
const PLACES: [string, (value: never) => Operation][] = [
  ['addContact', value => addContact(value)],
  ['addContact, a field', value => addContact({ name: 'x', fields: { a: value } })],
  ['upsertContact', value => upsertContact(value)],
  ['upsertContact, in a list', value => upsertContact({ urns: [URN, value] })],
  ['updateContact', value => rapidpro.updateContact(value, { name: 'x' })],
  ['deleteContact', value => rapidpro.deleteContact(value)],
  ['getContacts', value => getContacts(value)],
  ['getContacts, a filter', value => getContacts({ group: value })],
  ['sendMessage', value => sendMessage({ contact: URN, text: value })],
  ['sendBroadcast', value => rapidpro.sendBroadcast({ urns: [URN], text: { eng: value } })],
  ['startFlow', value => rapidpro.startFlow({ flow: FLOW, urns: [URN], params: { a: [value] } })],
  ['addToGroup', value => rapidpro.addToGroup([UUID], value)],
  ['syncContacts', value => rapidpro.syncContacts(value)],
  ['syncContacts, a contact', value => rapidpro.syncContacts([value])],
  ['upsertContacts, a contact', value => rapidpro.upsertContacts([{ urns: [URN] }, value])],
  ['subscribe', value => rapidpro.subscribe('births', value)],
  ['setGlobal', value => rapidpro.setGlobal('a', value)],
  [
    'eachMissedPush',
    value =>
      rapidpro.eachMissedPush(
        value,
        fn(s => s),
      ),
  ],
  [
    'eachArchivedRuns',
    value =>
      rapidpro.eachArchivedRuns(
        value,
        fn(s => s),
      ),
  ],
  ['downloadAttachment', value => rapidpro.downloadAttachment(value)],
  ['getDeliveries', value => rapidpro.getDeliveries(value)],
  ['uploadMedia', value => rapidpro.uploadMedia(value)],
  ['uploadMedia, an option', value => rapidpro.uploadMedia(Buffer.from('x'), { filename: value })],
  ['http.post', value => rapidpro.http.post('contacts', value)],
  ['http.get', value => rapidpro.http.get(value)],
  [
    'http.request',
    value => rapidpro.http.request('POST', 'contacts', { body: [{ a: value }] } as never),
  ],
  ['options', value => rapidpro.getContact(URN, value)],
];

let ran = 0;
function counted(state: State): State {
  ran++;
  return state;
}
/** An operation of another adaptor. */
const foreign = async (state: State) => counted(state);
/** Looked at by nobody before an operation does. */
const failing = Promise.reject(new Error('nobody waits'));
failing.catch(() => {});

const NO_VALUES: [string, unknown][] = [
  ['an operation', sendMessage({ contact: URN, text: 'x' })],
  ['a list', getContacts()],
  ['what is made of an operation', { ...getContacts() }],
  ['fn', fn(s => counted(s))],
  ['alterState', rapidpro.alterState(s => counted(s))],
  [
    'each',
    each(
      '$.data[*]',
      fn(s => counted(s)),
    ),
  ],
  ['combine', combine(fn(s => counted(s)))],
  [
    'fnIf',
    fnIf(
      true,
      fn(s => counted(s)),
    ),
  ],
  [
    'as',
    rapidpro.as(
      'x',
      fn(s => counted(s)),
    ),
  ],
  ['cursor', rapidpro.cursor('today')],
  ['group', rapidpro.group('$.data', 'x', s => counted(s))],
  ['map', rapidpro.map('$.data', s => counted(s as State))],
  ['log', rapidpro.log('x')],
  ['execute', rapidpro.execute(foreign)],
  ['webhook.parse', rapidpro.webhook.parse()],
  ['http.get', rapidpro.http.get('contacts')],
  ['an operation of another adaptor', foreign],
  ['one of another realm', vm.runInNewContext('async state => state')],
  ['a generator', function* () {}],
  ['an async generator', async function* () {}],
  ['a generator of another realm', vm.runInNewContext('(function* () {})')],
  ['a class', class {}],
  ['a class of another realm', vm.runInNewContext('(class {})')],
  ['a constructor', String],
  ['a promise', Promise.resolve('x')],
  ['a promise that fails', failing],
  ['a promise of another library', Object.fromEntries([['then', () => {}]])],
  ['the state', (s: State) => s],
  ['a copy of the state', (s: State) => ({ ...s })],
  ['a deep copy of the state', (s: State) => JSON.parse(JSON.stringify(s))],
  ['the state without its credential', ({ configuration: _, ...s }: State) => s],
  ['a copy of another realm', vm.runInNewContext('state => ({ ...state, mine: 1 })')],
  ['the credential', (s: State) => s.configuration],
  ['a copy of the credential', (s: State) => ({ ...(s.configuration as object) })],
  ['what fn of another adaptor makes', languageCommon.fn(s => counted(s))],
  ['what combine of another adaptor makes', languageCommon.combine((s: State) => s)],
];

describe.each(NO_VALUES)('%s in place of a value', (name, value) => {
  test.each(PLACES)('of %s', async (_, build) => {
    const isForeign = name === 'what fn of another adaptor makes';
    for (const given of [value, () => value]) {
      const target = await server();
      ran = 0;
      const error = await failure(build(given as never), target, { data: [{ x: 1 }] });
      expect(error.code).toMatch(/^INVALID_(INPUT|FILTER|OPTION)$/);
      expect(error.description).toMatch(
        /is an operation|was made by spreading an operation|is an async function|is a promise|is a (Async)?GeneratorFunction|is a class|is the state|is the credential/,
      );
      expect(target.requests).toEqual([]);
      // Nothing distinguishes it from a function of state before it is called.
      if (!isForeign) expect(ran).toBe(0);
    }
  });
});

describe('an operation that a function of state calls', () => {
  const inner = () => sendMessage({ contact: URN, text: 'x' });
  test.each<[string, (state: State) => unknown]>([
    ['and gives', s => inner()(s)],
    [
      'and forgets',
      s => {
        inner()(s);
        return 'x';
      },
    ],
    ['twice', s => [inner()(s), inner()(s)]],
    ['in fn of another adaptor', languageCommon.fn(s => inner()(s))],
    ['in combine of another adaptor', languageCommon.combine(inner(), inner())],
    ['in each of another adaptor', languageCommon.each('$.list[*]', inner())],
    ['in fnIf of another adaptor', languageCommon.fnIf(true, inner())],
    ['with then(), as the platform writes it', defer(inner(), promise => promise)],
    ['with catch(), as the platform writes it', defer(inner(), undefined, () => 'x')],
    ['through execute', s => rapidpro.execute(inner())(s)],
    ['to take what it reads', s => (getContacts()(s) as unknown as State).data],
  ])('%s is not run', async (_, value) => {
    for (const build of [
      (name: never) => upsertContact({ urns: [URN], name }),
      (file: never) => rapidpro.uploadMedia(file),
    ]) {
      const target = await server();
      const error = await failure(build(value as never), target, { list: [1, 2] });
      expect(error.code).toBe('INVALID_INPUT');
      expect(error.description).toMatch(/calls an operation/);
      expect(target.requests).toEqual([]);
    }
  });
});

describe('helpers themselves', () => {
  const { as, cursor, execute, field, group, http, log, map, webhook } = rapidpro;
  test.each(
    Object.entries({
      ...{ addContact, as, combine, cursor, each, execute, field, fn, fnIf, getContacts, group },
      ...{ http, log, map, parse: webhook.parse },
    }),
  )('%s is refused where it was to be called', async (_, helper) => {
    const target = await server();
    const error = await failure(addContact(helper as never), target, { data: [] });
    expect(error.code).toBe('INVALID_INPUT');
    expect(target.requests).toEqual([]);
  });
});

describe('what reads state stays good', () => {
  const state = {
    data: { name: 'Amina', phone: '+250788123123', list: [{ a: 1 }] },
    other: { references: [1] },
  };
  test.each<[string, unknown, unknown]>([
    ['a function', (s: typeof state) => s.data.name, 'Amina'],
    ['a function of another realm', vm.runInNewContext('state => state.data.name'), 'Amina'],
    ['dataValue', rapidpro.dataValue('name'), 'Amina'],
    ['sourceValue', rapidpro.sourceValue('$.data.name'), 'Amina'],
    ['lastReferenceValue', rapidpro.lastReferenceValue('a'), undefined],
    ['merge', rapidpro.merge('$.data.list[*]', { b: 2 }), [{ a: 1, b: 2 }]],
    ['fields', rapidpro.fields(rapidpro.field('a', 1)), { a: 1 }],
    ['a function that gives a function', () => rapidpro.dataValue('name'), 'Amina'],
    ['data', (s: typeof state) => s.data, state.data],
    ['an object with data', (s: typeof state) => ({ data: s.data }), { data: state.data }],
    ['an object with references', (s: typeof state) => s.other, state.other],
    [
      'data, and references that are no list',
      () => ({ data: 1, references: 'x' }),
      { data: 1, references: 'x' },
    ],
    [
      'a configuration of something else',
      () => ({ configuration: { a: 1 } }),
      { configuration: { a: 1 } },
    ],
    ['a token of something else', () => ({ token: 'x', host: 'y' }), { token: 'x', host: 'y' }],
    ['nothing', () => undefined, undefined],
  ])('%s', (_, value, expected) => {
    const whole = {
      configuration: credential({ host: 'https://example.org' }),
      references: [],
      ...state,
    };
    expect(expand(whole, value, 'contact')).toEqual(expected);
    expect(expand(whole, { a: [value] }, 'contact')).toEqual({ a: [expected] });
  });

  test('whatever is JSON, behind functions or not', () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 5 }), value => {
        // Numbers that JavaScript rounds are refused, and keys that change what objects are.
        fc.pre(!/\d{16}|e\+|__proto__/.test(JSON.stringify(value)));
        expect(expand({ references: [] }, () => ({ a: () => value }), 'contact')).toEqual({
          a: value,
        });
      }),
    );
  });

  test('at any depth of what is good, what is none is refused', () => {
    const place = fc.array(fc.oneof(fc.constant(0), fc.stringMatching(/^[a-z]{1,5}$/)), {
      maxLength: 12,
    });
    const whole = {
      configuration: credential({ host: 'https://example.org' }),
      data: {},
      references: [],
    };
    const bad = fc.constantFrom(...NO_VALUES.slice(0, 22).map(([, value]) => value), whole, {
      ...whole,
    });
    fc.assert(
      fc.property(place, bad, (path, value) => {
        const nested = path.reduceRight<unknown>(
          (inner, key) => (key === 0 ? [inner] : { [key]: inner }),
          value,
        );
        expect(() => expand(whole, nested, 'contact')).toThrow(/INVALID_INPUT/);
      }),
    );
  });

  test('operations run as ever where they stand by themselves', async () => {
    const target = await server();
    const next = await rapidpro.execute(
      fn(s => ({ ...s, list: [{ n: 1 }, { n: 2 }] })),
      each(
        '$.list[*]',
        combine(upsertContact({ urns: [s => `tel:+25078800000${(s.data as { n: number }).n}`] })),
      ),
      fnIf(true, getContacts()),
      rapidpro.as('kept', getContacts()),
      fn(s => addContact({ name: 'x' })(s)),
      fn(async s => {
        const { data } = await addContact({ name: 'y' })(s);
        return { ...s, data };
      }),
    )({ configuration: credential(target) });
    expect(target.requests).toHaveLength(6);
    expect(next).toMatchObject({ kept: [], data: { uuid: UUID } });
  });

  test('the helpers are called as those of language-common', async () => {
    const { alterState, as, cursor, group, log, map } = rapidpro;
    const ours = { alterState, as, combine, cursor, each, fn, fnIf, group, log, map };
    const theirs: { [name: string]: unknown } = languageCommon;
    for (const [name, helper] of Object.entries(ours)) {
      const { name: called, length } = theirs[name] as () => void;
      expect([helper.name, helper.length]).toEqual([called, length]);
    }
    const nothing = each(
      undefined as never,
      fn(s => s),
    );
    await expect(async () => nothing({ data: [] })).rejects.toMatchObject({
      code: 'INVALID_INPUT',
    });
    expect(fn((s: State) => s)({ a: 1 })).toEqual({ a: 1 });
  });
});

describe.each(['v9', 'textit'] as const)('on %s', dialect => {
  test('a list whose contact has the state inside goes on without it', async () => {
    const people = (s: State) => [
      { urns: ['tel:+250788000001'], fields: { tei_id: s } },
      { urns: ['tel:+250788000002'], fields: { tei_id: fn(x => x) } },
      { urns: ['tel:+250788000003'], name: async () => 'x' },
      { urns: ['tel:+250788000004'], name: 'Amina' },
    ];
    for (const operation of [rapidpro.syncContacts, rapidpro.upsertContacts]) {
      const sandbox = await workspace({ dialect });
      const { result } = await bulk(operation(people as never), sandbox);
      expect(counts(result)).toEqual([1, 0, 0, 3, 0]);
      expect(result.failed.map(({ index, description }) => [index, description])).toEqual([
        [0, 'contacts[0].fields.tei_id is the state, or a copy of it.'],
        [1, 'contacts[1].fields.tei_id is an operation.'],
        [2, expect.stringContaining('contacts[2].name is an async function')],
      ]);
    }
  });

  test('the whole state as a contact, as a list or as a message goes to nobody', async () => {
    const sandbox = await workspace({ dialect });
    const bad = [
      upsertContact(fn(s => s) as never),
      addContact(((s: State) => s) as never),
      rapidpro.syncContacts(((s: State) => [s]) as never),
      sendMessage({ contact: URN, text: ((s: State) => s) as never }),
      upsertContact(rapidpro.webhook.parse() as never),
    ];
    for (const operation of bad) await failure(operation, sandbox);
    expect(writes(sandbox)).toEqual([]);
    expect(sandbox.requests()).toEqual([]);
    await run(upsertContact({ urns: [URN], name: 'Amina' }), sandbox);
    expect(writes(sandbox)).toHaveLength(1);
  });

  test('a number that JavaScript rounded names nobody: it would be a stranger', async () => {
    const field = { key: 'nid', name: 'Nid', type: 'text' };
    const stranger = { name: 'Bea', urns: [], fields: { nid: '24871234567890124' } };
    const read = (): State =>
      JSON.parse(
        '{ "data": [{ "name": "Amina", "nid": 24871234567890123 }, { "name": "Chi", "nid": 7 }] }',
      );
    const people = (s: State) =>
      (s.data as { name: string; nid: number }[]).map(({ name, nid }) => ({
        name,
        fields: { nid },
      }));
    for (const dryRun of [true, false]) {
      const sandbox = await workspace({
        dialect,
        seed: { fields: [field] },
        contacts: [stranger],
      } as never);
      const { result } = await bulk(
        rapidpro.syncContacts(people, { key: 'fields.nid', dryRun }),
        sandbox,
        read(),
      );
      expect(counts(result)).toEqual([1, 0, 0, 1, 0]);
      expect(result.failed).toMatchObject([{ index: 0, code: 'INVALID_INPUT' }]);
      expect(sandbox.contacts().map(({ name }) => name)).not.toContain('Amina');
      expect(sandbox.contacts().map(({ name }) => name)).toContain('Bea');
    }
  });

  // As it comes out of a job's data.
  const rounded: number = JSON.parse('24871234567890123');

  test.each<[string, Operation]>([
    ['a filter', getContacts({ group: rounded as never })],
    ['a query', rapidpro.http.get('messages', { id: rounded })],
    ['a body', rapidpro.http.post('contacts', { fields: { a: rounded } })],
    ['an action', rapidpro.labelMessages([rounded], 'Urgent')],
    ['an action that is given it as text', rapidpro.deleteMessages(['24871234567890123' as never])],
    ['params', rapidpro.startFlow({ flow: FLOW, urns: [URN], params: { a: [rounded] } })],
    ['a global', rapidpro.setGlobal('a', rounded as never)],
  ])('nor in %s', async (_, operation) => {
    const sandbox = await workspace({ dialect });
    expect((await failure(operation, sandbox)).code).toMatch(/^INVALID_(INPUT|FILTER)$/);
    expect(sandbox.requests()).toEqual([]);
  });
});
