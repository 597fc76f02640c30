import { describe, expect, test } from 'vitest';
import { compileJob } from '../../scripts/compile-job.mjs';
import {
  addContact,
  dataValue,
  fn,
  lastReferenceValue,
  sendBroadcast,
  sourceValue,
  startFlow,
  upsertContact,
} from '../../src/index.js';
import { withCallback } from '../../src/operations/base/callback.js';
import type { Operation, State } from '../../src/types/state.js';
import { fakeAdaptor } from '../scripts/fake-adaptor.js';
import { serve } from '../support/serve.js';
import { answering, denied, FLOW, failure, run, sent } from './run.js';

/**
 * In four operations, version 2 took a callback as the second argument. OpenFn's compiler makes a function of options
 * with `$` in them, and then nobody may be written to before they are read.
 */

/** A function as the platform runs it, from what a job has as an argument. */
function compiled(argument: string): (state: State) => unknown {
  const job = compileJob(`keep(${argument});`, { adaptors: [fakeAdaptor()] });
  const [, source = ''] = /keep\(([\s\S]*)\),?\s*\]/.exec(job) ?? [];
  return Function(`return (${source})`)() as (state: State) => unknown;
}

/** What an operation takes for options. */
function takenAsOptions(options: unknown): boolean {
  return withCallback({ options, callback: undefined }).callback === undefined;
}

const given = (source: string) => Function('help', `return ${source}`)(() => {}) as unknown;

describe('gives options', () => {
  test.each([
    '{ dryRun: $.test }',
    '{ dryRun: $.data.test, onlyActive: true }',
    '{ ...$.options }',
    '$.options',
    '$.data.options[0]',
    '$.test ? { dryRun: true } : {}',
    "{ dryRun: $.data['state'] }",
    "{ dryRun: $.mode === 'state' }",
    // A template.
    '{ dryRun: $.mode === `§{$.data.x} state` }',
    '{ dryRun: !$.isLive }',
    '{ dryRun: $.data?.test }',
  ])('what the compiler makes of %s', argument => {
    expect(takenAsOptions(compiled(argument.replace('§', '$')))).toBe(true);
  });

  test.each([
    'state => ({ dryRun: true })',
    '() => ({ dryRun: true })',
    '(state) => ({ dryRun: state.test /* state */ })',
    'state =>\n  ({\n    dryRun: state.test, // of the state\n  })',
    's=>({dryRun:s.test})',
    '({ test }) => ({ dryRun: test })',
    'state => ({ state: state.x, timeout: 5 })',
    `state => ({ "dryRun": state.test })`,
    'state => ({ dryrun: state.test })',
    'state => ({ dry_run: state.test })',
    '$ => $.options',
    'async () => ({ dryRun: true })',
    'async state => ({ onlyActive: state.test })',
    'async ({ test }) => ({ dryRun: test })',
    'function () { return { dryRun: true }; }',
    'function options(state) { return { dryRun: state.test }; }',
    'state => { return { dryRun: state.test }; }',
    'async state => { return { dryRun: state.test }; }',
    'state => { const dryRun = state.test; return { dryRun }; }',
    'state => { const { test } = state; return { dryRun: test }; }',
    'state => { console.log(state); return { dryRun: true }; }',
    'state => { if (state.test) { return { dryRun: true } } return {} }',
    '({ test }) => { return { dryRun: test }; }',
    '({ data: { options } }) => options',
    '() => help',
    'state => help',
    'state => help.options',
    'state => { return help; }',
    'async state => { return help }',
    '() => help()',
    '() => { return help(); }',
    'state => Object.assign({}, { dryRun: state.test })',
    'state => Object.assign({}, state.options)',
    `state => JSON.parse('{"dryRun":true}')`,
    "state => ({ ['dryRun']: true })",
    "state => (console.log('x'), { dryRun: true })",
    'state => state.options ?? { dryRun: true }',
    'state => state.test && { dryRun: true }',
    '({ test: dryRun }) => ({ dryRun })',
    'state => help({ dryRun: state.test })',
    // The whole state is only asked.
    'state => ({ dryRun: help(state) })',
    'state => ({ onlyActive: true, dryRun: help(state) })',
    'state => { return { dryRun: help(state) }; }',
    'state => help(state) ? { dryRun: true } : {}',
    'state => help(state) && { dryRun: true }',
    'state => { if (!state) return {}; return { dryRun: true } }',
    '({ test, ...rest }) => ({ dryRun: test })',
    '(state = {}) => ({ dryRun: true })',
    '({ options(state) { return { dryRun: state.test }; } }).options',
  ])('%s', source => {
    expect(takenAsOptions(given(source))).toBe(true);
  });
});

test.each([
  'state => state',
  'state => ({ ...state, sent: true })',
  'state => ({ sent: true, ...state })',
  'state => (console.log(state.data), state)',
  'state => console.log(state.data)',
  'state => help(state)',
  'async state => ({ ...state })',
  'function (state) { return state; }',
  'function keep(state) { state.sent = true; return state; }',
  'state => { console.log(state.data); return state; }',
  'state => { state.sent = true; }',
  'state => { if (!state.data) return; state.sent = true; }',
  'state => { const next = { ...state, dryRun: true }; return next; }',
  'state => { const { data, ...rest } = state; return { ...rest, limit: data.length }; }',
  'state => { state.data.forEach(one => { return one.id; }); }',
  'state => { help({ timeout: 5 }); }',
  'state => { state.ids = state.data.map(one => { return { limit: one.id }; }); return state; }',
  'async state => { const next = await help(state); return next; }',
  'async state => await help(state)',
  'state => help(state.data)',
  'state => { return help(state.data); }',
  "() => console.log('sent')",
  "() => { console.log('sent'); }",
  'function () { return help(arguments[0]); }',
  '(...all) => help(...all)',
  'function (...all) { return help.apply(this, all); }',
  '(state, ...others) => state',
  'state => undefined',
  'state => Object.assign({}, state)',
  'state => { return Object.assign(state, { dryRun: true }); }',
  'state => JSON.parse(JSON.stringify(state))',
  's => Object.assign({}, s, { a: 1 })',
  'state => ({ state })',
  'state => (state.data.id ? state : { ...state, lost: true })',
  '({ data, ...rest }) => ({ ...rest, data: data.id })',
  'help',
  "() => ({ only: 'this' })",
  "() => { return { only: 'this' }; }",
  'state => ({ data: state.data })',
  'state => ({ dryRun: state.test, ...state })',
  'help.bind(null)',
  '({ data, ...rest }) => ({ ...rest, dryRun: true })',
  'state => { help({ dryRun: true }); return state; }',
  'state => (help({ dryRun: true }), state)',
  'state => ({ dryRun: true, sent: state })',
  // Options of this package as keys of something else.
  "state => help('https://example.org', { method: 'POST', body: state.data.uuid, timeout: 5 })",
  'state => ({ configuration: state.configuration, data: { uuid: state.data.uuid, limit: 5 } })',
  'state => { const { data, references } = state; help({ body: data.uuid }); return { data, references }; }',
  'async ({ data, configuration }) => { await help({ body: data.id }); return { data, configuration }; }',
  'state => /* next state */ ({ data: state.data, configuration: state.configuration })',
  'state => ({ ...state.saved, data: state.data })',
  "state => { help({ query: 'insert' }); return { configuration: state.configuration, data: 1 }; }",
  'state => { const next = { data: state.data, references: [] }; return next; }',
])('%s is a callback', source => {
  expect(takenAsOptions(given(source))).toBe(false);
});

test.each([dataValue('options'), lastReferenceValue('options'), sourceValue('$.options')])(
  'what reads a value gives options',
  reader => expect(takenAsOptions(reader)).toBe(true),
);

test('an operation is a callback', () => {
  expect(takenAsOptions(fn(() => ({ dryRun: true })))).toBe(false);
});

const urns = ['tel:+250788123123'];
const OPERATIONS: [string, (options: never) => Operation][] = [
  ['sendBroadcast', options => sendBroadcast({ urns, text: 'Hi' }, options)],
  ['startFlow', options => startFlow({ flow: FLOW, urns }, options)],
  ['addContact', options => addContact({ name: 'Amina' }, options)],
  ['upsertContact', options => upsertContact({ name: 'Amina', urns }, options)],
];

test.each(OPERATIONS.slice(0, 2))(
  'a dry run of %s by data of the job sends nothing',
  async (_, make) => {
    const server = await serve(
      ...['contacts', 'flows'].map(name => answering('get', name, denied)),
    );
    const operation = make(compiled('{ dryRun: $.test }') as never);
    const state = await run(operation, server, { test: true });
    expect(state.data).toMatchObject({ dryRun: true });
    expect(sent(server).filter(line => line.startsWith('POST'))).toEqual([]);
  },
);

test.each(OPERATIONS)('options of %s that are a promise are refused', async (_, make) => {
  const server = await serve();
  const operation = make(given('async () => ({ dryRun: true })') as never);
  expect((await failure(operation, server)).code).toBe('INVALID_OPTION');
  expect(server.requests).toEqual([]);
});

test.each(OPERATIONS)('an unknown option of %s by data of the job is refused', async (_, make) => {
  const server = await serve();
  const operation = make(compiled('{ dryrun: $.test }') as never);
  expect((await failure(operation, server)).code).toBe('INVALID_OPTION');
  expect(server.requests).toEqual([]);
});
